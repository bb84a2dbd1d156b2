"""The records of Servanda, all frozen; this module imports nothing of ours.

Offsets are code points into ``Document.text``, half-open. Dates are EDTF
strings (ISO 8601-2). Ids are digests of content, so that doing a thing twice
is harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


def digest(*parts: object) -> str:
    """Return the first 16 hex digits of the SHA-256 of the parts, each ended by a NUL."""
    joined = "".join(f"{part}\0" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Kind(StrEnum):
    """What sort of thing a claim is about (codebook section 3)."""

    INSTRUMENT = "instrument"
    MEETING = "meeting"
    EXERCISE = "exercise"
    PROJECT = "project"
    TRADE = "trade"
    EXCHANGE = "exchange"
    TRAINING = "training"
    INSTITUTION = "institution"
    OPERATION = "operation"
    COOPERATION = "cooperation"


class Stage(StrEnum):
    """How far a thing has come (codebook section 4); the ladder's order is ``codebook.rung``."""

    PROPOSED = "proposed"
    DISCUSSED = "discussed"
    NEGOTIATING = "negotiating"
    AGREED = "agreed"
    SIGNED = "signed"
    ACTIVE = "active"
    DONE = "done"
    STALLED = "stalled"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of a document's text, in code points."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.stop <= self.stop

    def meets(self, other: Span) -> bool:
        """True where the two share at least one code point."""
        return self.start < other.stop and other.start < self.stop


@dataclass(frozen=True, slots=True)
class Quotation:
    """An evidence span with its words; ``document.text[start:stop] == words``, always."""

    start: int
    stop: int
    words: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.stop)


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes as they came; ``id`` is the SHA-256 of the bytes in hex."""

    id: str
    origin: str
    fetched: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Where stretches of the clean text stood in the decoded raw source.

    ``anchors`` are (clean start, raw start, length) in code points, ascending and
    apart; inside an anchor the two run in step. Text between anchors was made or
    moved by cleaning and points to the nearest anchor before it.
    """

    anchors: tuple[tuple[int, int, int], ...] = ()

    def raw(self, span: Span) -> Span | None:
        """Return the raw stretch from which ``span`` came, or None where nothing maps."""
        hits = [a for a in self.anchors if a[0] < span.stop and span.start < a[0] + a[2]]
        if not hits:
            return None
        (clean, raw, _), (last_clean, last_raw, length) = hits[0], hits[-1]
        start = raw + max(0, span.start - clean)
        return Span(start, last_raw + min(length, span.stop - last_clean))


@dataclass(frozen=True, slots=True)
class Document:
    """Clean text of one report. The text is NFC and never changes once stored.

    ``how`` says for each piece of metadata how it is known ("json-ld", "first line",
    "given" ...). ``part`` counts the documents of one source from 1; 0 is a source's
    only document.
    """

    text: str
    title: str | None = None
    date: str | None = None
    language: str | None = None
    publisher: str | None = None
    url: str | None = None
    source: str = ""
    part: int = 0
    how: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    offsets: OffsetMap = field(default_factory=OffsetMap, repr=False)

    @property
    def id(self) -> str:
        """A digest of what the reader sees: text, title, date, publisher and address."""
        return digest("document", self.text, self.title, self.date, self.publisher, self.url)

    def quote(self, span: Span) -> Quotation:
        return Quotation(span.start, span.stop, self.text[span.start : span.stop])


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of text with a meaning.

    ``sort`` is one of party, person, organisation, place, date, item, head, cue, mark;
    ``value`` is its reading (an ISO code, an EDTF date, a lexicon id); ``entry`` the id
    of the lexicon entry that gave it.
    """

    span: Span
    sort: str
    value: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one document says was, is or will be done between parties (codebook section 2).

    ``slots`` maps a slot's name to the spans of the words that gave it; ``because``
    maps a slot's name to the rule, cue or pack entry behind it. ``review`` is true
    where the claim is doubtful and counts for no status.
    """

    document: str
    kind: Kind
    stage: Stage
    title: str
    parties: tuple[str, ...]
    quotations: tuple[Quotation, ...]
    form: str | None = None
    by: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    when: str | None = None
    due: str | None = None
    period: str | None = None
    where: str | None = None
    under: str | None = None
    source: str | None = None
    language: str | None = None
    confidence: float = 0.5
    review: bool = False
    extractor: str = "rules"
    slots: Mapping[str, tuple[Span, ...]] = field(default_factory=lambda: NOTHING)
    because: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def id(self) -> str:
        """A digest of the document and of what is claimed, whoever extracted it."""
        spans = [(q.start, q.stop) for q in self.quotations]
        return digest("claim", self.document, self.kind, self.title, self.parties, self.stage, spans)

    def verified_against(self, document: Document) -> bool:
        """True where every quotation and slot stands in the text at its offsets."""
        return bool(self.quotations) and all(
            0 <= q.start < q.stop and document.text[q.start : q.stop] == q.words for q in self.quotations
        )


def ordered(values: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct values in sorted order: parties and domains have no other."""
    return tuple(sorted(set(values)))
