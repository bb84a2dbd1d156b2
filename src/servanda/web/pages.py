"""The pages that only read: home, entries, entry, document, dossiers, series, due, search, languages.

Invariant: a page is a pure function of the ledger and its address.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from servanda.codebook import is_party
from servanda.exporting import dossier as dossiers
from servanda.exporting.dossier_html import as_html
from servanda.exporting.dossier_json import as_json
from servanda.exporting.dossier_parts import Dossier
from servanda.exporting.dossier_text import as_markdown
from servanda.ledger import EXAMPLE, Entry, Filed, Judgement, Ledger, Line, parse
from servanda.model import Stage
from servanda.problems import QueryError
from servanda.web.asked import PAGE, Asked, code
from servanda.web.figures import Figures
from servanda.web.languages import languages_told
from servanda.web.marking import pieces
from servanda.web.page import TheFigures, TheLedger, page
from servanda.web.wording import dyad

router = APIRouter()
FEW = 6  # lines of a list on the home page
WAITING = 100  # doubts counted there
WRITTEN = {"html": (as_html, "text/html"), "md": (as_markdown, "text/markdown"), "json": (as_json, "application/json")}


@router.get("/")
def home(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """What is overdue and due next, what was reported last, what waits for a person."""
    today = date.today().isoformat()
    _, counts, _ = counted(figures, Asked())
    return page(
        request,
        "home.html",
        counts=counts,
        overdue=ledger.entries(f"status:overdue due:..{today}", FEW),
        due=ledger.entries(f"status:due-soon,open due:{today}..", FEW),
        latest=ledger.entries("review:no", FEW),
        waiting=figures.waiting(WAITING),
        problems=len(ledger.problems()),
        sample=request.app.state.sample is not None,
    )


@router.get("/entries")
def entries(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """The list of undertakings; the address holds what is asked."""
    asked = Asked.of(request.query_params)
    try:
        found = ledger.entries(asked.query, PAGE + 1, asked.offset)
        total, counts, kinds = counted(figures, asked)
    except QueryError as error:
        told: dict[str, Any] = {"asked": asked, "error": str(error), "example": EXAMPLE, "total": 0}
        return page(request, "entries.html", 400, found=[], more=False, counts={}, kinds={}, **told)
    return page(
        request,
        "entries.html",
        asked=asked,
        found=found[:PAGE],
        more=len(found) > PAGE,
        total=total,
        counts=counts,
        kinds=kinds,
        error="",
        example=EXAMPLE,
    )


def counted(figures: Figures, asked: Asked) -> tuple[int, dict[str, int], dict[str, int]]:
    """Return how many entries are found, and how many each status and kind would find beside the other facets."""
    total, statuses, kinds = 0, Counter[str](), Counter[str]()
    for tally in figures.tally(replace(asked, kind=(), status=(), sort="").query):
        of_kind = not asked.kind or tally.kind in asked.kind
        of_status = not asked.status or tally.status in asked.status
        total += tally.count * (of_kind and of_status)
        statuses[tally.status] += tally.count * of_kind
        kinds[tally.kind] += tally.count * of_status
    return total, statuses, kinds


def entry_named(ledger: Ledger, ref: str) -> Entry:
    """Return an entry. Raises 404 with the ledger's own words."""
    try:
        return ledger.entry(ref)
    except QueryError as error:
        raise HTTPException(404, str(error)) from error


@router.get("/entries/{ref}")
def entry(request: Request, ref: str, ledger: TheLedger) -> Response:
    """One undertaking; any id that it ever had leads to its present one."""
    of = entry_named(ledger, ref)
    if of.id != ref:
        return RedirectResponse(f"/entries/{of.id}", 307)
    return page(
        request,
        "entry.html",
        of=of,
        why=ledger.why(of.id),
        nearly=ledger.nearly(of.id),
        judged=judged_on(ledger, of),
        told=request.query_params.get("judged", ""),
    )


def judged_on(ledger: Ledger, of: Entry) -> list[Judgement]:
    """Return what people decided on the claims of an entry, the latest first."""
    own = {filed.id for filed in of.claims}
    return [j for j in reversed(ledger.judgements()) if any(anchor.claim in own for anchor in j.on)]


@router.get("/documents/{ref}")
def document(request: Request, ref: str, ledger: TheLedger) -> HTMLResponse:
    """A report's text with every claim marked; ``?claim=`` opens one with the words of its slots."""
    of = ledger.document(ref)
    if of is None:
        raise HTTPException(404, f"{ref}: no such document. Reports are found by their words: /search")
    claims = ledger.claims_in(ref)
    chosen = next((f for f, _ in claims if f.id == request.query_params.get("claim")), None)
    return page(
        request,
        "document.html",
        of=of,
        claims=claims,
        chosen=chosen,
        slots=slot_words(chosen, of.text),
        pieces=pieces(of.text, [f for f, _ in claims], chosen),
        reprints=ledger.reprints(ref),
    )


def slot_words(chosen: Filed | None, text: str) -> list[tuple[str, list[str], str]]:
    """Return each slot of a claim with the words that gave it and the rule behind it."""
    if chosen is None:
        return []
    claim = chosen.claim
    named = sorted({*claim.slots, *claim.because})
    return [
        (slot, [text[s.start : s.stop] for s in claim.slots.get(slot, ())], claim.because.get(slot, ""))
        for slot in named
    ]


@router.get("/dossiers")
def dossier_index(request: Request, ledger: TheLedger) -> Response:
    """Choose one party or two."""
    wanted = [code(v) for v in request.query_params.getlist("party") if v.strip()][:2]
    if wanted:
        return RedirectResponse(f"/dossiers/{'/'.join(wanted)}", 303)
    pairs, looked = pairs_of(ledger)
    return page(request, "dossiers.html", pairs=pairs, looked=looked)


def pairs_of(ledger: Ledger) -> tuple[list[tuple[tuple[str, ...], int]], int]:
    """Return the pairs of which the last reports speak with how often, most first, and how many were looked at."""
    lines = ledger.entries("", 400)
    pairs: Counter[tuple[str, ...]] = Counter(line.parties for line in lines if len(line.parties) == 2)
    return sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:30], len(lines)


def dossier_of(ledger: Ledger, wanted: tuple[str, ...], limit: int = 25, as_of: str | None = None) -> Dossier:
    """Return the dossier of one party or two. Raises 404 for what is no party."""
    for one in wanted:
        if not is_party(one.upper()):
            raise HTTPException(404, f"{one}: is no party. Use codes of countries or organisations, as IND or EU.")
    if len(wanted) == 2:
        return dossiers.dyad(ledger, wanted[0].upper(), wanted[1].upper(), as_of, limit)
    return dossiers.country(ledger, wanted[0].upper(), as_of, limit)


@router.get("/dossiers/{one}")
def country(request: Request, one: str, ledger: TheLedger) -> Response:
    return dossier_page(request, ledger, (one,))


@router.get("/dossiers/{one}/{other}")
def dyad_page(request: Request, one: str, other: str, ledger: TheLedger) -> Response:
    return dossier_page(request, ledger, (one, other))


def dossier_page(request: Request, ledger: Ledger, wanted: tuple[str, ...]) -> Response:
    """A dossier as a page that prints, or as a file where ``?as=`` names a format."""
    made = dossier_of(ledger, wanted)
    written = request.query_params.get("as")
    if written in WRITTEN:
        write, kind = WRITTEN[written]
        name = f"dossier-{'-'.join(one.upper() for one in wanted)}.{written}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(write(made).encode("utf-8", "replace"), media_type=kind, headers=headers)
    codes = [one.upper() for one in wanted]
    return page(request, "dossier.html", of=made, title=dyad(codes), wanted=codes, stages=stages_in(ledger, made))


def stages_in(ledger: Ledger, made: Dossier) -> dict[str, Stage | None]:
    """Return how far each entry came that a dossier speaks of, for the ladder beside it."""
    ids = {said.entry for section in made.sections for said in section.statements if said.entry and said.status}
    return {entry.id: entry.stage for entry in ledger.entries_by_id(sorted(ids))}


@router.get("/series")
def series(request: Request, ledger: TheLedger) -> HTMLResponse:
    """Meetings that recur, with their sessions, gaps and what is expected."""
    asked = Asked.of(request.query_params)
    return page(request, "series.html", asked=asked, found=ledger.series(asked.query))


@router.get("/due")
def due(request: Request, ledger: TheLedger) -> HTMLResponse:
    """The calendar as a list: what is due and not settled, by month, the soonest first."""
    asked = Asked.of(request.query_params)
    before = request.query_params.get("before") or None
    parse(asked.query)
    found = ledger.due(before, 300, None, asked.query)
    today = date.today().isoformat()
    months = [(month, list(of)) for month, of in groupby(found, key=month_due)]
    return page(request, "due.html", months=months, today=today, asked=asked, before=before or "", total=len(found))


def month_due(line: Line) -> str:
    """Return the month (or the year, where that is all that is known) by the end of which a line is due."""
    return (line.due or "").rpartition("/")[2][:7]


@router.get("/search")
def search(request: Request, ledger: TheLedger) -> HTMLResponse:
    """Words in entries, quotations and reports."""
    words = request.query_params.get("q", "").strip()
    lists: dict[str, object] = {"entries": [], "claims": [], "documents": []}
    if words:
        lists["entries"] = ledger.search(words, "entries", 20)
        if parse(words).words:
            lists |= {what: ledger.search(words, what, 20) for what in ("claims", "documents")}
    return page(request, "search.html", words=words, lists=lists)


@router.get("/languages")
def languages(request: Request) -> HTMLResponse:
    """What can be read, and how well, as measured."""
    return page(request, "languages.html", rows=languages_told())


@router.get("/problems")
def problems(request: Request, ledger: TheLedger) -> HTMLResponse:
    """What went wrong with sources filed so far, and judgements that hold no longer."""
    return page(request, "problems.html", found=[*ledger.judgement_problems(), *reversed(ledger.problems())][:500])


@router.get("/keys")
def keys(request: Request) -> HTMLResponse:
    return page(request, "keys.html")
