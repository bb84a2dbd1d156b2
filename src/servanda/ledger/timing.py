"""Points for times: when two events are held, when two texts came into being, how far apart two reports are.

Every rule is a pure, symmetric function of two profiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from servanda.ledger.days import UNKNOWN, gap, known, length
from servanda.ledger.deciding import SIGNED_APART, SLACK, STALE, UNFINISHED
from servanda.ledger.likeness import Point, alike, shared_bodies, shared_words
from servanda.ledger.profiles import CLOSE, EVENTS, REACHED, VAGUE, Profile
from servanda.model import Kind, Stage

VAGUE_APART = 45  # days within which two general statements on one field are one
HALF_YEAR = 180
LONG_WORK = 270  # a text is negotiated and a work built for longer than a delivery takes
NAME = 3  # telling words that make a title a name
# Looked up once: a member of an enumeration costs more than the rest of a rule.
INSTRUMENT, PROJECT = Kind.INSTRUMENT, Kind.PROJECT
ACTIVE, ENDED = Stage.ACTIVE, Stage.ENDED
SINGLE = frozenset({Kind.INSTRUMENT, Kind.MEETING, Kind.EXERCISE, Kind.INSTITUTION})
WISHED = (Stage.PROPOSED, Stage.DISCUSSED)
WORKED_OUT = (Stage.PROPOSED, Stage.NEGOTIATING, Stage.DISCUSSED)
TOGETHER = 1.0
FORMAL = frozenset({"dialogue", "working-group", "summit"})  # sittings of which two states hold one at a time
ONE_A_DAY = 1.0
TRUCE = "ceasefire"
REPORTED_LATE = 31  # days by which a report may lag behind what it tells


def of_time(a: Profile, b: Profile, shared: Mapping[str, float], apart: int | None) -> Iterator[Point]:
    """Points for the times of two claims, whose titles share some words and whose reports lie some days apart."""
    if a.kind in EVENTS and b.kind in EVENTS:
        yield from of_event(a, b, apart)
    elif known(a.signed) and known(b.signed):
        yield (
            ("signed on the same day", 1.5, "")
            if gap(a.signed, b.signed) <= SLACK
            else ("signed within weeks", 0.3, "")
        )
    texts = a.kind is b.kind is INSTRUMENT
    if texts and came_together(a, b):
        yield ("came into being on the same days", 1.0, "")
    elif settled_together(a, b):
        yield ("concluded or done on the same days", TOGETHER, "")
    if texts and other_term(a, b):
        yield ("for another term", -2.0, "")
    if texts and in_force_before(a, b):
        yield ("in force before the other was worked out", -2.0, "")
    if ended_before(a, b) or ended_before(b, a):
        yield ("ended before the other was sought", -2.0, "")
    if a.form == b.form == "joint-statement" and (apart or 0) <= 7 and a.parties == b.parties:
        yield ("one joint statement at a time", 1.0, "")
    if (a.due is not UNKNOWN or b.due is not UNKNOWN) and (reached_when_due(a, b) or reached_when_due(b, a)):
        yield ("came when the other said it was due", 1.5, "")
    if a.period[1] is not None and a.period[1] == b.period[1]:
        yield ("runs to the same day", 1.5, "")
    if apart is None or (texts and (of_one_year(a, b) or over_for_both(a, b))):
        return
    if apart > VAGUE_APART and ((general(a, b) and not in_full(a, b, shared)) or (apart > STALE and mere_wishes(a, b))):
        yield ("general words at another time", -2.5, f"{apart} days")
    elif apart <= (7 if a.kind in EVENTS else VAGUE_APART):
        yield ("told in the same days" if apart <= 7 else "told within weeks", 0.7, "")
    elif apart > (LONG_WORK if one_at_a_time(a, b) or a.kind is b.kind is PROJECT else HALF_YEAR) and not (
        known(a.signed) and known(b.signed)
    ):
        bodies = a.org_words & b.org_words
        telling = sum(weight for word, weight in shared.items() if word not in bodies)
        thin = 2.0 if telling < 1.5 else 1.0
        years = 0.5 if apart <= STALE else 1.0 if apart <= 2 * STALE else 1.5
        yield ("told long apart", -thin * years, f"{apart} days")


def general(a: Profile, b: Profile) -> bool:
    """True where one claim is of a kind told in general words, and no name or plan says which thing is meant."""
    if a.kind not in VAGUE and b.kind not in VAGUE:
        return False
    return not ((a.kind is b.kind is Kind.TRAINING and one_name_borne(a, b)) or one_plan(a, b))


def of_event(a: Profile, b: Profile, apart: int | None) -> Iterator[Point]:
    """Points for the days of two events; what is not dated is near the day of its report."""
    if known(a.event) and known(b.event):
        lengths = [n for n in (length(a.event), length(b.event)) if n is not None]
        exact = len(lengths) == 2 and max(lengths) <= 14
        same = gap(a.event, b.event) <= SLACK
        yield ("same days", 2.5 if exact else 1.5, "") if same else ("moved to other days", -0.5, "")
        if exact and a_formal_day(a, b):
            yield ("one such sitting a day", ONE_A_DAY, a.form or "")
        if exact and a.kind is b.kind is Kind.EXERCISE and a.event == b.event and lengths[0] > 1:
            yield ("from the same day to the same day", 1.0, "")
        return
    if planned_after(a, b) or planned_after(b, a):
        yield ("planned after the other was held", -2.5, "")
    elif apart is not None:
        if apart <= 10:
            yield ("around the same days", 1.2, "")
        elif apart > 120:
            yield ("at another time", -2.0, f"{apart} days")


def a_formal_day(a: Profile, b: Profile) -> bool:
    """True for two sittings of one day and form of which the same parties hold one at a time, wherever they are put."""
    return a.form == b.form and a.form in FORMAL and a.parties == b.parties and known(a.event) and a.event == b.event


def planned_after(plan: Profile, done: Profile) -> bool:
    """True where one report still plans what, days before, the other told as held: that is the next one."""
    if plan.stage not in UNFINISHED or done.stage is not Stage.DONE or plan.told is None:
        return False
    held = done.around[1]
    return held is not None and plan.told > held + SLACK


def came_together(a: Profile, b: Profile) -> bool:
    """True for two texts of which at least one is told as in force, that both reports date to the same month or day."""
    if a.reached is UNKNOWN or b.reached is UNKNOWN or (known(a.signed) and known(b.signed)):
        return False
    lengths = [n for n in (length(a.reached), length(b.reached)) if n is not None]
    return len(lengths) == 2 and max(lengths) <= CLOSE and gap(a.reached, b.reached) <= SLACK


def settled_together(a: Profile, b: Profile) -> bool:
    """True for two things, not both signed texts, that are told as concluded, done or ended on the same days."""
    if a.settled is UNKNOWN or b.settled is UNKNOWN or (known(a.signed) and known(b.signed)):
        return False
    return gap(a.settled, b.settled) <= SLACK


def of_one_year(a: Profile, b: Profile) -> bool:
    """True for two texts that both reports know by the year in which they came into being."""
    return bool((a.title.years | a.came_in) & (b.title.years | b.came_in))


def over_for_both(a: Profile, b: Profile) -> bool:
    """True for two texts that both reports tell as ended, not at two times: what is over is spoken of for years after.

    Of truces there is another soon.
    """
    if a.stage is not ENDED or b.stage is not ENDED or TRUCE in a.title.words:
        return False
    return not (known(a.when) and known(b.when) and gap(a.when, b.when) > SIGNED_APART)


def one_name_borne(a: Profile, b: Profile) -> bool:
    """True where two titles share so many telling words that they are a name: a scholarship programme, a corridor."""
    shared = shared_words(a, b)
    return alike(a, b, shared) >= 0.75 and sum(weight >= 1.0 for weight in shared.values()) >= NAME


def in_full(a: Profile, b: Profile, shared: Mapping[str, float]) -> bool:
    """True where two things that reports call by other kinds, neither a text, bear one telling name in full."""
    if a.kind is b.kind or INSTRUMENT in (a.kind, b.kind) or (a.kind in VAGUE and b.kind in VAGUE):
        return False
    return sum(weight >= 1.0 for weight in shared.values()) > 1 and alike(a, b, shared) >= 0.9


def one_plan(a: Profile, b: Profile) -> bool:
    """True for two statements in like words that stand under one plan or session: they are one part of it."""
    return a.kind is b.kind and bool(a.under) and a.under == b.under and alike(a, b) >= 0.75


def mere_wishes(a: Profile, b: Profile) -> bool:
    """True for trade or projects that both reports only wish for or talk about, without a sum, body or place."""
    if a.stage not in WISHED or b.stage not in WISHED or one_at_a_time(a, b) or a.kind in EVENTS:
        return False
    return not (a.title.amounts & b.title.amounts or a.place & b.place or (a.orgs and shared_bodies(a, b)))


def reached_when_due(plan: Profile, done: Profile) -> bool:
    """True where one claim dates a thing's conclusion within the days, closely told, for which the other planned it."""
    days = length(plan.due)
    if plan.kind in EVENTS or days is None or days > CLOSE or plan.stage in REACHED:
        return False
    return known(done.reached) and gap(plan.due, done.reached) <= SLACK


def in_force_before(a: Profile, b: Profile) -> bool:
    """True where one report tells a text as in force while a later one still wishes for it or works it out.

    A text in force and its wished-for update are two.
    """
    if a.told is None or b.told is None:
        return False
    if a.stage is ACTIVE and b.stage in WORKED_OUT:
        return b.told + REPORTED_LATE >= a.told
    return b.stage is ACTIVE and a.stage in WORKED_OUT and a.told + REPORTED_LATE >= b.told


def other_term(a: Profile, b: Profile) -> bool:
    """True for two texts that are to run for other times: a truce of two days and one of forty."""
    ours, theirs = a.title.terms, b.title.terms
    return bool(ours and theirs) and not any(abs(x - y) <= 0.1 * max(x, y) for x in ours for y in theirs)


def ended_before(old: Profile, new: Profile) -> bool:
    """True where one thing had ended a month before another report seeks or works out the like: that is sought anew."""
    ended = old.settled[1] if old.stage is ENDED else None
    return ended is not None and new.stage in WORKED_OUT and new.told is not None and new.told - ended > REPORTED_LATE


def told_apart(a: Profile, b: Profile) -> int | None:
    """Return the days between the times of which two claims speak, None where one is unknown.

    A late report of what was concluded speaks of two: of its own day and of that of the conclusion.
    """
    if not known(a.around) or not known(b.around):
        return None
    if a.settled is b.settled is UNKNOWN:
        return gap(a.around, b.around)
    times = ([of.around] if of.settled is UNKNOWN else [of.around, of.settled] for of in (a, b))
    return min(gap(one, other) for one, other in product(*times))


def one_at_a_time(a: Profile, b: Profile) -> bool:
    """True for kinds of which two states have one at a time in a field: a trade agreement, but not a loan."""
    return a.kind in SINGLE and b.kind in SINGLE
