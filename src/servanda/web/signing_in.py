"""Pages by which people sign in and out, keep their own account, and an admin keeps all of them.

Invariant: what a page of accounts changes is written to the log with who did it and from where.
"""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from servanda.problems import QueryError
from servanda.web.accounts import Account, Accounts, Role, Token, key_of, role_named
from servanda.web.admitting import NO_ACCOUNTS
from servanda.web.attempts import Attempts
from servanda.web.deciding import LOCAL, Genuine, Words
from servanda.web.page import page
from servanda.web.who import SESSION, address_of, cookie, signature, who_asks

router = APIRouter()
WRONG = "The name or the password is wrong."


def accounts_of(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


def noted(request: Request, did: str, what: str = "") -> None:
    accounts_of(request).note(signature(request), did, what, address_of(request))


def place(path: str) -> str:
    """Return where a reader goes on: a page of this site, else the first one."""
    known, _, _ = path.partition("?")
    return path if LOCAL.fullmatch(known) and path.isprintable() else "/"


@router.get("/sign-in")
def sign_in(request: Request, next: str = "/") -> Response:
    if who_asks(request).signed_in or not accounts_of(request).there():
        return RedirectResponse(place(next), 303)
    return page(request, "sign_in.html", next=place(next), name="", wrong="")


@router.post("/sign-in", dependencies=[Genuine])
def signed_in(request: Request, name: Words = "", password: Words = "", next: Words = "/") -> Response:
    """Begin a session, or say that name or password is wrong (never which), or how long to wait."""
    accounts, address = accounts_of(request), address_of(request)
    attempts = Attempts(accounts)
    if wait := attempts.wait(name, address):
        minutes = -(-wait // 60)
        words = f"Too many tries. Wait {minutes} minute{'s' * (minutes > 1)}, then try again."
        made = page(request, "sign_in.html", 429, next=place(next), name=name, wrong=words)
        made.headers["retry-after"] = str(wait)
        return made
    account = accounts.known_by(name, password)
    if account is None:
        known = {known.name for known in accounts.all() if key_of(known.name) == key_of(name)}
        accounts.note(min(known, default="a name that has no account"), "was refused", "sign-in", address)
        return page(request, "sign_in.html", 401, next=place(next), name=name, wrong=WRONG)
    attempts.succeeded(name, address)
    accounts.note(account.name, "signed in", "", address)
    return with_session(request, account, place(next))


def with_session(request: Request, account: Account, path: str) -> Response:
    """Return the way on, with the cookie of a new session."""
    hours: float = request.app.state.settings.session_hours
    made = RedirectResponse(path, 303)
    value, scheme = accounts_of(request).begin(account, hours), request.url.scheme
    lasts, secure = int(3600 * hours), scheme == "https"
    made.set_cookie(cookie(SESSION, scheme), value, lasts, path="/", secure=secure, httponly=True, samesite="lax")
    return made


@router.post("/sign-out", dependencies=[Genuine])
def signed_out(request: Request) -> Response:
    noted(request, "signed out")
    kept = cookie(SESSION, request.url.scheme)
    accounts_of(request).end(request.cookies.get(kept, ""))
    made = RedirectResponse("/sign-in", 303)
    made.delete_cookie(kept, path="/", secure=request.url.scheme == "https")
    made.headers["clear-site-data"] = '"cache"'
    return made


def own(request: Request) -> Account:
    """Return the account of who is signed in. Raises 404 where there are no accounts."""
    name = who_asks(request).name
    if name is None:
        raise HTTPException(404, NO_ACCOUNTS)
    return accounts_of(request).named(name)


@router.get("/account")
def account(request: Request) -> HTMLResponse:
    return account_page(request, own(request))


def account_page(request: Request, of: Account, key: str = "") -> HTMLResponse:
    tokens = accounts_of(request).tokens(of.name)
    roles = [role for role in Role if of.role.may(role)]
    return page(request, "account.html", of=of, tokens=tokens, key=key, roles=roles)


@router.post("/account/password", dependencies=[Genuine])
def change_password(request: Request, old: Words = "", new: Words = "") -> Response:
    """Change one's own password; every session ends, and this one begins again."""
    of, accounts = own(request), accounts_of(request)
    attempts = Attempts(accounts)
    if wait := attempts.wait(of.name, address_of(request)):
        raise HTTPException(429, f"Too many tries. Wait {wait} seconds, then try again.", {"retry-after": str(wait)})
    if accounts.known_by(of.name, old) is None:
        raise HTTPException(403, "The present password is wrong; nothing was changed.")
    attempts.succeeded(of.name, address_of(request))
    accounts.change_password(of.name, new)
    noted(request, "changed the own password")
    return with_session(request, of, "/account")


@router.post("/account/tokens", dependencies=[Genuine])
def give_token(request: Request, label: Words = "", role: Words = "reader", days: Words = "") -> HTMLResponse:
    """Make a token, whose key this one page shows."""
    of = own(request)
    if days.strip() and not (days.strip().isdecimal() and 0 < int(days) < 10_000):
        raise QueryError(f"days: {days!r} is no number of days. Leave it empty for a token without end.")
    token, key = accounts_of(request).give_token(of.name, role_named(role), label, int(days) if days.strip() else None)
    noted(request, "made a token", told_token(token))
    return account_page(request, of, key=key)


@router.post("/account/tokens/{ref}/revoke", dependencies=[Genuine])
def revoke(request: Request, ref: str) -> RedirectResponse:
    accounts_of(request).revoke(ref, own(request).name)
    noted(request, "revoked a token", ref)
    return RedirectResponse("/account", 303)


def told_token(token: Token) -> str:
    return " ".join(filter(None, (token.id, token.role, token.label)))


@router.get("/accounts")
def all_accounts(request: Request) -> HTMLResponse:
    accounts = accounts_of(request)
    return page(request, "accounts.html", all=accounts.all(), tokens=accounts.tokens(), roles=list(Role))


@router.post("/accounts", dependencies=[Genuine])
def add(request: Request, name: Words = "", password: Words = "", role: Words = "reader") -> RedirectResponse:
    made = accounts_of(request).add(name, role_named(role), password)
    noted(request, "made an account", f"{made.name}, {made.role}")
    return RedirectResponse("/accounts", 303)


def not_oneself(request: Request, name: str) -> None:
    if who_asks(request).name == accounts_of(request).named(name).name:
        raise QueryError(f"{name}: is your own account. Another admin may take it away or change its role.")


@router.post("/accounts/role", dependencies=[Genuine])
def change_role(request: Request, name: Words, role: Words) -> RedirectResponse:
    not_oneself(request, name)
    made = accounts_of(request).change_role(name, role_named(role))
    noted(request, "changed a role", f"{made.name}, {made.role}")
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/password", dependencies=[Genuine])
def set_password(request: Request, name: Words, password: Words) -> RedirectResponse:
    not_oneself(request, name)
    made = accounts_of(request).change_password(name, password)
    noted(request, "set a password", made.name)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/remove", dependencies=[Genuine])
def remove(request: Request, name: Words) -> RedirectResponse:
    not_oneself(request, name)
    made = accounts_of(request).remove(name)
    noted(request, "took an account away", made.name)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/tokens/{ref}/revoke", dependencies=[Genuine])
def revoke_any(request: Request, ref: str) -> RedirectResponse:
    accounts_of(request).revoke(ref)
    noted(request, "revoked a token", ref)
    return RedirectResponse("/accounts", 303)
