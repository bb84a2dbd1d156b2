"""``/api/v1``: the same questions for programs.

Invariant: the words are those of the command line and of ``servanda --json``; nothing is
written but by ``application/json``, which another site's page cannot send unasked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, HTTPException, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.responses import Response

from servanda.exporting.rows import FORMATS
from servanda.ledger import Entry, Ledger, parse
from servanda.problems import QueryError
from servanda.web.languages import languages_told
from servanda.web.page import TheLedger
from servanda.web.pages import dossier_of, entry_named
from servanda.web.receiving import Handed, compared, day, filed
from servanda.web.records import plain

PROBLEM = {"application/problem+json": {"schema": {"type": "object"}}}
WRONG: dict[int | str, dict[str, Any]] = {
    400: {"description": "What was asked cannot be understood; the detail says how to ask it.", "content": PROBLEM},
    404: {"description": "There is no such thing.", "content": PROBLEM},
    422: {"description": "A parameter has the wrong shape.", "content": PROBLEM},
}
router = APIRouter(prefix="/api/v1", tags=["ledger"], responses=WRONG)
MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json", "jsonl": "application/jsonl"}
AT_ONCE = 500

Asks = Annotated[str, Query(description="Words and terms: party:IND party:ITA stage:agreed status:overdue", alias="q")]
Most = Annotated[int, Query(ge=1, le=500, description="At most so many.")]
Cursor = Annotated[str | None, Query(description="The `next` of the page before.")]


def answer(request: Request, value: Any, status: int = 200) -> Response:
    """Return JSON with an ETag of its bytes, or 304 where the asker has them."""
    body = json.dumps(plain(value), ensure_ascii=False).encode("utf-8", "replace")
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if status == 200 and (tag in known or "*" in known):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, "application/json")


def place(cursor: str | None) -> int:
    """Return where a cursor stands. Raises QueryError for one that this API did not give."""
    if cursor is None:
        return 0
    try:
        told = base64.urlsafe_b64decode(cursor.encode("ascii"))
        kind, _, number = told.decode("ascii").partition(":")
    except (binascii.Error, ValueError) as error:
        raise QueryError("cursor: is none of this list. Use the `next` of the page before.") from error
    if kind != "after" or not number.isdecimal() or len(number) > 12:
        raise QueryError("cursor: is none of this list. Use the `next` of the page before.")
    return int(number)


def cursor_at(number: int) -> str:
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode()


def paged(name: str, found: Sequence[Any], limit: int, start: int) -> dict[str, Any]:
    """Return one page of a list of which one more than ``limit`` was asked, and the cursor of the next."""
    more = len(found) > limit
    return {name: list(found[:limit])} | ({"next": cursor_at(start + limit)} if more else {})


@router.get("/entries")
def entries(request: Request, ledger: TheLedger, q: Asks = "", limit: Most = 50, cursor: Cursor = None) -> Response:
    """List undertakings, the latest report first."""
    start = place(cursor)
    return answer(request, paged("entries", ledger.entries(q, limit + 1, start), limit, start))


@router.get("/counts")
def counts(request: Request, ledger: TheLedger, q: Asks = "") -> Response:
    """Count undertakings by status."""
    return answer(request, {"counts": ledger.counts(q)})


@router.get("/entries/{ref}")
def entry(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Show one undertaking: history, quotations, due dates, status with its rule; old ids lead to it."""
    return answer(request, entry_named(ledger, ref))


@router.get("/entries/{ref}/why")
def why(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Show why the claims of an undertaking are together, and what nearly was the same."""
    of = entry_named(ledger, ref)
    together = [{"with": a.id, "claim": b.id, "match": match} for a, b, match in ledger.why(of.id)]
    return answer(request, {"together": together, "nearly": ledger.nearly(of.id)})


@router.get("/documents/{ref}")
def document(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Show a report's text and its claims; offsets are code points into the text, half-open."""
    of = ledger.document(ref)
    if of is None:
        raise HTTPException(404, f"{ref}: no such document. Reports are found by: /api/v1/search?what=documents&q=")
    about = {name: getattr(of, name) for name in ("id", "title", "date", "language", "publisher", "url", "text", "how")}
    claims = [{"entry": home} | plain(f.claim) | {"firm": f.firm} for f, home in ledger.claims_in(ref)]
    return answer(request, {"document": about, "claims": claims, "reprints": ledger.reprints(ref)})


@router.get("/dossiers/{one}")
def country(request: Request, one: str, ledger: TheLedger) -> Response:
    """Show what one party has undertaken with anybody."""
    return answer(request, dossier_of(ledger, (one,)))


@router.get("/dossiers/{one}/{other}")
def dyad(request: Request, one: str, other: str, ledger: TheLedger) -> Response:
    """Show what two parties owe each other and what became of it."""
    return answer(request, dossier_of(ledger, (one, other)))


@router.get("/series")
def series(request: Request, ledger: TheLedger, q: Asks = "") -> Response:
    """List meetings that recur."""
    return answer(request, {"series": ledger.series(q)})


@router.get("/due")
def due(request: Request, ledger: TheLedger, before: str | None = None, q: Asks = "", limit: Most = 50) -> Response:
    """List what is due and not settled, the soonest first, the overdue included."""
    return answer(request, {"entries": ledger.due(day(before), limit, None, q)})


@router.get("/search")
def search(
    request: Request,
    ledger: TheLedger,
    q: Asks,
    what: Literal["entries", "claims", "documents"] = "entries",
    limit: Most = 50,
) -> Response:
    """Find words in undertakings, quotations or reports."""
    if what != "entries" and not parse(q).words:
        raise QueryError(f"search: {what} are found by words; give at least one.")
    return answer(request, {what: ledger.search(q, what, limit)})


@router.get("/review")
def review(request: Request, ledger: TheLedger, limit: Most = 50) -> Response:
    """List what a person should decide."""
    return answer(request, {"doubts": ledger.review(limit)})


@router.get("/languages")
def languages(request: Request) -> Response:
    """List the languages that can be read, and how well."""
    return answer(request, {"languages": languages_told()})


@router.get("/problems")
def problems(request: Request, ledger: TheLedger) -> Response:
    """List what went wrong with sources and judgements."""
    return answer(request, {"problems": [*ledger.judgement_problems(), *ledger.problems()]})


@router.get("/export/{format}")
def export(format: Literal["csv", "json", "jsonl"], ledger: TheLedger, q: Asks = "") -> StreamingResponse:
    """Write every undertaking that a query finds, each with the quotation it rests on."""
    parse(q)
    lines = (line.encode("utf-8", "replace") for line in FORMATS[format](every(ledger, q)))
    headers = {"content-disposition": f'attachment; filename="undertakings.{format}"'}
    return StreamingResponse(lines, media_type=MEDIA[format], headers=headers)


def every(ledger: Ledger, query: str) -> Iterator[Entry]:
    """Yield every entry that a query finds, in full."""
    at = 0
    while found := ledger.entries(query, AT_ONCE, at):
        yield from ledger.entries_in_full(found)
        at += len(found)


Text = Annotated[str, Body(max_length=2_000_000, description="The report's text.")]
Word = Annotated[str | None, Body()]


def handed(text: str, date: str | None, language: str | None) -> Handed:
    return Handed("text", text.encode("utf-8", "replace"), None, date, language)


@router.post("/compare")
def compare(request: Request, ledger: TheLedger, text: Text, date: Word = None, language: Word = None) -> Response:
    """Compare a text with the ledger; nothing is stored."""
    made, found = compared(ledger, handed(text, date, language))
    return answer(request, {"claims": found, "problems": made.problems})


@router.post("/documents", status_code=201)
def add(request: Request, ledger: TheLedger, text: Text, date: Word = None, language: Word = None) -> Response:
    """File a report's text; the same text again changes nothing."""
    made = filed(ledger, handed(text, date, language))
    known = {"documents": [d.id for d in made.documents], "new": made.new, "claims": made.claims}
    return answer(request, known | {"entries": made.entries, "problems": made.problems}, 201)


@router.get("/judgements")
def judgements(request: Request, ledger: TheLedger) -> Response:
    """List what was decided, the withdrawn too."""
    return answer(request, {"judgements": ledger.judgements()})


@router.post("/judgements", status_code=201)
def judge(
    request: Request,
    ledger: TheLedger,
    verb: Annotated[str, Body()],
    on: Annotated[list[str], Body()],
    why: Annotated[str, Body()] = "",
    slot: Word = None,
    value: Word = None,
    by: Word = None,
) -> Response:
    """Judge claims or entries: same, different, accept, reject, correct (slot, value), due, note."""
    made = ledger.judge(verb, *on, by=by or request.app.state.by, why=why, slot=slot, value=value)
    return answer(request, made, 201)


@router.delete("/judgements/{ref}")
def withdraw(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Take a judgement back; it stays in the ledger with the day of its withdrawal."""
    known = [j.id for j in ledger.judgements() if j.id.startswith(ref)]
    if len(ref) < 4 or not known:
        raise HTTPException(404, f"{ref}: no such judgement. They are listed by: /api/v1/judgements")
    return answer(request, ledger.withdraw(known[0]))


@router.get("/{rest:path}", include_in_schema=False)
def nothing(rest: str) -> JSONResponse:
    raise HTTPException(404, f"/api/v1/{rest}: there is nothing. What there is: /api/v1/openapi.json")
