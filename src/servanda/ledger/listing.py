"""Lists of entries from the materialised table: filters, order and status in SQL.

The status of a line is what ``followthrough.status`` says of the entry on that day; a
test holds the two together.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)

from servanda.ledger.deriving import EVERYBODY, last_watched
from servanda.ledger.followthrough import SILENCE, SOON
from servanda.ledger.line_rows import line_from, lined
from servanda.ledger.query import Query
from servanda.ledger.records import SETTLED, Line, StatusName, Tally
from servanda.ledger.rows import parties_key
from servanda.ledger.schema import claims, entries, entry_parties, members, remembered, watched, wide, wide_pairs
from servanda.ledger.seeking import shifted, sought
from servanda.model import Kind

if TYPE_CHECKING:
    from servanda.ledger.census import Census

NEWEST = (entries.c.last.desc(), entries.c.id.desc())
SORTED = ((entries.c.last + "").desc(), entries.c.id.desc())  # the same, where another index finds few
PARTIES = text(
    "WITH RECURSIVE next(party) AS (SELECT min(party) FROM entry_parties UNION ALL"
    " SELECT (SELECT min(party) FROM entry_parties WHERE party > next.party) FROM next WHERE next.party IS NOT NULL)"
    " SELECT party FROM next WHERE party IS NOT NULL"
)  # each once, from one place of the index to the next
DAY: Callable[[str], ColumnElement[str]] = bindparam
WALKED = 5  # entries for each that is sought are looked at one after another before an index is asked
FAR = 4000  # hits of a word query that are ranked; more would not be read
RANKED = (
    "SELECT rowid FROM (SELECT rowid, rank AS place FROM {table} WHERE {table} MATCH :words"
    f" ORDER BY rowid DESC LIMIT {FAR}) ORDER BY place, rowid LIMIT :few"
)  # of very many hits the ones filed last are ranked


def lines(connection: Connection, query: Query, as_of: str, limit: int | None, offset: int = 0) -> list[Line]:
    """Return the entries that a query asks for, newest report first unless it says otherwise."""
    far = None if limit is None else limit + offset
    parts = parted(connection, query, as_of)
    if len(parts) == 1:
        asked = in_order(parts[0].asked(*lined(parts[0].status)), query).limit(limit).offset(offset)
        return [line_from(row) for row in connection.execute(asked)]
    return merged(connection, parts, query, far)[offset:far]


def merged(connection: Connection, parts: Iterable[Part], query: Query, far: int | None) -> list[Line]:
    """Return the first lines of several parts of a query as one list in its order."""
    columns, descending = order(query)
    places = [column for column in columns if isinstance(column, Column)]
    asked = (in_order(part.asked(*places, *lined(part.status)), query).limit(far) for part in parts)
    found = [tuple(row) for one in asked for row in connection.execute(one)]
    count = len(places)
    found.sort(key=lambda row: tuple((value is not None, value or "") for value in row[:count]), reverse=descending)
    if query.sort == "due" and not query.due:
        found.sort(key=lambda row: row[0] is None)
    return [line_from(row[count:]) for row in found]


def by_ids(connection: Connection, ids: Sequence[str], as_of: str) -> list[Line]:
    """Return the lines of entries in the order of their ids; those that are gone are left out."""
    asked = chosen(connection, Query(), as_of, *lined(status_on(connection, as_of)))
    found = {row[0]: line_from(row) for row in connection.execute(asked.where(any_of(entries.c.id, ids)))}
    return [found[entry] for entry in ids if entry in found]


def counted(connection: Connection, query: Query, as_of: str) -> dict[StatusName, int]:
    """Return how many entries a query finds, by status."""
    found: Counter[StatusName] = Counter()
    for tally in tallied(connection, query, as_of):
        found[tally.status] += tally.count
    return dict(found)


def tallied(connection: Connection, query: Query, as_of: str) -> list[Tally]:
    """Return how many entries a query finds, by kind and status, and how many of them were promised before."""
    return remembered(connection, ("tally", query, as_of), lambda: summed_up(connection, query, as_of))


def summed_up(connection: Connection, query: Query, as_of: str) -> list[Tally]:
    census = census_of(connection)
    if census is not None and (told := census.tally(connection, query, as_of)) is not None:
        return told
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for kind, status, count, promised in summed(connection, query, as_of, entries.c.kind):
        before = found.get((kind, status), (0, 0))
        found[kind, status] = (before[0] + count, before[1] + promised)
    return [Tally(Kind(kind), StatusName(status), *counts) for (kind, status), counts in found.items()]


def census_of(connection: Connection) -> Census | None:
    """Return the counts that are kept where a ledger is served, if this connection only reads."""
    options = connection.get_execution_options()
    return None if options.get("immediate") else options.get("census")


def summed(connection: Connection, query: Query, as_of: str, *columns: Column[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield values of some columns, a status, how many entries a query finds of both, how many were promised before.

    One combination may come several times, with other entries. What is settled is counted as an index has it.
    """
    for part in countable(connection, query, as_of):
        for status, which in part.halves():
            asked = part.asked(*columns, status, func.count(), func.count(entries.c.promised)).where(which)
            yield from map(tuple, connection.execute(asked.group_by(*columns, status)))


@dataclass(frozen=True, slots=True)
class Part:
    """Entries to be asked for: all that a query finds, or of two parties those of the dyad and the wider ones apart.

    ``looked`` is the last day on which the dyad was watched, None where the entries have several parties; ``keys`` are
    the dyads of one party, or all its sets of parties: then ``whole`` is what is asked.
    """

    connection: Connection
    query: Query
    status: ColumnElement[str]
    key: str | None = None
    wider: Select[Any] | None = None
    looked: str | None = None
    keys: Sequence[str] = ()
    whole: Query | None = None

    @property
    def bare(self) -> bool:
        """True for all entries: no set of parties is named, nor anything else."""
        return self.key is None and self.wider is None and not self.keys and replace(self.query, sort=None) == Query()

    @property
    def named(self) -> ColumnElement[str]:
        return self.status.label("status")

    def halves(self) -> Sequence[tuple[ColumnElement[str], ColumnElement[bool]]]:
        """Return what is settled and what is not, each with its status: an index that begins so has all of one half."""
        settled = entries.c.settled
        return (settled, settled.is_not(None)), (self.status, settled.is_(None))

    def asked(self, *columns: Any) -> Select[Any]:
        made: Select[Any] = select(*columns)
        if self.key is not None:
            made = made.select_from(entries).where(entries.c.parties == self.key)
        else:
            made = made.select_from(entries.outerjoin(watched, watched.c.parties == entries.c.parties))
        if self.keys:
            made = made.where(any_of(entries.c.parties, self.keys))
        if self.wider is not None:
            made = made.where(entries.c.id.in_(self.wider))
        return narrowed(self.connection, made, self.query, self.status)


def parted(connection: Connection, query: Query, as_of: str) -> list[Part]:
    """Return a query in the parts in which an index answers it."""
    wanted, status = sorted(set(query.parties)), status_on(connection, as_of)
    if len(wanted) != 2 or query.words:
        return [Part(connection, query, status)]
    bare, key = replace(query, parties=()), parties_key(wanted)
    looked = remembered(connection, ("watched", key), lambda: last_watched(connection, wanted).last or "")
    parts = [Part(connection, bare, status_of(as_of, looked), key, looked=looked)]
    wider = wider_of_two(key)
    if remembered(connection, ("wider", key), lambda: connection.execute(wider.limit(1)).first() is not None):
        parts.append(Part(connection, bare, status, wider=wider))
    return parts


def countable(connection: Connection, query: Query, as_of: str) -> list[Part]:
    """Return a query in the parts in which all that it finds is read fastest: of one party by its dyads."""
    if len(set(query.parties)) != 1 or query.words:
        return parted(connection, query, as_of)
    party, status, bare = query.parties[0], status_on(connection, as_of), replace(query, parties=())
    if keys := known_sets(connection, party, as_of):
        return [Part(connection, bare, status, keys=keys, whole=query)]
    others = connection.execute(PARTIES).scalars()
    keys = [parties_key(sorted({party, other})) for other in others]
    wider = select(wide.c.entry).where(wide.c.party == party)
    return [Part(connection, bare, status, keys=keys), Part(connection, bare, status, wider=wider)]


def known_sets(connection: Connection, party: str, as_of: str) -> Sequence[str]:
    """Return the keys of all sets of parties of which one is, where counts are kept of them; else none."""
    if (census := census_of(connection)) is None:
        return ()
    asked = Query(parties=(party,))
    return remembered(connection, ("sets", party), lambda: sorted(census.sets(connection, asked, as_of)))


def chosen(connection: Connection, query: Query, as_of: str, *columns: Any) -> Select[Any]:
    """Ask for columns of the entries that a query finds."""
    asked: Select[Any] = select(*columns).select_from(
        entries.outerjoin(watched, watched.c.parties == entries.c.parties)
    )
    return narrowed(connection, asked, query, status_on(connection, as_of))


def standing_under(connection: Connection, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the entries that a query finds and that stand under something, last reported first."""
    asked = ("under", query, as_of, limit)
    return remembered(connection, asked, lambda: having(connection, query, as_of, entries.c.under, limit))


def sessions(connection: Connection, query: Query, as_of: str, limit: int) -> list[Line]:
    """Return the entries that a query finds and that can be sessions of a series, last reported first."""
    return having(connection, query, as_of, entries.c.series, limit)


def having(connection: Connection, query: Query, as_of: str, column: Column[Any], limit: int) -> list[Line]:
    found: list[Line] = []
    for part in countable(connection, query, as_of):
        if part.keys or part.bare:  # of many the newest are sought before their lines are read
            ids = walked(part, column, limit) if part.bare else []
            if len(ids) < limit:
                some = part.asked(entries.c.id).where(column.is_not(None)).order_by(*SORTED).limit(limit)
                ids = newest_ids(part, some, limit)
            found += by_ids(connection, ids, as_of)
            continue
        asked = part.asked(*lined(part.status)).where(column.is_not(None)).order_by(*NEWEST).limit(limit)
        found += map(line_from, connection.execute(asked))
    return sorted(found, key=lambda line: (line.last, line.id), reverse=True)[:limit]


def walked(part: Part, column: Column[Any], limit: int) -> list[str]:
    """Return those of the last reported entries that have something in a column, as far as they are not rare."""
    asked = part.asked(entries.c.id, column).order_by(*NEWEST).limit(WALKED * limit)
    return [entry for entry, value in part.connection.execute(asked) if value is not None][:limit]


def newest_ids(part: Part, asked: Select[Any], limit: int) -> list[str]:
    """Return the ids that are asked for, of many sets of parties sought back from the last report of all."""
    last = part.connection.execute(select(func.max(entries.c.last))).scalar() if part.keys else None
    return sought(part.connection, asked, entries.c.last, (last or "")[:10], limit)


def waits(connection: Connection, query: Query, as_of: str, limit: int) -> list[tuple[str, str]]:
    """Return when texts that a query finds were agreed and when concluded, those last reported first."""
    both = (entries.c.kind == Kind.INSTRUMENT, entries.c.agreed <= entries.c.concluded)
    found: list[tuple[str, str, str]] = []
    for part in countable(connection, query, as_of):
        asked = part.asked(entries.c.last, entries.c.agreed, entries.c.concluded).where(*both)
        found += [(row[0], row[1], row[2]) for row in connection.execute(asked.order_by(*NEWEST).limit(limit))]
    return [(agreed, concluded) for _, agreed, concluded in sorted(found, reverse=True)[:limit]]


def status_on(connection: Connection, as_of: str) -> ColumnElement[str]:
    """Return the status of an entry on a day as SQL; the same rules as ``followthrough``."""
    return status_with(as_of, all_watched(connection))


def all_watched(connection: Connection) -> str:
    """Return the last day on which all parties were watched at once, "" for never."""
    asked = select(watched.c.last).where(watched.c.parties == EVERYBODY)
    return remembered(connection, ("watched", EVERYBODY), lambda: connection.execute(asked).scalar() or "")


@lru_cache(maxsize=64)
def status_with(as_of: str, everybody: str) -> ColumnElement[str]:
    """Return the status of entries that are read with the day on which their own parties were last watched."""
    looked = func.max(func.coalesce(watched.c.last, ""), everybody)
    return ruled(as_of, looked, looked > func.date(entries.c.firm_last, f"+{SILENCE} days"))


@lru_cache(maxsize=256)
def status_of(as_of: str, looked: str) -> ColumnElement[str]:
    """Return the status, as ``status_on`` does, of entries whose parties were last watched on one day."""
    return ruled(as_of, literal(looked), entries.c.firm_last < before_silence(looked))


def before_silence(looked: str) -> str:
    """Return the day before which a last report was too old on the day of a look; "" where nobody looked."""
    return shifted(looked, -SILENCE) if looked else ""


def ruled(as_of: str, looked: ColumnElement[str], unheard: ColumnElement[bool]) -> ColumnElement[str]:
    soon, silent = shifted(as_of, SOON), shifted(as_of, -SILENCE)
    return case(
        (entries.c.stage.is_(None), StatusName.OPEN.value),
        (entries.c.settled.is_not(None), entries.c.settled),
        (and_(entries.c.due_last < as_of, looked > entries.c.due_last), StatusName.OVERDUE.value),
        (entries.c.due_last < as_of, StatusName.UNWATCHED.value),
        (entries.c.due_last <= soon, StatusName.DUE_SOON.value),
        (entries.c.due_last.is_not(None), StatusName.OPEN.value),
        (and_(entries.c.firm_last < silent, unheard), StatusName.SILENT.value),
        else_=StatusName.OPEN.value,
    )


@lru_cache(maxsize=16)
def standing(status: StatusName) -> ColumnElement[bool]:
    """Return which entries have a status, as ``status_of`` tells it, in words that an index follows; see ``days``."""
    e, (soon, looked, unheard) = entries.c, map(DAY, ("soon", "looked", "unheard"))
    told, waiting, undated = e.stage.is_not(None), e.settled.is_(None), e.due_last.is_(None)
    if status in SETTLED:
        return e.settled == status.value
    if status is StatusName.OVERDUE:
        return and_(waiting, e.due_last < DAY("passed"), told)
    if status is StatusName.UNWATCHED:
        return and_(waiting, e.due_last >= looked, e.due_last < DAY("as_of"), told)
    if status is StatusName.DUE_SOON:
        return and_(waiting, e.due_last >= DAY("as_of"), e.due_last <= soon, told)
    if status is StatusName.SILENT:
        return and_(waiting, undated, e.firm_last < unheard, told)
    fresh = and_(undated, or_(e.firm_last >= unheard, e.firm_last.is_(None)))
    return or_(e.stage.is_(None), and_(waiting, or_(e.due_last > soon, fresh)))


def days(as_of: str, looked: str) -> dict[str, str]:
    """Return the days that ``standing`` compares with, for parties that were last watched on one day."""
    unheard = min(shifted(as_of, -SILENCE), before_silence(looked))
    told = {"as_of": as_of, "looked": looked, "passed": min(as_of, looked)}
    return told | {"soon": shifted(as_of, SOON), "unheard": unheard}


def narrowed(connection: Connection, asked: Select[Any], query: Query, status: ColumnElement[str]) -> Select[Any]:
    return limited(among(connection, asked, query.parties) if query.parties else asked, query, status)


def limited(asked: Select[Any], query: Query, status: ColumnElement[str]) -> Select[Any]:
    """Keep the entries that meet all of a query but its parties."""
    e = entries.c
    for column, values in (
        (e.stage, query.stages),
        (e.kind, query.kinds),
        (e.form, query.forms),
        (status, query.statuses),
    ):
        if values:
            asked = asked.where(column.in_([str(value) for value in values]))
    if query.due and query.statuses and SETTLED.isdisjoint(query.statuses):
        asked = asked.where(e.settled.is_(None))  # what an index of the due dates begins with
    for column, days in ((e.due_last, query.due), (e.event, query.held)):
        if days:
            asked = asked.where(column.is_not(None), *between(column, days))
    for domain in query.domains:
        asked = asked.where((literal(" ") + e.domains + " ").like(f"% {domain} %"))
    for party in query.by:
        asked = asked.where((literal(" ") + e.by + " ").like(f"% {party} %"))
    if query.under:
        asked = asked.where(func.lower(e.under).contains(query.under.lower(), autoescape=True))
    checks: Sequence[tuple[bool, ColumnElement[bool]]] = (
        (query.since is not None, e.last >= (query.since or "")),
        (query.until is not None, e.first <= (query.until or "")),
        (query.conflicts, e.conflicts > 0),
        (query.slips, e.slips > 0),
        (query.review is not None, e.firm.is_(query.review is False)),
    )
    asked = asked.where(*(check for wanted, check in checks if wanted))
    if not query.words:
        return asked
    found = found_by_words(query.words, query.sort == "relevance")
    return asked.join(found, found.c.entry == e.id)


def among(connection: Connection, asked: Select[Any], parties: Sequence[str]) -> Select[Any]:
    """Keep the entries between all of these parties: of two, those of the dyad and the wider ones with both."""
    wanted = sorted(set(parties))
    if len(wanted) == 1:
        of = entry_parties.c
        return asked.join(entry_parties, and_(of.entry == entries.c.id, of.party == wanted[0]))
    if len(wanted) > 2:
        return asked.where(entries.c.id.in_(wider_among(connection, wanted)))
    wider = wider_of_two(parties_key(wanted))
    dyad = entries.c.parties == parties_key(wanted)
    some = connection.execute(wider.limit(1)).first() is not None
    return asked.where(or_(dyad, entries.c.id.in_(wider)) if some else dyad)


@lru_cache(maxsize=256)
def wider_of_two(key: str) -> Select[Any]:
    """Ask for the entries of three parties and more that have two parties: by their key, those of a crowd by each."""
    one, other = key.split()
    first, second = wide_pairs.alias(), wide_pairs.alias()
    crowd = select(first.c.entry).join(second, and_(second.c.entry == first.c.entry, second.c.parties == other))
    both = select(wide_pairs.c.entry).where(wide_pairs.c.parties == key)
    return select(both.union_all(crowd.where(first.c.parties == one)).subquery().c.entry)


def wider_among(connection: Connection, wanted: Sequence[str]) -> Select[Any]:
    """Ask for the entries of three parties and more that have all of these."""
    rarest = min(wanted, key=lambda party: connection.execute(party_size(party)).scalar() or 0)
    wider = select(wide.c.entry).where(wide.c.party == rarest)
    for other in wanted:
        if other != rarest:
            also = wide.alias()
            wider = wider.join(also, and_(also.c.entry == wide.c.entry, also.c.party == other))
    return wider


def party_size(party: str) -> Select[Any]:
    """Ask for about how many wider entries a party has: no more than are worth counting."""
    some = select(wide.c.entry).where(wide.c.party == party).limit(2000).subquery()
    return select(func.count()).select_from(some)


def between(column: ColumnElement[Any], days: tuple[str | None, str | None]) -> list[ColumnElement[bool]]:
    first, last = days
    return ([column >= first] if first else []) + ([column <= f"{last}~"] if last else [])


def match_expression(words: Sequence[str]) -> str:
    """Return words as a full-text query: all must occur; a term with a blank in it is a phrase.

    Of words joined by "|" any will do; "*" stands for any ending.
    """
    told = ([part for part in word.split("|") if part] or [word] for word in words)
    return " AND ".join("(" + " OR ".join(map(match_term, parts)) + ")" for parts in told)


def match_term(word: str) -> str:
    begun = len(word) > 2 and word.endswith("*") and word[:-1].isalpha()
    return '"' + word.rstrip("*" if begun else "").replace('"', " ").replace("\0", " ") + '"' + "*" * begun


def found_by_words(words: Sequence[str], ranked: bool) -> Subquery:
    """Ask for the entries of the claims in which all the words occur, with the rank of the best where it is wanted.

    Of very many claims the ones filed last are looked at.
    """
    place = "rank" if ranked else "0.0"  # ranking reads every hit
    hits = text(
        f"SELECT rowid AS n, {place} AS place FROM claim_words WHERE claim_words MATCH :words"
        " ORDER BY rowid DESC LIMIT :far"
    ).bindparams(words=match_expression(words), far=FAR)
    hit = hits.columns(claims.c.n, Column("place", Float)).subquery()
    best = select(members.c.entry, func.min(hit.c.place).label("place")).join(hit, hit.c.n == members.c.claim)
    return best.group_by(members.c.entry).subquery("found")


def in_order(asked: Select[Any], query: Query) -> Select[Any]:
    """Order as an index has it, so that a short list of many entries is walked and not sorted."""
    columns, descending = order(query)
    return asked.order_by(*(column.desc() if descending else column for column in columns))


def order(query: Query) -> tuple[list[ColumnElement[Any]], bool]:
    """Return the columns by which a query's entries are ordered, and whether all of them descend; no two share all."""
    if query.sort == "relevance" and query.words:
        return [literal_column("found.place"), entries.c.id], False
    if query.sort == "due" or (query.sort is None and query.due):
        never = [] if query.due else [entries.c.due_last.is_(None)]
        return [*never, entries.c.due_last, entries.c.id], False
    if len(set(query.parties)) == 1:
        return [entry_parties.c.last, entry_parties.c.entry], True
    return [entries.c.last, entries.c.id], True


def any_of(column: Column[Any], values: Sequence[str]) -> ColumnElement[bool]:
    """Ask for a column to have any of some values; they are given as one, however many there are."""
    return column.in_(select(func.json_each(json.dumps(values)).table_valued("value").c.value))
