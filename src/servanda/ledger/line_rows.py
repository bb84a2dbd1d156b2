"""Lines of a list from rows of the table of entries.

Invariant: a row holds the fields of a ``Line`` in their order, so that thousands are read by place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement

from servanda.ledger.records import Line, StatusName
from servanda.ledger.schema import entries
from servanda.model import Kind, Stage

LINE = tuple(of.name for of in fields(Line))
STAGES: dict[str | None, Stage | None] = {None: None, **{str(stage): stage for stage in Stage}}
READS: dict[str, Callable[[Any], Any]] = {
    "kind": {str(kind): kind for kind in Kind}.__getitem__,
    "status": {str(name): name for name in StatusName}.__getitem__,
    "stage": STAGES.__getitem__,
    **dict.fromkeys(("parties", "by", "domains"), lambda words: tuple(words.split())),
}
READ = [(place, READS[name]) for place, name in enumerate(LINE) if name in READS]


def lined(status: ColumnElement[str]) -> list[ColumnElement[Any]]:
    """Return what ``line_from`` takes, in its order."""
    return [status if name == "status" else entries.c[name] for name in LINE]


def line_from(row: Sequence[Any]) -> Line:
    """Return a line from its columns; parties, who owes it and domains are words in one."""
    values: list[Any] = list(row)
    for place, read in READ:
        values[place] = read(values[place])
    return Line(*values)
