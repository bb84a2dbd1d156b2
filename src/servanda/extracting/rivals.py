"""A candidate among its rivals: what the first judgement of the others tells of this one.

One sentence often holds several heads of which one is the claim, and a document says one
thing many times. So each candidate is judged twice: first alone, then knowing how its
neighbours were judged.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from servanda.extracting.candidates import Candidate
from servanda.extracting.wording import known_first, known_rival

GRADES = (-3.0, -2.0, -1.2, -0.6, 0.0, 0.6, 1.2, 2.0)


def grade(points: float) -> int:
    """Return the bucket of a first score, 0 to 8."""
    return bisect_right(GRADES, points)


def lead_over(a: float, b: float) -> int:
    """How far one score stands before another, -3 to 3."""
    gap = a - b
    return int(max(-3, min(3, round(gap))))


def rivals_in_sentence(c: Candidate, first: float, others: list[tuple[Candidate, float]]) -> list[str]:
    if not others:
        return ["alone"]
    made = [f"above:{min(4, sum(p > first for _, p in others))}", f"sentence.best:{grade(max(p for _, p in others))}"]
    clause = [(o, p) for o, p in others if c.sentence.breaks_between(o.head.start, c.head.start) == 0]
    for name, rivals in (("clause", clause), ("same", [(o, p) for o, p in others if o.kind == c.kind])):
        if rivals:
            best, points = max(rivals, key=lambda r: (r[1], -r[0].head.start))
            side = "before" if best.head.start < c.head.start else "behind"
            above = "+" if points > first else "-"
            made += known_rival(name, lead_over(first, points), side, above, best.kind, c.kind)
    return made


def rival_features(found: list[Candidate], firsts: Sequence[float]) -> list[list[str]]:
    """Return each candidate's marks of rivalry, from the first scores of all."""
    by_sentence: dict[int, list[tuple[Candidate, float]]] = defaultdict(list)
    for c, first in zip(found, firsts, strict=True):
        by_sentence[c.sentence.index].append((c, first))
    best = {index: max(p for _, p in rivals) for index, rivals in by_sentence.items()}
    earlier: dict[tuple[object, ...], float] = {}
    made = []
    likely = min(6, sum(p > 0 for p in firsts))
    for c, first in zip(found, firsts, strict=True):
        others = [(o, p) for o, p in by_sentence[c.sentence.index] if o is not c]
        features = [*known_first(grade(first), c.kind, likely), *rivals_in_sentence(c, first, others)]
        for name, step in (("previous", -1), ("next", 1)):
            features.append(f"{name}:{grade(best.get(c.sentence.index + step, -9.0))}")
        for name, key in (("kind", (c.kind, c.parties)), ("head", (c.name, c.parties))):
            if key in earlier:
                features.append(f"said.{name}:{grade(earlier[key])}{lead_over(first, earlier[key])}")
            earlier[key] = max(first, earlier.get(key, -9.0))
        made.append(features)
    return made
