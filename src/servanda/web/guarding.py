"""What stands between the app and whoever speaks to it: hosts, sizes, origins, headers, form tokens.

There are no accounts yet, so the app answers only to this machine's own names: a page of
another site that points its name here is refused, as is a form that another site sends.
"""

from __future__ import annotations

import secrets
from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servanda.problems import QueryError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN = "servanda_form"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Refuses foreign hosts, foreign forms and bodies over ``most`` bytes; dresses every answer in HEADERS."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = Body(receive, send, self.most)
        if refused := refusal(scope, self.most):
            status, words = refused
            await PlainTextResponse(words, status)(scope, receive, body.send)
            return
        await self.app(scope, body.receive, body.send)


class Body:
    """One exchange: counts what comes in, and answers 413 in the app's place where that is too much."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive, self._send, self.most = receive, send, most
        self.seen = 0
        self.told = False

    async def receive(self) -> Message:
        message = await self._receive()
        self.seen += len(message.get("body", b""))
        if self.seen > self.most:
            return {"type": "http.request", "body": b"", "more_body": False}
        return message

    async def send(self, message: Message) -> None:
        if self.seen > self.most:
            await self.refuse(message)
            return
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for key, value in HEADERS.items():
                headers.setdefault(key, value)
            headers.setdefault("cache-control", "no-cache")
        await self._send(message)

    async def refuse(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self.told:
            self.told = True
            words = too_large(self.most).encode()
            named = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
            plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(words)).encode())]
            await self._send({"type": "http.response.start", "status": 413, "headers": [*plain, *named]})
            await self._send({"type": "http.response.body", "body": words})


def refusal(scope: Scope, most: int) -> tuple[int, str] | None:
    """Return the status and the words with which a request is refused before it is read, or None."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if host_of(f"http://{host}") not in LOOPBACK:
        return 421, "This ledger answers only on this machine, as http://localhost. Accounts are not there yet.\n"
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        return 413, too_large(most)
    if scope["method"] not in SAFE and foreign(headers, host):
        return 403, "This was sent by another site's page, and was refused. Use the form on this site.\n"
    return None


def foreign(headers: Headers, host: str) -> bool:
    """True where a browser says that another site's page sent the request."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != host


def host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def too_large(most: int) -> str:
    return f"This is larger than {most >> 20} MB. Add large files with: servanda add PATH\n"


def new_token() -> str:
    return secrets.token_urlsafe(24)


def check_token(given: str | None, known: str | None) -> None:
    """Raise QueryError where a form does not carry the token that its page was given."""
    if not given or not known or not compare_digest(given.encode(), known.encode()):
        raise QueryError("This form is from another visit, or cookies are off. Load the page again and send it again.")


def check_address(host: str) -> None:
    """Raise QueryError for an address that others could reach: there are no accounts yet."""
    if host not in LOOPBACK:
        raise QueryError(
            f"--host {host}: others could reach it, and accounts are not there yet. Use 127.0.0.1, and ssh to share it."
        )
