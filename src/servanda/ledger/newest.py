"""The entries of each status that were reported last: what a dossier shows, read without counting through all.

Invariant: they are the first of ``listing.lines`` for that status, newest report first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, func, literal, select, union_all

from servanda.ledger.deriving import EVERYBODY
from servanda.ledger.followthrough import SILENCE, SOON
from servanda.ledger.line_rows import line_from, lined
from servanda.ledger.listing import (
    NEWEST,
    SORTED,
    Part,
    any_of,
    before_silence,
    by_ids,
    chosen,
    countable,
    counted,
    days,
    in_order,
    shifted,
    sought,
    standing,
)
from servanda.ledger.query import Query
from servanda.ledger.records import SETTLED, Line, StatusName
from servanda.ledger.schema import entries, remembered, watched

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
    ids: list[str] = []
    for status, n in counts.items():
        wanted = most(status, limit)
        own = [row.id for row in rows if row.status == status][:wanted]
        if len(own) < min(n, wanted):
            own = newest_of(part, status, as_of, wanted, (rows[0].last, n) if n > 2 * wanted else None)
        ids += own
    return by_ids(connection, ids, as_of)


def newest_of(part: Part, status: StatusName, as_of: str, limit: int, far: tuple[str, int] | None) -> list[str]:
    """Return the last reported entries of a status, sought back from a day ever further.

    ``far`` is the day of the last report and how many there are; None: all days are looked at at once.
    """
    silent = shifted(as_of, -SILENCE)
    asked = part.asked(entries.c.id).where(*within(status, as_of, silent)).order_by(*SORTED).limit(limit)
    asked = asked if status in SETTLED else asked.where(part.status == status.value)
    last, n = far or ("", 1)
    begin = min(last[:10], silent, quiet(part)) if status is StatusName.SILENT and far else last[:10]
    reported = entries.c.last + "" if status in DATED else entries.c.last  # so that the index of due dates is taken
    return sought(part.connection, asked, reported, begin, limit, 8 + SPAN * limit // n)


def quiet(part: Part) -> str:
    """Return the day before which all that is silent was last reported."""
    asked = select(func.max(watched.c.last)).where(any_of(watched.c.parties, [*part.keys, EVERYBODY]))
    last = remembered(part.connection, ("quiet", *part.keys), lambda: part.connection.execute(asked).scalar())
    return before_silence(last or "")


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
