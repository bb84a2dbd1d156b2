"""Make every entry again from the facts.

Time grows with the claims, memory with the largest block. A large ledger in a file is
compared and folded by as many processes as there are cores, each reading the facts for
itself; one process writes, in one transaction, so that an interrupted rebuild changes nothing.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from servanda.ledger import deriving, twins
from servanda.ledger.crews import Crew
from servanda.ledger.entry_rows import rows_of
from servanda.ledger.folding import entry_of
from servanda.ledger.judging import Rulings
from servanda.ledger.matching import hopeless
from servanda.ledger.profiles import Profile, bases, block_keys, profile, traits
from servanda.ledger.records import Card
from servanda.ledger.rows import card_from
from servanda.ledger.schema import (
    blocks,
    claims,
    documents,
    edges,
    entries,
    entry_parties,
    looks,
    members,
    pending,
    put,
    read,
    watched,
    wide,
)
from servanda.ledger.schema import twins as twins_table

BATCH = 4000  # claims folded at a time
LARGE = 50_000  # claims from which several processes are worth their start
Row = tuple[object, ...]
Pairs = list[tuple[int, int]]


def rebuilt(connection: Connection, ruled: Rulings, path: Path | None = None) -> int:
    """Empty the derived tables and fill them again; return how many entries there are.

    ``path`` is the ledger's file, where there is one for other processes to read.
    """
    for table in (blocks, twins_table, pending, edges, members, entries, entry_parties, wide, watched, read):
        connection.execute(delete(table))
    large = connection.execute(select(func.count()).select_from(claims)).scalar_one() >= LARGE
    with Crew(connection, ruled, path if large else None) as crew:
        fold_all(connection, ruled, crew, compare_all(connection, crew))
    watch_all(connection)
    return connection.execute(select(func.count()).select_from(entries)).scalar_one()


@dataclass(slots=True)
class Compared:
    """What comparing found: ties as a flat (a, b, score) array, successions, and which claim stands for which."""

    ties: array[float] = field(default_factory=lambda: array("d"))
    followed: Pairs = field(default_factory=list)
    held: dict[int, int] = field(default_factory=dict)


def compare_all(connection: Connection, crew: Crew) -> Compared:
    """Compare within the blocks of each set of parties, one set at a time."""
    numbers = by_parties(connection)
    sets_of = by_base(numbers)
    in_order = sorted(sets_of, key=lambda base: (min(block_keys(base, ("",))), base))
    jobs = ((base, array("q", (n for key in sets_of[base] for n in numbers[key]))) for base in in_order)
    made = Compared()
    for keyed, rows, held in crew.each(compared, jobs):
        put(connection, blocks, zip(keyed[::2], keyed[1::2], strict=True))
        put(connection, edges, rows)
        made.held |= held
        for a, b, score, _ in rows:
            if score is None:
                made.followed.append((a, b))
            else:
                made.ties.extend((a, b, score))
    twins.keep(connection, made.held)
    return made


def compared(
    connection: Connection, ruled: Rulings, base: str, own: array[int]
) -> tuple[array[int], list[Row], dict[int, int]]:
    """Return the blocks of one base, as a flat (key, claim) array in order, the rows of its edges, and its twins."""
    filed = deriving.filed_claims(connection, sorted(own), ruled)
    held = twins.first_of(filed)
    known = {n: profile(one) for n, one in filed.items() if n not in held}
    found = {n: block_keys(base, traits(one)) for n, one in known.items()}
    keyed = array("q", (x for pair in sorted((key, n) for n, some in found.items() for key in some) for x in pair))
    pairs = ((pair, known[pair[0]], known[pair[1]]) for pair in pairs_in(base, known, found))
    return keyed, list(deriving.edge_rows(pairs)), {n: first for n, first in held.items() if found[first]}


def by_parties(connection: Connection) -> dict[str, array[int]]:
    """Return the numbers of the claims in force between each set of parties."""
    found: dict[str, array[int]] = defaultdict(lambda: array("q"))
    asked = select(claims.c.parties, claims.c.n).where(claims.c.withdrawn.is_(None))
    for parties, n in connection.execution_options(yield_per=10_000).execute(asked):
        found[parties].append(n)
    return found


def by_base(numbers: Iterable[str]) -> dict[str, list[str]]:
    """Return the sets of parties that stand in each base block."""
    found: dict[str, list[str]] = defaultdict(list)
    for key in sorted(numbers):
        for base in bases(frozenset(key.split())):
            found[base].append(key)
    return found


def pairs_in(base: str, known: dict[int, Profile], found: dict[int, set[int]]) -> Iterator[tuple[int, int]]:
    """Yield each pair that shares a trait in this block.

    A pair that shares several blocks only in the first of them.
    """
    standing: dict[int, list[int]] = defaultdict(list)
    for n in sorted(known):
        near: set[int] = set()
        for trait in found[n]:
            near.update(standing[trait])
            standing[trait].append(n)
        this = known[n]
        for other in sorted(near):
            if not hopeless(known[other], this) and first_shared(known[other], this) == base:
                yield other, n


def first_shared(one: Profile, other: Profile) -> str:
    if one.parties == other.parties and len(one.parties) <= 2:
        return bases(one.parties)[0]
    return min(set(bases(one.parties)) & set(bases(other.parties)))


def fold_all(connection: Connection, ruled: Rulings, crew: Crew, made: Compared) -> None:
    """Fold every undertaking, some whole components at a time."""
    in_force = select(claims.c.n).where(claims.c.withdrawn.is_(None)).order_by(claims.c.parties, claims.c.n)
    numbers = list(connection.execute(in_force).scalars())
    extra = [(a, b) for a, some in deriving.bonds(connection, ruled).items() for b in some]
    for rows in crew.each(folded, batches(numbers, made, extra)):
        for table, of in zip((entries, members, entry_parties, wide), rows, strict=True):
            put(connection, table, of)


def batches(
    numbers: list[int], made: Compared, extra: Pairs
) -> Iterator[tuple[list[int], list[Row], Pairs, dict[int, int]]]:
    """Yield claims in whole components, with their edges, the successions that touch them, and their twins."""
    ties = made.ties
    between = ((int(ties[at]), int(ties[at + 1])) for at in range(0, len(ties), 3))
    root = deriving.rooted(numbers, chain(between, extra, made.held.items()))
    within: dict[int, list[Row]] = defaultdict(list)
    for at in range(0, len(ties), 3):
        a = int(ties[at])
        within[root[a]].append((a, int(ties[at + 1]), ties[at + 2]))
    after: dict[int, Pairs] = defaultdict(list)
    for pair in made.followed:
        for home in {root[n] for n in pair if n in root}:
            after[home].append(pair)
    components: dict[int, list[int]] = defaultdict(list)
    for n in numbers:
        components[root[n]].append(n)
    for some in gathered(components.items()):
        homes = [home for home, _ in some]
        own = [n for _, of in some for n in of]
        pairs = sorted({pair for home in homes for pair in after[home]})
        held = {n: made.held[n] for n in own if n in made.held}
        yield own, [row for home in homes for row in within[home]], pairs, held


def gathered(components: Iterable[tuple[int, list[int]]]) -> Iterator[list[tuple[int, list[int]]]]:
    """Yield components together until they make a batch."""
    held: list[tuple[int, list[int]]] = []
    count = 0
    for home, of in components:
        held.append((home, of))
        count += len(of)
        if count >= BATCH:
            yield held
            held, count = [], 0
    if held:
        yield held


def folded(
    connection: Connection,
    ruled: Rulings,
    numbers: list[int],
    found: list[deriving.Tie],
    followed: Pairs,
    held: dict[int, int],
) -> tuple[list[Row], ...]:
    """Fold whole components; return the rows of their entries for each table."""
    filed = deriving.filed_claims(connection, numbers, ruled)
    later = deriving.successors(connection, filed, ruled, followed)
    groups = deriving.grouped(filed, found, ruled, held)
    made = [entry_of(of, ruled, deriving.FOREVER, successor=deriving.successor(of, later)) for of in groups]
    return rows_of(made, {f.id: n for n, f in filed.items()})


def watch_all(connection: Connection) -> None:
    """Note again what was read about the parties and when they were looked for; withdrawn claims were read too."""
    deriving.watch(connection, documents_told(connection))
    asked = select(looks.c.parties, func.max(looks.c.day)).group_by(looks.c.parties)
    deriving.looked(connection, {row[0]: row[1] for row in connection.execute(asked)})


def documents_told(connection: Connection) -> Iterator[tuple[Card, set[str]]]:
    """Yield each document's card with the sets of parties of its claims."""
    cards = (documents.c.n, documents.c.id, *deriving.CARD)
    asked = select(*cards, claims.c.parties).join(claims, claims.c.document == documents.c.id).order_by(documents.c.n)
    rows = connection.execution_options(yield_per=10_000).execute(asked).mappings()
    for _, of in groupby(rows, key=lambda row: row["n"]):
        held = list(of)
        yield card_from(held[0]), deriving.watching_all(row["parties"].split() for row in held)
