"""Read entries, series, frameworks and coverage from the tables: many at a time, with few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, and_, func, select

from servanda.ledger import deriving, listing
from servanda.ledger.days import gap, stretch
from servanda.ledger.folding import entry_of
from servanda.ledger.followthrough import Watch, status
from servanda.ledger.judging import Rulings
from servanda.ledger.query import Query
from servanda.ledger.records import Coverage, Entry, Filed, Framework, Line, Series
from servanda.ledger.rows import parties_key
from servanda.ledger.schema import chunks, documents, members, read, watched
from servanda.ledger.series import series_of
from servanda.ledger.words import read_title

MANY = 400  # entries looked at for series and frameworks
CROWD = 4 * deriving.FEW  # letters: the keys of more parties than watch each two of theirs are longer
COUNTED = 1000  # texts looked at for the median time to a signature


def full(connection: Connection, ids: Sequence[str], ruled: Rulings, as_of: str) -> list[Entry]:
    """Return entries in full, in the order of the ids; those that are gone are left out."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for some in chunks(ids):
        for n, entry in connection.execute(select(members.c.claim, members.c.entry).where(members.c.entry.in_(some))):
            numbers[entry].append(n)
    filed = deriving.filed_claims(connection, sorted(n for of in numbers.values() for n in of), ruled)
    later = deriving.successors(connection, filed, ruled, deriving.successions(connection, filed))
    looked = watches(connection, filed.values())
    made: list[Entry] = []
    for entry_id in ids:
        of = [filed[n] for n in numbers.get(entry_id, ()) if n in filed]
        if of:
            made.append(dated_entry(of, ruled, as_of, looked, deriving.successor(of, later)))
    return made


def dated_entry(
    of: Sequence[Filed], ruled: Rulings, as_of: str, looked: dict[str, str], successor: str | None
) -> Entry:
    """Return the entry with the status that it has on a day, its parties having been watched up to the day known."""
    bare = entry_of(of, ruled, as_of, successor=successor)
    last = max(looked.get(parties_key(bare.parties), ""), looked.get(deriving.EVERYBODY, ""))
    return replace(bare, status=status(bare.kind, bare.history, Watch(last or None), as_of, successor))


def watches(connection: Connection, filed: Iterable[Filed]) -> dict[str, str]:
    """Return the last day on which each set of parties was watched."""
    wanted = {parties_key(f.claim.parties) for f in filed} | {deriving.EVERYBODY}
    found: dict[str, str] = {}
    for some in chunks(sorted(wanted)):
        for parties, last in connection.execute(
            select(watched.c.parties, watched.c.last).where(watched.c.parties.in_(some))
        ):
            found[parties] = last
    return found


def series_among(connection: Connection, query: Query, as_of: str) -> list[Series]:
    """Return the series whose sessions a query finds, the longest first."""
    found = listing.sessions(connection, query, as_of, MANY)
    decided = listing.standing_under(connection, query, as_of, MANY) if found else []
    return series_of(found, decided, as_of)


def frameworks_among(connection: Connection, query: Query, as_of: str) -> list[Framework]:
    """Return the entries under whose name others stand, those with most first."""
    below = listing.standing_under(connection, query, as_of, MANY)
    wanted = sorted({line.under for line in below if line.under})
    by_word: dict[str, list[Line]] = defaultdict(list)
    for line in listing.lines(connection, query, as_of, MANY) if below else ():
        for word in read_title(line.title).words:
            by_word[word].append(line)
    made: dict[str, tuple[Line, list[Line]]] = {}
    for under in wanted:
        standing = [line for line in below if line.under == under]
        for line in {line.id: line for word in read_title(under).words for line in by_word[word]}.values():
            if names(under, line):
                made.setdefault(line.id, (line, []))[1].extend(other for other in standing if other.id != line.id)
    found = [Framework(line, tuple(of), sum(other.moved for other in of)) for line, of in made.values() if of]
    return sorted(found, key=lambda f: (-len(f.under), f.entry.id))


def names(under: str | None, line: Line) -> bool:
    """True where the words under which an entry stands are those of another's title.

    All telling ones, and no other year or number.
    """
    if not under:
        return False
    ours, theirs = read_title(under), read_title(line.title)
    if (ours.years and theirs.years and not ours.years & theirs.years) or ours.ordinals != theirs.ordinals:
        return False
    telling = {word for word, weight in ours.words.items() if weight >= 0.2}
    shared = telling & theirs.words.keys()
    return bool(shared) and len(shared) >= 0.75 * len(telling) and sum(ours.words[word] for word in shared) >= 0.6


def coverage(connection: Connection, parties: Sequence[str]) -> list[Coverage]:
    """Return what was read about parties, most documents first; no parties ask for all that was read.

    Reports of a crowd are not counted under each two of it: they are sought only where nothing else speaks of the two.
    """
    found = counted(connection, read.c.parties == (parties_key(parties) or deriving.ANYBODY))
    if not found and not parties:
        return all_read(connection)
    if found or len(parties) < 2:
        return found
    among = [(" " + read.c.parties + " ").like(f"% {party} %") for party in parties]
    return counted(connection, and_(func.length(read.c.parties) > CROWD, *among))


def counted(connection: Connection, which: ColumnElement[bool]) -> list[Coverage]:
    """Return the documents, with their first and last day, by publisher and language."""
    asked = select(
        read.c.publisher, read.c.language, func.sum(read.c.documents), func.min(read.c.first), func.max(read.c.last)
    )
    asked = asked.where(which).group_by(read.c.publisher, read.c.language)
    rows = connection.execute(asked.order_by(func.sum(read.c.documents).desc(), read.c.publisher))
    return [Coverage(*row) for row in rows]


def all_read(connection: Connection) -> list[Coverage]:
    """Return the same from the documents themselves, for ledgers whose tables are of an earlier version."""
    publisher, language, day = (
        func.coalesce(of, "") for of in (documents.c.publisher, documents.c.language, documents.c.date)
    )
    asked = select(publisher, language, func.count(), func.min(day), func.max(day)).group_by(publisher, language)
    return [Coverage(*row) for row in connection.execute(asked.order_by(func.count().desc(), publisher))]


def waits(connection: Connection, query: Query, as_of: str) -> list[int]:
    """Return the days from agreed to signed of the texts that a query finds, the latest first."""
    told = listing.waits(connection, query, as_of, COUNTED)
    return [gap(stretch(agreed), stretch(concluded)) for agreed, concluded in told]
