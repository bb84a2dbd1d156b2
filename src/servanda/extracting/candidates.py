"""Every object head that might be a claim, with the readable features by which it is judged.

Candidates are generous: whatever a pack calls a head is one. What is kept, how far it has
come and whose it is are chosen later, from features that name cues, marks, positions and
the words about a head; a word has a weight where training met it four times or more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import regex

from servanda.extracting.surroundings import TOPICS, document_features, often, sentence_features
from servanda.extracting.wording import (
    among_heads,
    known_cue,
    known_figures,
    known_head,
    known_neighbour,
    known_often,
    known_parties,
    known_place,
    known_rule,
    known_writing,
    link_to,
    said_before,
    stem_before,
    stem_behind,
    to_the_left,
    to_the_right,
)
from servanda.language.mentions import Reading, Sentence
from servanda.language.packs import Hit
from servanda.language.sentences import runs_in
from servanda.model import Kind, Span, Stage

STEPS = (1, 2, 4, 7, 12, 20)
NO_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}$% ]")
NEAR = 28
NEAR_FIGURE = 40
TOUCHING = 2
TURNS = 90
NEXT = 3
NOWHERE = Span(0, 0)
TENSES = ("future", "past", "perfect", "present", "hedge", "negation", "condition", "background")
AROUND = (
    "both_sides",
    "counterpart",
    "pronoun",
    "multilateral",
    "attribution",
    "quote_verbs",
    "money",
    "against",
    "office",
    "ordinal",
)
BESIDE = (
    "to",
    "of",
    "for",
    "with",
    "between",
    "by",
    "from",
    "at",
    "and",
    "purpose",
    "definite",
    "indefinite",
    "under",
    "self_pronoun",
    "quote_verbs",
    "host",
)
ABOUT = (*AROUND, *TOPICS)
SORTS = {"person": "p", "leader": "p", "home": "p", "body": "o", "firm": "o", "unplaced": "o", "place": "l"}
LINKS = frozenset(("with", "between", "by", "from", "to", "of", "for", "at", "purpose", "and", "under"))  # of BESIDE
STAGES = {stage.value: stage for stage in Stage}
KINDS = {kind.value: kind for kind in Kind}
DEFAULT_STAGE = {
    Kind.MEETING: Stage.DONE,
    Kind.COOPERATION: Stage.DISCUSSED,
    Kind.TRADE: Stage.ACTIVE,
    Kind.INSTRUMENT: Stage.SIGNED,
    Kind.EXERCISE: Stage.DONE,
    Kind.EXCHANGE: Stage.ACTIVE,
}


BY_COST = itemgetter(1)


class Governor(NamedTuple):
    """A cue that may govern a head, and how far it stands from it (words, clause breaks counting three)."""

    cue: Hit
    cost: int
    behind: bool

    @property
    def stage(self) -> Stage:
        return STAGES[self.cue.entry.value]

    @property
    def name(self) -> str:
        return suffix(self.cue.entry.id)


@dataclass(slots=True)
class Candidate:
    """One head in one sentence. ``features`` describe it without its parties; packs share the ``name`` of a head.

    The first ``general`` features are of what surrounds it, those from ``worded`` on are words about it ("b=port").
    """

    sentence: Sentence
    head: Hit
    kind: Kind
    form: str | None
    governors: list[Governor]
    features: list[str] = field(default_factory=list)
    general: int = 0
    worded: int = 0
    parties: tuple[str, ...] = ()
    party_score: float = 0.0
    party_features: list[str] = field(default_factory=list)
    stage: Stage = Stage.DISCUSSED
    stages: dict[Stage, float] = field(default_factory=dict)
    keep: float = 0.0
    phrase: Span = NOWHERE
    phrase_features: Sequence[str] = ()
    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    ordinals: frozenset[int] = frozenset()
    persons: frozenset[str] = frozenset()
    name: str = field(init=False)
    is_verb: bool = field(init=False)

    def __post_init__(self) -> None:
        self.name = suffix(self.head.entry.id)
        self.is_verb = self.head.entry.data.get("part") == "verb"

    @property
    def span(self) -> Span:
        return self.head.span

    def all_features(self) -> list[str]:
        """What it is kept or dropped by: its own features, those of its noun phrase and those of its parties."""
        return [*self.features, *self.phrase_features, *self.party_features]


@dataclass(slots=True)
class Told:
    """How ``often`` a document's heads are of each kind, and how many of each name and kind came ``earlier``."""

    often: Counter[str]
    earlier: Counter[str] = field(default_factory=Counter)


@cache
def suffix(entry_id: str) -> str:
    """The part of an id that packs share: "mou" of "en.mou"."""
    return entry_id.partition(".")[2]


def step(number: int) -> int:
    """Return the bucket of a distance or count: 0 for below 1, 6 for 20 and more."""
    return bisect_right(STEPS, number)


def governors(sentence: Sentence, head: Hit) -> list[Governor]:
    """Return the cues that may govern a head, nearest first; the cue's side must fit."""
    words, breaks, (start, stop, _) = sentence.words, sentence.breaks, head
    word, clause = bisect_left(words, start), bisect_left(breaks, start)
    last, closes = bisect_left(words, stop), bisect_left(breaks, stop)
    found = []
    for cue in sentence.cues:
        side = cue.entry.data.get("side", "before")
        behind = cue.start >= stop
        if not behind and cue.stop > start:
            cost = 0
        elif (behind and side == "before") or (not behind and side == "after"):
            continue
        elif behind:
            cost = bisect_left(words, cue.start) - last + 3 * (bisect_left(breaks, cue.start) - closes)
        else:
            cost = word - bisect_left(words, cue.stop) + 3 * (clause - bisect_left(breaks, cue.stop))
        found.append(Governor(cue, cost, behind))
    found.sort(key=BY_COST)  # of equal cost the first by place, as the cues are
    return found


def rule_stage(candidate: Candidate) -> Stage:
    """The stage by rules alone: a verb's own, else the nearest cue's within reach, else the kind's default."""
    own = candidate.head.entry.data.get("stage")
    if candidate.is_verb and own:
        return STAGES[own]
    if candidate.governors and candidate.governors[0].cost <= 14:
        return candidate.governors[0].stage
    return STAGES[own] if own else DEFAULT_STAGE.get(candidate.kind, Stage.AGREED)


def cue_features(c: Candidate, kind: str) -> list[str]:
    if not c.governors:
        return ["cue:none", f"cue:none&{c.name}"]
    first = c.governors[0]
    stage = first.cue.entry.value
    made = [f"cue:{first.name}", f"cue.behind:{first.behind}", f"cue.stage&head:{stage}&{c.name}"]
    made += known_cue(stage, step(first.cost), kind)
    return made + [f"cue2.stage:{g.cue.entry.value}{step(g.cost)}" for g in c.governors[1:3]]


def mark_features(c: Candidate, order: Order) -> list[str]:
    """Marks of tense and doubt near the head, marks beside it, and what the sentence is about."""
    s, start, stop = c.sentence, c.head.start, c.head.stop
    first, last = s.clause(start), s.clause(stop)
    made = [*order.about]
    for mark, opens, closes, name in order.tenses:
        if mark.start >= stop:
            made += [f"{name}:after"] * (opens == last)
        elif mark.stop > start or closes == first:
            made.append(f"{name}:before")
    made += beside_features(order, start, stop)
    party = next((m for m in s.parties if m.start >= stop), None)
    if party is not None and party.start - stop < 6 and s.mark_after("to", party.stop, 1):
        made.append(f"party-to:{c.name}")
    return made


def beside_features(order: Order, start: int, stop: int) -> list[str]:
    """Whether marks of a list stand right before, shortly before or right behind a head."""
    before = order.ends[bisect_left(order.ends, (start - NEAR,)) : bisect_left(order.ends, (start + 1,))]
    behind = order.begins[bisect_left(order.begins, (stop,)) : bisect_left(order.begins, (stop + TOUCHING + 1,))]
    nearest = {name: end for end, name in before}
    made = [f"prev:{name}" if start - end <= TOUCHING else f"near:{name}" for name, end in nearest.items()]
    return made + [f"next:{name}" for name in {name for _, name in behind}]


def neighbour_features(c: Candidate, kind: str) -> list[str]:
    """Other heads of the sentence: what stands before and behind, and whether this one is the inner of two."""
    heads = c.sentence.heads
    at = heads.index(c.head)
    made = [*among_heads(min(5, len(heads)), min(4, at))]
    if at:
        made += neighbour("before", heads[at - 1], heads[at - 1], c.head, kind, c.sentence)
    if at + 1 < len(heads):
        made += neighbour("after", heads[at + 1], c.head, heads[at + 1], kind, c.sentence)
    return made


def neighbour(name: str, other: Hit, a: Hit, b: Hit, kind: str, s: Sentence) -> Sequence[str]:
    """What one other head is, and how far from this one: ``a`` and ``b`` are the two by place."""
    gap, breaks = step(s.distance(a.stop, b.start)), min(2, s.breaks_between(a.stop, b.start))
    known = known_neighbour(name, other.entry.value, gap, breaks, kind)
    return (*known, f"{name}.head:{suffix(other.entry.id)}")


def place_features(c: Candidate, kind: str, order: Order, earlier: Mapping[str, int]) -> list[str]:
    s, named = c.sentence, order.named
    clause = len(order.clauses.get(s.clause(c.head.start), ()))
    position = "title" if s.index == 0 and s.stop - s.start < 160 else f"{min(4, s.index // 3)}"
    again, same = min(3, earlier.get(c.name, 0)), min(5, earlier.get(kind, 0))
    weak = bool(c.head.entry.data.get("weak"))
    made = [*known_place(position, c.name), *said_before(again, same)]
    made += known_parties(min(4, named), min(4, clause), weak, kind)
    if s.quoted and any(q.start <= c.head.start < q.stop for q in s.quoted):
        made.append("quoted")
    if c.head.start - s.start < 3:
        made.append("first")
    return made


def head_features(c: Candidate, kind: str) -> Sequence[str]:
    data = c.head.entry.data
    size = min(4, (c.head.stop - c.head.start) // 6)
    return known_head(c.name, kind, c.form, data.get("part", "noun"), c.head.entry.id[:2], size, bool(data.get("weak")))


def letters(s: Sentence) -> list[tuple[int, str]]:
    """What stands in a sentence, by place, a letter each: N a state, p a person, o a body, R both sides, h a head,
    a cue its stage's first two letters."""
    made = [(m.start, SORTS.get(m.sort, "N")) for m in s.parties]
    made += [(m.start, "R") for name in ("both_sides", "counterpart", "pronoun") for m in s.marked(name)]
    made += [(cue.start, cue.entry.value[:2]) for cue in s.cues]
    made += [(h.start, "h") for h in s.heads]
    return sorted(made)


def link(s: Sentence, a: int, b: int) -> str:
    """The preposition or break that stands between two places, the nearest to the second."""
    return linked(s, sorted((m[1], name) for name in LINKS for m in s.marked(name)), a, b)


def linked(s: Sentence, links: list[tuple[int, str]], a: int, b: int) -> str:
    """The same, given where the sentence's prepositions end."""
    at = bisect_left(links, (b + 1,))
    if at and links[at - 1][0] > a:
        return links[at - 1][1]
    return "|" if s.breaks_between(a, b) else ""


@dataclass(frozen=True, slots=True)
class Order:
    """What stands in a sentence by place, the same for all its heads.

    ``letters`` tell of all, ``links`` where its prepositions end, ``ends`` and ``begins`` where any mark beside a
    head does; ``places`` are where its ``words`` begin. ``tenses`` are marks with the clauses in which they begin and
    end, ``clauses`` the parties that each clause names, ``named`` how many are named as such.
    """

    letters: list[tuple[int, str]]
    links: list[tuple[int, str]]
    ends: list[tuple[int, str]]
    begins: list[tuple[int, str]]
    places: list[int]
    words: list[str]
    about: list[str]
    tenses: list[tuple[Hit, int, int, str]]
    clauses: Mapping[int, set[str]]
    named: int

    @classmethod
    def of(cls, s: Sentence, text: str) -> Order:
        beside = [(name, m) for name in BESIDE if name in s.marks for m in s.marks[name]]
        ends = sorted((m.stop, name) for name, m in beside)
        words = [*runs_in(text, s.start, s.stop, NO_WORD)]
        clauses: dict[int, set[str]] = defaultdict(set)
        for m in s.parties:
            clauses[s.clause(m.start)].add(m.code)
        return cls(
            letters(s),
            [end for end in ends if end[1] in LINKS],
            ends,
            sorted((m.start, name) for name, m in beside),
            [place for place, _ in words],
            [word.lower() for _, word in words],
            [f"has:{name}" for name in ABOUT if name in s.marks],
            [(m, s.clause(m.start), s.clause(m.stop), name) for name in TENSES for m in s.marked(name)],
            clauses,
            len({m.code for m in s.parties if m.sort != "place"}),
        )


def shape_features(c: Candidate, kind: str, order: Order) -> list[str]:
    """The order of parties, cues and heads around a head, with what links them."""
    s, start = c.sentence, c.head.start
    at, clause = bisect_left(order.letters, (start, "h")), s.clause(start)
    before, behind = order.letters[max(0, at - 3) : at], order.letters[at + 1 : at + 3]
    left = [letter if s.clause(place) == clause else letter + "|" for place, letter in before]
    right = [linked(s, order.links, c.head.stop, place) + letter for place, letter in behind]
    made = [*to_the_left(".".join(left[-2:]), ".".join(left), kind), *to_the_right("".join(right[:1]), kind)]
    made += [f"right2:{'.'.join(right)}", f"left&right:{'.'.join(left[-2:])}>{''.join(right[:1])}"]
    if before:
        place, letter = before[-1]
        made.append(link_to(linked(s, order.links, place, start), letter))
    return made


def adjoining(c: Candidate, before: list[str], behind: list[str]) -> list[str]:
    """The words next to a head, by how far they stand, with the head and with one another."""
    made = [f"b{far}={w}" for far, w in enumerate(reversed(before))]
    made += [f"a{far}={w}" for far, w in enumerate(behind)]
    if before:
        made.append(f"bh={before[-1]}_{c.name}")
    if behind:
        made.append(f"ah={c.name}_{behind[0]}")
    if before and behind:
        made.append(f"ba={before[-1]}_{behind[0]}")
    if len(before) > 1:
        made.append(f"bb={before[-2]}_{before[-1]}")
    if len(behind) > 1:
        made.append(f"aa={behind[0]}_{behind[1]}")
    return made


def written_features(c: Candidate, kind: str, text: str) -> Sequence[str]:
    return known_writing(text[c.head.start : c.head.stop], c.head.start - c.sentence.start < 3, kind, c.name)


def figure_features(c: Candidate, kind: str, text: str) -> Sequence[str]:
    s, head = c.sentence, c.head
    before, behind = text[max(s.start, head.start - NEAR_FIGURE) : head.start], text[head.stop : s.stop][:NEAR_FIGURE]
    return known_figures(any(map(str.isdigit, before)), any(map(str.isdigit, behind)), kind)


def word_features(c: Candidate, order: Order) -> list[str]:
    """The stems of a head's clause before and behind it, and the words beside it."""
    s, head, words = c.sentence, c.head, order.words
    first, last = bisect_right(s.breaks, head.start), bisect_left(s.breaks, head.stop)
    opens = bisect_left(order.places, s.breaks[first - 1]) if first else 0
    closes = bisect_left(order.places, s.breaks[last]) if last < len(s.breaks) else len(words)
    before, behind = bisect_left(order.places, head.start), bisect_left(order.places, head.stop)
    return [
        *{*map(stem_before, words[opens:before])},
        *{*map(stem_behind, words[behind:closes])},
        *adjoining(c, words[max(0, before - NEXT) : before], words[behind : behind + NEXT]),
    ]


def describe(c: Candidate, text: str, around: list[str], told: Told, order: Order) -> None:
    """Give a candidate all its features; a kind is written into so many that its plain string is made once."""
    kind = str(c.kind)
    shown = [
        *around,
        *head_features(c, kind),
        *cue_features(c, kind),
        *mark_features(c, order),
        *neighbour_features(c, kind),
        *place_features(c, kind, order, told.earlier),
        *known_often(min(6, told.often[c.head.entry.value]), kind),
        *shape_features(c, kind, order),
        *written_features(c, kind, text),
        *figure_features(c, kind, text),
        *known_rule(c.stage, kind),
    ]
    c.general, c.worded = len(around), len(shown)
    c.features = shown + word_features(c, order)


def turned(sentence: Sentence, head: Hit) -> tuple[Kind, str | None]:
    """A head's kind and form, turned by a word before it where the pack says so: a ship's visit is a port call."""
    for turn in head.entry.data.get("turns", ()):
        mark = sentence.mark_before(turn["after"], head.start, TURNS)
        if mark is not None and sentence.breaks_between(mark.stop, head.start) <= 1:
            return KINDS[turn["kind"]], turn.get("form")
    return KINDS[head.entry.value], head.entry.data.get("form")


def candidates(reading: Reading) -> Iterator[Candidate]:
    """Yield every candidate of a document in reading order, described; most are dropped before the next is made."""
    document, told = document_features(reading), Told(often(reading))
    for sentence in reading.sentences:
        if not sentence.heads:
            continue
        order = Order.of(sentence, reading.text)
        around = [*document, *sentence_features(sentence, len(order.words), reading.sentences)]
        for head in sentence.heads:
            c = Candidate(sentence, head, *turned(sentence, head), governors(sentence, head))
            c.stage = rule_stage(c)
            describe(c, reading.text, around, told, order)
            yield c
        for head in sentence.heads:
            told.earlier[suffix(head.entry.id)] += 1
            told.earlier[head.entry.value] += 1
