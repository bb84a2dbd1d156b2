"""How different undertakings belong together: part of, during, in one series, followed by.

What is linked is never merged: a visit and the agreement signed during it are two entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from servanda.ledger import answering, deriving, listing
from servanda.ledger.days import gap, known, length, stretch
from servanda.ledger.finding import homes
from servanda.ledger.query import Query
from servanda.ledger.records import Line, Link
from servanda.ledger.rows import parties_key
from servanda.ledger.schema import members
from servanda.ledger.series import SHARED, name_words
from servanda.model import Kind

NEAR = 400  # entries of the same parties that are looked at
EVENT = 31  # days: a meeting told more loosely than this has no "during"


def links_of(connection: Connection, entry: str, as_of: str) -> list[Link]:
    """Return the entries that belong with one, each once, by the closest way in which it does."""
    found = listing.by_ids(connection, [entry], as_of)
    if not found:
        return []
    own = found[0]
    others = [line for line in listing.lines(connection, Query(parties=own.parties), as_of, NEAR) if line.id != entry]
    made: dict[str, Link] = {}
    for link in (*succession(connection, own, as_of), *(link for other in others for link in between(own, other))):
        made.setdefault(link.entry, link)
    return list(made.values())


def between(own: Line, other: Line) -> Iterator[Link]:
    """Yield the ways in which two lines belong together."""
    if answering.names(own.under, other):
        yield Link(other.id, other.title, "part of", f"stands under “{own.under}”")
    if answering.names(other.under, own):
        yield Link(other.id, other.title, "has part", f"stands under “{other.under}”")
    if during(own, other):
        yield Link(other.id, other.title, "during", f"on {own.event}, within {other.event}")
    if during(other, own):
        yield Link(other.id, other.title, "meanwhile", f"on {other.event}, within {own.event}")
    if own.parties == other.parties and one_series(own, other):
        yield Link(other.id, other.title, "in one series", f"number {other.ordinal}" if other.ordinal else "")


def during(thing: Line, meeting: Line) -> bool:
    """True where a thing was concluded or held on the days of a visit or meeting between the same parties."""
    if meeting.kind is not Kind.MEETING or thing.parties != meeting.parties or not meeting.event or not thing.event:
        return False
    inner, outer = length(stretch(thing.event)), length(stretch(meeting.event))
    if inner is None or outer is None or outer > EVENT or inner > outer:
        return False
    return known(stretch(thing.event)) and gap(stretch(thing.event), stretch(meeting.event)) == 0


def one_series(own: Line, other: Line) -> bool:
    if own.kind is not Kind.MEETING or other.kind is not Kind.MEETING or not (own.ordinal and other.ordinal):
        return False
    ours, theirs = name_words(own.title), name_words(other.title)
    return bool(ours) and len(ours & theirs) >= SHARED * max(1, min(len(ours), len(theirs)))


def succession(connection: Connection, own: Line, as_of: str) -> Iterator[Link]:
    """Yield the entries of the same name that came before or after."""
    numbers = connection.execute(select(members.c.claim).where(members.c.entry == own.id)).scalars().all()
    pairs = deriving.successions(connection, numbers)
    home = homes(connection, sorted({n for pair in pairs for n in pair}))
    ids = sorted(set(home.values()) - {own.id})
    for other in listing.by_ids(connection, ids, as_of):
        later = (other.event or other.last) > (own.event or own.last)
        yield Link(other.id, other.title, "followed by" if later else "follows", parties_key(other.parties))
