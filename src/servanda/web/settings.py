"""What the web app may cost and how long a session lasts: ``[web]`` in the settings file, or SERVANDA_WEB_….

Invariant: the environment wins over the file; a setting that cannot be understood is named.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from servanda.problems import QueryError
from servanda.reading.settings import settings_file, table

PREFIX = "SERVANDA_WEB_"


@dataclass(frozen=True, slots=True)
class WebSettings:
    upload_bytes: int = 32 << 20
    """Most that one request may hold."""
    session_hours: float = 12.0
    """How long somebody stays signed in."""


def web_settings(environment: Mapping[str, str] | None = None, file: Path | None = None) -> WebSettings:
    """Return the settings in force. Raises QueryError naming the one that cannot be understood."""
    around = os.environ if environment is None else environment
    given = table(file or settings_file(), "web")
    known = {field.name: type(getattr(WebSettings(), field.name)) for field in fields(WebSettings)}
    given |= {name: around[PREFIX + name.upper()] for name in known if PREFIX + name.upper() in around}
    if unknown := sorted(given.keys() - known.keys()):
        raise QueryError(f"[web] {unknown[0]}: no such setting. There are: {', '.join(known)}.")
    values: dict[str, Any] = {name: number(name, value, known[name]) for name, value in given.items()}
    return WebSettings(**values)


def number(name: str, value: object, kind: type) -> int | float:
    try:
        made: int | float = kind(str(value).replace("_", ""))
    except ValueError as error:
        raise QueryError(f"[web] {name}: {value!r} is not a number.") from error
    if not 0 < made < 1e12:
        raise QueryError(f"[web] {name}: {value!r} is too small or too large.")
    return made
