"""Answers kept until the ledger changes, so that what many read is made once.

Invariant: an answer that is kept is what would be made anew; while something else writes again
and again a page may be ``STALE`` seconds old, but never for one who has just changed something here.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from markupsafe import escape
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servanda.web.figures import OLD, Stamp, stamp_of
from servanda.web.speaking import chosen
from servanda.web.who import VISIT, Who, cookie, who_asks

STALE = 5.0  # seconds
BUSY = 3  # changes of the ledger within that time by which something writes again and again
SETTLED = 0.1  # seconds after which a file's time tells a later write from an earlier one
AT_ONCE = 3  # answers that are made at one time: more would only wait for one another
MOST = 64 << 20  # bytes kept
WROTE = "servanda_wrote"
WROTE_SECONDS = 10
API = "/api/"
SAFE = frozenset({"GET", "HEAD"})
OTHERS = ("/static", "/sign-in", "/account", "/accounts", "/audit", "/settings", "/sign-out")  # not of the ledger alone
OTHERS_OF_API = tuple(f"/api/v1/{name}" for name in ("about", "accounts", "audit", "openapi.json"))
MARK = secrets.token_urlsafe(24)  # stands in a page for the token of whoever will read it
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, what the ledger's files looked like before it was made, and when that was.

    ``stamp`` is None where the answer is for the patient only.
    """

    body: bytes
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    stamp: Stamp | None
    at: float

    def holds(self, stamp: Stamp | None, patience: float) -> bool:
        fresh = self.stamp is not None and stamp == self.stamp
        return fresh or time.monotonic() - self.at < patience


@dataclass(slots=True)
class Making:
    """An answer on its way from the app: held back if it is a page or JSON, else sent on as it comes."""

    send: Send
    start: Message | None = None
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False

    async def passed(self, message: Message) -> None:
        if message["type"] == "http.response.start" and is_page_or_json(message):
            self.start = message
        elif self.start is None:
            await self.send(message)
        else:
            self.body += message.get("body", b"")
            self.whole = not message.get("more_body", False)

    def held(self, stamp: Stamp | None, at: float) -> Kept | None:
        """Return what was held back; None where all was sent."""
        if self.start is None or not self.whole:
            return None
        headers = tuple((name, value) for name, value in self.start["headers"] if name != b"content-length")
        return Kept(bytes(self.body), self.start["status"], headers, stamp, at)


class Keeping:
    """Answers from what is kept, else lets the app answer: for all who ask the same at once one of them."""

    def __init__(self, app: ASGIApp, path: Path | None) -> None:
        self.app, self.path = app, path
        self.known: OrderedDict[Key, Kept] = OrderedDict()
        self.size, self.wrote = 0, 0.0
        self.seen: Stamp | None = None
        self.changes: deque[float] = deque(maxlen=BUSY)
        self.making: dict[Key, asyncio.Event] = {}
        self.turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.path is None:
            await self.app(scope, receive, send)
        elif scope["method"] not in SAFE:
            await self.changing(scope, receive, send)
        elif of_the_ledger(scope):
            await self.asked(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def changing(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app change something; who did so is shown nothing from before it, by no worker."""
        name, secure = cookie(WROTE, scope["scheme"]), "; Secure" * (scope["scheme"] == "https")
        told = f"{name}=1; Max-Age={WROTE_SECONDS}; Path=/; HttpOnly; SameSite=Strict{secure}"

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start" and not scope["path"].startswith(API):
                MutableHeaders(scope=message).append("set-cookie", told)
            await send(message)

        try:
            await self.app(scope, receive, marked)
        finally:
            self.wrote = time.monotonic()

    async def asked(self, scope: Scope, receive: Receive, send: Send) -> None:
        key, patience = key_of(scope), patience_of(scope)
        found = self.recalled(key, patience)
        if found is None and (other := self.making.get(key)) is not None:
            await other.wait()
            found = self.recalled(key, patience)
        if found is None:
            found = await self.made(key, scope, receive, send)
        if found is not None:
            await answered(scope, found)(scope, receive, send)

    def recalled(self, key: Key, patience: float) -> Kept | None:
        """Return what is kept under a key, where it still holds."""
        known, stamp = self.known.get(key), self.looked()
        patient = known is not None and known.at > self.wrote and self.busy()
        if known is None or not known.holds(stamp, patience if patient else 0.0):
            return None
        self.known.move_to_end(key)
        return known

    def looked(self) -> Stamp | None:
        """Return what the ledger's files look like now, and note when that changed."""
        stamp = stamp_of(self.path)
        if stamp != self.seen and self.seen is not None:
            self.changes.append(time.monotonic())
        self.seen = stamp
        return stamp

    def busy(self) -> bool:
        """True while something writes again and again."""
        return len(self.changes) == BUSY and time.monotonic() - self.changes[0] < STALE

    async def made(self, key: Key, scope: Scope, receive: Receive, send: Send) -> Kept | None:
        """Let the app answer in its turn, and keep it if it may be; None where all was sent already."""
        over = asyncio.Event()
        self.making.setdefault(key, over)
        try:
            async with self.turns:
                return await self.answer(key, scope, receive, send)
        finally:
            if self.making.get(key) is over:
                del self.making[key]
            over.set()

    async def answer(self, key: Key, scope: Scope, receive: Receive, send: Send) -> Kept | None:
        stamp, at, making = self.looked(), time.monotonic(), Making(send)
        old: list[str] = []
        told = OLD.set(old)
        try:
            await self.app(marked(scope), receive, making.passed)
        finally:
            OLD.reset(told)
        made = making.held(None if old or not settled(stamp) else stamp, at)
        if made is not None and made.status == 200 and not any(name == b"set-cookie" for name, _ in made.headers):
            self.keep(key, made)
        return made

    def keep(self, key: Key, made: Kept) -> None:
        before = self.known.pop(key, None)
        self.size += len(made.body) - (len(before.body) if before else 0)
        self.known[key] = made
        while self.size > MOST:
            self.size -= len(self.known.popitem(last=False)[1].body)


def marked(scope: Scope) -> Scope:
    """Return what is asked so that the app answers in full, with the mark in its forms."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"if-none-match"]
    return {**scope, "headers": headers, "state": {**scope.get("state", {}), "mark": MARK}}


def of_the_ledger(scope: Scope) -> bool:
    """True for what tells of the ledger as it is, and of nothing else."""
    path = scope["path"]
    others = OTHERS_OF_API if path.startswith(API) else OTHERS
    named = any(path == other or path.startswith(f"{other}/") for other in others)
    return not named and b"as_of=" not in scope["query_string"]


def key_of(scope: Scope) -> Key:
    """Return what an answer depends on besides the ledger: what is asked, by whom, in which language, today."""
    who: Who = scope.get("state", {}).get("who", Who())
    day, host = date.today().isoformat(), Headers(scope=scope).get("host", "")
    asked = (scope["path"], scope["query_string"], chosen(Request(scope)), scope["scheme"], host)
    return (*asked, who.name, who.role, who.how, day)


def patience_of(scope: Scope) -> float:
    """Return how old an answer may be: a program's is never old, nor is that of one who has just changed something."""
    if scope["path"].startswith(API) or b"judged=" in scope["query_string"]:
        return 0.0
    wrote = cookie(WROTE, scope["scheme"]) in cookie_parser(Headers(scope=scope).get("cookie", ""))
    return 0.0 if wrote else STALE


def settled(stamp: Stamp | None) -> bool:
    """True where the last write is so long ago that the next one will have another time."""
    times = [part for part in stamp or () if isinstance(part, int) and part > 1 << 58]
    return bool(times) and time.time_ns() - max(times) > SETTLED * 1e9


def is_page_or_json(start: Message) -> bool:
    """True for what is no file to be taken away."""
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "").partition(";")[0]
    return kind in ("text/html", "application/json") and "content-disposition" not in headers


def answered(scope: Scope, kept: Kept) -> Response:
    """Return what is kept with the reader's own token in its forms, or 304 where they have it."""
    request = Request(scope)
    who, own = who_asks(request), cookie(VISIT, scope["scheme"])
    known = who.form or request.cookies.get(own)
    token = known or secrets.token_urlsafe(24)
    body = kept.body.replace(MARK.encode(), str(escape(token)).encode("utf-8", "replace"))
    made = Response(body, kept.status)
    made.raw_headers = [*kept.headers, (b"content-length", str(len(body)).encode())]
    if known is None and not scope["path"].startswith(API):
        secure = scope["scheme"] == "https"
        made.set_cookie(own, token, httponly=True, samesite="strict", path="/", secure=secure)
        return made
    kept_back = kept.status != 200 or "no-store" in made.headers.get("cache-control", "")
    return made if kept_back else unless_known(request, made)


def unless_known(request: Request, made: Response) -> Response:
    """Give an answer an ETag; return 304 in its place where the asker names it."""
    tag = made.headers.setdefault("etag", f'"{hashlib.sha256(made.body).hexdigest()[:32]}"')
    named = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag not in named and "*" not in named:
        return made
    same = ("etag", "cache-control", "vary", "content-language")
    return Response(status_code=304, headers={name: made.headers[name] for name in same if name in made.headers})
