"""Sentences that the ledger writes, retold for people: dates as they write them, in the interface's language.

Invariant: what is retold says what the ledger said; a sentence that is not known stays as it is, marked as English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import regex
from markupsafe import Markup

from servanda.model import Stage
from servanda.web import wording
from servanda.web.speaking import SPOKEN, word

FIELD = regex.compile(r"\{(\w+)\}")
DATE = r"[\d./~?%X-]+?"
PATTERNS = {
    **dict.fromkeys(("stage", "before"), "|".join(Stage)),
    **dict.fromkeys(("day", "first", "last"), DATE),
    **dict.fromkeys(("n", "m"), r"\d+"),
    "words": ".+",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the ledger writes it, and in each language of the interface."""

    written: regex.Pattern[str]
    told: Mapping[str, str]


def stage_told(stage: str) -> Markup:
    told = word("stage", stage.lower())
    return wording.safe(told.capitalize() if stage[:1].isupper() else told)


def day_told(day: str) -> Markup:
    return wording.safe(wording.dated(day))


TOLD: dict[str, Callable[[str], Markup]] = {
    **dict.fromkeys(("stage", "before"), stage_told),
    **dict.fromkeys(("day", "first", "last"), day_told),
    **dict.fromkeys(("n", "m", "words"), wording.safe),
}


@cache
def sentences() -> tuple[Sentence, ...]:
    """Return the sentences that are known, as in ``words/told.toml``."""
    file = files("servanda.web").joinpath("words", "told.toml")
    told = tomllib.loads(file.read_text("utf-8"))["sentence"]
    return tuple(Sentence(pattern(one["says"]), {"en": one["says"]} | one) for one in told)


def pattern(says: str) -> regex.Pattern[str]:
    """Return what matches a sentence whatever stands in its braces."""
    parts = FIELD.split(says)
    made = "".join(
        f"(?P<{part}>(?i:{PATTERNS[part]}))" if place % 2 else regex.escape(part) for place, part in enumerate(parts)
    )
    return regex.compile(made)


def retold(sentence: str | None) -> Markup:
    """Return a sentence in the interface's language; its parts where it is several with a semicolon between."""
    return retold_in(sentence or "", SPOKEN.get())


@lru_cache(maxsize=5000)
def retold_in(said: str, language: str) -> Markup:
    if (known := in_language(said, language)) is not None:
        return known
    parts = said.split("; ")
    if len(parts) > 1 and all(told := [in_language(part, language) for part in parts]):
        return Markup("; ").join(part for part in told if part is not None)
    shown = wording.safe(said)
    return shown if language == "en" or not said else Markup('<span lang="en">{}</span>').format(shown)


def in_language(said: str, language: str) -> Markup | None:
    """Return a sentence that is known in a language."""
    for sentence in sentences():
        if language in sentence.told and (found := sentence.written.fullmatch(said)):
            filled = {name: TOLD[name](value) for name, value in found.groupdict().items()}
            return Markup(sentence.told[language]).format(**filled)
    return None
