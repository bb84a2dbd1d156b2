"""Make one entry of the claims that speak of one undertaking.

An entry is a pure function of its claims and the judgements on them; its id is that of
its founder, the claim told first, so every id ever given still finds its entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
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
    folded = history(told, (j for f in told for j in rulings.dues.get(f.id, ())))
    lead = leading(firm)
    return Entry(
        id=told[0].id,
        kind=lead.claim.kind,
        form=most(f.claim.form for f in firm),
        title=lead.claim.title,
        parties=tuple(sorted(most(f.claim.parties for f in firm) or lead.claim.parties)),
        by=most(f.claim.by for f in firm) or (),
        claims=tuple(told),
        history=folded,
        status=status(lead.claim.kind, folded, watch, as_of, successor),
        domains=union(f.claim.domains for f in firm),
        items=union(f.claim.items for f in firm),
        orgs=union(f.claim.orgs for f in firm),
        persons=union(f.claim.persons for f in firm),
        period=most(f.claim.period for f in firm),
        where=most(f.claim.where for f in firm),
        under=most(f.claim.under for f in firm),
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
    kind = most(f.claim.kind for f in firm)

    def rank(filed: Filed) -> tuple[bool, bool, float, int, str]:
        title = filed.claim.title
        weight = min(4.0, read_title(title).weight)
        return (filed.claim.kind is kind, filed.card.language in (None, "en"), weight, -len(title), title)

    return max(firm, key=rank)


def most(values: Iterable[T | None]) -> T | None:
    """Return the commonest value that is not absent; of equals, the one told first."""
    told = [value for value in values if value]
    if len(told) < 2:
        return told[0] if told else None
    return Counter(told).most_common(1)[0][0]


def union(values: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return all distinct values in the order in which they were told."""
    told: dict[str, None] = {}
    for group in values:
        if group:
            told.update(dict.fromkeys(group))
    return tuple(told)
