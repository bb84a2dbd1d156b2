"""One claim for each thing, however often a document speaks of it.

A candidate joins the earlier one that it most likely repeats; the likelihood is a linear
score over what the two share and where they stand. Without trained weights the rules of
``repeats`` decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from servanda.extracting.candidates import Candidate, step
from servanda.extracting.linear import Weights, probability, score
from servanda.model import Kind, Span

LOOK_BACK = 24
SAME = 0.42
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


def pair_features(a: Candidate, b: Candidate, text: str) -> list[str]:
    """What two candidates share, ``a`` standing before ``b``."""
    near = b.sentence.index - a.sentence.index
    same_kind = a.kind == b.kind
    same_head = a.name == b.name
    words = a.words, b.words
    shared = int(4 * overlap(*words))
    alike = text[a.head.start : a.head.stop].lower() == text[b.head.start : b.head.stop].lower()
    parties = "same" if a.parties == b.parties else "meet" if set(a.parties) & set(b.parties) else "apart"
    definite = "definite" if any(f == "prev:definite" or f == "near:definite" for f in b.features) else "plain"
    numbers = a.numbers and b.numbers and not a.numbers & b.numbers
    made = [
        "bias",
        f"kind:{same_kind}",
        f"kinds:{a.kind}&{b.kind}",
        f"head:{same_head}",
        f"form:{a.form == b.form}",
        f"parties:{parties}",
        f"parties&kind:{parties}{same_kind}",
        f"shared:{shared}",
        f"shared&head:{shared}{same_head}",
        f"shared&kind:{shared}{same_kind}",
        f"near:{min(6, step(near))}",
        f"near&kind:{min(6, step(near))}{same_kind}",
        f"alike:{alike}",
        f"alike&parties:{alike}{parties}",
        f"{definite}&head:{same_head}",
        f"{definite}&kind:{same_kind}{b.kind}",
        f"title:{a.sentence.index == 0}{same_kind}",
        f"verb:{a.is_verb}{b.is_verb}{same_kind}",
        f"kind:{a.kind}&shared:{shared}&{same_kind}",
    ]
    if numbers:
        made.append("numbers-differ")
    if near == 0:
        gap = step(a.sentence.distance(a.head.stop, b.head.start))
        made += [
            f"gap:{gap}",
            f"gap&kind:{gap}{same_kind}",
            f"breaks:{min(3, a.sentence.breaks_between(a.head.stop, b.head.start))}{same_kind}",
            f"same-cue:{bool(a.governors and b.governors and a.governors[0].cue == b.governors[0].cue)}{same_kind}",
        ]
    if a.persons and b.persons:
        made.append(f"persons:{bool(a.persons & b.persons)}{same_kind}")
    return made


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


def likelihood(a: Candidate, b: Candidate, text: str, weights: Weights) -> float:
    """The chance that two candidates speak of one thing; those of one head, other kinds or told apart never do."""
    if a.kind != b.kind or a.head == b.head or listed_apart(a, b) or named_apart(a, b):
        return 0.0
    return probability(score(weights, pair_features(a, b, text))) if weights else repeats(a, b)


def things(kept: list[Candidate], text: str, weights: Weights) -> list[Thing]:
    """Gather candidates, in reading order, into the things they speak of."""
    found: list[Thing] = []
    home: dict[int, Thing] = {}
    for i, b in enumerate(kept):
        best: tuple[float, int] | None = None
        for j in range(max(0, i - LOOK_BACK), i):
            p = likelihood(kept[j], b, text, weights)
            if p > SAME and (best is None or p > best[0]):
                best = (p, j)
        thing = home[best[1]] if best else Thing()
        if best is None:
            found.append(thing)
        thing.members.append(b)
        home[i] = thing
    return found


def distinct(first: Span, others: list[Span]) -> list[Span]:
    """The first span, then the others by place, those that meet it or one before them left out."""
    kept = [first]
    last = -1
    for span in sorted(others):
        if span.start >= last and not span.meets(first):
            kept.append(span)
            last = span.stop
    return kept
