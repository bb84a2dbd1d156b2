"""Judgements in force, and the entries brought up to date with claims that came and went.

Claims may be filed first and their entries made later, those of many documents at once.
Invariant: what is not made yet is noted in the transaction that filed it, so that whoever
opens the ledger next can make it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, delete, func, select

from servanda.ledger import deriving, refolding
from servanda.ledger.judging import Rulings, resolve, rulings
from servanda.ledger.records import Anchor, Judgement
from servanda.ledger.rows import claim_from, judgement_from
from servanda.ledger.schema import chunks, claims, entries, judgements, pending, put, remembered
from servanda.model import Claim


def judged(connection: Connection) -> list[Judgement]:
    """Return the judgements that nobody took back."""
    rows = connection.execute(select(judgements).where(judgements.c.withdrawn.is_(None))).mappings().all()
    return [judgement_from(row) for row in rows]


def rulings_of(connection: Connection) -> Rulings:
    """Return the judgements in force, resolved to the claims that they now stand on."""
    return remembered(connection, "rulings", lambda: rulings_in_force(connection))


def rulings_in_force(connection: Connection) -> Rulings:
    in_force = judged(connection)
    return rulings(in_force, standing(connection, in_force)[0]) if in_force else Rulings()


def standing(connection: Connection, of: Sequence[Judgement]) -> tuple[dict[Anchor, str], set[str]]:
    """Return where each anchor of some judgements now stands, and the claims that stood in for a lost one."""
    anchors = {a for j in of for a in j.on}
    known = claims_in(connection, sorted({a.document for a in anchors}))
    at = {a: heir for a in anchors if (heir := resolve(a, known)) is not None}
    return at, {heir for a, heir in at.items() if heir != a.claim}


def claims_in(connection: Connection, document_ids: Sequence[str]) -> dict[str, Claim]:
    """Return the claims in force of some documents by id."""
    found: dict[str, Claim] = {}
    for some in chunks(document_ids):
        asked = select(claims.c.id, claims.c.record).where(claims.c.document.in_(some), claims.c.withdrawn.is_(None))
        found |= {row.id: claim_from(row.record) for row in connection.execute(asked)}
    return found


def heirs(connection: Connection) -> set[int]:
    """Return the claims that inherited a judgement."""
    return set(deriving.numbers_of(connection, standing(connection, judged(connection))[1]).values())


def defer(connection: Connection, changed: Collection[int]) -> None:
    """Note claims that came, went, or whose text turned out a reprint: their entries are to be made."""
    put(connection, pending, ((n,) for n in sorted(changed)))


def waiting(connection: Connection) -> int:
    """Return how many claims wait for their entries."""
    return connection.execute(select(func.count()).select_from(pending)).scalar_one()


def settled(connection: Connection) -> list[str]:
    """Make the entries of all claims that wait for them; return their ids."""
    changed = set(connection.execute(select(pending.c.claim)).scalars())
    if not changed:
        return []
    gone: set[int] = set()
    for some in chunks(sorted(changed)):
        asked = select(claims.c.n).where(claims.c.n.in_(some), claims.c.withdrawn.is_not(None))
        gone |= set(connection.execute(asked).scalars())
    ruled = rulings_of(connection)
    inherited = heirs(connection) - changed if gone else set()
    left = deriving.unlink(connection, gone)
    for some in chunks(sorted((changed - gone) | inherited | left), deriving.PART):
        deriving.link(connection, some, ruled)
    made = refolding.refold(connection, changed | inherited | left, ruled)
    connection.execute(delete(pending))
    return made


def present(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Return those of some ids that are entries' now."""
    asked = (select(entries.c.id).where(entries.c.id.in_(some)) for some in chunks(ids))
    return {found for one in asked for found in connection.execute(one).scalars()}
