"""The routes of ``/api/v1`` by which a program sends something: texts, sources, judgements.

Invariant: a body is JSON or bytes named as such, which another site's page cannot send
unasked; a judgement is signed by the account, whatever it says of itself.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servanda.ledger import Judgement
from servanda.ledger.comparing import Compared
from servanda.problems import Problem
from servanda.web.answering import PROBLEM, WRONG, answer
from servanda.web.deciding import noted, passed, taken_back
from servanda.web.describing import answers, answers_with
from servanda.web.meanwhile import Asked
from servanda.web.page import TheLedger
from servanda.web.receiving import AGAIN, Handed, Received, compared, filed
from servanda.web.refusing import meaning
from servanda.web.who import signature, who_asks

router = APIRouter(prefix="/api/v1", tags=["ledger"], responses=WRONG)
BYTES = "application/octet-stream"

Text = Annotated[str, Body(max_length=2_000_000, description="The report's text.")]
Word = Annotated[str | None, Body()]
ADDED = {
    "documents": list[str],
    "new": int,
    "new_claims": int,
    "claims": list[dict[str, Any]],
    "entries": list[str],
    "problems": list[Problem],
}
RAW = {"requestBody": {"required": True, "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}}
OTHER_TYPE: dict[int | str, dict[str, Any]] = {
    415: {"description": "The body is not named application/octet-stream.", "content": PROBLEM}
}
OVERTAKEN: dict[int | str, dict[str, Any]] = {
    409: {"description": "Somebody else decided otherwise since `seen`; nothing was passed.", "content": PROBLEM}
}


def handed(text: str, date: str | None, language: str | None) -> Handed:
    return Handed("text", text.encode("utf-8", "replace"), None, date, language)


@router.post("/compare", responses=answers(claims=list[Compared], problems=list[Problem]))
def compare(request: Request, ledger: TheLedger, text: Text, date: Word = None, language: Word = None) -> Response:
    """Compare a text with the ledger; nothing is stored."""
    made, found = compared(ledger, handed(text, date, language))
    return answer(request, {"claims": found, "problems": made.problems})


@router.post("/documents", status_code=201, responses=answers(201, **ADDED))
def add(request: Request, ledger: TheLedger, text: Text, date: Word = None, language: Word = None) -> Response:
    """File a report's text; the same text again changes nothing."""
    return told(request, filed(ledger, handed(text, date, language)), "a text")


@router.post("/addresses", status_code=201, responses=answers(201, **ADDED))
def add_address(
    request: Request, ledger: TheLedger, url: Annotated[str, Body()], date: Word = None, language: Word = None
) -> Response:
    """Fetch an address and file what stands there."""
    return told(request, filed(ledger, Handed(url.strip(), b"", url.strip(), date, language)), url.strip())


@router.post("/sources", status_code=201, responses=answers(201, **ADDED) | OTHER_TYPE, openapi_extra=RAW)
async def add_source(
    request: Request,
    ledger: TheLedger,
    name: Annotated[str, Query(max_length=500, description="What the file is called; tells what it may be.")] = "file",
    date: str | None = None,
    language: str | None = None,
) -> Response:
    """File a source as it came, of any kind that can be read; sent as `application/octet-stream`.

    The same source again changes nothing.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BYTES:
        raise HTTPException(415, f"sources: are sent as they are, with Content-Type: {BYTES}")
    data = await request.body()
    made = await run_in_threadpool(filed, ledger, Handed(name, data, None, date, language))
    return await run_in_threadpool(told, request, made, name)


def told(request: Request, made: Received, what: str) -> Response:
    """Tell what became of something sent, and note who sent it."""
    noted(request, "added", f"{what[:200]}: {made.new} new")
    if made.stopped:
        status, words = meaning(made.stopped)
        raise HTTPException(status, f"{words} New reports filed before that: {made.new}. {AGAIN}")
    known = {
        "documents": [document.id for document in made.documents],
        "new": made.new,
        "new_claims": made.new_claims,
        "claims": made.claims,
        "entries": made.entries,
        "problems": made.problems,
    }
    return answer(request, known, 201)


@router.post("/judgements", status_code=201, responses=answers_with(Judgement, 201) | OVERTAKEN)
def judge(
    request: Request,
    ledger: TheLedger,
    verb: Annotated[str, Body()],
    on: Annotated[list[str], Body()],
    why: Annotated[str, Body()] = "",
    slot: Word = None,
    value: Word = None,
    by: Word = None,
    seen: Word = None,
) -> Response:
    """Judge claims or entries: same, different, accept, reject, correct (slot, value), due, note.

    `seen`: when (UTC, as 2026-01-31T12:00:00Z) what is judged was asked for; what somebody else decided
    otherwise since is then told, and nothing passed. `by` signs only where there are no accounts.
    """
    signed = who_asks(request).name or by or signature(request)
    made = passed(request, Asked(verb, tuple(on), signed, why, slot, value, seen))
    return answer(request, made, 201)


@router.delete("/judgements/{ref}", responses=answers_with(Judgement))
def withdraw(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Take a judgement back; it stays in the ledger with the day of its withdrawal."""
    known = [j.id for j in ledger.judgements() if j.id.startswith(ref)]
    if len(ref) < 4 or not known:
        raise HTTPException(404, f"{ref}: no such judgement. They are listed by: /api/v1/judgements")
    return answer(request, taken_back(request, ledger, known[0]))
