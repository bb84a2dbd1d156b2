"""The bodies of a document: firms, agencies, ministries and universities, wherever they are named.

A body is a capitalised name that holds a word such as "Ministry" or "University", or one
that the document calls a firm ("the carmaker Fiat", "Holcim, a cement firm"); its acronym
in brackets is the same body, and later either name alone is. Nothing is a body that only
looks like a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from servanda.language.mentions import Reading, Sentence
from servanda.language.packs import Hit, Names
from servanda.model import Span

PIECE = r"(?:\p{Lu}[\p{L}\p{M}\p{N}’'-]*(?<!['’]s)(?<!-based))"
LINK = r"(?:of the|for the|of|for|&|on)"
NAME = regex.compile(rf"{PIECE}(?: (?:(?:{LINK}|and) )?{PIECE}){{0,9}}")
AND = regex.compile(r" and ")
ACRONYM = regex.compile(rf"(?: (?:{PIECE} ?){{0,2}})?[ ]?\((?:the )?(\p{{Lu}}[\p{{Lu}}\p{{L}}&-]{{1,11}})\)")
APPOSED = regex.compile(r"(?: \([^)]{2,14}\))?,? (?:which is |one of )?(?:an?|the|one of)(?: [^\s,;:.]+){0,7}")
ARTICLE = regex.compile(r"(?:The|This|That|These|A|An|In|On|At|But|And|As|For|Both|According to) ")
OPENING = regex.compile(r"[“\"«„]?")
LONGEST_APPOSITION = 70
LONG_NAME = 3
BODIES = ("body", "firm", "unplaced")
WORDED = ("body_word", "firm_word", "firm_part")
GROUPS = ("working-group", "mechanism")
EVENTS = ("meeting", "instrument", "exercise")


@dataclass(frozen=True, slots=True)
class Body:
    """A firm, ministry or agency as named in one place; ``code`` is its state, "" where that is not asked."""

    start: int
    stop: int
    name: str
    code: str = ""


def names_in(sentence: Sentence, text: str) -> Iterator[Span]:
    """Capitalised names without an article before them."""
    for found in NAME.finditer(text, sentence.start, sentence.stop):
        start, stop = found.span()
        article = ARTICLE.match(text, start, stop)
        start = article.end() if article else start
        if start < stop:
            yield Span(start, stop)


def with_body_word(span: Span, sentence: Sentence) -> bool:
    return any(span.start <= w.start and w.stop <= span.stop for w in sentence.marked("body_word"))


def stand_apart(before: Span, after: Span, sentence: Sentence, text: str) -> bool:
    """True where what "and" joins are two names: both have a body's word, or one is a state, acronym or firm."""
    own = with_body_word(after, sentence)
    if with_body_word(before, sentence):
        return own or called_firm(after, sentence, text)
    first, second = text[before.start : before.stop], text[after.start : after.stop]
    if " of " in first:
        return False
    return not own or first.isupper() or is_party(before, sentence) or second.count(" ") >= LONG_NAME


def parted(span: Span, sentence: Sentence, text: str) -> Iterator[Span]:
    """The names of "the Ministry of Trade and Industry and the Bank of X": parted where each has a word of its own."""
    edges = [span.start]
    for found in AND.finditer(text, span.start, span.stop):
        before, after = Span(edges[-1], found.start()), Span(found.end(), span.stop)
        if stand_apart(before, after, sentence, text):
            edges.append(found.end())
    edges.append(span.stop)
    for start, stop in pairwise(edges):
        yield Span(start, stop - len(" and ") if stop != span.stop else stop)


def without_people(span: Span, sentence: Sentence, people: Sequence[Span]) -> Span:
    """A name up to the office or person behind it: "Guru University Chairman Dr. Singh" is the university."""
    starts = [m.start for name in ("office", "title") for m in sentence.marked(name)]
    starts += [p.start for p in people]
    ends = [start for start in starts if span.start < start < span.stop]
    return Span(span.start, min([span.stop, *(end - 1 for end in ends)]))


def weekday_cut(span: Span, text: str) -> Span:
    """A name without the day on which something was: "the Working Group on Trade on Monday"."""
    head, on, tail = text[span.start : span.stop].rpartition(" on ")
    return Span(span.start, span.start + len(head)) if on and " " not in tail else span


def called_firm(span: Span, sentence: Sentence, text: str) -> bool:
    """True where the words around a name say that it is a firm: before it, or in apposition behind it."""
    words = sentence.marked("firm_word")
    before = [w for w in words if 0 < span.start - w.stop <= 2]
    if any(span.start - w.stop == 1 or OPENING.fullmatch(text, w.stop + 1, span.start) for w in before):
        return True
    apposition = APPOSED.match(text, span.stop, min(sentence.stop, span.stop + LONGEST_APPOSITION))
    if apposition and text[span.stop : span.stop + 1] in (",", " ") and "," in apposition[0]:
        return any(apposition.start() <= w.start and w.stop <= apposition.end() for w in words)
    return text[span.stop : span.stop + 3] in ("'s ", "’s ") and any(
        0 <= w.start - span.stop - 3 < 2 for w in sentence.marked("firm_part")
    )


def is_party(span: Span, sentence: Sentence) -> bool:
    """True for the name of a state, place or person that a pack knows."""
    return any(m.start <= span.start and span.stop <= m.stop and m.sort not in BODIES for m in sentence.parties)


def is_event(span: Span, sentence: Sentence) -> bool:
    """True for what is named after a meeting, text or working group and is no body: "the Boao Forum"."""
    return any(
        h.span.covers(span) or (h.span.meets(span) and (h.entry.value in EVENTS or h.entry.data.get("form") in GROUPS))
        for h in sentence.heads
    )


def is_dateline(span: Span, sentence: Sentence, text: str) -> bool:
    """True for the agency in front of a report."""
    return span.start - sentence.start < 4 and text[span.stop : span.stop + 3] in (" – ", " — ", " - ")


def is_written_as_name(word: Hit, text: str) -> bool:
    """False for a word that cannot stand in a name: it begins small, and no part of a longer one."""
    return text[word.start].isupper() or text[word.start - 1] in "-'’"


def introduced(sentence: Sentence, text: str, people: Sequence[Span]) -> Iterator[Span]:
    """Bodies that a sentence makes known as such; without a word for one it names none."""
    if not any(name in sentence.marks for name in WORDED):
        return
    firms = "firm_word" in sentence.marks or "firm_part" in sentence.marks
    if not firms and not any(is_written_as_name(w, text) for w in sentence.marked("body_word")):
        return
    for whole in names_in(sentence, text):
        if not firms and not with_body_word(whole, sentence):
            continue
        for part in parted(whole, sentence, text):
            span = weekday_cut(without_people(part, sentence, people), text)
            taken = is_party(span, sentence) or any(p.start < span.stop and span.start < p.stop for p in people)
            if span.start >= span.stop or taken or is_event(span, sentence) or is_dateline(span, sentence, text):
                continue
            worded = with_body_word(span, sentence) and " " in text[span.start : span.stop]
            if worded or called_firm(span, sentence, text):
                yield span


def bodies_of(reading: Reading, people: Mapping[int, Sequence[Span]]) -> dict[int, list[Body]]:
    """Return each sentence's bodies by place, given where its people stand."""
    text = reading.text
    known: set[str] = set()
    for sentence in reading.sentences:
        for span in introduced(sentence, text, people.get(sentence.index, ())):
            known.add(text[span.start : span.stop])
            acronym = ACRONYM.match(text, span.stop, sentence.stop)
            if acronym:
                known.add(acronym[1])
    return named_again(reading, known) if known else {}


def named_again(reading: Reading, known: set[str]) -> dict[int, list[Body]]:
    """Every mention of the known names in each sentence, the longest at each place."""
    found = {index: whole_names(places, reading.text) for index, places in reading.named(Names(known))}
    return {index: bodies for index, bodies in found.items() if bodies}


def whole_names(places: Iterable[tuple[int, int]], text: str) -> list[Body]:
    """The longest of the places that overlap, none in the middle of a word."""
    found: list[Body] = []
    for start, stop in sorted(places, key=lambda p: (p[0] - p[1], text[p[0] : p[1]], p[0])):
        whole = not (text[start - 1 : start].isalnum() or text[stop : stop + 1].isalnum())
        if whole and not any(b.start < stop and start < b.stop for b in found):
            found.append(Body(start, stop, text[start:stop]))
    return sorted(found, key=lambda b: b.start)
