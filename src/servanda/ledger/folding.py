"""Make one entry of the claims that speak of one undertaking.

An entry is a pure function of its claims and the judgements on them; its id is that of
its founder, the claim told first, so every id ever given still finds its entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from servanda.ledger.followthrough import Watch, status
from servanda.ledger.judging import Rulings
from servanda.ledger.lifecycle import history
from servanda.ledger.records import Entry, Filed, Judgement
from servanda.ledger.words import read_title

T = TypeVar("T", bound=Hashable)
NEVER = Watch()


def entry_of(
    claims: Sequence[Filed], rulings: Rulings, as_of: str, watch: Watch = NEVER, successor: str | None = None
) -> Entry:
    """Return the entry of these claims with its status on the day ``as_of``."""
    told = sorted(claims, key=lambda f: (f.card.day, f.id))
    firm = [f for f in told if f.firm] or told
    said = [f.claim for f in firm]
    folded = history(told, (j for f in told for j in rulings.dues.get(f.id, ())))
    lead = leading(firm)
    return Entry(
        id=told[0].id,
        kind=lead.claim.kind,
        form=most([c.form for c in said]),
        title=lead.claim.title,
        parties=tuple(sorted(most([c.parties for c in said]) or lead.claim.parties)),
        by=most([c.by for c in said]) or (),
        claims=tuple(told),
        history=folded,
        status=status(lead.claim.kind, folded, watch, as_of, successor),
        domains=union([c.domains for c in said]),
        items=union([c.items for c in said]),
        orgs=union([c.orgs for c in said]),
        persons=union([c.persons for c in said]),
        period=most([c.period for c in said]),
        where=most([c.where for c in said]),
        under=most([c.under for c in said]),
        notes=passed(told, rulings.notes),
        owner=last(passed(told, rulings.owners)),
        next_step=last(passed(told, rulings.nexts)),
    )


def passed(told: Iterable[Filed], judged: Mapping[str, Sequence[Judgement]]) -> tuple[Judgement, ...]:
    """Return the judgements passed on some claims, oldest first."""
    if not judged:
        return ()
    return tuple(sorted((j for f in told for j in judged.get(f.id, ())), key=lambda j: (j.at, j.id)))


def last(some: Sequence[Judgement]) -> Judgement | None:
    return some[-1] if some else None


def leading(firm: Sequence[Filed]) -> Filed:
    """Return the claim whose title and kind the entry bears.

    Of the commonest kind, in English if any, telling but not long.
    """
    if len(firm) == 1:
        return firm[0]
    kind = most([f.claim.kind for f in firm])

    def plain(filed: Filed) -> tuple[bool, bool]:
        return filed.claim.kind is kind, filed.card.language in (None, "en")

    best = max(map(plain, firm))
    fit = [f for f in firm if plain(f) == best]
    titles = {f.claim.title for f in fit}
    title = max(titles, key=telling) if len(titles) > 1 else titles.pop()
    return next(f for f in fit if f.claim.title == title)


def telling(title: str) -> tuple[float, int, str]:
    return min(4.0, read_title(title).weight), -len(title), title


def most(values: Sequence[T | None]) -> T | None:
    """Return the commonest value that is not absent; of equals, the one told first."""
    if len(values) == 1:
        return values[0] or None  # most things are told once
    told = [value for value in values if value]
    if len(told) < 2:
        return told[0] if told else None
    return Counter(told).most_common(1)[0][0]


def union(values: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return all distinct values in the order in which they were told."""
    return tuple(dict.fromkeys(chain.from_iterable(values)))
