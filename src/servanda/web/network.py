"""Who undertakes with whom, as a network and as a map: pictures of the same table that stands beside each.

Invariant: every figure in a picture stands in the table too, and leads to the rows that it counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from servanda.ledger import Ledger
from servanda.ledger.surveying import Sum, by_parties, each, pairs
from servanda.web.asked import Asked
from servanda.web.figures import Figures
from servanda.web.page import TheFigures, TheLedger, page
from servanda.web.speaking import w
from servanda.web.wording import name

router = APIRouter()
DRAWN = 150  # pairs in the picture and its table
ROWS = 250  # parties in the map's table
BY = ("number", "kept", "overdue")
STEPS = {"number": (1, 2, 5, 15, 50), "kept": (0, 25, 50, 75, 100), "overdue": (1, 2, 3, 5, 10)}


@dataclass(frozen=True, slots=True)
class Shade:
    """How a country is shown: a level from 1 to 5, what it says, and where a click leads."""

    name: str
    said: str
    level: int
    address: str
    x: float = 0.0
    y: float = 0.0


def sums(ledger: Ledger, figures: Figures, query: str) -> dict[tuple[str, ...], Sum]:
    told: dict[tuple[str, ...], Sum] = figures.of(f"parties {query}", lambda: by_parties(ledger, query))
    return told


@router.get("/network")
def network(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """Pairs of states and organisations by the number of entries between them."""
    asked = Asked.of(request.query_params)
    shown = figures.of(f"network {asked.query}", lambda: pairs_of(sums(ledger, figures, asked.query)))
    return page(request, "network.html", asked=asked, pairwise=True, by="", **shown)


def pairs_of(told: Mapping[tuple[str, ...], Sum]) -> dict[str, Any]:
    """Return the pairs with most entries, how many pairs are left, and how many entries there are in all."""
    made, crowded = pairs(told)
    ranked = sorted(made.items(), key=lambda pair: (-pair[1].total, pair[0]))
    total = sum(one.total for one in told.values())
    return {"pairs": ranked[:DRAWN], "left": max(0, len(ranked) - DRAWN), "crowded": crowded, "total": total}


@router.get("/map")
def world_map(request: Request, ledger: TheLedger, figures: TheFigures) -> HTMLResponse:
    """The world by number, share kept or overdue; with a party, its partners."""
    asked = Asked.of(request.query_params)
    by = request.query_params.get("by", "")
    by = by if by in BY else BY[0]
    of = asked.party[0] if asked.party else None
    told = sums(ledger, figures, asked.query)
    few = {parties: one for parties, one in told.items() if len(parties) <= 6} if of else told
    parties = {code: one for code, one in each(few).items() if code != of}
    leads = {code: where(asked, of, code, by) for code in parties}
    shades = {code: shade(code, one, by, leads[code]) for code, one in parties.items()}
    rows = sorted(parties.items(), key=lambda row: (-row[1].total, name(row[0])))[:ROWS]
    shown: dict[str, Any] = {
        "asked": asked,
        "world": world(),
        "shades": shades,
        "dots": dots(parties, by, leads),
        "rows": [(code, one, leads[code]) for code, one in rows],
        "scale": scale(by),
        "crowded": sum(one.total for key, one in told.items() if len(key) > 6) if of else 0,
    }
    return page(request, "map.html", of=of, by=by, pairwise=False, **shown)


def where(asked: Asked, of: str | None, code: str, by: str) -> str:
    """Return where a country leads: to its partners, and among partners to the dossier of the two."""
    return f"/dossiers/{of}/{code}" if of else asked.address("/map", party=(code,), by=by if by != BY[0] else None)


@cache
def world() -> Mapping[str, Any]:
    """Return the countries as SVG paths, made by ``bench/make_world.py``."""
    made: Mapping[str, Any] = json.loads(files("servanda.web").joinpath("world.json").read_text("utf-8"))
    return made


def value(one: Sum, by: str) -> int | None:
    """Return the figure that shades a country, None where there is none to give."""
    if by == "kept":
        return 100 * one.kept_promises // one.tried if one.tried else None
    return one.overdue if by == "overdue" else one.total


def shade(code: str, one: Sum, by: str, address: str, x: float = 0.0, y: float = 0.0) -> Shade:
    figure = value(one, by)
    level = 0 if figure is None else sum(figure >= step for step in STEPS[by])
    said = str(w("n.entry", n=one.total))
    if by == "kept" and one.tried:
        said = str(w("map.share", kept=one.kept_promises, tried=one.tried))
    if by == "overdue":
        said = str(w("map.overdue", n=one.overdue))
    return Shade(name(code), said, level, address, x, y)


def dots(parties: Mapping[str, Sum], by: str, leads: Mapping[str, str]) -> list[Shade]:
    """Return the states that are too small for the map, as points."""
    small = world()["small"]
    return [shade(code, one, by, leads[code], *small[code]) for code, one in parties.items() if code in small]


def scale(by: str) -> list[str]:
    """Return the words of the legend, one for each level."""
    steps = STEPS[by]
    if by == "kept":
        return ["0–24 %", "25–49 %", "50–74 %", "75–99 %", "100 %"]
    return [*(f"{a}" if b == a + 1 else f"{a}–{b - 1}" for a, b in pairwise(steps)), f"{steps[-1]}+"]
