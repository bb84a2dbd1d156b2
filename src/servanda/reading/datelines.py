"""Datelines: "NEW DELHI, Aug 7 (KNN)", "(Reuters) -", "नई दिल्ली, 7 अगस्त (भाषा)".

Invariant: a dateline without a year gives no date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .metadata import day_of, is_date_line

_PLACE = r"(?P<place>[^\W\d_][^\n,:;()\d]{1,40}?(?:(?:, | / )[^\W\d_][^\n,:;()\d]{1,30}?)?)"
_MONTH = r"[^\W\d_][^\s\d,.:;()]{2,14}\.?"
_DATE = rf"(?P<date>(?:\d{{1,2}}[a-z]{{0,2}}\.? {_MONTH}|{_MONTH} \d{{1,2}})(?:,? \d{{4}})?)"
_AGENCY = r"\((?P<agency>[^\W\d_][^\n()]{1,40})\)"
_END = r"\s*[-–—:]+\s"
_LINES = (
    re.compile(rf"{_PLACE},?\s+{_DATE}\.?,?\s*(?:{_AGENCY}(?:{_END})?|{_END})"),
    re.compile(rf"{_PLACE}\s*{_AGENCY}(?:{_END})?"),
    re.compile(rf"{_AGENCY}{_END}"),
    re.compile(
        rf"(?P<place>[^\W\d_a-z][^\Wa-z_]+(?:[ ,.'-]+[^\W\d_a-z][^\Wa-z_]+)*(?:, [^\W\d_][\w. ]{{1,20}})?){_END}"
    ),
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """What stands before a report's first sentence."""

    words: str
    place: str | None
    date: str | None
    agency: str | None


def dateline_of(text: str, title: str | None) -> Dateline | None:
    """Return the dateline of the first paragraph (the one after the title), or None.

    It must have a date or an agency, or a place in capitals before a dash.
    """
    start = text[len(title) :].lstrip() if title and text.startswith(title) else text
    for pattern in _LINES:
        match = pattern.match(start[:160])
        if match is None:
            continue
        found = match.groupdict()
        date = found.get("date")
        if date is None or _is_day(date):
            place = (found.get("place") or "").strip(" ,.")
            return Dateline(match[0].strip(), place or None, day_of(date), found.get("agency"))
    return None


def day_above(text: str) -> str | None:
    """Return the day that makes a paragraph of its own among a report's first ones, as releases have it."""
    first = text.split("\n\n", 4)[:4]
    return next((day_of(line) for line in first if is_date_line(line)), None)


def _is_day(words: str) -> bool:
    """Whether the words name a day of a month; a year is put on to see."""
    return day_of(words if re.search(r"\d{4}", words) else f"{words} 2000") is not None
