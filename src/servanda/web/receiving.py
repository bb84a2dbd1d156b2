"""What a person hands to the app: a file, a pasted text or an address becomes documents, claims, problems.

Invariant: a path is never read: only bytes that were sent, and addresses that were asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date as calendar
from itertools import groupby

from servanda.extracting.extractor import extract
from servanda.ledger import Ledger
from servanda.ledger.comparing import Compared
from servanda.model import Claim, Document
from servanda.problems import LedgerError, Problem, QueryError
from servanda.reading import Read, limits_in_force, read, read_bytes

AGAIN = "Send it again when that is mended; what was filed before is not filed twice."


@dataclass(frozen=True, slots=True)
class Handed:
    """What was sent: bytes with the name they came under, or an address; and what the sender knows of them."""

    name: str
    data: bytes = b""
    url: str | None = None
    date: str | None = None
    language: str | None = None


@dataclass(slots=True)
class Received:
    """What became of it."""

    documents: list[Document] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    entries: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    new: int = 0
    new_claims: int = 0
    stopped: LedgerError | None = None  # what ended the filing before all was filed

    def of(self, document: Document) -> list[Claim]:
        return [claim for claim in self.claims if claim.document == document.id]


def day(words: str | None) -> str | None:
    """Return an ISO day. Raises QueryError."""
    try:
        return calendar.fromisoformat(words.strip()).isoformat() if words and words.strip() else None
    except ValueError as error:
        raise QueryError(f"{words}: is not a day. Write it as 2024-11-18.") from error


def opened(handed: Handed) -> Iterable[Read]:
    """Read what was handed over. Raises QueryError for what is no http address or holds nothing."""
    if handed.url:
        if not handed.url.lower().startswith(("https://", "http://")):
            raise QueryError(f"{handed.url}: is no address that is fetched. Give one that begins with https://")
        return read(handed.url, date=day(handed.date), language=handed.language or None, limits=limits_in_force())
    if not handed.data.strip():
        raise QueryError(f"{handed.name}: nothing is in it. Choose a file, or paste the text of a report.")
    known = {"date": day(handed.date), "language": handed.language or None}
    return read_bytes(handed.data, handed.name, **known, limits=limits_in_force())


def understood(got: Read, into: Received) -> list[Claim]:
    """Extract one document; what goes wrong is told, and stops nothing."""
    into.problems += got.problems
    if got.document is None:
        return []
    into.documents.append(got.document)
    try:
        found = extract(got.document)
    except Exception as error:  # noqa: BLE001 the batch's boundary: one document's fault must not stop the others
        words = f"the extractor failed ({type(error).__name__}); no claims were taken from it."
        into.problems.append(Problem(got.path, words, "extractor", "Please report it with the text."))
        return []
    into.problems += (replace(problem, where=got.path) for problem in found.problems)
    into.claims += found.claims
    return list(found.claims)


def filed(ledger: Ledger, handed: Handed) -> Received:
    """Read, extract and file, source by source; the same thing again changes nothing.

    Where the ledger fails, ``stopped`` says why, and what was filed before stays.
    """
    made = Received()
    for _ in filing(ledger, handed, made):
        pass
    return made


def filing(ledger: Ledger, handed: Handed, made: Received) -> Iterator[str]:
    """Do the same step by step: yield the name of each document that was read, with ``made`` grown by it."""
    held = 0, 0
    try:
        for _, group in groupby(opened(handed), key=lambda got: got.source.id if got.source else got.path):
            held = len(made.documents), len(made.claims)
            read_, claims = list[Read](), list[Claim]()
            for got in group:
                claims += understood(got, made)
                read_.append(got)
                yield got.path
            file_source(ledger, read_, claims, made)
    except LedgerError as error:
        made.stopped = error
        del made.documents[held[0] :], made.claims[held[1] :]
        made.problems.append(Problem(handed.name, f"was not filed to its end: {error}", "ledger", AGAIN))


def file_source(ledger: Ledger, group: list[Read], claims: list[Claim], made: Received) -> None:
    source = group[0].source
    if source is None:
        return
    documents = [got.document for got in group if got.document]
    filing = ledger.file(source, documents, claims, [problem for got in group for problem in got.problems])
    made.new += filing.documents
    made.new_claims += filing.claims
    made.entries.update(filing.entries)
    made.problems += filing.problems


def compared(ledger: Ledger, handed: Handed) -> tuple[Received, list[Compared]]:
    """Read and extract without filing; return what each claim adds to the ledger."""
    made = Received()
    for got in opened(handed):
        understood(got, made)
    return made, ledger.compare(made.documents, made.claims)
