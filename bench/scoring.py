"""Predictions by the real path, scored with ../shared/score.py, and which gold claims were had.

A prediction is the object that ``servanda extract --jsonl`` prints. A gold claim is *had* where a
prediction is paired with it whose kind and parties are right. Nothing here prints a text.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from servanda.cli.records import extracted_record
from servanda.extracting.extractor import extract
from servanda.model import Claim, Document
from servanda.reading import read

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
OWN = HERE.parent / "tests/gold"
Extract = Callable[[Document], Iterable[Claim]]


@dataclass(frozen=True, slots=True)
class Part:
    """A set of gold documents; ``dated`` where each one's publication day is given to the extractor."""

    name: str
    folder: Path
    dated: bool = True

    def files(self) -> list[Path]:
        found = sorted(self.folder.rglob("*.json"))
        return [f for f in found if "document" in json.loads(f.read_text("utf-8"))]


@dataclass(slots=True)
class Outcome:
    """What a part came to: the scorer's rates, the claims had, and what the curve and the empty documents need."""

    rates: dict[str, Any]
    had: dict[str, str]
    judged: list[tuple[float, bool]] = field(default_factory=list)
    empty: dict[str, int] = field(default_factory=dict)
    documents: int = 0


def parts(shared: Path) -> list[Part]:
    """Return the parts measured: the gold's three and our own reports, a part for each language."""
    gold = [Part("seeds", shared / "gold/seeds", dated=False), Part("train", shared / "gold/train")]
    own = [Part(f"own-{d.name}", d) for d in sorted(OWN.iterdir()) if d.is_dir() and any(d.glob("*.json"))]
    return [*gold, Part("dev", shared / "gold/dev"), *own]


@cache
def scorer(shared: Path) -> ModuleType:
    """Return ``score.py`` as a module."""
    spec = importlib.util.spec_from_file_location("score", shared / "score.py")
    if spec is None or spec.loader is None or not (shared / "score.py").is_file():
        raise SystemExit(f"{shared}: no score.py there. Give the folder with --shared.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gold(file: Path) -> tuple[dict[str, Any], Path]:
    data: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return data, (file.parent / data["document"]["text"]).resolve()


def by_program(document: Document) -> Iterable[Claim]:
    return extract(document).claims


def predicted(part: Part, file: Path, how: Extract = by_program) -> dict[str, Any]:
    """Return what `servanda extract --jsonl` prints of a gold document's raw text."""
    data, path = gold(file)
    [got] = read(str(path), date=data["document"].get("date") if part.dated else None)
    claims = how(got.document) if got.document is not None else ()
    return extracted_record(str(path), got.document, claims, got.problems)


def predictions(part: Part, how: Extract = by_program) -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in part.files():
        yield file, predicted(part, file, how)


def shown(prediction: dict[str, Any]) -> dict[str, Any]:
    """Return a prediction without the claims that carry a warning."""
    return prediction | {"claims": [c for c in prediction["claims"] if not c.get("review")]}


def above(prediction: dict[str, Any], confidence: float) -> dict[str, Any]:
    return prediction | {"claims": [c for c in prediction["claims"] if c["confidence"] >= confidence]}


def outcome(found: Iterable[tuple[Path, dict[str, Any]]], shared: Path) -> Outcome:
    """Score predictions, each with its gold file."""
    score = scorer(shared)
    total: dict[str, Any] = {}
    made = Outcome({}, {})
    for file, prediction in found:
        score.add(total, score.score(file, prediction, None))
        judge(made, file, prediction, score)
        made.documents += 1
    made.rates = score.rates(total)
    return made


def judge(made: Outcome, file: Path, prediction: dict[str, Any], score: ModuleType) -> None:
    """Note which gold claims were had and how sure the program was of what was right and wrong."""
    data, path = gold(file)
    golds, claims = data["claims"], prediction["claims"]
    pairs = score.pair(score.Page(path.read_text("utf-8")), golds, claims)
    taken = {j: i for i, j in pairs}
    for j, claim in enumerate(claims):
        wanted = golds[taken[j]] if j in taken else None
        good = wanted is not None and score.right(wanted, claim, "kind") and score.right(wanted, claim, "parties")
        if wanted is None or not wanted.get("optional"):
            made.judged.append((claim["confidence"], bool(good)))
        if good and wanted is not None and not wanted.get("optional"):
            made.had[f"{file.stem}#{taken[j]}"] = str(wanted.get("title"))
    if not any(not g.get("optional") for g in golds):
        made.empty[file.stem] = len(claims) - sum(bool(golds[i].get("optional")) for i, _ in pairs)


def rates_line(rates: dict[str, Any]) -> str:
    """Return a part's main figures on one line."""
    found, claim = rates["found"], rates["claim"]
    return (
        f"found P {found['p']:.3f} R {found['r']:.3f}  kind {rates['kind']['f']:.3f}  "
        f"claim P {claim['p']:.3f} R {claim['r']:.3f} F1 {claim['f']:.3f}  full {rates['full']['f']:.3f}"
    )


def curve(judged: list[tuple[float, bool]]) -> list[tuple[float, int, float]]:
    """Return (lower end, number, share right) for each tenth of confidence that has claims."""
    made = []
    for tenth in range(10):
        inside = [good for sure, good in judged if tenth == min(9, int(sure * 10))]
        if inside:
            made.append((tenth / 10, len(inside), sum(inside) / len(inside)))
    return made
