"""Make again the entries of claims that came, went or changed, and of all that this moves.

Claims are grouped from their surest pairs down, so what a claim can move is found by going
out from it: a set of entries is grouped anew together with all entries next to it; one that
comes out as it was moves nothing beyond itself, and of one that does not the entries next
to it are taken in too. Invariant: what this leaves is what a rebuild gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from servanda.ledger import deriving, twins
from servanda.ledger.deriving import PART, Tie
from servanda.ledger.entry_rows import drop_entries, write_entries
from servanda.ledger.folding import entry_of
from servanda.ledger.judging import Rulings
from servanda.ledger.matching import SAME
from servanda.ledger.records import Filed
from servanda.ledger.schema import chunks, edges, members


@dataclass(slots=True)
class Known:
    """What has been read so far: which entry a claim stood in, with whom, and which claim stands for which."""

    home: dict[int, str] = field(default_factory=dict)
    fellows: dict[str, set[int]] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)

    def beside(self, numbers: Iterable[int]) -> set[int]:
        """Return claims with those that stood in one entry with them."""
        own = set(numbers)
        return own.union(*(self.fellows[self.home[n]] for n in own & self.home.keys()))


def refold(connection: Connection, numbers: Collection[int], rulings: Rulings) -> list[str]:
    """Make again the entries of these claims and of all that they move; return the ids of the entries made."""
    changed, known, tied = set(numbers), Known(), deriving.bonds(connection, rulings)
    followed = {n for pair in deriving.successions(connection, changed) for n in pair}
    left = whole(connection, changed | followed | near(connection, changed), tied, known)
    ids: set[str] = set()
    while left:
        waiting: set[int] = set()
        for own, ties in in_parts(left, ties_among(connection, left), [*known.held.items(), *pairs_of(tied)]):
            filed = deriving.filed_claims(connection, own, rulings)
            groups = deriving.grouped(filed, ties, rulings, known.held)
            beyond = near(connection, moved(own, filed, groups, known, changed)) - left
            if beyond:
                waiting |= beyond | set(own)
            else:
                ids.update(write_groups(connection, known.beside(own), filed, groups, rulings))
        left = whole(connection, waiting, tied, known)
    return sorted(ids)


def write_groups(
    connection: Connection,
    own: Collection[int],
    filed: Mapping[int, Filed],
    groups: Sequence[Sequence[Filed]],
    rulings: Rulings,
) -> list[str]:
    """Put the entries of some claims in the place of those in which they stood; return their ids."""
    later = deriving.successors(connection, filed, rulings, deriving.successions(connection, filed))
    made = [entry_of(of, rulings, deriving.FOREVER, successor=deriving.successor(of, later)) for of in groups]
    drop_entries(connection, own)
    write_entries(connection, made, {f.id: n for n, f in filed.items()})
    return [entry.id for entry in made]


def moved(
    own: Collection[int],
    filed: Mapping[int, Filed],
    groups: Iterable[Sequence[Filed]],
    known: Known,
    changed: Collection[int],
) -> set[int]:
    """Return the claims that stand otherwise than before: in another company, or in one with a claim that changed."""
    number = {f.id: n for n, f in filed.items()}
    still: set[int] = set()
    for of in groups:
        now = {number[f.id] for f in of}
        before = known.fellows.get(known.home.get(next(iter(now)), ""), set())
        if now == before and now.isdisjoint(changed):
            still |= now
    return set(own) - still


def whole(
    connection: Connection, numbers: Iterable[int], tied: Mapping[int, Collection[int]], known: Known
) -> set[int]:
    """Return claims with all that stood in one entry with them, that people tied to them, and their twins."""
    seen: set[int] = set()
    frontier = set(numbers)
    while frontier:
        seen |= frontier
        learn(connection, sorted(frontier - known.home.keys()), known)
        held = twins.held_with(connection, sorted(frontier))
        known.held |= held
        reached = {m for n in frontier for m in tied.get(n, ())} | held.keys() | set(held.values())
        frontier = (reached | known.beside(frontier)) - seen
    return seen


def learn(connection: Connection, numbers: Sequence[int], known: Known) -> None:
    """Read in which entries claims stand, and with whom."""
    for some in chunks(numbers):
        homes = select(members.c.entry).where(members.c.claim.in_(some))
        for n, entry in connection.execute(select(members.c.claim, members.c.entry).where(members.c.entry.in_(homes))):
            known.home[n] = entry
            known.fellows.setdefault(entry, set()).add(n)


def near(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Return the claims that are the same as one of these by comparison, these among them."""
    found = set(numbers)
    for some in chunks(sorted(found)):
        for a, b in (("a", "b"), ("b", "a")):
            asked = select(edges.c[b]).where(edges.c[a].in_(some), edges.c.score >= SAME)
            found.update(connection.execute(asked).scalars())
    return found


def ties_among(connection: Connection, numbers: Collection[int]) -> list[Tie]:
    """Return the ties between two of these claims, those that are only likely among them."""
    found: list[Tie] = []
    for some in chunks(sorted(numbers)):
        asked = select(edges.c.a, edges.c.b, edges.c.score).where(edges.c.a.in_(some), edges.c.score.is_not(None))
        found += [(a, b, score) for a, b, score in connection.execute(asked) if b in numbers]
    return found


def pairs_of(tied: Mapping[int, Collection[int]]) -> list[tuple[int, int]]:
    return [(a, b) for a, some in tied.items() for b in some]


def in_parts(
    numbers: Collection[int], ties: Sequence[Tie], pairs: Iterable[tuple[int, int]]
) -> Iterator[tuple[list[int], list[Tie]]]:
    """Yield claims that can come to stand together with the ties among them, some thousand claims at a time."""
    root = deriving.rooted(numbers, [*((a, b) for a, b, score in ties if score >= SAME), *pairs])
    within: dict[int, list[Tie]] = defaultdict(list)
    for tie in ties:
        within[root[tie[0]]].append(tie)
    of: dict[int, list[int]] = defaultdict(list)
    for n in sorted(numbers):
        of[root[n]].append(n)
    own: list[int] = []
    edges_of: list[Tie] = []
    for home, some in of.items():
        own, edges_of = own + some, edges_of + within[home]
        if len(own) >= PART:
            yield own, edges_of
            own, edges_of = [], []
    if own:
        yield own, edges_of
