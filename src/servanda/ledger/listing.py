"""Lists of entries from the materialised table: filters, order and status in SQL.

The status of a line is what ``followthrough.status`` says of the entry on that day; a
test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)

from servanda.ledger.deriving import EVERYBODY
from servanda.ledger.followthrough import SILENCE, SOON
from servanda.ledger.query import Query
from servanda.ledger.records import Line, StatusName, Tally
from servanda.ledger.rows import parties_key
from servanda.ledger.schema import claims, entries, entry_parties, members, watched, wide
from servanda.model import Kind, Stage

FAR = 4000  # hits of a word query that are ranked; more would not be read


def lines(connection: Connection, query: Query, as_of: str, limit: int | None, offset: int = 0) -> list[Line]:
    """Return the entries that a query asks for, newest report first unless it says otherwise."""
    asked = chosen(connection, query, as_of, entries, status_on(connection, as_of).label("status"))
    asked = in_order(asked, query).limit(limit).offset(offset)
    return [line_from(row) for row in connection.execute(asked).mappings()]


def by_ids(connection: Connection, ids: Sequence[str], as_of: str) -> list[Line]:
    """Return the lines of entries in the order of their ids; those that are gone are left out."""
    asked = chosen(connection, Query(), as_of, entries, status_on(connection, as_of).label("status"))
    found = {row["id"]: line_from(row) for row in connection.execute(asked.where(entries.c.id.in_(ids))).mappings()}
    return [found[entry] for entry in ids if entry in found]


def counted(connection: Connection, query: Query, as_of: str) -> dict[StatusName, int]:
    """Return how many entries a query finds, by status."""
    status = status_on(connection, as_of)
    asked = chosen(connection, query, as_of, status, func.count()).group_by(status)
    return {StatusName(name): number for name, number in connection.execute(asked)}


def tallied(connection: Connection, query: Query, as_of: str) -> list[Tally]:
    """Return how many entries a query finds, by kind and status, and how many of them were promised before."""
    status = status_on(connection, as_of)
    asked = chosen(connection, query, as_of, entries.c.kind, status, func.count(), func.count(entries.c.promised))
    return [
        Tally(Kind(row[0]), StatusName(row[1]), row[2], row[3])
        for row in connection.execute(asked.group_by(entries.c.kind, status))
    ]


def latest(connection: Connection, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the last reported entries of each status that a query finds, at most ``limit`` of each, in one pass."""
    status = status_on(connection, as_of)
    place = (
        func.row_number()
        .over(partition_by=status, order_by=(entries.c.last.desc(), entries.c.id.desc()))
        .label("place")
    )
    ranked = chosen(connection, query, as_of, entries.c.id, status.label("status"), place).subquery()
    kept = select(ranked.c.id, ranked.c.status).where(ranked.c.place <= limit).subquery()
    asked = select(entries, kept.c.status).join(kept, kept.c.id == entries.c.id)
    return [
        line_from(row)
        for row in connection.execute(asked.order_by(entries.c.last.desc(), entries.c.id.desc())).mappings()
    ]


def chosen(connection: Connection, query: Query, as_of: str, *columns: Any) -> Select[Any]:
    """Ask for columns of the entries that a query finds."""
    asked: Select[Any] = select(*columns).select_from(
        entries.outerjoin(watched, watched.c.parties == entries.c.parties)
    )
    return narrowed(connection, asked, query, status_on(connection, as_of))


def standing_under(connection: Connection, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the entries that a query finds and that stand under something, last reported first."""
    asked = chosen(connection, query, as_of, entries, status_on(connection, as_of).label("status"))
    asked = asked.where(entries.c.under.is_not(None)).order_by(entries.c.last.desc(), entries.c.id.desc())
    return [line_from(row) for row in connection.execute(asked.limit(limit)).mappings()]


def sessions(connection: Connection, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the entries that a query finds and that can be sessions of a series, last reported first."""
    asked = chosen(connection, query, as_of, entries, status_on(connection, as_of).label("status"))
    asked = asked.where(entries.c.series.is_not(None)).order_by(entries.c.last.desc(), entries.c.id.desc())
    return [line_from(row) for row in connection.execute(asked.limit(limit)).mappings()]


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
    if not query.words:
        return asked
    found = found_by_words(query.words, query.sort == "relevance")
    return asked.join(found, found.c.entry == e.id)


def among(connection: Connection, asked: Select[Any], parties: Sequence[str]) -> Select[Any]:
    """Keep the entries between all of these parties: of two, those of the dyad and the wider ones with both."""
    wanted = sorted(set(parties))
    if len(wanted) == 1:
        of = entry_parties.c
        return asked.join(entry_parties, and_(of.entry == entries.c.id, of.party == wanted[0]))
    rarest = min(wanted, key=lambda party: connection.execute(party_size(party)).scalar() or 0)
    wider = select(wide.c.entry).where(wide.c.party == rarest)
    for other in wanted:
        if other != rarest:
            also = wide.alias()
            wider = wider.join(also, and_(also.c.entry == wide.c.entry, also.c.party == other))
    found = entries.c.id.in_(wider)
    return asked.where(or_(entries.c.parties == parties_key(wanted), found) if len(wanted) == 2 else found)


def party_size(party: str) -> Select[Any]:
    """Ask for about how many wider entries a party has: no more than are worth counting."""
    some = select(wide.c.entry).where(wide.c.party == party).limit(2000).subquery()
    return select(func.count()).select_from(some)


def between(column: ColumnElement[Any], days: tuple[str | None, str | None]) -> list[ColumnElement[bool]]:
    first, last = days
    return ([column >= first] if first else []) + ([column <= f"{last}~"] if last else [])


def match_expression(words: Sequence[str]) -> str:
    """Return words as a full-text query: all must occur; a term with a blank in it is a phrase."""
    return " ".join('"' + word.replace('"', " ").replace("\0", " ") + '"' for word in words)


def found_by_words(words: Sequence[str], ranked: bool) -> Subquery:
    """Ask for the entries of the claims in which all the words occur, with the rank of the best where it is wanted.

    Of very many claims the ones filed last are looked at.
    """
    place = "rank" if ranked else "0.0"  # ranking reads every hit
    hits = text(
        f"SELECT rowid AS n, {place} AS place FROM claim_words WHERE claim_words MATCH :words"
        " ORDER BY rowid DESC LIMIT :far"
    ).bindparams(words=match_expression(words), far=FAR)
    hit = hits.columns(claims.c.n, Column("place", Float)).subquery()
    best = select(members.c.entry, func.min(hit.c.place).label("place")).join(hit, hit.c.n == members.c.claim)
    return best.group_by(members.c.entry).subquery("found")


def in_order(asked: Select[Any], query: Query) -> Select[Any]:
    """Order as an index has it, so that a short list of many entries is walked and not sorted."""
    columns, descending = order(query)
    return asked.order_by(*(column.desc() if descending else column for column in columns))


def order(query: Query) -> tuple[list[ColumnElement[Any]], bool]:
    """Return the columns by which a query's entries are ordered, and whether all of them descend; no two share all."""
    if query.sort == "relevance" and query.words:
        return [literal_column("found.place"), entries.c.id], False
    if query.sort == "due" or (query.sort is None and query.due):
        never = [] if query.due else [entries.c.due_last.is_(None)]
        return [*never, entries.c.due_last, entries.c.id], False
    if len(set(query.parties)) == 1:
        return [entry_parties.c.last, entry_parties.c.entry], True
    return [entries.c.last, entries.c.id], True


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
        event=row["event"],
        ordinal=row["ordinal"],
        place=row["place"],
        moved=row["moved"],
        series=row["series"],
    )
