"""Work on the facts of one ledger, by this process or by several that each read for themselves.

Results come as they are done, so that none waits in memory for a longer one. A worker that dies ends the whole:
the caller's transaction undoes what was written.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any

from sqlalchemy import Connection

from servanda.ledger.judging import Rulings
from servanda.ledger.schema import connected
from servanda.problems import LedgerError

AHEAD = 8  # jobs given out to each worker before its results are asked for
SELDOM = 200_000  # objects made until cycles are looked for: the work makes millions of records and hardly a cycle
here: dict[str, Any] = {}


class Crew:
    """``each`` runs a function over jobs as ``function(connection, rulings, *job)``."""

    def __init__(self, connection: Connection, ruled: Rulings, path: Path | None) -> None:
        self.connection = connection
        self.ruled = ruled
        self.size = os.cpu_count() or 1
        self.usual = gc.get_threshold()
        self.pool: ProcessPoolExecutor | None = None
        if path is not None and self.size > 1:
            self.pool = ProcessPoolExecutor(self.size, get_context("spawn"), open_here, (str(path), ruled))

    def __enter__(self) -> Crew:
        gc.set_threshold(SELDOM, *self.usual[1:])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        gc.set_threshold(*self.usual)
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)

    def each(self, work: Callable[..., Any], jobs: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        if self.pool is None:
            yield from (work(self.connection, self.ruled, *job) for job in jobs)
            return
        try:
            yield from self.spread(self.pool, work, jobs)
        except BrokenProcessPool as error:
            raise LedgerError("rebuild: a process that helped was ended; nothing was changed. Try again.") from error

    def spread(
        self, pool: ProcessPoolExecutor, work: Callable[..., Any], jobs: Iterable[tuple[Any, ...]]
    ) -> Iterator[Any]:
        waiting: set[Future[Any]] = set()
        left = iter(jobs)
        while True:
            waiting |= {pool.submit(work_here, work, job) for job in islice(left, AHEAD * self.size - len(waiting))}
            if not waiting:
                return
            done = wait(waiting, return_when=FIRST_COMPLETED).done
            waiting -= done
            while done:  # a result that was used is not held
                yield done.pop().result()


def open_here(path: str, ruled: Rulings) -> None:
    """Open the ledger in a worker, to read, for as long as the process that asked lives."""
    gc.set_threshold(SELDOM)
    Thread(target=leave_with_parent, daemon=True).start()
    here["connection"], here["ruled"] = connected(Path(path)).connect(), ruled


def leave_with_parent() -> None:
    """End this process when the one that started it is gone; it would wait for work, and hold the file, for ever."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def work_here(work: Callable[..., Any], job: tuple[Any, ...]) -> Any:
    return work(here["connection"], here["ruled"], *job)
