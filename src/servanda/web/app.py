"""The app factory: one ledger, its pages and its API, with errors as sentences.

Invariant: no traceback reaches a reader; a page gets a page, a program gets problem+json.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from servanda import __version__
from servanda.ledger import Ledger
from servanda.ledger.census import Census
from servanda.problems import ServandaError
from servanda.web import (
    api,
    api_pictures,
    api_sending,
    calendar,
    deciding,
    network,
    pages,
    reading_desk,
    showing,
    signing_in,
)
from servanda.web.accounts import Accounts, beside
from servanda.web.admitting import Admission
from servanda.web.describing import openapi_of
from servanda.web.figures import Figures
from servanda.web.guarding import Guard
from servanda.web.keeping import Keeping
from servanda.web.meanwhile import Judging, OvertakenError, gate_beside
from servanda.web.refusing import told
from servanda.web.settings import WebSettings

PAGES = (pages.router, deciding.router, reading_desk.router, signing_in.router)
PICTURES = (calendar.router, network.router, showing.router)
PROGRAMS = (api.router, api_pictures.router, api_sending.router)
ABOUT = """The ledger for programs: the same questions as the pages and the command line ask.

Lists are paged by an opaque `cursor`; answers carry an `ETag`; errors are `application/problem+json`.
Where the ledger has accounts, send a token: `Authorization: Bearer TOKEN`.
"""


def app_for(
    ledger: Ledger,
    *,
    by: str = "reader",
    sample: Callable[[Ledger], object] | None = None,
    most: int | None = None,
    accounts: Accounts | None = None,
    names: Collection[str] = (),
    local: bool = True,
    settings: WebSettings | None = None,
    workers: int = 1,
) -> FastAPI:
    """Return the app on a ledger.

    ``by`` signs judgements where there are no accounts, ``sample`` files the sample reports where
    that is asked, ``most`` bounds an upload in bytes. ``names`` are the hosts it answers to besides
    this machine's own; ``local`` says that nobody else can reach it, so that it may be open
    as long as there are no accounts. ``workers`` is how many processes serve the ledger together.
    """
    app = FastAPI(
        title="Servanda",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    ledger.engine = ledger.engine.execution_options(census=Census())
    state = app.state
    state.settings = settings or WebSettings()
    state.most = most or state.settings.upload_bytes
    state.accounts = accounts or Accounts(beside(ledger.path))
    state.figures, state.judging = Figures(ledger), Judging(ledger, gate_beside(ledger.path) if workers > 1 else None)
    state.ledger, state.by, state.sample = ledger, by, sample
    for router in (*PAGES, *PICTURES, *PROGRAMS):
        app.include_router(router, include_in_schema=router in PROGRAMS)
    state.routes = [route for router in (*PAGES, *PICTURES, *PROGRAMS) for route in router.routes]
    app.openapi = lambda: openapi_of(app)  # type: ignore[method-assign]
    static = str(files("servanda.web").joinpath("static"))
    app.mount("/static", GZipMiddleware(StaticFiles(directory=static), 2000), name="static")
    for error in (ServandaError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(error, told)
    app.add_exception_handler(OvertakenError, overtaken)
    app.add_middleware(Keeping, path=ledger.path)
    app.add_middleware(Admission, accounts=state.accounts, local=local)
    app.add_middleware(Guard, most=state.most, hosts=names)
    return app


def overtaken(request: Request, error: Exception) -> Response:
    """Tell that another judged otherwise: a page that lets the reader choose, a problem for a program."""
    if request.url.path.startswith("/api/"):
        return told(request, HTTPException(409, str(error)))
    return deciding.overtaken(request, error)
