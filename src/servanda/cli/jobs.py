"""Reading and extraction shared out among processes: this one unpacks and files, the others do the rest.

Invariant: reports come in the order of the input, and are those that one process would
have made; no more than a few batches are held at a time.
"""

from __future__ import annotations

import copyreg
import ctypes
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import MappingProxyType
from typing import Any

from servanda.cli.reports import Report, known_already, never, relabelled, report_of
from servanda.model import Document
from servanda.problems import ServandaError
from servanda.reading import Read, Unread, opened

WEIGHT = 100_000  # code points of text given out at a time, or as many bytes times the next
MARKUP = 8  # bytes of a page for one code point of its report, about
MOST = 50  # documents given out at a time
AHEAD = 5  # batches given out to each process before the first is asked back

Known = Callable[[Document], bool]
Batch = list[Read | Unread]
here: dict[str, Known] = {}


def read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


def as_dict(mapping: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return read_only, (dict(mapping),)


copyreg.pickle(MappingProxyType, as_dict)  # records hold read-only mappings, which pickle does not know


def shared(found: Iterable[Read | Unread], jobs: int, known: Known, ledger: Path | None) -> Iterator[Report]:
    """Yield the reports on what is to be read; the processes are started once there is more than one batch."""
    yield from numbered(one for batch in worked(found, jobs, known, ledger) for one in batch)


def worked(found: Iterable[Read | Unread], jobs: int, known: Known, ledger: Path | None) -> Iterator[list[Report]]:
    """Yield the reports on each batch, in order."""
    waiting: deque[Future[list[Report]]] = deque()
    pool: ProcessPoolExecutor | None = None
    try:
        for batch, full in batches(found):
            if pool is None and not full:
                yield list(reports_on(batch, known))
                continue
            pool = pool or ProcessPoolExecutor(jobs, get_context("spawn"), prepared, (ledger,))
            waiting.append(pool.submit(done_here, batch))
            while waiting and (len(waiting) > AHEAD * jobs or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        told = "--jobs: a process that extracted was ended from outside, or had too little memory."
        raise ServandaError(f"{told} What was filed stays filed; give the command again, with fewer jobs.") from error
    finally:
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def batches(found: Iterable[Read | Unread]) -> Iterator[tuple[Batch, bool]]:
    """Yield what is to be done in parts, and whether the part is full; only the last one is not."""
    batch: Batch = []
    weight = 0
    for got in found:
        weight += weight_of(got)
        batch.append(got)
        if weight >= WEIGHT or len(batch) >= MOST:
            yield batch, True
            batch, weight = [], 0
    if batch:
        yield batch, False


def weight_of(got: Read | Unread) -> int:
    if isinstance(got, Unread):
        return got.size // MARKUP
    return len(got.document.text) if got.document else 0


def reports_on(batch: Batch, known: Known) -> Iterator[Report]:
    """Read what is not read yet, and extract what is not known yet."""
    for one in batch:
        for got in opened(one) if isinstance(one, Unread) else [one]:
            yield known_already(got) if got.document and known(got.document) else report_of(got)


def numbered(found: Iterable[Report]) -> Iterator[Report]:
    """Number the documents of each file in their order: who read one member alone does not know its number."""
    seen: Counter[str] = Counter()
    last = ""
    for report in found:
        file = report.path.removesuffix(f"#{report.number}") if report.number else report.path
        if file != last:
            seen.clear()
            last = file
        seen[file] += bool(report.number)
        yield relabelled(report, seen[file]) if report.number else report


def done_here(batch: Batch) -> list[Report]:
    from servanda.ledger.reprints import keys, signature

    made = reports_on(batch, here.get("known", never))
    done = [replace(one, keys=keys(signature(one.document.text))) if one.document else one for one in made]
    give_back()
    return done


def give_back() -> None:
    """Give free memory back to the system, where its library (glibc) can: a large page leaves much behind."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def prepared(ledger: Path | None) -> None:
    """Make a process ready: the one that files answers the keyboard, and this one ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    if ledger is not None:
        from servanda.ledger import Ledger

        here["known"] = Ledger.reading(ledger).knows


def end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
