"""Counts over the whole ledger, kept until something is written: on a large ledger they cost more than any page.

Invariant: a figure is of the ledger as it is, but where counting is slow and writing goes on
an older one is told while it is counted anew, up to ``OLDEST`` seconds old.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

from servanda.ledger import Ledger
from servanda.ledger.records import Doubt, Series, Tally
from servanda.problems import ServandaError

SLOW = 0.1  # seconds that a count takes of which an older one may be told
WORTH = 60  # times as long as it took to count is a figure good for, while writing goes on
STALE, OLDEST = 30.0, 90.0  # seconds: when it is counted anew at the latest, beside the answer and before it
KEPT = 400  # figures
WAITS = 0.3  # seconds that a reader of the first page waits for a count
ANSWERS = frozenset({"same", "different", "accept", "reject"})  # to a doubt

Stamp = tuple[object, ...]
OLD: ContextVar[list[str] | None] = ContextVar("old", default=None)  # the old figures that the present answer tells


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure, what the ledger's files looked like before it was counted, when that was and how long it took."""

    figure: Any
    stamp: Stamp | None
    at: float
    took: float

    @property
    def age(self) -> float:
        return time.monotonic() - self.at

    def fresh(self, stamp: Stamp | None) -> bool:
        return stamp is not None and stamp == self.stamp

    def tellable(self) -> bool:
        """True where it may be told though the ledger changed."""
        return self.stamp is not None and self.took > SLOW and self.age < OLDEST

    def worn(self) -> bool:
        return self.age > min(WORTH * self.took, STALE)


@dataclass(slots=True)
class Figures:
    """Figures of one ledger. Safe to ask from many threads; two that ask the same wait for one count."""

    ledger: Ledger
    kept: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)
    counting: dict[str, Lock] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    coming: dict[str, Future[Any]] = field(default_factory=dict)
    beside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "counting"))

    def tally(self, query: str) -> Sequence[Tally]:
        """Return how many entries a query finds, by kind and status."""
        found: Sequence[Tally] = self.of(f"tally {query}", lambda: self.ledger.tally(query))
        return found

    def doubts(self, most: int, anew: bool = False) -> Sequence[Doubt]:
        """Return what waits for a person, at most ``most``, without what was decided since it was looked up."""
        if anew:
            self.forget(f"doubts {most}")
        return self.undecided(self.of(f"doubts {most}", lambda: self.ledger.review(most)))

    def undecided(self, found: Sequence[Doubt]) -> Sequence[Doubt]:
        """Return doubts without those that somebody decided since they were looked up."""
        passed = (judged for judged in self.ledger.judgements() if judged.verb in ANSWERS and not judged.withdrawn)
        decided = {frozenset(anchor.claim for anchor in judged.on) for judged in passed}
        return [doubt for doubt in found if frozenset(filed.id for filed in doubt.on) not in decided]

    def series(self, query: str) -> Sequence[Series]:
        """Return the recurring meetings among the entries that a query finds."""
        found: Sequence[Series] = self.of(f"series {query}", lambda: self.ledger.series(query))
        return found

    def renew(self, name: str, count: Callable[[], Any]) -> None:
        """Count a figure anew, whether or not it is fresh."""
        self.counted(f"{date.today()} {name}", count)

    def forget(self, name: str) -> None:
        """Forget a figure that is not fresh: who asks next is told what is so."""
        key, stamp = f"{date.today()} {name}", stamp_of(self.ledger.path)
        with self.lock:
            if (known := self.kept.get(key)) and not known.fresh(stamp):
                del self.kept[key]

    def of(self, name: str, count: Callable[[], Any]) -> Any:
        """Return a figure as kept, or count it."""
        key = f"{date.today()} {name}"
        known = self.known(key)
        if known is not None:
            return self.told(key, known, count)
        with self.lock:
            turn = self.counting.setdefault(key, Lock())
        with turn:  # another may have counted it meanwhile
            known = self.known(key)
            return known.figure if known is not None else self.counted(key, count)

    def soon(self, name: str, count: Callable[[], Any]) -> Any | None:
        """Return a figure as ``of`` does, but None where it takes longer than a reader waits: it is then on its way."""
        key = f"{date.today()} {name}"
        if self.ledger.path is None or self.known(key) is not None:
            return self.of(name, count)
        with self.lock:
            job = self.coming.get(key)
            if job is None or job.done():
                job = self.coming[key] = self.beside.submit(self.of, name, count)
        try:
            return job.result(WAITS)
        except TimeoutError:
            if (old := OLD.get()) is not None:
                old.append(key)
            return None

    def known(self, key: str) -> Kept | None:
        """Return a figure that may be told, fresh or not."""
        with self.lock:
            known = self.kept.get(key)
            if known is not None:
                self.kept.move_to_end(key)
        fresh = known is not None and known.fresh(stamp_of(self.ledger.path))
        return known if known is not None and (fresh or known.tellable()) else None

    def told(self, key: str, known: Kept, count: Callable[[], Any]) -> Any:
        """Return a figure; where it is old, say so to who makes the answer, and have it counted anew beside it."""
        if known.fresh(stamp_of(self.ledger.path)):
            return known.figure
        if (old := OLD.get()) is not None:
            old.append(key)
        with self.lock:
            due = known.worn() and key not in self.again
            if due:
                self.again.add(key)
        if due:
            self.beside.submit(self.recounted, key, count)
        return known.figure

    def recounted(self, key: str, count: Callable[[], Any]) -> None:
        try:
            with suppress(ServandaError):  # who asks next is told
                self.counted(key, count)
        finally:
            with self.lock:
                self.again.discard(key)

    def counted(self, key: str, count: Callable[[], Any]) -> Any:
        stamp, began = stamp_of(self.ledger.path), time.monotonic()
        made = Kept(count(), stamp, began, time.monotonic() - began)
        with self.lock:
            self.kept[key] = made
            self.counting.pop(key, None)
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
