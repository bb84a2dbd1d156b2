"""Append facts to a ledger: documents with their reprints, verified claims, problems.

Nothing here changes a fact: claims that a newer run no longer finds are marked withdrawn.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, text, update
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
CLAIM_WORDS = text("INSERT INTO claim_words(rowid, title, words) VALUES (:n, :title, :words)")


class Sourced(NamedTuple):
    """A source with all that was found in it; ``Ledger.file`` tells what each part means."""

    source: Source
    documents: Sequence[Document] = ()
    claims: Sequence[Claim] = ()
    problems: Sequence[Problem] = ()
    read_by: Sequence[str] | None = None
    whole: Sequence[Document] = ()


def file_source(connection: Connection, of: Sourced, filed: str) -> Filing:
    """File one source; its claims then wait for their entries."""
    connection.execute(insert(sources).on_conflict_do_nothing(), [source_row(of.source, filed)])
    added, touched = add_documents(connection, of.documents, filed)
    sound, bad = verified(connection, of.claims)
    watch(connection, newly_told(connection, sound))
    new, gone = add_claims(connection, sound, [d.id for d in of.documents], filed, of.read_by)
    keep_problems(connection, of.source, [*of.problems, *bad], filed)
    extracted.note(connection, () if bad else of.whole)
    settling.defer(connection, {*new, *gone, *touched})
    return Filing(added, len(new), (), len(gone), tuple(bad))


def add_documents(connection: Connection, added: Sequence[Document], filed: str) -> tuple[int, set[int]]:
    """Append the documents that are not there yet; return how many, and the claims whose text turned out a reprint."""
    ids = [document.id for document in added]
    known = {
        n
        for some in chunks(ids)
        for n in connection.execute(select(documents.c.id).where(documents.c.id.in_(some))).scalars()
    }
    touched: set[int] = set()
    new = {document.id: document for document in added if document.id not in known}
    for document in new.values():
        n = connection.execute(insert(documents).returning(documents.c.n), [document_row(document, filed)]).scalar_one()
        connection.execute(DOCUMENT_WORDS, {"n": n, "title": document.title or "", "words": document.text})
        touched |= note_copies(connection, n, document)
    return len(new), touched


def note_copies(connection: Connection, n: int, document: Document) -> set[int]:
    """Put a document among those that print the same text; return the numbers of the claims of all that thereby moved.

    All reprints bear the smallest id among them, whichever came first. A text of the very
    same words as one before it stands where that one stands, and needs no keys of its own.
    """
    signed = reprints.signature(document.text)
    key = reprints.whole(signed)
    same = select(documents.c.copy_of).join(copies, copies.c.document == documents.c.n).where(copies.c.band == key)
    groups = set(connection.execute(same.limit(1)).scalars())
    if not groups:
        keys = reprints.bands(signed)
        put(connection, copies, [(band, n) for band in {key, *keys}])
        groups = groups_alike(connection, n, keys, signed)
    root = min(groups | {document.id})
    of = (groups | {document.id}) - {root}
    moved = connection.execute(select(documents.c.id).where(documents.c.copy_of.in_(of))).scalars().all() if of else []
    touched: set[int] = set()
    for some in chunks(moved):
        connection.execute(update(documents).where(documents.c.id.in_(some)).values(copy_of=root))
        asked = select(claims.c.n).where(claims.c.document.in_(some), claims.c.withdrawn.is_(None))
        touched |= set(connection.execute(asked).scalars())
    return touched


def groups_alike(connection: Connection, n: int, keys: Sequence[int], signed: reprints.Signature) -> set[str]:
    """Return the groups of reprints in which a text like this one stands; of each group no more texts are compared."""
    near = select(copies.c.document).where(copies.c.band.in_(keys), copies.c.document != n)
    found = connection.execute(select(documents.c.n, documents.c.copy_of).where(documents.c.n.in_(near))).all()
    groups: set[str] = set()
    for row in found:
        if row.copy_of not in groups:
            other = connection.execute(select(documents.c.text).where(documents.c.n == row.n)).scalar_one()
            groups |= {row.copy_of} if reprints.alike(reprints.signature(other), signed) else set()
    return groups


def verified(connection: Connection, made: Sequence[Claim]) -> tuple[list[Claim], list[Problem]]:
    """Return the claims whose quotations stand in their stored documents, and a problem for each other."""
    texts: dict[str, Document | None] = {}
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


def add_claims(
    connection: Connection,
    sound: Sequence[Claim],
    again: Sequence[str],
    filed: str,
    read_by: Sequence[str] | None = None,
) -> tuple[list[int], list[int]]:
    """Append claims, and withdraw those of the same extractors in the documents read again that are not among them.

    Returns the numbers of the claims that are new (or in force again), and of those withdrawn.
    """
    wanted = {claim.id: claim for claim in sound}
    known = stored(connection, wanted)
    new = [claim for claim_id, claim in wanted.items() if claim_id not in known]
    back = [n for n, withdrawn in known.values() if withdrawn]
    added = [append(connection, claim, filed) for claim in new]
    connection.execute(update(claims).where(claims.c.n.in_(back)).values(withdrawn=None))
    spoke = {name for claim in sound for name in families(claim.extractor)} or None
    gone = outdated(connection, again, wanted.keys(), spoke if read_by is None else set(read_by))
    connection.execute(update(claims).where(claims.c.n.in_(gone)).values(withdrawn=filed))
    more = [known[i][0] for i, claim in wanted.items() if i in known and say_too(connection, known[i][0], claim)]
    return [*added, *dict.fromkeys([*back, *more])], gone


def stored(connection: Connection, wanted: Mapping[str, Claim]) -> dict[str, tuple[int, str | None]]:
    found: dict[str, tuple[int, str | None]] = {}
    for some in chunks(wanted):
        for row in connection.execute(select(claims.c.id, claims.c.n, claims.c.withdrawn).where(claims.c.id.in_(some))):
            found[row.id] = (row.n, row.withdrawn)
    return found


def append(connection: Connection, claim: Claim, filed: str) -> int:
    n: int = connection.execute(insert(claims).returning(claims.c.n), [claim_row(claim, filed)]).scalar_one()
    connection.execute(CLAIM_WORDS, {"n": n, **words_of(claim)})
    return n


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


def newly_told(connection: Connection, sound: Sequence[Claim]) -> list[tuple[Card, set[str]]]:
    """Return for each document the sets of parties on which it tells for the first time.

    To be asked before its claims are added.
    """
    sets: dict[str, list[Sequence[str]]] = {}
    for claim in sound:
        sets.setdefault(claim.document, []).append(claim.parties)
    made: list[tuple[Card, set[str]]] = []
    for document_id, parties in sorted(sets.items()):
        row = connection.execute(select(documents.c.id, *CARD).where(documents.c.id == document_id)).mappings().one()
        before = connection.execute(
            select(claims.c.parties).where(claims.c.document == document_id).distinct()
        ).scalars()
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
