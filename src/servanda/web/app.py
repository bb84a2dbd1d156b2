"""The app factory: one ledger, its pages and its API, with errors as sentences.

Invariant: no traceback reaches a reader; a page gets a page, a program gets problem+json.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from servanda import __version__
from servanda.ledger import Ledger
from servanda.problems import LedgerError, QueryError, ServandaError
from servanda.web import api, deciding, pages, reading_desk
from servanda.web.figures import Figures
from servanda.web.guarding import HEADERS, Guard
from servanda.web.page import page

MOST = 32 << 20  # bytes of one upload
ABOUT = """The ledger for programs: the same questions as the pages and the command line ask.

Lists are paged by an opaque `cursor`; answers carry an `ETag`; errors are `application/problem+json`.
"""
TITLES = {400: "This cannot be answered", 404: "There is no such thing here", 503: "The ledger does not answer"}


def app_for(
    ledger: Ledger, *, by: str = "reader", sample: Callable[[Ledger], object] | None = None, most: int = MOST
) -> FastAPI:
    """Return the app on a ledger.

    ``by`` signs judgements, ``sample`` files the sample reports where that is asked, ``most``
    bounds an upload in bytes.
    """
    app = FastAPI(
        title="Servanda",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.figures = Figures(ledger)
    app.state.ledger, app.state.by, app.state.sample, app.state.most = ledger, by, sample, most
    for router in (pages.router, deciding.router, reading_desk.router):
        app.include_router(router, include_in_schema=False)
    app.include_router(api.router)
    static = str(files("servanda.web").joinpath("static"))
    app.mount("/static", StaticFiles(directory=static), name="static")
    for error in (ServandaError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(error, told)
    app.add_middleware(Guard, most=most)
    return app


def told(request: Request, error: Exception) -> Response:
    """Answer an error with one sentence: where, what, what to do."""
    status, words = meaning(error)
    title = TITLES.get(status, "This did not work")
    if request.url.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": words}
        return JSONResponse(problem, status, media_type="application/problem+json", headers=HEADERS)
    made = page(request, "problem.html", status=status, title=title, words=words)
    made.headers.update(HEADERS)
    return made


def meaning(error: Exception) -> tuple[int, str]:
    """Return the status and the sentence for an error."""
    if isinstance(error, QueryError):
        return 400, str(error)
    if isinstance(error, LedgerError):
        return 503, str(error)
    if isinstance(error, HTTPException):
        return error.status_code, str(error.detail)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        return 422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
    return 500, f"A fault of the program ({type(error).__name__}). Nothing was changed by it. Please report it."
