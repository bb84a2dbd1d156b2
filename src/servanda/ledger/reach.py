"""What a pair of claims can score at the most: asked of every pair in a block, before ``compare``.

Invariant: ``hopeless`` is true only of pairs that ``compare`` calls different and between
which it sees no succession, so that leaving them out changes no ledger. It costs a
fraction of a comparison, and nearly all pairs of a large block end here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from servanda.ledger.days import UNKNOWN, gap
from servanda.ledger.deciding import NEAR_EVENTS, SLACK, STALE
from servanda.ledger.likeness import alike_in_letters, joined, one_embassy, other_field
from servanda.ledger.matching import BARE, HEADLINE, KIND, ODD, REVIEW, SORT, SUM, TOLD, WIDE, near_forms
from servanda.ledger.naming import VISITING, undertaken_by_another
from servanda.ledger.profiles import EVENTS, VAGUE, Profile, gathering
from servanda.ledger.timing import (
    FORMAL,
    HALF_YEAR,
    LONG_WORK,
    ONE_A_DAY,
    SINGLE,
    TOGETHER,
    VAGUE_APART,
    came_together,
    in_force_before,
    of_one_year,
    over_for_both,
    reached_when_due,
    told_apart,
)
from servanda.ledger.words import Title
from servanda.model import Kind, Stage

MARGIN = 0.05  # points that rounding may add
WISHES = 2.5  # points that general words at another time lose
IN_FULL = 0.9 - MARGIN  # likeness from which a name may be one in full
NAMED = 0.75  # likeness from which one text may follow another of its name
# Looked up once: a member of an enumeration costs more than the rest of a test.
MEETING, EXERCISE, INSTRUMENT = Kind.MEETING, Kind.EXERCISE, Kind.INSTRUMENT
PROJECT, TRAINING, STALLED, ACTIVE = Kind.PROJECT, Kind.TRAINING, Stage.STALLED, Stage.ACTIVE


class Sorts(NamedTuple):
    """What the kinds and forms of two claims say by themselves.

    ``day`` is what one day of two events gives, ``long`` from how many days on reports are told long apart.
    """

    points: float
    alike: bool
    events: bool
    single: bool
    visit: bool
    texts: bool
    vague: bool
    day: float
    long: int


@lru_cache(maxsize=65_536)
def sorts(kind: Kind, form: str | None, other: Kind, its_form: str | None) -> Sorts | None:
    """Return what two kinds and forms say, None where they differ so that nothing else counts."""
    events = kind in EVENTS and other in EVENTS
    if kind is not other and not EVENTS.isdisjoint((kind, other)) and frozenset((kind, other)) not in NEAR_EVENTS:
        return None
    visits = {gathering(form), gathering(its_form)}
    if kind is other is MEETING and len(visits) > 1:
        return None
    single = kind in SINGLE and other in SINGLE
    return Sorts(
        points=of_sorts(kind, form, other, its_form),
        alike=kind is other and form == its_form,
        events=events,
        single=single,
        visit="visit" in visits,
        texts=kind is other is INSTRUMENT,
        vague=kind in VAGUE or other in VAGUE,
        day=3.5 if kind is other is EXERCISE else 2.5,
        long=LONG_WORK if single or kind is other is PROJECT else HALF_YEAR,
    )


def of_sorts(kind: Kind, form: str | None, other: Kind, its_form: str | None) -> float:
    """Return the most that two kinds and forms give."""
    score = -1.5 if kind is not other else 0.0
    if kind is other and form and its_form:
        score = 0.5 if form == its_form else 0.0 if near_forms(form, its_form) else -1.0
    if "summit" in (form, its_form):
        score += 0.8
    return score + 1.0 if form == its_form == "joint-statement" else score


def hopeless(a: Profile, b: Profile, spelt_apart: bool = False) -> bool:
    """True for two claims that cannot be one, and of which none follows the other by name.

    ``spelt_apart``: it is known that neither title writes a word of the other otherwise (see ``spelling``).
    """
    of = sorts(a.kind, a.form, b.kind, b.form)
    if of is None or (of.events and settled_by_days(a, b)):
        return True
    ours, theirs = a.title, b.title
    if ours.ordinals and theirs.ordinals and ours.ordinals.isdisjoint(theirs.ordinals):
        return True
    if (a.orgs and b.orgs) or one_embassy(a, b):
        return False  # their names are taken out of the titles
    common, telling, most = words_shared(a, b, spelt_apart)
    if most >= NAMED and of.alike and (of.texts or (ours.years and theirs.years)):
        return False  # one may follow the other by name: whatever it is where both names bear a year, else only texts
    if telling >= 1.0:
        full = 1.0
    else:
        worded = (of.single and telling) or ours.words.keys() == theirs.words.keys()
        full = 0.75 if worded else 0.5
    score = (3.0 if of.events else 5.0) * most * full + at_most(a, b, of, most)
    score += of_events(a, b, of, common) if of.events else of_things(a, b, of, common, most)
    return score < REVIEW - MARGIN


def settled_by_days(a: Profile, b: Profile) -> bool:
    """True for two events whose days settle at once that they are two."""
    if a.event[0] is None or b.event[0] is None or a.event[1] is None or b.event[1] is None:
        return False
    apart = a.event[1] + SLACK < b.event[0] or b.event[1] + SLACK < a.event[0]
    return apart and not a.title.ordinals and STALLED not in (a.stage, b.stage)


def words_shared(a: Profile, b: Profile, spelt_apart: bool) -> tuple[float, float, float]:
    """Return what the words that both titles carry weigh, what those that tell weigh, and how like the titles are.

    None is ever too small.
    """
    ours, theirs = a.title, b.title
    if not spelt_apart and spelt_alike(ours, theirs):
        return ours.weight, ours.weight, 1.0
    if a.latin != b.latin and not set(a.bones.values()).isdisjoint(b.bones.values()):
        return ours.weight, ours.weight, 1.0
    common, telling, others = 0.0, 0.0, theirs.words
    for word, weight in ours.words.items():
        if word in others:
            common += weight
            if weight >= 0.6:
                telling += weight
    if not common:
        return 0.0, 0.0, 0.0
    one, other = ours.weight, theirs.weight
    shorter = one if one < other else other
    most = common / (one + other) + 0.5 * common / (shorter if shorter > 0.6 else 0.6)
    return common, telling, most if most < 1.0 else 1.0


def spelt_alike(ours: Title, theirs: Title) -> bool:
    """True where one title may write a word of the other otherwise, or in two."""
    if not ours.letters.isdisjoint(theirs.letters):
        others = theirs.long - ours.words.keys()
        for word in ours.long - theirs.words.keys() if others else ():
            if any(alike_in_letters(word, other) for other in others):
                return True
    return bool(joined(ours, theirs) or joined(theirs, ours))


def at_most(a: Profile, b: Profile, of: Sorts, most: float) -> float:
    """Return the most that all but titles and days can give."""
    score = of.points
    if a.detailed or b.detailed:
        score += of_details(a, b, of.events)
    if a.title.numbered and b.title.numbered:
        score += of_numbers(a.title, b.title)
    if most >= IN_FULL and a.kind is not b.kind:
        score += SORT - KIND
    if a.domains is not b.domains and other_field(a, b):
        score -= 0.5
    if a.document == b.document:
        score += HEADLINE if a.headline != b.headline else -1.0 if most >= NAMED and a.kind is b.kind else -4.0
    return score if a.parties == b.parties else score - 1.0


def of_numbers(ours: Title, theirs: Title) -> float:
    score = 1.5 if ours.ordinals and theirs.ordinals else 0.0
    if ours.years and not ours.years.isdisjoint(theirs.years):
        score += 0.5
    if ours.counts and theirs.counts:
        score += 1.0
    return score + SUM + ODD + TOLD if ours.amounts and theirs.amounts else score


def of_details(a: Profile, b: Profile, events: bool) -> float:
    """Return the most that hosts, items, plans, doers and places can give."""
    score = 1.0 if a.hosts or b.hosts else 0.0
    if a.items and not a.items.isdisjoint(b.items):
        score += 1.0
    if a.under and not a.under.isdisjoint(b.under):
        score += 0.4
    if undertaken_by_another(a, b):
        score -= 1.0
    if a.kind is b.kind is PROJECT and (a.place_words or b.place_words):
        score += 1.0
    if not a.place or not b.place:
        return score
    if not a.place.isdisjoint(b.place):
        return score + 0.7
    if a.place_codes and b.place_codes:
        if not a.place_codes.isdisjoint(b.place_codes):
            return score + 0.4
        return score if not events else score - (3.0 if a.names.isdisjoint(b.names) and a.form not in FORMAL else 1.0)
    return score


def of_events(a: Profile, b: Profile, of: Sorts, common: float) -> float:
    """Return the most that the people and days of two events give, whose titles share words of such a weight."""
    score = of_people(a, b, of.visit)
    if a.latin != b.latin:
        score += 0.7
    if a.period[1] is not None and a.period[1] == b.period[1]:
        score += 1.5
    undated = a.event is UNKNOWN or b.event is UNKNOWN
    (first, last), (start, stop) = a.around, b.around
    if first is None or last is None or start is None or stop is None:
        return score + (1.9 if undated else of.day + 0.7)
    apart = max(0, start - last, first - stop)
    if of.alike and a.form in FORMAL:
        score += ONE_A_DAY
    score += of.day if not undated else 1.2 if apart <= 10 else -2.0 if apart > 120 else 0.0
    return score + 0.7 if apart <= 7 else score if apart <= of.long else score - lost(a, b, of, apart, common)


def of_people(a: Profile, b: Profile, visit: bool) -> float:
    """Return the most that people and offices give; without any, only two visits of the same days are nearer."""
    if a.persons and b.persons:
        if a.names.isdisjoint(b.names):
            return -2.5
        return 2.0 if visit or len(a.persons) > 1 or len(b.persons) > 1 else 1.0
    if a.offices and b.offices:
        return -1.0 if a.offices.isdisjoint(b.offices) else 1.0
    return VISITING if visit else 0.0


def of_things(a: Profile, b: Profile, of: Sorts, common: float, most: float) -> float:
    """Return the most that the people and days of two claims give that are not both of events."""
    score = 0.0
    if a.persons and b.persons:
        score = -0.3 if a.names.isdisjoint(b.names) else 0.7
    if (a.due is not UNKNOWN or b.due is not UNKNOWN) and (reached_when_due(a, b) or reached_when_due(b, a)):
        score += 1.5
    if a.period[1] is not None and a.period[1] == b.period[1]:
        score += 1.5
    if of.texts:
        score += of_texts(a, b)
    elif a.settled is not UNKNOWN and b.settled is not UNKNOWN:
        score += TOGETHER
    (first, last), (start, stop) = a.around, b.around
    if first is None or last is None or start is None or stop is None or (of.texts and time_is_no_matter(a, b)):
        return score + 0.7
    apart = max(0, start - last, first - stop)
    if apart and (a.settled is not UNKNOWN or b.settled is not UNKNOWN):
        apart = told_apart(a, b) or 0
    if apart <= VAGUE_APART:
        return score + (0.7 + BARE if of.texts else 0.7)
    if of.vague and not (a.kind is b.kind is TRAINING or (a.under and a.under == b.under) or most >= IN_FULL):
        return score - WISHES
    return score if apart <= of.long else score - lost(a, b, of, apart, common)


def time_is_no_matter(a: Profile, b: Profile) -> bool:
    return of_one_year(a, b) or over_for_both(a, b)


def of_texts(a: Profile, b: Profile) -> float:
    """Return the most that signatures and the many parties of two texts give."""
    score = 1.0 if len(a.parties) >= WIDE else 0.0
    if a.signed is not UNKNOWN and b.signed is not UNKNOWN:
        score += 1.5 if gap(a.signed, b.signed) <= SLACK else 0.3
    elif came_together(a, b) or (a.settled is not UNKNOWN and b.settled is not UNKNOWN):
        score += 1.0
    return score - 2.0 if (a.stage is ACTIVE or b.stage is ACTIVE) and in_force_before(a, b) else score


def lost(a: Profile, b: Profile, of: Sorts, apart: int, common: float) -> float:
    """Return the least that two reports told long apart lose."""
    if a.signed is not UNKNOWN and b.signed is not UNKNOWN:
        return 0.0
    thin = 2.0 if common < 1.5 else 1.0
    years = thin * (0.5 if apart <= STALE else 1.0 if apart <= 2 * STALE else 1.5)
    return years if years < WISHES else WISHES  # what is merely wished for loses no more
