"""Short reports in our own words, for the ledger's tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from servanda.ledger import Filing, Ledger
from servanda.model import Claim, Document, Kind, Quotation, Source, Stage, ordered

FILED = "2026-01-15T00:00:00Z"


@dataclass(frozen=True)
class Report:
    """A document of one or more sentences, each of which is one claim's quotation."""

    document: Document
    claims: tuple[Claim, ...]

    @property
    def source(self) -> Source:
        digest = hashlib.sha256((self.document.text + (self.document.url or "")).encode()).hexdigest()
        return Source(digest, "test", FILED, len(self.document.text), "text/plain")


def said(sentence: str, kind: str, stage: str, parties: str, title: str, **slots: Any) -> tuple[str, dict[str, Any]]:
    """Return one sentence with what it claims; slots as in the codebook."""
    own = {"kind": Kind(kind), "stage": Stage(stage), "parties": ordered(parties.split()), "title": title}
    return sentence, own | slots


def report(
    date: str | None, *sentences: tuple[str, dict[str, Any]], publisher: str = "The Gazette", **about: Any
) -> Report:
    """Return a document that prints the sentences, and their claims."""
    text = " ".join(sentence for sentence, _ in sentences)
    document = Document(text, about.pop("title", sentences[0][1]["title"]), date, publisher=publisher, **about)
    made = []
    for sentence, slots in sentences:
        start = text.index(sentence)
        quotation = Quotation(start, start + len(sentence), sentence)
        made.append(Claim(document=document.id, quotations=(quotation,), language=document.language, **slots))
    return Report(document, tuple(made))


def file(ledger: Ledger, *reports: Report, at: str = FILED) -> list[Filing]:
    return [ledger.file(r.source, [r.document], r.claims, at=at) for r in reports]


def ledger_of(*reports: Report) -> Ledger:
    ledger = Ledger.in_memory()
    file(ledger, *reports)
    return ledger
