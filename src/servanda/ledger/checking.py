"""Does the ledger still say what its documents say, and do its entries follow from its facts?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from itertools import groupby

from sqlalchemy import Connection, select

from servanda.ledger.rows import claim_from, document_from
from servanda.ledger.schema import claims, documents, entries, members
from servanda.problems import Problem

SHOWN = 20  # differences named one by one


def quotations_that_differ(connection: Connection) -> tuple[int, int, list[Problem]]:
    """Verify every quotation in force.

    Return the documents and quotations looked at, and a problem for each that fails.
    """
    asked = (
        select(claims.c.id.label("claim"), claims.c.record, documents)
        .join(documents, documents.c.id == claims.c.document)
        .where(claims.c.withdrawn.is_(None))
        .order_by(documents.c.n)
    )
    seen, quoted = 0, 0
    bad: list[Problem] = []
    rows = connection.execution_options(yield_per=1000).execute(asked).mappings()
    for _, of_document in groupby(rows, key=lambda row: row["n"]):
        seen += 1
        document = None
        for row in of_document:
            document = document or document_from(row)
            claim = claim_from(row["record"])
            quoted += len(claim.quotations)
            if document.id != claim.document or not claim.verified_against(document):
                bad.append(
                    Problem(
                        f"claim {row['claim']}",
                        "its words do not stand in its document.",
                        "quotation",
                        "Add the document again.",
                    )
                )
    return seen, quoted, bad


def tables_that_differ(connection: Connection, rebuild: Callable[[], int]) -> tuple[int, list[Problem]]:
    """Make the entries again and return how many there are, with a problem for each that was not as it now is."""
    before = fingerprints(connection)
    count = rebuild()
    after = fingerprints(connection)
    differing = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    found = [
        Problem(f"entry {key}", "was not what its claims give; made again.", "rebuilt") for key in differing[:SHOWN]
    ]
    if len(differing) > SHOWN:
        found.append(Problem("ledger", f"{len(differing) - SHOWN} more entries were made again.", "rebuilt"))
    return count, found


def fingerprints(connection: Connection) -> dict[str, bytes]:
    """Return a digest of each entry's line and members."""
    found: dict[str, bytes] = {}
    asked = (
        select(members.c.entry, claims.c.id)
        .join(claims, claims.c.n == members.c.claim)
        .order_by(members.c.entry, claims.c.id)
    )
    homes: dict[str, bytes] = {}
    for entry, of in groupby(connection.execution_options(yield_per=5000).execute(asked), key=lambda row: row[0]):
        homes[entry] = digest_of(row[1] for row in of)
    for row in connection.execution_options(yield_per=5000).execute(select(entries)):
        found[row.id] = digest_of((repr(tuple(row)), homes.get(row.id, b"").hex()))
    return found


def digest_of(parts: Iterable[str]) -> bytes:
    hashed = blake2b(digest_size=12)
    for part in parts:
        hashed.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return hashed.digest()
