"""What a claim's slots hold: values, each with the spans of its words.

A slot is filled once; a value without words for it is never put.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import regex

from servanda.model import Kind, Span

HELD = (Kind.MEETING, Kind.EXERCISE)
SPACE = regex.compile(r"\s+")


@dataclass(slots=True)
class Slots:
    """Values by slot, with the spans of their words."""

    values: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    spans: dict[str, tuple[Span, ...]] = field(default_factory=dict)

    def put(self, slot: str, value: str | None, *spans: Span) -> None:
        if value and slot not in self.values:
            self.values[slot] = value
            self.spans[slot] = spans

    def drop(self, *slots: str) -> None:
        for slot in slots:
            self.values.pop(slot, None)
            self.spans.pop(slot, None)

    def take(self, slot: str, more: Slots) -> None:
        """Fill a slot that is empty here as another claim's mention fills it."""
        if slot in more.values and slot not in self.values:
            self.values[slot], self.spans[slot] = more.values[slot], more.spans[slot]

    def put_all(self, slot: str, found: Iterable[tuple[str, Span]]) -> None:
        pairs = dict(reversed([*found]))
        if pairs and slot not in self.values:
            ordered = sorted(pairs.items(), key=lambda p: p[1])
            self.values[slot] = tuple(v for v, _ in ordered)
            self.spans[slot] = tuple(s for _, s in ordered)


def plain(text: str) -> str:
    """One line without the white space and punctuation at its ends."""
    return SPACE.sub(" ", text).strip(" ,;:.-–—'\"“”‘’«»()")


def in_reach(phrase: Span, span: Span, behind: int) -> bool:
    """True where a stretch begins in the phrase or at most so many code points behind it."""
    return phrase.start <= span.start < phrase.stop + behind
