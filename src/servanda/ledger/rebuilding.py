"""Make every entry again from the facts.

Time grows with the claims, memory with the largest block. A large ledger in a file is
compared and folded by as many processes as there are cores, each reading the facts for
itself; one process writes, in one transaction, so that an interrupted rebuild changes nothing.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from servanda.ledger import deriving, twins
from servanda.ledger.changing import all_noted
from servanda.ledger.crews import Crew
from servanda.ledger.entry_rows import TABLES, rows_of
from servanda.ledger.folding import entry_of
from servanda.ledger.judging import Rulings
from servanda.ledger.matching import SAME
from servanda.ledger.profiles import Profile, bases, block_keys, one_of_each, profile, traits
from servanda.ledger.reach import hopeless
from servanda.ledger.records import Card, Filed
from servanda.ledger.rows import card_from
from servanda.ledger.schema import (
    CACHE,
    blocks,
    claims,
    documents,
    edges,
    entries,
    is_partial,
    looks,
    pending,
    put,
    read,
    watched,
)
from servanda.ledger.schema import twins as twins_table
from servanda.ledger.spelling import Spellings

BATCH = 4000  # claims folded at a time
ROOMY = 128  # MiB that the writing process keeps in memory meanwhile
LARGE = 50_000  # claims from which several processes are worth their start
Row = tuple[object, ...]
Pairs = list[tuple[int, int]]


def rebuilt(connection: Connection, ruled: Rulings, path: Path | None = None) -> int:
    """Empty the derived tables and fill them again; return how many entries there are.

    ``path`` is the ledger's file, where there is one for other processes to read.
    """
    for table in (blocks, twins_table, pending, edges, *TABLES, watched, read):
        connection.execute(delete(table))
    large = connection.execute(select(func.count()).select_from(claims)).scalar_one() >= LARGE
    connection.exec_driver_sql(f"PRAGMA cache_size = -{ROOMY << 10}")  # entries come in the order of no index
    with Crew(connection, ruled, path if large else None) as crew, indexed_after(connection, large):
        fold_all(connection, ruled, crew, compare_all(connection, ruled, crew))
    watch_all(connection)
    all_noted(connection)
    connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE << 10}")
    return connection.execute(select(func.count()).select_from(entries)).scalar_one()


@contextmanager
def indexed_after(connection: Connection, large: bool) -> Iterator[None]:
    """Fill large tables without their indexes and make these of the whole: rows come in the order of none of them."""
    found = sorted((index for table in (edges, *TABLES) for index in table.indexes), key=is_partial)
    for index in found if large else ():
        index.drop(connection, checkfirst=True)
    yield
    for index in found if large else ():
        index.create(connection)


@dataclass(slots=True)
class Compared:
    """What comparing left to be folded: claims, ties as a flat (a, b, score) array, successions, twins."""

    left: array[int] = field(default_factory=lambda: array("q"))
    ties: array[float] = field(default_factory=lambda: array("d"))
    followed: Pairs = field(default_factory=list)
    held: dict[int, int] = field(default_factory=dict)


class Base(NamedTuple):
    """What one base gives: blocks as a flat (key, claim) array in order, rows of edges, twins, and rows of entries.

    The entries are those of claims that no other base can tie to anything; the rest are ``left``.
    """

    keyed: array[int]
    edges: list[deriving.EdgeRow]
    held: dict[int, int]
    made: tuple[list[Row], ...]
    left: array[int]


def compare_all(connection: Connection, ruled: Rulings, crew: Crew) -> Compared:
    """Compare within the blocks of each set of parties, one set at a time, and fold what only that set can tie."""
    numbers = by_parties(connection)
    sets_of = by_base(numbers)
    sizes = {base: sum(len(numbers[key]) for key in of) for base, of in sets_of.items()}
    in_order = sorted(sets_of, key=lambda base: (-sizes[base], base))  # the longest work first, so that none waits
    bound = set(deriving.bonds(connection, ruled))
    jobs = ((base, array("q", (n for key in sets_of[base] for n in numbers[key])), bound) for base in in_order)
    made = Compared(array("q", (n for key, of in numbers.items() if not key for n in of)))
    for found in crew.each(compared, jobs):
        put(connection, blocks, zip(found.keyed[::2], found.keyed[1::2], strict=True))
        put(connection, edges, found.edges)
        twins.keep(connection, found.held)
        put_entries(connection, found.made)
        gather(made, found)
    return made


def gather(made: Compared, found: Base) -> None:
    """Keep of what was found in one base what is needed to fold what it left."""
    left = set(found.left)
    made.left.extend(found.left)
    made.held |= {n: first for n, first in found.held.items() if n in left}
    for a, b, score, _ in found.edges:
        if score is None and (a in left or b in left):
            made.followed.append((a, b))
        elif score is not None and a in left and b in left:
            made.ties.extend((a, b, score))


def compared(connection: Connection, ruled: Rulings, base: str, own: array[int], bound: set[int]) -> Base:
    """Compare the claims of one base; ``bound`` are claims that people tied to others."""
    filed = deriving.filed_claims(connection, sorted(own), ruled)
    held = twins.first_of(filed)
    known = {n: profile(one) for n, one in filed.items() if n not in held}
    found = {n: tuple(block_keys(base, traits(one))) for n, one in known.items()}
    standing: dict[int, list[int]] = defaultdict(list)
    pairs = ((pair, known[pair[0]], known[pair[1]]) for pair in pairs_in(base, known, found, standing))
    rows = list(deriving.edge_rows(pairs))
    keyed = array("q", (number for key in sorted(standing) for n in standing[key] for number in (key, n)))
    kept = {n: first for n, first in held.items() if found[first]}
    for of in (known, found, standing):
        of.clear()  # folding has the room
    elsewhere = {n for n, of in filed.items() if n in bound or bases(one_of_each(of.claim.parties)) != (base,)}
    left = reached(filed, rows, held, elsewhere)
    own_ties = ((a, b, score) for a, b, score, _ in rows if score is not None and a not in left)
    followed = [(a, b) for a, b, score, _ in rows if score is None]
    whole = {n: of for n, of in filed.items() if n not in left}
    later = deriving.successors(connection, filed, ruled, followed)
    made = folded_rows(whole, own_ties, ruled, kept, later)
    return Base(keyed, rows, kept, made, array("q", sorted(left)))


def reached(
    filed: Collection[int], rows: Sequence[deriving.EdgeRow], held: Mapping[int, int], start: set[int]
) -> set[int]:
    """Return the claims that edges or twins tie to some of those to start from, these among them."""
    if not start:
        return set()
    ties = ((a, b) for a, b, score, _ in rows if score is not None and score >= SAME)
    root = deriving.rooted(filed, chain(ties, held.items()))
    homes = {root[n] for n in start}
    return {n for n, home in root.items() if home in homes}


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


def pairs_in(
    base: str, known: Mapping[int, Profile], found: Mapping[int, Sequence[int]], standing: dict[int, list[int]]
) -> Iterator[tuple[int, int]]:
    """Yield each pair that shares a trait in this block, and leave in ``standing`` who has each trait.

    A pair that shares several blocks only in the first of them.
    """
    spelt = Spellings(of.title for of in known.values())
    alone = {n for n, of in known.items() if bases(of.parties) == (base,)}  # what meets these meets them only here
    for n in sorted(known):
        near: set[int] = set()
        for trait in found[n]:
            near.update(standing[trait])
            standing[trait].append(n)
        this = known[n]
        otherwise = spelt.of(this.title)
        for other in sorted(near):
            of = known[other]
            if hopeless(of, this, not otherwise or otherwise.isdisjoint(of.title.words)):
                continue
            if n in alone or other in alone or first_shared(of, this) == base:
                yield other, n


def first_shared(one: Profile, other: Profile) -> str:
    return min(set(bases(one.parties)) & set(bases(other.parties)))


def fold_all(connection: Connection, ruled: Rulings, crew: Crew, made: Compared) -> None:
    """Fold what comparing left, some whole components at a time."""
    numbers = sorted(set(made.left))
    extra = [(a, b) for a, some in deriving.bonds(connection, ruled).items() for b in some]
    for rows in crew.each(folded, batches(numbers, made, extra)):
        put_entries(connection, rows)


def put_entries(connection: Connection, rows: tuple[list[Row], ...]) -> None:
    for table, of in zip(TABLES, rows, strict=True):
        put(connection, table, of)


def batches(
    numbers: list[int], made: Compared, extra: Pairs
) -> Iterator[tuple[list[int], list[Row], Pairs, dict[int, int]]]:
    """Yield claims in whole components, with their edges, the successions that touch them, and their twins."""
    ties = made.ties
    between = ((int(ties[at]), int(ties[at + 1])) for at in range(0, len(ties), 3) if ties[at + 2] >= SAME)
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
    return folded_rows(filed, found, ruled, held, deriving.successors(connection, filed, ruled, followed))


def folded_rows(
    filed: Mapping[int, Filed],
    found: Iterable[deriving.Tie],
    ruled: Rulings,
    held: Mapping[int, int],
    later: Mapping[str, Sequence[Filed]],
) -> tuple[list[Row], ...]:
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
