"""How the parties of a document stand in it: their order, their share of all that is named, where each was named last.

It is the same for all candidates, and is looked at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from servanda.codebook import organisations
from servanda.language.mentions import Reading

TENTHS = 10
LONG_AGO = 7


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The parties of a document: ``ranking`` and ``rank`` by weight, the ``first``, ``two`` and ``three`` of most,
    ``title`` those that its first sentence names, ``places`` the numbers of the sentences that name each."""

    ranking: Sequence[str]
    rank: Mapping[str, int]
    first: frozenset[str]
    two: frozenset[str]
    three: frozenset[str]
    title: frozenset[str]
    weight: Mapping[str, int]
    whole: int
    places: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, reading: Reading) -> Standing:
        places: dict[str, list[int]] = defaultdict(list)
        for s in reading.sentences:
            for code in {m.code for m in s.parties}:
                places[code].append(s.index)
        title = frozenset(m.code for s in reading.sentences[:1] for m in s.parties)
        ranking, whole = reading.ranking(), sum(reading.weight.values()) or 1
        rank = {code: i for i, code in enumerate(ranking)}
        first, two, three = (frozenset(ranking[:n]) for n in (1, 2, 3))
        return cls(ranking, rank, first, two, three, title, reading.weight, whole, places)

    def share(self, codes: Iterable[str]) -> int:
        """Return the share of all weight that parties have together, in tenths."""
        return TENTHS * sum(self.weight.get(code, 0) for code in codes) // self.whole

    def least(self, codes: Iterable[str]) -> int:
        """Return the share of the one of least weight."""
        return min(self.share((code,)) for code in codes)

    def since(self, code: str, index: int) -> int:
        """Return how many sentences before the one of a number a party was named last, at most seven."""
        places = self.places.get(code, ())
        at = bisect_right(places, index)
        return min(LONG_AGO, index - places[at - 1]) if at else LONG_AGO


@lru_cache(4096)
def sorts(codes: tuple[str, ...]) -> str:
    """Return a letter for each party, in order: "b" for a body of states, "s" for a state."""
    bodies = organisations()
    return "".join(sorted("b" if code in bodies else "s" for code in codes))[:4]
