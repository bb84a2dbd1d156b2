"""Pages of long lists for programs: a cursor is opaque, and holds for the one list it was given with.

Invariant: whatever is sent as a cursor, it can only say where to go on; it is never part of a query.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from servanda.ledger.walking import Place
from servanda.problems import QueryError

NONE_OF_THIS = "cursor: is none of this list. Use the `next` of the page before, with the same question."
LONGEST = 2000  # characters


def cursor_at(place: Place, question: str) -> str:
    """Return the cursor of a place in the list that a question asked for."""
    told = json.dumps([mark(question), *place], ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def place_at(cursor: str | None, question: str, like: Sequence[type]) -> Place | None:
    """Return where a cursor stands; ``like`` are the types of its values. Raises QueryError for one not given here."""
    if not cursor:
        return None
    try:
        raw = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(raw[:LONGEST], b"-_", validate=True))
        known, *place = told if isinstance(told, list) else [None]
        if known != mark(question) or len(place) != len(like) or not all(map(fits, place, like)):
            raise QueryError(NONE_OF_THIS)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise QueryError(NONE_OF_THIS) from error
    return tuple(place)


def fits(value: Any, kind: type) -> bool:
    if kind is str:
        return isinstance(value, str) and value.isprintable()
    return isinstance(value, (int, float)) and abs(value) < 1 << 53


def mark(question: str) -> str:
    return hashlib.sha256(question.encode("utf-8", "replace")).hexdigest()[:12]


def paged(name: str, found: tuple[Sequence[Any], Place | None], question: str) -> dict[str, Any]:
    """Return a page of a list with the cursor of the next, where there is one."""
    items, end = found
    return {name: list(items)} | ({"next": cursor_at(end, question)} if end is not None else {})
