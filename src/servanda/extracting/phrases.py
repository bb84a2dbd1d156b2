"""The noun phrase around a head, and the clause that is quoted for it.

Where a language puts modifiers before the noun only (hi, ja, ko) the phrase ends with
the head; elsewhere it may run on over "of", "for", "between", "on". Offsets are code
points of the text, half-open.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from servanda.extracting.candidates import NO_WORD, Candidate
from servanda.extracting.wording import known_phrase, stem_in
from servanda.language.mentions import Reading, Sentence
from servanda.language.sentences import runs_in, word_matches, words_in
from servanda.model import Span

TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-'’./&+][\p{L}\p{M}\p{N}]+)*")
KANA = regex.compile(r"\p{Hiragana}")
SYLLABIC = regex.compile(r"[\p{Han}\p{Hangul}]")
LINKS = ("of", "for", "between", "with", "purpose", "to")
STOPPERS = frozenset(
    (
        "to",
        "of",
        "with",
        "between",
        "by",
        "from",
        "at",
        "and",
        "for",
        "pronoun",
        "definite",
        "indefinite",
        "self_pronoun",
        "future",
        "past",
        "perfect",
        "present",
        "hedge",
        "clause",
        "attribution",
        "negation",
        "in_region",
        "against",
        "quote_verbs",
    )
)
ENDERS = ("future", "past", "perfect", "present", "clause", "attribution", "hedge")
ORDINAL = regex.compile(r"(?<![\p{L}\p{N}.])[0-9]{1,3}(?=[\p{L}\p{M}])")
MODIFIERS = 6
MODIFIED = 80
QUOTE_WHOLE = 260
QUOTE_LEAST = 70
LONGEST = 590


def left_edge(c: Candidate, reading: Reading) -> int:
    """Where the words that modify a head begin: up to six words back, to the first that is no modifier."""
    s = c.sentence
    edge, stops = c.head.start, stops_of(s)
    clause = s.clause(edge)
    for start, stop in reversed(last_tokens(reading.text, s.start, edge)):
        if stop in stops or s.clause(stop) != clause:
            break
        edge, clause = start, s.clause(start)
    return edge


@lru_cache(4)
def stops_of(s: Sentence) -> set[int]:
    """Where the words of a sentence end that are no modifiers: the same for all its heads."""
    return {m.stop for name, marks in s.marks.items() if name in STOPPERS for m in marks} | {c.stop for c in s.cues}


def last_tokens(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """The last six tokens of a stretch; they are mostly near its end, and no token has a blank in it."""
    near = max(start, text.find(" ", stop - MODIFIED, stop))
    found = [m.span() for m in TOKEN.finditer(text, near, stop)]
    if len(found) < MODIFIERS and near > start:
        found = [m.span() for m in TOKEN.finditer(text, start, stop)]
    return found[-MODIFIERS:]


def genitive_edge(c: Candidate, reading: Reading) -> int:
    """The same where modifiers pile up before the noun over genitives: back to the clause's break or subject."""
    s = c.sentence
    stops = [m.stop for name in ("by", "clause", "to") for m in s.marked(name) if m.stop <= c.head.start]
    stops += [b + 1 for b in s.breaks if b < c.head.start]
    start = max([s.start, *stops])
    tokens = [t for t in words_in(reading.text, start, c.head.start) if not KANA.match(reading.text, t)]
    return tokens[max(0, len(tokens) - 9)] if tokens else c.head.start


def follows_and(s: Sentence, place: int) -> bool:
    """True where a verb begins a clause of its own: "a treaty on fish and expect to ..."."""
    return s.mark_before("and", place, 2) is not None


def right_edge(c: Candidate, reading: Reading) -> int:
    """Where what completes a head ends: behind "of", "for" ... up to the next verb, clause or break."""
    s, text = c.sentence, reading.text
    if reading.pack.adpositions == "after":
        return c.head.stop
    if not c.is_verb and not any(s.mark_after(name, c.head.stop, 2) for name in LINKS):
        return c.head.stop
    ends = [m.start for name in ENDERS for m in s.marked(name) if m.start > c.head.stop]
    ends += [b for b in s.breaks if b >= c.head.stop]
    ends += [
        cue.start
        for cue in s.cues
        if cue.start > c.head.stop + 3 and (cue.entry.data.get("side") != "before" or follows_and(s, cue.start))
    ]
    limit = min([s.stop, *ends])
    tokens = [m.end() for m in TOKEN.finditer(text, c.head.stop, limit)]
    return tokens[min(11, len(tokens) - 1)] if tokens else c.head.stop


def phrase(c: Candidate, reading: Reading) -> Span:
    """Return the noun phrase of a head, from which its title is made."""
    left = genitive_edge if reading.pack.adpositions == "after" else left_edge
    return Span(left(c, reading), right_edge(c, reading))


def phrase_features(c: Candidate, reading: Reading) -> list[str]:
    """Which words a candidate's noun phrase has, and how many."""
    words = [word.lower() for _, word in runs_in(reading.text, c.phrase.start, c.phrase.stop, NO_WORD)]
    return [*known_phrase(len(words), c.kind), *{*map(stem_in, words)}]


def content_words(span: Span, reading: Reading) -> frozenset[str]:
    """The stems of the phrase's longer words."""
    stems = (stem(m[0]) for m in word_matches(reading.text, span.start, span.stop))
    return frozenset(s for s in stems if s)


def stem(word: str) -> str:
    """A word's first six letters in small, two where each letter is a syllable; "" where the word is short."""
    if SYLLABIC.match(word):
        return word[:2] if len(word) > 1 else ""
    return word.lower()[:6] if len(word) > 3 else ""


def trimmed(text: str, start: int, stop: int) -> Span:
    """A stretch without white space and loose punctuation at its ends."""
    while start < stop and (text[start].isspace() or text[start] in ",;:—–-"):
        start += 1
    while stop > start and (text[stop - 1].isspace() or text[stop - 1] in ",;:—–-"):
        stop -= 1
    return Span(start, stop)


def evidence(c: Candidate, around: Span, reading: Reading) -> Span:
    """The shortest stretch of whole clauses that shows head, phrase and governing cue; short sentences whole."""
    s = c.sentence
    if s.stop - s.start <= QUOTE_WHOLE:
        return trimmed(reading.text, s.start, s.stop)
    start, stop = around.start, around.stop
    if c.governors and c.governors[0].cost <= 14:
        cue = c.governors[0].cue
        start, stop = min(start, cue.start), max(stop, cue.stop)
    edges = [s.start, *s.breaks, s.stop]
    a = max(e for e in edges if e <= start)
    b = min(e for e in edges if e >= stop)
    while b - a < QUOTE_LEAST and (a, b) != (s.start, s.stop):
        a = max([e for e in edges if e < a], default=a)
        b = min([e for e in edges if e > b], default=b) if b - a < QUOTE_LEAST else b
    return trimmed(reading.text, a, min(b, a + LONGEST))


def ordinals_in(span: Span, reading: Reading) -> frozenset[int]:
    """The ordinals of a phrase: numbers with letters at their end ("9th", "11वां"), and the pack's words for them."""
    named = reading.pack.settings("marks").get("ordinals", {})
    words = (m[0].lower() for m in TOKEN.finditer(reading.text, span.start, span.stop))
    found = {named[w] for w in words if w in named}
    return frozenset(found | {int(m[0]) for m in ORDINAL.finditer(reading.text, span.start, span.stop)})
