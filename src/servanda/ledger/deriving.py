"""Entries from facts: link new claims to old ones, and fold again what that touched.

Everything derived is a pure function of the claims in force and the judgements, so that
``rebuilt`` gives the tables that adding one document at a time gave.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from servanda.codebook import rung
from servanda.ledger import changing, twins
from servanda.ledger.clustering import Edge, components, group
from servanda.ledger.followthrough import Watch
from servanda.ledger.judging import Rulings, under_rulings
from servanda.ledger.lifecycle import day_of, host
from servanda.ledger.matching import REVIEW, weighed
from servanda.ledger.profiles import Profile, bases, keys, profile, stretch_of
from servanda.ledger.reach import hopeless
from servanda.ledger.records import Card, Filed
from servanda.ledger.rows import claim_from, parties_key
from servanda.ledger.schema import (
    blocks,
    chunks,
    claims,
    documents,
    edges,
    judgements,
    members,
    put,
    read,
    watched,
)
from servanda.model import Stage

Tie = tuple[int, int, float]  # two claims by their numbers, and how near they are
EdgeRow = tuple[int, int, float | None, str | None]
CARD = (
    documents.c.title,
    documents.c.date,
    documents.c.language,
    documents.c.publisher,
    documents.c.url,
    documents.c.filed,
    documents.c.copy_of,
)
FOREVER = "9999-12-31"  # settled statuses do not depend on the day
EVERYBODY = "*"
ANYBODY = ""  # under which what was read is counted once a document, whoever it tells of
READ = ("parties", "publisher", "language", "documents", "first", "last")
PART = 1000  # claims linked or folded at a time
FEW = 8  # parties: a claim of more watches no dyad


def filed_claims(connection: Connection, numbers: Iterable[int], rulings: Rulings) -> dict[int, Filed]:
    """Return claims in force by their numbers, as judged; those withdrawn or rejected are left out."""
    found: dict[int, Filed] = {}
    cards: dict[str, Card] = {}
    for some in chunks(numbers):
        wanted = (claims.c.n.in_(some), claims.c.withdrawn.is_(None))
        rows = connection.execute(select(claims.c.n, claims.c.id, claims.c.record, claims.c.document).where(*wanted))
        told = rows.all()
        cards |= cards_of(connection, {document for *_, document in told} - cards.keys())
        for n, claim_id, record, document in told:
            claim = claim_from(record)
            filed = under_rulings(Filed(claim_id, claim, cards[document], not claim.review), rulings)
            if filed is not None:
                found[n] = filed
    return found


def cards_of(connection: Connection, ids: Iterable[str]) -> dict[str, Card]:
    """Return the cards of some documents; a document tells several claims, and is looked up once."""
    found: dict[str, Card] = {}
    for some in chunks(sorted(ids)):
        rows = connection.execute(select(documents.c.id, *CARD).where(documents.c.id.in_(some)))
        found |= {document: Card(document, *card) for document, *card in rows}
    return found


def link(connection: Connection, numbers: Iterable[int], rulings: Rulings) -> None:
    """Put claims into their blocks and compare each with what stands there, whatever it was linked to before."""
    wanted = set(numbers)
    new = filed_claims(connection, sorted(wanted | unlink(connection, linked(connection, wanted))), rulings)
    held = twins.first_of(new)
    keyed = {n: keys(profile(filed)) for n, filed in new.items() if n not in held}
    near = {other for found in keyed.values() for other in neighbours(connection, found)}
    standing = filed_claims(connection, sorted(near), rulings)
    held = twins.first_of(new | standing)
    outdone = held.keys() & standing.keys()
    left = {n: held[n] for n in outdone} | {n: held[first] for first in outdone for n in unlink(connection, [first])}
    twins.keep(connection, held | left)
    firsts = {n: found for n, found in keyed.items() if n not in held}
    put(connection, blocks, ((key, n) for n, found in firsts.items() for key in found))
    compare_near(connection, firsts, new | standing)


def compare_near(connection: Connection, keyed: Mapping[int, set[int]], filed: Mapping[int, Filed]) -> None:
    """Compare claims, by the blocks in which they stand, with all that stand there too."""
    near = {n: (neighbours(connection, found) - {n}) & filed.keys() for n, found in keyed.items()}
    known = {n: profile(filed[n]) for n in {m for found in near.values() for m in found} | near.keys()}
    pairs = {(min(n, m), max(n, m)) for n, found in near.items() for m in found if not hopeless(known[n], known[m])}
    put(connection, edges, edge_rows((pair, known[pair[0]], known[pair[1]]) for pair in sorted(pairs)))


def unlink(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Take claims out of blocks and edges; return those for which one of them stood: they are to be linked anew."""
    for some in chunks(sorted(numbers)):
        for within, of in standing_in(connection, some):
            connection.execute(delete(blocks).where(*within, blocks.c.claim.in_(of)))
        connection.execute(delete(edges).where(or_(edges.c.a.in_(some), edges.c.b.in_(some))))
    return twins.drop(connection, numbers)


def linked(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Return those of some claims that stand in an entry: the others were never put into blocks."""
    found: set[int] = set()
    for some in chunks(sorted(numbers)):
        found.update(connection.execute(select(members.c.claim).where(members.c.claim.in_(some))).scalars())
    return found


def standing_in(
    connection: Connection, numbers: Sequence[int]
) -> Iterator[tuple[list[ColumnElement[bool]], Collection[int]]]:
    """Yield where among the blocks some claims can stand: anywhere, once somebody corrected the parties of a claim."""
    if connection.execute(select(judgements.c.id).where(judgements.c.slot == "parties").limit(1)).first():
        yield [], numbers
        return
    at: dict[str, list[int]] = defaultdict(list)
    for n, parties in connection.execute(select(claims.c.n, claims.c.parties).where(claims.c.n.in_(numbers))):
        for base in bases(frozenset(parties.split())):
            at[base].append(n)
    for base, of in at.items():
        yield [blocks.c.key.between(*stretch_of(base))], of


def neighbours(connection: Connection, found: Iterable[int]) -> set[int]:
    near: set[int] = set()
    for some in chunks(sorted(found)):
        near.update(connection.execute(select(blocks.c.claim).where(blocks.c.key.in_(some))).scalars())
    return near


def edge_rows(pairs: Iterable[tuple[tuple[int, int], Profile, Profile]]) -> Iterator[EdgeRow]:
    """Yield a row (a, b, score, link) for each pair that is or may be the same, or follows one another."""
    for (a, b), one, other in pairs:
        score, link = weighed(one, other)
        if score is not None and score >= REVIEW:
            yield a, b, score, link
        elif link == "successor":
            yield a, b, None, link


def bonds(connection: Connection, rulings: Rulings) -> dict[int, set[int]]:
    """Return which claim numbers people tied to which."""
    numbers = numbers_of(connection, {claim for pair in rulings.together for claim in pair})
    tied: dict[int, set[int]] = defaultdict(set)
    for a, b in rulings.together:
        if a in numbers and b in numbers:
            tied[numbers[a]].add(numbers[b])
            tied[numbers[b]].add(numbers[a])
    return tied


def numbers_of(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(sorted(ids)):
        found |= {
            row.id: row.n for row in connection.execute(select(claims.c.id, claims.c.n).where(claims.c.id.in_(some)))
        }
    return found


def rooted(numbers: Iterable[int], pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return for each claim the one that stands for its component: what pairs tie together."""
    home = {n: n for n in numbers}

    def root(n: int) -> int:
        while home[n] != n:
            home[n] = home[home[n]]
            n = home[n]
        return n

    for a, b in pairs:
        if a in home and b in home:
            home[root(a)] = root(b)
    return {n: root(n) for n in home}


def successions(connection: Connection, numbers: Iterable[int]) -> set[tuple[int, int]]:
    """Return the pairs, with one of these claims in each, of which one follows the other by name."""
    found: set[tuple[int, int]] = set()
    for some in chunks(sorted(numbers)):
        touching = or_(edges.c.a.in_(some), edges.c.b.in_(some))
        found |= {
            (a, b)
            for a, b in connection.execute(select(edges.c.a, edges.c.b).where(touching, edges.c.link == "successor"))
        }
    return found


def successors(
    connection: Connection, filed: Mapping[int, Filed], rulings: Rulings, pairs: Collection[tuple[int, int]]
) -> dict[str, list[Filed]]:
    """Return, by claim id, the concluded claims that bear the same name in a later year; ``pairs`` are successions."""
    if not pairs:
        return {}
    known = dict(filed) | filed_claims(connection, sorted({n for pair in pairs for n in pair} - filed.keys()), rulings)
    later: dict[str, list[Filed]] = defaultdict(list)
    for a, b in sorted(pairs):
        for one, other in ((a, b), (b, a)):
            if (
                one in known
                and other in known
                and rung(known[other].claim.stage) >= rung(Stage.SIGNED)
                and known[other].firm
            ):
                later[known[one].id].append(known[other])
    return later


def successor(claims_of: Sequence[Filed], later: Mapping[str, Sequence[Filed]]) -> str | None:
    """Return the name of what took an entry's place.

    Concluded after the entry's last report, by another claim than its own.
    """
    own = {f.id for f in claims_of}
    last = max(day_of(f) for f in claims_of)
    names = [
        f.claim.title for claim in sorted(own) for f in later.get(claim, ()) if f.id not in own and day_of(f) > last
    ]
    return min(names, default=None)


def grouped(
    filed: Mapping[int, Filed], found: Iterable[Tie], rulings: Rulings, held: Mapping[int, int]
) -> list[list[Filed]]:
    """Return the claims of each undertaking; ``held`` says which claim stands for which in the edges ``found``."""
    ruled = {claim for pair in (*rulings.together, *rulings.apart) for claim in pair}
    speaking, bundles = twins.nodes(filed, held, ruled)
    told = ((a, b, score) for a, b, score in found if a in speaking and b in speaking)
    between = [edge_between(one, other, score) for a, b, score in told for one in speaking[a] for other in speaking[b]]
    between += [alike for some in speaking.values() for alike in edges_within(some, bundles)]
    together = [pair for pair in rulings.together if pair[0] in bundles and pair[1] in bundles]
    apart = [pair for pair in rulings.apart if pair[0] in bundles and pair[1] in bundles]
    tied = components(bundles, between, together)
    home = {claim: place for place, some in enumerate(tied) for claim in some}
    edges_at: dict[int, list[Edge]] = defaultdict(list)
    for edge in between:
        edges_at[home[edge.a]].append(edge)
    made: list[list[str]] = []
    for place, some in enumerate(tied):
        if len(some) == 1:
            made.append(some)
            continue
        ties = [pair for pair in together if home[pair[0]] == place]
        profiles = {claim: profile(bundles[claim][0]) for claim in some}
        made += group(profiles, edges_at[place], ties, apart)
    return [[f for node in of for f in bundles[node]] for of in made]


def edges_within(nodes: Sequence[str], bundles: Mapping[str, Sequence[Filed]]) -> Iterator[Edge]:
    """Yield the edges among claims of equal content that people told apart."""
    for one, other in combinations(nodes, 2):
        yield Edge(one, other, weighed(profile(bundles[one][0]), profile(bundles[other][0]))[0] or 0.0)


def edge_between(one: str, other: str, score: float) -> Edge:
    return Edge(min(one, other), max(one, other), score)


def watch(connection: Connection, told: Iterable[tuple[Card, set[str]]]) -> None:
    """Note what was read.

    For each document its card and the sets of parties (as keys) on which it tells for the first time.
    """
    seen: dict[str, str] = {}
    rows: dict[tuple[str, str, str], tuple[int, str, str]] = {}
    for card, keys_told in told:
        for key in keys_told:
            if key != ANYBODY:
                seen[key] = max(seen.get(key, ""), card.day)
            place = (key, card.publisher or host(card.url) or "", card.language or "")
            number_of, first, last = rows.get(place, (0, card.day, card.day))
            rows[place] = (number_of + 1, min(first, card.day), max(last, card.day))
    looked(connection, seen)
    put = insert(read)
    put = put.on_conflict_do_update(
        index_elements=["parties", "publisher", "language"],
        set_={
            "documents": read.c.documents + put.excluded.documents,
            "first": func.min(read.c.first, put.excluded.first),
            "last": func.max(read.c.last, put.excluded.last),
        },
    )
    for some in chunks(sorted(rows.items()), 5000):
        connection.execute(put, [dict(zip(READ, (*place, *counts), strict=True)) for place, counts in some])


def looked(connection: Connection, seen: Mapping[str, str]) -> None:
    """Move the last day on which parties were watched forward, never back."""
    put = insert(watched)
    put = put.on_conflict_do_update(
        index_elements=["parties"], set_={"last": func.max(watched.c.last, put.excluded.last)}
    )
    for some in chunks(sorted(seen.items()), 5000):
        connection.execute(put, [{"parties": key, "last": day} for key, day in some])
    changing.noted(connection, seen)


def watching(parties: Sequence[str]) -> set[str]:
    """Return the sets of parties about which a report on these tells something."""
    found = {parties_key(parties), *parties}
    if len(parties) <= FEW:
        found |= {parties_key(pair) for pair in combinations(sorted(parties), 2)}
    return found


def watching_all(sets: Iterable[Sequence[str]]) -> set[str]:
    found = {key for parties in sets for key in watching(parties)}
    return found | {ANYBODY} if found else found


def last_watched(connection: Connection, parties: Sequence[str]) -> Watch:
    """Return when these parties were looked at last; a look for all parties counts for each."""
    asked = select(func.max(watched.c.last)).where(watched.c.parties.in_([parties_key(parties), EVERYBODY]))
    return Watch(connection.execute(asked).scalar())
