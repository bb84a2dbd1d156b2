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
from servanda.exporting import days
from servanda.model import Stage
from servanda.web.speaking import SPOKEN, word

TURNING = regex.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\p{Cc}--[\t\n\r]]", regex.V1)
MONTH = regex.compile("|".join(days.MONTHS))
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@cache
def names(language: str = "en") -> dict[str, str]:
    """Return the names of countries by code, as a language's pack has them first."""
    told: dict[str, str] = {}
    for file in ("countries.toml", "parties.toml")[: 1 if language == "en" else 2]:
        tables = tomllib.loads(files("servanda").joinpath("packs", language, file).read_text("utf-8"))
        for party in (one for of in tables.values() if isinstance(of, list) for one in of):
            if party.get("names") and "code" in party:
                told.setdefault(party["code"], party["names"][0])
    return told


def name(code: str) -> str:
    """Return a party's name in the interface's language, its code where none is known."""
    return names(SPOKEN.get()).get(code) or names().get(code, code)


def party_options() -> Markup:
    """Return the choices of a form's field for a party: all codes with their names, by name."""
    return options_in(SPOKEN.get())


@cache
def options_in(language: str) -> Markup:
    named = [(names(language).get(code, told), code) for code, told in names().items()]
    named += [(code, code) for code in organisations()]
    option = Markup('<option value="{}">{}</option>')
    return Markup("").join(option.format(told, code) for told, code in sorted(named))


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


def ladder(stage: Stage | str | None, worded: bool = True) -> Markup:
    """Return the seven rungs, filled up to a stage, with the stage's word beside them."""
    return drawn_ladder(stage, worded, SPOKEN.get())


@cache
def drawn_ladder(stage: Stage | str | None, worded: bool, language: str) -> Markup:
    kind = str(stage) if stage else "unconfirmed"
    reached = rung(Stage(stage)) if stage else -1
    rungs = Markup("").join(
        Markup('<i class="on"></i>' if place <= reached else "<i></i>") for place in range(len(LADDER))
    )
    named = word("stage", kind)
    said = Markup(' <span class="word">{}</span>').format(named) if worded else Markup("")
    drawn = Markup('<span class="rungs" aria-hidden="true">{}</span>').format(rungs)
    return Markup('<span class="ladder {}" title="{}">{}{}</span>').format(kind, named, drawn, said)


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


def dated(edtf: str | None) -> str:
    """Return a date as people write it, its months in the interface's language."""
    told = days.dated(edtf)
    return told if SPOKEN.get() == "en" else MONTH.sub(lambda found: word("month", found[0]), told)


def month_named(month: str) -> str:
    """Return a month (``2025-12``) or a year by its full name."""
    year, _, number = month.partition("-")
    return f"{word('month_full', str(int(number)))} {year}" if number else year
