"""Due dates and planned days as an iCalendar file (RFC 5545), through ``icalendar``.

Invariant: an entry keeps its UID whatever becomes of it, and every due date stated anew raises its SEQUENCE,
so that a calendar which reads the file again moves the event and keeps no second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from servanda.language.edtf import bounds
from servanda.ledger import Entry
from servanda.ledger.records import SETTLED

if TYPE_CHECKING:
    from icalendar import Event


def as_ics(
    entries: Iterable[Entry], name: str, link: Callable[[str], str] | None = None, at: str | None = None
) -> bytes:
    """Return a calendar of all that has a due date; ``link`` gives the address of an entry's page.

    An event stands on the last day of its due date, which is told as precise as it is known in the
    description and in X-SERVANDA-DUE (EDTF). ``at`` is the moment of writing (ISO, UTC).
    """
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//Servanda//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    stamp = datetime.fromisoformat(at) if at else datetime.now(UTC).replace(microsecond=0)
    for entry in entries:
        first, last = bounds(entry.due) if entry.due else (None, None)
        if day := last or first:
            made.add_component(event(entry, day, stamp, link))
    return bytes(made.to_ical())


def event(entry: Entry, day: date, stamp: datetime, link: Callable[[str], str] | None) -> Event:
    """Return one all-day event. Its first due date is SEQUENCE 0."""
    from icalendar import Event

    made = Event()
    made.add("uid", f"{entry.id}@servanda")
    made.add("dtstamp", stamp)
    made.add("dtstart", day)
    made.add("dtend", day + timedelta(days=1))
    made.add("x-servanda-due", entry.due)
    made.add("sequence", max(0, len(entry.history.dues) - 1))
    made.add("summary", f"{' – '.join(entry.parties)}: {entry.title}")
    made.add("description", described(entry))
    made.add("transp", "TRANSPARENT")
    made.add("categories", [str(entry.kind), str(entry.status.name)])
    made.add("status", "CONFIRMED" if entry.status.name in SETTLED else "TENTATIVE")
    if link:
        made.add("url", link(entry.id))
    return made


def described(entry: Entry) -> str:
    """Return stage, status, the due date as written, and the words that stated it with their source."""
    stated = entry.history.dues[-1]
    parts = [
        f"{entry.stage or 'unconfirmed'}, {entry.status.name}. Due {stated.due}, put off {entry.history.slips} times."
    ]
    if said := stated.said_by:
        source = ", ".join(filter(None, (said.card.publisher, said.card.date)))
        parts.append(f"“{said.quotation.words}”" + (f" ({source})" if source else ""))
    elif stated.judged_by:
        parts.append(f"Set by {stated.judged_by}.")
    return "\n".join(parts)
