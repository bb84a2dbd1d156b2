"""What goes wrong, as values beside results.

A ``Problem`` is what went wrong with one input: where, what, and what to do. It is a
value: a batch collects problems and goes on. The few exceptions are for what ends a
command:

    ServandaError            anything of ours that ends a command; its text is one line for the user
    ├── LedgerError          a ledger that cannot be opened, read or written
    ├── QueryError           a query, date or id that cannot be understood
    └── PackError            a language pack that is not well-formed
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One input's trouble. ``cause`` is a short stable word for counting ("not-found")."""

    where: str
    what: str
    cause: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}"
        return f"{line} {self.advice}" if self.advice else line


class ServandaError(Exception):
    """Ends a command with one line for the user."""


class LedgerError(ServandaError):
    """A ledger that cannot be opened, read or written."""


class QueryError(ServandaError):
    """A query, date or id that cannot be understood."""


class PackError(ServandaError):
    """A language pack that is not well-formed; names the file and the entry."""
