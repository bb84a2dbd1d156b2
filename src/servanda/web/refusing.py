"""What a reader or a program is told where something did not work: a page, or problem+json.

Invariant: no traceback reaches a reader; the words say where, what, and what to do.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from servanda.problems import LedgerError, QueryError, ServandaError
from servanda.web.page import page

TITLES = {
    400: "This cannot be answered",
    401: "Sign in first",
    403: "This is not allowed",
    404: "There is no such thing here",
    405: "This cannot be done here",
    409: "Somebody else decided meanwhile",
    413: "This is too large",
    421: "Another name",
    429: "Too many tries",
    503: "The ledger does not answer",
    507: "The disk is full",
}
FULL = "The disk is full. What was filed before stays, and nothing is half done. Make room, then send it again."


def told(request: Request, error: Exception) -> Response:
    """Answer an error with one sentence: where, what, what to do."""
    headers = dict(getattr(error, "headers", None) or {})
    if isinstance(error, HTTPException) and error.status_code == 405:
        headers = {"allow": ", ".join(allowed(request))}
        error = HTTPException(405, f"{request.url.path}: takes {headers['allow']} only.")
    status, words = meaning(error, request.url.path)
    return refused(request.scope, status, words, headers)


def refused(scope: Scope, status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal as a page, or as problem+json for what is under ``/api/``."""
    from servanda.web.guarding import HEADERS  # which refuses by this

    title = TITLES.get(status) or "This did not work"
    if scope["path"].startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": words}
        made: Response = JSONResponse(problem, status, media_type="application/problem+json")
    else:
        made = page(Request(scope), "problem.html", status=status, title=title, words=words)
    made.headers.update({**HEADERS, **(headers or {})})
    return made


def meaning(error: Exception, path: str = "") -> tuple[int, str]:
    """Return the status and the sentence for an error."""
    if isinstance(error, QueryError):
        return 400, str(error)
    if isinstance(error, (ServandaError, OSError)) and is_full(error):
        return 507, FULL
    if isinstance(error, LedgerError):
        return 503, str(error)
    if isinstance(error, HTTPException):
        return error.status_code, in_words(error, path)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        return 422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
    return 500, f"A fault of the program ({type(error).__name__}). Nothing was changed by it. Please report it."


def in_words(error: HTTPException, path: str) -> str:
    """Return what is told of an error that the framework names with its bare title."""
    if error.detail != HTTPStatus(error.status_code).phrase:
        return str(error.detail)
    if error.status_code == 404:
        there = "/api/v1/openapi.json" if path.startswith("/api/") else "/"
        return f"{path}: there is nothing under this address. What there is: {there}"
    return str(error.detail)


def allowed(request: Request) -> list[str]:
    """Return the methods that are taken at an address, over all routes that lead there."""
    path, routes = request.url.path, request.app.state.routes
    return sorted({method for route in routes if route.path_regex.match(path) for method in route.methods}) or ["GET"]


def is_full(error: ServandaError | OSError) -> bool:
    return error.errno == errno.ENOSPC if isinstance(error, OSError) else "disk is full" in str(error)
