"""Extraction shared out among processes: this one reads and files, the others extract.

Invariant: reports come in the order of the readings, and are those that one process would
have made; no more than a few batches of documents are held at a time.
"""

from __future__ import annotations

import copyreg
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context, parent_process
from types import MappingProxyType
from typing import Any

from servanda.cli.reports import Found, Report, claims_in, known_already, report_of
from servanda.model import Document, OffsetMap
from servanda.problems import ServandaError
from servanda.reading import Read

BATCH = 100_000  # code points of text given out at a time
MOST = 50  # documents given out at a time
AHEAD = 2  # batches given out to each process before the first is asked back

Task = tuple[str, Document]
Batch = list[tuple[Read, bool]]  # what was read, and whether it is to be extracted


def read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


def as_dict(mapping: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return read_only, (dict(mapping),)


copyreg.pickle(MappingProxyType, as_dict)  # records hold read-only mappings, which pickle does not know


def shared(found: Iterable[Read], jobs: int, known: Callable[[Document], bool]) -> Iterator[Report]:
    """Yield the reports on what was read; the processes are started once there is more than one batch."""
    waiting: deque[tuple[Batch, Future[list[Found]]]] = deque()
    pool: ProcessPoolExecutor | None = None
    try:
        for batch, full in batches(found, known):
            if pool is None and not full:
                yield from joined(batch, extracted_here(tasks_of(batch)))
                continue
            pool = pool or ProcessPoolExecutor(jobs, get_context("spawn"), prepared)
            waiting.append((batch, pool.submit(extracted_here, tasks_of(batch))))
            if len(waiting) > AHEAD * jobs:
                yield from back(waiting)
        while waiting:
            yield from back(waiting)
    except BrokenProcessPool as error:
        told = "--jobs: a process that extracted was ended from outside, or had too little memory."
        raise ServandaError(f"{told} What was filed stays filed; give the command again, with fewer jobs.") from error
    finally:
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def batches(found: Iterable[Read], known: Callable[[Document], bool]) -> Iterator[tuple[Batch, bool]]:
    """Yield what was read in parts, and whether the part is full; only the last one is not."""
    batch: Batch = []
    size = 0
    for got in found:
        wanted = got.document is not None and not known(got.document)
        size += len(got.document.text) if wanted and got.document else 0
        batch.append((got, wanted))
        if size >= BATCH or len(batch) >= MOST:
            yield batch, True
            batch, size = [], 0
    if batch:
        yield batch, False


def tasks_of(batch: Batch) -> list[Task]:
    """Return the documents to extract, without what extraction does not need."""
    return [(got.path, replace(got.document, offsets=OffsetMap())) for got, wanted in batch if wanted and got.document]


def back(waiting: deque[tuple[Batch, Future[list[Found]]]]) -> Iterator[Report]:
    batch, future = waiting.popleft()
    yield from joined(batch, future.result())


def joined(batch: Batch, found: list[Found]) -> Iterator[Report]:
    """Yield the reports of a batch, each with what was found in it."""
    left = iter(found)
    for got, wanted in batch:
        yield report_of(got, next(left) if wanted else None) if wanted or not got.document else known_already(got)


def extracted_here(tasks: list[Task]) -> list[Found]:
    return [claims_in(path, document) for path, document in tasks]


def prepared() -> None:
    """Make a process ready: the one that reads answers the keyboard, and this one ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
