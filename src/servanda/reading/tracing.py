"""Text that remembers where it came from.

Invariant: inside an anchor, clean text and raw text run in step, code point for code
point, so that every anchor can be checked by comparing the two stretches.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from servanda.model import OffsetMap

Anchor = tuple[int, int, int]
Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Traced:
    """A text with anchors (start in this text, start in the raw text, length), ascending and apart."""

    text: str
    anchors: tuple[Anchor, ...]

    @classmethod
    def whole(cls, text: str, raw_start: int = 0) -> Traced:
        """Return ``text`` as it stands in the raw text from ``raw_start`` on."""
        return cls(text, ((0, raw_start, len(text)),) if text else ())

    @property
    def offsets(self) -> OffsetMap:
        return OffsetMap(self.anchors)

    def edit(self, edits: Iterable[Edit]) -> Traced:
        """Return the text with each (start, stop, replacement) made; edits ascend and do not overlap.

        A replacement of one character by one keeps its place; any other has none.
        """
        pieces: list[str] = []
        kept: list[Anchor] = []
        at = length = 0
        for start, stop, new in edits:
            _keep(kept, length, at, start - at)
            pieces += (self.text[at:start], new)
            length += start - at
            if len(new) == 1 == stop - start:
                _keep(kept, length, start, 1)
            length += len(new)
            at = stop
        if not pieces:
            return self
        _keep(kept, length, at, len(self.text) - at)
        pieces.append(self.text[at:])
        return Traced("".join(pieces), composed(kept, self.anchors))

    def sub(self, pattern: re.Pattern[str], new: str) -> Traced:
        """Return the text with every match of ``pattern`` replaced by the fixed text ``new``."""
        return self.edit((m.start(), m.end(), new) for m in pattern.finditer(self.text))

    def translate(self, table: dict[int, str]) -> Traced:
        """Return the text with single characters exchanged for single characters."""
        return Traced(self.text.translate(table), self.anchors)

    def cut(self, start: int, stop: int) -> Traced:
        """Return the stretch from ``start`` to ``stop``."""
        return Traced(self.text[start:stop], composed([(0, start, stop - start)], self.anchors))


def _keep(anchors: list[Anchor], here: int, there: int, length: int) -> None:
    """Add an anchor, joined to the last one where it goes on from it."""
    if length <= 0:
        return
    if anchors:
        a, b, n = anchors[-1]
        if a + n == here and b + n == there:
            anchors[-1] = (a, b, n + length)
            return
    anchors.append((here, there, length))


def composed(outer: Iterable[Anchor], inner: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
    """Return anchors from the outer text through the middle one to the innermost."""
    starts = [a[0] for a in inner]
    found: list[Anchor] = []
    for here, middle, length in outer:
        for i in range(max(0, bisect_right(starts, middle) - 1), len(inner)):
            start, raw, run = inner[i]
            if start >= middle + length:
                break
            low, high = max(start, middle), min(start + run, middle + length)
            _keep(found, here + low - middle, raw + low - start, high - low)
    return tuple(found)


def joined(parts: Iterable[Traced], between: str) -> Traced:
    """Return the parts with ``between`` put between each two."""
    pieces: list[str] = []
    anchors: list[Anchor] = []
    length = 0
    for part in parts:
        if pieces:
            pieces.append(between)
            length += len(between)
        pieces.append(part.text)
        for here, there, run in part.anchors:
            _keep(anchors, here + length, there, run)
        length += len(part.text)
    return Traced("".join(pieces), tuple(anchors))
