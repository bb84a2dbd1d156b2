"""The languages that can be read, and how well, from the figures that the bench wrote."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from servanda.language.packs import languages


@cache
def measured() -> dict[str, dict[str, Any]]:
    """Return precision, recall and what they were measured on, by language; absent where nothing was measured."""
    file = files("servanda").joinpath("packs", "measured.toml")
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


def name_of(code: str) -> str:
    """Return a language's name; the head of its pack has it, the lexicon need not be loaded."""
    head = files("servanda").joinpath("packs", code, "pack.toml")
    return str(tomllib.loads(head.read_text("utf-8")).get("name", code))


@cache
def languages_told() -> tuple[dict[str, Any], ...]:
    """Return each language with its name and its figures, None where they are not known."""
    return tuple({"code": code, "name": name_of(code), "measured": measured().get(code)} for code in languages())
