"""What a pair of claims can score at the most: asked of every pair in a block, before ``compare``.

Invariant: ``hopeless`` is true only of pairs that ``compare`` calls different and between
which it sees no succession, so that leaving them out changes no ledger. It costs a
fraction of a comparison, and nearly all pairs of a large block end here.
"""

from __future__ import annotations

from functools import lru_cache

from servanda.ledger.days import UNKNOWN, gap, known
from servanda.ledger.deciding import NEAR_EVENTS, SLACK, STALE
from servanda.ledger.likeness import alike_in_letters, joined
from servanda.ledger.matching import BARE, HEADLINE, NEAR_FORMS, ODD, REVIEW, SUM, TOLD, WIDE
from servanda.ledger.profiles import EVENTS, VAGUE, Profile, gathering
from servanda.ledger.timing import LONG_WORK, SINGLE, VAGUE_APART, came_together, of_one_year, reached_when_due
from servanda.ledger.words import Title
from servanda.model import Kind, Stage

MARGIN = 0.05  # points that rounding may add
WISHES = 2.5  # points that general words at another time lose
NAMED = 0.75  # likeness from which one text may follow another of its name
# Looked up once: a member of an enumeration costs more than the rest of a test.
MEETING, EXERCISE, INSTRUMENT = Kind.MEETING, Kind.EXERCISE, Kind.INSTRUMENT
PROJECT, TRAINING, STALLED = Kind.PROJECT, Kind.TRAINING, Stage.STALLED


def hopeless(a: Profile, b: Profile, spelt_apart: bool = False) -> bool:
    """True for two claims that cannot be one, and of which none follows the other by name.

    ``spelt_apart``: it is known that neither title writes a word of the other otherwise (see ``spelling``).
    """
    if settled_by_days(a, b) or settled_by_sort(a, b):
        return True
    if a.orgs and b.orgs:
        return False  # their names are taken out of the titles
    weight, most = words_shared(a, b, spelt_apart)
    if most >= NAMED and a.kind is b.kind and a.form == b.form and (a.kind is INSTRUMENT or dated_by_name(a, b)):
        return False
    return at_most(a, b, weight, most) < REVIEW - MARGIN


def dated_by_name(a: Profile, b: Profile) -> bool:
    """True where both titles bear a year: one may follow the other by name, whatever it is; else only texts do."""
    return bool(a.title.years) and bool(b.title.years)


def settled_by_days(a: Profile, b: Profile) -> bool:
    """True for two events whose days settle at once that they are two."""
    if a.event[0] is None or b.event[0] is None or a.event[1] is None or b.event[1] is None:
        return False
    apart = a.event[1] + SLACK < b.event[0] or b.event[1] + SLACK < a.event[0]
    return apart and not a.title.ordinals and STALLED not in (a.stage, b.stage)


def settled_by_sort(a: Profile, b: Profile) -> bool:
    """True where the kinds, gatherings or numbers of two claims differ so that nothing else counts."""
    if a.kind is not b.kind:
        if (a.kind in EVENTS or b.kind in EVENTS) and frozenset((a.kind, b.kind)) not in NEAR_EVENTS:
            return True
    elif a.kind is MEETING and gathering(a.form) != gathering(b.form):
        return True
    ours, theirs = a.title.ordinals, b.title.ordinals
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def words_shared(a: Profile, b: Profile, spelt_apart: bool) -> tuple[float, float]:
    """Return what the words that both titles carry weigh, and how like the titles are: neither is ever too small."""
    ours, theirs = a.title, b.title
    if not spelt_apart and spelt_alike(ours, theirs):
        return ours.weight, 1.0
    if a.latin != b.latin and not set(a.bones.values()).isdisjoint(b.bones.values()):
        return ours.weight, 1.0
    common, others = 0.0, theirs.words
    for word, weight in ours.words.items():
        if word in others:
            common += weight
    if not common:
        return 0.0, 0.0
    one, other = ours.weight, theirs.weight
    shorter = one if one < other else other
    most = common / (one + other) + 0.5 * common / (shorter if shorter > 0.6 else 0.6)
    return common, most if most < 1.0 else 1.0


def spelt_alike(ours: Title, theirs: Title) -> bool:
    """True where one title may write a word of the other otherwise, or in two."""
    if not ours.letters.isdisjoint(theirs.letters):
        others = theirs.long - ours.words.keys()
        for word in ours.long - theirs.words.keys() if others else ():
            if any(alike_in_letters(word, other) for other in others):
                return True
    return bool(joined(ours, theirs) or joined(theirs, ours))


def at_most(a: Profile, b: Profile, weight: float, most: float) -> float:
    """Return a score that ``compare`` cannot pass, where words of such a weight make the titles so much alike."""
    kind, other = a.kind, b.kind
    events = kind in EVENTS and other in EVENTS
    if weight >= 1.0:
        full = 1.0
    else:
        worded = (kind in SINGLE and other in SINGLE) or a.title.words.keys() == b.title.words.keys()
        full = 0.75 if worded else 0.5
    score = (3.0 if events else 5.0) * most * full + of_names(a, b, events)
    if a.title.numbered and b.title.numbered:
        score += of_numbers(a.title, b.title)
    score += of_days(a, b, events, weight) + (-1.5 if kind is not other else of_forms(a.form, b.form))
    if a.latin != b.latin and events:
        score += 0.7
    if a.domains and b.domains and a.domains.isdisjoint(b.domains):
        score -= 0.5
    if a.document == b.document and a.headline != b.headline:
        score += HEADLINE
    elif a.document == b.document:
        score -= 1.0 if most >= NAMED and a.kind is b.kind else 4.0
    return score if a.parties == b.parties else score - 1.0


def of_numbers(ours: Title, theirs: Title) -> float:
    score = 1.5 if ours.ordinals and theirs.ordinals else 0.0
    if ours.years and not ours.years.isdisjoint(theirs.years):
        score += 0.5
    if ours.counts and theirs.counts:
        score += 1.0
    return score + SUM + ODD + TOLD if ours.amounts and theirs.amounts else score


@lru_cache(maxsize=4096)
def of_forms(one: str | None, other: str | None) -> float:
    if one == other:
        return 0.5 if one else 0.0
    return 0.0 if not one or not other or any(one in near and other in near for near in NEAR_FORMS) else -1.0


def of_names(a: Profile, b: Profile, events: bool) -> float:
    score = 0.0
    if a.persons and b.persons:
        other, same = (-2.5, 2.0) if events else (-0.3, 0.7)
        score = other if a.names.isdisjoint(b.names) else same
    elif events:
        score = 1.0
    if events and "summit" in (a.form, b.form):
        score += 0.8
    if a.hosts or b.hosts:
        score += 1.0
    if a.items and not a.items.isdisjoint(b.items):
        score += 1.0
    if a.under and not a.under.isdisjoint(b.under):
        score += 0.4
    if a.by and b.by and a.by.isdisjoint(b.by):
        score -= 1.0
    if not a.place or not b.place:
        return score
    if not a.place.isdisjoint(b.place):
        return score + 0.7
    if a.place_codes and b.place_codes:
        if not a.place_codes.isdisjoint(b.place_codes):
            return score + 0.4
        return score if not events else score - (3.0 if a.names.isdisjoint(b.names) else 1.0)
    return score


def of_days(a: Profile, b: Profile, events: bool, weight: float) -> float:
    score, texts = 0.0, a.kind is b.kind is INSTRUMENT
    undated = events and not (known(a.event) and known(b.event))
    if events:
        score = 0.0 if undated else 3.5 if a.kind is b.kind is EXERCISE else 2.5
    else:
        due = a.due is not UNKNOWN or b.due is not UNKNOWN
        if due and (reached_when_due(a, b) or reached_when_due(b, a)):
            score = 1.5
        if a.signed is not UNKNOWN and b.signed is not UNKNOWN:
            score += 1.5 if gap(a.signed, b.signed) <= SLACK else 0.3
        elif texts and came_together(a, b):
            score += 1.0
    if a.form == b.form == "joint-statement":
        score += 1.0
    if a.kind is b.kind and (
        (a.kind is PROJECT and (a.place_words or b.place_words)) or (a.kind is INSTRUMENT and len(a.parties) >= WIDE)
    ):
        score += 1.0
    if a.period[1] is not None and a.period[1] == b.period[1]:
        score += 1.5
    (first, last), (start, stop) = a.around, b.around
    if first is None or last is None or start is None or stop is None or (texts and of_one_year(a, b)):
        return score + (1.9 if undated else 0.7)
    return score + told_apart(a, b, max(0, start - last, first - stop), undated, weight)


def told_apart(a: Profile, b: Profile, apart: int, undated: bool, weight: float) -> float:
    """Return the most that the days between two reports give; ``undated`` for events of which one has no day."""
    score = 0.0 if not undated else 1.2 if apart <= 10 else -2.0 if apart > 120 else 0.0
    if apart <= VAGUE_APART:
        if apart > 7 and a.kind in EVENTS and b.kind in EVENTS:
            return score
        return score + (0.7 + BARE if a.kind is b.kind is INSTRUMENT else 0.7)
    named = a.kind is b.kind is TRAINING or (bool(a.under) and a.under == b.under)
    if (a.kind in VAGUE or b.kind in VAGUE) and not named:
        return score - 2.5
    if apart <= LONG_WORK or (a.signed is not UNKNOWN and b.signed is not UNKNOWN):
        return score
    thin = 2.0 if weight < 1.5 else 1.0
    lost = thin * (0.5 if apart <= STALE else 1.0 if apart <= 2 * STALE else 1.5)
    return score - (lost if lost < WISHES else WISHES)  # what is merely wished for loses no more
