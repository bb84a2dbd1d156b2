"""What the words of a date mean, resolved against the document's date.

Each rule takes the named words that a pack's pattern found and returns a reading, or
None where they are no date. Nothing is guessed: a reading without a value says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from servanda.language.dates_readings import (
    AMBIGUOUS,
    NO_START,
    UNDATED,
    VAGUE,
    Found,
    Reading,
    Year,
    absent,
    calendar_unit,
    moved,
    relative,
    two_ways,
    unit_offset,
    with_part,
    with_relation,
    year_of,
)
from servanda.language.edtf import (
    bounds,
    day,
    interval,
    month_of,
    week_of,
)

Rule = Callable[[Found], Reading | None]


# --- days ---------------------------------------------------------------------------------------------


def read_day(found: Found) -> Reading | None:
    """A day of a month, the month or the year perhaps left out ("9 October", "Thursday (22)")."""
    number, month = found.number("day"), found.number("month")
    year = year_of(found)
    if number is None or ("month" in found and month is None):
        return None
    if year.said and month is not None:
        if year.number is None:
            return absent(UNDATED, "day", relative=True)
        only = day(year.number, month, number)
        return said_of(year, only.isoformat(), "day") if only else None
    return day_near(found, number, month)


def said_of(year: Year, value: str, precision: str) -> Reading:
    """A reading with the year that the words name; "next year" has the document's date in it."""
    return relative(value, precision) if year.relative else Reading(value, precision)


def day_near(found: Found, number: int, month: int | None) -> Reading | None:
    """The nearest such day to the document's; a weekday said with it must agree where any can."""
    anchor = found.setting.anchor
    if anchor is None:
        return absent(UNDATED, "day", weekday="weekday" in found)
    target = anchor + timedelta(found.number("deictic") or 0)
    months = [(anchor.year + y, month) for y in (-1, 0, 1)] if month else month_neighbours(anchor, found)
    days = [d for y, m in months if (d := day(y, m, number))]
    if "weekday" in found:
        days = [d for d in days if d.isoweekday() == found.number("weekday")] or days
    if not days:
        return None
    value, past, future = two_ways(anchor, days, target)
    value = {-1: past, 1: future}.get(found.number("rel") or 0) or value
    if "weekday" in found:
        past, future = past or value, future or value
    return Reading(value, "day", past, future, weekday="weekday" in found, relative=month is None)


def month_neighbours(anchor: date, found: Found) -> list[tuple[int, int]]:
    offset = unit_offset(found, "month")
    months = (-1, 0, 1) if offset is None else (offset,)
    return [((anchor.year * 12 + anchor.month - 1 + m) // 12, (anchor.month - 1 + m) % 12 + 1) for m in months]


def read_numeric(found: Found) -> Reading | None:
    """A day in digits: year first, or day and month in the language's order where it has one."""
    parts = re.split(r"[-./]", found.key("numeric").partition("T")[0])
    first, second, third = (int(p) for p in parts)
    if len(parts[0]) == 4:
        return plain_day(first, second, third)
    readings = {day(third, second, first)}
    if not found.setting.day_first and "." not in found.key("numeric"):
        readings.add(day(third, first, second))
    days = [d for d in readings if d]
    if len(days) > 1:
        return absent(AMBIGUOUS, "day")
    return Reading(days[0].isoformat(), "day") if days else None


def plain_day(year: int, month: int, number: int) -> Reading | None:
    only = day(year, month, number)
    return Reading(only.isoformat(), "day") if only else None


def read_deictic(found: Found) -> Reading | None:
    """ "yesterday", "today"; Hindi "kal" is the day before or after, as the verb has it."""
    anchor = found.setting.anchor
    if anchor is None:
        return absent(UNDATED, "day", relative=True)
    key = found.key("deictic")
    if key.startswith("±"):
        past, future = (anchor + timedelta(sign * int(key[1:])) for sign in (-1, 1))
        return Reading(past.isoformat(), "day", past.isoformat(), future.isoformat(), relative=True)
    return relative((anchor + timedelta(int(key))).isoformat(), "day")


def read_weekday(found: Found) -> Reading | None:
    """A weekday: by default the last such day on or before the document's date."""
    anchor, number = found.setting.anchor, found.number("weekday")
    if number is None:
        return None
    if anchor is None:
        return absent(UNDATED, "day", weekday=True, relative=True)
    weeks = unit_offset(found, "week")
    if weeks is not None:
        return weekday_in_week(anchor, weeks, number)
    past = anchor - timedelta((anchor.isoweekday() - number) % 7)
    future = anchor + timedelta((number - anchor.isoweekday()) % 7)
    rel = found.number("rel")
    if rel == -1:
        future = past = past if past < anchor else past - timedelta(7)
    elif rel == 1:
        past = future = future if future > anchor else future + timedelta(7)
    elif rel == 0:
        return weekday_in_week(anchor, 0, number)
    return Reading(past.isoformat(), "day", past.isoformat(), future.isoformat(), weekday=True, relative=True)


def weekday_in_week(anchor: date, weeks: int, number: int) -> Reading:
    chosen = anchor + timedelta(7 * weeks + number - anchor.isoweekday())
    return relative(chosen.isoformat(), "day", weekday=True)


# --- months, quarters, years --------------------------------------------------------------------------


def read_month(found: Found) -> Reading | None:
    """A month, its year written, relative, or left out (then the nearest, with both tenses)."""
    number, year = found.number("month"), year_of(found)
    if number is None or not 1 <= number <= 12:
        return None
    if year.said:
        if year.number is None:
            return absent(UNDATED, "month", relative=True)
        return said_of(year, month_of(year.number, number), "month")
    return stretch_near(found, number, 1, "month", lambda y: month_of(y, number))


def stretch_near(
    found: Found, first: int, length: int, precision: str, spelled: Callable[[int], str]
) -> Reading | None:
    """The nearest stretch of ``length`` months from month ``first``, with both tenses; "last" and "next" are strict."""
    anchor = found.setting.anchor
    if anchor is None:
        return absent(UNDATED, precision)
    gone = (anchor.month - first) % 12
    running = gone < length
    past_year = (anchor.year * 12 + anchor.month - 1 - gone) // 12
    rel = found.number("rel")
    if rel is not None:
        shift = {-1: -1 if running else 0, 0: 0 if first <= anchor.month else 1, 1: 1}[rel]
        if rel == 0:
            return relative(spelled(anchor.year), precision)
        return relative(spelled(past_year + shift), precision)
    past, future = spelled(past_year), spelled(past_year if running else past_year + 1)
    nearest = past if running or gone - length + 1 <= 12 - gone else future
    return Reading(nearest, precision, past, future)


def read_quarter(found: Found) -> Reading | None:
    """A quarter or half year, of the calendar or (with a fiscal word) of the fiscal year."""
    number, length = found.number("quarter") or found.number("half"), 3 if "quarter" in found else 6
    number = 12 // length if number == -1 else number
    if number is None or number * length > 12:
        return None
    precision = "quarter" if length == 3 else "half"
    start, year = 1, year_of(found)
    if "fiscal" in found or "yy" in found:
        if found.setting.fiscal_start is None:
            return absent(NO_START, precision)
        start = found.setting.fiscal_start
        year = fiscal_first_year(found, year)
    first = start + (number - 1) * length

    def spelled(y: int) -> str:
        return f"{month_of(y, first)}/{month_of(y, first + length - 1)}"

    if year.said:
        return (
            Reading(spelled(year.number), precision, relative=year.relative)
            if year.number
            else absent(UNDATED, precision, relative=True)
        )
    return stretch_near(found, (first - 1) % 12 + 1, length, precision, spelled)


def read_year(found: Found) -> Reading | None:
    """A year by itself, or of an era."""
    year = year_of(found)
    if not year.said:
        return None
    if year.number is None:
        return absent(UNDATED, "year", relative=True)
    return Reading(f"{year.number:04d}", "year", relative=year.relative)


def read_decade(found: Found) -> Reading | None:
    """ "the 1990s" is 199X; "the 1900s" may be a decade or a century."""
    number = found.number("decade") or found.number("year")
    if number is None or number % 10:
        return None
    return Reading(f"{number // 10}X", "decade") if number % 100 else absent(VAGUE, "decade")


def read_season(found: Found) -> Reading | None:
    """A season of a year, as ISO 8601-2 has it (2025-22 is the summer of 2025)."""
    code, year = found.number("season"), year_of(found)
    if code is None:
        return None
    if year.said:
        return Reading(f"{year.number}-{code}", "season") if year.number else absent(UNDATED, "season", relative=True)
    first = 3 * (code - 20)
    return stretch_near(found, first, 3, "season", lambda y: f"{y}-{code}")


def read_end(found: Found) -> Reading | None:
    """An end in one word with its unit (Japanese "nenmatsu"): of the year or month named, or the present one.

    ``inside`` names a unit within whose rest something is to be done.
    """
    unit = found.key("end") or found.key("inside")
    whole = read_month(found) if "month" in found else read_year(found) or read_unit(found, unit, 0)
    if whole is None or "end" in found:
        return whole and with_part(whole, "end", found.setting)
    return with_relation(whole, "by")


def read_week_of(found: Found) -> Reading | None:
    """ "the first week of May 2024" is the 1st to the 7th; the last week the last seven days."""
    month = read_month(found) if "month" in found else read_relative(found)
    if month is None or month.value is None:
        return month
    number = found.number("nth")

    def week(value: str | None) -> str | None:
        first, last = bounds(value) if value else (None, None)
        if first is None or last is None or number is None or number > 4:
            return None
        begin = first + timedelta(7 * (number - 1)) if number > 0 else last - timedelta(6)
        return f"{begin}/{begin + timedelta(6)}"

    value = week(month.value)
    if value is None:
        return None
    return replace(month, value=value, past=week(month.past), future=week(month.future), precision="week")


def read_relative(found: Found) -> Reading | None:
    """ "last month", "this week", "next year": the whole calendar unit."""
    unit = found.key("period")[:-2] or found.key("unit")
    return read_unit(found, unit, unit_offset(found, unit) or 0) if unit else None


def read_unit(found: Found, unit: str, offset: int) -> Reading | None:
    """The calendar unit so many from the document's own; a day or century is none."""
    anchor = found.setting.anchor
    if unit in ("day", "decade"):
        return absent(VAGUE, unit, relative=True) if unit == "decade" and offset else None
    if unit == "fiscal":
        return fiscal(found, offset)
    precision = {"weekend": "range"}.get(unit, unit)
    if anchor is None:
        return absent(UNDATED, precision, relative=True)
    value = calendar_unit(anchor, unit, offset)
    return relative(value, precision) if value else None


# --- fiscal years -------------------------------------------------------------------------------------


def fiscal_first_year(found: Found, year: Year) -> Year:
    """Return the calendar year in which the fiscal year named by one number begins."""
    if year.number is None or ("year" in found and ("yy" in found or "year2" in found)):
        return year
    named_by_end = found.setting.fiscal_named_by_end and found.setting.fiscal_start != 1
    return replace(year, number=year.number - named_by_end)


def fiscal(found: Found, offset: int | None = None) -> Reading | None:
    """A fiscal year: named by two years, by one, or relative to the document's date."""
    start, anchor = found.setting.fiscal_start, found.setting.anchor
    if start is None:
        both = read_years(found) if "yy" in found or "year2" in found else None
        return replace(both, precision="fiscal") if both else absent(NO_START, "fiscal", relative=offset is not None)
    if offset is None:
        first = fiscal_first_year(found, year_of(found))
        return Reading(fiscal_span(first.number, start), "fiscal") if first.number else None
    if anchor is None:
        return absent(UNDATED, "fiscal", relative=True)
    return relative(fiscal_span(anchor.year - (anchor.month < start) + offset, start), "fiscal")


def fiscal_span(year: int, start: int) -> str:
    return f"{year:04d}" if start == 1 else f"{month_of(year, start)}/{month_of(year, start + 11)}"


def read_fiscal(found: Found) -> Reading | None:
    """A fiscal year by its words."""
    if "rel" in found:
        return fiscal(found, found.number("rel"))
    if ("yy" in found or "year2" in found) and read_years(found) is None and "year" in found:
        return None
    if "period" in found:
        return fiscal(found, int(found.key("period")[-2:]))
    return fiscal(found)


# --- stretches ----------------------------------------------------------------------------------------


def read_years(found: Found) -> Reading | None:
    """ "2025-29", "from 2019 to 2021"; "2024-10" is a month, since no period runs backwards."""
    first, last = found.number("year"), found.number("year2")
    if first is None:
        return None
    if last is None:
        ending = found.number("yy")
        if ending is None or found.width("yy") != 2:
            return None
        if ending <= first % 100:
            return Reading(month_of(first, ending), "month") if 1 <= ending <= 12 else None
        last = first // 100 * 100 + ending
    return Reading(f"{first}/{last}", "range") if first < last else None


def read_days(found: Found) -> Reading | None:
    """Two days of one or two months: "7-12 April 2024", "April 30 to May 2"."""
    if "and" in found and "between" not in found and not follow(found, "day"):
        return None
    second = {k: v for k, v in found.words.items() if k not in ("day", "month", "weekday")}
    second["day"] = second.pop("day2")
    second["month"] = second.pop("month2") if "month2" in second else found.words["month"]
    last = read_day(Found(second, found.setting))
    if last is None or last.value is None:
        return last and replace(last, precision="range")
    last_month = int(second["month"].value)
    first_month = found.number("month") or last_month

    def since(end: str | None) -> str | None:
        if not end:
            return None
        year = int(end[:4]) - (first_month > last_month)
        begin = day(year, first_month, found.number("day") or 0)
        return f"{begin}/{end}" if begin and begin.isoformat() <= end else None

    value = since(last.value)
    if value is None:
        return None
    return replace(last, value=value, past=since(last.past), future=since(last.future), precision="range")


def follow(found: Found, name: str) -> bool:
    """True where "and" joins two days or months of which the second follows the first: a stretch of two."""
    return (found.number(f"{name}2") or 0) - (found.number(name) or 0) in (1, -30, -29, -11)


def read_months(found: Found) -> Reading | None:
    """Two months of a year: "March to May 2025", "November 2024 - March 2025"."""
    if "and" in found and "between" not in found and not follow(found, "month"):
        return None
    second = {k: v for k, v in found.words.items() if k not in ("month", "year1")}
    second["month"] = second.pop("month2")
    last = read_month(Found(second, found.setting))
    if last is None or last.value is None:
        return last and replace(last, precision="range")
    first = found.number("month") or 0
    wraps = first > (found.number("month2") or 0)

    def since(end: str | None) -> str | None:
        return f"{month_of(int(end[:4]) - wraps, first)}/{end}" if end else None

    return replace(last, value=since(last.value), past=since(last.past), future=since(last.future), precision="range")


def read_count(found: Found) -> Reading | None:
    """ "the next five years": from the document's unit to the one so many on; backwards for "the last"."""
    anchor, many, direction = found.setting.anchor, found.number("n"), found.number("rel")
    if many is None or not direction:
        return absent(VAGUE, "range", relative=True)
    if anchor is None:
        return absent(UNDATED, "range", relative=True)
    here, there = moved(anchor, found.key("unit"), 0), moved(anchor, found.key("unit"), many * direction)
    if here is None or there is None:
        return None
    ends = sorted((here, there))
    return relative(interval(*ends), "range")


def read_ago(found: Found) -> Reading | None:
    """ "two years ago" is that year, "three weeks ago" that week, "ten days ago" that day."""
    anchor, many, unit = found.setting.anchor, found.number("n"), found.key("unit")
    if many is None:
        return absent(VAGUE, unit, relative=True)
    if anchor is None:
        return absent(UNDATED, unit, relative=True)
    many *= int(found.key("ago") or -1)
    value = week_of(anchor, many) if unit == "week" and many < 9999 else moved(anchor, unit, many)
    return relative(value, unit) if value else None


def read_within(found: Found) -> Reading | None:
    """ "within 30 days": a deadline so long after the document's date."""
    anchor, many, unit = found.setting.anchor, found.number("n"), found.key("unit")
    if many is None:
        return absent(VAGUE, "day", relative=True, relation="by")
    if anchor is None:
        return absent(UNDATED, "day", relative=True, relation="by")
    there = moved(anchor, unit, many)
    if there is None:
        return None
    if len(there) < 10:
        year, month = int(there[:4]), int(there[5:] or anchor.month)
        last = bounds(month_of(year, month))[1]
        there = str(last and min(last, day(year, month, anchor.day) or last))
    return relative(there, "day", relation="by")


def read_duration(found: Found) -> Reading | None:
    """A length of time: value P3D, P2W, P6M, P10Y (ISO 8601); no date by itself."""
    many, unit = found.number("n"), found.key("unit")
    sign, factor = {
        "day": ("D", 1),
        "week": ("W", 1),
        "fortnight": ("W", 2),
        "month": ("M", 1),
        "quarter": ("M", 3),
        "year": ("Y", 1),
        "decade": ("Y", 10),
    }.get(unit, ("", 0))
    return Reading(f"P{many * factor}{sign}", "duration") if many and sign else None


def read_length(found: Found) -> Reading | None:
    """A length of time in one word, which the pack has as its value."""
    return Reading(found.key("length"), "duration")


def read_vague(found: Found) -> Reading | None:
    """Words for a time that nobody can put a date to ("in the coming months")."""
    return absent(VAGUE, "vague", relative=True)


RULES: Mapping[str, Rule] = {
    "day": read_day,
    "numeric": read_numeric,
    "deictic": read_deictic,
    "weekday": read_weekday,
    "month": read_month,
    "quarter": read_quarter,
    "half": read_quarter,
    "year": read_year,
    "years": read_years,
    "decade": read_decade,
    "season": read_season,
    "end": read_end,
    "week-of": read_week_of,
    "relative": read_relative,
    "fiscal": read_fiscal,
    "days": read_days,
    "months": read_months,
    "count": read_count,
    "ago": read_ago,
    "within": read_within,
    "duration": read_duration,
    "length": read_length,
    "vague": read_vague,
}
