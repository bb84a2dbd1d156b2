"""Dates that stand in titles: they say when, not what.

Invariant: only a day or month written with its month's name goes; a year alone, or a
stretch of years ("action plan 2025-29"), is a part of the name and stays.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import regex

YEAR = r"(?:\s*,?\s*(?:of\s+)?(?:19|20)\d\d(?!\d|\s?[-–/]\s?\d)(?:\s*(?:г\.|год\p{L}*))?)"
DAY = r"\d{1,2}(?:st|nd|rd|th|-?[гм]о)?"
BEFORE = r"(?:\b(?:by|on|in|until|till|from|since|before|after|of|dated|до|с|к|в)\s+(?:the\s+)?(?:end\s+of\s+)?)?"


@cache
def month_names() -> str:
    """Return the packs' names of months as one pattern, the longest first."""
    folders = sorted(files("servanda").joinpath("packs").iterdir(), key=lambda folder: folder.name)
    paths = [path for folder in folders if (path := folder.joinpath("dates.toml")).is_file()]
    tables = [tomllib.loads(path.read_text("utf-8")).get("words", {}).get("month", {}) for path in paths]
    names = {name for table in tables for forms in table.values() for name in forms if len(name) > 2}
    return "|".join(regex.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))


@cache
def written_dates() -> regex.Pattern[str]:
    month = rf"(?<![\p{{L}}\p{{M}}])(?:{month_names()})(?![\p{{L}}\p{{M}}])\.?"
    day_first = rf"(?<!\d){DAY}(?:\s*[-–]\s*{DAY})?\s+(?:of\s+)?{month}{YEAR}?"
    month_first = rf"{month}\s+{DAY}(?:\s*[-–]\s*{DAY})?(?![\d\p{{L}}]){YEAR}?|{month}{YEAR}"
    return regex.compile(rf"{BEFORE}(?:{day_first}|{month_first})", regex.I)


def undated(title: str) -> str:
    """Return a title without the days and months in it ("agreement on ports by 31 December 2025")."""
    return written_dates().sub(" ", title) if any(map(str.isdigit, title)) else title
