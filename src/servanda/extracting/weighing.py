"""How likely a thing is told rightly: its kind and parties right, and not said already.

A candidate is judged before it is known which others repeat it. Once they are gathered, a
thing is weighed again: by how sure its clearest member was, by what stands beside it in its
sentence, and by what the text has told before between the same parties. This chance is a
claim's confidence.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from servanda.extracting.candidates import Candidate
from servanda.extracting.linear import Weights, probability, score
from servanda.extracting.merging import Thing

SPAN = 2.0
LEAST = 1e-4
NEAREST = 30


def log_odds(chance: float) -> float:
    return math.log(max(chance, LEAST) / max(1 - chance, LEAST))


def grade(chance: float) -> int:
    """Return a chance as a step of half a logit, -6 to 8."""
    return max(-6, min(8, round(SPAN * log_odds(chance))))


def lead_over(a: float, b: float) -> int:
    return max(-3, min(3, round(log_odds(a) - log_odds(b))))


def article(c: Candidate) -> str:
    """How a noun phrase begins: "the", "a" or "-"."""
    s = c.sentence
    if s.mark_before("definite", c.phrase.start, 2):
        return "the"
    new = s.mark_before("indefinite", c.phrase.start, 2) or s.mark_before("indefinite", c.head.start, 2)
    return "a" if new else "-"


def own_features(thing: Thing) -> list[str]:
    """What a thing's clearest member shows, the words about it left out, and how its members agree."""
    c = thing.lead
    chances = sorted((m.keep for m in thing.members), reverse=True)
    size, choices = len(thing.members), len({m.parties for m in thing.members})
    many, sure, opens = min(3, len(c.words)), grade(chances[0]), article(c)
    return [
        *c.features[: c.worded],
        *c.party_features,
        f"sure:{sure}",
        f"sure&kind:{sure // 2}{c.kind}",
        f"second:{grade(chances[1]) if size > 1 else 'none'}",
        f"size:{min(4, size)}",
        f"agree:{min(3, choices)}of{min(3, size)}",
        f"article:{opens}",
        f"article&words:{opens}{many}",
        f"words:{min(5, len(c.words))}",
    ]


Told = tuple[int, Thing, float]


def again_features(name: str, thing: Thing, place: int, keep: float, alike: list[Told]) -> list[str]:
    """How a thing stands to those that could be the same: of its kind, between its parties, under its head.

    Each of these is given with its place in the text and how surely it is kept.
    """
    c = thing.lead
    above = sum(other > keep for _, _, other in alike)
    before = [told for told in alike if told[0] < place]
    made = [f"{name}.above:{min(3, above)}", f"{name}.before:{min(3, len(before))}"]
    if before:
        surest = max(other for _, _, other in before)
        said = frozenset[str]().union(*(m.words for _, o, _ in before for m in o.members))
        made += [
            f"{name}.lead:{lead_over(keep, surest)}{grade(surest) // 2}",
            f"{name}.new:{min(3, len(c.words - said))}&{article(c)}",
            f"{name}.said:{3 * len(c.words & said) // max(1, len(c.words))}of{min(3, len(c.words))}",
        ]
    return made


def beside_features(thing: Thing, beside: list[tuple[Thing, Candidate]]) -> Iterator[str]:
    """How a thing stands to surer ones told in its sentence: an inner object, another kind, the same parties."""
    c = thing.lead
    surer = [(o, m) for o, m in beside if o.keep > thing.keep]
    yield f"beside:{min(3, len(surer))}of{min(3, len(beside))}"
    for other, member in surer:
        inside = member.phrase.start <= c.head.start < member.phrase.stop
        yield f"beside.kinds:{member.kind}&{c.kind}"
        yield f"beside.inside:{inside}&{member.kind}&{c.kind}"
        yield f"beside.inside:{inside}"
        yield f"beside.parties:{other.lead.parties == c.parties}&{member.kind == c.kind}"


def thing_features(found: list[Thing]) -> Iterator[list[str]]:
    """Yield the features of each of a text's things, in reading order; in long texts only the nearest are compared."""
    alike: dict[tuple[object, ...], list[Told]] = defaultdict(list)
    told: dict[int, list[tuple[Thing, Candidate]]] = defaultdict(list)
    nth: list[list[int]] = []
    keeps = [thing.keep for thing in found]
    under = [keys(thing) for thing in found]
    for place, thing in enumerate(found):
        nth.append([len(alike[key]) for key in under[place]])
        for key in under[place]:
            alike[key].append((place, thing, keeps[place]))
        for m in thing.members:
            told[m.sentence.index].append((thing, m))
    for place, thing in enumerate(found):
        features = own_features(thing)
        for key, n in zip(under[place], nth[place], strict=True):
            near = alike[key][max(0, n - NEAREST) : n] + alike[key][n + 1 : n + 1 + NEAREST]
            features += again_features(str(key[0]), thing, place, keeps[place], near)
        features += beside_features(thing, [t for t in told[thing.lead.sentence.index] if t[0] is not thing])
        yield features


def keys(thing: Thing) -> tuple[tuple[object, ...], ...]:
    """Under what a thing may be told again: its kind and parties, its head."""
    c = thing.lead
    return ("pair", c.kind, c.parties), ("head", c.name)


def weigh(found: list[Thing], weights: Weights) -> None:
    """Set the worth of a text's things; without weights it is the chance of their clearest members."""
    if not weights:
        return
    for thing, features in zip(found, thing_features(found), strict=True):
        points = weights.get("points", 0.0) * log_odds(thing.keep)
        thing.weighed = probability(points + score(weights, ["bias", *features]))
