"""``/api/v1``: what the pages show, for programs.

Invariant: the words are those of the command line and of ``servanda --json``; nothing here
writes (``api_sending`` does).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from servanda import __version__
from servanda.exporting import dossier as dossiers
from servanda.exporting.dossier_entry import entry_dossier, series_dossier
from servanda.exporting.dossier_parts import Dossier
from servanda.exporting.rows import FORMATS
from servanda.ledger import Entry, Judgement, Ledger, Line, parse
from servanda.ledger.query import EXAMPLE
from servanda.ledger.records import Card, Doubt, Filed, Hit, Nearly, Series
from servanda.ledger.walking import claims_after, documents_after, hits_after, items_after, lines_after, problems_after
from servanda.model import Kind, Stage
from servanda.problems import Problem, QueryError
from servanda.web.accounts import Account, Token
from servanda.web.answering import API, WRONG, Asks, Cursor, Day, Most, answer
from servanda.web.auditing import Event, events
from servanda.web.describing import answers, answers_with
from servanda.web.knowing import Known, TheKnown
from servanda.web.languages import languages_told
from servanda.web.page import TheFigures, TheLedger
from servanda.web.pages import QUEUE, WAITING, dossier_of, entry_named, index_of
from servanda.web.paging import cursor_at, paged, place_at
from servanda.web.receiving import day
from servanda.web.who import who_asks

router = APIRouter(prefix="/api/v1", tags=["ledger"], responses=WRONG)
MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json", "jsonl": "application/jsonl"}
AT_ONCE = 500
FEW = 6  # of each list at home


@router.get("/about", responses=answers(servanda=str, api=int, accounts=bool, upload_bytes=int, name=str, role=str))
def about(request: Request) -> Response:
    """Tell what answers here, and as whom it takes the asker; needs no token."""
    who, state = who_asks(request), request.app.state
    told = {"servanda": __version__, "api": API, "accounts": state.accounts.there(), "upload_bytes": state.most}
    known = {"name": who.name, "role": who.role}
    return answer(request, told | {key: value for key, value in known.items() if value})


AT_HOME = {"counts": dict[str, int], "overdue": list[Line], "due": list[Line], "latest": list[Line]}


@router.get("/home", responses=answers(**AT_HOME, waiting=int, problems=int))
def home(request: Request, ledger: TheLedger, figures: TheFigures) -> Response:
    """Show what is overdue and due next, what was reported last, how much waits for a person."""
    today = date.today().isoformat()
    lists = {
        "counts": counted(figures.tally("")),
        "overdue": ledger.entries(f"status:overdue due:..{today}", FEW),
        "due": ledger.entries(f"status:due-soon,open due:{today}..", FEW),
        "latest": ledger.entries("review:no", FEW),
    }
    return answer(
        request, lists | {"waiting": min(WAITING, len(figures.doubts(QUEUE))), "problems": len(ledger.problems())}
    )


def counted(tallies: Any) -> dict[str, int]:
    made: dict[str, int] = {}
    for tally in tallies:
        made[tally.status] = made.get(tally.status, 0) + tally.count
    return made


@router.get("/entries", responses=answers(entries=list[Line], next=str))
def entries(request: Request, past: TheKnown, q: Asks = "", limit: Most = 50, cursor: Cursor = None) -> Response:
    """List undertakings, the latest report first, or as `sort:` says."""
    return answer(request, entries_page(past, q, limit, cursor))


def entries_page(past: Known, q: str, limit: int, cursor: str | None) -> dict[str, Any]:
    """Return a page of the entries that a query finds."""
    query, question = parse(q), f"entries {past.day} {q}"
    ranked = query.sort == "relevance" and query.words
    by_due = query.sort == "due" or (query.sort is None and query.due)
    like = (float, str) if ranked else (int, str, str) if by_due and not query.due else (str, str)
    after = place_at(cursor, question, like)
    return paged("entries", lines_after(past.ledger, query, limit, after, past.day), question)


@router.get("/counts", responses=answers(counts=dict[str, int]))
def counts(request: Request, ledger: TheLedger, q: Asks = "") -> Response:
    """Count undertakings by status."""
    return answer(request, {"counts": ledger.counts(q)})


def entry_in(request: Request, ledger: Ledger, ref: str, value: Any) -> Response:
    """Answer with something of an entry; `Content-Location` has the id that it has now."""
    made = answer(request, value)
    if (now := entry_named(ledger, ref).id) != ref:
        made.headers["content-location"] = request.url.path.replace(f"/entries/{ref}", f"/entries/{now}")
    return made


@router.get("/entries/{ref}", responses=answers_with(Entry))
def entry(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Show one undertaking: history, quotations, due dates, status with its rule; old ids lead to it."""
    of = entry_named(ledger, ref)
    return entry_in(request, ledger, ref, of)


@router.get("/entries/{ref}/why", responses=answers(together=list[dict[str, Any]], nearly=list[Nearly]))
def why(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Show why the claims of an undertaking are together, and what nearly was the same."""
    of = entry_named(ledger, ref)
    together = [{"with": a.id, "claim": b.id, "match": match} for a, b, match in ledger.why(of.id)]
    return entry_in(request, ledger, ref, {"together": together, "nearly": ledger.nearly(of.id)})


@router.get("/entries/{ref}/dossier", responses=answers_with(Dossier))
def entry_told(request: Request, ref: str, past: TheKnown) -> Response:
    """Show one undertaking as a reader gets it: each statement with its quotations."""
    of = entry_named(past.ledger, ref)
    return entry_in(request, past.ledger, ref, entry_dossier(past.ledger, of.id, past.day))


@router.get("/documents", responses=answers(documents=list[Card], next=str))
def documents(
    request: Request,
    ledger: TheLedger,
    language: str | None = None,
    publisher: str | None = None,
    limit: Most = 50,
    cursor: Cursor = None,
) -> Response:
    """List reports, the last filed first; by their words they are found by /search?what=documents."""
    question = f"documents {language} {publisher}"
    found = documents_after(ledger, limit, place_at(cursor, question, (int,)), language, publisher)
    return answer(request, paged("documents", found, question))


@router.get("/documents/{ref}", responses=answers(
    document=dict[str, Any], claims=list[dict[str, Any]], reprints=list[Card]))  # fmt: skip
def document(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Show a report's text and its claims; offsets are code points into the text, half-open."""
    of = ledger.document(ref)
    if of is None:
        raise HTTPException(404, f"{ref}: no such document. Reports are found by: /api/v1/search?what=documents&q=")
    about = {name: getattr(of, name) for name in ("id", "title", "date", "language", "publisher", "url", "text", "how")}
    claims = [{"entry": home} | plain_claim(f) for f, home in ledger.claims_in(ref)]
    return answer(request, {"document": about, "claims": claims, "reprints": ledger.reprints(ref)})


def plain_claim(filed: Filed) -> dict[str, Any]:
    from servanda.web.records import plain

    made: dict[str, Any] = plain(filed.claim)
    return made | {"firm": filed.firm}


@router.get("/claims", responses=answers(claims=list[Filed], next=str))
def claims(
    request: Request,
    ledger: TheLedger,
    kind: Kind | None = None,
    stage: Stage | None = None,
    limit: Most = 50,
    cursor: Cursor = None,
) -> Response:
    """List claims as judged, the last filed first; by their words they are found by /search?what=claims."""
    question = f"claims {kind} {stage}"
    found = claims_after(ledger, limit, place_at(cursor, question, (int,)), kind, stage)
    return answer(request, paged("claims", found, question))


@router.get("/claims/{ref}", responses=answers(claim=Filed, entry=str))
def claim(request: Request, ref: str, ledger: TheLedger) -> Response:
    """Show one claim with its quotations, and the undertaking in which it stands."""
    of = entry_named(ledger, ref)
    found = next((filed for filed in of.claims if filed.id.startswith(ref.strip().lower())), of.claims[0])
    return answer(request, {"claim": found, "entry": of.id})


@router.get("/dossiers", responses=answers(dyads=list[dict[str, Any]], looked=int))
def dyads(request: Request, ledger: TheLedger, figures: TheFigures) -> Response:
    """List the pairs of parties with most entries, most first; `looked` counts all entries."""
    told = figures.of("index", lambda: index_of(ledger))
    pairs = [{"parties": p, "entries": n} for p, n in told["pairs"]]
    return answer(request, {"dyads": pairs, "looked": told["looked"]})


Sections = Annotated[int, Query(ge=1, le=100, description="At most so many undertakings a section.")]


@router.get("/dossiers/{one}", responses=answers_with(Dossier))
def country(request: Request, one: str, past: TheKnown, limit: Sections = 25) -> Response:
    """Show what one party has undertaken with anybody."""
    return answer(request, dossier_of(past.ledger, (one,), limit, past.day))


@router.get("/dossiers/{one}/{other}", responses=answers_with(Dossier))
def dyad(request: Request, one: str, other: str, past: TheKnown, limit: Sections = 25) -> Response:
    """Show what two parties owe each other and what became of it."""
    return answer(request, dossier_of(past.ledger, (one, other), limit, past.day))


@router.get("/themes", responses=answers_with(Dossier))
def theme(request: Request, past: TheKnown, q: Asks, limit: Sections = 25) -> Response:
    """Show what was undertaken about something, whoever the parties are."""
    if not q.strip():
        raise QueryError(f"themes: are asked for by words and terms, as in: {EXAMPLE}")
    return answer(request, dossiers.theme(past.ledger, q, past.day, limit))


@router.get("/series", responses=answers(series=list[Series], next=str))
def series(request: Request, figures: TheFigures, q: Asks = "", limit: Most = 50, cursor: Cursor = None) -> Response:
    """List meetings that recur, those with most sessions first."""
    question = f"series {q}"
    after = place_at(cursor, question, (int, str))
    found = items_after(figures.series(q), limit, after, lambda of: (-len(of.sessions), of.id))
    return answer(request, paged("series", found, question))


@router.get("/series/{ref}", responses=answers_with(Dossier))
def one_series(request: Request, ref: str, past: TheKnown) -> Response:
    """Show the series to which a meeting belongs, by the id of the meeting."""
    return answer(request, series_dossier(past.ledger, entry_named(past.ledger, ref).id, past.day))


@router.get("/due", responses=answers(entries=list[Line], next=str))
def due(
    request: Request, past: TheKnown, before: Day = None, q: Asks = "", limit: Most = 50, cursor: Cursor = None
) -> Response:
    """List what is due and not settled, the soonest first, the overdue included."""
    parse(q)
    asked = f"{q} status:open,due-soon,overdue,unwatched due:..{day(before) or '9999-12-31'} sort:due"
    return answer(request, entries_page(past, asked.strip(), limit, cursor))


@router.get("/calendar", responses=answers(due=list[Line], held=list[Line], more=bool))
def calendar(
    request: Request,
    ledger: TheLedger,
    first: Annotated[str, Query(alias="from", description="The first day, as 2026-01-01.")],
    last: Annotated[str, Query(alias="to", description="The last day.")],
    q: Asks = "",
) -> Response:
    """List what is due and what was held or concluded from one day to another; `more` where there were too many."""
    days = f"{day(first) or ''}..{day(last) or ''}"
    lists = {key: ledger.entries(f"{q} {key}:{days}", AT_ONCE + 1) for key in ("due", "held")}
    told: dict[str, Any] = {key: found[:AT_ONCE] for key, found in lists.items()}
    return answer(request, told | {"more": any(len(found) > AT_ONCE for found in lists.values())})


@router.get("/search", responses=answers(
    entries=list[Line] | None, claims=list[Hit] | None, documents=list[Hit] | None, next=str))  # fmt: skip
def search(
    request: Request,
    past: TheKnown,
    q: Asks,
    what: Literal["entries", "claims", "documents"] = "entries",
    limit: Most = 50,
    cursor: Cursor = None,
) -> Response:
    """Find words in undertakings, quotations or reports; quotations and reports by how near they are."""
    if what == "entries":
        return answer(request, entries_page(past, q, limit, cursor))
    if not parse(q).words:
        raise QueryError(f"search: {what} are found by words; give at least one.")
    question = f"search {past.day} {what} {q}"
    found = hits_after(past.ledger, q, what, limit, place_at(cursor, question, (float, int)))
    return answer(request, paged(what, found, question))


@router.get("/review", responses=answers(doubts=list[Doubt], next=str))
def review(request: Request, figures: TheFigures, limit: Most = 50, cursor: Cursor = None) -> Response:
    """List what a person should decide, so much as is in the queue at once; what was decided is not in it any more."""
    doubts, at = figures.doubts(QUEUE), place_at(cursor, "review", (int, str))
    start = after_doubt(doubts, int(at[0]), str(at[1])) if at else 0
    shown = doubts[start : start + limit]
    more = start + limit < len(doubts)
    end = {"next": cursor_at((start + limit - 1, name_of(shown[-1])), "review")} if more else {}
    return answer(request, {"doubts": shown} | end)


def name_of(doubt: Doubt) -> str:
    return " ".join(filed.id for filed in doubt.on)


def after_doubt(doubts: Sequence[Doubt], place: int, name: str) -> int:
    """Return where to go on behind a doubt that stood at a place, and may have been decided since."""
    known = next((n for n, doubt in enumerate(doubts) if name_of(doubt) == name), None)
    return max(0, place) if known is None else known + 1


@router.get("/judgements", responses=answers(judgements=list[Judgement], next=str))
def judgements(request: Request, ledger: TheLedger, limit: Most = 500, cursor: Cursor = None) -> Response:
    """List what was decided, the withdrawn too, oldest first."""
    after = place_at(cursor, "judgements", (str, str))
    found = items_after(ledger.judgements(), limit, after, lambda j: (j.at, j.id))
    return answer(request, paged("judgements", found, "judgements"))


@router.get("/audit", responses=answers(events=list[Event], total=int))
def audit(
    request: Request, ledger: TheLedger, limit: Most = 200, skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> Response:
    """List who judged, withdrew, added or signed in, the latest first; for editors."""
    found = events(ledger, request.app.state.accounts)
    return answer(request, {"events": found[skip : skip + limit], "total": len(found)})


@router.get("/accounts", responses=answers(accounts=list[Account], tokens=list[Token]))
def accounts(request: Request) -> Response:
    """List accounts and their tokens (never the keys); for admins."""
    known = request.app.state.accounts
    return answer(request, {"accounts": known.all(), "tokens": known.tokens()})


@router.get("/languages", responses=answers(languages=list[dict[str, Any]]))
def languages(request: Request) -> Response:
    """List the languages that can be read, and how well."""
    return answer(request, {"languages": languages_told()})


@router.get("/problems", responses=answers(problems=list[Problem], next=str))
def problems(request: Request, ledger: TheLedger, limit: Most = 500, cursor: Cursor = None) -> Response:
    """List what went wrong: first judgements that hold no longer, then sources, the last first."""
    after = place_at(cursor, "problems", (int,))
    found, end = problems_after(ledger, limit, after)
    return answer(
        request, paged("problems", ([*(ledger.judgement_problems() if after is None else ()), *found], end), "problems")
    )


@router.get("/export/{format}", responses={200: {"description": "A file.", "content": {
    "text/csv": {}, "application/json": {}, "application/jsonl": {}}}}, response_class=StreamingResponse)  # fmt: skip
def export(format: Literal["csv", "json", "jsonl"], past: TheKnown, q: Asks = "") -> StreamingResponse:
    """Write every undertaking that a query finds, each with the quotation it rests on."""
    parse(q)
    lines = (line.encode("utf-8", "replace") for line in FORMATS[format](every(past, q)))
    headers = {"content-disposition": f'attachment; filename="undertakings.{format}"'}
    return StreamingResponse(lines, media_type=MEDIA[format], headers=headers)


def every(past: Known, query: str) -> Iterator[Entry]:
    """Yield every entry that a query finds, in full, walking on behind the last one seen."""
    asked, end = parse(query), None
    while True:
        found, end = lines_after(past.ledger, asked, AT_ONCE, end, past.day)
        yield from past.ledger.entries_in_full(found, past.day)
        if end is None:
            return
