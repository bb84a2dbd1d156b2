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
from .draft import Draft, Facts
from .languages import language_of
from .metadata import headline_of
from .tracing import Traced, joined


def finished(draft: Draft, source: str, part: int, date: str | None, language: str | None) -> Document | None:
    """Return the document of a draft, or None where nothing is left of its text."""
    facts = Facts()
    facts.offer("date", date, "given")
    facts.offer("language", language, "given")
    for slot, value in draft.facts.values.items():
        facts.offer(slot, value, draft.facts.how[slot])
    text = _traced(draft, facts)
    if not text.text:
        return None
    facts.offer("title", headline_of(text.text), "first line")
    found, how = language_of(text.text)
    facts.offer("language", found, how)
    return Document(
        text=text.text,
        title=facts.get("title"),
        date=facts.get("date"),
        language=facts.get("language"),
        publisher=facts.get("publisher"),
        url=facts.get("url"),
        source=source,
        part=part,
        how=MappingProxyType(dict(facts.how)),
        offsets=text.offsets,
    )


def _traced(draft: Draft, facts: Facts) -> Traced:
    """Return the clean text, headline first, with its places in the raw text."""
    if draft.view is as_plain:
        return cleaned(Traced.whole(draft.body, draft.start), boilerplate())
    body = cleaned(Traced.whole(draft.body), boilerplate()).text
    title = cleaned(Traced.whole(facts.get("title") or "")).text
    facts.values.update({"title": title} if title else {})
    parts = [Traced(body, aligned(body, draft.raw, draft.view, draft.start, draft.stop))] if body else []
    if title and not body.startswith(title):
        parts.insert(0, Traced(title, aligned(title, draft.raw, draft.view)))
    return joined(parts, "\n\n")
