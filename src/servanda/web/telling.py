"""Telling how long work goes on while it is done: its steps as they come, and a beat where none comes.

Invariant: the work goes on in one thread and stops at its next step when nobody listens any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
BEAT = 1.0  # seconds without a step after which one is told that work goes on


class Beating(Generic[T]):
    """The steps of some work, done in a thread of its own, with None for each beat without a step."""

    def __init__(self, steps: Iterator[T], beat: float = BEAT) -> None:
        self.steps, self.beat = steps, beat
        self.told: SimpleQueue[T | BaseException | None] = SimpleQueue()
        self.left = Event()

    def work(self) -> None:
        try:
            for step in self.steps:
                self.told.put(step)
                if self.left.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the steps are told
            self.told.put(error)
        else:
            self.told.put(StopIteration())

    def __iter__(self) -> Iterator[T | None]:
        """Yield the steps as they come. Raises what the work raised."""
        Thread(target=self.work, daemon=True).start()
        try:
            while True:
                try:
                    step = self.told.get(timeout=self.beat)
                except Empty:
                    yield None
                    continue
                if isinstance(step, StopIteration):
                    return
                if isinstance(step, BaseException):
                    raise step
                yield step
        finally:
            self.left.set()
