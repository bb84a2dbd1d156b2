"""Points for names: the people, offices and bodies of two claims.

Every rule is a pure, symmetric function of two profiles.
"""

from __future__ import annotations

from collections.abc import Iterator

from servanda.ledger.days import gap, known
from servanda.ledger.likeness import Point, alike, same_people, shared_bodies, shared_words
from servanda.ledger.profiles import EVENTS, Profile, gathering
from servanda.ledger.words import skeleton
from servanda.model import Kind, Stage

LEADERS = {"president", "prime-minister", "leaders"}
STOP = -2.0
VISITOR = 0.6
VISITING = 0.7
BROKEN_OFF = frozenset({Stage.STALLED, Stage.ENDED})


def of_names(a: Profile, b: Profile) -> Iterator[Point]:
    if a.persons and b.persons:
        yield of_persons(a, b)
    elif a.kind in EVENTS and b.kind in EVENTS:
        yield from of_offices(a, b)
    if "summit" in (a.form, b.form) and heads(a, b):
        yield ("of the heads of both", 0.8, "")
    if a.hosts or b.hosts:
        yield from of_hosts(a, b)
    if a.orgs and b.orgs:
        yield of_bodies(a, b)
    if a.under and b.under and a.under & b.under:
        yield ("under the same", 0.4, ", ".join(sorted(a.under & b.under)[:4]))
    if bool(a.by) != bool(b.by) and a_stop(a, b):
        yield ("a stop of the visit", STOP, "")
    if undertaken_by_another(a, b):
        yield ("undertaken by another", -2.0 if {a.kind, b.kind} & {Kind.MEETING, Kind.INSTITUTION} else -1.0, "")


def undertaken_by_another(a: Profile, b: Profile) -> bool:
    """True where other sides undertake two things; who stops or ends a thing need not be who undertook it."""
    if not a.by or not b.by or not a.by.isdisjoint(b.by):
        return False
    return a.stage not in BROKEN_OFF and b.stage not in BROKEN_OFF


def a_stop(a: Profile, b: Profile) -> bool:
    """True for two visits, one told as a state's, where the other is told by what was seen: a tour is a part."""
    if not a.kind is b.kind is Kind.MEETING or not gathering(a.form) == gathering(b.form) == "visit":
        return False
    shared = shared_words(a, b)
    stop = b if a.by else a
    seen = [w for w, weight in stop.title.words.items() if weight >= 0.6 and w not in shared and not named(w, a, b)]
    return sum(shared.values()) < 0.5 and len(seen) > 1


def named(word: str, a: Profile, b: Profile) -> bool:
    """True for a word that is a part of a person's name."""
    bone = skeleton(word)
    return bone in a.names or bone in b.names


def of_bodies(a: Profile, b: Profile) -> Point:
    """Firms and agencies that are a side tell a deal from its like.

    Where each has another partner, it is another deal.
    """
    common = shared_bodies(a, b)
    if not common:
        return ("other bodies", -0.8, "")
    whole = len(common) >= min(len(a.orgs), len(b.orgs))
    weight = 0.4 if not whole else 1.5 if len(common) == 1 else 2.2
    return ("same bodies" if whole else "one body the same", weight, ", ".join(common[:4]))


def of_persons(a: Profile, b: Profile) -> Point:
    """The people of a sitting tell it from the next room's; who visits, tells the visit."""
    common = same_people(a, b)
    words = ", ".join(" ".join(person) for person in common)
    if a.kind not in EVENTS or b.kind not in EVENTS:
        return ("same people", 0.7, words) if common else ("other people", -0.3, "")
    if not common:
        return ("other people", -2.5, "")
    if gathering(a.form) == "visit" or len(common) > 1:
        return ("same people", 2.0, words)
    if len(a.persons) > 1 and len(b.persons) > 1:
        return ("another counterpart", -2.0, words)
    if len(a.persons) != len(b.persons) and alike(a, b) < 0.25:
        return ("one of them the same, the counterpart named in one only", 0.2, words)
    return ("one of them the same", 1.0, words)


def of_offices(a: Profile, b: Profile) -> Iterator[Point]:
    """Where people are not named on both sides, their offices tell: a president's visit is not a minister's."""
    visit = gathering(a.form) == "visit"
    if a.offices and b.offices:
        if common := a.offices & b.offices:
            yield ("same office", 1.0, ", ".join(sorted(common)))
        else:
            yield ("another office", -2.0 if visit else -1.0, "")
    elif visit and ((a.offices and b.persons) or (b.offices and a.persons)) and a.by & b.by:
        yield ("who comes is named in one, the office in the other", VISITING, "")
    elif visit and (told_near(a, b) and not (a.by and b.by and not a.by & b.by)):
        yield ("a visit of those days, who comes named in one at most", VISITOR, "")


def of_hosts(a: Profile, b: Profile) -> Iterator[Point]:
    """Talks on the margins of an organisation's meeting are not that meeting."""
    if common := (a.hosts & (b.hosts | b.parties)) | (b.hosts & a.parties):
        yield ("gathering of the same organisation", 1.0, ", ".join(sorted(common)))
    elif (a.hosts and b.hosts) or (a.form != b.form and "talks" in (a.form, b.form)):
        yield ("not a gathering of that organisation", -2.0, ", ".join(sorted(a.hosts | b.hosts)))


def heads(a: Profile, b: Profile) -> bool:
    """True where one of two sittings of one day is called a summit and the other, naming nobody, is of the leaders."""
    if (a.persons and b.persons) or a.hosts or b.hosts:
        return False
    return gap(a.event, b.event) == 0 and all(of.form == "summit" or LEADERS & of.offices for of in (a, b))


def told_near(a: Profile, b: Profile) -> bool:
    return gap(a.around, b.around) <= 7 if known(a.around) and known(b.around) else False
