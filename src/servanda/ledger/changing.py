"""Which sets of parties something changed about, so that who keeps counts need not count all again.

Invariant: whatever writes entries, or when parties were watched last, notes their parties in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, select

from servanda.ledger.schema import changes, chunks

ALL = "*"  # a change of everything
NOTED = (
    "INSERT INTO changes (parties, at) VALUES (?, (SELECT coalesce(max(at), 0) + 1 FROM changes))"
    " ON CONFLICT (parties) DO UPDATE SET at = excluded.at"
)


def noted(connection: Connection, keys: Iterable[str]) -> None:
    """Note that entries of these sets of parties (as keys) came, went or are of another status now."""
    for some in chunks(sorted(set(keys))):
        connection.exec_driver_sql(NOTED, [(key,) for key in some])


def all_noted(connection: Connection) -> None:
    """Note that everything may have changed; what was noted before tells nothing more."""
    noted(connection, [ALL])
    connection.execute(delete(changes).where(changes.c.parties != ALL))


def changed_since(connection: Connection, seen: int) -> tuple[int, list[str]]:
    """Return the number of the last change, and the keys that changed after another; that is 0 before the first."""
    last = connection.execute(select(func.max(changes.c.at))).scalar() or 0
    if last <= seen:
        return last, []
    return last, list(connection.execute(select(changes.c.parties).where(changes.c.at > seen)).scalars())
