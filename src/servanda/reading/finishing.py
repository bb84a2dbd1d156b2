"""A draft becomes a document: cleaned, traced to its source, its facts settled.

Invariant: the same draft gives the same document; what the caller gave (date, language)
goes before what the source says of itself.
"""

from __future__ import annotations

from types import MappingProxyType

from servanda.model import Document

from .aligning import aligned, as_plain
from .boilerplate import boilerplate
from .cleaning import cleaned
from .datelines import dateline_of, day_above
from .draft import Draft, Facts
from .languages import language_of
from .metadata import day_in_address, headline_of, host_of
from .tracing import Traced, joined

_NEAR = 200


def finished(draft: Draft, facts: Facts, source: str) -> Document | None:
    """Return the document of a draft, or None where nothing is left of its text."""
    text = _traced(draft, facts)
    if not text.text:
        return None
    facts.offer("title", headline_of(text.text), "first line")
    _offer_dateline(facts, text.text)
    facts.offer("date", day_above(text.text), "line of its own")
    facts.offer("date", day_in_address(facts.get("url")), "address")
    facts.offer("publisher", host_of(facts.get("url")), "address")
    facts.offer("language", *language_of(text.text))
    return Document(
        text=text.text,
        title=facts.get("title"),
        date=facts.get("date"),
        language=facts.get("language"),
        publisher=facts.get("publisher"),
        url=facts.get("url"),
        source=source,
        part=draft.part,
        how=MappingProxyType(dict(facts.how)),
        offsets=text.offsets,
    )


def _offer_dateline(facts: Facts, text: str) -> None:
    """Offer what the report's dateline says; place and agency are kept with how the facts are known."""
    line = dateline_of(text, facts.get("title"))
    if line is None:
        return
    facts.offer("date", line.date, "dateline")
    facts.offer("publisher", line.agency, "dateline")
    facts.how["dateline"] = line.words
    if line.place:
        facts.how["place"] = line.place
    if line.agency:
        facts.how["agency"] = line.agency


def _traced(draft: Draft, facts: Facts) -> Traced:
    """Return the clean text, headline first, with its places in the raw text."""
    if draft.traced is not None or draft.view is as_plain:
        text = draft.traced or Traced.whole(draft.body, draft.start)
        return cleaned(text, boilerplate())
    body = cleaned(Traced.whole(draft.body), boilerplate()).text
    title = cleaned(Traced.whole(facts.get("title") or "")).text
    facts.values.update({"title": title} if title else {})
    parts = [Traced(body, aligned(body, draft.raw, draft.view, draft.start, draft.stop))] if body else []
    if title and title not in body[: 3 * len(title) + _NEAR].split("\n\n"):
        parts.insert(
            0, Traced(title, aligned(title, draft.raw, draft.view, draft.start if draft.part else 0, draft.stop))
        )
    return joined(parts, "\n\n")
