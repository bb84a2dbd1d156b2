"""Entries into their tables and out of them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from servanda.codebook import rung
from servanda.ledger.changing import noted
from servanda.ledger.followthrough import KEPT_AT
from servanda.ledger.lifecycle import promised, reached
from servanda.ledger.records import SETTLED, Entry
from servanda.ledger.rows import parties_key
from servanda.ledger.schema import chunks, entries, entry_parties, members, pairs_among, put, wide, wide_pairs
from servanda.ledger.series import ordinal_of, series_key
from servanda.model import Stage

TABLES = (entries, members, entry_parties, wide, wide_pairs)


def drop_entries(connection: Connection, numbers: Iterable[int]) -> None:
    """Take away the entries in which these claims stand."""
    for some in chunks(sorted(numbers)):
        gone = connection.execute(select(members.c.entry).where(members.c.claim.in_(some)).distinct()).scalars().all()
        for few in chunks(gone):
            noted(connection, connection.execute(select(entries.c.parties).where(entries.c.id.in_(few))).scalars())
            connection.execute(delete(wide).where(wide.c.entry.in_(few)))
            connection.execute(delete(wide_pairs).where(wide_pairs.c.entry.in_(few)))
            connection.execute(delete(entry_parties).where(entry_parties.c.entry.in_(few)))
            connection.execute(delete(entries).where(entries.c.id.in_(few)))
        connection.execute(delete(members).where(members.c.claim.in_(some)))


def write_entries(connection: Connection, made: Sequence[Entry], numbers: Mapping[str, int]) -> None:
    for table, rows in zip(TABLES, rows_of(made, numbers), strict=True):
        put(connection, table, rows)
    noted(connection, (parties_key(entry.parties) for entry in made))


def rows_of(made: Sequence[Entry], numbers: Mapping[str, int]) -> tuple[list[tuple[object, ...]], ...]:
    """Return the rows of entries for each of ``TABLES``, in that order."""
    wider = [e for e in made if len(e.parties) > 2]
    return (
        [tuple(entry_row(entry).values()) for entry in made],
        [(numbers[f.id], e.id) for e in made for f in e.claims],
        [(party, e.last, e.id) for e in made for party in e.parties],
        [(party, e.id) for e in wider for party in e.parties],
        [(key, e.id) for e in wider for key in pairs_among(e.parties)],
    )


def entry_row(entry: Entry) -> dict[str, Any]:
    """Return the entry's line in the table, in the order of its columns; what depends on the day is not in it."""
    dues = entry.history.dues
    firm = [f.card.day for f in entry.claims if f.firm]
    return {
        "id": entry.id,
        "kind": entry.kind,
        "form": entry.form,
        "title": entry.title,
        "parties": parties_key(entry.parties),
        "by": parties_key(entry.by),
        "stage": entry.stage,
        "settled": entry.status.name if entry.status.name in SETTLED else None,
        "due": entry.due,
        "due_last": dues[-1].last if dues else None,
        "slips": entry.history.slips,
        "first": entry.first,
        "last": entry.last,
        "firm_last": max(firm, default=None),
        "event": held_on(entry),
        "claims": len(entry.claims),
        "independent": entry.history.independent,
        "conflicts": len(entry.history.conflicts),
        "domains": " ".join(sorted(entry.domains)),
        "period": entry.period,
        "under": entry.under,
        "series": series_key(entry),
        "firm": entry.firm,
        **milestones(entry),
        "moved": moved(entry),
        "ordinal": ordinal_of(entry),
        "place": entry.where,
    }


def milestones(entry: Entry) -> dict[str, str | None]:
    """Return the days on which it was first promised, agreed, and kept."""
    steps = entry.history.steps
    marks = {
        "promised": promised(steps),
        "agreed": reached(steps, (Stage.AGREED,)),
        "concluded": reached(steps, KEPT_AT[entry.kind]),
    }
    return {name: step.day if step else None for name, step in marks.items()}


def moved(entry: Entry) -> bool:
    """True where it came further than its first report said."""
    firm = [s for s in entry.history.steps if s.firm]
    return bool(firm) and any(rung(s.stage) > rung(firm[0].stage) for s in firm[1:])


def held_on(entry: Entry) -> str | None:
    """Return when the thing was concluded or held, else when it is due."""
    step = reached(entry.history.steps, (Stage.DONE, Stage.SIGNED))
    return (step.when if step else None) or entry.due
