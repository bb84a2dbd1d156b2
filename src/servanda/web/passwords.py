"""Passwords: what one must be, and how it is kept: as an argon2id hash, never as itself.

Invariant: a wrong name takes as long to refuse as a wrong password.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from servanda.problems import QueryError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 1024  # characters
AT_ONCE = BoundedSemaphore(2)  # a hash takes 64 MB of memory while it is made


@cache
def hasher() -> PasswordHasher:
    """Return what hashes, at the second recommendation of RFC 9106 (64 MB, three passes)."""
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def nobodys() -> str:
    """Return the hash of a password that nobody has."""
    return hasher().hash("the password of no account at all")


def prepared(password: str) -> str:
    """Return a password in the form that is hashed: what looks the same is the same (RFC 8265: NFC)."""
    return unicodedata.normalize("NFC", password)


def checked(password: str, name: str) -> str:
    """Return a password that may be used. Raises QueryError saying what is wanted."""
    made = prepared(password)
    if not SHORTEST <= len(made) <= LONGEST:
        raise QueryError(f"password: takes {SHORTEST} characters at least. A few words in a row are easy to keep.")
    if len(set(made)) < 5 or name.casefold() in made.casefold():
        raise QueryError("password: repeats itself, or holds the name. Take a few words of another sort.")
    return made


def hashed(password: str) -> str:
    with AT_ONCE:
        return hasher().hash(prepared(password))


def fits(password: str, kept: str | None) -> bool:
    """True where a password is the one whose hash is kept; as slow where there is none."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    if len(password) > LONGEST:
        password, kept = "", None
    try:
        with AT_ONCE:
            return hasher().verify(kept or nobodys(), prepared(password)) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False
