"""Whose a candidate is: sets of parties, each scored over all mentions of the document.

The nearest pair is often wrong; a host is no party; a sentence may name one side or none.
So each party gets marks for where and how it is named around the head and how central it
is, each set for how its members stand together, and the best set wins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from servanda.extracting.candidates import Candidate, step
from servanda.extracting.linear import Weights, known
from servanda.extracting.standing import Standing, sorts
from servanda.extracting.wording import (
    known_are,
    known_before,
    known_marks,
    known_rank,
    known_run,
    known_share,
    known_size,
    known_sort,
    known_stand,
)
from servanda.language.mentions import PartyMention, Reading, Sentence

FEW = 6
FARTHEST = 1 << 40
GAP = 24
LISTED = 14
TOUCHING = 2
SUBJECT = 14
HOST = 5
PREPOSITIONS = ("with", "between", "by", "from", "to", "of", "at", "and", "for", "against", "host", "office")
SPOKEN = ("both_sides", "pronoun", "counterpart", "multilateral", "self_pronoun")


@dataclass(slots=True)
class Choice:
    """A set of parties with the features behind it: its members', weighing as two members' in any set, and its own."""

    parties: tuple[str, ...]
    members: list[list[str]]
    own: list[str]

    @property
    def features(self) -> list[tuple[str, float]]:
        share = 2 / len(self.parties)
        return [*((f, share) for member in self.members for f in member), *((f, 1.0) for f in self.own)]


def adposition(sentence: Sentence, mention: PartyMention, after: bool) -> str:
    """Return the list in which the word beside a mention stands ("with"), "" where in none."""
    beside = sentence.mark_after if after else sentence.mark_before
    place = mention.stop if after else mention.start
    return next((name for name in PREPOSITIONS if name in sentence.marks and beside(name, place, 2)), "")


def mention_features(c: Candidate, mention: PartyMention, seen: Sight) -> Sequence[str]:
    s = c.sentence
    behind = mention.start >= c.head.stop
    inside = not behind and mention.stop > c.head.start
    a, b = (c.head.stop, mention.start) if behind else (mention.stop, c.head.start)
    side = "in" if inside else "behind" if behind else "before"
    far = 0 if inside else step(s.distance(a, b))
    breaks = 0 if inside else min(3, s.breaks_between(a, b))
    return known_stand(side, far, breaks, mention.sort, seen.beside[mention], c.kind, c.form, c.name)


def member_features(c: Candidate, code: str, seen: Sight, scene: Scene) -> list[str]:
    """Marks of one party as seen from a candidate: its nearest mention each side, its weight in the document."""
    s, mine = c.sentence, [m for m in c.sentence.parties if m.code == code]
    share, since = scene.standing.share((code,)), scene.standing.since(code, s.index)
    first, *named = known_rank(min(scene.standing.rank.get(code, 9), 5), min(3, len(mine)), share, since)
    made, place, before = [first, *known_sort(sorts((code,)), code, bool(mine), c.kind)], "", ""
    if mine:
        nearest = min(mine, key=lambda m: abs(m.start - c.head.start)) if len(mine) > 1 else mine[0]
        made += mention_features(c, as_listed(nearest, c, seen.runs), seen)
        if mine[0] is s.parties[0]:
            place = "subject" if mine[0].start - s.start < 40 else "first-named"
    made += named
    if mine and all(m.sort == "place" or seen.beside[m] == "at" for m in mine):
        made.append("only-a-place")
    if seen.before:
        before = "subject" if seen.before[0] == code else "named" if code in seen.before else "no"
    spoken = "self_pronoun" in s.marks
    return [*made, *known_before(place, before, bool(mine), spoken, code in scene.standing.title, code in scene.last)]


@dataclass(slots=True)
class Scene:
    """Who is spoken of where a candidate stands: all in their standing, those of the last thing, and those whom the
    head's own phrase names."""

    standing: Standing
    last: set[str]
    named: set[str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a sentence shows of parties, the same for all its heads: ``joints`` tell how two stand together,
    ``beside`` the adposition of each mention; ``before`` are those of the sentence before, by place. ``groups`` are
    sets of three and more, ``together`` those named only together."""

    codes: frozenset[str]
    spoken: str
    runs: list[list[PartyMention]]
    run_codes: list[set[str]]
    joints: Mapping[frozenset[str], str]
    beside: Mapping[PartyMention, str]
    before: list[str]
    groups: list[tuple[str, ...]]
    together: list[tuple[set[str], set[str]]]


@lru_cache(4)
def sight(s: Sentence, before: Sentence | None, after: bool, first: frozenset[str]) -> Sight:
    """Look at a sentence and the one before it, whose parties are all known by now."""
    spoken, runs = "&".join(name for name in SPOKEN if name in s.marks) or "plain", tight_runs(s)
    run_codes = [{m.code for m in run} for run in runs]
    return Sight(
        frozenset(m.code for m in s.parties),
        spoken,
        runs,
        run_codes,
        joints_of(s),
        {m: adposition(s, m, after) for m in s.parties},
        [m.code for m in before.parties] if before else [],
        groups(s, run_codes, first),
        named_together(s, after),
    )


def joints_of(s: Sentence) -> dict[frozenset[str], str]:
    """How parties named one after the other stand together: "and", "hyphen", "near" or "next"."""
    found: dict[frozenset[str], str] = {}
    for first, second in pairwise(s.parties):
        pair, gap = frozenset((first.code, second.code)), second.start - first.stop
        if found.get(pair) in ("hyphen", "and"):
            continue
        if gap <= 1:
            found[pair] = "hyphen"
        elif gap <= 10 and s.mark_after("and", first.stop, 2):
            found[pair] = "and"
        else:
            found.setdefault(pair, "near" if gap < 30 else "next")
    return found


def set_features(c: Candidate, parties: tuple[str, ...], seen: Sight, scene: Scene) -> list[str]:
    """Marks of a set of parties."""
    chosen, size = set(parties), len(parties)
    inside = len(chosen & seen.codes)
    marked = (
        chosen == scene.standing.two,
        chosen == scene.last,
        chosen == scene.standing.title,
        chosen == scene.standing.three,
        inside == size == len(seen.codes),
        "multilateral" in c.sentence.marks,
    )
    some = min(3, inside)
    made = [*known_size(min(5, size), some, min(4, len(seen.codes)))]
    made += known_are(sorts(parties), some, c.kind, c.form)
    if seen.run_codes:
        made += run_features(c, chosen, seen.run_codes)
    made += known_share(*phrase_share(chosen, scene.named), c.kind, c.form) if scene.named else ("phrase:none",)
    if any(marked):
        made += known_marks(min(5, size), inside, seen.spoken, marked)
    if size == 2:
        made.append(f"joined:{seen.joints.get(frozenset(parties), '')}")
    return made


def runs_of(s: Sentence, gap: int = GAP) -> list[list[PartyMention]]:
    """Parties named one after another with little between them."""
    runs: list[list[PartyMention]] = [[]]
    for mention in s.parties:
        if runs[-1] and mention.start - runs[-1][-1].stop > gap:
            runs.append([])
        runs[-1].append(mention)
    return runs


def tight_runs(s: Sentence) -> list[list[PartyMention]]:
    """Parties listed as one: "A, B and C", with nothing but commas and an "and" between them."""
    runs: list[list[PartyMention]] = []
    for mention in s.parties:
        last = runs[-1][-1] if runs else None
        gap = mention.start - last.stop if last else 99
        if last and (gap <= 2 or (gap <= LISTED and s.mark_after("and", last.stop, 2))):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return [run for run in runs if len({m.code for m in run}) > 1]


def as_listed(mention: PartyMention, c: Candidate, runs: list[list[PartyMention]]) -> PartyMention:
    """What is listed stands where its list stands: behind a head the list's first, before it the last."""
    run = next((r for r in runs if mention in r), None)
    if run is None:
        return mention
    return run[0] if run[0].start >= c.head.stop else run[-1] if run[-1].stop <= c.head.start else mention


def run_features(c: Candidate, chosen: set[str], runs: list[set[str]]) -> Iterator[str]:
    """Whether a set takes lists whole or tears them apart."""
    for run in runs:
        shared = len(run & chosen)
        if shared:
            yield from known_run(shared == len(run), min(4, len(run)), chosen <= run, c.kind, c.form == "visit")


def in_phrase(c: Candidate) -> set[str]:
    """The parties named inside the head's own noun phrase: "Indian imports of Russian oil"."""
    return {m.code for m in c.sentence.parties if c.phrase.start <= m.start < c.phrase.stop}


def phrase_share(chosen: set[str], named: set[str]) -> tuple[int, int, bool]:
    """How many of those whom the noun phrase names a set takes and leaves, and whether it is as large."""
    taken = len(named & chosen)
    return taken, len(named) - taken, len(chosen) == len(named)


def groups(s: Sentence, run_codes: list[set[str]], first: frozenset[str]) -> list[tuple[str, ...]]:
    """Sets of three and more of a sentence: a run of names, a run with the sentence's subject or the document's
    ``first`` party, a list with one more, all."""
    made: list[set[str]] = []
    for run in runs_of(s):
        codes = {m.code for m in run}
        made += [codes, codes | {s.parties[0].code}, codes | first] if len(codes) > 1 else []
    for codes in run_codes:
        made += [codes, *(codes | {m.code} for m in s.parties if m.code not in codes), codes | first]
    made.append({m.code for m in s.parties})
    return [*many(made)]


def many(sets: Iterable[AbstractSet[str]]) -> Iterator[tuple[str, ...]]:
    """Yield those of three parties and more, sorted."""
    return (tuple(sorted(codes)) for codes in sets if len(codes) > 2)


def hosts_apart(c: Candidate, after: bool) -> list[tuple[str, ...]]:
    """Of a visit to several states, the guest with each host: "a visit to Romania and Poland" is two."""
    if c.form != "visit":
        return []
    gaps = [(c.head.start - r[-1].stop if after else r[0].start - c.head.stop, r) for r in tight_runs(c.sentence)]
    hosts = next((dict.fromkeys(m.code for m in r) for gap, r in gaps if 0 <= gap <= HOST), {})
    guests = [code for code in c.parties if code not in hosts]
    return [tuple(sorted((guests[0], host))) for host in hosts] if len(guests) == 1 == len(c.parties) - 1 else []


def named_together(s: Sentence, after: bool) -> list[tuple[set[str], set[str]]]:
    """Return the parties that one word names at once, and those of a list that is counted or (hi, ja, ko) the subject.

    With each group stand those of it that the sentence names apart as well.
    """
    by_place: dict[tuple[int, int], list[PartyMention]] = defaultdict(list)
    for m in s.parties:
        by_place[m.start, m.stop].append(m)
    bound = [ms for ms in by_place.values() if len(ms) > 1]
    for run in runs_of(s, TOUCHING):
        stop = run[-1].stop if run else 0
        counted = s.mark_after("multilateral", stop, TOUCHING)
        if len(run) > 2 and (counted or (after and s.mark_after("by", stop, SUBJECT))):
            bound.append(run)
    return [({m.code for m in ms}, {m.code for m in s.parties if m not in ms}) for ms in bound]


def party_sets(c: Candidate, seen: Sight, scene: Scene) -> list[tuple[str, ...]]:
    """Return the sets that could be a candidate's parties: pairs of the few likeliest, groups (those last spoken of,
    the title's, the document's first three, the sentence's), a body of states alone.

    No set parts those that the sentence names only together; of visits each has one host.
    """
    far: dict[str, int] = {}
    for m in c.sentence.parties:
        far[m.code] = min(abs(m.start - c.head.start), far.get(m.code, FARTHEST))
    near = sorted(far, key=far.__getitem__)
    few = list(dict.fromkeys([*near[:4], *scene.standing.ranking[:3], *sorted(scene.last)[:3]]))[:FEW]
    made = [(a, b) if a < b else (b, a) for a, b in combinations(few, 2)]
    sets: dict[tuple[str, ...], None] = dict.fromkeys(made)
    if c.form != "visit":
        sets |= dict.fromkeys([*many((scene.last, scene.standing.title, scene.standing.three)), *seen.groups])
    sets |= {(m.code,): None for m in c.sentence.parties if m.sort == "body"}
    if seen.together:
        sets |= {tuple(sorted(codes)): None for codes, _ in seen.together}
        return [p for p in sets if all(codes <= set(p) or codes & set(p) <= apart for codes, apart in seen.together)]
    return list(sets)


def choices(c: Candidate, reading: Reading, standing: Standing, last: set[str]) -> list[Choice]:
    """Return every set with its features, given how the document's parties stand and whose the last thing was."""
    s = c.sentence
    before = reading.sentences[s.index - 1] if s.index else None
    seen = sight(s, before, reading.pack.adpositions == "after", standing.first)
    scene = Scene(standing, last, in_phrase(c))
    sets = party_sets(c, seen, scene)
    member = {code: member_features(c, code, seen, scene) for code in {code for parties in sets for code in parties}}
    return [
        Choice(parties, [member[code] for code in parties], set_features(c, parties, seen, scene)) for parties in sets
    ]


def scores(weights: Weights, options: list[Choice]) -> list[float]:
    """Return each choice's score; sets share their members, so a member's features are looked up once."""
    weighed: dict[tuple[int, float], list[float]] = {}
    found = []
    for option in options:
        share, points = 2 / len(option.parties), 0.0
        for member in option.members:
            key = id(member), share
            if key not in weighed:
                weighed[key] = [weight * share for weight in known(weights, member)]
            points = sum(weighed[key], points)
        found.append(sum(known(weights, option.own), points))
    return found


def best(weights: Weights, options: list[Choice]) -> tuple[Choice | None, float, float]:
    """Return the best choice, its score and its lead over the next."""
    if not options:
        return None, -9.0, 0.0
    points = scores(weights, options)
    first, *others = sorted(points, reverse=True)
    alike = [o for o, p in zip(options, points, strict=True) if p == first]
    return min(alike, key=lambda o: o.parties), first, first - others[0] if others else 3.0
