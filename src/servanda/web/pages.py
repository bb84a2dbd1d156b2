"""The pages that only read: home, entries, entry, document, dossiers, series, due, search, languages.

Invariant: a page is a pure function of the ledger and its address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from servanda.codebook import is_party
from servanda.exporting import dossier as dossiers
from servanda.exporting.dossier_docx import as_docx
from servanda.exporting.dossier_html import as_html
from servanda.exporting.dossier_json import as_json
from servanda.exporting.dossier_parts import Dossier
from servanda.exporting.dossier_text import as_markdown
from servanda.ledger import (
    EXAMPLE,
    Entry,
    Filed,
    Judgement,
    Ledger,
    Line,
    StatusName,
    finding,
    listing,
    parse,
    settling,
)
from servanda.ledger.census import TRIED
from servanda.ledger.linking import links_of
from servanda.ledger.surveying import Facets, Sum, by_parties, each, pairs
from servanda.ledger.surveying import facets as facets_of
from servanda.model import Document
from servanda.problems import QueryError
from servanda.web import speaking
from servanda.web.asked import FACETS, PAGE, Asked, code
from servanda.web.calendar import in_month
from servanda.web.charts import strip, timeline
from servanda.web.figures import Figures
from servanda.web.keeping import patience_of
from servanda.web.languages import languages_told
from servanda.web.marking import pieces, runs
from servanda.web.network import pairs_of
from servanda.web.page import TheFigures, TheLedger, page
from servanda.web.wording import dyad, in_text

router = APIRouter()
FEW = 6  # lines of a list on the home page
WAITING = 100  # doubts counted there
QUEUE = 200  # doubts in the queue at once
DUE = 200  # lines of what is due
SHOWN, FILED = 6, 25  # statements in a section of a dossier, on a page and in a file
FIGURES: dict[str, tuple[str, dict[str, object]]] = {  # of a dossier: their words, and the rows that they count
    "kept, of those promised before and since settled or overdue": ("promised", {"status": [*TRIED]}),
    "median days from agreed to signed": ("median", {"kind": "instrument", "stage": ["signed", "active", "done"]}),
}
STATUSES = frozenset(StatusName)
INDEXED = 40  # pairs and parties on the index of dossiers


def in_bytes(write: Callable[[Dossier], str]) -> Callable[[Dossier, str], bytes]:
    return lambda made, base: write(made).encode("utf-8", "replace")


def word_file(made: Dossier, base: str) -> bytes:
    return as_docx(made, link=lambda c: base + in_text(c.document, c.claim))


WRITTEN: dict[str, tuple[Callable[[Dossier, str], bytes], str]] = {
    "html": (in_bytes(as_html), "text/html"),
    "md": (in_bytes(as_markdown), "text/markdown"),
    "json": (in_bytes(as_json), "application/json"),
    "docx": (word_file, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


@router.get("/")
def home(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """What is overdue and due next, what was reported last, what waits for a person."""
    today = date.today().isoformat()
    count = whole(ledger)
    facets, doubts = (figures.soon(name, count[name]) for name in ("facets ", f"doubts {QUEUE}"))
    return page(
        request,
        "home.html",
        counts=facets.count("status", {}) if facets else None,
        overdue=ledger.entries(f"status:overdue due:..{today}", FEW),
        due=ledger.entries(f"status:due-soon,open due:{today}..", FEW),
        latest=ledger.entries("review:no", FEW),
        waiting=min(WAITING, len(figures.undecided(doubts))) if doubts else 0,
        problems=len(ledger.problems()),
        sample=request.app.state.sample is not None,
    )


@router.get("/entries")
def entries(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """The list of undertakings; the address holds what is asked."""
    asked = Asked.of(request.query_params)
    try:
        found = ledger.entries(asked.query, PAGE + 1, asked.offset)
        facets = faceted(ledger, figures, asked)
    except QueryError as error:
        told: dict[str, Any] = {"asked": asked, "error": str(error), "example": EXAMPLE, "total": 0}
        told |= {key: {} for key in ("counts", "kinds", "stages", "fields")}
        return page(request, "entries.html", 400, found=[], more=False, views=views(), **told)
    chosen = {facet: getattr(asked, facet) for facet in FACETS}
    return page(
        request,
        "entries.html",
        asked=asked,
        found=found[:PAGE],
        more=len(found) > PAGE,
        total=facets.total(chosen),
        counts=facets.count("status", chosen),
        kinds=facets.count("kind", chosen),
        stages=facets.count("stage", chosen),
        fields=facets.count("domain", chosen),
        views=views(),
        error="",
        example=EXAMPLE,
    )


def faceted(ledger: Ledger, figures: Figures, asked: Asked) -> Facets:
    """Return how many entries each value of a facet would find beside the others."""
    bare = replace(asked, kind=(), status=(), stage=(), domain=(), sort="").query
    made: Facets = figures.of(f"facets {bare}", lambda: facets_of(ledger, bare))
    return made


def whole(ledger: Ledger) -> dict[str, Callable[[], Any]]:
    """Return by name how the figures over the whole ledger are counted: those that its first pages tell."""
    return {
        "facets ": lambda: facets_of(ledger, ""),
        f"doubts {QUEUE}": lambda: ledger.review(QUEUE),
        "parties ": lambda: by_parties(ledger, ""),
        "index": lambda: index_of(ledger),
        "network ": lambda: pairs_of(by_parties(ledger, "")),
        "series ": lambda: ledger.series(""),
        f"month {date.today().isoformat()[:7]} ": lambda: in_month(ledger, Asked(), date.today().isoformat()[:7]),
    }


def views() -> list[tuple[str, str]]:
    """Return lists that are often asked for, by name and address."""
    long_ago = (date.today() - timedelta(days=730)).isoformat()
    return [
        ("overdue", Asked(status=("overdue",), sort="due").address()),
        ("due_soon", Asked(status=("due-soon",), sort="due").address()),
        ("agreed_long_ago", Asked(kind=("instrument",), stage=("agreed", "negotiating"), until=long_ago).address()),
        ("put_off", Asked(q="has:slip").address()),
        ("disputed", Asked(q="has:conflict").address()),
        ("doubtful", Asked(q="review:yes").address()),
        ("late", Asked(status=("kept-late", "not-kept", "dropped")).address()),
    ]


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
        drawn=timeline(of),
        judged=judged_on(ledger, of),
        told=request.query_params.get("judged", ""),
        **around(ledger, of),
    )


def around(ledger: Ledger, of: Entry) -> dict[str, Any]:
    """Return why the claims of an entry are one, what nearly was the same, and what belongs with it: as the ledger
    tells each, but of an entry that is at hand."""
    with ledger.looking() as connection:
        near = finding.nearly(connection, of, settling.rulings_of(connection))
        links = links_of(connection, of.id, of.status.as_of)
    return {"why": finding.nearest_before(of.claims), "nearly": near, "belongs": links}


@router.get("/entries/{ref}/words")
def words_behind(ref: str, ledger: TheLedger) -> RedirectResponse:
    """Lead to the words that best show where an entry stands, marked in their text."""
    of = entry_named(ledger, ref)
    steps = [f for step in reversed(of.history.steps) if step.firm for f in step.evidence]
    first = (*of.status.evidence, *steps, *of.claims)[0]
    return RedirectResponse(in_text(first.card.id, first.id), 303)


def judged_on(ledger: Ledger, of: Entry) -> list[Judgement]:
    """Return what people decided on the claims of an entry, the latest first."""
    own = {filed.id for filed in of.claims}
    return [j for j in reversed(ledger.judgements()) if any(anchor.claim in own for anchor in j.on)]


@router.get("/documents/{ref}")
def document(request: Request, ref: str, ledger: TheLedger) -> HTMLResponse:
    """A report's text with every claim marked; ``?claim=`` opens one with the words of its slots."""
    of = document_named(ledger, ref)
    claims = ledger.claims_in(ref)
    chosen = next((f for f, _ in claims if f.id == request.query_params.get("claim")), None)
    return page(
        request,
        "document.html",
        of=of,
        claims=claims,
        chosen=chosen,
        slots=slot_words(chosen, of.text),
        pieces=runs(pieces(of.text, [f for f, _ in claims], chosen)),
        reprints=ledger.reprints(ref),
    )


def document_named(ledger: Ledger, ref: str) -> Document:
    """Return a document. Raises 404 with what to do."""
    if (of := ledger.document(ref)) is None:
        raise HTTPException(404, f"{ref}: no such document. Reports are found by their words: /search")
    return of


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
def dossier_index(request: Request, ledger: TheLedger, figures: TheFigures) -> Response:
    """Choose one party or two."""
    wanted = [code(v) for v in request.query_params.getlist("party") if v.strip()][:2]
    if wanted:
        return RedirectResponse(f"/dossiers/{'/'.join(wanted)}", 303)
    told = figures.of("index", lambda: index_of(ledger))
    return page(request, "dossiers.html", **told)


def index_of(ledger: Ledger) -> dict[str, Any]:
    """Return the pairs and the parties with most entries."""
    told = by_parties(ledger, "")
    looked = sum(one.total for one in told.values())
    return {"pairs": ranked(pairs(told)[0]), "each": ranked(each(told)), "looked": looked}


def ranked(sums: Mapping[Any, Sum]) -> list[tuple[Any, int]]:
    """Return those with most entries, most first."""
    return [(key, one.total) for key, one in sorted(sums.items(), key=lambda p: (-p[1].total, p[0]))[:INDEXED]]


def dossier_of(ledger: Ledger, wanted: tuple[str, ...], limit: int = 25, as_of: str | None = None) -> Dossier:
    """Return the dossier of one party or two. Raises 404 for what is no party."""
    for one in wanted:
        if not is_party(one.upper()):
            raise HTTPException(404, f"{one}: is no party. Use codes of countries or organisations, as IND or EU.")
    if len(wanted) == 2:
        return dossiers.dyad(ledger, wanted[0].upper(), wanted[1].upper(), as_of, limit)
    return dossiers.country(ledger, wanted[0].upper(), as_of, limit)


@router.get("/dossiers/{one}")
def country(request: Request, one: str, ledger: TheLedger, figures: TheFigures) -> Response:
    return dossier_page(request, ledger, figures, (one,))


@router.get("/dossiers/{one}/{other}")
def dyad_page(request: Request, one: str, other: str, ledger: TheLedger, figures: TheFigures) -> Response:
    return dossier_page(request, ledger, figures, (one, other))


def dossier_page(request: Request, ledger: Ledger, figures: Figures, wanted: tuple[str, ...]) -> Response:
    """A dossier as a page that prints, or as a file where ``?as=`` names a format."""
    written = request.query_params.get("as")
    shown = FILED if written in WRITTEN else SHOWN
    named = f"dossier {shown} {' '.join(wanted).upper()}"
    if patience_of(request.scope) == 0.0:
        figures.forget(named)
    made: Dossier = figures.of(named, lambda: dossier_of(ledger, wanted, shown))
    if written in WRITTEN:
        write, kind = WRITTEN[written]
        base = str(request.base_url).rstrip("/")
        name = f"dossier-{'-'.join(one.upper() for one in wanted)}.{written}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(write(made, base), media_type=kind, headers=headers)
    codes = tuple(one.upper() for one in wanted)
    speaking.SPOKEN.set(speaking.chosen(request))
    told: dict[str, Any] = {"tally": counts_of(made.figures), "kinds": kinds_of(made.figures), "FIGURES": FIGURES}
    told |= {"entries": lines_in(ledger, made), "strip": strip(made)}
    return page(request, "dossier.html", of=made, title=dyad(codes), wanted=codes, **told)


def counts_of(figures: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return what a dossier counts by status."""
    return {name: int(value) for name, value in figures if name in STATUSES}


def kinds_of(figures: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return what a dossier counts by kind ("meeting 4, trade 1")."""
    told = dict(figures).get("by kind", "")
    return {kind: int(count) for kind, _, count in (one.partition(" ") for one in told.split(", ") if one)}


def lines_in(ledger: Ledger, made: Dossier) -> dict[str, Line]:
    """Return the entries that a dossier speaks of, by id."""
    ids = {said.entry for section in made.sections for said in section.statements if said.entry and said.status}
    with ledger.looking() as connection:
        return {line.id: line for line in listing.by_ids(connection, sorted(ids), made.as_of)}


@router.get("/series")
def series(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """Meetings that recur, with their sessions, gaps and what is expected."""
    asked = Asked.of(request.query_params)
    return page(request, "series.html", asked=asked, found=figures.series(asked.query))


@router.get("/due")
def due(request: Request, ledger: TheLedger) -> HTMLResponse:
    """The calendar as a list: what is due and not settled, by month, the soonest first."""
    asked = Asked.of(request.query_params)
    before = request.query_params.get("before") or None
    parse(asked.query)
    found = ledger.due(before, DUE, None, asked.query)
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
