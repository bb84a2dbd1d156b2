"""Lines that belong to the site and not to the report: share lines, comment widgets, cookie walls.

Invariant: a line goes only as a whole, and only where a pack's list says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from servanda.problems import PackError

from .tracing import Edit

_LONGEST = 200
_ON = r"(?![^\W_]|[\u0900-\u0963]).*"
_KEYS = ("lines", "starts", "ends_text")


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """Patterns over folded lines: those that go, and those after which the report has ended."""

    exact: frozenset[str]
    lines: Mapping[str, re.Pattern[str]]
    """By the first character, which most lines rule out; digits stand under "0", anything under ""."""
    ends: frozenset[str]

    def is_line(self, line: str) -> bool:
        """True where the whole line is boilerplate."""
        return len(line) <= _LONGEST and self._goes(_folded(line))

    def _goes(self, folded: str) -> bool:
        return folded in self.exact or any(
            pattern.fullmatch(folded) for key in (_key(folded), "") if (pattern := self.lines.get(key)) is not None
        )

    def is_end(self, line: str) -> bool:
        """True where the line heads what no longer belongs to the report (comments, related stories)."""
        return len(line) <= _LONGEST and _folded(line).rstrip(" :") in self.ends

    def edits(self, paragraph: str, start: int) -> Iterator[Edit]:
        """Yield edits that take the boilerplate lines out of a paragraph that starts at ``start``."""
        if len(paragraph) > _LONGEST and "\n" not in paragraph:
            return
        at = start
        for line in paragraph.split("\n"):
            if len(line) <= _LONGEST and (self._goes(folded := _folded(line)) or folded.rstrip(" :") in self.ends):
                yield at, at + len(line), ""
            at += len(line) + 1


@cache
def boilerplate() -> Boilerplate:
    """Return the lists of all packs together: pages mix languages (an English widget on a Hindi page)."""
    lists: dict[str, list[str]] = {key: [] for key in _KEYS}
    for pack in sorted(files("servanda").joinpath("packs").iterdir(), key=lambda p: p.name):
        file = pack.joinpath("boilerplate.toml")
        if file.is_file():
            _add(lists, file.read_text("utf-8"), f"packs/{pack.name}/boilerplate.toml")
    forms = [(f, _form(f)) for f in lists["lines"] if "#" in f or "*" in f]
    forms += [(f, _form(f) + _ON) for f in lists["starts"]]
    keyed: dict[str, list[str]] = {}
    for form, pattern in forms:
        keyed.setdefault("" if form.startswith("*") else _key(form.casefold()), []).append(pattern)
    exact, ends = (frozenset(f.casefold() for f in lists[key]) for key in ("lines", "ends_text"))
    return Boilerplate(exact, {key: re.compile("|".join(patterns)) for key, patterns in keyed.items()}, ends)


def _folded(line: str) -> str:
    return " ".join(line.split()).casefold()


def _key(folded: str) -> str:
    return "0" if folded[:1].isdigit() or folded.startswith("#") else folded[:1]


def _add(lists: dict[str, list[str]], text: str, where: str) -> None:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{where}: {error}.") from error
    for key in _KEYS:
        lists[key] += table.get(key, [])


def _form(form: str) -> str:
    """A pack's form as a pattern: ``#`` is a number, ``*`` anything; the rest is itself."""
    words = re.escape(form.casefold()).replace(r"\ ", r"\s+")
    return words.replace(r"\#", r"\d[\d.,]*").replace(r"\*", ".*")
