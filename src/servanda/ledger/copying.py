"""Copy the facts that were knowable on a day into another ledger."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Table, func, insert, literal, or_, select, text, true

from servanda.ledger.filing import CLAIM_WORDS, words_of
from servanda.ledger.rows import claim_from
from servanda.ledger.schema import chunks, claims, copies, documents, judgements, looks, sources
from servanda.problems import QueryError

KNOWN = ("published", "filed")


def copy_until(old: Connection, new: Connection, day: str, parties: tuple[str, ...], known: str) -> None:
    """Copy documents known by a day with their claims, the judgements passed and the looks taken by then.

    What was withdrawn later was still in force on that day.
    """
    if known not in KNOWN:
        raise QueryError(f"{known}: is no way of knowing. Use one of: {', '.join(KNOWN)}.")
    filed_day = func.substr(documents.c.filed, 1, 10)
    told = filed_day if known == "filed" else func.coalesce(documents.c.date, filed_day)
    about = select(claims.c.document).where(*(names_party(party) for party in parties))
    wanted = select(documents.c.id).where(told <= day, documents.c.id.in_(about) if parties else true())
    copy(old, new, documents, documents.c.id.in_(wanted))
    copy(old, new, claims, claims.c.document.in_(wanted))
    copy(old, new, sources, sources.c.id.in_(select(documents.c.source).where(documents.c.id.in_(wanted))))
    copy(old, new, copies, copies.c.document.in_(select(documents.c.n).where(documents.c.id.in_(wanted))))
    copy(old, new, judgements, func.substr(judgements.c.at, 1, 10) <= day)
    copy(old, new, looks, looks.c.day <= day)
    back_in_force(new, day, known)
    index_words(new)


def names_party(party: str) -> ColumnElement[bool]:
    return (literal(" ") + claims.c.parties + " ").like(f"% {party} %")


def copy(old: Connection, new: Connection, table: Table, where: ColumnElement[bool]) -> None:
    rows = old.execution_options(yield_per=2000).execute(select(table).where(where)).mappings()
    for some in chunks((dict(row) for row in rows), 2000):
        new.execute(insert(table), some)


def back_in_force(new: Connection, day: str, known: str) -> None:
    """Undo withdrawals that came after the day; claims filed later are there only where publication counts."""
    for table in (claims, judgements):
        new.execute(table.update().where(func.substr(table.c.withdrawn, 1, 10) > day).values(withdrawn=None))
    if known == "filed":
        new.execute(claims.delete().where(or_(func.substr(claims.c.filed, 1, 10) > day)))


def index_words(new: Connection) -> None:
    """Index the words of what was copied, so that it is searched like any ledger."""
    for row in new.execute(select(claims.c.n, claims.c.record)).all():
        words = words_of(claim_from(row.record))
        new.execute(CLAIM_WORDS, {"n": row.n, **words})
    new.execute(
        text("INSERT INTO document_words(rowid, title, words) SELECT n, coalesce(title, ''), text FROM documents")
    )
