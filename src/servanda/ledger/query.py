"""The query language: ``party:IND party:ITA stage:agreed due:..2025-12-31 radar``.

A query is words and ``key:value`` terms; several terms of one key all hold for ``party``
and ``domain``, any of them for the rest. Parsing needs no store.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from servanda.codebook import domains, forms, is_party
from servanda.ledger.days import first_day, known, last_day, stretch
from servanda.ledger.records import StatusName
from servanda.model import Kind, Stage
from servanda.problems import QueryError

EXAMPLE = "party:IND party:ITA stage:agreed due:..2025-12-31 kind:instrument radar"
SORTS = ("date", "relevance", "due")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of the entries. Days are ISO; ``due`` and ``held`` are (from, to), None on an open side."""

    parties: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    kinds: tuple[Kind, ...] = ()
    forms: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    statuses: tuple[StatusName, ...] = ()
    due: tuple[str | None, str | None] | None = None
    held: tuple[str | None, str | None] | None = None
    since: str | None = None
    until: str | None = None
    under: str | None = None
    by: tuple[str, ...] = ()
    conflicts: bool = False
    slips: bool = False
    review: bool | None = None
    words: tuple[str, ...] = ()
    sort: str | None = None


@dataclass(slots=True)
class Reading:
    """Values gathered while a query is read."""

    lists: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


KEYS = (
    "party",
    "stage",
    "kind",
    "form",
    "domain",
    "status",
    "due",
    "held",
    "since",
    "until",
    "under",
    "by",
    "has",
    "review",
    "sort",
)


def parse(query: str) -> Query:
    """Return what a query asks. Raises QueryError saying which term and giving an example."""
    read = Reading()
    for term in terms(query):
        key, colon, value = term.partition(":")
        if not colon or not key.isascii() or not key.isalpha() or "//" in term:
            read.words.append(term)
        elif key.lower() not in KEYS:
            raise QueryError(f"{term}: no such term. Use {', '.join(k + ':' for k in KEYS)} or words, as in: {EXAMPLE}")
        elif not value:
            raise QueryError(f"{term}: a value is missing behind the colon, as in: {EXAMPLE}")
        else:
            read.lists.setdefault(key.lower(), []).append(value)
    return made(read.lists, tuple(read.words))


def terms(query: str) -> list[str]:
    try:
        return shlex.split(query.replace("'", "\\'"))
    except ValueError as error:
        raise QueryError(
            f'{query}: a quotation mark is not closed. Write phrases as in: party:IND under:"action plan"'
        ) from error


def made(lists: dict[str, list[str]], words: tuple[str, ...]) -> Query:
    has = one_of("has", lists.get("has", ()), ("conflict", "slip"))
    review = one_of("review", lists.get("review", ()), ("yes", "no"))
    sort = one_of("sort", lists.get("sort", ()), SORTS)
    return Query(
        parties=tuple(party(value) for value in lists.get("party", ())),
        by=tuple(party(value) for value in lists.get("by", ())),
        stages=tuple(Stage(v) for v in one_of("stage", commas(lists, "stage"), tuple(Stage))),
        kinds=tuple(Kind(v) for v in one_of("kind", commas(lists, "kind"), tuple(Kind))),
        forms=one_of("form", commas(lists, "form"), tuple(f for kind in Kind for f in forms(kind))),
        domains=one_of("domain", lists.get("domain", ()), domains()),
        statuses=tuple(StatusName(v) for v in one_of("status", commas(lists, "status"), tuple(StatusName))),
        due=days("due", lists),
        held=days("held", lists),
        since=(days("since", lists) or (None, None))[0],
        until=(days("until", lists) or (None, None))[1],
        under=lists.get("under", [None])[-1],
        conflicts="conflict" in has,
        slips="slip" in has,
        review=review[-1] == "yes" if review else None,
        words=words,
        sort=sort[-1] if sort else None,
    )


def commas(lists: dict[str, list[str]], key: str) -> list[str]:
    """Return the values of a key, those joined by commas apart ("stage:agreed,signed")."""
    return [part for value in lists.get(key, ()) for part in value.split(",") if part]


def one_of(key: str, values: Sequence[str], allowed: Sequence[str]) -> tuple[str, ...]:
    for value in values:
        if value.lower() not in allowed:
            raise QueryError(f"{key}:{value}: no such {key}. Use one of: {', '.join(allowed)}.")
    return tuple(value.lower() for value in values)


def party(value: str) -> str:
    """Return a party's code. Raises QueryError where it has not the shape of one."""
    code = value.upper()
    if not is_party(code):
        raise QueryError(f"party:{value}: is not a party. Use codes of countries or organisations: party:IND party:EU")
    return code


def days(key: str, lists: dict[str, list[str]]) -> tuple[str | None, str | None] | None:
    """Return the first and last day of a date term: ``2025``, ``2025-03..2025-06``, ``..2025-12-31``."""
    values = lists.get(key)
    if not values:
        return None
    first, dots, last = values[-1].partition("..")
    for part in (first, last):
        if part and not known(stretch(part)):
            raise QueryError(
                f"{key}:{values[-1]}: {part!r} is not a date. Write days, months or years: {key}:2025-01..2025-12-31"
            )
    if not dots:
        return first_day(first), last_day(first)
    return first_day(first) if first else None, last_day(last) if last else None
