"""How many entries each set of parties has of each kind, stage, status and field, kept while a ledger is served.

Invariant: what it tells is what the tables give on that day; only sets of which something
changed (``changing``) are counted again, and who reads an earlier moment is told nothing.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, text

from servanda.ledger.changing import ALL, changed_since
from servanda.ledger.deriving import EVERYBODY
from servanda.ledger.listing import before_silence, ruled
from servanda.ledger.query import Query
from servanda.ledger.records import StatusName, Tally
from servanda.ledger.schema import entries, watched
from servanda.model import Kind

SETS = text(
    "WITH RECURSIVE next(parties) AS (SELECT min(parties) FROM entries UNION ALL"
    " SELECT (SELECT min(parties) FROM entries WHERE parties > next.parties) FROM next"
    " WHERE next.parties IS NOT NULL) SELECT parties FROM next WHERE parties IS NOT NULL"
)  # each once, from one place of the index to the next
Counts = tuple[int, int]  # entries, and how many of them were promised before
# Entries, the kept among them, the overdue, those promised before that are settled or overdue, the kept among these.
Five = tuple[int, int, int, int, int]
ANY = ""  # kind
KEPT = (StatusName.KEPT, StatusName.KEPT_LATE)
TRIED = (*KEPT, StatusName.PARTLY_KEPT, StatusName.NOT_KEPT, StatusName.DROPPED, StatusName.OVERDUE)


@dataclass(frozen=True, slots=True)
class Sort:
    """What entries that are counted together have in common."""

    kind: str
    stage: str
    fields: tuple[str, ...]
    status: str

    def meets(self, query: Query) -> bool:
        asked = ((self.kind, query.kinds), (self.stage, query.stages), (self.status, query.statuses))
        return all(not wanted or has in wanted for has, wanted in asked) and set(self.fields).issuperset(query.domains)


@dataclass(slots=True)
class Census:
    """The counts of one ledger on one day. Safe to ask from many threads.

    ``rows`` holds for each set of parties a flat (sort, entries, promised) array.
    """

    day: str = ""
    seen: int = 0
    sorts: list[Sort] = field(default_factory=list)
    places: dict[tuple[str, str | None, str | None, str], int] = field(default_factory=dict)
    rows: dict[str, array[int]] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by party
    totals: dict[int, Counts] = field(default_factory=dict)
    fives: dict[str, dict[str, Five]] = field(default_factory=dict)  # by key and kind
    lock: Lock = field(default_factory=Lock)

    def by_sort(self, connection: Connection, query: Query, day: str) -> dict[Sort, Counts] | None:
        """Return what a query finds by sort; None for what is not counted here."""
        with self.lock:
            if not self.ready(connection, query, day):
                return None
            told = self.totals if not query.parties else totalled(self.rows[key] for key in self.sets_of(query))
            return {self.sorts[n]: of for n, of in told.items() if of[0] and self.sorts[n].meets(query)}

    def by_set(self, connection: Connection, query: Query, day: str) -> Iterator[tuple[str, Sort, Counts]] | None:
        """Return what a query finds by the parties' key and sort; None for what is not counted here."""
        with self.lock:
            if not self.ready(connection, query, day):
                return None
            wanted = [sort if sort.meets(query) else None for sort in self.sorts]
            held = [(key, self.rows[key]) for key in self.sets_of(query)]
        return ((key, sort, (n, of)) for key, row in held for at, n, of in thrice(row) if (sort := wanted[at]))

    def sums(self, connection: Connection, query: Query, day: str) -> dict[str, Five] | None:
        """Return the sums of each set of parties that a query finds; None for what is not counted here."""
        if query.stages or query.statuses or query.domains:
            return None
        with self.lock:
            if not self.ready(connection, query, day):
                return None
            return {key: five for key in self.sets_of(query) if (five := self.five(key, query.kinds))[0]}

    def five(self, key: str, kinds: Collection[str]) -> Five:
        """Return the sums of a set of parties over some kinds; none: over all."""
        known = self.fives.get(key)
        if known is None:
            known = self.fives[key] = summed((self.sorts[at], n, of) for at, n, of in thrice(self.rows[key]))
        found = [known[kind] for kind in kinds or (ANY,) if kind in known]
        return found[0] if len(found) == 1 else added(found)

    def sets(self, connection: Connection, query: Query, day: str) -> Collection[str]:
        """Return the keys of the sets of parties that have all of a query's; none where they are not known here."""
        with self.lock:
            return [*self.sets_of(query)] if self.ready(connection, query, day) else []

    def tally(self, connection: Connection, query: Query, day: str) -> list[Tally] | None:
        """Return what a query finds by kind and status; None for what is not counted here."""
        if (told := self.by_sort(connection, query, day)) is None:
            return None
        found: dict[tuple[str, str], Counts] = defaultdict(lambda: (0, 0))
        for sort, (n, promised) in told.items():
            before = found[sort.kind, sort.status]
            found[sort.kind, sort.status] = (before[0] + n, before[1] + promised)
        return [Tally(Kind(kind), StatusName(status), *of) for (kind, status), of in found.items()]

    def sets_of(self, query: Query) -> Collection[str]:
        if not query.parties:
            return self.rows
        return set.intersection(*(self.keys.get(party, set()) for party in query.parties))

    def ready(self, connection: Connection, query: Query, day: str) -> bool:
        """Count what changed, where the query is one that is counted here, today and of the latest moment."""
        if not countable(query) or day != date.today().isoformat():
            return False
        last, keys = changed_since(connection, self.seen)
        if last < self.seen:
            return False
        if day != self.day or ALL in keys:
            for held in (self.rows, self.totals, self.keys, self.fives):
                held.clear()
            keys = list(connection.execute(SETS).scalars())
        if keys:
            self.recount(connection, keys, day)
        self.day, self.seen = day, last
        return True

    def recount(self, connection: Connection, keys: list[str], day: str) -> None:
        """Count these sets again."""
        asked, looked = counting(day).compile(connection), looks(connection, keys)
        names, words = asked.positiontup or (), str(asked)
        cursor = connection.connection.cursor()  # thousands of small questions: the driver is asked itself
        self.day = ""  # until all are counted
        for key in keys:
            row = array("q")
            given = {**asked.params, "key": key, "looked": looked[key], "silent": before_silence(looked[key])}
            for kind, stage, fields, status, n, promised in cursor.execute(words, [given[name] for name in names]):
                row.extend((self.place(kind, stage, fields, status), n, promised))
            self.put(key, row)

    def put(self, key: str, row: array[int]) -> None:
        """Set the counts of a set of parties in the place of those that it had."""
        self.fives.pop(key, None)
        for of, sign in ((self.rows.pop(key, array("q")), -1), (row, 1)):
            for at, n, promised in thrice(of):
                before = self.totals.get(at, (0, 0))
                self.totals[at] = (before[0] + sign * n, before[1] + sign * promised)
        for party in key.split():
            (self.keys[party].add if row else self.keys[party].discard)(key)
        if row:
            self.rows[key] = row

    def place(self, kind: str, stage: str | None, fields: str | None, status: str) -> int:
        """Return the number of a sort."""
        known = self.places.get((kind, stage, fields, status))
        if known is None:
            known = self.places[kind, stage, fields, status] = len(self.sorts)
            self.sorts.append(Sort(kind, stage or "", tuple((fields or "").split()), status))
        return known


def countable(query: Query) -> bool:
    """True for a query that asks for nothing but what is counted."""
    return replace(query, parties=(), kinds=(), stages=(), statuses=(), domains=(), sort=None) == Query()


def counting(day: str) -> Select[Any]:
    """Ask for the counts of one set of parties: its key, its last day watched, the day before which it was silent."""
    e = entries.c
    status = ruled(day, bindparam("looked"), e.firm_last < bindparam("silent"))
    sort = (e.kind, e.stage, e.domains, status)
    return select(*sort, func.count(), func.count(e.promised)).where(e.parties == bindparam("key")).group_by(*sort)


def looks(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """Return the last day on which each set of parties was watched, "" for never."""
    asked = select(watched.c.parties, watched.c.last)
    if len(keys) < 100:
        asked = asked.where(watched.c.parties.in_([*keys, EVERYBODY]))
    known: dict[str, str] = {key: last or "" for key, last in connection.execute(asked)}
    return {key: max(known.get(key, ""), known.get(EVERYBODY, "")) for key in keys}


def summed(told: Iterable[tuple[Sort, int, int]]) -> dict[str, Five]:
    """Return the sums of entries, counted by sort, by kind and in all."""
    made: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for sort, n, promised in told:
        kept, overdue = sort.status in KEPT, sort.status == StatusName.OVERDUE
        tried = promised if sort.status in TRIED else 0
        for kind in (ANY, sort.kind):
            row = made[kind]
            row[0] += n
            row[1] += n if kept else 0
            row[2] += n if overdue else 0
            row[3] += tried
            row[4] += promised if kept else 0
    return {kind: (row[0], row[1], row[2], row[3], row[4]) for kind, row in made.items()}


def added(some: Iterable[Five]) -> Five:
    total, kept, overdue, tried, kept_promises = map(sum, zip((0,) * 5, *some, strict=True))
    return total, kept, overdue, tried, kept_promises


def totalled(rows: Iterable[array[int]]) -> dict[int, Counts]:
    found: dict[int, Counts] = {}
    for row in rows:
        for at, n, promised in thrice(row):
            before = found.get(at, (0, 0))
            found[at] = (before[0] + n, before[1] + promised)
    return found


def thrice(row: array[int]) -> Iterator[tuple[int, int, int]]:
    return zip(row[::3], row[1::3], row[2::3], strict=True)
