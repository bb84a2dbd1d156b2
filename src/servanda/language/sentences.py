"""Where sentences, words and clauses begin and end; offsets are code points into the text.

Every code point of the text that is no white space lies in exactly one sentence.
Rules are few and know no language; what a language abbreviates stands in its pack.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

import regex

from servanda.language.packs import pack

# Longer than any sentence of a treaty's preamble that we met; without it an endless one would take quadratic time.
LONGEST_SENTENCE = 3000
LINE = regex.compile(r"[^\n]+")
CLOSERS = r"[\"'”’»)\]」』）]*"
# Signs behind which a sentence may end; what a small letter follows goes on.
SIGN = re.compile(r"[.!?…।॥。！？\"'”’»)\]」』）](?![a-z,;])")
ENDS = regex.compile(
    rf"(?<=[\p{{L}}\p{{M}}\p{{N}}%)\]\"'”’»][.!?…]{{1,3}}{CLOSERS})(?:\s+|(?=[\p{{Lu}}“\"«‘(][\p{{Ll}}\p{{Lu}}]))"
    rf"|(?<=[।॥。！？]{CLOSERS})(?![\"'”’»)\]」』）])\s*"
)
LAST_WORD = regex.compile(r"([\p{L}\p{M}.]+)\.[\"'”’»)\]]*$")
WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-'’.][\p{L}\p{M}\p{N}]+)*")
# Blanks are left out, for they need not be made blank: that takes a fifth of the time.
NO_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N} ]")
JOINERS = "-'’."
# A quick look for what may be a sign of these scripts, all of which stand behind U+2E80.
FAR_SIGN = re.compile("[\u2e80-\U0010ffff]")
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
UNSPACED_WORD = regex.compile(
    r"[\p{Katakana}ー]+|\p{Han}{1,2}|\p{Hiragana}+|(?:(?![\p{Han}\p{Hiragana}\p{Katakana}])[\p{L}\p{M}\p{N}])+"
)
QUOTE_GOES_ON = regex.compile(r"と|など|の|という")
STARTS_LOW = regex.compile(r"[\p{Ll},;]")
GLUED = regex.compile(r"\p{L}\.\p{Lu}")


@cache
def abbreviations(language: str) -> frozenset[str]:
    """Return the pack's abbreviations and titles that end in a full stop, in small letters, without it."""
    own = pack(language)
    written = [*own.settings("marks").get("abbreviations", ()), *own.marks().get("title", ())]
    return frozenset(w.rstrip(".").lower() for w in written)


def is_abbreviated(before: str, language: str) -> bool:
    """True where the full stop that ends ``before`` belongs to a word: Dr., U.S., H.E., J."""
    found = LAST_WORD.search(before.rpartition(" ")[2])
    if found is None:
        return False
    word = found[1]
    initials = (len(word) == 1 and word.isupper()) or ("." in word and len(word) <= 5)
    return initials or word.lower() in abbreviations(language)


def ends_here(text: str, start: int, gap: regex.Match[str], language: str) -> bool:
    """Decide whether the sentence that began at ``start`` ends at a gap after its closing mark."""
    if STARTS_LOW.match(text, gap.end()):
        return False
    if text[gap.start() - 1] in "」』" and QUOTE_GOES_ON.match(text, gap.end()):
        return False
    glued = gap.start() == gap.end() and text[gap.start() - 1] in ".!?"
    if glued and len(text) > gap.end() + 1 and not GLUED.match(text, gap.start() - 2) and text[gap.start() - 1] == ".":
        return False
    return not is_abbreviated(text[max(start, gap.start() - 24) : gap.start()], language)


def gaps(text: str, start: int, stop: int) -> Iterator[regex.Match[str]]:
    """Yield what may part sentences in a line; only behind a sign that can end one is it looked for."""
    reached = start
    for sign in SIGN.finditer(text, start, stop):
        place = sign.end()
        if place >= reached and (gap := ENDS.match(text, place, stop)) is not None:
            reached = gap.end()
            yield gap


def sentences_in(text: str, language: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of each sentence; a line's end always ends one."""
    for line in LINE.finditer(text, start, len(text) if stop is None else stop):
        begin = line.start()
        for gap in gaps(text, line.start(), line.end()):
            if gap.end() < line.end() and ends_here(text, begin, gap, language):
                yield from stripped(text, begin, gap.start())
                begin = gap.end()
        yield from stripped(text, begin, line.end())


def stripped(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield a stretch without the white space around it; one that no grammar could end is cut at a blank."""
    while stop - start > LONGEST_SENTENCE:
        cut = max(text.rfind(" ", start, start + LONGEST_SENTENCE), start + LONGEST_SENTENCE // 2)
        yield from stripped(text, start, cut)
        start = cut
    piece = text[start:stop]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def is_unspaced(text: str, start: int, stop: int) -> bool:
    """True where a stretch has a sign of a script that puts no blanks between words."""
    if text.isascii():  # which a string knows of itself
        return False
    return FAR_SIGN.search(text, start, stop) is not None and UNSPACED.search(text, start, stop) is not None


def words_in(text: str, start: int, stop: int) -> list[int]:
    """Return where each word of a stretch begins; without blanks, where the script changes and every two Han signs."""
    if is_unspaced(text, start, stop):
        return [m.start() for m in UNSPACED_WORD.finditer(text, start, stop)]
    found, reached = list[int](), -2
    for place, run in runs_in(text, start, stop, NO_LETTER):
        if place - reached != 1 or text[reached] not in JOINERS:
            found.append(place)
        reached = place + len(run)
    return found


def runs_in(text: str, start: int, stop: int, apart: regex.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield each run of signs between those that ``apart`` matches one by one, with its place.

    A match for each run would take three times as long.
    """
    place = start
    for run in apart.sub(" ", text[start:stop]).split(" "):
        if run:
            yield place, run
        place += len(run) + 1


def word_matches(text: str, start: int, stop: int) -> Iterator[regex.Match[str]]:
    """Yield each word of a stretch."""
    word = UNSPACED_WORD if is_unspaced(text, start, stop) else WORD
    yield from word.finditer(text, start, stop)


def between(places: Sequence[int], start: int, stop: int) -> int:
    """Return how many of the sorted places lie in the half-open stretch."""
    return bisect_left(places, stop) - bisect_left(places, start)
