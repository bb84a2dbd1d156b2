"""Records to rows and back. Whatever goes in comes out equal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from servanda.ledger.records import Anchor, Card, Judgement
from servanda.model import Claim, Document, Kind, OffsetMap, Quotation, Source, Span, Stage

TUPLES = ("by", "orgs", "persons", "items", "domains")
WORDS = ("form", "when", "due", "period", "where", "under", "source", "language")


def parties_key(parties: Sequence[str]) -> str:
    """Return the parties as one sorted word list, as the tables hold them."""
    return " ".join(sorted(parties))


def claim_record(claim: Claim) -> str:
    """Return a claim as compact JSON; absent slots are left out."""
    record: dict[str, Any] = {
        "document": claim.document,
        "kind": claim.kind,
        "stage": claim.stage,
        "title": claim.title,
        "parties": claim.parties,
        "quotations": [(q.start, q.stop, q.words) for q in claim.quotations],
        "confidence": claim.confidence,
        "extractor": claim.extractor,
    }
    record |= {name: value for name in (*TUPLES, *WORDS) if (value := getattr(claim, name))}
    if claim.review:
        record["review"] = True
    if claim.slots:
        record["slots"] = {name: [(s.start, s.stop) for s in spans] for name, spans in claim.slots.items()}
    if claim.because:
        record["because"] = dict(claim.because)
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def claim_from(record: str | Mapping[str, Any]) -> Claim:
    """Return the claim of a record, or of what ``correct`` made of one."""
    data = dict(json.loads(record) if isinstance(record, str) else record)
    data["kind"], data["stage"] = Kind(data["kind"]), Stage(data["stage"])
    data["parties"] = tuple(data["parties"])
    data["quotations"] = tuple(Quotation(*quotation) for quotation in data["quotations"])
    for name in TUPLES:
        if name in data:
            data[name] = tuple(data[name])
    if "slots" in data:
        data["slots"] = {name: tuple(Span(*span) for span in spans) for name, spans in data["slots"].items()}
    return Claim(**data)


def source_row(source: Source, filed: str) -> dict[str, Any]:
    return {
        "id": source.id,
        "origin": source.origin,
        "fetched": source.fetched,
        "size": source.size,
        "media_type": source.media_type,
        "filed": filed,
    }


def document_row(document: Document, filed: str) -> dict[str, Any]:
    return {
        "id": document.id,
        "source": document.source,
        "part": document.part,
        "title": document.title,
        "date": document.date,
        "language": document.language,
        "publisher": document.publisher,
        "url": document.url,
        "text": document.text,
        "how": dict(document.how),
        "offsets": [list(a) for a in document.offsets.anchors],
        "filed": filed,
        "copy_of": document.id,
    }


def document_from(row: Mapping[Any, Any]) -> Document:
    names = ("text", "title", "date", "language", "publisher", "url", "source", "part")
    offsets = OffsetMap(tuple((a[0], a[1], a[2]) for a in row["offsets"] or ()))
    return Document(**{name: row[name] for name in names}, how=row["how"] or {}, offsets=offsets)


def card_from(row: Mapping[Any, Any]) -> Card:
    """Return the card of a row of ``documents``."""
    return Card(
        id=row["id"],
        title=row["title"],
        date=row["date"],
        language=row["language"],
        publisher=row["publisher"],
        url=row["url"],
        filed=row["filed"],
        text=row["copy_of"],
    )


def judgement_row(judgement: Judgement) -> dict[str, Any]:
    anchors = [[a.claim, a.document, [list(span) for span in a.spans], a.kind] for a in judgement.on]
    return {
        "id": judgement.id,
        "verb": judgement.verb,
        "anchors": anchors,
        "by": judgement.by,
        "at": judgement.at,
        "why": judgement.why,
        "slot": judgement.slot,
        "value": judgement.value,
        "withdrawn": judgement.withdrawn,
    }


def judgement_from(row: Mapping[Any, Any]) -> Judgement:
    anchors = tuple(
        Anchor(claim, document, tuple((s[0], s[1]) for s in spans), kind)
        for claim, document, spans, kind in row["anchors"]
    )
    return Judgement(
        row["id"], row["verb"], anchors, row["by"], row["at"], row["why"], row["slot"], row["value"], row["withdrawn"]
    )
