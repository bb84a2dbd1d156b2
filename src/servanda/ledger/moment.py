"""A ledger at one moment: all that is asked of it is read in one transaction, and what many answers need only once.

Invariant: what is filed meanwhile is in none of the answers; nothing can be written through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from servanda.ledger.schema import told
from servanda.ledger.store import Ledger


class Moment(Ledger):
    """See ``at_once``."""

    def __init__(self, ledger: Ledger, connection: Connection) -> None:
        super().__init__(ledger.engine, ledger.path)
        self.connection = connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        with told(self.where):
            yield self.connection


@contextmanager
def at_once(ledger: Ledger) -> Iterator[Ledger]:
    """Yield the ledger as it is now, to ask it several things."""
    with ledger.looking() as connection:
        yield Moment(ledger, connection.execution_options(remembered={}))
