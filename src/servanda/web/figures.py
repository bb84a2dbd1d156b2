"""Counts over the whole ledger, kept until something is written: on a large ledger they cost more than any page.

Invariant: a figure is of the ledger as it is, but where counting is slow and writing goes
on it may be up to ``STALE`` seconds old.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from servanda.ledger import Ledger
from servanda.ledger.records import Series, Tally

STALE = 30.0  # seconds
SLOW = 0.2  # seconds that a count takes which may be served stale
KEPT = 200  # figures

Stamp = tuple[object, ...]
OLD: ContextVar[list[str] | None] = ContextVar("old", default=None)  # the old figures that the present answer tells


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure, what the ledger's files looked like before it was counted, when that was and how long it took."""

    figure: Any
    stamp: Stamp | None
    at: float
    took: float

    def holds(self, stamp: Stamp | None) -> bool:
        fresh = stamp is not None and stamp == self.stamp
        return fresh or (self.took > SLOW and time.monotonic() - self.at < STALE)


@dataclass(slots=True)
class Figures:
    """Figures of one ledger. Safe to ask from many threads."""

    ledger: Ledger
    kept: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def tally(self, query: str) -> Sequence[Tally]:
        """Return how many entries a query finds, by kind and status."""
        found: Sequence[Tally] = self.of(f"tally {query}", lambda: self.ledger.tally(query))
        return found

    def waiting(self, most: int) -> int:
        """Return how much waits for a person, at most ``most``."""
        number: int = self.of(f"waiting {most}", lambda: len(self.ledger.review(most)))
        return number

    def series(self, query: str) -> Sequence[Series]:
        """Return the recurring meetings among the entries that a query finds."""
        found: Sequence[Series] = self.of(f"series {query}", lambda: self.ledger.series(query))
        return found

    def of(self, name: str, count: Callable[[], Any]) -> Any:
        """Return a figure as kept, or count it."""
        stamp, key = stamp_of(self.ledger.path), f"{date.today()} {name}"
        with self.lock:
            known = self.kept.get(key)
        if known is not None and known.holds(stamp):
            if known.stamp != stamp and (told := OLD.get()) is not None:
                told.append(name)
            return known.figure
        began = time.monotonic()
        made = Kept(count(), stamp, began, time.monotonic() - began)
        with self.lock:
            self.kept[key] = made
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return made.figure


def stamp_of(path: Path | None) -> Stamp | None:
    """Return what changes with every commit of any program: size and time of the ledger's files; None in memory."""
    if path is None:
        return None
    told: list[object] = []
    for file in (path, path.with_name(f"{path.name}-wal")):
        try:
            seen = file.stat()
        except OSError:
            continue
        told += [file.name, seen.st_size, seen.st_mtime_ns]
    return tuple(told)
