"""Cross-validation on the train set: each document read by models that have not seen it.

The models learn as ``bench/train.py`` does, from the other folds of the gold, with the silver labels and our own
reports added to every fold. Printed for each language of gold/train, at several thresholds of confidence, with the
table of perfect answers over all folds.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from perfect import Table, labelled
from scoring import Part, above, gold, predicted, rates_line, scorer
from servanda.extracting import extractor
from servanda.extracting.linear import Weights
from servanda.model import Claim, Document
from train import LANGUAGES, Labelled, read_sources, sources, train

Totals = dict[tuple[str, float], dict[str, Any]]
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75)
SEED = 5
KEEP = extractor.KEEP


def fold_of(number: int, folds: int) -> list[int]:
    """Return the fold of each of so many documents, by chance that is always the same."""
    places = [i % folds for i in range(number)]
    random.Random(SEED).shuffle(places)
    return places


def totals_by_language(found: Iterable[tuple[Path, dict[str, Any]]], shared: Path, totals: Totals) -> None:
    score = scorer(shared)
    for file, prediction in found:
        language = gold(file)[0]["document"].get("language") or "en"
        for threshold in THRESHOLDS:
            score.add(totals[language, threshold], score.score(file, above(prediction, threshold), None))


def show_totals(totals: Totals, shared: Path) -> None:
    for (language, threshold), total in sorted(totals.items()):
        rates = scorer(shared).rates(total)
        print(f"{language} from {threshold:.2f}: {rates_line(rates)}  ({rates['gold']} claims)")


def cross_validated(shared: Path, folds: int, silver: bool) -> int:
    """Print the figures of gold/train, each document read by models of the other folds."""
    from measure import show_perfect

    part = Part("train", shared / "gold/train")
    files = [f for f in part.files() if gold(f)[0]["document"].get("language") in LANGUAGES]
    documents = [labelled(f) for f in files]
    more = [p for p in sources(shared)[1:] if silver or p.suffix != ".jsonl"]
    beside = [Labelled(g) for g in read_sources(more, shared)]
    totals: Totals = defaultdict(dict)
    table, places = Table(shared), fold_of(len(files), folds)
    extractor.KEEP = min(THRESHOLDS)
    for fold in range(folds):
        trained = train([*(d for d, p in zip(documents, places, strict=True) if p != fold), *beside])
        print(f"fold {fold + 1} of {folds} trained", file=sys.stderr)

        def how(document: Document, trained: dict[str, Weights] = trained) -> Iterable[Claim]:  # type: ignore[assignment]
            return extractor.extract(document, trained).claims

        mine = [(f, d) for f, d, p in zip(files, documents, places, strict=True) if p == fold]
        totals_by_language(((f, predicted(part, f, how)) for f, _ in mine), shared, totals)
        extractor.KEEP = KEEP
        for file, d in mine:
            table.add(file, d, trained)
        extractor.KEEP = min(THRESHOLDS)
    show_totals(totals, shared)
    show_perfect(f"gold/train, {folds} folds", table.rows())
    return 0
