"""What was knowable on a past day, for programs: the ledger made again from what had been published by then.

Invariant: it costs no more than a bounded number of reports, one such question at a time; the
ledger itself is only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import Depends, HTTPException, Query, Request

from servanda.codebook import is_party
from servanda.ledger import Ledger, parse
from servanda.problems import QueryError
from servanda.web.page import TheLedger
from servanda.web.receiving import day

MOST = 20_000  # reports that are read again for one question
PATIENCE = 20.0  # seconds that a question waits for another
ONE = BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Known:
    """A ledger to ask, and the day on which statuses are to be told (None: today)."""

    ledger: Ledger
    day: str | None = None


def known(
    request: Request,
    ledger: TheLedger,
    as_of: Annotated[str | None, Query(description="What was knowable on this day, as 2026-01-31.")] = None,
) -> Iterator[Known]:
    """Yield the ledger, or where a day is asked for, as it was knowable then."""
    on = day(as_of)
    if on is None:
        yield Known(ledger)
        return
    about = about_whom(request)
    check_size(ledger, about)
    if not ONE.acquire(timeout=PATIENCE):
        raise HTTPException(503, "as_of: another past day is being made ready. Ask again soon.", {"retry-after": "10"})
    try:
        with ledger.at(on, " ".join(f"party:{party}" for party in about)) as past:
            yield Known(past, on)
    finally:
        ONE.release()


def about_whom(request: Request) -> tuple[str, ...]:
    """Return the parties that a question names in its path or its query."""
    named = [str(request.path_params.get(key, "")).upper() for key in ("one", "other")]
    return (*filter(is_party, named), *parse(request.query_params.get("q", "")).parties)


def check_size(ledger: Ledger, about: tuple[str, ...]) -> None:
    """Raise QueryError where too much would have to be read again."""
    reports = sum(read.documents for read in ledger.coverage(about))
    if reports > MOST:
        told = f"as_of: {reports:,} reports would have to be read again, {MOST:,} at most are here"
        raise QueryError(f"{told}. Name parties, as party:IND party:ITA, or ask where the ledger's file is.")


TheKnown = Annotated[Known, Depends(known)]
