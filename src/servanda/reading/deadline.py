"""A bound on how long a document may take to be read.

Invariant: what runs past its time is ended by ``OutOfTime`` wherever it stands, in the
main thread or another, and nothing is raised once the bound was left.

In the main thread a signal ends it, which regular expressions heed too; elsewhere the
interpreter raises between two of its steps. What runs in C and heeds neither (parsing
markup, unpacking) takes time in proportion to its input, which the other limits bound.
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

AGAIN = 1.0  # seconds after which it is raised once more, where something took it for an error of its own
GRACE = 1.0  # seconds that a reader has to end by itself what it started elsewhere
running = threading.local()


class OutOfTime(Exception):  # noqa: N818 - it says what happened
    """Raised inside a reader that takes too long."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the body where it takes longer, and again each second until it ends."""
    bound: Alarm | Watch = Alarm(seconds) if may_alarm() else Watch(seconds)
    running.bound = bound
    bound.start()
    try:
        yield
    finally:
        running.bound = None
        bound.stop()


def begin_again() -> None:
    """Give the step that runs now its whole time once more: it came to something new."""
    if (bound := getattr(running, "bound", None)) is not None:
        bound.restart()


def may_alarm() -> bool:
    """Whether this is the main thread, and its alarm is nobody else's."""
    ours = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    return ours and signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, signal.SIG_IGN)


class Alarm:
    """A timer of the system, for the main thread."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.over = seconds, False

    def start(self) -> None:
        self.before: Any = signal.signal(signal.SIGALRM, self.ring)
        self.restart()

    def restart(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)

    def ring(self, number: int, frame: FrameType | None) -> None:
        if not self.over:
            raise OutOfTime

    def stop(self) -> None:
        self.over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self.before)


class Watch:
    """A thread that watches another."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.watched = seconds, ctypes.c_ulong(threading.get_ident())
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def start(self) -> None:
        self.restart()
        self.thread.start()

    def restart(self) -> None:
        self.until = time.monotonic() + self.seconds

    def watch(self) -> None:
        while not self.over.wait(max(0.0, self.until - time.monotonic())):
            if time.monotonic() >= self.until:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(self.watched, ctypes.py_object(OutOfTime))
                self.until = time.monotonic() + AGAIN

    def stop(self) -> None:
        while self.thread.is_alive():
            with suppress(OutOfTime):
                self.over.set()
                self.thread.join()
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self.watched, None)
