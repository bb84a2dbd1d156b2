"""The newest of many, sought back from a day ever further, so that few are looked at.

Invariant: what is found is what looking at all days at once would find.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select

from servanda.problems import QueryError

NEAR, FURTHEST = 30, 4000  # days back from the last report within which the newest are sought before all


def sought(
    connection: Connection, asked: Select[Any], reported: ColumnElement[str], begin: str, limit: int, back: int = NEAR
) -> list[str]:
    """Return the ids that are asked for, at most ``limit``: sought back from a day, ever further if those are too few.

    What a stretch of days holds tells how far to go next. No day to begin at: all days are looked at at once.
    """
    while begin and back < FURTHEST:
        found = connection.execute(asked.where(reported >= shifted(begin, -back))).scalars().all()
        if len(found) == limit:
            return list(found)
        back = further(back, limit, len(found))
    return list(connection.execute(asked).scalars())


def further(back: int, limit: int, found: int) -> int:
    """Return how many days back to look next, where so many were too few."""
    return max(4 * back, back * 3 * limit // (2 * found or 1))


def shifted(day: str, by: int) -> str:
    """Return a day moved by some days, kept within the calendar."""
    try:
        number = date.fromisoformat(day).toordinal() + by
    except ValueError as error:
        raise QueryError(f"{day}: is not a day. Write it like 2025-12-31.") from error
    return date.fromordinal(min(max(number, 1), date.max.toordinal())).isoformat()
