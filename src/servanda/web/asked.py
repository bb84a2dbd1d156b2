"""What a list's address asks for: facets and words as one query, and the addresses that change one of them.

Invariant: the address holds the whole state, so that it can be kept, shared and sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from starlette.datastructures import QueryParams

from servanda.web.wording import address, names

PAGE = 50
EVER = "..9999-12-31"
DATED = frozenset({"overdue", "due-soon", "unwatched"})  # no entry has these statuses without a due date
FACETS = ("kind", "stage", "status", "domain")


@dataclass(frozen=True, slots=True)
class Asked:
    """The state of the list of entries. ``q`` is words and terms of the query language."""

    q: str = ""
    party: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    due: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, params: QueryParams) -> Asked:
        """Return what the parameters of an address ask; unknown ones ask nothing."""
        given: dict[str, Any] = {}
        for field in fields(cls):
            values = [value.strip() for value in params.getlist(field.name) if value.strip()]
            if not values:
                continue
            if field.name == "page":
                given["page"] = max(1, min(int(values[-1]), 100_000)) if values[-1].isdecimal() else 1
            elif field.name == "party":
                given["party"] = tuple(dict.fromkeys(map(code, values)))
            else:
                given[field.name] = tuple(dict.fromkeys(values)) if field.name in FACETS else values[-1]
        return cls(**given)

    @property
    def query(self) -> str:
        """The words and terms that the ledger is asked."""
        terms = [self.q, *(term("party", one) for one in self.party), *(term("domain", one) for one in self.domain)]
        terms += [term(key, ",".join(getattr(self, key))) for key in ("kind", "stage", "status") if getattr(self, key)]
        terms += [term("sort", self.sort)] if self.sort else []
        terms += [term("due", self.due or EVER)] if self.due or self.by_due else []
        terms += [term("since", self.since)] if self.since else []
        terms += [term("until", f"..{self.until}")] if self.until else []
        return " ".join(filter(None, terms))

    @property
    def by_due(self) -> bool:
        """True where all that is asked for has a due date and is ordered by it: then an index answers."""
        return self.sort == "due" and bool(self.status) and DATED.issuperset(self.status)

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE

    def at(self, page: int) -> str:
        return self.address(page=page)

    def toggled(self, key: str, value: str) -> str:
        """Return the address with one value of a facet added, or taken away where it was there."""
        values = getattr(self, key)
        now = tuple(v for v in values if v != value) if value in values else (*values, value)
        changes: dict[str, Any] = {key: now}
        return self.address(**changes)

    def address(self, path: str = "/entries", **changes: Any) -> str:
        """Return the address of the list with changes; a change but of the page leads to the first page.

        What is no part of the state stands at the address's end.
        """
        known = [field.name for field in fields(self)]
        place = {name: n for n, name in enumerate(known)}
        made = replace(self, **({"page": 1} | {key: value for key, value in changes.items() if key in known}))
        state = {name: getattr(made, name) for name in known} | {"page": made.page if made.page > 1 else None}
        own = {key: value for key, value in changes.items() if key not in known}
        return address(path, **dict(sorted((state | own).items(), key=lambda pair: place.get(pair[0], 99))))

    @property
    def narrowed(self) -> bool:
        return replace(self, page=1, sort="") != Asked()

    def terms(self) -> Iterable[tuple[str, str, str]]:
        """Yield each thing asked as key, value and the address without it."""
        for key in ("party", *FACETS):
            for value in getattr(self, key):
                yield key, value, self.toggled(key, value)
        for key in ("q", "since", "until", "due"):
            if getattr(self, key):
                yield key, getattr(self, key), self.address(**{key: ""})


def code(words: str) -> str:
    """Return a party's code, whether its code or its name was written."""
    known = {name.casefold(): code for code, name in names().items()}
    return known.get(words.casefold(), words.upper())


def term(key: str, value: str) -> str:
    """Return one term, so quoted that the query language reads it as one."""
    bare = value.replace("\\", "").replace('"', "")
    return f'{key}:"{bare}"' if any(mark.isspace() for mark in bare) else f"{key}:{bare}"
