"""Whose a candidate is: sets of parties, each scored over all mentions of the document.

The nearest pair is often wrong; a host is no party; a sentence may name one side or none.
So each party gets marks for where and how it is named around the head and how central it
is, each set for how its members stand together, and the best set wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from servanda.extracting.candidates import Candidate, step
from servanda.extracting.linear import Weights, score
from servanda.language.mentions import PartyMention, Reading, Sentence

FEW = 6
PREPOSITIONS = ("with", "between", "by", "from", "to", "of", "at", "and", "for", "against", "host", "office")
SPOKEN = ("both_sides", "pronoun", "counterpart", "multilateral", "self_pronoun")


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of parties with its score and the features behind it."""

    parties: tuple[str, ...]
    features: tuple[str, ...]


def adposition(sentence: Sentence, mention: PartyMention, after: bool) -> str:
    """Return the list in which the word beside a mention stands ("with"), "" where in none."""
    for name in PREPOSITIONS:
        near = sentence.mark_after(name, mention.stop, 2) if after else sentence.mark_before(name, mention.start, 2)
        if near is not None:
            return name
    return ""


def mention_features(c: Candidate, mention: PartyMention, after: bool) -> list[str]:
    s = c.sentence
    behind = mention.start >= c.head.stop
    inside = not behind and mention.stop > c.head.start
    a, b = (c.head.stop, mention.start) if behind else (mention.stop, c.head.start)
    side = "in" if inside else "behind" if behind else "before"
    far = 0 if inside else step(s.distance(a, b))
    breaks = 0 if inside else min(3, s.breaks_between(a, b))
    beside = adposition(s, mention, after)
    return [
        f"{side}:{far}", f"{side}.breaks:{breaks}", f"{side}.far&breaks:{far}{breaks}", f"sort:{mention.sort}", f"{side}&sort:{mention.sort}",
        f"beside:{beside}", f"{side}&beside:{beside}", f"beside&kind:{beside}&{c.kind}", f"sort&beside:{mention.sort}&{beside}",
    ]


def member_features(c: Candidate, code: str, reading: Reading, rank: int, title: set[str], last: set[str]) -> list[str]:
    """Marks of one party as seen from a candidate: its nearest mention each side, its weight in the document."""
    s = c.sentence
    after = reading.pack.adpositions == "after"
    mine = [m for m in s.parties if m.code == code]
    made = [f"rank:{min(rank, 5)}"]
    if mine:
        nearest = min(mine, key=lambda m: abs(m.start - c.head.start))
        made += mention_features(c, nearest, after)
        made.append(f"named:{min(3, len(mine))}")
        made.append(f"rank&in:{min(rank, 3)}")
        if all(m.sort == "place" or adposition(s, m, after) == "at" for m in mine):
            made.append("only-a-place")
        if mine[0] is s.parties[0]:
            made.append("subject" if mine[0].start - s.start < 40 else "first-named")
    else:
        made += ["out", f"rank&out:{min(rank, 3)}"]
    made += [f"member:title{mine != []}"] * (code in title) + [f"member:last{mine != []}"] * (code in last)
    return made


def joined(s: Sentence, a: str, b: str) -> str:
    """How two parties stand together in a sentence: "and", "hyphen", "near", or "" ."""
    best = ""
    for first, second in zip(s.parties, s.parties[1:], strict=False):
        if {first.code, second.code} == {a, b}:
            gap = second.start - first.stop
            if gap <= 1:
                return "hyphen"
            if s.mark_after("and", first.stop, 2) and gap <= 10:
                return "and"
            best = best or ("near" if gap < 30 else "next")
    return best


def set_features(c: Candidate, parties: tuple[str, ...], reading: Reading, dyad: tuple[str, ...], last: set[str]) -> list[str]:
    s = c.sentence
    here = {m.code for m in s.parties}
    inside = sum(p in here for p in parties)
    spoken = "&".join(name for name in SPOKEN if name in s.marks) or "plain"
    size = min(5, len(parties))
    made = [f"size:{size}", f"size&in:{size}{min(3, inside)}", f"in&here:{min(3, inside)}{min(4, len(here))}"]
    made += [f"dyad&in:{inside}&{spoken}"] * (set(parties) == set(dyad))
    made += [f"last&in:{min(3, inside)}"] * (set(parties) == last)
    made += [f"all-here:{size}"] * (set(parties) == here)
    if len(parties) == 2:
        made.append(f"joined:{joined(s, *parties)}")
    return made


def coordinated(s: Sentence) -> list[tuple[str, ...]]:
    """Runs of three or more parties named one after another with little between them."""
    runs: list[list[PartyMention]] = [[]]
    for mention in s.parties:
        if runs[-1] and mention.start - runs[-1][-1].stop > 24:
            runs.append([])
        runs[-1].append(mention)
    made = []
    for run in runs:
        codes = tuple(sorted({m.code for m in run}))
        if len(codes) >= 3:
            made.append(codes)
    return made


def party_sets(c: Candidate, reading: Reading, ranking: list[str], last: set[str]) -> list[tuple[str, ...]]:
    """Return the sets that could be a candidate's parties: pairs of the few likeliest, and groups."""
    here = list(dict.fromkeys(m.code for m in c.sentence.parties))
    near = sorted(here, key=lambda code: min(abs(m.start - c.head.start) for m in c.sentence.parties if m.code == code))
    few = list(dict.fromkeys([*near[:4], *ranking[:3], *sorted(last)[:3]]))[:FEW]
    made = [tuple(sorted(pair)) for pair in combinations(few, 2)]
    groups = coordinated(c.sentence)
    if len(here) >= 3:
        groups.append(tuple(sorted(here)))
    if len(last) > 2:
        groups.append(tuple(sorted(last)))
    return list(dict.fromkeys([*made, *groups]))


def choices(c: Candidate, reading: Reading, ranking: list[str], title: set[str], last: set[str]) -> list[Choice]:
    """Return every set with its features: its members' marks, averaged in kind by their count, and its own."""
    sets = party_sets(c, reading, ranking, last)
    rank = {code: i for i, code in enumerate(ranking)}
    member = {code: member_features(c, code, reading, rank.get(code, 9), title, last) for s in sets for code in s}
    dyad = tuple(ranking[:2])
    made = []
    for parties in sets:
        features = [f for code in parties for f in member[code]] if len(parties) == 2 else group_features(parties, member)
        made.append(Choice(parties, tuple(features + set_features(c, parties, reading, dyad, last))))
    return made


def group_features(parties: Iterable[str], member: Mapping[str, list[str]]) -> list[str]:
    """A group is as good as its weakest members: the marks that most of them share count once for two."""
    lists = [member[code] for code in parties]
    common = {f for marks in lists for f in marks if sum(f in other for other in lists) * 2 > len(lists)}
    return [f for f in sorted(common) for _ in (1, 2)]


def best(weights: Weights, options: list[Choice]) -> tuple[Choice | None, float, float]:
    """Return the best choice, its score and its lead over the next."""
    if not options:
        return None, -9.0, 0.0
    ranked = sorted(((score(weights, o.features), o) for o in options), key=lambda x: (-x[0], x[1].parties))
    lead = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 3.0
    return ranked[0][1], ranked[0][0], lead
