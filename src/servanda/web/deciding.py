"""Pages and forms by which a person decides: judgements, their withdrawal, the review queue, the log.

Invariant: nothing is decided but by a form of this site, signed and dated, and all of it can be withdrawn.
"""

from __future__ import annotations

from typing import Annotated, Any

import regex
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from servanda.ledger import Judgement
from servanda.ledger.judging import WRITTEN
from servanda.problems import QueryError
from servanda.web.auditing import PASSED, WITHDREW, events
from servanda.web.guarding import check_token
from servanda.web.meanwhile import Asked, Judging, OvertakenError
from servanda.web.page import TheFigures, TheLedger, form_token, page
from servanda.web.pages import QUEUE
from servanda.web.who import address_of, signature, who_asks
from servanda.web.wording import address

router = APIRouter()
LINES = 200  # of the log on one page
VALUED = ("correct", "due", *WRITTEN)
LOCAL = regex.compile(r"/(?![/\\])[\w/\-.]*")


def genuine(request: Request, token: Annotated[str, Form()] = "") -> None:
    """Let a form pass that carries the token which its page was given."""
    check_token(token, form_token(request))


Genuine = Depends(genuine)
Words = Annotated[str, Form()]


def back_to(path: str, judged: str) -> RedirectResponse:
    """Lead back to a page of this site, which tells what was judged and offers to undo it."""
    known = path if LOCAL.fullmatch(path) else "/judgements"
    return RedirectResponse(address(known, judged=judged), 303)


def passed(request: Request, asked: Asked) -> Judgement:
    """Pass a judgement, and note who did. Raises OvertakenError where another decided otherwise meanwhile."""
    judging: Judging = request.app.state.judging
    made = judging.pass_on(asked)
    noted(request, PASSED, made.id)
    return made


def noted(request: Request, did: str, what: str) -> None:
    request.app.state.accounts.note(signature(request), did, what, address_of(request))


def taken_back(request: Request, ledger: TheLedger, ref: str) -> Judgement:
    made = ledger.withdraw(ref)
    noted(request, WITHDREW, made.id)
    return made


def overtaken(request: Request, error: Exception) -> HTMLResponse:
    """Tell that somebody else decided otherwise, and let the reader leave it so or differ all the same."""
    if not isinstance(error, OvertakenError):
        raise error
    return page(request, "overtaken.html", 409, judged=error.judged, asked=error.asked, told=str(error))


@router.get("/judgements")
def judgements(request: Request, ledger: TheLedger) -> HTMLResponse:
    """Everything that was decided, the latest first."""
    made = list(reversed(ledger.judgements()))
    return page(request, "judgements.html", judged=made, told=request.query_params.get("judged", ""))


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
    seen: Words = "",
    despite: Words = "",
) -> RedirectResponse:
    """Pass a judgement and go back to where it was passed; a rejected entry's page is no more."""
    refs = tuple(ref.strip() for ref in on if ref.strip())
    signed = who_asks(request).name or by.strip() or signature(request)
    kept = value.strip() if verb in VALUED else None
    asked = Asked(verb, refs, signed, why.strip(), slot if verb == "correct" else None, kept, seen or None, despite)
    made = passed(request, asked)
    return back_to(standing(ledger, refs[0]) if back == "entry" else back, made.id)


def standing(ledger: TheLedger, ref: str) -> str:
    """Return the page of the entry in which a claim now stands, the list of judgements where it stands in none."""
    try:
        return f"/entries/{ledger.entry(ref).id}"
    except QueryError:
        return "/judgements"


@router.post("/judgements/{ref}/withdraw", dependencies=[Genuine])
def withdraw(request: Request, ref: str, ledger: TheLedger, back: Words = "/judgements") -> RedirectResponse:
    """Take a judgement back and return to the page of what it was passed on."""
    made = taken_back(request, ledger, ref)
    return back_to(standing(ledger, made.on[0].claim) if back == "entry" else back, made.id)


@router.get("/review")
def review(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """One doubt at a time, with one key for each answer."""
    judged = next((j for j in ledger.judgements() if j.id == request.query_params.get("judged", "")), None)
    undone = judged is not None and judged.withdrawn is not None
    doubts = figures.doubts(QUEUE, anew=undone)
    place = min(number(request.query_params.get("at", "0")), len(doubts))
    shown: dict[str, Any] = {"doubt": doubts[place] if place < len(doubts) else None, "place": place}
    shown |= {"total": len(doubts), "passed": None if undone else judged, "queue": QUEUE}
    return page(request, "review.html", **shown)


def number(words: str) -> int:
    return int(words) if words.isdecimal() and len(words) < 6 else 0


@router.post("/review", dependencies=[Genuine])
def answered(
    request: Request,
    ledger: TheLedger,
    answer: Words,
    on: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    at: Words = "0",
    undo: Words = "",
    seen: Words = "",
) -> RedirectResponse:
    """Judge as answered, skip, or undo the last; then show the next doubt."""
    place = number(at)
    if answer == "skip":
        return RedirectResponse(f"/review?at={place + 1}", 303)
    if answer == "undo":
        return RedirectResponse(address("/review", at=place, judged=taken_back(request, ledger, undo).id), 303)
    verbs = {("yes", 2): "same", ("no", 2): "different", ("yes", 1): "accept", ("no", 1): "reject"}
    verb = verbs.get((answer, len(on)))
    if verb is None:
        raise QueryError(f"review: {answer!r} is no answer. Use the buttons yes, no, skip or undo.")
    made = passed(request, Asked(verb, tuple(on), signature(request), "review", seen=seen or None))
    return RedirectResponse(address("/review", at=place, judged=made.id), 303)


@router.get("/audit")
def audit(request: Request, ledger: TheLedger) -> HTMLResponse:
    """Who judged, withdrew, added or signed in, the latest first."""
    at, found = number(request.query_params.get("at", "0")), events(ledger, request.app.state.accounts)
    return page(request, "audit.html", found=found[at : at + LINES], at=at, size=LINES, total=len(found))
