"""A document as read: sentences with the parties, heads, cues, marks and dates that stand in them.

One pass of the language's automaton finds every lexicon entry; the longest match wins
within a layer, and a mask ("Indian Ocean", "trade war") hides what lies inside it. Every
offset is a code point of the document's text.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from servanda.language.dates import DateMention, dates_in
from servanda.language.packs import Hit, Lexicon, Names, Pack, Raw, Scan, lexicon, longest, pack
from servanda.language.sentences import between, sentences_in, words_in
from servanda.model import NOTHING, Span

BREAKS = re.compile(r"[,;:()\[\]—–、，；：（）…]|[“”\"«»「」『』]|\s-\s")
STRETCH = 20_000  # code points
FORM = itemgetter(0)
INTRODUCERS = ("office", "title", "role", "counterpart", "body_word", "firm_word", "firm_part")
QUOTED = re.compile(r"[“\"«„「『]([^“”\"«»„「」『』]{12,600})[”\"»」』]")


class PartyMention(NamedTuple):
    """A party named in the text.

    ``sort`` tells how: name, adjective, government, people, leader, body or place from the packs; person or firm from
    the document's cast, home or unplaced where it is not told whose they are and the document's first state is taken.
    """

    start: int
    stop: int
    code: str
    sort: str
    name: str = ""


@dataclass(slots=True, eq=False)
class Sentence:
    """One sentence and what stands in it, each list by place; it is equal to itself alone."""

    index: int
    start: int
    stop: int
    heads: Sequence[Hit] = ()
    cues: Sequence[Hit] = ()
    parties: Sequence[PartyMention] = ()
    domains: Sequence[Hit] = ()
    items: Sequence[Hit] = ()
    marks: Mapping[str, list[Hit]] = field(default_factory=lambda: NOTHING)
    words: Sequence[int] = ()
    breaks: Sequence[int] = ()
    quoted: Sequence[Span] = ()

    def distance(self, a: int, b: int) -> int:
        """Return the number of words that begin between two places."""
        return between(self.words, a, b) if a <= b else between(self.words, b, a)

    def breaks_between(self, a: int, b: int) -> int:
        """Return the number of clause breaks between two places."""
        return between(self.breaks, a, b) if a <= b else between(self.breaks, b, a)

    def clause(self, place: int) -> int:
        """Return the number of the clause in which a place stands: no break lies between two places of one."""
        return bisect_left(self.breaks, place)

    def marked(self, name: str) -> Sequence[Hit]:
        return self.marks.get(name, ())

    def has(self, name: str) -> bool:
        return name in self.marks

    def mark_before(self, name: str, place: int, reach: int) -> Hit | None:
        """Return the nearest mark of a list that ends at most ``reach`` code points before a place."""
        found = self.marks.get(name)
        near = [m for m in found if place - reach <= m[1] <= place] if found else None
        return near[-1] if near else None

    def mark_after(self, name: str, place: int, reach: int) -> Hit | None:
        """Return the nearest mark of a list that begins at most ``reach`` code points after a place."""
        found = self.marks.get(name)
        return next((m for m in found if place <= m[0] <= place + reach), None) if found else None


@dataclass(slots=True)
class Reading:
    """A whole document as read. ``weight`` counts how often each party is named, title and opening twice."""

    text: str
    pack: Pack
    anchor: str | None
    title: str | None
    sentences: list[Sentence]
    weight: Counter[str] = field(default_factory=Counter)
    dates: dict[int, list[DateMention]] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.pack.language

    def dates_of(self, sentence: Sentence) -> list[DateMention]:
        """Return the dates said in a sentence, read once however often they are asked for."""
        if sentence.index not in self.dates:
            found = dates_in(self.text, self.language, self.anchor, sentence.start, sentence.stop)
            self.dates[sentence.index] = found
        return self.dates[sentence.index]

    def named(self, names: Names) -> Iterable[tuple[int, list[tuple[int, int]]]]:
        """Return the numbers of the sentences that hold names, with where these start and stop."""
        starts, stops = [s.start for s in self.sentences], [s.stop for s in self.sentences]
        return names.within(self.text, starts, stops).items()

    def ranking(self) -> list[str]:
        """Return the party codes by weight, then by first mention."""
        first: dict[str, int] = {}
        for sentence in self.sentences:
            for mention in sentence.parties:
                first.setdefault(mention.code, mention.start)
        return sorted(self.weight, key=lambda code: (-self.weight[code], first.get(code, 0)))


def by_layer(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    layers: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        layers[hit.entry.layer].append(hit)
    return layers


def is_mask(hit: Hit) -> bool:
    return hit.entry.data.get("sort") == "mask"


def unmasked(hits: Iterable[Hit]) -> list[Hit]:
    """Longest matches of a layer, masks and what they hide left out."""
    return [h for h in longest(hits) if not is_mask(h)]


def without_acronyms(heads: list[Hit], text: str) -> list[Hit]:
    """Drop a head in brackets right behind one of its kind: "memorandum of understanding (MoU)" is one thing."""
    kept: list[Hit] = []
    for head in heads:
        bracketed = text[head.start - 1 : head.start] in ("(", "（") and text[head.stop : head.stop + 1] in (")", "）")
        if not (bracketed and kept and head.start - kept[-1].stop < 60 and kept[-1].entry.value == head.entry.value):
            kept.append(head)
    return kept


def marks_by_name(hits: Iterable[Hit]) -> Mapping[str, list[Hit]]:
    lists: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        lists[hit.entry.value].append(hit)
    return {name: longest(found) if len(found) > 1 else found for name, found in lists.items()}


def party_mentions(hits: Iterable[Hit], text: str) -> list[PartyMention]:
    """The parties among a sentence's hits; the "US" of "US$" is a currency."""
    return [
        PartyMention(h.start, h.stop, code, h.entry.data["sort"], h.entry.data.get("name", ""))
        for h in unmasked(hits)
        if text[h.stop : h.stop + 1] != "$"
        for code in h.entry.value.split()
    ]


def clause_breaks(text: str, sentence: Sentence) -> list[int]:
    """Places where a clause may begin: punctuation and the pack's clause openers."""
    places = {m.start() for m in BREAKS.finditer(text, sentence.start, sentence.stop)}
    places.update(m.start for m in sentence.marked("clause"))
    return sorted(places)


def bare_sentences(text: str, language: str) -> list[Sentence]:
    return [Sentence(index, start, stop) for index, (start, stop) in enumerate(sentences_in(text, language))]


def batches(sentences: Sequence[Sentence]) -> Iterator[Sequence[Sentence]]:
    """Yield the sentences in stretches, so that a long text is never matched whole: what is matched is soon freed.

    A stretch ends where white space follows, at which no form can tell that its text ends.
    """
    first = 0
    for here, (s, after) in enumerate(pairwise(sentences), 1):
        if s.stop - sentences[first].start >= STRETCH and after.start > s.stop:
            yield sentences[first:here]
            first = here
    yield sentences[first:]


def inside(scan: Scan, raw: Iterable[Raw], sentence: Sentence) -> list[Hit]:
    """The hits that a sentence holds whole."""
    start, stop = sentence.start, sentence.stop
    return [h for h in scan.hits(raw) if start <= h[0] and h[1] <= stop]


@dataclass(slots=True)
class Matched:
    """A stretch of sentences with their matches, of which only parties and heads are read as yet."""

    scan: Scan
    sentences: list[tuple[Sentence, list[Raw]]]

    @classmethod
    def of(cls, text: str, words: Lexicon, stretch: Sequence[Sentence]) -> Matched:
        start, stop = stretch[0].start, stretch[-1].stop
        scan = Scan(words, text[start:stop], start)
        made = cls(scan, [(s, scan.between(s.start, s.stop)) for s in stretch])
        for s, raw in made.sentences:
            named = [r for r in raw if r[0] < words.named]
            if named:
                layers = by_layer(inside(scan, named, s))
                s.parties = party_mentions(layers["party"], text)
                s.heads = without_acronyms(unmasked(layers["head"]), text)
        return made

    def codes(self) -> set[str]:
        return {m.code for s, _ in self.sentences for m in s.parties}

    def fill(self, text: str, wanted: frozenset[int] | None) -> None:
        """Read the rest of each sentence; of one without a head the marks alone, and only where it has a leader or a
        form that is wanted."""
        named, marked = self.scan.lexicon.named, self.scan.lexicon.marked
        for s, raw in self.sentences:
            if s.heads:
                fill(s, inside(self.scan, [r for r in raw if r[0] >= named], s), text)
            elif wanted is None or not wanted.isdisjoint(map(FORM, raw)) or any(m.sort == "leader" for m in s.parties):
                fill(s, inside(self.scan, [r for r in raw if named <= r[0] < marked], s), text)


def fill(sentence: Sentence, hits: Iterable[Hit], text: str) -> None:
    """Put the marks, cues and topics of one sentence in place and find its clauses."""
    layers = by_layer(hits)
    sentence.marks = marks_by_name(layers["mark"])
    if not sentence.heads:
        return
    sentence.cues = longest(layers["cue"])
    sentence.domains = layers["domain"]
    sentence.items = longest(layers["item"])
    sentence.words = array("L", words_in(text, sentence.start, sentence.stop))
    sentence.breaks = clause_breaks(text, sentence)
    sentence.quoted = [Span(m.start(1), m.end(1)) for m in QUOTED.finditer(text, sentence.start, sentence.stop)]


def weigh(reading: Reading) -> None:
    """Count party mentions; the title and the first two sentences count double, bare places half."""
    for sentence in reading.sentences:
        factor = 2 if sentence.index < 2 else 1
        for mention in sentence.parties:
            reading.weight[mention.code] += factor * (1 if mention.sort == "place" else 2)


@cache
def introducing(language: str) -> frozenset[int]:
    """The forms that may bring a person or body into a text."""
    return lexicon(language).marks(INTRODUCERS)


def read(
    text: str, language: str, anchor: str | None = None, title: str | None = None, sparing: bool = False
) -> Reading:
    """Read a text in a language that has a pack; ``anchor`` is the document's date.

    ``sparing`` leaves out what no claim needs: all but the parties and heads of a text that names under two
    parties, and the marks of a sentence without a head in which nobody can be introduced.
    """
    sentences = bare_sentences(text, language)
    wanted = introducing(language) if sparing else None
    codes: set[str] = set()
    waiting: list[Matched] = []
    for stretch in batches(sentences) if sentences else ():
        waiting.append(Matched.of(text, lexicon(language), stretch))
        codes |= waiting[-1].codes()
        while waiting and (len(codes) > 1 or not sparing):
            waiting.pop(0).fill(text, wanted)
    reading = Reading(text, pack(language), anchor, title, sentences)
    weigh(reading)
    return reading
