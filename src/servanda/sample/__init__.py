"""The bundled sample: short reports in our own words on public facts, in several formats and two languages.

Each report is a digest: its address says where the fact can be read, its words are ours.
Invariant: no sentence in it was written by the outlet that its address names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from servanda.ledger import Look


@contextmanager
def reports() -> Iterator[Path]:
    """Yield the folder of the sample's reports."""
    with as_file(files("servanda").joinpath("sample", "reports")) as folder:
        yield folder


def looks() -> list[Look]:
    """Return who was looked for and when, so that a promise nobody reports on can be told from one nobody watched."""
    told = tomllib.loads(files("servanda").joinpath("sample", "looks.toml").read_text("utf-8"))
    return [Look(tuple(look["parties"]), look["day"], look["what"]) for look in told["look"]]


@dataclass(frozen=True, slots=True)
class Story:
    """A promise that the sample follows: the question a reader has, and the query that finds the entry."""

    asks: str
    query: str


def stories() -> list[Story]:
    told = tomllib.loads(files("servanda").joinpath("sample", "stories.toml").read_text("utf-8"))
    return [Story(story["asks"], story["query"]) for story in told["story"]]
