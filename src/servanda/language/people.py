"""The people that a sentence names, and the state that each stands for where the text tells it.

A name is one by what stands beside it: an office or title, or the pack's own list of leaders. Offsets
are code points of the document's text, half-open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from servanda.language.mentions import PartyMention, Sentence
from servanda.language.packs import Hit, Pack
from servanda.model import Span

PIECE = r"(?:(?:\p{Lu}\.){1,4}(?=[ \u00a0\p{Lu}])|(?:al-|el-|ul-)?\p{Lu}[\p{L}\p{M}'’-]*\.?)"
PARTICLE = r"(?:al|el|ul|bin|bint|ibn|de|da|di|del|dos|von|van|der|le|la)"
NAME = regex.compile(rf"{PIECE}(?:[ \u00a0]?(?<=[ \u00a0.])(?:{PARTICLE}[ -]){{0,2}}{PIECE}){{0,4}}")
APART = regex.compile(r"\.?[ \u00a0]?\(\p{Lu}[\p{L}.]{1,9}\)[ \u00a0]|\.?[ \u00a0«»“”\"]+")
AND_NAME = regex.compile(rf" and (?={PIECE} )")
FIRST_NAME = regex.compile(r"\p{Lu}\p{L}+ $")
UNCASED_NAME = regex.compile(r"[\p{L}\p{M}\u200c\u200d.]+(?:[ \u00a0][\p{L}\p{M}\u200c\u200d.]+){0,3}")
NAME_BEFORE = regex.compile(
    r"(?<![\p{Katakana}ー・＝])[\p{Katakana}ー]{2,}(?:[・＝][\p{Katakana}ー]+)*・?$|(?<!\p{Han})\p{Han}{2,5}・?$"
    r"|(?<![\p{Hangul}-])(?:[\p{Hangul}-]{1,8}(?<![은는이가을를의와과에서도로일월년]) ){0,2}[\p{Hangul}-]{1,12} $"
)
MINISTRY = regex.compile(r"(?<!\p{Hangul})\p{Hangul}{2,}(?:부|청|처|원|성|위원회) $")
NAME_WORD = regex.compile(r"\S+")
PARTED = regex.compile(r"[,;:()।、]")
NAME_REACH = 30
SAID_OF = 48
APPOSED = 24
ROLES = ("office", "title", "role", "portfolio", "body_word", "and", "of", "for")
LINKED = ("of", "for", "to", "at", "and", "definite")
POSTPOSITIONS = ("by", "with", "to", "of", "from", "at", "and", "between", "for")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as named in one place; ``code`` is their state, "" where the text does not tell."""

    start: int
    stop: int
    name: str
    code: str


@lru_cache(4)
def introducers(sentence: Sentence) -> list[Hit]:
    """Offices, titles, roles and "counterpart" in a sentence, by place."""
    marks = sentence.marks
    found = [m for name in ("office", "title", "role", "counterpart") if name in marks for m in marks[name]]
    return sorted(found, key=lambda m: m.start) if len(found) > 1 else found


@dataclass(slots=True)
class Walk:
    """A way from an office to the name behind it, over what the office is of: "Minister of Trade of Japan Mori"."""

    place: int
    last: str = "office"
    linked: bool = False
    comma: bool = False


def stages_to(sentence: Sentence) -> dict[int, tuple[int, str]]:
    """What a way to a name may lead over: where it starts, where it ends, of what sort it is."""
    found = {m.start: (m.stop, name) for name in LINKED for m in sentence.marked(name)}
    found |= {m.start: (m.stop, "field") for name in ("body_word", "portfolio") for m in sentence.marked(name)}
    found |= {m.start: (m.stop, "party") for m in sentence.parties if m.sort not in ("leader", "person")}
    return found | {m.start: (m.stop, "office") for m in introducers(sentence)}


def name_place(office: Hit, sentence: Sentence, text: str, over: dict[int, tuple[int, str]]) -> Walk | None:
    """Where a name may begin behind an office: what the office is of is stepped over; None where no name can."""
    walk = Walk(office.stop)
    while walk.place < sentence.stop:
        apart = APART.match(text, walk.place)
        comma = text.startswith(", ", walk.place)
        ahead = apart.end() if apart else walk.place + 2 if comma else walk.place
        if ahead == walk.place:
            return None
        step = over.get(ahead)
        if step is None:
            walk.place, walk.comma = ahead, walk.comma or comma
            return None if walk.linked or (comma and walk.last == "office") else walk
        if comma and step[1] not in ("field", "office"):
            return None
        walk = Walk(step[0], walk.last if step[1] in LINKED else step[1], step[1] in LINKED)
    return None


def cased_names(text: str, sentence: Sentence) -> Iterator[Span]:
    """Capitalised names right behind an office or title, or right before one in apposition."""
    over = stages_to(sentence)
    for office in introducers(sentence):
        walk = name_place(office, sentence, text, over)
        name = NAME.match(text, walk.place) if walk and walk.place < sentence.stop else None
        if walk and name and name.end() <= sentence.stop and (walk.last == "office" or " " in name[0].strip()):
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


def is_posted(mention: PartyMention, sentence: Sentence) -> bool:
    """True where a party is where somebody is sent or sits: "ambassador to France", "the embassy in Rome"."""
    return any(sentence.mark_before(name, mention.start, 5) for name in ("to", "at"))


def state_of(span: Span, sentence: Sentence, text: str) -> str:
    """The party named in the same phrase: just before the name, or in the apposition behind it."""
    before = [m for m in sentence.parties if m.stop <= span.start and span.start - m.stop < SAID_OF]
    if before and is_posted(before[-1], sentence):
        before = [m for m in before[:-1] if before[-1].start - m.stop < SAID_OF]
    if before and not PARTED.search(text, before[-1].stop, span.start):
        return before[-1].code
    if text[span.stop : span.stop + 1] == ",":
        after = [m for m in sentence.parties if m.start > span.stop and m.start - span.stop < SAID_OF]
        if after and "," not in text[span.stop + 1 : after[0].start]:
            return after[0].code
    return ""


def without_office(span: Span, sentence: Sentence, text: str) -> Span:
    """A name without the capitalised offices and parties at its head."""
    start = span.start
    named: list[Hit | PartyMention] = [*introducers(sentence), *sentence.parties]
    for hit in sorted(named, key=lambda h: h.start):
        sort = getattr(hit, "sort", "office")
        if hit.start == start and hit.stop < span.stop and sort not in ("leader", "person"):
            start = hit.stop + 1 + (text[hit.stop : hit.stop + 1] == ".")
    return Span(start, span.stop)


def joined_names(found: dict[int, Person], sentence: Sentence, text: str) -> Iterator[Span]:
    """Names of two words or more that "and" joins to a person's: "Ministers Costa Lima and Ana Reis"."""
    for person in found.values():
        link = AND_NAME.match(text, person.stop)
        name = NAME.match(text, link.end()) if link else None
        if name and name.end() <= sentence.stop and " " in name[0].strip():
            yield Span(*name.span())


def spelled(person: Person, sentence: Sentence, text: str) -> str:
    """A leader's name as a text writes it, offices left out, a first name that the pack spells otherwise taken in."""
    span = without_office(Span(person.start, person.stop), sentence, text)
    before = FIRST_NAME.search(text, max(sentence.start, span.start - 24), span.start)
    taken = before is None or any(m.start <= before.start() < m.stop for m in introducers(sentence))
    if before and not taken and before[0][0] == person.name[0] and " " not in text[span.start : span.stop]:
        span = Span(before.start(), span.stop)
    return " ".join(text[span.start : span.stop].split())


def is_bare_role(span: Span, sentence: Sentence) -> bool:
    """True where each word is of an office, a field or a cue: "Foreign Affairs", "General", "Led"."""
    named = [*(m for name in ROLES for m in sentence.marked(name)), *sentence.cues]
    place = span.start
    for hit in sorted(named, key=lambda h: h.start):
        if hit.start <= place + 1:
            place = max(place, hit.stop)
    return place >= span.stop - 1


def trimmed_name(text: str, span: Span) -> str:
    name = text[span.start : span.stop].strip(" .,-")
    return name[:-2] if name.endswith(("'s", "’s")) else name


def named_people(sentence: Sentence, text: str, own: Pack) -> Iterator[tuple[Span, str]]:
    """Names beside an office or title, each with its state where the words between tell it."""
    if own.offices == "after":
        yield from names_before(text, sentence)
        return
    for span in cased_names(text, sentence) if own.cased else uncased_names(text, sentence):
        yield without_office(span, sentence, text), ""


def people_in(sentence: Sentence, text: str, own: Pack) -> list[Person]:
    """Return the people that a sentence names, by place."""
    found: dict[int, Person] = {}
    for mention in sentence.parties:
        if mention.sort == "leader":
            found[mention.start] = Person(mention.start, mention.stop, mention.name, mention.code)
    if not found and not introducers(sentence):
        return []
    for span, code in named_people(sentence, text, own):
        admit(found, span, code, sentence, text, own)
    if own.cased:
        for span in [*joined_names(found, sentence, text)]:
            admit(found, span, "", sentence, text, own)
    return sorted(found.values(), key=lambda p: p.start)


def admit(found: dict[int, Person], span: Span, code: str, sentence: Sentence, text: str, own: Pack) -> None:
    """Add a name to the people found, unless its words are taken or name no one."""
    name = trimmed_name(text, span)
    parties = (m for m in sentence.parties if m.sort != "place")
    others: list[Person | Hit | PartyMention] = [*found.values(), *sentence.heads, *parties]
    taken = any(o.start < span.stop and span.start < o.stop for o in others)
    bare = own.cased and is_bare_role(span, sentence)
    if not taken and not bare and len(name) > (2 if own.offices == "before" else 1):
        found[span.start] = Person(span.start, span.start + len(name), name, code or state_of(span, sentence, text))
