"""Claims of equal content in reprints of one text: one thing told by many papers.

The first of them stands in blocks and edges for all, so that a text printed a thousand
times is compared no oftener than one printed twice. Which is the first follows from the
claims alone, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, delete, or_, select

from servanda.ledger.records import Filed
from servanda.ledger.schema import chunks, put, twins


def content(filed: Filed) -> tuple[object, ...]:
    """Return all that matching may see of a claim, and which text it stands in."""
    claim = filed.claim
    slots = (claim.by, claim.items, claim.orgs, claim.persons, claim.domains)
    days = (claim.when, claim.due, claim.period, filed.card.date)
    sort = (claim.kind, claim.form, claim.stage, claim.title, claim.where, claim.under)
    return (filed.card.text, *sort, tuple(sorted(claim.parties)), *slots, *days)


def first_of(filed: Mapping[int, Filed]) -> dict[int, int]:
    """Return the first of its kind for each claim that is not the first itself."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for n, of in filed.items():
        alike.setdefault(content(of), []).append(n)
    held: dict[int, int] = {}
    for some in alike.values():
        first = min(some, key=lambda n: (filed[n].claim.document, filed[n].id))
        held |= {n: first for n in some if n != first}
    return held


def keep(connection: Connection, held: Mapping[int, int]) -> None:
    put(connection, twins, held.items())


def held_with(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Return which claim stands for which, of all that one of these stands for or that stand for it."""
    found: dict[int, int] = {}
    for some in chunks(numbers):
        asked = select(twins.c.claim, twins.c.first).where(or_(twins.c.claim.in_(some), twins.c.first.in_(some)))
        found |= {row.claim: row.first for row in connection.execute(asked)}
    return found


def drop(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Let go of these claims; return those for which one of them stood, which stand by nothing now."""
    left: set[int] = set()
    for some in chunks(numbers):
        left |= set(connection.execute(select(twins.c.claim).where(twins.c.first.in_(some))).scalars())
        connection.execute(delete(twins).where(or_(twins.c.claim.in_(some), twins.c.first.in_(some))))
    return left - set(numbers)


def nodes(
    filed: Mapping[int, Filed], held: Mapping[int, int], ruled: Collection[str]
) -> tuple[dict[int, list[str]], dict[str, list[Filed]]]:
    """Return the ids to be grouped for each first claim, and the claims for which each such id speaks.

    Claims on which people ruled speak for themselves alone.
    """
    alike: dict[int, list[Filed]] = {}
    for n, of in filed.items():
        alike.setdefault(held.get(n, n), []).append(of)
    speaking: dict[int, list[str]] = {}
    bundles: dict[str, list[Filed]] = {}
    for first, some in alike.items():
        silent = sorted((f for f in some if f.id not in ruled), key=lambda f: f.id)
        made = {f.id: [f] for f in some if f.id in ruled} | ({silent[0].id: silent} if silent else {})
        speaking[first] = sorted(made)
        bundles |= made
    return speaking, bundles
