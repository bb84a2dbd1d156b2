"""Rows of tables and records of JSON: one document a row, columns named or guessed.

Invariant: a row's source is the row itself, so that a row read twice from different
files is one source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from servanda.problems import Problem

from . import fields
from .aligning import as_json
from .decoding import decode
from .draft import Draft, Facts, Material
from .metadata import day_of, host_of
from .pages import fragment_text


def read_json(material: Material) -> Iterator[Draft | Problem]:
    """Yield a document for each record of JSON lines, of a JSON list, or for a single JSON object."""
    raw = decode(material.data, material.declared)
    text = raw.text.strip()
    try:
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        yield from _lines(raw.text, material)
        return
    if isinstance(whole, list):
        for number, record in enumerate(whole, 1):
            yield _record(record, json.dumps(record, ensure_ascii=False), material, number)
    else:
        yield _record(whole, raw.text, material, 0)


def _lines(text: str, material: Material) -> Iterator[Draft | Problem]:
    number = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        number += 1
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "too deep"
            yield Problem(
                f"{material.where}#{number}", f"not a JSON record ({reason}).", "json", "The other lines are read."
            )
            continue
        yield _record(record, line, material, number)


def _record(record: Any, raw: str, material: Material, number: int) -> Draft | Problem:
    where = f"{material.where}#{number}" if number else material.where
    if not isinstance(record, dict):
        return Problem(where, "a JSON value that is no object.", "json", "Each record needs a column 'text'.")
    draft = row_draft(record)
    if draft is None:
        names = ", ".join(map(str, list(record)[:8]))
        return Problem(where, f"no text column among: {names}.", "no-text", "Name it 'text'.")
    draft.raw, draft.view, draft.number = raw, as_json, number
    draft.data = raw.encode("utf-8", "surrogatepass") if number else None
    draft.media_type = "application/json"
    return draft


def row_draft(row: Mapping[str, Any]) -> Draft | None:
    """Return the document of a row, or None where no column holds a text."""
    columns = {str(name).strip().lower().replace(" ", "_").replace("-", "_"): value for name, value in row.items()}
    body = _first(columns, "text") or _longest(columns)
    if not body:
        return None
    facts = Facts()
    for slot in ("title", "url", "publisher", "language"):
        facts.offer(slot, _first(columns, slot), "column")
    for name in fields.columns("date"):
        facts.offer("date", day_of(_words(columns.get(name))), "column")
    facts.offer("publisher", host_of(facts.get("url")), "address")
    if "</" in body or "<br" in body or "<p>" in body:
        body = fragment_text(body)
    return Draft(body, "", facts)


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return _words(value.get("name") or value.get("title") or "")
    return "" if value is None or isinstance(value, (list, bool)) else str(value)


def _first(columns: Mapping[str, Any], slot: str) -> str:
    return next((words for name in fields.columns(slot) if (words := _words(columns.get(name)))), "")


def _longest(columns: Mapping[str, Any]) -> str:
    """Guess the text column: the longest value that is long enough to be a report."""
    words = max((_words(v) for v in columns.values()), key=len, default="")
    return words if len(words) >= 80 and " " in words else ""
