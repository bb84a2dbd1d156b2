"""How far a candidate has come: what its sentence says of it, and the choice among stages.

Only what will be told comes here, so that more words may be asked: all of the
sentence, the words beside the head, every cue that may govern it and the tense of its
clause. The document's topics have no say: they tell nothing of a stage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from servanda.extracting.bounds import forbidden
from servanda.extracting.candidates import NO_WORD, Candidate
from servanda.extracting.linear import Weights, several
from servanda.extracting.wording import any_cue, word_before, word_behind
from servanda.model import Stage

VERBAL = ("future", "past", "perfect", "present", "hedge", "negation", "condition")
AUXILIARY = 3
BESIDE = 4


def sentence_words(c: Candidate, text: str) -> list[str]:
    """The words of the sentence before and behind a head; the four nearest on each side by themselves."""
    before = NO_WORD.sub(" ", text[c.sentence.start : c.head.start].lower()).split()
    behind = NO_WORD.sub(" ", text[c.head.stop : c.sentence.stop].lower()).split()
    made = [*map(word_before, set(before)), *map(word_behind, set(behind))]
    made += [f"b{min(i, 2)}:{w}" for i, w in enumerate(reversed(before[-BESIDE:]), 1)]
    made += [f"a{min(i, 2)}:{w}" for i, w in enumerate(behind[:BESIDE], 1)]
    return made


def every_cue(c: Candidate) -> list[str]:
    """The stage, side and clause of each cue that may govern a head, not of the nearest alone."""
    made = set[str]()
    for g in c.governors:
        a, b = (c.head.stop, g.cue.start) if g.behind else (g.cue.stop, c.head.start)
        made.update(any_cue(g.cue.entry.value, g.behind, min(2, c.sentence.breaks_between(a, b)), c.kind))
    return sorted(made)


def tense(c: Candidate) -> list[str]:
    """The last words of tense and doubt before a head, and those that go with its nearest cue: "will discuss"."""
    s = c.sentence
    marks = sorted((m.stop, m.start, name) for name in VERBAL for m in s.marked(name))
    before = [name for stop, _, name in marks if stop <= c.head.start]
    last = before[-1] if before else "-"
    made = [f"lt:{last}", f"lt2:{'.'.join(before[-2:])}", f"ltk:{last}{c.kind}"]
    if c.governors:
        first = c.governors[0]
        cue = first.cue
        near = sorted({n for stop, _, n in marks if stop <= cue.stop and goes_with(c, stop, cue.start)})
        whole = ".".join(near)
        made += [f"ct:{first.name}&{n}" for n in near]
        made += [f"ct:{first.stage}.{whole}", f"ctk:{c.kind}{first.stage}.{whole}"]
    return made


def goes_with(c: Candidate, stop: int, cue: int) -> bool:
    """True where a mark ends within an auxiliary's reach of a cue, no clause between them."""
    s = c.sentence
    return s.distance(stop, cue) <= AUXILIARY and not s.breaks_between(stop, cue)


def stage_features(c: Candidate, text: str) -> list[str]:
    """Return what the choice of a stage may know of a candidate."""
    return c.features[c.general :] + sentence_words(c, text) + every_cue(c) + tense(c)


def settle_stage(c: Candidate, trained: Mapping[str, Weights], text: str) -> None:
    """Set the stage by the trained layer among those that the words allow; without it the rule's own stays."""
    ruled_out = forbidden(c, text)
    learnt = [s for s in Stage if f"stage.{s}" in trained]
    scores = several([trained[f"stage.{s}"] for s in learnt]).scores(stage_features(c, text)) if learnt else []
    points = {s: points for s, points in zip(learnt, scores, strict=True) if s not in ruled_out}
    if points:
        c.stage = max(points, key=lambda s: points[s])
        top = points[c.stage]
        whole = sum(math.exp(p - top) for p in points.values())
        c.stages = {s: math.exp(p - top) / whole for s, p in points.items()}
    else:
        c.stage = Stage.PROPOSED if c.stage in ruled_out else c.stage
        c.stages = {c.stage: 1.0}
