"""The names under which sources give their facts; the data is ``fields.toml`` beside this file.

Invariant: read once, never changed.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("fields.toml").read_text("utf-8"))


def columns(slot: str) -> tuple[str, ...]:
    """Return the names of columns that give the slot, most trusted first."""
    return tuple(_table()["column"][slot])


def elements(slot: str) -> tuple[str, ...]:
    """Return the names of XML elements that give the slot, most trusted first."""
    return tuple(_table()["element"][slot])


def names(table: str, key: str) -> frozenset[str]:
    """Return a set of names, such as the HTML elements that run inside a line."""
    return frozenset(_table()[table][key])


def trusted(table: str, key: str) -> tuple[str, ...]:
    """Return names in order of trust, such as the meta elements that give a date."""
    return tuple(_table()[table][key])


@cache
def _months() -> dict[str, int]:
    return {name.casefold(): int(number) for number, names in _table()["months"].items() for name in names}


def month_named(word: str) -> int | None:
    """Return the number of the month that the word names, in any of the languages listed."""
    word = word.casefold().rstrip(".")
    return _months().get(word)
