"""What a format's reader is given and what it hands on.

Invariant: the first fact offered for a slot stays; readers offer in order of trust.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from servanda.problems import Problem

from .aligning import View, as_plain
from .limits import Limits, setting
from .tracing import Traced

_DOCTYPE = re.compile(r"(?:\s|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->|\ufeff)*+(?=<!DOCTYPE)", re.I)
_DECLARES = 1 << 16  # code points of a document type that are looked at
_OUTSIDE = re.compile(
    r"<!ENTITY\s[^>]{0,400}?\b(?:SYSTEM|PUBLIC)\s+[\"']"
    r"|<!DOCTYPE\s[^>\[]{0,400}?\b(?:SYSTEM|PUBLIC)\s+[\"'](?![+-]//|about:|ISO)",
    re.I,
)
_ENTITY = re.compile(r"<!ENTITY\s+([\w:][\w:.-]{0,80})\s", re.I)
_TOLD = 3  # entities that a problem names


@dataclass(slots=True)
class Facts:
    """Metadata with how each piece is known."""

    values: dict[str, str] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)

    def offer(self, slot: str, value: str | None, how: str) -> None:
        """Take the value unless there is none or the slot is known already."""
        value = " ".join(value.split()) if value else ""
        if value and slot not in self.values:
            self.values[slot] = value
            self.how[slot] = how

    def offer_all(self, other: Facts) -> None:
        """Take what ``other`` knows and this does not."""
        for slot, value in other.values.items():
            self.offer(slot, value, other.how[slot])

    def get(self, slot: str) -> str | None:
        return self.values.get(slot)


@dataclass(slots=True)
class Draft:
    """One document before cleaning.

    ``body`` has its paragraphs apart by blank lines. It stood in ``raw[start:stop]`` (code
    points) as ``view`` shows it; ``traced`` says so exactly where the reader knows. ``data``
    are the document's own bytes where they are not its source's (a row, a member of an
    archive); ``origin`` names that part.
    """

    body: str
    raw: str
    facts: Facts = field(default_factory=Facts)
    view: View = as_plain
    start: int = 0
    stop: int | None = None
    traced: Traced | None = None
    media_type: str = "text/plain"
    data: bytes | None = None
    origin: str = ""
    part: int = 0
    """Its place among the documents of its source's bytes, from 1; 0 where it is the only one."""
    alone: bool = True
    """Whether the input can hold only this one; else it is numbered ``file#n``."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """Bytes that lie in an archive, a mail or a stream of records, with what the container says of them."""

    name: str
    data: bytes
    facts: Facts = field(default_factory=Facts)
    declared: str | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A member that nobody has read yet, with what its archive says of it; it can be read elsewhere."""

    member: Member
    where: str
    """The archive's path."""
    depth: int


class Refused(Exception):  # noqa: N818 - it says what the reader did
    """Raised by a reader that gives an input up; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(slots=True)
class Material:
    """What a format's reader is given: a seekable stream, the name problems are reported under, and the bounds."""

    stream: BinaryIO
    where: str
    limits: Limits = field(default_factory=Limits)
    declared: str | None = None
    """The encoding that a header outside the bytes gave."""
    depth: int = 0
    read: bytes | None = None
    sealing: bool = False
    """Whether members of archives are handed on unread."""
    digested: tuple[bytes, str] = (b"", hashlib.sha256(b"").hexdigest())

    @classmethod
    def of(cls, data: bytes, where: str, limits: Limits, declared: str | None = None, depth: int = 0) -> Material:
        return cls(io.BytesIO(data), where, limits, declared, depth, data)

    @property
    def data(self) -> bytes:
        """All bytes; refused where there are more than the limit for one document."""
        if self.read is None:
            self.stream.seek(0)
            self.read = self.stream.read(self.limits.document_bytes + 1)
        if len(self.read) > self.limits.document_bytes:
            raise self.refused("document_bytes", self.limits.document_bytes, "bytes long")
        return self.read

    def digest(self, data: bytes) -> str:
        """Return the SHA-256 of bytes; all items of one feed ask for the same."""
        if self.digested[0] is not data:
            self.digested = (data, hashlib.sha256(data).hexdigest())
        return self.digested[1]

    def problem(self, what: str, cause: str, advice: str = "") -> Problem:
        return Problem(self.where, what, cause, advice)

    def late(self, where: str | None = None) -> Problem:
        """Return the problem of a document that takes too long."""
        what = f"takes longer than {self.limits.seconds:g} s (limit seconds)."
        return Problem(where or self.where, what, "limit", f"Split it, or {setting('seconds')}.")

    def deep(self, where: str | None = None) -> Problem:
        """Return the problem of what is nested too deep."""
        return self.refused("nesting", self.limits.nesting, "elements or values in one another", where).problem

    def cut(self, said: str) -> Problem:
        """Return the problem of markup that the parser read no further, by what it said: it has limits of its own."""
        if "depth" in said:
            return self.deep()
        long = "more than 10,000,000 bytes of text in one element"
        what = "entities that grow out of all proportion" if "entity" in said.lower() else long
        return self.problem(f"{what} (limit of the parser); it was read up to there.", "limit", "Split it.")

    def entities(self, text: str) -> Iterator[Problem]:
        """Yield problems where a document type names something outside it, or entities that the text then uses."""
        if (start := _DOCTYPE.match(text)) is None:
            return
        declared = text[start.end() : text.find(">", start.end())]
        if "[" in declared:
            declared = text[start.end() : start.end() + _DECLARES]
        if _OUTSIDE.search(declared):
            yield self.problem("names something outside it as a part; that is never fetched.", "unsafe-entity")
        own = dict.fromkeys(_ENTITY.findall(declared))
        end = max(start.end(), text.find("]>", start.end())) if own else 0
        if names := [n for n in own if text.find(f"&{n};", end) >= 0]:
            told = ", ".join(f"&{name};" for name in names[:_TOLD]) + ("…" if len(names) > _TOLD else "")
            what = f"uses entities of its own ({told}); they are never put in, so their words are missing."
            yield self.problem(what, "unsafe-entity", "Save it with the words themselves.")

    def bound(self, text: str) -> None:
        """Refuse markup of more elements than the limit: each costs a hundred bytes of memory and more."""
        most = self.limits.elements
        if len(text) > most and text.count("<") - text.count("</") > most:
            raise self.refused("elements", most, "elements")

    def refused(self, limit: str, value: float, unit: str, where: str | None = None) -> Refused:
        """Return the refusal of an input that goes past a limit, which it names."""
        what = f"more than {value:,.10g} {unit} (limit {limit})."
        return Refused(Problem(where or self.where, what, "limit", f"Split it, or {setting(limit)}."))
