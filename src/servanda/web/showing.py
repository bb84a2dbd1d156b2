"""Pages and files that show things as they are: a text with its offsets, a workbook, the settings in force.

Invariant: nothing here changes anything; where a file of this machine lies is told on this machine only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from servanda import __version__
from servanda.exporting.workbook import as_xlsx
from servanda.language.packs import languages
from servanda.ledger import matching, reprints
from servanda.ledger.followthrough import SILENCE, SOON
from servanda.ledger.surveying import source_of, watched
from servanda.reading.limits import Limits
from servanda.reading.settings import limits_in_force, settings_file
from servanda.web.asked import Asked
from servanda.web.page import TheLedger, page
from servanda.web.pages import document_named
from servanda.web.settings import WebSettings
from servanda.web.who import who_asks
from servanda.web.wording import web_address

router = APIRouter()
SHEET = 5000  # entries of one workbook
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    value: str
    changed: bool = False
    meaning: str = ""


@router.get("/documents/{ref}/raw")
def raw(request: Request, ref: str, ledger: TheLedger) -> HTMLResponse:
    """A document's text line by line, each with its offset, and what is known of its source."""
    of = document_named(ledger, ref)
    source = source_of(ledger, of.source)
    if origin := source.get("origin"):
        source["origin"] = origin if web_address(origin) else PurePath(origin).name  # no path of the server's
    known = [("text", of.id), ("source", of.source), *source.items()]
    known += [(name, getattr(of, name)) for name in ("title", "date", "language", "publisher", "url")]
    return page(request, "raw.html", of=of, facts=known, lines=list(with_offsets(of.text)))


def with_offsets(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that is not blank with the offset (code points) at which it begins."""
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield at, line.rstrip("\r\n")
        at += len(line)


@router.get("/documents/{ref}/raw.txt")
def raw_text(ref: str, ledger: TheLedger) -> Response:
    """The text alone, as it is stored: offsets count its code points."""
    of = document_named(ledger, ref)
    headers = {"content-disposition": f'attachment; filename="{of.id}.txt"'}
    return PlainTextResponse(of.text.encode("utf-8", "replace"), headers=headers)


@router.get("/export.xlsx")
def workbook(request: Request, ledger: TheLedger) -> Response:
    """The entries that an address asks for, as a workbook with all their quotations."""
    asked = Asked.of(request.query_params)
    made = as_xlsx(ledger.entries_in_full(ledger.entries(asked.query, SHEET)))
    return Response(made, media_type=XLSX, headers={"content-disposition": 'attachment; filename="servanda.xlsx"'})


@router.get("/settings")
def settings(request: Request, ledger: TheLedger) -> HTMLResponse:
    """What is in force: limits, thresholds, what is watched, languages; and where the file is."""
    here = who_asks(request).how == "open" or who_asks(request).manages
    groups = [
        ("limits", in_force(limits_in_force(), Limits())),
        ("web", in_force(request.app.state.settings, WebSettings())),
        ("thresholds", thresholds()),
    ]
    told: dict[str, Any] = {"file": str(settings_file()) if here else "", "there": settings_file().is_file()}
    told |= {"groups": groups, "watched": watched(ledger), "packs": languages(), "version": __version__}
    return page(request, "settings.html", **told)


def in_force(now: object, usual: Any) -> list[Setting]:
    """Return settings as they are, those that differ from the usual marked."""
    pairs = [(field.name, getattr(now, field.name), getattr(usual, field.name)) for field in fields(usual)]
    return [Setting(name, told(name, value), value != normal) for name, value, normal in pairs]


def told(name: str, value: object) -> str:
    """Return a value as people read it: bytes in MB, numbers with their thousands."""
    if name.endswith("bytes") and isinstance(value, int):
        return f"{value / (1 << 20):g} MB"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value).lower()


def thresholds() -> list[Setting]:
    """Return the numbers by which the ledger decides."""
    return [
        Setting("due_soon_days", str(SOON)),
        Setting("silent_days", str(SILENCE)),
        Setting("same_score", f"{matching.SAME:g}"),
        Setting("review_score", f"{matching.REVIEW:g}"),
        Setting("reprint_share", f"{reprints.ALIKE:g}"),
    ]
