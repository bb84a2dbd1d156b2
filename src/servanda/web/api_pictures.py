"""The network and the map for programs: the sums that the pages draw, as records.

Invariant: a sum counts the entries that ``/entries`` lists for the same query and these parties.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from servanda.ledger import parse
from servanda.ledger.surveying import Sum, each, pairs
from servanda.ledger.walking import items_after
from servanda.web.answering import WRONG, Asks, Cursor, Most, answer
from servanda.web.describing import answers
from servanda.web.network import sums
from servanda.web.page import TheFigures, TheLedger
from servanda.web.paging import paged, place_at
from servanda.web.wording import name

router = APIRouter(prefix="/api/v1", tags=["ledger"], responses=WRONG)


@dataclass(frozen=True, slots=True)
class Bond:
    """Entries of a party, or between two: of ``tried``, which were promised, ``kept_promises`` were kept."""

    parties: tuple[str, ...]
    names: tuple[str, ...]
    entries: int
    kept: int
    overdue: int
    tried: int
    kept_promises: int


def bond(parties: tuple[str, ...], of: Sum) -> Bond:
    names = tuple(name(party) for party in parties)
    return Bond(parties, names, of.total, of.kept, of.overdue, of.tried, of.kept_promises)


def page_of(made: list[Bond], question: str, limit: int, cursor: str | None, key: str) -> dict[str, object]:
    """Return a page of bonds, those with most entries first."""
    after = place_at(cursor, question, (int, str))
    return paged(key, items_after(made, limit, after, place), question)


def place(of: Bond) -> tuple[int, str]:
    return -of.entries, " ".join(of.parties)


@router.get("/network", responses=answers(bonds=list[Bond], crowded=int, total=int, next=str))
def network(
    request: Request, ledger: TheLedger, figures: TheFigures, q: Asks = "", limit: Most = 50, cursor: Cursor = None
) -> Response:
    """List each two parties with the entries between them; `crowded` are entries of too many parties for a bond."""
    parse(q)
    told = sums(ledger, figures, q)
    made, crowded = pairs(told)
    bonds = [bond(parties, of) for parties, of in made.items()]
    told_also = {"crowded": crowded, "total": sum(of.total for of in told.values())}
    return answer(request, page_of(bonds, f"network {q}", limit, cursor, "bonds") | told_also)


@router.get("/map", responses=answers(parties=list[Bond], total=int, next=str))
def world_map(
    request: Request, ledger: TheLedger, figures: TheFigures, q: Asks = "", limit: Most = 50, cursor: Cursor = None
) -> Response:
    """List each party with its entries, kept and overdue; with a party in the query, its partners and itself."""
    parse(q)
    told = sums(ledger, figures, q)
    bonds = [bond((code,), of) for code, of in each(told).items()]
    total = {"total": sum(of.total for of in told.values())}
    return answer(request, page_of(bonds, f"map {q}", limit, cursor, "parties") | total)
