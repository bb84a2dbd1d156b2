"""Pages that read what a person hands over: add and compare.

Invariant: compare stores nothing; add is safe to repeat.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from servanda.language.packs import languages
from servanda.ledger import Ledger
from servanda.problems import Problem, QueryError, ServandaError
from servanda.web.deciding import Genuine, Words, noted
from servanda.web.page import TheLedger, page, piece
from servanda.web.receiving import Handed, Received, compared, day, filing
from servanda.web.refusing import meaning
from servanda.web.speaking import spoken, w
from servanda.web.telling import Beating
from servanda.web.wording import unturned

router = APIRouter()


def gathered(
    files: Annotated[list[UploadFile], File()] = [],  # noqa: B006 - FastAPI copies it
    text: Words = "",
    url: Words = "",
    date: Words = "",
    language: Words = "",
) -> list[Handed]:
    """Return what a form of Add holds. Raises QueryError where that is nothing."""
    handed = [Handed(f.filename, f.file.read(), None, date, language) for f in files if f.filename]
    handed += [Handed("pasted text", text.encode("utf-8", "replace"), None, date, language)] if text.strip() else []
    handed += [Handed(url.strip(), b"", url.strip(), date, language)] if url.strip() else []
    day(date)
    if not handed:
        raise QueryError("Nothing was given. Choose a file, paste the text of a report, or give an address.")
    return handed


WhatIsHanded = Annotated[list[Handed], Depends(gathered)]


@router.get("/add")
def add(request: Request) -> HTMLResponse:
    return page(request, "add.html", languages=languages(), most=request.app.state.most >> 20)


@router.post("/add", dependencies=[Genuine])
def added(
    request: Request,
    ledger: TheLedger,
    handed: WhatIsHanded,
) -> HTMLResponse:
    """File what was handed over and tell what was found in it, and what went wrong."""
    made = Received()
    for _ in reading(ledger, handed, made):
        pass
    noted(request, "added", f"{', '.join(one.name for one in handed)[:200]}: {made.new} new")
    status = meaning(made.stopped)[0] if made.stopped else 200
    return page(request, "added.html", status, made=made, stands=standing(ledger, made))


def standing(ledger: Ledger, made: Received) -> dict[str, str | None]:
    """Return the entry in which each claim stands that was received."""
    return {filed_.id: entry for d in made.documents for filed_, entry in ledger.claims_in(d.id)}


@router.post("/add/live", dependencies=[Genuine])
def added_live(
    request: Request,
    ledger: TheLedger,
    handed: WhatIsHanded,
) -> StreamingResponse:
    """File what was handed over and tell of each document as it is read: one JSON object a line, the last with all."""
    told = telling(request, ledger, handed)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(told, media_type="application/jsonl", headers=headers)


def telling(request: Request, ledger: Ledger, handed: list[Handed]) -> Iterator[bytes]:
    """Yield how far the reading is, then what was found as a piece of a page."""
    made, done, began, at = Received(), 0, time.monotonic(), handed[0].name
    try:
        for step in Beating(reading(ledger, handed, made)):
            at, done = step or at, done + bool(step)
            yield line(said=progress(request, at, done, made, 0 if step else int(time.monotonic() - began)))
    except ServandaError as error:
        made.problems.append(Problem(at, str(error), "add", ""))
    noted(request, "added", f"{', '.join(one.name for one in handed)[:200]}: {made.new} new")
    yield line(html=piece(request, "found.html", made=made, stands=standing(ledger, made)), said=summary(request, made))


def reading(ledger: Ledger, handed: list[Handed], made: Received) -> Iterator[str]:
    """Yield the name of each document that was read, until all is filed or the ledger fails.

    Of several things one that is none is told and stops nothing; where it is all, QueryError is raised.
    """
    for one in handed:
        try:
            yield from filing(ledger, one, made)
        except QueryError as error:
            if len(handed) == 1:
                raise
            made.problems.append(Problem(one.name, str(error), "nothing"))
        if made.stopped:
            return


def progress(request: Request, name: str, done: int, made: Received, seconds: int) -> str:
    """Return how far the reading is; after a beat without a step, for how long it has gone on."""
    with spoken(request):
        if seconds and not done:
            return str(w("add.still", name=unturned(name), seconds=seconds))
        told = str(w("add.progress", n=done, name=unturned(name), claims=w("n.claim", n=len(made.claims))))
        return f"{told}; {w('add.seconds', seconds=seconds)}" if seconds else told


def summary(request: Request, made: Received) -> str:
    with spoken(request):
        read_, found = w("n.report_read", n=len(made.documents)), w("n.claim_found", n=len(made.claims))
        return f"{read_}, {found}. {w('added.new', n=made.new)} {w('added.entries', n=len(made.entries))}"


def line(**told: str) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


@router.post("/sample", dependencies=[Genuine])
def sample(request: Request, ledger: TheLedger) -> RedirectResponse:
    """File the sample reports."""
    if request.app.state.sample is None:
        raise QueryError("sample: this server has none. Make one with: servanda demo --ledger FILE")
    request.app.state.sample(ledger)
    return RedirectResponse("/", 303)


@router.get("/compare")
def compare(request: Request) -> HTMLResponse:
    return page(request, "compare.html", languages=languages(), found=None, made=None, text="", date="", language="")


@router.post("/compare", dependencies=[Genuine])
def compare_text(
    request: Request,
    ledger: TheLedger,
    text: Annotated[str, Form()] = "",
    date: Words = "",
    language: Words = "",
) -> HTMLResponse:
    """Tell what each claim of a pasted text adds to the ledger."""
    handed = Handed("pasted text", text.encode("utf-8", "replace"), None, date, language)
    made, found = compared(ledger, handed)
    known: dict[str, Any] = {"text": text, "date": date, "language": language}
    return page(request, "compare.html", languages=languages(), found=found, made=made, **known)
