"""Pages and forms by which a person decides: judgements, their withdrawal, the review queue.

Invariant: nothing is decided but by a form of this site, signed and dated, and all of it can be withdrawn.
"""

from __future__ import annotations

from typing import Annotated

import regex
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from servanda.problems import QueryError
from servanda.web.guarding import TOKEN, check_token
from servanda.web.page import TheLedger, page
from servanda.web.wording import address

router = APIRouter()
QUEUE = 200  # doubts in the queue at once
LOCAL = regex.compile(r"/(?![/\\])[\w/\-.]*")


def genuine(request: Request, token: Annotated[str, Form()] = "") -> None:
    """Let a form pass that carries the token which its page was given."""
    check_token(token, request.cookies.get(TOKEN))


Genuine = Depends(genuine)
Words = Annotated[str, Form()]


def back_to(path: str, judged: str) -> RedirectResponse:
    """Lead back to a page of this site, which tells what was judged and offers to undo it."""
    known = path if LOCAL.fullmatch(path) else "/judgements"
    return RedirectResponse(address(known, judged=judged), 303)


@router.get("/judgements")
def judgements(request: Request, ledger: TheLedger) -> HTMLResponse:
    """Everything that was decided, the latest first."""
    passed = list(reversed(ledger.judgements()))
    return page(request, "judgements.html", judged=passed, told=request.query_params.get("judged", ""))


@router.post("/judgements", dependencies=[Genuine])
def judge(
    request: Request,
    ledger: TheLedger,
    verb: Words,
    on: Annotated[list[str], Form()],
    slot: Words = "",
    value: Words = "",
    why: Words = "",
    by: Words = "",
    back: Words = "/judgements",
) -> RedirectResponse:
    """Pass a judgement and go back to where it was passed; a rejected entry's page is no more."""
    refs = [ref.strip() for ref in on if ref.strip()]
    signed = by.strip() or request.app.state.by
    kept = value.strip() if verb in ("correct", "due", "note") else None
    made = ledger.judge(verb, *refs, by=signed, why=why.strip(), slot=slot if verb == "correct" else None, value=kept)
    return back_to(standing(ledger, refs[0]) if back == "entry" else back, made.id)


def standing(ledger: TheLedger, ref: str) -> str:
    """Return the page of the entry in which a claim now stands, the list of judgements where it stands in none."""
    try:
        return f"/entries/{ledger.entry(ref).id}"
    except QueryError:
        return "/judgements"


@router.post("/judgements/{ref}/withdraw", dependencies=[Genuine])
def withdraw(ref: str, ledger: TheLedger, back: Words = "/judgements") -> RedirectResponse:
    """Take a judgement back and return to the page of what it was passed on."""
    made = ledger.withdraw(ref)
    return back_to(standing(ledger, made.on[0].claim) if back == "entry" else back, made.id)


@router.get("/review")
def review(request: Request, ledger: TheLedger) -> HTMLResponse:
    """One doubt at a time, with one key for each answer."""
    at = request.query_params.get("at", "0")
    place = int(at) if at.isdecimal() and len(at) < 6 else 0
    doubts = ledger.review(QUEUE)
    place = min(place, len(doubts))
    told = request.query_params.get("judged", "")
    passed = next((j for j in ledger.judgements() if j.id == told and not j.withdrawn), None)
    doubt = doubts[place] if place < len(doubts) else None
    return page(request, "review.html", doubt=doubt, place=place, total=len(doubts), passed=passed, queue=QUEUE)


@router.post("/review", dependencies=[Genuine])
def answered(
    request: Request,
    ledger: TheLedger,
    answer: Words,
    on: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    at: Words = "0",
    undo: Words = "",
) -> RedirectResponse:
    """Judge as answered, skip, or undo the last; then show the next doubt."""
    place = int(at) if at.isdecimal() and len(at) < 6 else 0
    if answer == "skip":
        return RedirectResponse(f"/review?at={place + 1}", 303)
    if answer == "undo":
        return RedirectResponse(address("/review", at=place, judged=ledger.withdraw(undo).id), 303)
    verbs = {("yes", 2): "same", ("no", 2): "different", ("yes", 1): "accept", ("no", 1): "reject"}
    verb = verbs.get((answer, len(on)))
    if verb is None:
        raise QueryError(f"review: {answer!r} is no answer. Use the buttons yes, no, skip or undo.")
    made = ledger.judge(verb, *on, by=request.app.state.by, why="review")
    return RedirectResponse(address("/review", at=place, judged=made.id), 303)
