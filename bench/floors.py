"""Pinned floors: figures that only rise, and the gold claims had when they were pinned.

``floors.json`` holds for each part its figures and the claims had, and every lowering with its
reason. A floor is lowered by name and with words, never by pinning again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from scoring import Outcome

FILE = Path(__file__).parent / "floors.json"
SLACK = 0.0005
FIGURES = ("found", "kind", "claim", "full")


def figures(whole: Outcome, shown: Outcome) -> dict[str, float]:
    """Return the figures of a part that have floors, by name."""
    made = {name: whole.rates[name]["f"] for name in FIGURES}
    made["shown.precision"] = shown.rates["claim"]["p"]
    made["shown.recall"] = shown.rates["claim"]["r"]
    return made


@dataclass(slots=True)
class Floors:
    """Floors by part and figure, claims had by part, and the lowerings with their reasons."""

    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    had: dict[str, list[str]] = field(default_factory=dict)
    lowered: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, file: Path = FILE) -> Floors:
        return cls(**json.loads(file.read_text("utf-8"))) if file.is_file() else cls()

    def write(self, file: Path = FILE) -> None:
        content = {"figures": self.figures, "lowered": self.lowered, "had": self.had}
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")

    def under(self, part: str, now: dict[str, float]) -> list[str]:
        """Return a line for each figure of a part that fell under its floor."""
        floors = self.figures.get(part, {})
        fallen = [name for name, floor in floors.items() if name in now and now[name] < floor - SLACK]
        return [f"{part}.{name} {now[name]:.4f} is under its floor {floors[name]:.4f}" for name in sorted(fallen)]

    def moved(self, part: str, had: dict[str, str]) -> tuple[list[str], list[str]]:
        """Return the claims gained and lost since the floors were pinned."""
        before = set(self.had.get(part, ()))
        return sorted(set(had) - before), sorted(before - set(had))

    def pin(self, part: str, now: dict[str, float], had: dict[str, str]) -> list[str]:
        """Raise the floors of a part to its figures; return the names of those that would have fallen."""
        floors = self.figures.setdefault(part, {})
        refused = [f"{part}.{name}" for name, value in now.items() if value < floors.get(name, 0.0) - SLACK]
        floors |= {name: round(max(value, floors.get(name, 0.0)), 4) for name, value in now.items()}
        if not refused:
            self.had[part] = sorted(had)
        return refused

    def lower(self, name: str, now: dict[str, dict[str, float]], because: str) -> list[str]:
        """Set a floor ("dev.claim"), or those of a part that fell ("dev"), to what is measured; write down why.

        Raises SystemExit for a name without a floor among the parts measured.
        """
        part, _, figure = name.partition(".")
        fallen = [f for f, floor in self.figures.get(part, {}).items() if now.get(part, {}).get(f, floor) < floor]
        chosen = [figure] if figure else fallen
        if part not in now or any(f not in self.figures.get(part, {}) for f in chosen):
            raise SystemExit(f"--lower {name}: no such floor among the parts measured. A name is as dev.claim.")
        return [self._lowered(part, f, round(now[part][f], 4), because) for f in chosen]

    def _lowered(self, part: str, figure: str, after: float, because: str) -> str:
        name, before = f"{part}.{figure}", self.figures[part][figure]
        self.figures[part][figure] = after
        self.lowered.append({"name": name, "from": before, "to": after, "because": because, "on": str(date.today())})
        return f"{name}: {before:.4f} lowered to {after:.4f}: {because}"
