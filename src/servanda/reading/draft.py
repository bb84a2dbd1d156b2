"""What a format's reader hands on: a body, where it stood, and the facts known of it.

Invariant: the first fact offered for a slot stays; readers offer in order of trust.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from servanda.problems import Problem

from .aligning import View, as_plain
from .limits import Limits

SLOTS = ("title", "date", "publisher", "url", "language", "place", "agency")


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

    def get(self, slot: str) -> str | None:
        return self.values.get(slot)


@dataclass(slots=True)
class Draft:
    """One document before cleaning.

    ``body`` has its paragraphs apart by blank lines. It stood in ``raw[start:stop]`` (code
    points) as ``view`` shows it. ``data`` are the document's own bytes where they are not
    its source's (a row, a member of an archive); ``origin`` names that part.
    """

    body: str
    raw: str
    facts: Facts = field(default_factory=Facts)
    view: View = as_plain
    start: int = 0
    stop: int | None = None
    media_type: str = "text/plain"
    data: bytes | None = None
    origin: str = ""
    number: int = 0
    """Its place among the documents of its source, from 1 (``file#n``); 0 where it is the only one."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What a format's reader is given: bytes, the name problems are reported under, and the bounds."""

    data: bytes
    where: str
    limits: Limits = field(default_factory=Limits)
    declared: str | None = None
    """The encoding that a header outside the bytes gave."""
    depth: int = 0

    def problem(self, what: str, cause: str, advice: str = "") -> Problem:
        return Problem(self.where, what, cause, advice)
