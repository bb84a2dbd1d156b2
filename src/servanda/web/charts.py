"""An entry's history as a picture: its steps on a line of time, and its due dates above it with their slips.

Invariant: the picture is drawn here and holds no script; each mark leads to the words behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from servanda.exporting.dossier_parts import Dossier
from servanda.language.edtf import bounds
from servanda.ledger import Entry
from servanda.web import speaking, wording
from servanda.web.wording import in_text

WIDTH, EDGE = 960.0, 40.0
NEAR = 400  # days from the last mark within which today is shown
CLOSE = 74.0  # units between two labels that do not meet
DOT = 15.0  # and between two dots


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: ``kind`` is step or due, ``x`` and ``x2`` where it begins and ends, ``row`` how far from the line."""

    kind: str
    label: str
    stage: str
    x: float
    x2: float
    row: int
    address: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    marks: tuple[Mark, ...]
    years: tuple[tuple[float, str], ...]
    slips: tuple[tuple[float, float], ...]
    today: float | None
    height: float
    below: float
    line: float
    width: float = WIDTH


def timeline(of: Entry, today: date | None = None) -> Drawn:
    """Return the picture of an entry; empty where no step has a date."""
    now = today or date.today()
    steps = [(middle(s.when or s.day), s) for s in of.history.steps]
    dues = [(last_day(d.due), d) for d in of.history.dues]
    days = [d for d, _ in steps if d] + [d for d, _ in dues if d]
    if not days:
        return Drawn((), (), (), None, 0, 0, 0)
    first, last = min(days), max(days)
    last = now.toordinal() if last < now.toordinal() <= last + NEAR else last
    span = max(last - first, 200)

    def x(day: int) -> float:
        return round(EDGE + (day - first) / span * (WIDTH - 2 * EDGE), 1)

    marks, ends = [], dict[tuple[str, int], float]()
    for number, (day, step) in enumerate(steps, 1):
        if day:
            row = free(ends, "step", x(day))
            marks.append(Mark("step", step.when or step.day, str(step.stage), x(day), x(day), row, f"#step-{number}"))
    for day, due in dues:
        if day:
            lead = in_text(due.said_by.card.id, due.said_by.id) if due.said_by else "#judged"
            row = free(ends, "due", x(day))
            late = bool(due.slip and due.slip > 0)
            marks.append(Mark("due", due.due, "", x(day), x(day), row, lead, late))
    firm = [x(day) for day, due in dues if day]
    slips = [(a, b) for a, b in pairwise(firm) if b > a]
    line = 46 + 14 * max((m.row for m in marks if m.kind == "due"), default=0)
    below = line + 30 + 30 * max((m.row for m in marks if m.kind == "step"), default=0)
    at = x(now.toordinal()) if first <= now.toordinal() <= last else None
    return Drawn(tuple(marks), years(first, span, x), tuple(slips), at, below + 26, below, line)


def strip(of: Dossier) -> Drawn:
    """Return the steps of a dossier's timeline as one line of dots; those of one time stand above one another."""
    said = [s for section in of.sections if section.heading == "Timeline" for s in section.statements if s.quotations]
    placed = [(day, s) for s in said if s.day and (day := middle(s.day))]
    dated = sorted(placed, key=lambda one: (one[0], one[1].words))
    if not dated:
        return Drawn((), (), (), None, 0, 0, 0)
    first, span = dated[0][0], max(dated[-1][0] - dated[0][0], 200)
    ends, marks = dict[tuple[str, int], float](), []
    for day, one in dated:
        x = round(EDGE + (day - first) / span * (WIDTH - 2 * EDGE), 1)
        title, _, stage = one.words.rpartition(": ")
        lead = in_text(one.quotations[0].document, one.quotations[0].claim)
        label = f"{wording.dated(one.day)}, {speaking.word('stage', stage)}: {title}"
        marks.append(Mark("step", label, stage, x, x, free(ends, "step", x, DOT), lead))
    line = 14 + 15.0 * max(mark.row for mark in marks)
    marked = years(first, span, lambda day: round(EDGE + (day - first) / span * (WIDTH - 2 * EDGE), 1))
    return Drawn(tuple(marks), marked, (), None, line + 40, line + 18, line)


def free(ends: dict[tuple[str, int], float], kind: str, x: float, apart: float = CLOSE) -> int:
    """Return the nearest row on which a label meets no other, and keep its place there."""
    row = next(r for r in range(60) if ends.get((kind, r), -apart) + apart <= x or r == 59)
    ends[kind, row] = x
    return row


def years(first: int, span: int, x: Callable[[int], float]) -> tuple[tuple[float, str], ...]:
    """Return where each year begins within the picture, no more of them than can be read."""
    begin, end = date.fromordinal(first).year + 1, date.fromordinal(min(first + span, date.max.toordinal())).year
    step = max(1, (end - begin) // 12 + 1)
    return tuple((x(date(y, 1, 1).toordinal()), str(y)) for y in range(begin, end + 1, step))


def middle(edtf: str) -> int | None:
    """Return the middle day of a date, as a day number."""
    first, last = bounds(edtf)
    days = [d.toordinal() for d in (first, last) if d]
    return sum(days) // len(days) if days else None


def last_day(edtf: str) -> int | None:
    first, last = bounds(edtf)
    day = last or first
    return day.toordinal() if day else None
