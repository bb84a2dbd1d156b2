"""Make every entry again from the facts.

In time that grows with the claims and memory that grows with the largest block.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from sqlalchemy import Connection, delete, func, select

from servanda.ledger import deriving
from servanda.ledger.entry_rows import write_entries
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
    put,
    read,
    watched,
    wide,
)

BATCH = 4000  # claims folded at a time


def rebuilt(connection: Connection, ruled: Rulings) -> int:
    """Empty the derived tables and fill them again; return how many entries there are."""
    for table in (blocks, edges, members, entries, entry_parties, wide, watched, read):
        connection.execute(delete(table))
    compare_all(connection, ruled)
    fold_all(connection, ruled)
    watch_all(connection)
    return connection.execute(select(func.count()).select_from(entries)).scalar_one()


def compare_all(connection: Connection, ruled: Rulings) -> None:
    """Compare within the blocks of each set of parties, one set at a time."""
    numbers = by_parties(connection)
    sets_of = by_base(numbers)
    for base in sorted(sets_of, key=lambda base: (min(block_keys(base, ("",))), base)):
        own = sorted(n for key in sets_of[base] for n in numbers[key])
        known = {n: profile(filed) for n, filed in deriving.filed_claims(connection, own, ruled).items()}
        found = {n: block_keys(base, traits(one)) for n, one in known.items()}
        put(connection, blocks, sorted((key, n) for n, some in found.items() for key in some))
        pairs = ((pair, known[pair[0]], known[pair[1]]) for pair in pairs_in(base, known, found))
        put(connection, edges, deriving.edge_rows(pairs))


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


def fold_all(connection: Connection, ruled: Rulings) -> None:
    """Fold every undertaking, component by component, in batches."""
    numbers = (
        connection.execute(
            select(claims.c.n).where(claims.c.withdrawn.is_(None)).order_by(claims.c.parties, claims.c.n)
        )
        .scalars()
        .all()
    )
    batch: list[int] = []
    for component in components_of(connection, numbers, ruled):
        batch += component
        if len(batch) >= BATCH:
            fold(connection, batch, ruled)
            batch = []
    fold(connection, batch, ruled)


def components_of(connection: Connection, numbers: Iterable[int], ruled: Rulings) -> list[list[int]]:
    """Return the claims that chains of edges and judgements tie together, in the order in which they were given."""
    home = {n: n for n in numbers}

    def root(n: int) -> int:
        while home[n] != n:
            home[n] = home[home[n]]
            n = home[n]
        return n

    tied = [(a, b) for a, some in deriving.bonds(connection, ruled).items() for b in some]
    asked = select(edges.c.a, edges.c.b).where(edges.c.score.is_not(None))
    for a, b in (*tied, *connection.execution_options(yield_per=10_000).execute(asked)):
        if a in home and b in home:
            home[root(a)] = root(b)
    found: dict[int, list[int]] = defaultdict(list)
    for n in home:
        found[root(n)].append(n)
    return list(found.values())


def fold(connection: Connection, numbers: list[int], ruled: Rulings) -> None:
    """Fold whole components: no edge leads out of them."""
    filed = deriving.filed_claims(connection, sorted(numbers), ruled)
    later = deriving.successors(connection, filed, ruled)
    found = deriving.edges_from(connection, filed)
    made = [
        entry_of(of, ruled, deriving.FOREVER, successor=deriving.successor(of, later))
        for of in deriving.grouped(filed, found, ruled)
    ]
    write_entries(connection, made, {f.id: n for n, f in filed.items()})


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
