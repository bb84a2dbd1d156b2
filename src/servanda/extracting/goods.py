"""What is given, bought, sold or built: the noun phrase that a word of giving takes, and what is known to be goods.

A good is a stretch of the text. Where a pack lists no words that open a noun phrase (``skipped`` in items.toml)
only its known goods are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache

import regex

from servanda.extracting.candidates import Candidate
from servanda.extracting.values import in_reach
from servanda.language.mentions import Reading, Sentence
from servanda.language.packs import pack
from servanda.model import Span

GIVEN = ("supply", "procurement", "export", "co-production", "co-development", "joint-venture")
MADE = ("trade", "project")
HELD = ("meeting", "training", "exercise", "exchange", "institution")
LONGEST_NAME = 5
LONGEST_LIST = 6
WORD_BEHIND = regex.compile(r"[ -]([\p{L}\p{N}]+)")
WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-'’./&][\p{L}\p{M}\p{N}]+)*")
NUMBER = regex.compile(r"[\p{N}][\p{N}.,/-]*\p{L}{0,2}")
MODEL = regex.compile(r"(?<![\p{L}\p{N}-])\p{Lu}[\p{L}]{0,4}-?\p{N}{1,4}\p{L}{0,3}(?![\p{L}\p{N}-])")
GIVING = regex.compile(r" (\p{L}+)(?= )")
BEHIND = 80
REACH = 160
SHIP = r"\p{Lu}[\p{L}\p{M}’'-]+(?: (?:(?:de|of|da|do|del) )?\p{Lu}[\p{L}\p{M}’'-]+){0,2}"
SAILED = ("exercise", "trade")
SAILED_FORMS = ("port-call", "visit", "patrol", "deployment")
OF = regex.compile(r" of ")
JOINED = regex.compile(r" ?, (?:and )?| and | & ")


@dataclass(frozen=True, slots=True)
class Words:
    """A pack's lists of words that open, end or are no goods; their names are those in items.toml."""

    skipped: frozenset[str]
    ends: frozenset[str]
    empty: frozenset[str]
    passive: frozenset[str]
    aside: frozenset[str]
    giving: frozenset[str]
    acts: frozenset[str]
    participles: frozenset[str]
    modals: frozenset[str]
    acting: frozenset[str]
    classes: frozenset[str]
    endings: frozenset[str]


@cache
def words_of(language: str) -> Words:
    """Return the lists of a language's pack, each empty where the pack has none."""
    settings = pack(language).settings("items")
    return Words(**{f.name: frozenset(settings.get(f.name, ())) for f in fields(Words)})


def goods_of(c: Candidate, reading: Reading, names: Sequence[Span]) -> list[Span]:
    """Return the goods of a candidate by place: ships, what its word of giving takes, then those known beside it.

    None is a part of a body's name but for a ship's.
    """
    words = words_of(reading.language)
    found = taken(c, reading, words) if words.skipped and c.form in GIVEN else []
    known = [g for g in known_goods(c) if not is_modifier(g, c.sentence, reading)]
    known += models(c, reading.text) if c.kind in MADE else []
    if c.kind in HELD:
        known = [k for k in known if c.phrase.covers(k)]
    found += [k for k in joined(known, reading.text) if not any(k.meets(f) for f in found)]
    found = [f for f in found if not any(n.meets(f) for n in names)]
    sailing = list(ships(c, reading)) if c.kind in SAILED or c.form in SAILED_FORMS else []
    return sorted(sailing + [f for f in found if not any(f.meets(s) for s in sailing)])


def joined(found: Iterable[Span], text: str) -> list[Span]:
    """Goods that stand side by side made one: "Su-30 jets"."""
    made: list[Span] = []
    for span in sorted(found):
        if made and span.start <= made[-1].stop + 1 and text[made[-1].stop : span.start] in ("", " ", "-"):
            span = Span(made.pop().start, span.stop)
        made.append(span)
    return made


def is_modifier(item: Span, s: Sentence, reading: Reading) -> bool:
    """True where a noun behind a good makes it a place or trade: "a petroleum pipeline", "the rubber industry"."""
    following = WORD_BEHIND.match(reading.text, item.stop, s.stop)
    return following is not None and following[1].casefold() in reading.pack.settings("items").get("no_goods", ())


def known_goods(c: Candidate) -> list[Span]:
    """Goods of the pack in the noun phrase or soon behind it, and those that a list joins to them."""
    s, reach, found = c.sentence, c.phrase, list[Span]()
    for item in s.items:
        listed = {f.stop for f in found}
        breaks = sum(c.head.start <= b < item.start and b not in listed for b in s.breaks)
        if in_reach(reach, item.span, 40) and breaks <= 2:
            found.append(item.span)
            reach = Span(c.phrase.start, max(reach.stop, item.stop))
    return found


def models(c: Candidate, text: str) -> Iterator[Span]:
    """Yield names of models in the noun phrase or soon behind it: "K9", "S-400"."""
    for found in MODEL.finditer(text, c.phrase.start, min(c.sentence.stop, c.phrase.stop + 40)):
        yield Span(*found.span())


@cache
def ship_names(prefixes: tuple[str, ...]) -> regex.Pattern[str]:
    """Ships by the letters before their names, "INS Delhi"; further ones of the same navy may stand behind."""
    return regex.compile(rf"\b(?:{'|'.join(prefixes)}) {SHIP}")


def ships(c: Candidate, reading: Reading) -> Iterator[Span]:
    """Yield the ships that a sentence names by their navies' letters."""
    prefixes = tuple(reading.pack.settings("items").get("ships", ()))
    if prefixes:
        for found in ship_names(prefixes).finditer(reading.text, c.sentence.start, c.sentence.stop):
            yield Span(*found.span())


def taken(c: Candidate, reading: Reading, words: Words) -> list[Span]:
    """What a word of giving takes: the object behind a verb, what stands behind "of", what "was given"."""
    found = list(before(c, reading, words)) if is_passive(c, reading, words) else []
    if found:
        return found
    for start in openings(c, reading, words):
        found = list(listed(start, c.sentence, reading.text, words))
        if found:
            return found
    return []


def openings(c: Candidate, reading: Reading, words: Words) -> Iterator[int]:
    """Yield where what is given may begin: behind an active verb, "of", "to supply", "for"."""
    s, text, head = c.sentence, reading.text, reading.text[c.head.start : c.head.stop].casefold()
    led = s.mark_after("of", c.head.stop, 2)
    if is_act(c, reading, words) or head.endswith((" of", " for")):
        yield c.head.stop
    elif led is not None:
        yield led.stop
    elif c.form in ("procurement", "joint-venture"):
        for giving in GIVING.finditer(text, c.head.stop, min(s.stop, c.head.stop + BEHIND)):
            if giving[1] == "for" or giving[1].casefold() in words.giving:
                yield giving.end()


def is_act(c: Candidate, reading: Reading, words: Words) -> bool:
    """True where the head is a verb: by its form, or behind "to" or "will"."""
    head = reading.text[c.head.start : c.head.stop].casefold().removesuffix(" to")
    return head in words.acts or head in words.participles or word_before(c, reading.text) in words.modals


def word_before(c: Candidate, text: str) -> str:
    """The word before the head, in small letters."""
    found = WORD.findall(text, max(c.sentence.start, c.head.start - 16), c.head.start)
    return found[-1].casefold() if found else ""


def is_passive(c: Candidate, reading: Reading, words: Words) -> bool:
    """True for a verb whose object stands before it: "two ships were delivered", "rice donated by India"."""
    head = reading.text[c.head.start : c.head.stop].casefold()
    if head.removesuffix(" to") not in words.participles:
        return False
    marks = ("by", "to", "from", "at", "for", "under")
    led = any(c.sentence.mark_after(name, c.head.stop, 2) for name in marks) or head.endswith(" to")
    return led or word_before(c, reading.text) in words.passive


def listed(start: int, s: Sentence, text: str, words: Words) -> Iterator[Span]:
    """Yield the noun phrase that begins at a place, and those that a list joins to it."""
    for nth in range(LONGEST_LIST):
        good = noun_phrase(start, s, text, words, nth > 0)
        if good is None:
            return
        of = OF.match(text, good.stop, s.stop)
        if of and text[good.start : good.stop].split()[-1].casefold() in words.acting:
            good = noun_phrase(of.end(), s, text, words, nth > 0) or good
        if is_good(text[good.start : good.stop], words):
            yield good
        joined = JOINED.match(text, good.stop, s.stop)
        if joined is None:
            return
        start = joined.end()


def is_good(name: str, words: Words) -> bool:
    """False for what only says that something is given ("assistance"); its class needs a word of its own."""
    found = name.casefold().split()
    last = found[-1]
    if last in words.empty or last.endswith(tuple(words.endings)):
        return False
    return len(found) > 1 or last not in words.classes


def noun_phrase(start: int, s: Sentence, text: str, words: Words, later: bool) -> Span | None:
    """The noun phrase at a place without articles and numbers, up to the next preposition, verb or break."""
    first, last, count, place = None, start, 0, start
    people = [m for m in s.parties if m.start >= start]
    for word in WORD.finditer(text, start, min(s.stop, start + REACH)):
        small = word[0].casefold()
        if (place != start or first is not None) and text[place : word.start()].strip(" $€£“\"'‘"):
            break
        place = word.end()
        party = any(m.start <= word.start() < m.stop for m in people)
        if first is None and (small in words.skipped or NUMBER.fullmatch(word[0]) or party):
            if party and later:
                return None
            continue
        if small in words.ends or (party and first is not None) or count == LONGEST_NAME:
            break
        first, last, count = word.start() if first is None else first, word.end(), count + 1
    return Span(first, last) if first is not None else None


def before(c: Candidate, reading: Reading, words: Words) -> Iterator[Span]:
    """Yield the noun phrase that ends before a verb, its articles and numbers left out."""
    s, text = c.sentence, reading.text
    found = list(WORD.finditer(text, max(s.start, c.head.start - REACH), c.head.start))
    while found and found[-1][0].casefold() in (words.passive | words.aside):
        found.pop()
    stop = found[-1].end() if found else 0
    start, edge = stop, stop
    for word in reversed(found[-LONGEST_NAME:]):
        small = word[0].casefold()
        party = any(m.start <= word.start() < m.stop for m in s.parties)
        if text[word.end() : edge].strip() or party or small in words.ends or small in words.skipped:
            break
        if NUMBER.fullmatch(word[0]):
            break
        start = edge = word.start()
    named = text[start:stop].istitle() and " " not in text[start:stop]
    if start < stop and not named and is_good(text[start:stop], words):
        yield Span(start, stop)
