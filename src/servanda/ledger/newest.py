"""The entries of each status that were reported last: what a dossier shows, read without counting through all.

Invariant: they are the first of ``listing.lines`` for that status, newest report first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from servanda.ledger.followthrough import SILENCE, SOON
from servanda.ledger.listing import (
    BACK,
    NEWEST,
    SORTED,
    Part,
    by_ids,
    chosen,
    countable,
    counted,
    in_order,
    line_from,
    shifted,
    standing,
)
from servanda.ledger.query import Query
from servanda.ledger.records import SETTLED, Line, StatusName
from servanda.ledger.schema import entries

DATED = (StatusName.OVERDUE, StatusName.UNWATCHED, StatusName.DUE_SOON)  # found by the index of due dates
WALKED = 400  # entries of a party that are looked at before more is sought of each status


def latest(connection: Connection, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the last reported entries of each status that a query finds, at most ``limit`` of each."""
    found: list[Line] = []
    for part in countable(connection, query, as_of):
        if part.whole is not None:
            found += latest_of_one(connection, part, part.whole, as_of, limit)
            continue
        if part.looked is None:
            for name, which in part.halves():
                asked = part.asked(entries.c.id, name.label("status"), place_in(name)).where(which)
                found += ranked(connection, asked, limit)
            continue
        for status in StatusName:
            asked = part.asked(entries.c.id, literal(status.value).label("status"))
            newest = SORTED if status in DATED else NEWEST
            some = asked.where(standing(status, as_of, part.looked)).order_by(*newest).limit(limit).subquery()
            whole = select(entries, some.c.status).join(some, some.c.id == entries.c.id)
            found += [line_from(row) for row in connection.execute(whole).mappings()]
    found.sort(key=lambda line: (line.last, line.id), reverse=True)
    by_status: dict[StatusName, list[Line]] = defaultdict(list)
    for line in found:
        by_status[line.status].append(line)
    kept = {line.id for of in by_status.values() for line in of[:limit]}
    return [line for line in found if line.id in kept]


def latest_of_one(connection: Connection, part: Part, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the same of one party: the last reported are walked, and of what is rarer among them more is sought."""
    counts = counted(connection, query, as_of)
    asked = chosen(connection, query, as_of, entries.c.id, entries.c.last, part.named)
    rows = connection.execute(in_order(asked, replace(query, sort=None, due=None)).limit(WALKED)).all()
    ids: list[str] = []
    for status, n in counts.items():
        own = [row.id for row in rows if row.status == status][:limit]
        if len(own) < min(n, limit):
            own = newest_of(part, status, as_of, limit, rows[0].last if n > 2 * limit else None)
        ids += own
    return by_ids(connection, ids, as_of)


def newest_of(part: Part, status: StatusName, as_of: str, limit: int, last: str | None) -> list[str]:
    """Return the last reported entries of a status, sought back from a day ever further; None: of all days at once."""
    silent = shifted(as_of, -SILENCE)
    asked = part.asked(entries.c.id).where(*within(status, as_of, silent)).order_by(*SORTED).limit(limit)
    asked = asked if status in SETTLED else asked.where(part.status == status.value)
    begin = min(last or "", silent) if status is StatusName.SILENT else last
    reported = entries.c.last + "" if status in DATED else entries.c.last  # so that the index of due dates is taken
    for back in BACK if begin else ():
        near = asked.where(reported >= shifted((begin or "")[:10], -back))
        if len(found := part.connection.execute(near).scalars().all()) == limit:
            return list(found)
    return list(part.connection.execute(asked).scalars())


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
    whole = select(entries, kept.c.status).join(kept, kept.c.id == entries.c.id)
    return [line_from(row) for row in connection.execute(whole).mappings()]
