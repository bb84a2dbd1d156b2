"""Linear models over readable features: a score is the sum of the weights of what is seen.

Weights are JSON ({"model": {"feature": weight}}), written by ``bench/train.py``. Without
them the rules' own defaults decide, so that the rules alone still work.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

Weights = Mapping[str, float]


def probability(score: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def score(weights: Weights, features: Iterable[str]) -> float:
    """Return the sum of the weights of binary features, the same in any order; an unknown feature weighs nothing."""
    get = weights.get
    return math.fsum([get(f, 0.0) for f in features])


@cache
def models() -> Mapping[str, Mapping[str, float]]:
    """Return the trained weights by model name; empty where the program has none."""
    file = files("servanda").joinpath("extracting", "weights.json")
    if not file.is_file():
        return {}
    loaded: dict[str, dict[str, float]] = json.loads(file.read_text("utf-8"))
    return loaded
