"""The differences that decide alone that two claims are two: another session, another day, another signature.

Every rule is a pure, symmetric function of two profiles: it returns the reason and the link that it leaves, or None.
"""

from __future__ import annotations

from servanda.ledger.days import UNKNOWN, gap, known
from servanda.ledger.likeness import alike, one_embassy, same_people
from servanda.ledger.profiles import EVENTS, Profile, gathering
from servanda.ledger.records import Reason
from servanda.model import Kind, Stage

SLACK = 1  # days: one event is dated by two time zones, or by the day of its report
SIGNED_APART = 92  # days between two signatures of one text that can still be one text misdated
STALE = 400  # days after which a text spoken of as unfinished is hardly the one signed before
UNFINISHED = (Stage.PROPOSED, Stage.NEGOTIATING, Stage.DISCUSSED, Stage.AGREED)
# Between things that are no events the kind is a matter of taste; an event is rarely taken for anything else.
NEAR_EVENTS = {
    frozenset(pair)
    for pair in (
        (Kind.MEETING, Kind.INSTITUTION),
        (Kind.MEETING, Kind.COOPERATION),
        (Kind.MEETING, Kind.EXERCISE),
        (Kind.EXERCISE, Kind.TRAINING),
        (Kind.EXERCISE, Kind.OPERATION),
    )
}
# Looked up once: a member of an enumeration costs more than the rest of a rule.
MEETING, STALLED, BEGUN = Kind.MEETING, Stage.STALLED, (Stage.ACTIVE, Stage.DONE)

Decided = tuple[Reason, str | None] | None


def deciding(a: Profile, b: Profile) -> tuple[Reason, str | None] | None:
    """Return the one difference that settles the matter, and the link it leaves, or None."""
    for rule in OF_EVENTS if a.kind in EVENTS or b.kind in EVENTS else OF_THINGS:
        if (found := rule(a, b)) is not None:
            return found
    return None


def nothing_shared(a: Profile, b: Profile) -> Decided:
    """Two things that are no events and share no word, item, body, sum, end or script cannot be told to be one."""
    if a.latin != b.latin or not a.title.words.keys().isdisjoint(b.title.words):
        return None
    if (
        one_embassy(a, b)
        or a.items & b.items
        or (a.orgs and b.orgs)
        or (a.title.amounts and b.title.amounts)
        or known(a.period)
    ):
        return None
    return Reason("nothing in common", -9), None


def other_parties(a: Profile, b: Profile) -> Decided:
    """Reports list the parties of one thing more or less fully; two of them at least must be the same."""
    if a.parties == b.parties:
        return None
    shared = a.parties & b.parties
    if len(shared) >= 2 and (2 * len(shared) >= len(a.parties | b.parties) or shared in (a.parties, b.parties)):
        return None
    return Reason("other parties", -9), None


def other_kind(a: Profile, b: Profile) -> Decided:
    if a.kind is b.kind or frozenset((a.kind, b.kind)) in NEAR_EVENTS:
        return None
    return Reason("other kind", -9, f"{a.kind} / {b.kind}"), None


def other_gathering(a: Profile, b: Profile) -> Decided:
    """A visit and the talks held during it are two, and so are a call and a meeting."""
    if not a.kind is b.kind is MEETING:
        return None
    if gathering(a.form) != gathering(b.form):
        return Reason("a visit and a sitting", -9), "during" if gap(a.event, b.event) == 0 else None
    return (Reason("a call and a meeting", -9), None) if a.telephone != b.telephone else None


def other_number(a: Profile, b: Profile) -> Decided:
    ours, theirs = a.title.ordinals, b.title.ordinals
    if not ours or not theirs or ours & theirs:
        return None
    return Reason("another number of the series", -9, f"{min(ours)} / {min(theirs)}"), "series"


def other_year(a: Profile, b: Profile) -> Decided:
    ours, theirs = a.title.years, b.title.years
    if not ours or not theirs or ours & theirs:
        return None
    return Reason("another year in the name", -9, f"{min(ours)} / {min(theirs)}"), followed(a, b)


def other_day(a: Profile, b: Profile) -> Decided:
    """Events on other days are other events, unless a number says that one was moved.

    One document tells days exactly.
    """
    if a.kind not in EVENTS or b.kind not in EVENTS:
        return None
    slack = 0 if a.document == b.document else SLACK
    if not known(a.event) or not known(b.event) or gap(a.event, b.event) <= slack or moved(a, b):
        return None
    return Reason("held on other days", -9), "series"


def over_before(a: Profile, b: Profile) -> Decided:
    """What one report tells as held, or as being held, had begun by then: what begins later is another event."""
    if a.kind not in EVENTS or b.kind not in EVENTS:
        return None
    for told, later in ((a, b), (b, a)):
        if told.stage not in BEGUN or told.told is None or later.event[0] is None:
            continue
        if told.told + SLACK < later.event[0]:
            return Reason("told as begun before the other was to begin", -9), "series"
    return None


def moved(a: Profile, b: Profile) -> bool:
    """True where a dated plan and a later date can be one event put off.

    The plan is not past when the other is told.
    """
    if a.title.ordinals & b.title.ordinals and gap(a.event, b.event) < STALE:
        return True
    put_off = STALLED in (a.stage, b.stage) and gap(a.event, b.event) < STALE
    return put_off and bool(same_people(a, b) or alike(a, b) >= 0.75)


def other_signature(a: Profile, b: Profile) -> Decided:
    """A text is signed once: two signatures far apart are two texts of one name."""
    if a.signed is b.signed is UNKNOWN:
        return None
    if known(a.signed) and known(b.signed) and gap(a.signed, b.signed) > SIGNED_APART:
        return Reason("signed on other days", -9), followed(a, b)
    for signed, other in ((a, b), (b, a)):
        last, unfinished = signed.signed[1], other.stage in UNFINISHED
        if unfinished and last is not None and other.told is not None and other.told - last > STALE:
            return Reason("spoken of as unfinished long after the other was signed", -9), followed(a, b)
    return None


def followed(a: Profile, b: Profile) -> str | None:
    """Return "successor" where two texts bear one name: one takes up the other."""
    return "successor" if a.kind is b.kind and a.form == b.form and alike(a, b) >= 0.75 else None


OF_THINGS = (nothing_shared, other_parties, other_number, other_year, other_signature)
OF_EVENTS = (other_parties, other_kind, other_gathering, other_number, other_year, other_day, over_before)
