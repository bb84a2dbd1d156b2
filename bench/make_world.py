"""Write src/servanda/web/world.json: the countries of Natural Earth 1:110m as SVG paths by ISO 3166-1 alpha-3.

    npm pack world-atlas@2 && tar xzf world-atlas-*.tgz && python bench/make_world.py package/countries-110m.json

world-atlas (ISC, Mike Bostock) is Natural Earth (public domain) as TopoJSON; the projection is Equal Earth
(Šavrič, Patterson and Jenny 2018). Antarctica is left out. Borders are Natural Earth's de-facto view.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from babel.core import get_global

TARGET = Path(__file__).parents[1] / "src" / "servanda" / "web" / "world.json"
WIDTH = 1000
NAMED = {"Kosovo": "XKX", "Somaliland": "", "N. Cyprus": ""}
LEFT_OUT = {"ATA"}
Point = tuple[float, float]
# What is too small for the 1:110m map, as points (longitude, latitude), for those who sign texts nonetheless.
SMALL = {
    "SGP": (103.8, 1.35), "MDV": (73.5, 4.2), "MUS": (57.5, -20.3), "SYC": (55.5, -4.7), "BHR": (50.55, 26.05),
    "MLT": (14.4, 35.9), "COM": (43.3, -11.7), "CPV": (-23.6, 15.1), "STP": (6.6, 0.3), "TON": (-175.2, -21.2),
    "WSM": (-172.1, -13.8), "KIR": (173.0, 1.4), "MHL": (171.2, 7.1), "PLW": (134.5, 7.5), "FSM": (158.2, 6.9),
    "NRU": (166.9, -0.5), "TUV": (179.2, -8.5), "BRB": (-59.5, 13.2), "LCA": (-61.0, 13.9), "GRD": (-61.7, 12.1),
    "ATG": (-61.8, 17.1), "DMA": (-61.4, 15.4), "KNA": (-62.7, 17.3), "VCT": (-61.2, 13.2), "MCO": (7.4, 43.7),
    "AND": (1.5, 42.5), "LIE": (9.5, 47.15), "SMR": (12.45, 43.9), "VAT": (12.45, 41.9), "HKG": (114.2, 22.3),
}  # fmt: skip


def codes() -> dict[str, str]:
    """Return alpha-3 by ISO 3166-1 numeric."""
    aliases = get_global("territory_aliases")
    alpha3 = {to[0]: name for name, to in aliases.items() if len(name) == 3 and name.isalpha() and len(to) == 1}
    return {name: alpha3[to[0]] for name, to in aliases.items() if name.isdigit() and to[0] in alpha3}


def projected(longitude: float, latitude: float) -> Point:
    """Return a point on the Equal Earth projection, x from 0 to WIDTH."""
    a1, a2, a3, a4, root = 1.340264, -0.081106, 0.000893, 0.003796, math.sqrt(3)
    t = math.asin(root / 2 * math.sin(math.radians(latitude)))
    slope = 9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1
    x = 2 * root * math.radians(longitude) * math.cos(t) / (3 * slope)
    y = a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
    scale = WIDTH / (2 * 2.70663)
    return (x + 2.70663) * scale, (1.31735 - y) * scale


def arcs(world: dict[str, Any]) -> list[list[Point]]:
    """Return the arcs of a quantised TopoJSON in degrees."""
    (sx, sy), (tx, ty) = world["transform"]["scale"], world["transform"]["translate"]
    made = []
    for arc in world["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        made.append(line)
    return made


def rings(geometry: dict[str, Any], known: list[list[Point]]) -> Iterator[list[Point]]:
    """Yield the rings of a polygon or several."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for ring in (ring for polygon in polygons for ring in polygon):
        line: list[Point] = []
        for index in ring:
            part = known[index] if index >= 0 else known[~index][::-1]
            line += part[1 if line else 0 :]
        yield from cut(line)


def cut(ring: list[Point]) -> Iterator[list[Point]]:
    """Yield a ring cut at the antimeridian into what lies on either side of it."""
    whole = [ring[0]]
    for longitude, latitude in ring[1:]:
        turns = round((whole[-1][0] - longitude) / 360)
        whole.append((longitude + 360 * turns, latitude))
    for shift in (0, -360, 360):
        part = beside([(x + shift, y) for x, y in whole], 1)
        if len(part := beside(part, -1)) > 3:
            yield part


def beside(ring: list[Point], side: int) -> list[Point]:
    """Return what of a ring lies west (1) of 180 degrees east or east (-1) of 180 degrees west."""
    made: list[Point] = []
    for (x, y), (x2, y2) in pairwise(ring):
        inside, next_inside = side * x <= 180, side * x2 <= 180
        if inside:
            made.append((x, y))
        if inside != next_inside:
            made.append((side * 180.0, y + (y2 - y) * (side * 180 - x) / (x2 - x)))
    return [*made, made[0]] if made else made


def path(lines: Iterator[list[Point]]) -> str:
    """Return rings as one SVG path of whole and half units, each point relative to the one before."""
    made = []
    for line in lines:
        points = [tuple(round(2 * v) for v in projected(*point)) for point in line]
        kept = [p for n, p in enumerate(points) if not n or p != points[n - 1]]
        if len(kept) < 4:
            continue
        steps = [f"{short(b[0] - a[0])},{short(b[1] - a[1])}" for a, b in pairwise(kept[:-1])]
        made.append(f"M{short(kept[0][0])},{short(kept[0][1])}l{' '.join(steps)}z")
    return "".join(made)


def short(halves: int) -> str:
    words = f"{halves / 2:.1f}".removesuffix(".0")
    return words.replace("0.", ".", 1) if words.startswith(("0.", "-0.")) else words


def main(file: Path) -> int:
    world = json.loads(file.read_text("utf-8"))
    known, numeric, land, nameless = arcs(world), codes(), {}, 0
    for country in world["objects"]["countries"]["geometries"]:
        name = country["properties"]["name"]
        code = NAMED.get(name) if "id" not in country else numeric.get(country["id"])
        if code in LEFT_OUT:
            continue
        if not code:
            nameless += 1
        land[code or f"_{nameless}"] = path(rings(country, known))
    small = {code: [round(v, 1) for v in projected(*at)] for code, at in SMALL.items() if code not in land}
    height = round(projected(0, -58)[1] - projected(0, 84)[1])
    view = f"0 {round(projected(0, 84)[1])} {WIDTH} {height}"
    made = {"view": view, "land": dict(sorted(land.items())), "small": small}
    TARGET.write_text(json.dumps(made, separators=(",", ":")) + "\n", "utf-8")
    print(f"{TARGET.name}: {len(land)} countries, {len(small)} points, {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
