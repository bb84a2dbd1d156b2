"""The figures that ``servanda packs`` prints, as TOML: for each language the best evidence there is.

English and Hindi are measured on gold/dev, of which nothing was learnt; the others on our own reports in
tests/gold. ``learnt`` is true where the weights were trained on the texts measured, so that the figures flatter.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scoring import gold, scorer

Found = list[tuple[Path, dict[str, Any]]]
LEAST = 3
LEARNT = ("hi", "ru")


def language_of(file: Path) -> str:
    return str(gold(file)[0]["document"].get("language") or "en")


def evidence(found: dict[str, Found]) -> dict[str, tuple[str, Found]]:
    """Return for each language the part that says most of it: gold/dev before our own reports."""
    chosen: dict[str, tuple[str, Found]] = {}
    for name in ("dev", *(n for n in found if n.startswith("own-"))):
        for language in sorted({language_of(f) for f, _ in found.get(name, [])}):
            mine = [(f, p) for f, p in found[name] if language_of(f) == language]
            if len(mine) >= LEAST:
                chosen.setdefault(language, (name, mine))
    return chosen


def figures_by_language(found: dict[str, Found], shared: Path) -> str:
    """Return the content of packs/measured.toml."""
    lines = ["# Written by bench/measure.py --write-figures; not edited by hand."]
    score = scorer(shared)
    for language, (name, mine) in sorted(evidence(found).items()):
        total: dict[str, Any] = {}
        for file, prediction in mine:
            score.add(total, score.score(file, prediction, None))
        rates, own = score.rates(total), name != "dev"
        lines += ["", f"[{language}]", f'on = "{"reports in our own wording" if own else "gold/dev"}"']
        lines += [
            f"learnt = {str(own and language in LEARNT).lower()}",
            f"documents = {len(mine)}",
            f"claims = {rates['gold']}",
        ]
        lines += [f"{k} = {rates['claim'][k[0]]:.2f}" for k in ("precision", "recall")]
        lines += [f"f1 = {rates['claim']['f']:.2f}", f"full = {rates['full']['f']:.2f}"]
    return "\n".join(lines) + "\n"
