"""Who asks, and whether they may: by session, by token, or as anybody where there are no accounts.

Invariant: what changes anything needs an editor unless it is named here; a route that is
not named is never more open than that.
"""

from __future__ import annotations

from urllib.parse import urlencode

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from servanda.ledger.store import now
from servanda.problems import ServandaError
from servanda.web.accounts import Accounts, Role
from servanda.web.refusing import refused, told
from servanda.web.who import ANYBODY, BEGAN, NOBODY, SESSION, Who, cookie

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = ("/sign-in", "/static", "/api/v1/about", "/api/v1/openapi.json")
FOR_ADMINS = ("/accounts", "/api/v1/accounts")
FOR_EDITORS = ("/audit", "/api/v1/audit", "/review", "/add")
READERS_SEND = ("/compare", "/api/v1/compare", "/sign-out", "/account")
NO_ACCOUNTS = (
    "There are no accounts here yet. Whoever serves this ledger makes the first: "
    "servanda accounts add NAME --role admin"
)
NO_TOKEN = "This needs a token, sent as Authorization: Bearer TOKEN. One is made by: servanda accounts token NAME"


def under(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(place + "/") for place in places)


def needed(method: str, path: str) -> Role | None:
    """Return the role that a request needs; None: it is open to all."""
    if under(path, OPEN):
        return None
    if under(path, FOR_ADMINS):
        return Role.ADMIN
    if under(path, FOR_EDITORS):
        return Role.EDITOR
    if method in SAFE or under(path, READERS_SEND):
        return Role.READER
    return Role.EDITOR


class Admission:
    """Finds out who asks, keeps it as ``state["who"]``, and refuses whom the accounts do not admit.

    ``local``: only this machine reaches the app, so that without accounts anybody may read and edit.
    """

    def __init__(self, app: ASGIApp, accounts: Accounts, local: bool) -> None:
        self.app, self.accounts, self.local = app, accounts, local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or under(scope["path"], ("/static",)):
            await self.app(scope, receive, send)
            return
        BEGAN.set(now())
        try:
            who, there = await run_sync(self.found, scope)
        except ServandaError as error:
            await told(Request(scope), error)(scope, receive, send)
            return
        scope.setdefault("state", {})["who"] = who
        scope["state"]["accounts"] = there
        answer = self.refusal(scope, who, there)
        await (answer or self.app)(scope, receive, send)

    def found(self, scope: Scope) -> tuple[Who, bool]:
        """Return who asks, and whether there are accounts."""
        known = self.known(scope) if self.accounts.kept() else None
        if known is not None:
            return known, True
        there = self.accounts.there()
        return (ANYBODY if self.local and not there else NOBODY), there

    def known(self, scope: Scope) -> Who | None:
        """Return who asks by a session, or for the API by a token, that holds."""
        headers = Headers(scope=scope)
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and scope["path"].startswith("/api/"):
            account = self.accounts.of_token(key.strip())
            return Who(account.name, account.role, "token") if account else None
        kept = cookie_parser(headers.get("cookie", "")).get(cookie(SESSION, scope["scheme"]))
        session = self.accounts.of_session(kept) if kept else None
        return Who(session[0].name, session[0].role, "session", session[1]) if session else None

    def refusal(self, scope: Scope, who: Who, there: bool) -> Response | None:
        """Return the answer to one who may not, or None."""
        method, path = scope["method"], scope["path"]
        role = needed(method, path)
        if who.may(role):
            return None
        if not there:
            return refused(scope, 403 if self.local else 503, NO_ACCOUNTS)
        if who.role is None:
            return unknown(scope, method, path)
        return refused(scope, 403, f"This is for {role}s. {who.name} is {article(who.role)} here; ask an admin.")


def unknown(scope: Scope, method: str, path: str) -> Response:
    """Lead a reader to sign in and back; tell a program what it lacks."""
    if path.startswith("/api/"):
        return refused(scope, 401, NO_TOKEN, {"www-authenticate": 'Bearer realm="servanda"'})
    if method in SAFE:
        query = scope["query_string"].decode("latin-1")
        return RedirectResponse("/sign-in?" + urlencode({"next": f"{path}?{query}" if query else path}), 303)
    return refused(scope, 401, "You are signed out, and nothing was changed. Sign in, go back, and send it again.")


def article(role: Role) -> str:
    return f"a {role}" if role is Role.READER else f"an {role}"
