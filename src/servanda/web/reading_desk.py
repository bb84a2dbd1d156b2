"""Pages that read what a person hands over: add and compare.

Invariant: compare stores nothing; add is safe to repeat.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from servanda.language.packs import languages
from servanda.problems import QueryError
from servanda.web.deciding import Genuine, Words, noted
from servanda.web.page import TheLedger, page
from servanda.web.receiving import Handed, Received, compared, filed
from servanda.web.refusing import meaning

router = APIRouter()


@router.get("/add")
def add(request: Request) -> HTMLResponse:
    return page(request, "add.html", languages=languages(), most=request.app.state.most >> 20)


@router.post("/add", dependencies=[Genuine])
def added(
    request: Request,
    ledger: TheLedger,
    files: Annotated[list[UploadFile], File()] = [],  # noqa: B006 - FastAPI copies it
    text: Words = "",
    url: Words = "",
    date: Words = "",
    language: Words = "",
) -> HTMLResponse:
    """File what was handed over and tell what was found in it, and what went wrong."""
    handed = [Handed(f.filename, f.file.read(), None, date, language) for f in files if f.filename]
    handed += [Handed("pasted text", text.encode("utf-8", "replace"), None, date, language)] if text.strip() else []
    handed += [Handed(url.strip(), b"", url.strip(), date, language)] if url.strip() else []
    if not handed:
        raise QueryError("Nothing was given. Choose a file, paste the text of a report, or give an address.")
    made = Received()
    for one in handed:
        merge(made, filed(ledger, one))
        if made.stopped:
            break
    noted(request, "added", f"{', '.join(one.name for one in handed)[:200]}: {made.new} new")
    stands = {filed_.id: entry for d in made.documents for filed_, entry in ledger.claims_in(d.id)}
    status = meaning(made.stopped)[0] if made.stopped else 200
    return page(request, "added.html", status, made=made, stands=stands)


def merge(into: Received, one: Received) -> None:
    into.documents += one.documents
    into.claims += one.claims
    into.problems += one.problems
    into.entries |= one.entries
    into.new += one.new
    into.stopped = one.stopped
    into.new_claims += one.new_claims


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
