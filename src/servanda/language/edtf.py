"""Reckon with EDTF dates (ISO 8601-2): their bounds, their order, their making.

No function here knows a language or the present day: each answer follows from the
date alone.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

Bounds = tuple[date | None, date | None]

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")
_DECADE = re.compile(r"(\d{2}\d?)(X{1,2})")
_QUALIFIER = "?~%"
_OPEN = ("", "..")
# ISO 8601-2 sub-year groupings, as first month and number of months; 21-24 are the seasons of the northern half.
_GROUPINGS = {
    **{21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3)},
    **{33: (1, 3), 34: (4, 3), 35: (7, 3), 36: (10, 3)},
    **{37: (1, 4), 38: (5, 4), 39: (9, 4), 40: (1, 6), 41: (7, 6)},
}


def day(year: int, month: int, number: int) -> date | None:
    """Return that day, or None where the calendar has none."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def month_of(year: int, month: int) -> str:
    """Return the month as EDTF; months past 12 or below 1 run into the years beside."""
    years, rest = divmod(month - 1, 12)
    return f"{year + years:04d}-{rest + 1:02d}"


def interval(first: str, last: str) -> str:
    """Return ``first/last``, or one of them where both are the same."""
    return first if first == last else f"{first}/{last}"


def monday(of: date) -> date:
    """Return the first day of the ISO week that holds ``of``."""
    return of - timedelta(of.weekday())


def week_of(of: date, weeks: int = 0) -> str:
    """Return the week of ``of``, moved by ``weeks``, Monday to Sunday."""
    first = monday(of) + timedelta(7 * weeks)
    return f"{first}/{first + timedelta(6)}"


@lru_cache(8192)
def bounds(edtf: str) -> Bounds:
    """Return the first and the last day that the date may mean; None on an open or unknown side.

    ``2024-10`` gives 1 and 31 October, ``2025/2029`` the first of January 2025 and the last
    of December 2029, ``../2025-12-31`` (None, 31 December 2025). Not a date: (None, None).
    """
    first, slash, last = edtf.partition("/")
    if not slash:
        return _point(first) or (None, None)
    opening, closing = _point(first), _point(last)
    if (opening is None and first not in _OPEN) or (closing is None and last not in _OPEN):
        return (None, None)
    return (opening and opening[0], closing and closing[1])


def _point(edtf: str) -> tuple[date, date] | None:
    """The first and last day of a date that is no interval."""
    bare = edtf.rstrip(_QUALIFIER)
    if found := _DAY.fullmatch(bare):
        only = day(*map(int, found.groups()))
        return (only, only) if only else None
    if found := _MONTH.fullmatch(bare):
        return _months(int(found[1]), int(found[2]))
    if _YEAR.fullmatch(bare) and bare != "0000":
        return date(int(bare), 1, 1), date(int(bare), 12, 31)
    if found := _DECADE.fullmatch(bare):
        low, high = int(bare.replace("X", "0")), int(bare.replace("X", "9"))
        return (date(low, 1, 1), date(high, 12, 31)) if low and len(bare) == 4 else None
    return None


def _months(year: int, code: int) -> tuple[date, date] | None:
    month, length = _GROUPINGS.get(code, (code, 1))
    if not 1 <= month <= 12 or not 1 <= year < 9999:
        return None
    years, rest = divmod(month + length - 2, 12)
    return date(year, month, 1), date(year + years, rest + 1, monthrange(year + years, rest + 1)[1])


def is_edtf(text: str) -> bool:
    """True where ``text`` is a date, month, season, quarter, year, decade or interval of these in order."""
    first, slash, last = text.partition("/")
    if not slash:
        return _point(first) is not None
    sides = (_point(first), _point(last))
    if any(side is None and part not in _OPEN for side, part in zip(sides, (first, last), strict=True)):
        return False
    opening, closing = sides
    return bool(opening or closing) and not (opening and closing and opening[0] > closing[1])


def last_day(edtf: str) -> str | None:
    """Return the last possible day as EDTF, or None where the date is open at its end."""
    last = bounds(edtf)[1]
    return last.isoformat() if last else None


def later(a: str, b: str) -> bool:
    """True where ``a`` surely lies after ``b``: its first day is past the last day of ``b``."""
    first, last = bounds(a)[0], bounds(b)[1]
    return first is not None and last is not None and first > last


def ends_later(a: str, b: str) -> bool:
    """True where the last possible day of ``a`` is past that of ``b``: a due date that slipped."""
    first, second = bounds(a), bounds(b)
    if second[1] is None or second == (None, None) or first == (None, None):
        return False
    return first[1] is None or first[1] > second[1]
