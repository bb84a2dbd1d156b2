"""Readings of dates: what they hold, and how parts, relations and ends change them.

A reading without a value says why, and every change keeps that true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from servanda.language.dates_words import Word
from servanda.language.edtf import bounds, interval, last_day, month_of, week_of

UNDATED = "The document has no date to reckon from."
VAGUE = "The words name no definite time."
AMBIGUOUS = "Day and month could be either way round."
NO_START = "It is not known in which month the fiscal year begins."


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of a date mean; see ``dates.DateMention`` for the fields."""

    value: str | None
    precision: str
    past: str | None = None
    future: str | None = None
    relation: str = ""
    weekday: bool = False
    relative: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rule may know beside the words: the document's day and the language's conventions."""

    anchor: date | None
    day_first: bool = False
    fiscal_start: int | None = None
    fiscal_named_by_end: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The words of a pattern by their names in it."""

    words: Mapping[str, Word]
    setting: Setting

    def __contains__(self, name: str) -> bool:
        return name in self.words

    def number(self, name: str) -> int | None:
        """The word's number, or None where the pattern found none or its number is vague."""
        word = self.words.get(name)
        if word is None or not re.fullmatch(r"[+-]?\d+", str(word.value)):
            return None
        return int(word.value)

    def key(self, name: str) -> str:
        word = self.words.get(name)
        return str(word.value) if word else ""

    def width(self, name: str) -> int:
        word = self.words[name]
        return word.stop - word.start


def relative(value: str | None, precision: str, **more: Any) -> Reading:
    """A reading that has the document's date in it; both tenses read alike."""
    return Reading(value, precision, past=value, future=value, relative=True, **more)


def absent(reason: str, precision: str, **more: Any) -> Reading:
    return Reading(None, precision, reason=reason, **more)


def two_ways(anchor: date, candidates: Iterable[date], target: date) -> tuple[str, str | None, str | None]:
    """Return the nearest to ``target``, the last on or before and the first on or after the document's day."""
    days = sorted(candidates)
    past = max((d for d in days if d <= anchor), default=None)
    future = min((d for d in days if d >= anchor), default=None)
    nearest = min(days, key=lambda d: abs((d - target).days))
    return nearest.isoformat(), past.isoformat() if past else None, future.isoformat() if future else None


# --- the year that goes with a month or quarter -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Year:
    """The year said beside other words; ``number`` is None where it is relative and the document undated."""

    said: bool
    number: int | None = None
    relative: bool = False


def year_of(found: Found) -> Year:
    """Return the year that the words name: written out, of an era, or relative ("next year")."""
    if "year" in found:
        return Year(True, found.number("year"))
    if "era" in found:
        return Year(True, era_year(found))
    if "yy" in found and found.width("yy") == 2:
        return Year(True, 2000 + (found.number("yy") or 0))
    offset = unit_offset(found, "year")
    if offset is None:
        return Year(False)
    anchor = found.setting.anchor
    return Year(True, anchor.year + offset if anchor else None, relative=True)


def era_year(found: Found) -> int | None:
    """Return the year of a reign: its first year is year 1."""
    first = int(found.key("era"))
    return first + (found.number("erayear") or 1) - 1


def unit_offset(found: Found, unit: str) -> int | None:
    """Return how many units from now the words say ("last year" is -1), or None where they say another unit."""
    if "period" in found:
        name, offset = found.key("period")[:-2], int(found.key("period")[-2:])
        return offset if name == unit else None
    if "rel" in found and "unit" in found and found.key("unit") == unit:
        return int(found.key("rel"))
    return None


def calendar_unit(anchor: date, unit: str, offset: int) -> str | None:
    """Return the week, weekend, month, quarter, half or year so many units from the day's own."""
    if unit == "week":
        return week_of(anchor, offset)
    if unit == "weekend":
        saturday = anchor + timedelta(6 - anchor.isoweekday() + 7 * offset)
        return f"{saturday}/{saturday + timedelta(1)}"
    if unit == "month":
        return month_of(anchor.year, anchor.month + offset)
    if unit in ("quarter", "half"):
        length = 3 if unit == "quarter" else 6
        first = (anchor.month - 1) // length * length + 1 + offset * length
        return f"{month_of(anchor.year, first)}/{month_of(anchor.year, first + length - 1)}"
    return f"{anchor.year + offset:04d}" if unit == "year" else None


def moved(anchor: date, unit: str, many: int) -> str | None:
    """Return the unit so many on from the document's day: a day for days and weeks, else month or year."""
    years = {"year": 1, "decade": 10}.get(unit)
    if years:
        year = anchor.year + years * many
        return f"{year:04d}" if 0 < year < 9999 else None
    months = {"month": 1, "quarter": 3, "half": 6}.get(unit)
    if months:
        return month_of(anchor.year, anchor.month + months * many) if abs(many) < 9999 else None
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit)
    return (anchor + timedelta(days * many)).isoformat() if days and abs(many) < 9999 else None


# --- what stands before or after a date ---------------------------------------------------------------


def with_part(reading: Reading, part: str, setting: Setting) -> Reading:
    """ "mid-2014" is June 2014; "the end of" what lies ahead is its last day; "early" and "late" narrow nothing.

    The end of a time that has passed stays the whole time: nobody says which day of it.
    """
    if part == "mid" and reading.precision == "year":
        june = each(reading, lambda value: f"{value}-06")
        return replace(reading, value=june["value"], past=june["past"], future=june["future"], precision="month")
    if part != "end" or reading.value is None:
        return reading
    ahead = each(reading, last_day)
    future = ahead["future"] or ahead["value"]
    if setting.anchor and future and future >= setting.anchor.isoformat() and is_default(reading, setting):
        return replace(reading, value=future, past=reading.past or reading.value, future=future, precision="day")
    return replace(reading, past=reading.past or reading.value, future=future)


def is_default(reading: Reading, setting: Setting) -> bool:
    """True where the reading's own value has not wholly passed."""
    last = bounds(reading.value or "")[1]
    return bool(last and setting.anchor and last >= setting.anchor)


def with_relation(reading: Reading, relation: str) -> Reading:
    """A deadline is the last day of its time, with the tense that lies ahead; the rest is only said beside.

    "from ... to", "... se ... tak" only frame a range, which stays as it is.
    """
    if relation in ("by", "until", "before") and reading.precision != "range":
        spelled = day_before if relation == "before" else last_day
        ends = each(reading, spelled)
        value = ends["future"] or ends["value"]
        said = "till" if relation == "until" else "by"
        return replace(reading, value=value, past=ends["past"], future=ends["future"], relation=said, precision="day")
    if relation == "about" and reading.value and "/" not in reading.value:
        return replace(reading, value=f"{reading.value}~", relation="about")
    if reading.precision == "range" and relation in ("by", "from"):
        return reading
    return replace(reading, relation=relation)


def day_before(value: str) -> str | None:
    """ "before 31 March" is due that day at the latest; "before March" the day before it begins."""
    first, last = bounds(value)
    if first is None or first == last:
        return last_day(value)
    return (first - timedelta(1)).isoformat()


def each(reading: Reading, change: Callable[[str], str | None]) -> dict[str, str | None]:
    """Apply a change to the three dates of a reading."""
    dates = {"value": reading.value, "past": reading.past, "future": reading.future}
    return {name: change(value) if value else None for name, value in dates.items()}


def spanning(first: Reading, last: Reading) -> Reading | None:
    """Join two readings into an interval, in either tense, where it does not run backwards."""
    if first.value is None or last.value is None:
        return absent(first.reason or last.reason, "range", relative=first.relative or last.relative)
    past = joined(first.past or first.value, last.past or last.value) or joined(
        first.past or first.value, last.future or last.value
    )
    future = joined(first.future or first.value, last.future or last.value)
    value = joined(first.value, last.value) or past or future
    if value is None:
        return None
    both = first.past or last.past
    return Reading(
        value,
        "range",
        past if both else None,
        future if both else None,
        weekday=first.weekday and last.weekday,
        relative=first.relative or last.relative,
    )


def so_far(reading: Reading, setting: Setting) -> Reading | None:
    """ "from 1990 to date" ends with the document's own year, month or day."""
    if setting.anchor is None or reading.value is None:
        return absent(reading.reason or UNDATED, "range", relative=True)
    begin = reading.past or reading.value
    value = joined(begin, setting.anchor.isoformat()[: max(4, min(10, len(begin.partition("/")[0])))])
    return relative(value, "range") if value else None


def joined(first: str, last: str) -> str | None:
    """Return the interval between two dates, or None where it would run backwards."""
    begin, end = bounds(first)[0], bounds(last)[1]
    if begin is None or end is None or begin > end:
        return None
    return interval(first.partition("/")[0], last.rpartition("/")[2])
