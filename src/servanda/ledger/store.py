"""The ledger: facts kept in one file, and the entries that follow from them.

A source is filed in one transaction, so that an interrupted ``add`` leaves a whole
ledger, and adding the same thing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.dialects.sqlite import insert

from servanda.ledger import answering, copying, deriving, extracted, filing, finding, listing, refolding, settling
from servanda.ledger.checking import quotations_that_differ, tables_that_differ
from servanda.ledger.comparing import Compared
from servanda.ledger.filing import Sourced
from servanda.ledger.judging import anchor, judgement, resolve
from servanda.ledger.linking import links_of
from servanda.ledger.newest import latest
from servanda.ledger.query import Query, parse
from servanda.ledger.rebuilding import rebuilt
from servanda.ledger.records import (
    Anchor,
    Card,
    Checked,
    Coverage,
    Doubt,
    Entry,
    Filed,
    Filing,
    Framework,
    Hit,
    Judgement,
    Line,
    Link,
    Look,
    Match,
    Nearly,
    Series,
    StatusName,
    Tally,
)
from servanda.ledger.rows import claim_from, document_from, judgement_from, judgement_row, parties_key
from servanda.ledger.schema import (
    CACHE,
    claims,
    connected,
    default_path,
    documents,
    judgements,
    looks,
    members,
    opened,
    problems,
    told,
)
from servanda.model import Claim, Document, Source
from servanda.problems import LedgerError, Problem, QueryError

SHORTEST = 4  # letters of an id that are enough to ask by


class Ledger:
    """A ledger of claims and the entries made of them. Use ``Ledger.open``; a context manager.

    Every method that depends on the day takes ``as_of`` (ISO, today by default). Methods
    raise LedgerError where the file fails and QueryError where the question is wrong.
    """

    def __init__(self, engine: Engine, path: Path | None = None) -> None:
        self.engine = engine
        self.path = path
        self.where = str(path) if path else "the ledger in memory"

    @classmethod
    def open(cls, path: Path | str | None = None, cache: int = CACHE) -> Ledger:
        """Open the ledger at a path (SERVANDA_LEDGER or the user's data folder by default).

        Made where there is none; ``cache`` MiB of it are kept in memory.
        """
        where = Path(path) if path is not None else default_path()
        ledger = cls(opened(where, cache), where)
        ledger._complete()
        return ledger

    @classmethod
    def reading(cls, path: Path) -> Ledger:
        """Return a ledger that is there already, to look something up while another process writes."""
        return cls(connected(path, 1), path)

    @classmethod
    def in_memory(cls) -> Ledger:
        """Return an empty ledger that is gone when it is closed."""
        return cls(opened(None))

    def _complete(self) -> None:
        """Make the entries that an ``add`` which was stopped left unmade, unless another writer is at it now."""
        with suppress(LedgerError):
            with self.looking() as connection:
                waiting = settling.waiting(connection)
            if waiting:
                at_once = self.engine.execution_options(immediate=True, patience=0)
                with told(self.where), at_once.begin() as connection:
                    settling.settled(connection)

    def at(self, day: str, query: str | Query = "", known: str = "published") -> Ledger:
        """Return the ledger as it was knowable on a day, in memory: only what was published (or ``filed``) by then.

        A query that names parties restricts it to documents about them, which is much faster.
        """
        past = Ledger.in_memory()
        with self.looking() as old, past.writing() as new:
            copying.copy_until(old, new, day, asked(query).parties, known)
        past.rebuild()
        return past

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        with told(self.where), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction; another writer waits for it, an error undoes it."""
        with told(self.where), self.engine.execution_options(immediate=True).begin() as connection:
            yield connection

    # Filing

    def file(
        self,
        source: Source,
        documents_of: Sequence[Document],
        claims_of: Sequence[Claim],
        found: Iterable[Problem] = (),
        at: str | None = None,
        read_by: Sequence[str] | None = None,
        whole: Sequence[Document] = (),
    ) -> Filing:
        """File one source with its documents, claims and problems, and bring the entries up to date.

        Claims that an earlier run of the same extractor found in these documents and that
        are not among the claims now are withdrawn; ``read_by`` names the extractors that ran
        (none: nothing is withdrawn), else they are those of the claims. A claim whose quotations do not stand in its
        document is not filed; the problems say so. ``whole`` are documents that the rules read to their end.
        """
        sourced = Sourced(source, documents_of, claims_of, tuple(found), read_by, whole)
        with self.writing() as connection:
            made = filing.file_all(connection, [sourced], at or now())
            return replace(made, entries=tuple(settling.settled(connection)))

    def file_many(self, some: Sequence[Sourced], at: str | None = None) -> Filing:
        """File sources in one transaction; ``settle`` makes their entries, else whoever opens the ledger next."""
        with self.writing() as connection:
            return filing.file_all(connection, some, at or now())

    def settle(self, most: int = 0) -> list[str]:
        """Make the entries of the claims that wait for them; none where no more than ``most`` wait.

        Returns the ids of the entries made or changed.
        """
        with self.looking() as connection:
            if settling.waiting(connection) <= most:
                return []
        with self.writing() as connection:
            return settling.settled(connection)

    def present(self, ids: Iterable[str]) -> set[str]:
        """Return the ids that are those of entries now: an entry's founder may give way to an earlier claim."""
        with self.looking() as held:
            return settling.present(held, ids)

    def knows(self, document: Document) -> bool:
        """Return whether a document is filed with all that the rules, as they are now, find in it."""
        with self.looking() as connection:
            return extracted.is_extracted(connection, document)

    def write_down(
        self,
        words: str,
        claim: Claim,
        by: str,
        title: str | None = None,
        day: str | None = None,
        at: str | None = None,
        of: str | None = None,
        owner: str | None = None,
        next_step: str | None = None,
    ) -> Filing:
        """File what a person knows without a document ("told by phone"): an undertaking, a session, an update.

        ``words`` become a document of their own, published by the person; ``claim`` needs only its slots. It is
        marked as told by hand everywhere. ``of`` is the entry that it updates; ``owner`` is who follows it up.
        """
        if of:
            self.entry(of)
        source, document, made = filing.by_hand(words, claim, by, title, day or today(), at or now())
        filed = self.file(source, [document], [made], at=at)
        for verb, refs, value in (("same", (of,), None), ("owner", (), owner), ("next", (), next_step)):
            if value or any(refs):
                self.judge(verb, made.id, *filter(None, refs), by=by, why="told by hand", value=value, at=at)
        return replace(filed, entries=(self.entry(made.id).id,)) if of else filed

    def look(self, parties: Sequence[str], what: str, day: str | None = None) -> Look:
        """Note that somebody looked for news of these parties (of all, where none is named) on a day."""
        made = Look(tuple(sorted(parties)), day or date.today().isoformat(), what)
        key = parties_key(made.parties) or deriving.EVERYBODY
        with self.writing() as connection:
            connection.execute(
                insert(looks).on_conflict_do_nothing(), [{"parties": key, "day": made.day, "what": what}]
            )
            deriving.looked(connection, {key: made.day})
        return made

    # Asking

    def entries(
        self, query: str | Query = "", limit: int | None = 50, offset: int = 0, as_of: str | None = None
    ) -> list[Line]:
        """Return the entries that a query finds, as lines of a list."""
        with self.looking() as connection:
            return listing.lines(connection, asked(query), as_of or today(), limit, offset)

    def counts(self, query: str | Query = "", as_of: str | None = None) -> dict[StatusName, int]:
        """Return how many entries a query finds, by status."""
        with self.looking() as connection:
            return listing.counted(connection, asked(query), as_of or today())

    def due(
        self, before: str | None = None, limit: int | None = 50, as_of: str | None = None, query: str = ""
    ) -> list[Line]:
        """Return what is due and not settled, soonest first, the overdue included."""
        open_ = "status:open,due-soon,overdue,unwatched"
        return self.entries(f"{query} {open_} due:..{before or '9999-12-31'} sort:due".strip(), limit, 0, as_of)

    def entry(self, ref: str, as_of: str | None = None) -> Entry:
        """Return an entry by the id of any claim in it, by any id it ever had, or by the first letters of one."""
        day = as_of or today()
        with self.looking() as connection:
            ruled = settling.rulings_of(connection)
            claim_id = self._claim_id(connection, ref)
            home = select(members.c.entry).join(claims, claims.c.n == members.c.claim).where(claims.c.id == claim_id)
            found = answering.full(connection, [connection.execute(home).scalar() or ""], ruled, day)
        if not found:
            raise QueryError(f"{ref}: stands in no entry: the claim was rejected or withdrawn.")
        return found[0]

    def entries_in_full(self, lines: Sequence[Line], as_of: str | None = None) -> list[Entry]:
        """Return the full entries behind some lines, in their order."""
        return self.entries_by_id([line.id for line in lines], as_of)

    def entries_by_id(self, ids: Sequence[str], as_of: str | None = None) -> list[Entry]:
        """Return full entries in the order of their present ids; those that are gone are left out."""
        with self.looking() as connection:
            return answering.full(connection, ids, settling.rulings_of(connection), as_of or today())

    def series(self, query: str | Query, as_of: str | None = None) -> list[Series]:
        """Return the recurring meetings among the entries that a query finds, the longest first."""
        with self.looking() as connection:
            return answering.series_among(connection, asked(query), as_of or today())

    def frameworks(self, query: str | Query, as_of: str | None = None) -> list[Framework]:
        """Return the plans, commissions and meetings under which entries that a query finds stand.

        With those entries.
        """
        with self.looking() as connection:
            return answering.frameworks_among(connection, asked(query), as_of or today())

    def coverage(self, parties: Sequence[str]) -> list[Coverage]:
        """Return what was read about these parties (none: about all), by publisher and language."""
        with self.looking() as connection:
            return answering.coverage(connection, parties)

    def tally(self, query: str | Query = "", as_of: str | None = None) -> list[Tally]:
        """Return how many entries a query finds by kind and status, and how many of them were promised before."""
        with self.looking() as connection:
            return listing.tallied(connection, asked(query), as_of or today())

    def latest(self, query: str | Query, limit: int, as_of: str | None = None) -> list[Line]:
        """Return the last reported entries of each status, at most ``limit`` of each: one pass for a whole dossier."""
        with self.looking() as connection:
            return latest(connection, asked(query), as_of or today(), limit)

    def waits(self, query: str | Query, as_of: str | None = None) -> list[int]:
        """Return the days from agreed to signed of the texts that a query finds."""
        with self.looking() as connection:
            return answering.waits(connection, asked(query), as_of or today())

    def _claim_id(self, connection: Connection, ref: str) -> str:
        """Return the claim in force that an id, or the first letters of one, now means."""
        key = ref.strip().lower()
        if len(key) < SHORTEST:
            raise QueryError(
                f"{ref}: is too short for an id; give at least {SHORTEST} letters. Ids are listed by: servanda entries"
            )
        asked_ = select(claims.c.id, claims.c.withdrawn).where(claims.c.id >= key, claims.c.id < key + "g").limit(3)
        rows = connection.execute(asked_).all()
        if not rows:
            raise QueryError(f"{ref}: no such entry or claim. Ids are listed by: servanda entries")
        if len(rows) > 1:
            raise QueryError(f"{ref}: means {rows[0].id} or {rows[1].id}. Give more letters.")
        return rows[0].id if rows[0].withdrawn is None else self._heir(connection, rows[0].id)

    def _heir(self, connection: Connection, gone: str) -> str:
        """Return the claim that stands on the words of a withdrawn one."""
        old = claim_from(connection.execute(select(claims.c.record).where(claims.c.id == gone)).scalar_one())
        heir = resolve(anchor(old, gone), settling.claims_in(connection, [old.document]))
        if heir is None:
            raise QueryError(f"{gone}: was withdrawn, and nothing stands on its words now.")
        return heir

    def why(self, ref: str) -> list[tuple[Filed, Filed, Match]]:
        """Return why the claims of an entry are together.

        For each claim but the first its closest other, with the reasons.
        """
        return finding.nearest_before(self.entry(ref).claims)

    def nearly(self, ref: str, as_of: str | None = None) -> list[Nearly]:
        """Return the entries that nearly were the same, the nearest first."""
        of = self.entry(ref, as_of)
        with self.looking() as connection:
            return finding.nearly(connection, of, settling.rulings_of(connection))

    def links(self, ref: str, as_of: str | None = None) -> list[Link]:
        """Return the entries that belong with one without being the same: part of it, during it, before or after it."""
        of = self.entry(ref, as_of)
        with self.looking() as connection:
            return links_of(connection, of.id, as_of or today())

    def document(self, document_id: str) -> Document | None:
        with self.looking() as connection:
            row = connection.execute(select(documents).where(documents.c.id == document_id)).mappings().first()
        return document_from(row) if row else None

    def claims_in(self, document_id: str) -> list[tuple[Filed, str | None]]:
        """Return the claims of a document as judged, in reading order, each with the entry in which it stands."""
        with self.looking() as connection:
            return finding.claims_of(connection, document_id, settling.rulings_of(connection))

    def reprints(self, document_id: str) -> list[Card]:
        """Return the other documents that print the same text, oldest first."""
        with self.looking() as connection:
            return finding.reprints_of(connection, document_id)

    def search(
        self, words: str, what: str = "entries", limit: int = 50, as_of: str | None = None
    ) -> list[Line] | list[Hit]:
        """Return the entries, claims or documents in which all the words occur; claims and documents by relevance."""
        if what == "entries":
            return self.entries(words, limit, 0, as_of)
        table = "document_words" if what == "documents" else "claim_words"
        hits = text(listing.RANKED.format(table=table))
        asked_for = {"words": listing.match_expression(parse(words).words), "few": limit}
        with self.looking() as connection:
            found = connection.execute(hits, asked_for).scalars().all()
            if what == "documents":
                return finding.document_hits(connection, found)
            return finding.claim_hits(connection, found, settling.rulings_of(connection))

    def compare(self, documents_of: Sequence[Document], claims_of: Sequence[Claim]) -> list[Compared]:
        """Compare claims of documents that are not filed with the ledger.

        What is new, repeated, moved on or contradicted.
        """
        cards = {d.id: filing.card_of(d, now()) for d in documents_of}
        fresh = [Filed(c.id, c, cards[c.document], not c.review) for c in claims_of if c.document in cards]
        with self.looking() as connection:
            ruled = settling.rulings_of(connection)
            return [finding.compared(connection, filed, ruled) for filed in fresh]

    # Judging

    def judge(
        self,
        verb: str,
        *refs: str,
        by: str,
        why: str = "",
        slot: str | None = None,
        value: str | None = None,
        at: str | None = None,
    ) -> Judgement:
        """Pass a judgement on claims or entries and bring the entries up to date.

        ``same`` and ``different`` take two; ``accept``, ``reject``, ``correct`` (with ``slot``
        and ``value``), ``due``, ``note``, ``owner`` and ``next`` (with ``value``) one. On an entry, the
        judgement stands on its founding claim.
        """
        with self.writing() as connection:
            settling.settled(connection)
            on = [self._anchor(connection, ref) for ref in refs]
            made = judgement(verb, on, by, at or moment(), why, slot, value)
            connection.execute(insert(judgements).on_conflict_do_nothing(), [judgement_row(made)])
            self._replay(connection, made)
        return made

    def withdraw(self, judgement_id: str, at: str | None = None) -> Judgement:
        """Take a judgement back; it stays in the ledger with the day of its withdrawal."""
        with self.writing() as connection:
            row = (
                connection.execute(select(judgements).where(judgements.c.id.startswith(judgement_id)))
                .mappings()
                .first()
            )
            if row is None:
                raise QueryError(f"{judgement_id}: no such judgement. They are listed by: servanda judge --list")
            day = row["withdrawn"] or at or now()
            connection.execute(update(judgements).where(judgements.c.id == row["id"]).values(withdrawn=day))
            made = judgement_from({**row, "withdrawn": day})
            self._replay(connection, made)
        return made

    def judgements(self) -> list[Judgement]:
        """Return every judgement, the withdrawn ones too, oldest first."""
        with self.looking() as connection:
            rows = connection.execute(select(judgements).order_by(judgements.c.at, judgements.c.id)).mappings().all()
        return [judgement_from(row) for row in rows]

    def judgement_problems(self) -> list[Problem]:
        """Return the judgements that hold no longer: contradicted by later ones, or their claim is gone."""
        with self.looking() as connection:
            return settling.rulings_of(connection).problems

    def review(self, limit: int = 50) -> list[Doubt]:
        """Return what a person should decide: uncertain pairs, nearest first, then doubtful claims, surest first."""
        with self.looking() as connection:
            ruled = settling.rulings_of(connection)
            pairs = finding.doubtful_pairs(connection, ruled, limit)
            return pairs + finding.doubtful_claims(connection, ruled, limit - len(pairs))

    def _anchor(self, connection: Connection, ref: str) -> Anchor:
        claim_id = self._claim_id(connection, ref)
        record = connection.execute(select(claims.c.record).where(claims.c.id == claim_id)).scalar_one()
        return anchor(claim_from(record), claim_id)

    def _replay(self, connection: Connection, passed: Judgement) -> None:
        """Make again what a judgement changed: the claims it stands on, and all tied to them before and after."""
        ruled = settling.rulings_of(connection)
        numbers = set(deriving.numbers_of(connection, settling.standing(connection, [passed])[0].values()).values())
        if passed.verb in ("correct", "reject"):
            deriving.link(connection, numbers, ruled)
        refolding.refold(connection, numbers, ruled)

    # Keeping
    def rebuild(self) -> int:
        """Make every entry again from the facts; return how many there are. One transaction."""
        with self.writing() as connection:
            return rebuilt(connection, settling.rulings_of(connection), self.path)

    def check(self) -> Checked:
        """Verify each quotation against its document, make the entries again, and report what differed."""
        with self.writing() as connection:
            seen, quoted, bad = quotations_that_differ(connection)
            count, differing = tables_that_differ(
                connection, lambda: rebuilt(connection, settling.rulings_of(connection), self.path)
            )
            return Checked(seen, quoted, count, (*bad, *differing, *settling.rulings_of(connection).problems))

    def problems(self) -> list[Problem]:
        """Return what went wrong with the sources filed so far."""
        with self.looking() as connection:
            rows = connection.execute(select(problems).order_by(problems.c.n)).all()
        return [Problem(row.where, row.what, row.cause, row.advice) for row in rows]


def asked(query: str | Query) -> Query:
    return parse(query) if isinstance(query, str) else query


def now() -> str:
    """Return the present moment, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment() -> str:
    """Return the present moment, UTC, to the microsecond: of two judgements in one second the later one holds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def today() -> str:
    return date.today().isoformat()
