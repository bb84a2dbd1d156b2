"""Find a model's quotations in the text of the report.

Three ways, in this order: the very words; the same words where white space, invisible
characters, quotation marks, dashes and punctuation differ; one clear nearest match with the same numbers, which
is marked. Invariant: what is returned stands in the text at its offsets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

import regex

from servanda.model import Span

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
LETTER = regex.compile(r"[\p{L}\p{N}]")
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
JOINED = regex.compile(r"(?:[\p{L}\p{M}\p{N}]\p{Cf}*)+")
UNSEEN = regex.compile(r"\p{Cf}+")
NUMBER = regex.compile(r"\p{N}+")
GAP = regex.compile(r"\s*(?:\[?(?:\.\.\.|…)\]?)\s*")
LONGEST = 600  # code points; a longer quotation shows nothing
SHORTEST = 6  # letters and digits; each character of a script without blanks counts as three
NEAR, CLEAR = 90.0, 5.0  # similarity of a nearest match, and its lead over the second (of 100)
NEAR_TEXT = 60_000  # code points of text in which a nearest match is looked for


@dataclass(frozen=True, slots=True)
class Found:
    """Where a quotation stands. ``how``: exact, folded or near."""

    spans: tuple[Span, ...]
    how: str


class Page:
    """A text in which quotations are looked for: its words, folded, and where each stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words: list[tuple[str, Span]] | None = None
        self._first: dict[str, list[int]] = {}

    @property
    def words(self) -> list[tuple[str, Span]]:
        if self._words is None:
            self._words = list(folded_words(self.text))
            for place, (word, _) in enumerate(self._words):
                self._first.setdefault(word, []).append(place)
        return self._words

    def find(self, quotation: str, within: Span) -> Found | str:
        """Return where a quotation stands, at best in ``within``; else why it does not count: short, long or absent."""
        wanted = quotation.strip()
        if weight(wanted) < SHORTEST:
            return "short"
        if len(wanted) > LONGEST:
            return "long"
        parts = [part for part in GAP.split(wanted) if part]
        whole = self.whole(wanted, within)
        if whole is not None:
            return whole
        if len(parts) > 1 and all(weight(part) >= 2 * SHORTEST for part in parts):
            each = [self.whole(part, within) for part in parts]
            if all(each):
                return Found(tuple(span for found in each if found for span in found.spans), "folded")
        near = self.nearest(wanted, within)
        return Found((near,), "near") if near else "absent"

    def whole(self, wanted: str, within: Span) -> Found | None:
        """Return where all the words stand, in one stretch."""
        for first, last in ((within.start, within.stop), (0, len(self.text))):
            if (at := self.text.find(wanted, first, last)) >= 0:
                return Found((Span(at, at + len(wanted)),), "exact")
        span = self.folded(wanted, within)
        return Found((span,), "folded") if span else None

    def folded(self, wanted: str, within: Span) -> Span | None:
        """Return where the words stand one after the other, whatever white space or punctuation is between them."""
        asked = [word for word, _ in folded_words(wanted)]
        words = self.words
        if not asked:
            return None
        hits = [
            Span(words[at][1].start, words[at + len(asked) - 1][1].stop)
            for at in self._first.get(asked[0], ())
            if at + len(asked) <= len(words) and all(words[at + n][0] == word for n, word in enumerate(asked))
        ]
        inside = [hit for hit in hits if within.covers(hit)] or hits
        return self.closed(inside[0], wanted) if inside else None

    def closed(self, span: Span, wanted: str) -> Span:
        """Return a span with the punctuation behind it that the quotation ends with too."""
        stop = span.stop
        if stop < len(self.text) and self.text[stop] == wanted[-1:] and not self.text[stop].isspace():
            stop += 1
        return Span(span.start, stop)

    def nearest(self, wanted: str, within: Span) -> Span | None:
        """Return the one stretch that is nearly the quotation and has its numbers; None where two are or none is."""
        from rapidfuzz import fuzz

        piece = self.text[within.start : within.stop]
        if len(piece) > NEAR_TEXT or weight(wanted) < 4 * SHORTEST:
            return None
        best = fuzz.partial_ratio_alignment(wanted, piece, score_cutoff=NEAR)
        if best is None or best.dest_start >= best.dest_end or len(wanted) > len(piece):
            return None
        rest = piece[: best.dest_start] + "\0" * len(wanted) + piece[best.dest_end :]
        if fuzz.partial_ratio(wanted, rest, score_cutoff=best.score - CLEAR):
            return None
        span = self.whole_words(within.start + best.dest_start, within.start + best.dest_end)
        same = sorted(NUMBER.findall(self.text, span.start, span.stop)) == sorted(NUMBER.findall(wanted))
        return span if same else None

    def whole_words(self, start: int, stop: int) -> Span:
        """Return a stretch without the pieces of words at its ends."""
        inside = [span for _, span in self.words if span.start < stop and start < span.stop]
        kept = [s for s in inside if min(s.stop, stop) - max(s.start, start) > len(s) // 2] or inside
        return Span(kept[0].start, kept[-1].stop) if kept else Span(start, stop)


def folded_words(text: str) -> Iterator[tuple[str, Span]]:
    """Yield the words, in small letters, without what nobody sees, each with its place.

    In scripts without blanks each character is a word.
    """
    for found in JOINED.finditer(text):
        words, start = found[0], found.start()
        if words.isascii():
            yield words.casefold(), Span(start, found.end())
        elif UNSPACED.search(words):
            yield from ((c.casefold(), Span(start + n, start + n + 1)) for n, c in enumerate(words) if WORD.match(c))
        else:
            yield normalize("NFC", UNSEEN.sub("", words).casefold()), Span(start, found.end())


def weight(words: str) -> int:
    """Return how much a quotation has to show: its letters and digits."""
    return sum(3 if UNSPACED.match(letter) else 1 for letter in LETTER.findall(words))
