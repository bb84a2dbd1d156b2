"""How records read on a page: dates as precise as known, the ladder, parties by name, words made safe to show.

Invariant: what a document says is escaped, and characters that turn or hide text are shown as marks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

import regex
from markupsafe import Markup, escape

from servanda.codebook import LADDER, organisations, rung
from servanda.model import Stage

TURNING = regex.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\p{Cc}--[\t\n\r]]", regex.V1)
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
NOTES = {
    "open": "nothing is late",
    "due-soon": "due within the next weeks",
    "overdue": "the due date passed, sources were looked at since, nothing found",
    "unwatched": "the due date passed, but nothing was read about these parties since",
    "kept": "reported as done, in time or without a date to keep",
    "kept-late": "done after the due date",
    "partly-kept": "done in part",
    "not-kept": "a report says that it was not done",
    "dropped": "ended before it was done",
    "superseded": "another undertaking took its place",
    "silent": "no due date and no report for a year, while the parties were watched",
}


@cache
def names() -> dict[str, str]:
    """Return the English names of countries by code, as the English pack has them first."""
    file = files("servanda").joinpath("packs", "en", "countries.toml")
    told: dict[str, str] = {}
    for party in tomllib.loads(file.read_text("utf-8"))["party"]:
        told.setdefault(party["code"], party["names"][0])
    return told


def name(code: str) -> str:
    """Return a party's name, its code where none is known."""
    return names().get(code, code)


@cache
def parties() -> tuple[tuple[str, str], ...]:
    """Return all codes with their names, by name: what a form offers."""
    return tuple(sorted([*names().items(), *((code, code) for code in organisations())], key=lambda pair: pair[1]))


def dyad(codes: Iterable[str], most: int = 3) -> str:
    """Return parties by name; of a crowd only the first."""
    shown = [name(code) for code in codes]
    return " · ".join(shown) if len(shown) <= most else f"{' · '.join(shown[:2])} +{len(shown) - 2}"


def safe(words: str | None) -> Markup:
    """Return words escaped, each character that turns, hides or controls text replaced by a mark that names it."""
    made, at = Markup(""), 0
    for found in TURNING.finditer(words or ""):
        code = f"U+{ord(found[0]):04X}"
        mark = Markup('<span class="unseen" title="A character that cannot be seen: {0}">{0}</span>').format(code)
        made += escape((words or "")[at : found.start()]) + mark
        at = found.end()
    return made + escape((words or "")[at:])


def unturned(words: str | None) -> str:
    """Return words for where no markup can stand (a title, an option): what turns or hides text is named."""
    return TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", words or "")


def quoted(words: str) -> Markup:
    """Return a quotation between its marks, blanks made single."""
    return Markup("“{}”").format(safe(" ".join(words.split())))


def direction(language: str | None) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "auto"


@cache
def ladder(stage: Stage | str | None, worded: bool = True) -> Markup:
    """Return the seven rungs, filled up to a stage, with the stage's word beside them."""
    word = str(stage) if stage else "unconfirmed"
    reached = rung(Stage(stage)) if stage else -1
    rungs = Markup("").join(
        Markup('<i class="on"></i>' if place <= reached else "<i></i>") for place in range(len(LADDER))
    )
    said = Markup(' <span class="word">{}</span>').format(word) if worded else Markup("")
    drawn = Markup('<span class="rungs" aria-hidden="true">{}</span>').format(rungs)
    return Markup('<span class="ladder {}" title="{}">{}{}</span>').format(word, word, drawn, said)


def web_address(url: str | None) -> str | None:
    """Return an address that may become a link: http and https only."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def address(path: str, /, **asked: object) -> str:
    """Return an address with what is asked, absent and empty values left out."""
    pairs: list[tuple[str, str]] = []
    for key, value in asked.items():
        several = value if isinstance(value, (list, tuple)) else [value]
        pairs += [(key, str(one)) for one in several if one not in (None, "")]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def in_text(document: str, claim: str) -> str:
    """Return where a claim's quotation stands, marked in its text."""
    return f"/documents/{document}?claim={claim}#c-{claim}"


def count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
