"""The cast of a document: its people and bodies, and the state that each stands for.

A person is a name beside an office or title, or a known leader; their state is the party
named in the same phrase, in apposition, or (marked as such) the document's own. Later a
surname alone is the same person. A body is a capitalised name that holds a word such as
"Ministry" or "Agency"; its acronym in brackets is the same body.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import takewhile

import regex

from servanda.language.bodies import Body, bodies_of
from servanda.language.mentions import PartyMention, Reading, Sentence
from servanda.language.packs import Names
from servanda.language.people import Person, people_in, spelled, trimmed_name
from servanda.model import Span

LETTER = regex.compile(r"[\p{L}\p{M}]")
BODY_PIECE = r"(?:\p{Lu}{2,}|\p{Lu}[\p{L}\p{M}’'-]*\.?)(?<!['’]s)"
BODY = regex.compile(rf"{BODY_PIECE}(?:[ \u00a0](?:(?:of|for|and|&|on|of the|for the) )?{BODY_PIECE}){{1,9}}")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in each sentence; ``bodies`` stand for their states, ``named`` are all that the document names."""

    people: dict[int, list[Person]]
    bodies: dict[int, list[Body]]
    named: dict[int, list[Body]] = field(default_factory=dict)


def bodies_in(sentence: Sentence, text: str) -> list[Body]:
    words = {m.start for m in sentence.marked("body_word")}
    found = []
    for match in BODY.finditer(text, sentence.start, sentence.stop):
        start, stop = match.span()
        if not any(start <= w < stop for w in words):
            continue
        span = Span(start, stop)
        if any(h.span.covers(span) for h in sentence.heads):
            continue
        inside = [m for m in sentence.parties if span.start <= m.start < span.stop]
        before = [m for m in sentence.parties if 0 <= span.start - m.stop <= 3]
        named = inside or before
        found.append(Body(span.start, span.stop, trimmed_name(text, span), named[-1].code if named else ""))
    return found


def home_of(reading: Reading) -> str:
    """The state that an office or ministry without a country belongs to: the document's most central one."""
    return next((code for code in reading.ranking() if len(code) == 3 and code.isupper()), "")


def surname(person: Person) -> str:
    return person.name.split()[-1].strip(".")


def spelled_otherwise(written: str, name: str) -> bool:
    """True where a name of two words or more shares some words with another, or forms of them, and not all."""
    shared = [any(akin(a, b) for b in name.lower().split()) for a in written.lower().split()]
    return len(shared) > 1 and any(shared) and not all(shared)


def akin(a: str, b: str) -> bool:
    """True where seven tenths of two words are one beginning, as forms of one word have it."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
    return same >= 0.7 * max(len(a), len(b))


def as_written(reading: Reading, people: dict[int, list[Person]], known: dict[str, Person]) -> None:
    """Name a leader as the text does in full where it spells them otherwise than the pack, a bare surname in full."""
    full: dict[str, str] = {}
    for index, person in ((index, p) for index, here in people.items() for p in here):
        written = spelled(person, reading.sentences[index], reading.text)
        if written != person.name and spelled_otherwise(written, person.name):
            full.setdefault(person.name, written)
    for index, here in people.items():
        people[index] = [settled(p, known, full) for p in here]


def fuller(known: Person | None, person: Person) -> Person:
    """Of two mentions of a surname the first with a state and, else, with a first name."""
    if known is None:
        return person
    if " " in person.name and " " not in known.name:
        return replace(person, code=person.code or known.code)
    return person if person.code and not known.code else known


def settled(person: Person, known: dict[str, Person], full: dict[str, str]) -> Person:
    """A person by their full name, of the state that some mention tells."""
    same = known.get(surname(person), person)
    if " " in person.name and same.name != person.name:
        return replace(person, name=full.get(person.name, person.name))
    return replace(person, name=full.get(same.name, same.name), code=person.code or same.code)


def later_mentions(reading: Reading, known: dict[str, Person], people: dict[int, list[Person]]) -> None:
    """Find again, by surname or full name, whom the document has introduced."""
    if not known:
        return
    for index, places in reading.named(Names(known)):
        s, here, reached = reading.sentences[index], people.get(index, []), 0
        for start, stop in sorted(places, key=lambda p: (p[0], -p[1])):
            if start < reached or not stands_alone(start, stop, reading.text, s.stop):
                continue
            reached = stop
            if not any(p.start < stop and start < p.stop for p in here):
                person = replace(known[reading.text[start:stop]], start=start, stop=stop)
                here = sorted([*here, person], key=lambda p: p.start)
                people[s.index] = here


def stands_alone(start: int, stop: int, text: str, end: int) -> bool:
    """True where no letter stands beside a place in a sentence that ends there."""
    before = start > 0 and LETTER.match(text, start - 1)
    return not before and (stop >= end or not LETTER.match(text, stop))


def cast_of(reading: Reading) -> Cast:
    """Find the document's people and bodies and put them among its sentences' parties."""
    cased = reading.pack.cased
    home = home_of(reading)
    people: dict[int, list[Person]] = {}
    bodies: dict[int, list[Body]] = {}
    known: dict[str, Person] = {}
    for sentence in reading.sentences:
        if not sentence.marks and not sentence.parties:
            continue
        here = people_in(sentence, reading.text, reading.pack)
        if here:
            people[sentence.index] = here
        if cased and "body_word" in sentence.marks:
            bodies[sentence.index] = bodies_in(sentence, reading.text)
        for person in here:
            key = surname(person)
            if len(key) > 3:
                known[key] = fuller(known.get(key), person)
    later_mentions(reading, known, people)
    as_written(reading, people, known)
    for index in {**people, **bodies}:
        seat(reading.sentences[index], people.get(index, []), bodies.get(index, []), known, home)
    spans = {index: [Span(p.start, p.stop) for p in found] for index, found in people.items()}
    return Cast(people, bodies, bodies_of(reading, spans) if cased else {})


def seat(sentence: Sentence, people: list[Person], bodies: list[Body], known: dict[str, Person], home: str) -> None:
    """Add people and bodies to a sentence's parties; one whose state the text does not tell stands for home."""
    added = []
    for person in people:
        code = person.code or known.get(surname(person), person).code
        sort = "person" if code else "home"
        if code or home:
            added.append(PartyMention(person.start, person.stop, code or home, sort, person.name))
    for body in bodies:
        if (body.code or home) and not any(m.start < body.stop and body.start < m.stop for m in sentence.parties):
            sort = "firm" if body.code else "unplaced"
            added.append(PartyMention(body.start, body.stop, body.code or home, sort, body.name))
    taken = sentence.parties
    fresh = [a for a in added if not any(a.start < m.stop and m.start < a.stop for m in taken)]
    sentence.parties = sorted([*taken, *fresh], key=lambda m: m.start)
