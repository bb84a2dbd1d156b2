"""Records as plain JSON values: absent slots are left out, text stays readable.

Invariant: what is printed under ``--json`` is made of the records themselves, so that it
cannot say more than they do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from servanda.model import Claim, Document
from servanda.problems import Problem

SLOTS = (
    "form",
    "by",
    "orgs",
    "persons",
    "items",
    "domains",
    "when",
    "due",
    "period",
    "where",
    "under",
    "source",
    "language",
)


def claim_record(claim: Claim, explained: bool = False) -> dict[str, Any]:
    """Return a claim in the shape of the command-line contract; ``explained`` adds what gave each slot."""
    record: dict[str, Any] = {name: plain(getattr(claim, name)) for name in ("id", "kind", "stage", "title", "parties")}
    record |= {slot: plain(value) for slot in SLOTS if (value := getattr(claim, slot))}
    record["quotes"] = [{"exact": q.words, "start": q.start, "stop": q.stop} for q in claim.quotations]
    record |= {"confidence": claim.confidence, "review": claim.review, "extractor": claim.extractor}
    if explained:
        record["because"] = dict(claim.because)
        record["slots"] = {slot: [[s.start, s.stop] for s in spans] for slot, spans in claim.slots.items()}
    return record


def document_record(document: Document) -> dict[str, Any]:
    names = ("title", "date", "language", "publisher", "url", "text")
    return {name: getattr(document, name) for name in names}


def extracted_record(
    path: str, document: Document | None, claims: Iterable[Claim], problems: Iterable[Problem], explained: bool = False
) -> dict[str, Any]:
    """Return the object of one document that ``extract --jsonl`` prints."""
    return {
        "path": path,
        "document": document_record(document) if document else None,
        "claims": [claim_record(claim, explained) for claim in claims],
        "problems": [plain(problem) for problem in problems],
    }


def plain(value: Any) -> Any:
    """Return records, mappings and tuples as dicts and lists without empty values."""
    if isinstance(value, Claim):
        return claim_record(value)
    if is_dataclass(value) and not isinstance(value, type):
        named = {f.name: getattr(value, f.name) for f in fields(value)}
        return {name: plain(v) for name, v in named.items() if v is not None and v != () and v != ""}
    if isinstance(value, Mapping):
        return {str(key): plain(v) for key, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value))
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return str(value) if isinstance(value, str) else value


def dumped(value: Any) -> str:
    """Return one JSON text for people and programs."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2)


def line(value: Any) -> str:
    """Return JSON on one line; lone surrogates, which no encoding can write, are escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text
