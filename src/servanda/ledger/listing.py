"""Lists of entries from the materialised table: filters, order and status in SQL.

The status of a line is what ``followthrough.status`` says of the entry on that day; a
test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, select, text

from servanda.ledger.deriving import EVERYBODY
from servanda.ledger.followthrough import SILENCE, SOON
from servanda.ledger.query import Query
from servanda.ledger.records import Line, StatusName
from servanda.ledger.schema import claims, entries, entry_parties, members, watched
from servanda.model import Kind, Stage

FAR = 4000  # hits of a word query that are ranked; more would not be read


def lines(connection: Connection, query: Query, as_of: str, limit: int | None, offset: int = 0) -> list[Line]:
    """Return the entries that a query asks for, newest report first unless it says otherwise."""
    asked = chosen(connection, query, as_of, entries, status_on(connection, as_of).label("status"))
    asked = in_order(asked, query).limit(limit).offset(offset)
    return [line_from(row) for row in connection.execute(asked).mappings()]


def counted(connection: Connection, query: Query, as_of: str) -> dict[StatusName, int]:
    """Return how many entries a query finds, by status."""
    status = status_on(connection, as_of)
    asked = chosen(connection, query, as_of, status, func.count()).group_by(status)
    return {StatusName(name): number for name, number in connection.execute(asked)}


def chosen(connection: Connection, query: Query, as_of: str, *columns: Any) -> Select[Any]:
    """Ask for columns of the entries that a query finds."""
    asked: Select[Any] = select(*columns).select_from(
        entries.outerjoin(watched, watched.c.parties == entries.c.parties)
    )
    return narrowed(connection, asked, query, status_on(connection, as_of))


def under_anything(connection: Connection, parties: str, as_of: str, limit: int) -> list[Line]:
    """Return the entries between exactly these parties that stand under something."""
    asked = chosen(connection, Query(), as_of, entries, status_on(connection, as_of).label("status"))
    asked = asked.where(entries.c.parties == parties, entries.c.under.is_not(None))
    return [line_from(row) for row in connection.execute(asked.order_by(entries.c.last.desc()).limit(limit)).mappings()]


def status_on(connection: Connection, as_of: str) -> ColumnElement[str]:
    """Return the status of an entry on a day as SQL; the same rules as ``followthrough``."""
    everybody = connection.execute(select(watched.c.last).where(watched.c.parties == EVERYBODY)).scalar() or ""
    looked = func.max(func.coalesce(watched.c.last, ""), everybody)
    soon, silent = shifted(as_of, SOON), shifted(as_of, -SILENCE)
    quiet = func.date(entries.c.firm_last, f"+{SILENCE} days")
    return case(
        (entries.c.stage.is_(None), StatusName.OPEN.value),
        (entries.c.settled.is_not(None), entries.c.settled),
        (and_(entries.c.due_last < as_of, looked > entries.c.due_last), StatusName.OVERDUE.value),
        (entries.c.due_last < as_of, StatusName.UNWATCHED.value),
        (entries.c.due_last <= soon, StatusName.DUE_SOON.value),
        (entries.c.due_last.is_not(None), StatusName.OPEN.value),
        (and_(entries.c.firm_last < silent, looked > quiet), StatusName.SILENT.value),
        else_=StatusName.OPEN.value,
    )


def shifted(day: str, by: int) -> str:
    """Return a day moved by some days, kept within the calendar."""
    number = date.fromisoformat(day).toordinal() + by
    return date.fromordinal(min(max(number, 1), date.max.toordinal())).isoformat()


def narrowed(connection: Connection, asked: Select[Any], query: Query, status: ColumnElement[str]) -> Select[Any]:
    e = entries.c
    if query.parties:
        asked = among(connection, asked, query.parties)
    for column, values in (
        (e.stage, query.stages),
        (e.kind, query.kinds),
        (e.form, query.forms),
        (status, query.statuses),
    ):
        if values:
            asked = asked.where(column.in_([str(value) for value in values]))
    for column, days in ((e.due_last, query.due), (e.event, query.held)):
        if days:
            asked = asked.where(column.is_not(None), *between(column, days))
    for domain in query.domains:
        asked = asked.where((literal(" ") + e.domains + " ").like(f"% {domain} %"))
    for party in query.by:
        asked = asked.where((literal(" ") + e.by + " ").like(f"% {party} %"))
    if query.under:
        asked = asked.where(func.lower(e.under).contains(query.under.lower(), autoescape=True))
    checks: Sequence[tuple[bool, ColumnElement[bool]]] = (
        (query.since is not None, e.last >= (query.since or "")),
        (query.until is not None, e.first <= (query.until or "")),
        (query.conflicts, e.conflicts > 0),
        (query.slips, e.slips > 0),
        (query.review is not None, e.firm.is_(query.review is False)),
    )
    asked = asked.where(*(check for wanted, check in checks if wanted))
    return asked.where(e.id.in_(found_by_words(query.words))) if query.words else asked


def among(connection: Connection, asked: Select[Any], parties: Sequence[str]) -> Select[Any]:
    """Keep the entries between all of these parties, walking those of the rarest."""
    sizes = {p: connection.execute(party_size(p)).scalar() or 0 for p in set(parties)}
    rarest = min(sorted(sizes), key=lambda p: sizes[p])
    asked = asked.join(entry_parties, and_(entry_parties.c.entry == entries.c.id, entry_parties.c.party == rarest))
    for other in sorted(sizes.keys() - {rarest}):
        also = entry_parties.alias()
        asked = asked.join(also, and_(also.c.entry == entries.c.id, also.c.party == other))
    return asked


def party_size(party: str) -> Select[Any]:
    """Ask for about how many entries a party has: no more than are worth counting."""
    some = select(entry_parties.c.entry).where(entry_parties.c.party == party).limit(2000).subquery()
    return select(func.count()).select_from(some)


def between(column: ColumnElement[Any], days: tuple[str | None, str | None]) -> list[ColumnElement[bool]]:
    first, last = days
    return ([column >= first] if first else []) + ([column <= f"{last}~"] if last else [])


def match_expression(words: Sequence[str]) -> str:
    """Return words as a full-text query: all must occur; a term with a blank in it is a phrase."""
    return " ".join('"' + word.replace('"', " ") + '"' for word in words)


def found_by_words(words: Sequence[str]) -> Select[Any]:
    """Ask for the entries of the claims in which all the words occur.

    The best ranked first where there are very many.
    """
    hits = text("SELECT rowid AS n FROM claim_words WHERE claim_words MATCH :words LIMIT :far").bindparams(
        words=match_expression(words), far=FAR
    )
    hit = hits.columns(claims.c.n).subquery()
    return select(members.c.entry).where(members.c.claim.in_(select(hit)))


def in_order(asked: Select[Any], query: Query) -> Select[Any]:
    if query.sort == "due" or (query.sort is None and query.due):
        return asked.order_by(entries.c.due_last.is_(None), entries.c.due_last, entries.c.id)
    return asked.order_by(entries.c.last.desc(), entries.c.id)


def line_from(row: Mapping[Any, Any]) -> Line:
    return Line(
        id=row["id"],
        kind=Kind(row["kind"]),
        form=row["form"],
        title=row["title"],
        parties=tuple(row["parties"].split()),
        by=tuple(row["by"].split()),
        stage=Stage(row["stage"]) if row["stage"] else None,
        status=StatusName(row["status"]),
        due=row["due"],
        slips=row["slips"],
        first=row["first"],
        last=row["last"],
        claims=row["claims"],
        independent=row["independent"],
        conflicts=row["conflicts"],
        domains=tuple(row["domains"].split()),
        under=row["under"],
        firm=row["firm"],
    )
