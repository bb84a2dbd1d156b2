"""What a model read and our checks accepted, as silver: training data for the small layer of weights.

The form is that of the gold files (codebook, section 7), so that the trainer reads both.
Invariant: no claim that is doubted, rejected or read from an unread document gets in, and
none without its quotations.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda.model import digest

SLOTS = (
    "kind", "form", "stage", "title", "parties", "by", "orgs", "persons", "items", "domains",
    "when", "due", "period", "where", "under", "source",
)  # fmt: skip


@dataclass(slots=True)
class Distilled:
    """What was written: documents and claims; how many claims were doubtful, how many documents read in part only."""

    documents: int = 0
    claims: int = 0
    doubted: int = 0
    partly_read: int = 0


def silver(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return a claim of the command-line contract as a claim of a gold file."""
    made = {slot: claim[slot] for slot in SLOTS if claim.get(slot)}
    return {**made, "quotes": [quote["exact"] for quote in claim["quotes"]]}


def by_model(claim: Mapping[str, Any]) -> bool:
    return "llm/" in claim.get("extractor", "")


def distil(records: Iterable[Mapping[str, Any]], folder: Path) -> Distilled:
    """Write the records of ``extract --jsonl`` as silver: ``texts/NAME.txt`` and ``silver/NAME.json``."""
    made = Distilled()
    for record in records:
        document = record.get("document")
        if not document or not any(map(by_model, record["claims"])):
            continue
        if any(problem.get("cause") in ("unread", "answer", "addressed") for problem in record.get("problems", ())):
            made.partly_read += 1
            continue
        said = [claim for claim in record["claims"] if by_model(claim)]
        sure = [claim for claim in said if not claim.get("review")]
        # a doubted claim is neither taught as a claim nor as none: its stretch is marked optional
        doubted = [claim for claim in said if claim.get("review")]
        write(folder, document, [*map(silver, sure), *({**silver(c), "optional": True} for c in doubted)])
        made.documents += 1
        made.claims += len(sure)
        made.doubted += len(doubted)
    return made


def write(folder: Path, document: Mapping[str, Any], claims: list[dict[str, Any]]) -> None:
    """Write one document; the same one again replaces itself."""
    name = digest("silver", document["text"], document.get("date"))
    about = {k: document.get(k) for k in ("title", "date", "language", "publisher")}
    record = {"document": {"text": f"../texts/{name}.txt", **about}, "claims": claims}
    for part in ("texts", "silver"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "texts" / f"{name}.txt").write_text(document["text"], "utf-8")
    (folder / "silver" / f"{name}.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
