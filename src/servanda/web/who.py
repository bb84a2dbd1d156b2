"""Who asks: a name and a role, and how they are known. Found out by ``admitting``, read by pages and routes."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import Request

from servanda.web.accounts import Role

SESSION, VISIT = "servanda_session", "servanda_form"
BEGAN: ContextVar[str] = ContextVar("began", default="")  # when (UTC) the request came that is being answered


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks. ``how`` is open (no accounts), session, token or nobody; ``form`` is the token of a session's forms."""

    name: str | None = None
    role: Role | None = None
    how: str = "nobody"
    form: str | None = None

    def may(self, needed: Role | None) -> bool:
        return needed is None or (self.role is not None and self.role.may(needed))

    @property
    def edits(self) -> bool:
        return self.may(Role.EDITOR)

    @property
    def manages(self) -> bool:
        return self.may(Role.ADMIN)

    @property
    def signed_in(self) -> bool:
        return self.how == "session"


NOBODY = Who()
ANYBODY = Who(None, Role.EDITOR, "open")


def cookie(name: str, scheme: str) -> str:
    """Return what a cookie is called: over https so that no other site of the domain can set it (RFC 6265bis)."""
    return f"__Host-{name}" if scheme == "https" else name


def who_asks(request: Request) -> Who:
    """Return who sent a request."""
    found: Who = request.scope.get("state", {}).get("who", NOBODY)
    return found


def signature(request: Request) -> str:
    """Return the name that signs what is decided: the account's, else the one that the server was given."""
    own: str = who_asks(request).name or request.app.state.by
    return own


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""
