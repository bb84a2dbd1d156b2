"""How the API answers: JSON with an ETag, and the parameters and refusals that its routes share.

Invariant: the same answer has the same ETag, a changed one another: it is a digest of the bytes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from servanda.web.records import plain

API = 1  # changes when an older program could no longer read the answers
PROBLEM = {
    "application/problem+json": {
        "schema": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string", "description": "What is wrong and what to do, in one sentence."},
            },
        }
    }
}
WRONG: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": PROBLEM}
    for status, words in {
        400: "What was asked cannot be understood; the detail says how to ask it.",
        401: "Where there are accounts: no token was sent, or one that holds no more.",
        403: "The account may not do this.",
        404: "There is no such thing.",
        413: "The body is larger than this server takes.",
        422: "A parameter has the wrong shape.",
        503: "The ledger does not answer, as while another program writes to it for long.",
        507: "The disk is full; nothing was filed.",
    }.items()
}

Asks = Annotated[str, Query(description="Words and terms: party:IND party:ITA stage:agreed status:overdue", alias="q")]
Most = Annotated[int, Query(ge=1, le=500, description="At most so many.")]
Cursor = Annotated[str | None, Query(description="The `next` of the page before.")]
Day = Annotated[str | None, Query(description="A day, as 2026-12-31.")]


def answer(request: Request, value: Any, status: int = 200) -> Response:
    """Return JSON with an ETag of its bytes, or 304 where the asker has them."""
    body = json.dumps(plain(value), ensure_ascii=False).encode("utf-8", "replace")
    if status != 200:
        return Response(body, status, {}, "application/json")
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "authorization, cookie"}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if request.method == "GET" and (tag in known or "*" in known):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, "application/json")
