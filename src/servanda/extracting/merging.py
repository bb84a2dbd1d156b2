"""One claim for each thing, however often a document speaks of it.

A candidate joins the earlier one that it most likely repeats, or stands in the same place of
the same sentence; the likelihood is a linear score over what the two share and where they stand.
Without trained weights the rules of ``repeats`` decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from servanda.extracting.candidates import NEAR, Candidate, step
from servanda.extracting.linear import Weights, probability, score
from servanda.model import Kind, Span

LOOK_BACK = 24
KNOWN = 8000
SAME = 0.5
OWN_NAME = ("mou", "roadmap", "action-plan", "protocol", "letter-of-intent", "framework", "joint-statement")
OWN_IDENTITY = (Kind.INSTRUMENT, Kind.EXERCISE, Kind.PROJECT, Kind.INSTITUTION)


@dataclass(slots=True)
class Thing:
    """A thing that a document speaks of: its candidates in reading order; how likely it is told rightly."""

    members: list[Candidate] = field(default_factory=list)
    weighed: float | None = None

    @property
    def keep(self) -> float:
        return max(c.keep for c in self.members)

    @property
    def worth(self) -> float:
        return self.keep if self.weighed is None else self.weighed

    @property
    def lead(self) -> Candidate:
        """The member that speaks of it most clearly."""
        return max(self.members, key=lambda c: (c.keep, -c.head.start))


def overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


class Pair(NamedTuple):
    """What is asked of two candidates, the first standing before the second; few answers make up most of all."""

    kinds: tuple[Kind, Kind]
    verbs: tuple[bool, bool]
    same_head: bool
    same_form: bool
    parties: str
    shared: int
    near: int
    alike: bool
    definite: str
    is_title: bool
    numbers_differ: bool
    persons: bool | None
    gap: int | None
    breaks: int
    same_cue: bool


def pair_of(a: Candidate, b: Candidate, text: str) -> Pair:
    """Compare two candidates, ``a`` standing before ``b``."""
    s, near = a.sentence, b.sentence.index - a.sentence.index
    return Pair(
        kinds=(a.kind, b.kind),
        verbs=(a.is_verb, b.is_verb),
        same_head=a.name == b.name,
        same_form=a.form == b.form,
        parties="same" if a.parties == b.parties else "apart" if set(b.parties).isdisjoint(a.parties) else "meet",
        shared=int(4 * overlap(a.words, b.words)),
        near=min(6, step(near)),
        alike=text[a.head.start : a.head.stop].lower() == text[b.head.start : b.head.stop].lower(),
        definite="definite" if b.sentence.mark_before("definite", b.head.start, NEAR) else "plain",
        is_title=s.index == 0,
        numbers_differ=bool(a.numbers and b.numbers and not a.numbers & b.numbers),
        persons=not a.persons.isdisjoint(b.persons) if a.persons and b.persons else None,
        gap=step(s.distance(a.head.stop, b.head.start)) if near == 0 else None,
        breaks=min(3, s.breaks_between(a.head.stop, b.head.start)) if near == 0 else 0,
        same_cue=near == 0 and bool(a.governors and b.governors and a.governors[0].cue == b.governors[0].cue),
    )


def pair_features(a: Candidate, b: Candidate, text: str) -> Sequence[str]:
    """What two candidates share, ``a`` standing before ``b``."""
    return put_in_words(pair_of(a, b, text))


@lru_cache(KNOWN)
def put_in_words(p: Pair) -> Sequence[str]:
    first, second = p.kinds
    same = first == second
    made = [
        "bias",
        f"kind:{same}",
        f"kinds:{first}&{second}",
        f"head:{p.same_head}",
        f"form:{p.same_form}",
        f"parties:{p.parties}",
        f"parties&kind:{p.parties}{same}",
        f"shared:{p.shared}",
        f"shared&head:{p.shared}{p.same_head}",
        f"shared&kind:{p.shared}{same}",
        f"near:{p.near}",
        f"near&kind:{p.near}{same}",
        f"alike:{p.alike}",
        f"alike&parties:{p.alike}{p.parties}",
        f"{p.definite}&head:{p.same_head}",
        f"{p.definite}&kind:{same}{second}",
        f"title:{p.is_title}{same}",
        f"verb:{p.verbs[0]}{p.verbs[1]}{same}",
        f"kind:{first}&shared:{p.shared}&{same}",
    ]
    if p.numbers_differ:
        made.append("numbers-differ")
    if p.gap is not None:
        made += [f"gap:{p.gap}", f"gap&kind:{p.gap}{same}", f"breaks:{p.breaks}{same}", f"same-cue:{p.same_cue}{same}"]
    if p.persons is not None:
        made.append(f"persons:{p.persons}{same}")
    return tuple(map(intern, made))


def repeats(a: Candidate, b: Candidate) -> float:
    """The rules alone: same kind, same parties and most of the phrase's words."""
    if a.kind != b.kind or a.parties != b.parties:
        return 0.0
    again = a.name == b.name and a.sentence.index != b.sentence.index
    return 0.9 if again or overlap(a.words, b.words) >= 0.6 else 0.2


def listed_apart(a: Candidate, b: Candidate) -> bool:
    """True for two items of one list under one verb that have an identity of their own: "a roadmap and a treaty"."""
    if a.sentence is not b.sentence or a.kind not in OWN_IDENTITY or a.is_verb or b.is_verb:
        return False
    same_verb = bool(a.governors and b.governors and a.governors[0].cue == b.governors[0].cue)
    joined = any(a.head.stop <= m.start < b.head.start for m in a.sentence.marked("and"))
    return same_verb and joined and overlap(a.words, b.words) < 0.5


def named_apart(a: Candidate, b: Candidate) -> bool:
    """True for two whose names say that they differ: the 10th and the 11th session, a roadmap and a memorandum."""
    numbered = bool(a.ordinals and b.ordinals and not a.ordinals & b.ordinals)
    return numbered or (a.form != b.form and a.form in OWN_NAME and b.form in OWN_NAME)


def comparable(a: Candidate, b: Candidate) -> bool:
    """False for two that never speak of one thing: of one head, of other kinds, or told apart."""
    return a.kind == b.kind and a.head != b.head and not listed_apart(a, b) and not named_apart(a, b)


class Likelihoods:
    """The chance that two candidates of a text speak of one thing; what is answered alike is weighed once."""

    def __init__(self, text: str, weights: Weights) -> None:
        self.text, self.weights = text, weights
        self.known: dict[Pair, float] = {}

    def of(self, a: Candidate, b: Candidate) -> float:
        if not comparable(a, b):
            return 0.0
        if not self.weights:
            return repeats(a, b)
        pair = pair_of(a, b, self.text)
        chance = self.known.get(pair)
        if chance is None:
            chance = self.known[pair] = probability(score(self.weights, put_in_words(pair)))
        return chance


def things(kept: list[Candidate], text: str, weights: Weights) -> list[Thing]:
    """Gather candidates, in reading order, into the things they speak of."""
    found, likelihoods = list[Thing](), Likelihoods(text, weights)
    home: dict[int, Thing] = {}
    printed: dict[object, Thing] = {}
    for i, b in enumerate(kept):
        best: tuple[float, int] | None = None
        for j in range(max(0, i - LOOK_BACK), i):
            p = likelihoods.of(kept[j], b)
            if p > SAME and (best is None or p > best[0]):
                best = (p, j)
        words = place_in_words(b, text)
        thing = printed.get(words) or (home[best[1]] if best else Thing())
        if not thing.members:
            found.append(thing)
        thing.members.append(b)
        home[i] = printed[words] = thing
    return found


def place_in_words(c: Candidate, text: str) -> tuple[str, int, tuple[str, ...]]:
    """A candidate's sentence, its place in it and its parties: the same where a text is printed twice."""
    s = c.sentence
    return text[s.start : s.stop], c.head.start - s.start, c.parties


def distinct(first: Span, others: list[Span]) -> list[Span]:
    """The first span, then the others by place, those that meet it or one before them left out."""
    kept = [first]
    last = -1
    for span in sorted(others):
        if span.start >= last and not span.meets(first):
            kept.append(span)
            last = span.stop
    return kept
