"""Look things up around entries: where claims stand, what nearly matched, what words find."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, or_, select

from servanda.ledger.comparing import Compared, Novelty, against, known_text
from servanda.ledger.deriving import filed_claims, neighbours, numbers_of
from servanda.ledger.judging import Rulings
from servanda.ledger.matching import REVIEW, compare
from servanda.ledger.profiles import keys, profile
from servanda.ledger.records import Card, Doubt, Entry, Filed, Hit, Match, Nearly, Verdict
from servanda.ledger.rows import card_from
from servanda.ledger.schema import chunks, claims, documents, edges, members


def near_pairs(connection: Connection, numbers: Collection[int]) -> list[tuple[int, int]]:
    """Return the compared pairs, with one of these claims in each, that are or may be the same."""
    found: set[tuple[int, int]] = set()
    for some in chunks(numbers):
        touching = or_(edges.c.a.in_(some), edges.c.b.in_(some))
        found |= {
            (a, b) for a, b in connection.execute(select(edges.c.a, edges.c.b).where(touching, edges.c.score >= REVIEW))
        }
    return sorted(found)


def nearly(connection: Connection, of: Entry, ruled: Rulings) -> list[Nearly]:
    """Return the entries that nearly were the same as one, the nearest first."""
    own = set(numbers_of(connection, [f.id for f in of.claims]).values())
    pairs = near_pairs(connection, own)
    known = filed_claims(connection, {n for pair in pairs for n in pair}, ruled)
    home = homes(connection, known)
    found: dict[str, Nearly] = {}
    for a, b in pairs:
        mine, other = (a, b) if a in own else (b, a)
        entry = home.get(other)
        if entry is not None and entry != of.id and mine in known and other in known:
            match = compare(profile(known[mine]), profile(known[other]))
            if entry not in found or match.score > found[entry].match.score:
                found[entry] = Nearly(entry, known[other].claim.title, match)
    return sorted(found.values(), key=lambda n: (-n.match.score, n.entry))


def nearest_before(of: Sequence[Filed]) -> list[tuple[Filed, Filed, Match]]:
    """Return for each claim but the first the nearest of those before it, itself, and why the two are near."""
    profiles = [profile(f) for f in of]
    made: list[tuple[Filed, Filed, Match]] = []
    for place in range(1, len(of)):
        matches = [compare(profiles[other], profiles[place]) for other in range(place)]
        best = max(range(place), key=lambda other: (matches[other].score, -other))
        made.append((of[best], of[place], matches[best]))
    return made


def homes(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return the entries in which claims stand."""
    found: dict[int, str] = {}
    for some in chunks(numbers):
        asked = select(members.c.claim, members.c.entry).where(members.c.claim.in_(some))
        found |= {row.claim: row.entry for row in connection.execute(asked)}
    return found


def claims_of(connection: Connection, document_id: str, ruled: Rulings) -> list[tuple[Filed, str | None]]:
    """Return the claims of a document in reading order, each with the entry in which it stands."""
    asked = select(claims.c.n).where(claims.c.document == document_id, claims.c.withdrawn.is_(None))
    numbers = connection.execute(asked).scalars().all()
    filed, home = filed_claims(connection, numbers, ruled), homes(connection, numbers)
    return sorted(((f, home.get(n)) for n, f in filed.items()), key=lambda pair: (pair[0].quotation.start, pair[0].id))


def reprints_of(connection: Connection, document_id: str) -> list[Card]:
    """Return the other documents that print the text of one, oldest first."""
    same = select(documents.c.copy_of).where(documents.c.id == document_id).scalar_subquery()
    asked = select(documents).where(documents.c.copy_of == same, documents.c.id != document_id)
    cards = [card_from(row) for row in connection.execute(asked).mappings()]
    return sorted(cards, key=lambda card: (card.day, card.id))


def document_hits(connection: Connection, numbers: Sequence[int]) -> list[Hit]:
    rows = connection.execute(select(documents).where(documents.c.n.in_(numbers))).mappings().all()
    cards = {row["n"]: card_from(row) for row in rows}
    return [Hit(cards[n].id, cards[n].title or "", cards[n]) for n in numbers if n in cards]


def claim_hits(connection: Connection, numbers: Sequence[int], ruled: Rulings) -> list[Hit]:
    filed, home = filed_claims(connection, numbers, ruled), homes(connection, numbers)
    return [Hit(filed[n].id, filed[n].quotation.words, filed[n].card, home.get(n)) for n in numbers if n in filed]


def doubtful_claims(connection: Connection, ruled: Rulings, limit: int) -> list[Doubt]:
    """Return doubtful claims on which nobody has judged, the surest first."""
    asked = select(claims.c.n).where(claims.c.review.is_(True), claims.c.withdrawn.is_(None)).order_by(claims.c.n)
    numbers = connection.execute(asked.limit(20 * limit)).scalars().all()
    filed = [f for f in filed_claims(connection, numbers, ruled).values() if not f.firm]
    return [Doubt((f,)) for f in sorted(filed, key=lambda f: (-f.claim.confidence, f.id))[:limit]]


def doubtful_pairs(connection: Connection, ruled: Rulings, limit: int) -> list[Doubt]:
    """Return pairs of claims in two entries that may be one, not yet judged, the nearest first.

    One pair for two entries.
    """
    one, other = members.alias(), members.alias()
    asked = (
        select(edges.c.a, edges.c.b, one.c.entry, other.c.entry.label("second"))
        .join(one, one.c.claim == edges.c.a)
        .join(other, other.c.claim == edges.c.b)
        .where(edges.c.score >= REVIEW, one.c.entry != other.c.entry)
        .order_by(edges.c.score.desc(), edges.c.a, edges.c.b)
        .limit(5 * limit)
    )
    judged = {frozenset(pair) for pair in ruled.apart}
    seen: set[frozenset[str]] = set()
    made: list[Doubt] = []
    for rows in chunks(connection.execute(asked), max(1, limit)):
        filed = filed_claims(connection, {n for row in rows for n in (row.a, row.b)}, ruled)
        for row in rows:
            pair, both = frozenset((row.entry, row.second)), [filed[n] for n in (row.a, row.b) if n in filed]
            if len(both) == 2 and pair not in seen and frozenset(f.id for f in both) not in judged:
                seen.add(pair)
                made.append(Doubt(tuple(both), compare(*map(profile, both))))
        if len(made) >= limit:
            break
    return made[:limit]


def compared(connection: Connection, new: Filed, ruled: Rulings) -> Compared:
    """Return what a claim that is not filed adds to the entry in which it would stand."""
    own = profile(new)
    near = neighbours(connection, keys(own))
    known = filed_claims(connection, sorted(near), ruled)
    if (filed := next((n for n, f in known.items() if f.id == new.id), None)) is not None:
        return known_text(new, known[filed], homes(connection, [filed]).get(filed))
    scored = [(compare(own, profile(f)), n) for n, f in sorted(known.items())]
    best = max(scored, default=None, key=lambda pair: (pair[0].score, known[pair[1]].id))
    if best is None or best[0].verdict is Verdict.DIFFERENT:
        return against(new, [])
    entry = homes(connection, [best[1]]).get(best[1])
    if best[0].verdict is Verdict.REVIEW or entry is None:
        words = "Nothing earlier surely speaks of it; one claim may."
        return Compared(new, Novelty.NEW, words, None, None, best[0], known[best[1]])
    fellows = connection.execute(select(members.c.claim).where(members.c.entry == entry)).scalars().all()
    earlier = [f for f in filed_claims(connection, fellows, ruled).values() if f.card.id != new.card.id]
    return against(new, earlier, entry, best[0])
