"""How far an ``add`` is: a bar with the rate and the time left, on standard error where that is a terminal.

Invariant: it changes nothing of what passes through it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servanda.cli.reports import Report

Follow = Callable[[Iterable["Report"]], Iterable["Report"]]


@contextmanager
def progress(paths: list[str], shown: bool) -> Iterator[Follow]:
    """Yield what follows reports along and shows how far they are."""
    if not shown or not sys.stderr.isatty():
        yield lambda found: found
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    told = TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), TextColumn("left")
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), *told)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Adding", total=sum(map(bytes_at, paths)) or None, rate="")

        def follow(found: Iterable[Report]) -> Iterator[Report]:
            way = Way()
            for report in found:
                way.step(report)
                bar.update(task, completed=way.bytes, description=way.name, rate=way.rate())
                yield report

        yield follow


class Way:
    """How many documents and bytes were passed, and how fast."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.start = clock()
        self.documents = 0
        self.behind = 0  # bytes of the files before this one
        self.at = 0  # bytes of this one
        self.file = ""

    @property
    def bytes(self) -> int:
        return self.behind + self.at

    @property
    def name(self) -> str:
        return Path(self.file).name[:40]

    def step(self, report: Report) -> None:
        file = report.path.split("#", 1)[0]
        if file != self.file:
            self.behind += bytes_of(Path(self.file)) if self.file else 0
            self.file, self.at = file, 0
        self.at = max(self.at, report.at)
        self.documents += report.document is not None

    def rate(self) -> str:
        """Return the documents passed, and how many a second."""
        passed = max(self.clock() - self.start, 1e-3)
        return f"{self.documents:,} documents, {self.documents / passed:,.1f}/s,"


def bytes_at(path: str) -> int:
    """Return how many bytes a path means, for the length of the bar only."""
    place = Path(path)
    if place.is_dir():
        return sum(bytes_of(file) for file in place.rglob("*") if not file.name.startswith("."))
    return bytes_of(place)


def bytes_of(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except (OSError, ValueError):
        return 0
