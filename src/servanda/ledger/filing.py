"""Append facts to a ledger: documents with their reprints, verified claims, problems.

Nothing here changes a fact: claims that a newer run no longer finds are marked withdrawn.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.sqlite import insert

from servanda.ledger import extracted, reprints, settling
from servanda.ledger.deriving import CARD, watch, watching_all
from servanda.ledger.records import Card, Filing
from servanda.ledger.rows import (
    card_from,
    claim_from,
    claim_record,
    document_from,
    document_row,
    parties_key,
    source_row,
)
from servanda.ledger.schema import chunks, claims, copies, documents, problems, put, sources
from servanda.model import Claim, Document, Quotation, Source
from servanda.problems import Problem, QueryError

MANUAL = "manual"
DOCUMENT_WORDS = text("INSERT INTO document_words(rowid, title, words) VALUES (:n, :title, :words)")
SAME = "SELECT d.copy_of FROM copies c JOIN documents d ON d.n = c.document WHERE c.band = ? LIMIT 1"
CLAIM_WORDS = text("INSERT INTO claim_words(rowid, title, words) VALUES (:n, :title, :words)")


class Sourced(NamedTuple):
    """A source with all that was found in it; ``Ledger.file`` tells what each part means."""

    source: Source
    documents: Sequence[Document] = ()
    claims: Sequence[Claim] = ()
    problems: Sequence[Problem] = ()
    read_by: Sequence[str] | None = None
    whole: Sequence[Document] = ()
    keys: Mapping[str, reprints.Keys] = {}
    """By document id, under which keys its reprints are found; what is not there is worked out."""


def file_all(connection: Connection, some: Sequence[Sourced], filed: str) -> Filing:
    """File some sources; their claims then wait for their entries."""
    if not some:
        return Filing(0, 0, ())
    connection.execute(insert(sources).on_conflict_do_nothing(), [source_row(of.source, filed) for of in some])
    new = unknown(connection, {d.id: d for of in some for d in of.documents})
    touched = add_documents(connection, new, filed, {i: keys for of in some for i, keys in of.keys.items()})
    checked = [verified(connection, of.claims, new) for of in some]
    sound = [claim for good, _ in checked for claim in good]
    watch(connection, newly_told(connection, sound, new, filed))
    came = add_claims(connection, sound, filed)
    gone = [n for of, (good, _) in zip(some, checked, strict=True) for n in withdrawn(connection, of, good, new, filed)]
    for of, (_, bad) in zip(some, checked, strict=True):
        keep_problems(connection, of.source, [*of.problems, *bad], filed)
    extracted.note(connection, [d for of, (_, bad) in zip(some, checked, strict=True) if not bad for d in of.whole])
    settling.defer(connection, {*came, *gone, *touched})
    return Filing(len(new), len(came), (), len(gone), tuple(p for _, bad in checked for p in bad))


def unknown(connection: Connection, given: Mapping[str, Document]) -> dict[str, Document]:
    """Return the documents that are not in the ledger."""
    known: set[str] = set()
    for some in chunks(given):
        known |= set(connection.execute(select(documents.c.id).where(documents.c.id.in_(some))).scalars())
    return {i: document for i, document in given.items() if i not in known}


def add_documents(
    connection: Connection, new: Mapping[str, Document], filed: str, keys: Mapping[str, reprints.Keys]
) -> set[int]:
    """Append documents; return the numbers of the claims whose text thereby turned out a reprint."""
    if not new:
        return set()
    first = 1 + (connection.execute(select(func.max(documents.c.n))).scalar() or 0)
    told = list(enumerate(new.items(), first))
    connection.execute(insert(documents), [{"n": n} | document_row(document, filed) for n, (_, document) in told])
    connection.execute(DOCUMENT_WORDS, [{"n": n, "title": d.title or "", "words": d.text} for n, (_, d) in told])
    touched: set[int] = set()
    for n, (i, document) in told:
        touched |= note_copies(connection, n, i, document.text, keys.get(i))
    return touched


def note_copies(connection: Connection, n: int, own: str, words: str, keys: reprints.Keys | None) -> set[int]:
    """Put a document among those that print the same text; return the numbers of the claims of all that thereby moved.

    All reprints bear the smallest id among them, whichever came first. A text of the very
    same words as one before it stands where that one stands, and needs no keys of its own.
    """
    whole, *bands = keys or reprints.keys(reprints.signature(words))
    groups = {row[0] for row in connection.exec_driver_sql(SAME, (whole,))}
    if not groups:
        put(connection, copies, [(band, n) for band in {whole, *bands}])
        groups = groups_alike(connection, n, bands, words)
    if not groups:
        return set()
    root = min(groups | {own})
    of = (groups | {own}) - {root}
    moved = connection.execute(select(documents.c.id).where(documents.c.copy_of.in_(of))).scalars().all()
    touched: set[int] = set()
    for some in chunks(moved):
        connection.execute(update(documents).where(documents.c.id.in_(some)).values(copy_of=root))
        asked = select(claims.c.n).where(claims.c.document.in_(some), claims.c.withdrawn.is_(None))
        touched |= set(connection.execute(asked).scalars())
    return touched


def groups_alike(connection: Connection, n: int, bands: Sequence[int], words: str) -> set[str]:
    """Return the groups of reprints in which a text like this one stands; of each group no more texts are compared."""
    near = select(copies.c.document).where(copies.c.band.in_(bands), copies.c.document != n)
    found = connection.execute(select(documents.c.n, documents.c.copy_of).where(documents.c.n.in_(near))).all()
    signed = reprints.signature(words) if found else frozenset()
    groups: set[str] = set()
    for row in found:
        if row.copy_of not in groups:
            other = connection.execute(select(documents.c.text).where(documents.c.n == row.n)).scalar_one()
            groups |= {row.copy_of} if reprints.alike(reprints.signature(other), signed) else set()
    return groups


def verified(
    connection: Connection, made: Sequence[Claim], new: Mapping[str, Document]
) -> tuple[list[Claim], list[Problem]]:
    """Return the claims whose quotations stand in their stored documents, and a problem for each other."""
    texts: dict[str, Document | None] = dict(new)
    sound: list[Claim] = []
    bad: list[Problem] = []
    for claim in made:
        if claim.document not in texts:
            row = connection.execute(select(documents).where(documents.c.id == claim.document)).mappings().first()
            texts[claim.document] = document_from(row) if row else None
        document = texts[claim.document]
        if document is not None and claim.verified_against(document):
            sound.append(claim)
        else:
            what = "quotes words that do not stand in its document" if document else "has no document in the ledger"
            bad.append(
                Problem(
                    f"claim {claim.title!r}", f"{what}; it was not filed.", "quotation", "Extract the document again."
                )
            )
    return sound, bad


def add_claims(connection: Connection, sound: Sequence[Claim], filed: str) -> list[int]:
    """Append claims; return the numbers of those that are new, in force again, or made by another extractor too."""
    wanted = {claim.id: claim for claim in sound}
    known = stored(connection, wanted)
    back = [n for n, withdrawn in known.values() if withdrawn]
    added = append(connection, {i: claim for i, claim in wanted.items() if i not in known}, filed)
    if back:
        connection.execute(update(claims).where(claims.c.n.in_(back)).values(withdrawn=None))
    more = [known[i][0] for i, claim in wanted.items() if i in known and say_too(connection, known[i][0], claim)]
    return [*added, *dict.fromkeys([*back, *more])]


def withdrawn(
    connection: Connection, of: Sourced, sound: Sequence[Claim], new: Mapping[str, Document], filed: str
) -> list[int]:
    """Withdraw the claims of a source's extractors, in its documents read again, that are not among those now."""
    again = [i for document in of.documents if (i := document.id) not in new]
    if not again:
        return []
    spoke = {name for claim in sound for name in families(claim.extractor)} or None
    readers = spoke if of.read_by is None else set(of.read_by)
    gone = outdated(connection, again, {claim.id for claim in sound}, readers)
    connection.execute(update(claims).where(claims.c.n.in_(gone)).values(withdrawn=filed))
    return gone


def stored(connection: Connection, wanted: Mapping[str, Claim]) -> dict[str, tuple[int, str | None]]:
    found: dict[str, tuple[int, str | None]] = {}
    for some in chunks(wanted):
        for row in connection.execute(select(claims.c.id, claims.c.n, claims.c.withdrawn).where(claims.c.id.in_(some))):
            found[row.id] = (row.n, row.withdrawn)
    return found


def append(connection: Connection, new: Mapping[str, Claim], filed: str) -> list[int]:
    if not new:
        return []
    first = 1 + (connection.execute(select(func.max(claims.c.n))).scalar() or 0)
    told = list(enumerate(new.values(), first))
    connection.execute(insert(claims), [{"n": n} | claim_row(claim, filed) for n, claim in told])
    connection.execute(CLAIM_WORDS, [{"n": n} | words_of(claim) for n, claim in told])
    return [n for n, _ in told]


def claim_row(claim: Claim, filed: str) -> dict[str, Any]:
    return {
        "id": claim.id,
        "document": claim.document,
        "parties": parties_key(claim.parties),
        "kind": claim.kind,
        "stage": claim.stage,
        "extractor": claim.extractor, "review": claim.review, "record": claim_record(claim), "filed": filed,
    }  # fmt: skip


def words_of(claim: Claim) -> dict[str, str]:
    """Return what a claim is found by: its title, and its quotations with the names in its slots."""
    named = (*claim.items, *claim.orgs, *claim.persons, claim.where or "", claim.under or "")
    return {"title": claim.title, "words": " ".join((*(q.words for q in claim.quotations), *named))}


def family(extractor: str) -> str:
    """Return an extractor's name without its version ("rules/2" is "rules")."""
    return extractor.replace("@", "/").split("/", 1)[0]


def families(extractor: str) -> set[str]:
    """Return who made a claim, without versions: one, or several that agree ("rules+llm/model")."""
    return {family(one) for one in extractor.split("+")}


def say_too(connection: Connection, n: int, claim: Claim) -> bool:
    """Note that another extractor makes a claim that is filed too; True where that is news.

    Who agree, the greater confidence, and firm where one of them is sure: the same in any order.
    """
    old = claim_from(connection.execute(select(claims.c.record).where(claims.c.n == n)).scalar_one())
    if old.extractor == MANUAL or families(claim.extractor) <= families(old.extractor):
        return False
    who = "+".join(sorted({*old.extractor.split("+"), *claim.extractor.split("+")}, reverse=True))
    sure = max(old.confidence, claim.confidence)
    doubted = old.review and claim.review
    made = replace(old, extractor=who, confidence=sure, review=doubted, because=because_of(old, claim))
    row = {"extractor": who, "review": made.review, "record": claim_record(made)}
    connection.execute(update(claims).where(claims.c.n == n).values(row))
    return True


def because_of(old: Claim, new: Claim) -> dict[str, str]:
    """Return the reasons of both, and that both say it."""
    both = f"{old.extractor} and {new.extractor} say this"
    told = new.because.get("agreement", both) if "+" in new.extractor else both
    return {**new.because, **old.because, "agreement": told}


def outdated(connection: Connection, again: Sequence[str], kept: Iterable[str], readers: set[str] | None) -> list[int]:
    """Return the claims in force that another run of their extractor no longer finds.

    What people wrote by hand stays.
    """
    keep = set(kept)
    gone: list[int] = []
    for some in chunks(again):
        asked = select(claims.c.n, claims.c.id, claims.c.extractor).where(
            claims.c.document.in_(some), claims.c.withdrawn.is_(None)
        )
        for row in connection.execute(asked):
            own = families(row.extractor)
            if row.id not in keep and MANUAL not in own and (readers is None or own <= readers):
                gone.append(row.n)
    return gone


def keep_problems(connection: Connection, source: Source, found: Sequence[Problem], filed: str) -> None:
    """Keep what went wrong with a source, in place of what went wrong the last time."""
    connection.execute(delete(problems).where(problems.c.source == source.id))
    rows = [
        {"source": source.id, "where": p.where, "what": p.what, "cause": p.cause, "advice": p.advice, "filed": filed}
        for p in found
    ]
    if rows:
        connection.execute(insert(problems), rows)


def newly_told(
    connection: Connection, sound: Sequence[Claim], new: Mapping[str, Document], filed: str
) -> list[tuple[Card, set[str]]]:
    """Return for each document the sets of parties on which it tells for the first time.

    To be asked before its claims are added.
    """
    sets: dict[str, list[Sequence[str]]] = {}
    for claim in sound:
        sets.setdefault(claim.document, []).append(claim.parties)
    made: list[tuple[Card, set[str]]] = []
    for i, parties in sorted(sets.items()):
        if i in new:
            made.append((card_of(new[i], filed), watching_all(parties)))
            continue
        row = connection.execute(select(documents.c.id, *CARD).where(documents.c.id == i)).mappings().one()
        before = connection.execute(select(claims.c.parties).where(claims.c.document == i).distinct()).scalars()
        made.append((card_from(row), watching_all(parties) - watching_all(key.split() for key in before)))
    return made


def card_of(document: Document, filed: str) -> Card:
    """Return the card of a document that is not filed."""
    return Card(
        document.id,
        document.title,
        document.date,
        document.language,
        document.publisher,
        document.url,
        filed,
        document.id,
    )


def by_hand(
    words: str, claim: Claim, by: str, title: str | None, day: str, filed: str
) -> tuple[Source, Document, Claim]:
    """Return what a person told as a source, a document of their words, and a claim that quotes them whole."""
    if not words.strip():
        raise QueryError("note: is empty. Write down what you know; it becomes the evidence.")
    text_ = unicodedata.normalize("NFC", words)
    source = Source(
        hashlib.sha256(text_.encode()).hexdigest(), f"told by {by}", filed, len(text_.encode()), "text/plain"
    )
    document = Document(
        text_, title, day, None, by, None, source.id, how={"date": "given", "publisher": "told by hand"}
    )
    quotation = Quotation(0, len(text_), text_)
    made = replace(claim, document=document.id, quotations=(quotation,), extractor=MANUAL, confidence=1.0, review=False)
    return source, document, made
