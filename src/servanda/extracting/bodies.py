"""Firms, agencies and ministries beside a head: those the document knows, and those that their place shows.

A name in capital letters is a body where it is joined to one by "and", or stands behind "with" or "between" of a text
or trade; one that is a party, a person or an office is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex

from servanda.codebook import organisations
from servanda.extracting.candidates import Candidate
from servanda.language.cast import Cast
from servanda.language.mentions import Reading, Sentence
from servanda.model import Kind, Span

CAPITAL = r"\p{Lu}[\p{L}\p{M}\p{N}&’'.-]*[\p{L}\p{M}\p{N}]"
NAME = rf"{CAPITAL}(?: (?:(?:of|for|de|di|du|&) (?:the )?)?{CAPITAL})*"
NAMED = regex.compile(rf" ?(?:the )?({NAME})")
JOINED = regex.compile(rf" and (?:the )?({NAME})")
BEFORE = regex.compile(rf"({NAME}) and (?:the )?$")
BOTH = regex.compile(rf"({CAPITAL}(?: {CAPITAL})*) and ({CAPITAL}(?: {CAPITAL})+)")
COMPOSED = regex.compile(r"\b(?:of|for|de)\b")
TEXTS = (Kind.INSTRUMENT, Kind.TRADE)
WITH = 60


def bodies_beside(c: Candidate, cast: Cast, reading: Reading) -> list[Span]:
    """All that a sentence names of firms, agencies and ministries, the longest name at each place."""
    s, text = c.sentence, reading.text
    named = [part for b in cast.named.get(s.index, []) for part in apart(Span(b.start, b.stop), text)]
    known = [Span(m.start, m.stop) for m in s.parties if m.sort == "body" and m.code not in organisations()]
    named += [k for k in known if not any(k.meets(n) for n in named)]
    others = [m.start for m in s.parties if m.code in organisations()]
    named = [n for n in named if not any(n.start <= m < n.stop for m in others)]
    named = [n for n in named if text[n.start - 1 : n.start] != "(" or text[n.stop : n.stop + 1] != ")"]
    shown = [
        n for n in shown_by_place(c, named, text) if is_body(n, s, cast, text) and not any(n.meets(k) for k in named)
    ]
    return sorted(set(without_ships([*named, *shown], reading)))


def apart(body: Span, text: str) -> Iterator[Span]:
    """Two firms read as one, "Ilmar Dock and Seto Heavy Industries"; a ministry "of Trade and Industry" stays one."""
    name = text[body.start : body.stop]
    both = BOTH.fullmatch(name)
    if both is None or COMPOSED.search(name):
        yield body
        return
    for part in (1, 2):
        yield Span(body.start + both.start(part), body.start + both.end(part))


def without_ships(named: Iterable[Span], reading: Reading) -> Iterator[Span]:
    """A navy's letters before its ships' names are no body: "INS"."""
    letters = reading.pack.settings("items").get("ships", ())
    for body in named:
        if reading.text[body.start : body.stop].split(" ")[0] not in letters:
            yield body


def shown_by_place(c: Candidate, named: list[Span], text: str) -> Iterator[Span]:
    """Yield names joined to a body by "and", and those behind "with" or "between" of a text or trade."""
    s = c.sentence
    for body in named:
        both = JOINED.match(text, body.stop, s.stop)
        if both:
            yield Span(*both.span(1))
        first = BEFORE.search(text, max(s.start, body.start - WITH), body.start)
        if first:
            yield Span(*first.span(1))
    if c.kind in TEXTS:
        for mark in (*s.marked("with"), *s.marked("between")):
            if 0 <= mark.start - c.head.stop <= WITH and not s.breaks_between(c.head.stop, mark.start):
                yield from pair_behind(mark.stop, mark.entry.value == "between", s, text)


def pair_behind(place: int, two: bool, s: Sentence, text: str) -> Iterator[Span]:
    """Yield the name behind "with", or the two behind "between"."""
    first = NAMED.match(text, place, s.stop)
    if first is None:
        return
    yield Span(*first.span(1))
    second = JOINED.match(text, first.end(), s.stop) if two else None
    if second:
        yield Span(*second.span(1))


def is_body(name: Span, s: Sentence, cast: Cast, text: str) -> bool:
    """False for a party, a person, an office or a month, whole or in part; a body may bear its place's name."""
    people = [Span(p.start, p.stop) for p in cast.people.get(s.index, [])]
    offices = [m.span for sort in ("office", "title", "role") for m in s.marked(sort)]
    if any(name.meets(span) for span in (*people, *offices)) or name.stop - name.start < 3:
        return False
    inside = [m for m in s.parties if m.start < name.stop and name.start < m.stop]
    return all(m.start == name.start and len(text[m.stop : name.stop].split()) > 1 for m in inside)
