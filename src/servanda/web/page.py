"""One way to make a page: templates that escape everything, the words of ``wording``, the form's token.

Invariant: no template marks a document's words as safe; ``wording.safe`` alone shows them.
"""

from __future__ import annotations

import secrets
from datetime import date
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

import regex
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from servanda.codebook import LADDER, domains, forms
from servanda.exporting.dossier_parts import in_words
from servanda.ledger import Ledger, Line, StatusName
from servanda.model import Kind, Stage
from servanda.web import speaking, wording
from servanda.web.asked import FACETS
from servanda.web.figures import Figures
from servanda.web.retelling import retold
from servanda.web.who import BEGAN, VISIT, cookie, signature, who_asks

PLACES = ("/", "/entries", "/dossiers", "/calendar", "/series", "/network", "/map", "/compare", "/review", "/add")
OWED = regex.compile(r"Open, owed by ([A-Z0-9-]+)")


def headed(words: str) -> str:
    """Return a dossier's heading in the interface's language, the party's name in it."""
    if found := OWED.fullmatch(words):
        return str(speaking.w("heading.owed", name=wording.name(found[1])))
    return speaking.word("heading", words.lower().replace(" ", "-").replace(",", ""), words)


def left_over(words: str, of: Line) -> str | None:
    """Return what a dossier's line says beyond the entry's own title, parties, stage and due date, None for others."""
    told = in_words(of.title, of.parties, of.stage, of.due, of.slips)
    return words.removeprefix(told).removeprefix(": ") if words.startswith(told) else None


@cache
def templates() -> Environment:
    made = Environment(
        loader=PackageLoader("servanda.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "dated": wording.dated,
        "month_named": wording.month_named,
        "safe_words": wording.safe,
        "quoted": wording.quoted,
        "unturned": wording.unturned,
        "retold": retold,
    }
    made.filters |= {"name": wording.name, "dyad": wording.dyad, "urlencode_pairs": urlencode}
    made.globals |= {
        "ladder": wording.ladder,
        "in_text": wording.in_text,
        "direction": wording.direction,
        "web_address": wording.web_address,
        "w": speaking.w,
        "word": speaking.word,
        "tongue": speaking.SPOKEN.get,
        "LANGUAGES": speaking.LANGUAGES,
        "address": wording.address,
        "party_options": wording.party_options,
        "LADDER": LADDER,
        "STAGES": tuple(Stage),
        "KINDS": tuple(Kind),
        "STATUSES": tuple(StatusName),
        "DOMAINS": domains(),
        "FORMS": {str(kind): forms(kind) for kind in Kind},
        "PLACES": PLACES,
        "moment": BEGAN.get,
        "this_day": lambda: date.today().isoformat(),
        "heading": headed,
        "left_over": left_over,
        "FACETS": FACETS,
        "KNOWN_SETTINGS": speaking.table("setting"),
    }
    return made


def page(request: Request, template: str, status: int = 200, **told: Any) -> HTMLResponse:
    """Return a page; the first one of a visit gives the browser the token that its forms must carry.

    A page that is kept for many has a mark in the token's place (``keeping``).
    """
    who = who_asks(request)
    speaking.SPOKEN.set(speaking.chosen(request))
    mark = request.scope.get("state", {}).get("mark")
    token = mark or form_token(request) or secrets.token_urlsafe(24)
    words = {
        "request": request,
        "token": token,
        "by": signature(request),
        "here": request.url.path,
        "who": who,
        "answered": status,
        "other_languages": others(request),
    } | told
    text = templates().get_template(template).render(words)
    made = HTMLResponse(text.encode("utf-8", "replace"), status)
    if not mark and not form_token(request):
        secure = request.url.scheme == "https"
        made.set_cookie(
            cookie(VISIT, request.url.scheme), token, httponly=True, samesite="strict", path="/", secure=secure
        )
    made.headers["content-language"] = speaking.SPOKEN.get()
    made.headers["vary"] = "accept-language, cookie"
    if request.query_params.get("lang") in speaking.LANGUAGES:
        made.set_cookie(speaking.COOKIE, speaking.SPOKEN.get(), max_age=31_536_000, samesite="lax", path="/")
    if who.signed_in:
        made.headers["cache-control"] = "no-store"
    return made


def others(request: Request) -> list[tuple[str, str, str]]:
    """Return the other languages of the interface: code, name and this page's address in it."""
    asked = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    return [
        (code, name, f"{request.url.path}?{urlencode([*asked, ('lang', code)], errors='replace')}")
        for code, name in speaking.LANGUAGES.items()
        if code != speaking.SPOKEN.get()
    ]


def piece(request: Request, template: str, **told: Any) -> str:
    """Return a piece of a page, in the language of the request."""
    with speaking.spoken(request):
        return templates().get_template(template).render({"request": request, "token": form_token(request)} | told)


def form_token(request: Request) -> str | None:
    """Return the token that a form must carry: of the session, else of the visit."""
    return who_asks(request).form or request.cookies.get(cookie(VISIT, request.url.scheme))


def ledger_of(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.ledger
    return ledger


def figures_of(request: Request) -> Figures:
    figures: Figures = request.app.state.figures
    return figures


TheFigures = Annotated[Figures, Depends(figures_of)]
TheLedger = Annotated[Ledger, Depends(ledger_of)]
