"""Counts over all that a query finds, in one pass each: by who is party, and by each facet of a list.

Invariant: a count is of the same entries that ``Ledger.entries`` lists for the query.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)

from servanda.ledger import listing
from servanda.ledger.census import KEPT, TRIED, Counts, Sort
from servanda.ledger.deriving import EVERYBODY
from servanda.ledger.line_rows import line_from, lined
from servanda.ledger.query import Query, parse
from servanda.ledger.records import Line, StatusName
from servanda.ledger.schema import entries, looks, sources
from servanda.ledger.store import Ledger

CROWD = 6  # parties; a text of more is no bond between each two of them


@dataclass(frozen=True, slots=True)
class Sum:
    """Entries of some parties. ``tried`` are those promised before that are settled or overdue.

    ``kept_promises`` are the kept ones among these, so that their share is a share of promises.
    """

    total: int = 0
    kept: int = 0
    overdue: int = 0
    tried: int = 0
    kept_promises: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.total + other.total,
            self.kept + other.kept,
            self.overdue + other.overdue,
            self.tried + other.tried,
            self.kept_promises + other.kept_promises,
        )


@dataclass(frozen=True, slots=True)
class Facets:
    """How many entries have each kind, status, stage and domain, with every combination of them."""

    rows: tuple[tuple[str, str, str, tuple[str, ...], int], ...]
    counted: dict[object, Counter[str]] = field(default_factory=dict, compare=False, repr=False)

    def count(self, facet: str, chosen: Mapping[str, tuple[str, ...]]) -> Counter[str]:
        """Return the counts of one facet's values beside what is chosen of the other facets; counted once."""
        others = tuple((key, values) for key, values in sorted(chosen.items()) if values and key != facet)
        known = self.counted.get((facet, others))
        return known if known is not None else self.counted.setdefault((facet, others), self.summed(facet, others))

    def summed(self, facet: str, others: Iterable[tuple[str, tuple[str, ...]]]) -> Counter[str]:
        told = Counter[str]()
        for kind, status, stage, fields, n in self.rows:
            has = {"kind": (kind,), "status": (status,), "stage": (stage,), "domain": fields}
            if all(meets(key, has[key], values) for key, values in others):
                for value in has[facet]:
                    told[value] += n
        return told

    def total(self, chosen: Mapping[str, tuple[str, ...]]) -> int:
        """Return how many have what is chosen of every facet."""
        kinds = self.count("kind", chosen)
        return sum(kinds[kind] for kind in chosen["kind"] or kinds)


def meets(facet: str, has: tuple[str, ...], asked: Collection[str]) -> bool:
    """Tell whether an entry has any of the values asked, of the domains all."""
    return set(has).issuperset(asked) if facet == "domain" else has[0] in asked


def facets(ledger: Ledger, query: str) -> Facets:
    """Return the counts for the facets of a list; the facets themselves should not be in the query."""
    day = date.today().isoformat()
    with ledger.looking() as connection:
        wanted, census = replace(parse(query), sort=None), listing.census_of(connection)
        if census is not None and (sorts := census.by_sort(connection, wanted, day)) is not None:
            return Facets(tuple((of.kind, of.status, of.stage, of.fields, n) for of, (n, _) in sorts.items()))
        columns = (entries.c.kind, entries.c.stage, entries.c.domains)
        told = listing.summed(connection, wanted, day, *columns)
        rows = [(kind, status, stage or "", tuple((of or "").split()), n) for kind, stage, of, status, n, _ in told]
    return Facets(tuple(rows))


def by_parties(ledger: Ledger, query: str | Query) -> dict[tuple[str, ...], Sum]:
    """Return the sums of every set of parties that a query finds."""
    day, told = date.today().isoformat(), dict[tuple[str, ...], Sum]()
    with ledger.looking() as connection:
        wanted = replace(parse(query) if isinstance(query, str) else query, sort=None)
        census = listing.census_of(connection)
        if census is not None and (sums := census.sums(connection, wanted, day)) is not None:
            return {tuple(key.split()): Sum(*five) for key, five in sums.items()}
        if census is not None and (sets := census.by_set(connection, wanted, day)) is not None:
            return by_set(sets)
        for parties, name, n, promised in listing.summed(connection, wanted, day, entries.c.parties):
            key = tuple(parties.split())
            told[key] = told.get(key, Sum()) + summed(StatusName(name), n, promised)
    return told


def by_set(told: Iterable[tuple[str, Sort, Counts]]) -> dict[tuple[str, ...], Sum]:
    """Return the sums of each set of parties from its counts by sort, which come one set after another."""
    made = dict[tuple[str, ...], Sum]()
    for key, of in groupby(told, key=itemgetter(0)):
        total = kept = overdue = tried = kept_promises = 0
        for _, sort, (n, promised) in of:
            total += n
            if sort.status in KEPT:
                kept, kept_promises = kept + n, kept_promises + promised
            elif sort.status == StatusName.OVERDUE:
                overdue += n
            if sort.status in TRIED:
                tried += promised
        made[tuple(key.split())] = Sum(total, kept, overdue, tried, kept_promises)
    return made


def summed(status: StatusName, n: int, promised: int) -> Sum:
    """Return entries of one status as a sum."""
    kept = status in KEPT
    return Sum(
        n,
        n if kept else 0,
        n if status is StatusName.OVERDUE else 0,
        promised if status in TRIED else 0,
        promised if kept else 0,
    )


def pairs(told: Mapping[tuple[str, ...], Sum]) -> tuple[dict[tuple[str, str], Sum], int]:
    """Return the sums of each two parties, and how many entries of a crowd were left out."""
    made, crowded = dict[tuple[str, str], Sum](), 0
    for parties, sum_of in told.items():
        if len(parties) > CROWD:
            crowded += sum_of.total
            continue
        for one, other in combinations(sorted(parties), 2):
            before = made.get((one, other))
            made[one, other] = sum_of if before is None else before + sum_of
    return made, crowded


def each(told: Mapping[tuple[str, ...], Sum]) -> dict[str, Sum]:
    """Return the sums of each party."""
    made = dict[str, list[int]]()
    for parties, one in told.items():
        for party in parties:
            row = made.setdefault(party, [0, 0, 0, 0, 0])
            row[0] += one.total
            row[1] += one.kept
            row[2] += one.overdue
            row[3] += one.tried
            row[4] += one.kept_promises
    return {party: Sum(*row) for party, row in made.items()}


def watched(ledger: Ledger, most: int = 100) -> list[tuple[tuple[str, ...], str, str]]:
    """Return whose news was last looked for, when, and where: the latest first."""
    with ledger.looking() as connection:
        last = func.max(looks.c.day)
        asked = select(looks.c.parties, last, looks.c.what).group_by(looks.c.parties, looks.c.what)
        return [
            (() if r[0] == EVERYBODY else tuple(r[0].split()), r[1], r[2])
            for r in connection.execute(asked.order_by(last.desc()).limit(most))
        ]


def by_month(ledger: Ledger, query: str, year: str) -> dict[str, int]:
    """Return how many entries are due, planned or were held in each month (``2025-12``) of a year."""
    day, told = date.today().isoformat(), Counter[str]()
    due, event = func.substr(entries.c.due_last, 1, 7), func.substr(entries.c.event, 1, 7)
    within = or_(*(column.between(year, f"{year}~") for column in (entries.c.due_last, entries.c.event)))
    wanted = replace(parse(query), sort=None)
    with ledger.looking() as connection:
        if wanted == Query():  # the indexes alone answer
            return {str(row[0]): int(row[1]) for row in connection.execute(months_of_all(year))}
        asked = listing.chosen(connection, wanted, day, due, event, func.count())
        for one, other, n in connection.execute(asked.where(within).group_by(due, event)):
            told.update(dict.fromkeys({m for m in (one, other) if m and m.startswith(year)}, n))
    return dict(told)


def months_of_all(year: str) -> Select[Any]:
    """Ask for how many entries are due or held in each month of a year, each once a month."""
    months = [f"{year}-{n:02}" for n in range(1, 13)]
    told = union_all(*(select(literal(month).label("month"), either(month).label("n")) for month in months)).subquery()
    return select(told.c.month, told.c.n).where(told.c.n > 0)


def either(stretch: str) -> ColumnElement[int]:
    """Count the entries due or held in a month, by indexes alone: those of both are in both counts."""
    due, event = (column.between(stretch, f"{stretch}~") for column in (entries.c.due_last, entries.c.event))
    both = (entries.c.due_last + "").between(stretch, f"{stretch}~")  # the index of events has it
    return number_of(due) + number_of(event) - number_of(event, both)


def number_of(*which: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(entries).where(*which).scalar_subquery()


def of_each_day(ledger: Ledger, month: str, most: int) -> tuple[list[Line], dict[str, tuple[int, int]]]:
    """Return what is due, planned or was held on each day of a month, at most ``most`` of either; what has no day too.

    And how many in all are due and how many are planned or were held on each day.
    """
    end = monthrange(int(month[:4]), int(month[5:]))[1]  # on which stands what is due in that month, no day known
    given: dict[str, Any] = {"month": month, "loose": 10 * most}
    given |= {f"d{n}": f"{month}-{n:02}" for n in range(1, 32)}
    given |= {f"most{n}": 10 * most if n == end else most for n in range(1, 32)}
    some, counts = days_asked()
    with ledger.looking() as connection:
        ids = list(dict.fromkeys(connection.execute(some, given).scalars()))
        found = listing.by_ids(connection, ids, date.today().isoformat())
        return found, {day: (due, held) for day, due, held in map(tuple, connection.execute(counts, given))}


@cache
def days_asked() -> tuple[Select[Any], Select[Any]]:
    """Ask for the first entries of each day (``d1`` to ``d31``) of a month, and for how many there are."""
    e, month, some, counts = entries.c, bindparam("month", type_=String), [], []
    for n in range(1, 32):
        day, most = bindparam(f"d{n}", type_=String), bindparam(f"most{n}", type_=Integer)
        on = [column.between(day, day + "~") for column in (e.due_last, e.event)]
        some += [select(e.id).where(which).order_by(e.id).limit(most) for which in on]
        counts.append(select(day.label("day"), *(number_of(which) for which in on)))
    loose = and_(e.event.between(month, month + "~"), not_(e.event.between(month + "-01", month + "-31~")))
    some.append(select(e.id).where(loose).order_by(e.id).limit(bindparam("loose", type_=Integer)))
    found = union_all(*(select(one.subquery()) for one in some)).subquery()
    return select(found.c.id), select(union_all(*counts).subquery())


def in_month(ledger: Ledger, query: str, month: str, most: int) -> list[Line]:
    """Return what is due, planned or was held in a month or a year that ends with it, at most ``most`` of either."""
    day, found = date.today().isoformat(), dict[str, Line]()
    with ledger.looking() as connection:
        shown = lined(listing.status_on(connection, day))
        wanted = replace(parse(query), sort=None)
        for column in (entries.c.due_last, entries.c.event):
            asked = listing.chosen(connection, wanted, day, *shown)
            asked = asked.where(column.between(month, f"{month}~")).order_by(column).limit(most)
            for row in connection.execute(asked):
                found.setdefault(row[0], line_from(row))
    return list(found.values())


def source_of(ledger: Ledger, source: str) -> dict[str, str]:
    """Return where a document's bytes came from, when, how many they were and of what type; {} where not known."""
    with ledger.looking() as connection:
        row = connection.execute(select(sources).where(sources.c.id == source)).mappings().first()
    return {key: str(row[key]) for key in ("origin", "fetched", "size", "media_type") if row[key]} if row else {}
