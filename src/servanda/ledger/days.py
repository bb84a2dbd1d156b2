"""EDTF dates as stretches of day numbers, for comparing many of them fast.

Everything here follows from ``servanda.language.edtf``; a stretch is (first, last) in
proleptic day numbers, None on an open or unknown side.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from servanda.language.edtf import bounds

Stretch = tuple[int | None, int | None]
UNKNOWN: Stretch = (None, None)


@lru_cache(maxsize=100_000)
def stretch(edtf: str | None) -> Stretch:
    """Return the first and last day number of a date; both None where there is none."""
    if not edtf:
        return UNKNOWN
    first, last = bounds(edtf)
    return (first.toordinal() if first else None, last.toordinal() if last else None)


def known(of: Stretch) -> bool:
    return of[0] is not None or of[1] is not None


def gap(a: Stretch, b: Stretch) -> int:
    """Return the days between two stretches, 0 where they may overlap (an open side reaches everywhere)."""
    if a[1] is not None and b[0] is not None and a[1] < b[0]:
        return b[0] - a[1]
    if b[1] is not None and a[0] is not None and b[1] < a[0]:
        return a[0] - b[1]
    return 0


def length(of: Stretch) -> int | None:
    """Return how many days a stretch holds, None where a side is open."""
    return None if of[0] is None or of[1] is None else of[1] - of[0] + 1


def day_number(iso: str | None) -> int | None:
    """Return the day number of an ISO day (or of the first day of an EDTF date), None where there is none."""
    return stretch(iso)[0]


def iso(number: int) -> str:
    return date.fromordinal(number).isoformat()


def first_day(edtf: str | None) -> str | None:
    number = stretch(edtf)[0]
    return None if number is None else iso(number)


@lru_cache(maxsize=100_000)
def last_day(edtf: str | None) -> str | None:
    number = stretch(edtf)[1]
    return None if number is None else iso(number)
