"""The words of the interface: one catalogue a language (``words/*.toml``), chosen for each request.

Invariant: every catalogue has the same keys, and no word of an interface stands in a template.
What a report, the ledger's rules or an error says is no word of the interface: it stays as it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any

import regex
from markupsafe import Markup, escape
from starlette.requests import Request

LANGUAGES = {"en": "English", "hi": "हिन्दी"}
COOKIE = "servanda_language"
SPOKEN: ContextVar[str] = ContextVar("spoken", default="en")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return all words of a language by dotted key; a plural has two, ``.one`` and ``.other``."""
    file = files("servanda.web").joinpath("words", f"{language}.toml")
    return dict(flat(tomllib.loads(file.read_text("utf-8"))))


def flat(table: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Return a table of tables as pairs of dotted key and words."""
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        pairs += flat(value, f"{above}{key}.") if isinstance(value, dict) else [(f"{above}{key}", str(value))]
    return pairs


def w(key: str, /, **told: Any) -> Markup:
    """Return the words under a key with what is told put in, escaped; ``n`` chooses among one and other."""
    words = catalogue(SPOKEN.get())
    found = words.get(key)
    if found is None:
        found = words[f"{key}.{'one' if told.get('n') == 1 else 'other'}"]
    if not told:
        return Markup(found)
    shown = {name: value if isinstance(value, (int, float)) else escape(value) for name, value in told.items()}
    return Markup(found.format_map(shown))  # as Markup.format does, at a quarter of the time


def word(table: str, value: object, other: str | None = None) -> str:
    """Return the interface's word for a term of the codebook, else ``other`` or the term itself."""
    return catalogue(SPOKEN.get()).get(f"{table}.{value}") or other or str(value).replace("-", " ")


def table(name: str) -> frozenset[str]:
    """Return the terms that a table of the catalogue has words for."""
    return frozenset(key.partition(".")[2] for key in catalogue("en") if key.startswith(f"{name}."))


def chosen(request: Request) -> str:
    """Return the language for a request: ``?lang=``, else the cookie, else what the browser asks for, else English."""
    for asked in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    return accepted(request.headers.get("accept-language", ""))


@contextmanager
def spoken(request: Request) -> Iterator[None]:
    """Speak a request's language for a while: an answer that is streamed is written outside the request's context."""
    before = SPOKEN.set(chosen(request))
    yield
    SPOKEN.reset(before)


def accepted(header: str) -> str:
    """Return the language that an Accept-Language header likes best among ours."""
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        found = regex.fullmatch(r"\s*([a-zA-Z]{2,3})(?:-[\w-]+)?(?:\s*;\s*q=([01](?:\.\d{0,3})?))?\s*", part)
        if found and found[1].lower() in LANGUAGES:
            liked.append((-float(found[2] or 1), place, found[1].lower()))
    return min(liked)[2] if liked else "en"
