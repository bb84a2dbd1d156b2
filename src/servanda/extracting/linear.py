"""Linear models over readable features: a score is the sum of the weights of what is seen.

Weights are JSON ({"model": {"feature": weight}}), written by ``bench/train.py``. Without
them the rules' own defaults decide, so that the rules alone still work.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

Weights = Mapping[str, float]


def probability(score: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def known(weights: Weights, features: Iterable[str]) -> list[float]:
    """Return the weights of those features that weigh anything in a model."""
    return [*filter(None, map(weights.get, features))]


def score(weights: Weights, features: Iterable[str]) -> float:
    """Return the sum of the weights of binary features, the same in any order; an unknown feature weighs nothing."""
    return math.fsum(known(weights, features))


class Several:
    """Models over the same features, each feature looked up once for all of them."""

    def __init__(self, models: Sequence[Weights]) -> None:
        self.models = tuple(models)
        rows: dict[str, list[float]] = {}
        for nth, weights in enumerate(self.models):
            for feature, weight in weights.items():
                rows.setdefault(feature, [0.0] * len(self.models))[nth] = weight
        self.rows = {feature: tuple(row) for feature, row in rows.items()}

    def scores(self, features: Iterable[str]) -> list[float]:
        """Return each model's score, as ``score`` gives it."""
        rows = [*filter(None, map(self.rows.get, features))]
        return [*map(math.fsum, zip(*rows, strict=True))] if rows else [0.0] * len(self.models)


_latest: list[Several] = []


def several(models: Sequence[Weights]) -> Several:
    """Return models as one, made anew only where they are others than the last time."""
    if not _latest or [*map(id, _latest[0].models)] != [*map(id, models)]:
        _latest[:] = [Several(models)]
    return _latest[0]


@cache
def models() -> Mapping[str, Mapping[str, float]]:
    """Return the trained weights by model name; empty where the program has none.

    Equal weights are one object: they are few, and what is close at hand is summed up in half the time.
    """
    file = files("servanda").joinpath("extracting", "weights.json")
    if not file.is_file():
        return {}
    loaded: dict[str, dict[str, float]] = json.loads(file.read_text("utf-8"), parse_float=cache(float))
    return loaded
