"""The entries of each status that were reported last: what a dossier shows, read without counting through all.

Invariant: they are the first of ``listing.lines`` for that status, newest report first.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, String, bindparam, func, literal, select, union_all

from servanda.ledger.deriving import EVERYBODY
from servanda.ledger.followthrough import SILENCE, SOON
from servanda.ledger.line_rows import line_from, lined
from servanda.ledger.listing import (
    NEWEST,
    SORTED,
    Part,
    all_watched,
    any_of,
    before_silence,
    by_ids,
    chosen,
    countable,
    counted,
    days,
    in_order,
    limited,
    standing,
    status_with,
)
from servanda.ledger.query import Query
from servanda.ledger.records import SETTLED, Line, StatusName
from servanda.ledger.schema import entries, watched
from servanda.ledger.seeking import FURTHEST, further, shifted

DATED = (StatusName.OVERDUE, StatusName.UNWATCHED, StatusName.DUE_SOON)  # found by the index of due dates
OWED = 3  # times as many of what is open
WALKED = 12  # entries of a party for each that is shown are looked at before more is sought of each status
SPAN = 3000  # days over which entries of a status may be spread


def latest(connection: Connection, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the last reported entries of each status that a query finds: at most ``limit``, of what is open more."""
    found: list[Line] = []
    for part in countable(connection, query, as_of):
        if part.whole is not None:
            found += latest_of_one(connection, part, part.whole, as_of, limit)
        elif part.looked is not None:
            given = {"key": part.key, **days(as_of, part.looked), **{str(of): most(of, limit) for of in StatusName}}
            found += map(line_from, connection.execute(latest_of_two(), given))
        else:
            for name, which in part.halves():
                asked = part.asked(entries.c.id, name.label("status"), place_in(name)).where(which)
                found += ranked(connection, asked, OWED * limit)
    found.sort(key=lambda line: (line.last, line.id), reverse=True)
    by_status: dict[StatusName, list[Line]] = defaultdict(list)
    for line in found:
        by_status[line.status].append(line)
    kept = {line.id for name, of in by_status.items() for line in of[: most(name, limit)]}
    return [line for line in found if line.id in kept]


def most(status: StatusName, limit: int) -> int:
    """Return how many entries of a status are sought: what is open is told apart by who owes it."""
    return OWED * limit if status in (StatusName.OPEN, StatusName.DUE_SOON) else limit


@cache
def latest_of_two() -> Select[Any]:
    """Ask for the last reported entries of each status of a dyad (``key``); its limit bears the status's name."""
    parts = []
    for status in StatusName:
        asked = select(entries.c.id, literal(status.value).label("status")).where(entries.c.parties == bindparam("key"))
        asked = asked.where(standing(status)).order_by(*(SORTED if status in DATED else NEWEST))
        parts.append(select(asked.limit(bindparam(str(status), type_=Integer)).subquery()))
    some = union_all(*parts).subquery()
    return select(*lined(some.c.status)).select_from(some).join(entries, entries.c.id == some.c.id)


def latest_of_one(connection: Connection, part: Part, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the same of one party: the last reported are walked, and of what is rarer among them more is sought."""
    counts = counted(connection, query, as_of)
    asked = chosen(connection, query, as_of, entries.c.id, entries.c.last, part.named)
    rows = connection.execute(in_order(asked, replace(query, sort=None, due=None)).limit(WALKED * limit)).all()
    ids, sought = list[str](), dict[StatusName, Sought]()
    for status, n in counts.items():
        wanted = most(status, limit)
        own = [row.id for row in rows if row.status == status][:wanted]
        if len(own) >= min(n, wanted):
            ids += own
        elif n <= 2 * wanted:
            sought[status] = Sought("", 0, wanted)
        else:
            begin = quiet(part, as_of) if status is StatusName.SILENT else rows[0].last[:10]
            sought[status] = Sought(min(rows[0].last[:10], begin), 8 + SPAN * wanted // n, wanted)
    return by_ids(connection, [*ids, *newest_of(part, sought, as_of)], as_of)


@dataclass(frozen=True, slots=True)
class Sought:
    """How many entries of a status are sought, and so many days back from a day; no day: among all."""

    begin: str
    back: int
    wanted: int

    @property
    def since(self) -> str:
        return shifted(self.begin, -self.back) if self.begin and self.back < FURTHEST else ""

    def further(self, found: int) -> Sought:
        return Sought(self.begin, further(self.back, self.wanted, found), self.wanted)


def newest_of(part: Part, sought: Mapping[StatusName, Sought], as_of: str) -> list[str]:
    """Return the ids of the last reported entries of some statuses, sought back ever further until all are found."""
    asked = latest_of_sets(part.query, as_of, all_watched(part.connection))
    given: dict[str, Any] = {"keys": json.dumps(part.keys)}
    ids, left = list[str](), dict(sought)
    while left:
        for status in StatusName:
            one = left.get(status)
            given |= {f"since {status}": one.since if one else "", str(status): one.wanted if one else 0}
        found: dict[str, list[str]] = defaultdict(list)
        for entry, name in part.connection.execute(asked, given):
            found[name].append(entry)
        done = [status for status, one in left.items() if not one.since or len(found[status]) == one.wanted]
        ids += [entry for status in done for entry in found[status]]
        left = {status: one.further(len(found[status])) for status, one in left.items() if status not in done}
    return ids


@lru_cache(maxsize=64)
def latest_of_sets(query: Query, as_of: str, everybody: str) -> Select[Any]:
    """Ask for the last reported entries of each status that ``keys`` have, since a day (``newest_of``)."""
    status, parts = status_with(as_of, everybody), []
    keys = func.json_each(bindparam("keys", type_=String)).table_valued("value").c.value
    for name in StatusName:
        asked = select(entries.c.id, literal(name.value).label("status"))
        asked = asked.select_from(entries.outerjoin(watched, watched.c.parties == entries.c.parties))
        asked = limited(asked.where(entries.c.parties.in_(select(keys))), query, status)
        asked = asked.where(*within(name, as_of, shifted(as_of, -SILENCE)))
        asked = asked if name in SETTLED else asked.where(status == name.value)
        reported = entries.c.last + "" if name in DATED else entries.c.last  # so that the index of due dates is taken
        asked = asked.where(reported >= bindparam(f"since {name}", type_=String)).order_by(*SORTED)
        parts.append(select(asked.limit(bindparam(str(name), type_=Integer)).subquery()))
    return select(union_all(*parts).subquery())


def quiet(part: Part, as_of: str) -> str:
    """Return the day before which all that is silent was last reported."""
    asked = select(func.max(watched.c.last)).where(any_of(watched.c.parties, [*part.keys, EVERYBODY]))
    return min(shifted(as_of, -SILENCE), before_silence(part.connection.execute(asked).scalar() or ""))


def within(status: StatusName, as_of: str, silent: str) -> list[ColumnElement[bool]]:
    """Return within which entries an index finds those of a status."""
    e = entries.c
    if status in SETTLED:
        return [e.settled == status.value]
    if status is StatusName.SILENT:
        return [e.settled.is_(None), e.due_last.is_(None), e.firm_last < silent]
    if status is StatusName.DUE_SOON:
        return [e.settled.is_(None), e.due_last >= as_of, e.due_last <= shifted(as_of, SOON)]
    return [e.settled.is_(None), e.due_last < as_of] if status in DATED else []


def place_in(status: ColumnElement[str]) -> ColumnElement[int]:
    """Return the place of an entry among those of its status, the last reported first."""
    return func.row_number().over(partition_by=status, order_by=NEWEST).label("place")


def ranked(connection: Connection, asked: Select[Any], limit: int) -> list[Line]:
    """Return the lines of entries whose place is no further than the limit."""
    places = asked.subquery()
    kept = select(places.c.id, places.c.status).where(places.c.place <= limit).subquery()
    whole = select(*lined(kept.c.status)).join(kept, kept.c.id == entries.c.id)
    return [line_from(row) for row in connection.execute(whole)]
