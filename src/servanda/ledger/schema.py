"""The tables of a ledger, and opening one.

Facts (sources, documents, claims, judgements, looks, problems) are appended or marked
withdrawn. Everything under "derived" can be emptied and made again from them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations, islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from servanda.problems import LedgerError

VERSION = 1
CACHE = 64  # MiB
PATIENCE = 30  # seconds that one writer waits for another
FEW = 8  # parties: more are a crowd, of which no two have a key of their own
T = TypeVar("T")
WORDS = """tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\""""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String))

# Facts
sources = Table(
    "sources",
    metadata,
    Column("id", String, primary_key=True),
    Column("origin", Text),
    Column("fetched", String),
    Column("size", Integer),
    Column("media_type", String),
    Column("filed", String),
)
documents = Table(
    "documents",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("id", String, unique=True),
    Column("source", String),
    Column("part", Integer),
    Column("title", Text),
    Column("date", String),
    Column("language", String),
    Column("publisher", Text),
    Column("url", Text),
    Column("filed", String),
    Column("copy_of", String, index=True),
    Column("text", Text),
    Column("how", JSON),
    Column("offsets", JSON),  # last: reading a card skips them
)
claims = Table(
    "claims",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("id", String, unique=True),
    Column("document", String, index=True),
    Column("parties", Text, index=True),
    Column("kind", String),
    Column("stage", String),
    Column("extractor", String),
    Column("review", Boolean),
    Column("record", Text),
    Column("filed", String),
    Column("withdrawn", String),
)
judgements = Table(
    "judgements",
    metadata,
    Column("id", String, primary_key=True),
    Column("verb", String),
    Column("anchors", JSON),
    Column("by", Text),
    Column("at", String),
    Column("why", Text),
    Column("slot", String),
    Column("value", Text),
    Column("withdrawn", String),
)
looks = Table(
    "looks",
    metadata,
    Column("parties", Text, primary_key=True),
    Column("day", String, primary_key=True),
    Column("what", Text, primary_key=True),
)
problems = Table(
    "problems",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("source", String, index=True),
    Column("where", Text),
    Column("what", Text),
    Column("cause", String),
    Column("advice", Text),
    Column("filed", String),
)

# Derived
copies = Table(
    "copies",
    metadata,
    Column("band", Integer, primary_key=True),
    Column("document", Integer, primary_key=True),
    sqlite_with_rowid=False,
)
blocks = Table(
    "blocks",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("claim", Integer, primary_key=True),
    sqlite_with_rowid=False,
)
# Claims of equal content in reprints of one text: the first stands in blocks and edges for all.
twins = Table("twins", metadata, Column("claim", Integer, primary_key=True), Column("first", Integer, index=True))
# Claims whose entries are not made yet: an ``add`` makes the entries of many documents at once.
pending = Table("pending", metadata, Column("claim", Integer, primary_key=True))
edges = Table(
    "edges",
    metadata,
    Column("a", Integer, primary_key=True),
    Column("b", Integer, primary_key=True),
    Column("score", Float),
    Column("link", String),
    Index("edges_b", "b"),
    sqlite_with_rowid=False,
)
NEAREST = Index("edges_score", edges.c.score.desc(), edges.c.a, edges.c.b)  # the order of the review queue
# Few edges are successions: what of those with one claim is asked for is found without reading its hundreds of others.
FOLLOWED = Index("edges_followed", edges.c.b, edges.c.a, sqlite_where=edges.c.link.is_not(None))
members = Table("members", metadata, Column("claim", Integer, primary_key=True), Column("entry", String, index=True))
entries = Table(
    "entries",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String),
    Column("form", String),
    Column("title", Text),
    Column("parties", Text),
    Column("by", Text),
    Column("stage", String),
    Column("settled", String),
    Column("due", String),
    Column("due_last", String),
    Column("slips", Integer),
    Column("first", String),
    Column("last", String),
    Column("firm_last", String),
    Column("event", String),
    Column("claims", Integer),
    Column("independent", Integer),
    Column("conflicts", Integer),
    Column("domains", Text),
    Column("period", String),
    Column("under", Text),
    Column("series", String),
    Column("firm", Boolean),
    Column("promised", String),
    Column("agreed", String),
    Column("concluded", String),
    Column("moved", Boolean),
    Column("ordinal", Integer),
    Column("place", Text),
    Index("entries_parties", "parties", "last", "id"),
    Index("entries_due", "due_last", "id"),
    Index("entries_last", "last", "id"),
    Index("entries_dated", "event", "due_last"),
    sqlite_with_rowid=False,
)
# What a dossier asks of a dyad, each so that little more is read than is shown. Of two indexes that promise the same,
# SQLite takes the one made last: those of a part of the entries have to be made after the one of all.
WHOLE = "entries_parties"
OUTDATED = {"entries_standing", "entries_agreed", "entries_event"}  # others have taken their place
of_kind = ("parties", "settled", "kind", "stage", "due_last", "firm_last", "promised", "domains")
by_due = ("parties", "settled", "due_last", "last", "id", "stage", "firm_last")
shown = (entries.c.parties, entries.c.last, entries.c.id)
settled = (entries.c.parties, entries.c.settled, entries.c.last, entries.c.id)
waited = (entries.c.parties, entries.c.kind, entries.c.last, entries.c.id, entries.c.agreed, entries.c.concluded)
DYADS = (
    Index("entries_counted", *(entries.c[name] for name in of_kind)),
    Index("entries_waiting", *(entries.c[name] for name in by_due)),
    Index("entries_settled", *settled, sqlite_where=entries.c.settled.is_not(None)),
    Index("entries_conflicts", *shown, sqlite_where=entries.c.conflicts > 0),
    Index("entries_series", *shown, sqlite_where=entries.c.series.is_not(None)),
    Index("entries_under", *shown, sqlite_where=entries.c.under.is_not(None)),
    Index("entries_waited", *waited, sqlite_where=entries.c.agreed <= entries.c.concluded),
)
entry_parties = Table(
    "entry_parties",
    metadata,
    Column("party", String, primary_key=True),
    Column("last", String, primary_key=True),
    Column("entry", String, primary_key=True),
    Index("entry_parties_entry", "entry", "party"),
    sqlite_with_rowid=False,
)
# Entries of three parties and more, by each of them: those of a dyad are found by its key.
wide = Table(
    "wide",
    metadata,
    Column("party", String, primary_key=True),
    Column("entry", String, primary_key=True),
    Index("wide_entry", "entry"),
    sqlite_with_rowid=False,
)
# The same by each two of their parties (a key of both), those of a crowd by each party alone: a dyad is asked often.
wide_pairs = Table(
    "wide_pairs",
    metadata,
    Column("parties", String, primary_key=True),
    Column("entry", String, primary_key=True),
    Index("wide_pairs_entry", "entry"),
    sqlite_with_rowid=False,
)
watched = Table(
    "watched", metadata, Column("parties", Text, primary_key=True), Column("last", String), sqlite_with_rowid=False
)
# Sets of parties (keys) by the number of the last change of their entries or watching: who keeps counts asks here.
changes = Table(
    "changes", metadata, Column("parties", Text, primary_key=True), Column("at", Integer, index=True),
    sqlite_with_rowid=False,
)  # fmt: skip

# What was read about a set of parties: one row a publisher and language.
read = Table(
    "read",
    metadata,
    Column("parties", Text, primary_key=True),
    Column("publisher", Text, primary_key=True),
    Column("language", String, primary_key=True),
    Column("documents", Integer),
    Column("first", String),
    Column("last", String),
    sqlite_with_rowid=False,
)

CLAIM_WORDS = f"CREATE VIRTUAL TABLE IF NOT EXISTS claim_words USING fts5(title, words, content='', {WORDS})"
DOCUMENT_WORDS = f"CREATE VIRTUAL TABLE IF NOT EXISTS document_words USING fts5(title, words, content='', {WORDS})"


def chunks(values: Iterable[T], size: int = 400) -> Iterator[list[T]]:
    """Yield the values in lists short enough for one statement."""
    left = iter(values)
    while held := list(islice(left, size)):
        yield held


def remembered(connection: Connection, key: Hashable, work: Callable[[], T]) -> T:
    """Return what some work gives, done once where a connection reads one moment of a ledger (see ``moment``)."""
    known: dict[Hashable, T] | None = connection.get_execution_options().get("remembered")
    if known is None:
        return work()
    if key not in known:
        known[key] = work()
    return known[key]


def put(connection: Connection, table: Table, rows: Iterable[tuple[object, ...]]) -> None:
    """Insert rows given in the order of a table's columns; those that are there already stay as they are.

    Straight to the driver: a rebuild writes millions of rows.
    """
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    statement = f'INSERT OR IGNORE INTO "{table.name}" ({names}) VALUES ({marks})'
    for some in chunks(rows, 5000):
        connection.exec_driver_sql(statement, some)


def default_path() -> Path:
    """Return SERVANDA_LEDGER, else ledger.db in the user's data folder."""
    if named := os.environ.get("SERVANDA_LEDGER"):
        return Path(named)
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "servanda" / "ledger.db"


def opened(path: Path | None, cache: int = CACHE) -> Engine:
    """Return an engine on a ledger file, made where there is none; None is a ledger in memory.

    Raises LedgerError with one line for a file that is no ledger, is newer, locked or cannot be written.
    """
    where = str(path) if path else "the ledger in memory"
    if path is not None:
        make_folder(path)
    engine = connected(path, cache)
    with told(where):
        with engine.connect() as connection:
            known = list(connection.execute(text("SELECT name FROM sqlite_master ORDER BY rowid")).scalars())
            if known:
                check_version(connection, known, where)
        if not known:
            create(engine)
        else:
            complete(engine, known)
    return engine


def complete(engine: Engine, known: Sequence[str]) -> None:
    """Make the tables and indexes that a ledger from before they were lacks."""
    if not {twins.name, pending.name, changes.name}.issubset(known):
        metadata.create_all(engine, [twins, pending, changes])
    for index in (NEAREST, FOLLOWED, *(one for one in entries.indexes if one.name == "entries_dated")):
        if index.name not in known:
            index.create(engine, checkfirst=True)
    if gone := OUTDATED.intersection(known):
        with engine.begin() as connection:
            for name in gone:
                connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
    first = known.index(WHOLE)
    for index in DYADS:
        if index.name not in known:
            index.create(engine, checkfirst=True)
        elif is_partial(index) and known.index(str(index.name)) < first:
            again(engine, index)
    if wide_pairs.name not in known:
        with engine.execution_options(immediate=True).begin() as connection:
            wide_pairs.create(connection, checkfirst=True)
            told_ = connection.execute(select(entries.c.id, entries.c.parties).where(entries.c.parties.like("% % %")))
            put(connection, wide_pairs, [(key, row.id) for row in told_ for key in pairs_among(row.parties.split())])


def is_partial(index: Index) -> bool:
    return index.dialect_options["sqlite"]["where"] is not None


def again(on: Engine | Connection, index: Index) -> None:
    index.drop(on, checkfirst=True)
    index.create(on)


def pairs_among(parties: Sequence[str]) -> list[str]:
    """Return under which keys an entry of three parties and more is found: each two of them, each one of a crowd."""
    if len(parties) > FEW:
        return list(parties)
    return [" ".join(pair) for pair in combinations(sorted(parties), 2)]


def make_folder(path: Path) -> None:
    if str(path).startswith(("https:/", "http:/")):
        raise LedgerError(f"{path}: is an address, and this needs a ledger's file. Give it where the file is.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"{path}: its folder cannot be made ({error.strerror}). Give another with --ledger."
        ) from error
    if path.is_dir():
        raise LedgerError(f"{path}: is a folder, not a ledger. Give a file with --ledger.")


def connected(path: Path | None, cache: int = CACHE) -> Engine:
    """Return an engine on a ledger file; each connection keeps so many MiB of it in memory."""
    pooled: dict[str, Any] = {} if path else {"poolclass": StaticPool}
    engine = create_engine(
        f"sqlite:///{path}" if path else "sqlite://",
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
        **pooled,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "temp_store = MEMORY",
            f"cache_size = -{cache << 10}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        asked = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * asked.get('patience', PATIENCE)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if asked.get("immediate", False) else "BEGIN")

    return engine


def check_version(connection: Connection, known: Sequence[str], where: str) -> None:
    if "meta" not in known:
        raise LedgerError(f"{where}: is a database, but not a Servanda ledger. Give another file with --ledger.")
    found = connection.execute(text("SELECT value FROM meta WHERE key = 'version'")).scalar()
    if found is None or not str(found).isdigit():
        raise LedgerError(f"{where}: is a database, but not a Servanda ledger. Give another file with --ledger.")
    if int(found) > VERSION:
        raise LedgerError(
            f"{where}: was written by a newer Servanda (format {found}, this one knows {VERSION}). Update Servanda."
        )


def create(engine: Engine) -> None:
    with engine.execution_options(immediate=True).begin() as connection:
        metadata.create_all(connection)
        for index in filter(is_partial, DYADS):
            again(connection, index)
        connection.execute(text(CLAIM_WORDS))
        connection.execute(text(DOCUMENT_WORDS))
        connection.execute(text("INSERT OR IGNORE INTO meta VALUES ('version', :version)"), {"version": str(VERSION)})


CAUSES = (
    ("not a database", "is not a ledger (not a database). Give another file with --ledger, or move this one away."),
    ("malformed", "is damaged. Restore it from a copy, or add the sources again to a new ledger."),
    ("disk is full", "the disk is full; nothing of this source was filed. Make room and add it again."),
    ("disk i/o", "the disk cannot be read or written. Check it, then try again."),
    ("locked", "another program is writing to it. Try again when that is done."),
    ("readonly", "may not be written. Check its permissions or give another file with --ledger."),
    ("unable to open", "cannot be opened. Check the path and its permissions."),
)


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn what the database says into one line for the user."""
    try:
        yield
    except DatabaseError as error:
        said = str(error.orig).lower()
        line = next((line for sign, line in CAUSES if sign in said), f"the database says: {error.orig}.")
        raise LedgerError(f"{where}: {line}") from error
    except SQLAlchemyError as error:
        raise LedgerError(f"{where}: {str(error).splitlines()[0]}") from error
