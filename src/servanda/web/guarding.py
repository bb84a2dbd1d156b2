"""What stands between the app and whoever speaks to it: hosts, sizes, origins, headers, form tokens.

Invariant: a name that is not this site's, a form that another site sends, and a body past the
limit are refused before the app sees any of it, and every answer bears HEADERS.
"""

from __future__ import annotations

from collections.abc import Collection
from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servanda.problems import QueryError
from servanda.web.refusing import refused

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
DRAINED = 8  # times the limit that is read and thrown away, so that a browser comes to read the answer
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
    """Refuses foreign hosts, foreign forms and bodies over ``most`` bytes; dresses every answer in HEADERS.

    ``hosts`` are the names under which the app answers besides this machine's own.
    """

    def __init__(self, app: ASGIApp, most: int, hosts: Collection[str] = ()) -> None:
        self.app = app
        self.most = most
        self.hosts = LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # there are none; nobody is let past the accounts by one
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = Body(scope, receive, send, self.most)
        if found := refusal(scope, self.most, self.hosts):
            status, words = found
            await body.drain()
            await refused(scope, status, words)(scope, receive, body.dressed)
            return
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        await self.app(asked, body.receive, body.send)


class Body:
    """One exchange: counts what comes in, and answers 413 in the app's place where that is too much."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        self.scope, self._receive, self._send, self.most = scope, receive, send, most
        self.seen = 0
        self.told = self.ended = False

    async def receive(self) -> Message:
        message = await self._receive()
        self.seen += len(message.get("body", b""))
        self.ended = self.ended or not message.get("more_body", False)
        if self.seen > self.most:
            raise HTTPException(413, too_large(self.most))
        return message

    async def drain(self) -> None:
        """Read on to the end of what is refused, within bounds."""
        while not self.ended and self.seen <= DRAINED * self.most:
            message = await self._receive()
            self.seen += len(message.get("body", b""))
            self.ended = not message.get("more_body", False)

    async def send(self, message: Message) -> None:
        if self.seen <= self.most:
            await self.dressed(message)
        elif not self.told:
            self.told = True
            await self.drain()
            await refused(self.scope, 413, too_large(self.most))(self.scope, self._receive, self.dressed)

    async def dressed(self, message: Message) -> None:
        """Send with HEADERS; the answer to HEAD goes without its body."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for key, value in HEADERS.items():
                headers.setdefault(key, value)
            headers.setdefault("cache-control", "no-cache")
            host = host_of(f"http://{Headers(scope=self.scope).get('host', '')}")
            if self.scope.get("scheme") == "https" and host not in LOOPBACK:
                headers.setdefault("strict-transport-security", "max-age=31536000")
        elif self.scope["method"] == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)


def refusal(scope: Scope, most: int, hosts: Collection[str] = LOOPBACK) -> tuple[int, str] | None:
    """Return the status and the words with which a request is refused before it is read, or None."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if host_of(f"http://{host}") not in hosts:
        return (
            421,
            f"{host}: this ledger does not answer under this name. It is told by: servanda serve --name NAME",
        )
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        return 413, too_large(most)
    if scope["method"] not in SAFE and foreign(headers, host):
        return 403, "This was sent by another site's page, and was refused. Use the form on this site."
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
    size = f"{most >> 20} MB" if most >= 1 << 20 else f"{most:,} bytes"
    return (
        f"This is larger than {size}; nothing of it was filed. Send less at once, or add it on the server: "
        "servanda add PATH"
    )


def check_token(given: str | None, known: str | None) -> None:
    """Raise QueryError where a form does not carry the token that its page was given."""
    if not given or not known or not compare_digest(given.encode("utf-8", "replace"), known.encode("utf-8", "replace")):
        raise QueryError("This form is from another visit, or cookies are off. Load the page again and send it again.")


def check_address(host: str, names: Collection[str] = (), accounts: bool = False) -> bool:
    """Return whether only this machine can reach an address, also by another name.

    Raises QueryError where others could and there are no accounts, or no name to be called by.
    """
    away = sorted({name.lower() for name in names} - LOOPBACK)
    if host in LOOPBACK and not away:
        return True
    said = f"--host {host}" if host not in LOOPBACK else f"--name {away[0]}"
    if not accounts:
        raise QueryError(
            f"{said}: others could reach it, and there are no accounts. "
            "Make the first: servanda accounts add NAME --role admin"
        )
    if host in EVERYWHERE and not away:
        raise QueryError(f"{said}: say by which name it is called, as in: --name ledger.example.org")
    return False
