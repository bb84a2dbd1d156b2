"""Long lists walked page by page: each page goes on behind the last row of the one before.

Invariant: what is filed meanwhile neither repeats nor hides a row that was there all along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, text, tuple_

from servanda.ledger import finding, listing, settling
from servanda.ledger.deriving import CARD, filed_claims
from servanda.ledger.line_rows import line_from, lined
from servanda.ledger.query import Query, parse
from servanda.ledger.records import Card, Filed, Hit, Line
from servanda.ledger.schema import claims, documents, problems
from servanda.ledger.store import Ledger, today
from servanda.problems import Problem

T = TypeVar("T")
Place = tuple[Any, ...]  # where the last row of a page stands in the list's order


def beyond(columns: Sequence[ColumnElement[Any]], place: Place, descending: bool) -> ColumnElement[bool]:
    """Return what holds of the rows behind a place; an absent value stands before all others."""
    here = tuple_(*(func.coalesce(c, "") if v == "" else c for c, v in zip(columns, place, strict=True)))
    there = tuple_(*(literal(value) for value in place))
    return here < there if descending else here > there


def page_of(rows: Sequence[T], limit: int, place: Callable[[T], Place]) -> tuple[Sequence[T], Place | None]:
    """Return the rows of a page, of which one more was asked, and where the last of them stands if there are more."""
    return (rows[:limit], place(rows[limit - 1])) if len(rows) > limit else (rows, None)


def lines_after(
    ledger: Ledger, query: Query, limit: int, after: Place | None = None, as_of: str | None = None
) -> tuple[list[Line], Place | None]:
    """Return the entries that a query finds behind a place, in its order, and where they end."""
    columns, descending = listing.order(query)
    named = [column.label(f"place_{n}") for n, column in enumerate(columns)]
    day = as_of or today()
    with ledger.looking() as connection:
        shown = lined(listing.status_on(connection, day))
        asked = listing.in_order(listing.chosen(connection, query, day, *shown, *named), query)
        if after is not None:
            asked = asked.where(beyond(columns, after, descending))
        found = [tuple(row) for row in connection.execute(asked.limit(limit + 1))]
    kept, end = page_of(found, limit, lambda row: tuple(map(absent, row[len(shown) :])))
    return [line_from(row[: len(shown)]) for row in kept], end


def absent(value: Any) -> Any:
    return "" if value is None else value


def documents_after(
    ledger: Ledger,
    limit: int,
    after: Place | None = None,
    language: str | None = None,
    publisher: str | None = None,
) -> tuple[list[Card], Place | None]:
    """Return the cards of reports, the last filed first."""
    asked = select(documents.c.n, documents.c.id, *CARD)
    asked = asked.where(documents.c.language == language) if language else asked
    asked = asked.where(documents.c.publisher == publisher) if publisher else asked
    rows, end = newest_first(ledger, asked, documents.c.n, limit, after)
    return [Card(*list(row)[1:]) for row in rows], end


def claims_after(
    ledger: Ledger, limit: int, after: Place | None = None, kind: str | None = None, stage: str | None = None
) -> tuple[list[Filed], Place | None]:
    """Return claims in force as judged, the last filed first; those rejected are left out."""
    asked = select(claims.c.n).where(claims.c.withdrawn.is_(None))
    asked = asked.where(claims.c.kind == kind) if kind else asked
    asked = asked.where(claims.c.stage == stage) if stage else asked
    rows, end = newest_first(ledger, asked, claims.c.n, limit, after)
    numbers = [row.n for row in rows]
    with ledger.looking() as connection:
        filed = filed_claims(connection, numbers, settling.rulings_of(connection))
    return [filed[n] for n in numbers if n in filed], end


def problems_after(ledger: Ledger, limit: int, after: Place | None = None) -> tuple[list[Problem], Place | None]:
    """Return what went wrong with sources, the last first."""
    columns = (problems.c.n, problems.c.where, problems.c.what, problems.c.cause, problems.c.advice)
    rows, end = newest_first(ledger, select(*columns), problems.c.n, limit, after)
    return [Problem(*list(row)[1:]) for row in rows], end


def newest_first(
    ledger: Ledger, asked: Select[Any], number: ColumnElement[int], limit: int, after: Place | None
) -> tuple[Sequence[Row[Any]], Place | None]:
    if after is not None:
        asked = asked.where(number < after[0])
    with ledger.looking() as connection:
        rows = connection.execute(asked.order_by(number.desc()).limit(limit + 1)).all()
    return page_of(rows, limit, lambda row: (row.n,))


def hits_after(
    ledger: Ledger, words: str, what: str, limit: int, after: Place | None = None
) -> tuple[list[Hit], Place | None]:
    """Return the claims or documents in which all the words occur, the nearest first."""
    table = "document_words" if what == "documents" else "claim_words"
    behind = "AND (rank, rowid) > (:rank, :n)" if after else ""
    hits = text(
        f"SELECT rowid AS n, rank AS place FROM {table} WHERE {table} MATCH :words {behind}"
        " ORDER BY rank, rowid LIMIT :most"
    )
    asked = {"words": listing.match_expression(parse(words).words), "most": limit + 1}
    with ledger.looking() as connection:
        found = connection.execute(hits, asked | (dict(zip(("rank", "n"), after, strict=True)) if after else {})).all()
        rows, end = page_of(found, limit, lambda row: (row.place, row.n))
        numbers = [row.n for row in rows]
        if what == "documents":
            return finding.document_hits(connection, numbers), end
        return finding.claim_hits(connection, numbers, settling.rulings_of(connection)), end


def items_after(
    items: Iterable[T], limit: int, after: Place | None, place: Callable[[T], Place]
) -> tuple[Sequence[T], Place | None]:
    """Return a page of a list that is at hand, in the order of its places."""
    rows = sorted(items, key=place)
    behind = [item for item in rows if after is None or place(item) > after]
    return page_of(behind[: limit + 1], limit, place)
