"""The cast of a document: its people and bodies, and the state that each stands for.

A person is a name beside an office or title, or a known leader; their state is the party
named in the same phrase, in apposition, or (marked as such) the document's own. Later a
surname alone is the same person. A body is a capitalised name that holds a word such as
"Ministry" or "Agency"; its acronym in brackets is the same body.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import regex

from servanda.language.bodies import Body, bodies_of
from servanda.language.mentions import PartyMention, Reading, Sentence
from servanda.language.packs import Hit, Pack
from servanda.model import Span

PIECE = r"\p{Lu}[\p{L}\p{M}'’-]*\.?"
PARTICLE = r"(?:al|el|bin|ibn|de|da|di|del|dos|von|van|der|le|la)"
NAME = regex.compile(rf"{PIECE}(?:[ \u00a0](?:{PARTICLE}[ -])?{PIECE}){{0,4}}")
BODY_PIECE = r"(?:\p{Lu}{2,}|\p{Lu}[\p{L}\p{M}’'-]*\.?)(?<!['’]s)"
BODY = regex.compile(rf"{BODY_PIECE}(?:[ \u00a0](?:(?:of|for|and|&|on|of the|for the) )?{BODY_PIECE}){{1,9}}")
UNCASED_NAME = regex.compile(r"[\p{L}\p{M}\u200c\u200d.]+(?:[ \u00a0][\p{L}\p{M}\u200c\u200d.]+){0,3}")
NAME_BEFORE = regex.compile(
    r"(?<![\p{Katakana}ー・＝])[\p{Katakana}ー]{2,}(?:[・＝][\p{Katakana}ー]+)*・?$|(?<!\p{Han})\p{Han}{2,5}・?$"
    r"|(?<![\p{Hangul}-])(?:[\p{Hangul}-]{1,8}(?<![은는이가을를의와과에서도로일월년]) ){0,2}[\p{Hangul}-]{1,12} $"
)
MINISTRY = regex.compile(r"(?<!\p{Hangul})\p{Hangul}{2,}(?:부|청|처|원|성|위원회) $")
NAME_WORD = regex.compile(r"\S+")
NAME_REACH = 30
SAID_OF = 48
APPOSED = 24
POSTPOSITIONS = ("by", "with", "to", "of", "from", "at", "and", "between", "for")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as named in one place; ``code`` is their state, "" where the text does not tell."""

    start: int
    stop: int
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in each sentence; ``bodies`` stand for their states, ``named`` are all that the document names."""

    people: dict[int, list[Person]]
    bodies: dict[int, list[Body]]
    named: dict[int, list[Body]] = field(default_factory=dict)


def introducers(sentence: Sentence) -> list[Hit]:
    """Offices, titles and "counterpart" in a sentence, by place."""
    found = [m for name in ("office", "title", "counterpart") for m in sentence.marked(name)]
    return sorted(found, key=lambda m: m.start)


def name_place(office: Hit, sentence: Sentence, text: str) -> tuple[int, bool]:
    """Where a name may begin behind an office, the state's adjective and a comma stepped over; True behind a comma."""
    stop = office.stop
    for mention in sentence.parties:
        if mention.start == stop + 1 and mention.sort == "adjective":
            stop = mention.stop
    comma = stop > office.stop and text[stop : stop + 2] == ", "
    return stop + 1 + comma, comma


def cased_names(text: str, sentence: Sentence) -> Iterator[Span]:
    """Capitalised names right behind an office or title, or right before one in apposition."""
    for office in introducers(sentence):
        place, comma = name_place(office, sentence, text)
        name = NAME.match(text, place) if place < sentence.stop and text[place - 1] in " .\u00a0" else None
        if name is not None and name.end() <= sentence.stop and (not comma or " " in name[0]):
            yield Span(*name.span())
        before = text.rfind(",", sentence.start, office.start)
        if before > 0 and office.start - before < APPOSED:
            names = [n for n in NAME.finditer(text, max(sentence.start, before - 44), before) if n.end() == before]
            if names and " " in names[-1][0].strip():
                yield Span(*names[-1].span())


def uncased_names(text: str, sentence: Sentence) -> Iterator[Span]:
    """Up to three words behind an office or title, to the first postposition or break."""
    stops = {m.start for name in POSTPOSITIONS for m in sentence.marked(name)}
    for office in introducers(sentence):
        name = UNCASED_NAME.match(text, min(office.stop + 1, sentence.stop))
        if name is None:
            continue
        stop = min([s for s in stops if s > name.start()] + [name.end(), sentence.stop])
        words = text[name.start() : stop].split()
        if 1 <= len(words) <= 4 and name.start() not in stops:
            yield Span(name.start(), name.start() + len(text[name.start() : stop].rstrip()))


def names_before(text: str, sentence: Sentence) -> Iterator[tuple[Span, str]]:
    """Names right before an office, with the state that stands between ("Suzuki, of Japan the minister"), if any."""
    taken: list[PartyMention | Hit] = [*sentence.parties, *(m for marks in sentence.marks.values() for m in marks)]
    for office in introducers(sentence):
        first, stop = max(sentence.start, office.start - NAME_REACH), office.start
        ministry = MINISTRY.search(text, first, stop)
        stop = ministry.start() if ministry else stop
        state = next((m for m in sentence.parties if stop - 1 <= m.stop <= office.stop and m.sort != "leader"), None)
        found = NAME_BEFORE.search(text, first, min(stop, state.start) if state else stop)
        if found is None:
            continue
        start, end = found.start(), found.start() + len(found[0].rstrip(" ・"))
        for word in NAME_WORD.finditer(text, start, end):
            if any(m.start <= word.start() < m.stop for m in taken):
                start = word.end() + 1
        if start < end:
            yield Span(start, end), state.code if state else ""


def state_of(span: Span, sentence: Sentence, text: str) -> str:
    """The party named in the same phrase: just before the name, or in the apposition behind it."""
    before = [m for m in sentence.parties if m.stop <= span.start and span.start - m.stop < SAID_OF]
    if before and not regex.search(r"[,;:()।、]", text[before[-1].stop : span.start]):
        return before[-1].code
    if text[span.stop : span.stop + 1] == ",":
        after = [m for m in sentence.parties if m.start > span.stop and m.start - span.stop < SAID_OF]
        if after and "," not in text[span.stop + 1 : after[0].start]:
            return after[0].code
    return ""


def without_office(span: Span, sentence: Sentence) -> Span:
    """A name without the capitalised offices and parties at its head."""
    start = span.start
    named: list[Hit | PartyMention] = [*introducers(sentence), *sentence.parties]
    for hit in sorted(named, key=lambda h: h.start):
        sort = getattr(hit, "sort", "office")
        if hit.start == start and hit.stop < span.stop and sort not in ("leader", "person"):
            start = hit.stop + 1
    return Span(start, span.stop)


def trimmed_name(text: str, span: Span) -> str:
    name = text[span.start : span.stop].strip(" .,-")
    return regex.sub(r"['’]s$", "", name)


def named_people(sentence: Sentence, text: str, own: Pack) -> Iterator[tuple[Span, str]]:
    """Names beside an office or title, each with its state where the words between tell it."""
    if own.offices == "after":
        yield from names_before(text, sentence)
        return
    for span in cased_names(text, sentence) if own.cased else uncased_names(text, sentence):
        yield without_office(span, sentence), ""


def people_in(sentence: Sentence, text: str, own: Pack) -> list[Person]:
    found: dict[int, Person] = {}
    for mention in sentence.parties:
        if mention.sort == "leader":
            found[mention.start] = Person(mention.start, mention.stop, mention.name, mention.code)
    for span, code in named_people(sentence, text, own):
        name = trimmed_name(text, span)
        parties = (m for m in sentence.parties if m.sort != "place")
        others: list[Person | Hit | PartyMention] = [*found.values(), *sentence.heads, *parties]
        taken = any(o.start < span.stop and span.start < o.stop for o in others)
        if not taken and len(name) > (2 if own.offices == "before" else 1):
            found[span.start] = Person(span.start, span.start + len(name), name, code or state_of(span, sentence, text))
    return sorted(found.values(), key=lambda p: p.start)


def bodies_in(sentence: Sentence, text: str, home: str) -> list[Body]:
    words = {m.start for m in sentence.marked("body_word")}
    if not words:
        return []
    found = []
    for match in BODY.finditer(text, sentence.start, sentence.stop):
        span = Span(*match.span())
        is_head = any(h.span.covers(span) for h in sentence.heads)
        if is_head or not any(span.start <= w < span.stop for w in words):
            continue
        inside = [m for m in sentence.parties if span.start <= m.start < span.stop]
        before = [m for m in sentence.parties if 0 <= span.start - m.stop <= 3]
        named = inside or before
        found.append(Body(span.start, span.stop, trimmed_name(text, span), named[-1].code if named else home))
    return found


def home_of(reading: Reading) -> str:
    """The state that an office or ministry without a country belongs to: the document's most central one."""
    return next((code for code in reading.ranking() if len(code) == 3 and code.isupper()), "")


def surname(person: Person) -> str:
    return person.name.split()[-1].strip(".")


def later_mentions(reading: Reading, known: dict[str, Person], people: dict[int, list[Person]]) -> None:
    """Find again, by surname or full name, whom the document has introduced."""
    if not known:
        return
    edge = r"(?<![\p{L}\p{M}])(?:%s)(?![\p{L}\p{M}])"
    pattern = regex.compile(edge % "|".join(sorted(map(regex.escape, known), key=lambda k: (-len(k), k))))
    for sentence in reading.sentences:
        here = people.setdefault(sentence.index, [])
        for match in pattern.finditer(reading.text, sentence.start, sentence.stop):
            if not any(p.start < match.end() and match.start() < p.stop for p in here):
                here.append(replace(known[match[0]], start=match.start(), stop=match.end()))
        here.sort(key=lambda p: p.start)


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
        people[sentence.index] = people_in(sentence, reading.text, reading.pack)
        if cased:
            bodies[sentence.index] = bodies_in(sentence, reading.text, home)
        for person in people[sentence.index]:
            key = surname(person)
            if len(key) > 3 and (key not in known or (person.code and not known[key].code)):
                known[key] = person
    later_mentions(reading, known, people)
    for sentence in reading.sentences:
        seat(sentence, people.get(sentence.index, []), bodies.get(sentence.index, []), known, home)
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
        if body.code and not any(m.start < body.stop and body.start < m.stop for m in sentence.parties):
            added.append(PartyMention(body.start, body.stop, body.code, "firm", body.name))
    taken = sentence.parties
    fresh = [a for a in added if not any(a.start < m.stop and m.start < a.stop for m in taken)]
    sentence.parties = sorted([*taken, *fresh], key=lambda m: m.start)
