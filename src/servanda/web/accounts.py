"""Who may use a served ledger: accounts with roles, sessions, tokens for programs, and a log of what they did.

They are kept in a file of their own beside the ledger, so that a ledger can be copied and
sent without them. Invariant: no password, session or token is kept as itself, only its hash.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any

import regex
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from servanda.ledger.schema import connected, told
from servanda.ledger.store import now
from servanda.problems import QueryError
from servanda.web.passwords import checked, fits, hashed

NAME = regex.compile(r"(?=.{1,64}$)[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@'-]*")
CACHE = 2  # MiB; the file is small
TOKEN_MARK = "servanda_"  # how every token begins, so that one that leaked is recognised

metadata = MetaData()
accounts = Table(
    "accounts", metadata,
    Column("key", String, primary_key=True), Column("name", Text), Column("role", String),
    Column("password", Text), Column("made", String),
)  # fmt: skip
sessions = Table(
    "sessions", metadata, Column("digest", String, primary_key=True), Column("key", String), Column("until", Float)
)
tokens = Table(
    "tokens", metadata,
    Column("id", String, primary_key=True), Column("digest", String, unique=True), Column("key", String),
    Column("role", String), Column("label", Text), Column("made", String), Column("until", String),
    Column("used", String),
)  # fmt: skip
attempts = Table("attempts", metadata, Column("whose", Text, index=True), Column("at", Float))
log = Table(
    "log", metadata,
    Column("n", Integer, primary_key=True), Column("at", String), Column("who", Text), Column("did", String),
    Column("what", Text), Column("address", Text),
)  # fmt: skip
secret = Table("secret", metadata, Column("value", String, primary_key=True))


class Role(StrEnum):
    """What an account may do: a reader reads, an editor judges and adds, an admin manages accounts."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def may(self, needed: Role) -> bool:
        return self.rank >= needed.rank


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    role: Role
    made: str


@dataclass(frozen=True, slots=True)
class Token:
    """A key for a program, without the key. ``until`` is its last day, ``used`` the day on which it was last used."""

    id: str
    account: str
    role: Role
    label: str
    made: str
    until: str | None
    used: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the log."""

    n: int
    at: str
    who: str
    did: str
    what: str
    address: str


def beside(ledger: Path | None) -> Path | None:
    """Return where the accounts of a ledger are kept."""
    return ledger.with_name(f"{ledger.name}.accounts") if ledger else None


def key_of(name: str) -> str:
    """Return what tells names apart: not capitals, nor how a letter was composed."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def role_named(word: str) -> Role:
    try:
        return Role(word.strip().lower())
    except ValueError as error:
        raise QueryError(f"role {word}: there is no such. Use one of: {', '.join(Role)}.") from error


class Accounts:
    """The accounts of one ledger; in memory where it has no file. Nothing is written before the first is made.

    Methods raise QueryError for what cannot be done, LedgerError where the file fails.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.where = str(path) if path else "the accounts in memory"
        self._engine: Engine | None = None
        self._secret = b""
        self._lock = Lock()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        with told(self.where), self.engine().connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with told(self.where), self.engine().execution_options(immediate=True).begin() as connection:
            yield connection

    def engine(self) -> Engine:
        """Return the engine, with the tables and the secret that signs sessions made."""
        with self._lock:
            if self._engine is None:
                if self.path is not None and not self.path.exists():
                    os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
                made = connected(self.path, CACHE)
                with made.execution_options(immediate=True).begin() as connection:
                    metadata.create_all(connection)
                    if not connection.execute(select(secret)).first():
                        connection.execute(insert(secret), {"value": secrets.token_hex(32)})
                    self._secret = bytes.fromhex(connection.execute(select(secret.c.value)).scalar_one())
                self._engine = made
            return self._engine

    def there(self) -> bool:
        """True where there is any account; makes no file."""
        if not self.kept():
            return False
        with self.looking() as connection:
            return connection.execute(select(accounts.c.key).limit(1)).first() is not None

    def kept(self) -> bool:
        """True where there is a file (or memory) in which accounts might be."""
        return self._engine is not None or (self.path is not None and self.path.exists())

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()

    # Accounts

    def all(self) -> list[Account]:
        """Return the accounts by name; makes no file."""
        if not self.there():
            return []
        with self.looking() as connection:
            return [account_from(row) for row in connection.execute(select(accounts).order_by(accounts.c.key))]

    def named(self, name: str) -> Account:
        with self.looking() as connection:
            return account_from(row_of(connection, name))

    def add(self, name: str, role: Role, password: str) -> Account:
        """Make an account; the first must be an admin."""
        clean = unicodedata.normalize("NFC", name.strip())
        if not NAME.fullmatch(clean):
            raise QueryError(f"{name}: is no name for an account. Use letters, digits, blanks and . - _ @, up to 64.")
        kept = hashed(checked(password, clean))
        with self.writing() as connection:
            known = connection.execute(select(accounts.c.role)).scalars().all()
            if not known and role is not Role.ADMIN:
                raise QueryError("The first account must be an admin: give it --role admin.")
            if connection.execute(select(accounts.c.key).where(accounts.c.key == key_of(clean))).first():
                raise QueryError(f"{clean}: has an account. Change it with: servanda accounts password {clean!r}")
            row = {"key": key_of(clean), "name": clean, "role": role.value, "password": kept, "made": now()}
            connection.execute(insert(accounts), row)
        return Account(clean, role, row["made"])

    def remove(self, name: str) -> Account:
        """Take an account away with its sessions and tokens. The last admin stays while there are others."""
        with self.writing() as connection:
            row = row_of(connection, name)
            keep_an_admin(connection, row, alone=True)
            for table in (sessions, tokens, accounts):
                connection.execute(delete(table).where(table.c.key == row.key))
        return account_from(row)

    def change_role(self, name: str, role: Role) -> Account:
        with self.writing() as connection:
            row = row_of(connection, name)
            if role is not Role.ADMIN:
                keep_an_admin(connection, row)
            connection.execute(update(accounts).where(accounts.c.key == row.key).values(role=role.value))
        return Account(row.name, role, row.made)

    def change_password(self, name: str, password: str) -> Account:
        """Set a password; every session of the account ends."""
        with self.looking() as connection:
            row = row_of(connection, name)
        kept = hashed(checked(password, row.name))
        with self.writing() as connection:
            connection.execute(update(accounts).where(accounts.c.key == row.key).values(password=kept))
            connection.execute(delete(sessions).where(sessions.c.key == row.key))
        return account_from(row)

    def known_by(self, name: str, password: str) -> Account | None:
        """Return the account that a name and a password open, or None, in the same time for either fault."""
        with self.looking() as connection:
            row = connection.execute(select(accounts).where(accounts.c.key == key_of(name))).first()
        return account_from(row) if fits(password, row.password if row else None) and row else None

    # Sessions

    def begin(self, account: Account, hours: float) -> str:
        """Begin a session and return its cookie: a secret, and our signature on it."""
        raw = secrets.token_urlsafe(32)
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.until < time.time()))
            row = {"digest": digest(raw), "key": key_of(account.name), "until": time.time() + 3600 * hours}
            connection.execute(insert(sessions), row)
        return f"{raw}.{self.signed(raw)}"

    def signed(self, words: str) -> str:
        self.engine()
        return hmac.new(self._secret, words.encode("utf-8", "surrogatepass"), "sha256").hexdigest()

    def of_session(self, cookie: str) -> tuple[Account, str] | None:
        """Return the account of a session that goes on, and the token that its forms must carry."""
        raw, _, signature = cookie.partition(".")
        if not hmac.compare_digest(self.signed(raw).encode(), signature.encode("utf-8", "replace")):
            return None
        asked = select(accounts).join(sessions, sessions.c.key == accounts.c.key)
        with self.looking() as connection:
            going = (sessions.c.digest == digest(raw), sessions.c.until > time.time())
            row = connection.execute(asked.where(*going)).first()
        return (account_from(row), self.signed(f"form {raw}")) if row else None

    def end(self, cookie: str) -> None:
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest(cookie.partition(".")[0])))

    # Tokens

    def give_token(self, name: str, role: Role | None, label: str, days: int | None) -> tuple[Token, str]:
        """Make a token for programs, of the account's role or a lesser one; return it and its key, shown only now."""
        key, made = TOKEN_MARK + secrets.token_urlsafe(32), now()
        with self.writing() as connection:
            row = row_of(connection, name)
            given = role or Role(row.role)
            if not Role(row.role).may(given):
                raise QueryError(f"token: {row.name} is {row.role}; a token can be no more than its account.")
            until = (datetime.now(UTC) + timedelta(days=days)).date().isoformat() if days else None
            token = Token(secrets.token_hex(4), row.name, given, label.strip()[:200], made, until, None)
            kept = {"id": token.id, "digest": digest(key), "key": row.key, "role": given.value}
            connection.execute(insert(tokens), kept | {"label": token.label, "made": made, "until": until})
        return token, key

    def tokens(self, name: str | None = None) -> list[Token]:
        """Return the tokens of an account, or of all; makes no file."""
        if not self.there():
            return []
        asked = select(tokens, accounts.c.name).join(accounts, accounts.c.key == tokens.c.key)
        if name is not None:
            asked = asked.where(tokens.c.key == key_of(name))
        with self.looking() as connection:
            return [token_from(row) for row in connection.execute(asked.order_by(tokens.c.made, tokens.c.id))]

    def revoke(self, token_id: str, name: str | None = None) -> None:
        """Take a token back (one of this account, where it is named)."""
        asked = delete(tokens).where(tokens.c.id == token_id)
        if name is not None:
            asked = asked.where(tokens.c.key == key_of(name))
        with self.writing() as connection:
            if not connection.execute(asked).rowcount:
                raise QueryError(f"{token_id}: no such token. They are listed by: servanda accounts list")

    def of_token(self, key: str) -> Account | None:
        """Return the account that a token speaks for, with the lesser of the two roles; None where it holds no more."""
        today = datetime.now(UTC).date().isoformat()
        columns = (tokens.c.id, tokens.c.role.label("given"), tokens.c.until, tokens.c.used)
        asked = select(accounts, *columns).join(tokens, tokens.c.key == accounts.c.key)
        with self.looking() as connection:
            row = connection.execute(asked.where(tokens.c.digest == digest(key))).first()
        if row is None or (row.until is not None and row.until < today):
            return None
        if row.used != today:
            with self.writing() as connection:
                connection.execute(update(tokens).where(tokens.c.id == row.id).values(used=today))
        return Account(row.name, min(Role(row.role), Role(row.given), key=lambda role: role.rank), row.made)

    # The log

    def note(self, who: str, did: str, what: str = "", address: str = "") -> None:
        """Note what somebody did; nothing where there are no accounts."""
        if self.there():
            with self.writing() as connection:
                row = {"at": now(), "who": who, "did": did, "what": what[:1000], "address": address}
                connection.execute(insert(log), row)

    def noted(self, limit: int = 100, before: int | None = None) -> list[Noted]:
        """Return the log, the latest first; ``before`` is the number of the last line seen. Makes no file."""
        if not self.there():
            return []
        asked = select(log).order_by(log.c.n.desc()).limit(limit)
        with self.looking() as connection:
            rows = connection.execute(asked if before is None else asked.where(log.c.n < before)).all()
        return [Noted(row.n, row.at, row.who, row.did, row.what, row.address) for row in rows]


def row_of(connection: Connection, name: str) -> Any:
    row = connection.execute(select(accounts).where(accounts.c.key == key_of(name))).first()
    if row is None:
        raise QueryError(f"{name}: has no account. They are listed by: servanda accounts list")
    return row


def keep_an_admin(connection: Connection, row: Any, alone: bool = False) -> None:
    """Raise QueryError where the last admin would go; ``alone``: it may, where there is no other account."""
    admins = connection.execute(select(func.count()).where(accounts.c.role == Role.ADMIN.value)).scalar_one()
    others = connection.execute(select(func.count()).select_from(accounts)).scalar_one() - 1
    if row.role == Role.ADMIN and admins == 1 and (others or not alone):
        raise QueryError(f"{row.name}: is the last admin. Make another first: servanda accounts add NAME --role admin")


def account_from(row: Any) -> Account:
    return Account(row.name, Role(row.role), row.made)


def token_from(row: Any) -> Token:
    return Token(row.id, row.name, Role(row.role), row.label, row.made, row.until, row.used)
