"""A document as read: sentences with the parties, heads, cues, marks and dates that stand in them.

One pass of the language's automaton finds every lexicon entry; the longest match wins
within a layer, and a mask ("Indian Ocean", "trade war") hides what lies inside it. Every
offset is a code point of the document's text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import regex

from servanda.language.packs import Hit, Pack, lexicon, longest, pack
from servanda.language.sentences import between, sentences_in, words_in
from servanda.model import Span

BREAKS = regex.compile(r"[,;:()\[\]—–、，；：（）…]|[“”\"«»「」『』]|\s-\s")
QUOTED = regex.compile(r"[“\"«„「『]([^“”\"«»„「」『』]{12,600})[”\"»」』]")


@dataclass(frozen=True, slots=True)
class PartyMention:
    """A party named in the text.

    ``sort`` tells how: name, adjective, government, people, leader, body or place from the packs; person, home
    or firm from the document's cast.
    """

    start: int
    stop: int
    code: str
    sort: str
    name: str = ""


@dataclass(slots=True)
class Sentence:
    """One sentence and what stands in it, each list by place."""

    index: int
    start: int
    stop: int
    heads: list[Hit] = field(default_factory=list)
    cues: list[Hit] = field(default_factory=list)
    parties: list[PartyMention] = field(default_factory=list)
    domains: list[Hit] = field(default_factory=list)
    items: list[Hit] = field(default_factory=list)
    marks: dict[str, list[Hit]] = field(default_factory=dict)
    words: list[int] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    quoted: list[Span] = field(default_factory=list)

    def distance(self, a: int, b: int) -> int:
        """Return the number of words that begin between two places."""
        return between(self.words, min(a, b), max(a, b))

    def breaks_between(self, a: int, b: int) -> int:
        """Return the number of clause breaks between two places."""
        return between(self.breaks, min(a, b), max(a, b))

    def marked(self, name: str) -> list[Hit]:
        return self.marks.get(name, [])

    def has(self, name: str) -> bool:
        return name in self.marks

    def mark_before(self, name: str, place: int, reach: int) -> Hit | None:
        """Return the nearest mark of a list that ends at most ``reach`` code points before a place."""
        near = [m for m in self.marks.get(name, ()) if place - reach <= m.stop <= place]
        return near[-1] if near else None

    def mark_after(self, name: str, place: int, reach: int) -> Hit | None:
        """Return the nearest mark of a list that begins at most ``reach`` code points after a place."""
        return next((m for m in self.marks.get(name, ()) if place <= m.start <= place + reach), None)


@dataclass(slots=True)
class Reading:
    """A whole document as read. ``weight`` counts how often each party is named, title and opening twice."""

    text: str
    pack: Pack
    anchor: str | None
    title: str | None
    sentences: list[Sentence]
    weight: Counter[str] = field(default_factory=Counter)

    @property
    def language(self) -> str:
        return self.pack.language

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


def spread(sentences: list[Sentence], hits: Iterable[Hit], starts: list[int]) -> Mapping[int, list[Hit]]:
    """Deal hits out to the sentences that hold them whole."""
    dealt: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        index = bisect_right(starts, hit.start) - 1
        if index >= 0 and hit.stop <= sentences[index].stop:
            dealt[index].append(hit)
    return dealt


def bare_sentences(text: str, language: str) -> list[Sentence]:
    return [Sentence(index, start, stop) for index, (start, stop) in enumerate(sentences_in(text, language))]


def fill(sentence: Sentence, hits: Iterable[Hit], text: str) -> None:
    """Put the hits of one sentence into their layers and find its clauses."""
    layers = by_layer(hits)
    sentence.parties = party_mentions(layers["party"], text)
    sentence.heads = without_acronyms(unmasked(layers["head"]), text)
    sentence.marks = dict(marks_by_name(layers["mark"]))
    if not sentence.heads:
        return
    sentence.cues = longest(layers["cue"])
    sentence.domains = layers["domain"]
    sentence.items = longest(layers["item"])
    sentence.words = words_in(text, sentence.start, sentence.stop)
    sentence.breaks = clause_breaks(text, sentence)
    sentence.quoted = [Span(m.start(1), m.end(1)) for m in QUOTED.finditer(text, sentence.start, sentence.stop)]


def weigh(reading: Reading) -> None:
    """Count party mentions; the title and the first two sentences count double, bare places half."""
    for sentence in reading.sentences:
        factor = 2 if sentence.index < 2 else 1
        for mention in sentence.parties:
            reading.weight[mention.code] += factor * (1 if mention.sort == "place" else 2)


def read(text: str, language: str, anchor: str | None = None, title: str | None = None) -> Reading:
    """Read a text in a language that has a pack; ``anchor`` is the document's date."""
    sentences = bare_sentences(text, language)
    starts = [s.start for s in sentences]
    dealt = spread(sentences, lexicon(language).hits(text), starts)
    for index, hits in dealt.items():
        fill(sentences[index], hits, text)
    reading = Reading(text, pack(language), anchor, title, sentences)
    weigh(reading)
    return reading
