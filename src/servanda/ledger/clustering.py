"""Group claims into undertakings from the comparisons of pairs.

The groups are a pure function of the claims and the judgements: the pairs are taken
from the surest down, ties by id, and two groups join only where nothing decides
against any pair across them and they agree on the average.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from servanda.ledger.matching import REVIEW, SAME, weighed
from servanda.ledger.profiles import Profile, keys
from servanda.ledger.reach import hopeless

AGREE = 3.5  # the mean score at which two groups may join
ACROSS = 64  # pairs looked at across two groups; more would say the same


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """Two claims (``a < b``) that are, or may be, the same."""

    a: str
    b: str
    score: float


def candidate_pairs(profiles: Sequence[Profile]) -> Iterator[tuple[Profile, Profile]]:
    """Yield every pair that shares a block, once."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for place, of in enumerate(profiles):
        near: set[int] = set()
        for key in sorted(keys(of)):
            near.update(blocks[key])
            blocks[key].append(place)
        yield from ((profiles[other], of) for other in sorted(near) if not hopeless(profiles[other], of))


def edges_among(pairs: Iterable[tuple[Profile, Profile]]) -> Iterator[Edge]:
    """Compare pairs and yield those that are or may be the same."""
    for one, other in pairs:
        score, _ = weighed(one, other)
        if score is not None and score >= REVIEW:
            a, b = sorted((one.id, other.id))
            yield Edge(a, b, score)


class Groups:
    """Disjoint groups that grow by joining."""

    def __init__(self, members: Iterable[str]) -> None:
        self.home = {member: member for member in members}
        self.members = {member: [member] for member in self.home}

    def of(self, member: str) -> list[str]:
        return self.members[self.home[member]]

    def join(self, a: str, b: str) -> None:
        """Put the smaller of two groups into the larger."""
        keep, go = self.home[a], self.home[b]
        if keep == go:
            return
        if len(self.members[keep]) < len(self.members[go]):
            keep, go = go, keep
        for member in self.members.pop(go):
            self.home[member] = keep
            self.members[keep].append(member)

    def apart(self, a: str, b: str) -> bool:
        return self.home[a] != self.home[b]

    def all(self) -> list[list[str]]:
        return sorted(sorted(group) for group in self.members.values())


def components(
    members: Iterable[str], edges: Iterable[Edge], together: Iterable[tuple[str, str]] = ()
) -> list[list[str]]:
    """Return the claims that a chain of sure edges connects: what is decided together."""
    groups = Groups(members)
    for a, b in [(edge.a, edge.b) for edge in edges if edge.score >= SAME] + list(together):
        groups.join(a, b)
    return groups.all()


def group(
    profiles: Mapping[str, Profile],
    edges: Iterable[Edge],
    together: Collection[tuple[str, str]] = (),
    apart: Collection[tuple[str, str]] = (),
) -> list[list[str]]:
    """Return the undertakings among the claims of one component, each as sorted ids.

    ``together`` and ``apart`` are what people judged; they go before every rule.
    """
    groups = Groups(profiles)
    barred = {frozenset(pair) for pair in apart}
    for a, b in sorted(together):
        groups.join(a, b)
    told = list(edges)
    weighed = Weighed(profiles, told)
    for edge in sorted(told, key=lambda e: (-e.score, e.a, e.b)):
        if edge.score >= SAME and groups.apart(edge.a, edge.b):
            sides = sorted(groups.of(edge.a)), sorted(groups.of(edge.b))
            if barred and any(frozenset(pair) in barred for pair in product(*sides)):
                continue
            if weighed.agree(product(*sides)):
                groups.join(edge.a, edge.b)
    return groups.all()


class Weighed:
    """Scores of pairs of one component, each worked out once; None where something decides against a pair.

    Of pairs that are hopeless it is enough to know so, unless what the others score leaves it open.
    """

    def __init__(self, profiles: Mapping[str, Profile], edges: Iterable[Edge]) -> None:
        self.profiles = profiles
        self.seen: dict[tuple[str, str], float | None] = {(e.a, e.b): e.score for e in edges if e.score >= REVIEW}
        self.far: set[tuple[str, str]] = set()

    def score(self, pair: tuple[str, str]) -> float | None:
        if pair not in self.seen:
            self.seen[pair], _ = weighed(self.profiles[pair[0]], self.profiles[pair[1]])
        return self.seen[pair]

    def is_far(self, pair: tuple[str, str]) -> bool:
        """True for a pair that scores less than what would go to review, whatever it is exactly."""
        if pair in self.seen or pair in self.far:
            return pair in self.far
        if hopeless(self.profiles[pair[0]], self.profiles[pair[1]]):
            self.far.add(pair)
        return pair in self.far

    def agree(self, across: Iterable[tuple[str, str]]) -> bool:
        """True where nothing decides against any of the first pairs and their mean would at least go to review."""
        pairs = [(a, b) if a < b else (b, a) for a, b in islice(across, ACROSS)]
        near = [pair for pair in pairs if not self.is_far(pair)]
        most = self.told(near)
        if most is None or most + REVIEW * (len(pairs) - len(near)) < AGREE * len(pairs):
            return False
        exact = most if len(near) == len(pairs) else self.told(pairs)
        return exact is not None and exact / len(pairs) >= AGREE

    def told(self, pairs: Iterable[tuple[str, str]]) -> float | None:
        """Return what pairs score together, None where something decides against one of them."""
        scores: list[float] = []
        for pair in pairs:
            score = self.score(pair)
            if score is None:
                return None
            scores.append(score)
        return sum(scores)
