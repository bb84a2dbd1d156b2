"""What is due and what is planned or was held, as a month's grid and as an iCalendar file.

Invariant: a date stands on a day of the grid only where a day is known; a month or a year stands below it.
"""

from __future__ import annotations

import calendar as almanac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import regex
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from servanda.exporting.calendar import as_ics
from servanda.exporting.days import MONTHS
from servanda.ledger import Ledger, Line
from servanda.ledger.surveying import by_month, of_each_day
from servanda.ledger.surveying import in_month as lines_in
from servanda.model import Stage
from servanda.problems import QueryError
from servanda.web.asked import Asked
from servanda.web.figures import Figures
from servanda.web.page import TheFigures, TheLedger, page
from servanda.web.wording import dyad

router = APIRouter()
MOST = 400  # entries of one month
OF_DAY = 5  # due, and as many planned or held, on one day where nothing is asked for
TAKEN = 2000  # entries of one file
Many = dict[str, tuple[int, int]]  # by day how many are due, and how many planned or held
CAME = frozenset({Stage.SIGNED, Stage.ACTIVE, Stage.DONE})


@dataclass(frozen=True, slots=True)
class Dated:
    """One thing in the calendar. ``day`` is None where only the month or the year is known."""

    title: str
    parties: tuple[str, ...]
    how: str
    status: str
    address: str
    day: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the grid; ``due`` and ``held`` count what it has in all, where it has more than is shown."""

    day: str
    within: bool
    events: tuple[Dated, ...]
    due: int = 0
    held: int = 0


@router.get("/calendar")
def month_page(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """One month; ``?month=2025-12`` names another."""
    asked = replace(Asked.of(request.query_params), due="")
    today = date.today().isoformat()
    month = month_asked(request.query_params.get("month", "")) or today[:7]
    shown, many = figures.of(f"month {month} {asked.query}", lambda: in_month(ledger, asked, month))
    found = [*shown, *expected(figures, asked, month)]
    counts = figures.of(f"months {month[:4]} {asked.query}", lambda: by_month(ledger, asked.query, month[:4]))
    told: dict[str, Any] = {
        "month": month,
        "before": moved(month, -1),
        "after": moved(month, 1),
        "strip": [(f"{month[:4]}-{n:02}", counts.get(f"{month[:4]}-{n:02}", 0)) for n in range(1, 13)],
        "weeks": weeks(month, found, many),
        "undated": [one for one in found if one.day is None],
        "total": max(len(found), counts.get(month, 0)) if many else len(found),
        "nearest": None if found else nearest(ledger, asked, today),
    }
    return page(request, "calendar.html", asked=asked, today=today, MONTHS=MONTHS, **told)


def month_asked(words: str) -> str | None:
    """Return a month that was asked for, None for none. Raises QueryError."""
    if not words.strip():
        return None
    if not regex.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", words.strip()):
        raise QueryError(f"{words}: is no month. Write it as 2025-12.")
    return words.strip()


def moved(month: str, by: int) -> str:
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{count // 12:04}-{count % 12 + 1:02}"


def in_month(ledger: Ledger, asked: Asked, month: str) -> tuple[list[Dated], Many]:
    """Return what is due, planned or was held in a month, each entry once for each of its days.

    Where nothing is asked for, that is some of each day, and how many there are on days that have more.
    """
    made: dict[tuple[str, str | None], Dated] = {}
    many: Many = {}
    if asked.query:
        lines = lines_in(ledger, asked.query, month, MOST)
    else:
        lines, counts = of_each_day(ledger, month, OF_DAY)
        many = {day: (due, held) for day, (due, held) in counts.items() if max(due, held) > OF_DAY}
    for line in lines:
        for one in dates_of(line, month):
            made.setdefault((one.address, one.day), one)
    return sorted(made.values(), key=lambda one: (one.day or "", one.how != "due", one.title)), many


def expected(figures: Figures, asked: Asked, month: str) -> list[Dated]:
    """Return the sessions that recurring meetings of the asked parties are expected to hold in a month."""
    if not asked.party:
        return []
    coming = [s for s in figures.series(asked.query) if (s.expected or "").startswith(month)]
    return [Dated(s.name, s.parties, "expected", "", f"/entries/{s.sessions[-1].entry}", s.expected) for s in coming]


def dates_of(line: Line, month: str) -> Iterator[Dated]:
    """Yield the dates of an entry that fall into a month: its due date, and when it was or will be held."""
    came = "held" if line.stage in CAME else "planned"
    for how, edtf in (("due", line.due), (came, line.event if line.event != line.due else None)):
        last = (edtf or "").rpartition("/")[2]
        known = last[:10] if regex.fullmatch(r"\d{4}-\d\d-\d\d", last[:10]) else None
        if last.startswith(month) or (not known and last == month[:4] and month.endswith("-12")):
            yield Dated(line.title, line.parties, how, line.status.value, f"/entries/{line.id}", known)


def weeks(month: str, found: Iterable[Dated], many: Many) -> list[list[Day]]:
    """Return the month's weeks from Monday, each day with what falls on it."""
    on: dict[str, list[Dated]] = {}
    for one in found:
        if one.day:
            on.setdefault(one.day, []).append(one)
    grid = almanac.Calendar().monthdatescalendar(int(month[:4]), int(month[5:]))
    return [[day_of(d.isoformat(), month, on, many) for d in week] for week in grid]


def day_of(day: str, month: str, on: Mapping[str, Iterable[Dated]], many: Many) -> Day:
    """Return a day with what falls on it; of a day that has too much some."""
    events = tuple(on.get(day, ()))
    if day not in many:
        return Day(day, day[:7] == month, events)
    due, other = ([one for one in events if (one.how == "due") is is_due][:OF_DAY] for is_due in (True, False))
    return Day(day, day[:7] == month, (*due, *other), *(n if n > OF_DAY else 0 for n in many[day]))


def nearest(ledger: Ledger, asked: Asked, today: str) -> str | None:
    """Return the month of what is due next, else of what was due last."""
    coming = ledger.entries(f"{asked.query} due:{today}.. sort:due", 1) or ledger.due(today, 1, None, asked.query)
    last = (coming[0].due or "").rpartition("/")[2] if coming else ""
    return None if not last else last[:7] if len(last) >= 7 else f"{last[:4]}-12"


@router.get("/calendar.ics")
def ics(request: Request, ledger: TheLedger) -> Response:
    """The due dates of all that is asked, or of one entry, as a file that calendars read."""
    asked = Asked.of(request.query_params)
    if ref := request.query_params.get("entry"):
        entries, name = [ledger.entry(ref)], "Servanda"
    else:
        entries = ledger.entries_in_full(ledger.entries(f"{asked.query} due:..9999-12-31", TAKEN))
        name = f"Servanda: {dyad(asked.party)}" if asked.party else "Servanda"
    base = str(request.base_url).rstrip("/")
    made = as_ics(entries, name, lambda entry: f"{base}/entries/{entry}")
    headers = {"content-disposition": 'attachment; filename="servanda.ics"'}
    return Response(made, media_type="text/calendar; charset=utf-8", headers=headers)
