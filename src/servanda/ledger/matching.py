"""Are two claims about the same undertaking? Scored rules, each with its reason.

``compare`` is a pure, symmetric function of two profiles: no clock, no store, no other
claims. First come the differences that decide alone (another session, another date,
another sum), then points are added up; what lies between the two marks goes to review
and is never merged silently.
"""

from __future__ import annotations

from collections.abc import Iterator

from servanda.codebook import rung
from servanda.ledger.days import gap, known, length
from servanda.ledger.likeness import alike, same_bodies, same_people, shared_bodies, shared_words
from servanda.ledger.naming import of_names
from servanda.ledger.profiles import CLOSE, EVENTS, REACHED, VAGUE, Profile, gathering
from servanda.ledger.records import Match, Reason, Verdict
from servanda.ledger.words import skeleton
from servanda.model import Kind, Stage

SAME = 4.0
REVIEW = 3.0
SLACK = 1  # days: one event is dated by two time zones, or by the day of its report
SIGNED_APART = 92  # days between two signatures of one text that can still be one text misdated
VAGUE_APART = 45  # days within which two general statements on one field are one
HALF_YEAR = 180
LONG_WORK = 270  # a text is negotiated and a work built for longer than a delivery takes
NAME = 3  # telling words that make a title a name
STALE = 400  # days after which a text spoken of as unfinished is hardly the one signed before

SINGLE = frozenset({Kind.INSTRUMENT, Kind.MEETING, Kind.EXERCISE, Kind.INSTITUTION})
KIND = -1.5
TEXT = -1.0  # an agreement on a work is not the work
PAPERS = frozenset({"agreement", "treaty", "memorandum", "framework", "roadmap", "statement"})
SUM = 2.5
DELIVERY = -2.0
GOODS = frozenset({"supply", "procurement", "export"})
CONFERRED = -2.5  # a forum or press conference on a day of talks is another event than the talks
WORKED_OUT = (Stage.PROPOSED, Stage.NEGOTIATING, Stage.DISCUSSED)
REPORTED_LATE = 31  # days by which a report may lag behind what it tells
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
NEAR_FORMS = (
    frozenset({"agreement", "treaty", "pact", "arrangement", "framework", "protocol"}),
    frozenset({"mou", "letter-of-intent", "arrangement", "agreement"}),
    frozenset({"roadmap", "action-plan", "framework"}),
    frozenset({"joint-statement", "declaration", "resolution"}),
    frozenset({"summit", "ministerial", "working-group", "dialogue", "talks"}),
    frozenset({"summit", "ministerial", "dialogue", "conference"}),
    frozenset({"visit", "mission"}),
    frozenset({"supply", "procurement", "export", "supply-chain"}),
    frozenset({"investment", "joint-venture", "loan", "grant"}),
    frozenset({"co-production", "co-development", "technology-transfer", "research"}),
    frozenset({"exercise", "patrol", "deployment"}),
)


def compare(a: Profile, b: Profile) -> Match:
    """Return whether two claims speak of the same undertaking, with every reason for and against."""
    if b.id < a.id:
        a, b = b, a
    if (decided := deciding(a, b)) is not None:
        reason, link = decided
        return Match(Verdict.DIFFERENT, 0.0, (reason,), link)
    reasons = tuple(points(a, b))
    score = round(sum(reason.points for reason in reasons), 2)
    verdict = Verdict.SAME if score >= SAME else Verdict.REVIEW if score >= REVIEW else Verdict.DIFFERENT
    return Match(verdict, score, reasons)


def deciding(a: Profile, b: Profile) -> tuple[Reason, str | None] | None:
    """Return the one difference that settles the matter, and the link it leaves, or None."""
    for rule in (
        nothing_shared,
        other_parties,
        other_kind,
        other_gathering,
        other_number,
        other_year,
        other_day,
        over_before,
        other_signature,
    ):
        if (found := rule(a, b)) is not None:
            return found
    return None


Decided = tuple[Reason, str | None] | None


def nothing_shared(a: Profile, b: Profile) -> Decided:
    """Two things that are no events and share no word, item, body, sum, end or script cannot be told to be one."""
    if a.kind in EVENTS or b.kind in EVENTS or a.latin != b.latin or not a.title.words.keys().isdisjoint(b.title.words):
        return None
    if a.items & b.items or (a.orgs and b.orgs) or (a.title.amounts and b.title.amounts) or known(a.period):
        return None
    return Reason("nothing in common", -9), None


def other_parties(a: Profile, b: Profile) -> Decided:
    """Reports list the parties of one thing more or less fully; two of them at least must be the same."""
    shared = a.parties & b.parties
    if a.parties == b.parties:
        return None
    if len(shared) >= 2 and (2 * len(shared) >= len(a.parties | b.parties) or shared in (a.parties, b.parties)):
        return None
    return Reason("other parties", -9), None


def other_kind(a: Profile, b: Profile) -> Decided:
    if a.kind is b.kind or not ({a.kind, b.kind} & EVENTS) or frozenset((a.kind, b.kind)) in NEAR_EVENTS:
        return None
    return Reason("other kind", -9, f"{a.kind} / {b.kind}"), None


def other_gathering(a: Profile, b: Profile) -> Decided:
    """A visit and the talks held during it are two, and so are a call and a meeting."""
    if Kind.MEETING is not a.kind or Kind.MEETING is not b.kind:
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
        if told.stage not in (Stage.ACTIVE, Stage.DONE) or told.told is None or later.event[0] is None:
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
    put_off = Stage.STALLED in (a.stage, b.stage) and gap(a.event, b.event) < STALE
    return put_off and bool(same_people(a, b) or alike(a, b) >= 0.75)


def other_signature(a: Profile, b: Profile) -> Decided:
    """A text is signed once: two signatures far apart are two texts of one name."""
    if known(a.signed) and known(b.signed) and gap(a.signed, b.signed) > SIGNED_APART:
        return Reason("signed on other days", -9), followed(a, b)
    for signed, other in ((a, b), (b, a)):
        last, unfinished = signed.signed[1], other.stage in UNFINISHED
        if unfinished and last is not None and other.told is not None and other.told - last > STALE:
            return Reason("spoken of as unfinished long after the other was signed", -9), followed(a, b)
    return None


def in_force_before(a: Profile, b: Profile) -> bool:
    """True where one report tells a text as in force while a later one still wishes for it or works it out.

    A text in force and its wished-for update are two.
    """
    if a.kind is not Kind.INSTRUMENT or b.kind is not Kind.INSTRUMENT or a.told is None or b.told is None:
        return False
    return any(
        old.stage is Stage.ACTIVE and new.stage in WORKED_OUT and (new.told or 0) + REPORTED_LATE >= (old.told or 0)
        for old, new in ((a, b), (b, a))
    )


def followed(a: Profile, b: Profile) -> str | None:
    """Return "successor" where two texts bear one name: one takes up the other."""
    return "successor" if a.kind is b.kind and a.form == b.form and alike(a, b) >= 0.75 else None


def points(a: Profile, b: Profile) -> Iterator[Reason]:
    """Yield every reason that counts, for and against."""
    yield from of_words(a, b)
    yield from of_sort(a, b)
    yield from of_names(a, b)
    yield from of_time(a, b)
    yield from of_place(a, b)
    if a.document == b.document:
        yield Reason("one document tells them apart", -1.0 if told_twice(a, b) else -4.0)
    if a.parties != b.parties:
        half = 2 * len(a.parties & b.parties) >= len(a.parties | b.parties)
        yield Reason("not quite the same parties", -1.0 if half else -1.5)


def told_twice(a: Profile, b: Profile) -> bool:
    """True where one document may well tell of one thing twice: agreed and signed, stopped, approved again.

    The next round of a meeting just held is another meeting, and the wished-for update
    of a text in force is another text.
    """
    if a.kind is not b.kind or (a.form and b.form and a.form != b.form) or a.kind in VAGUE or alike(a, b) < 0.75:
        return False
    if a.stage is b.stage:
        return a.kind not in EVENTS and known(a.when) and known(b.when) and gap(a.when, b.when) > SLACK
    if {a.stage, b.stage} & {Stage.STALLED, Stage.ENDED}:
        return True
    lower, higher = sorted((a, b), key=lambda of: rung(of.stage))
    earlier = known(lower.when) and (not known(higher.when) or (lower.when[1] or 0) <= (higher.when[1] or 0))
    return a.kind not in EVENTS and (earlier or rung(lower.stage) >= rung(Stage.AGREED))


def of_words(a: Profile, b: Profile) -> Iterator[Reason]:
    shared = shared_words(a, b)
    telling = sum(weight for word, weight in shared.items() if weight >= 0.6 and not named_elsewhere(word, a, b))
    top = 3.0 if a.kind in EVENTS and b.kind in EVENTS else 5.0
    if telling >= 1.0 or (one_at_a_time(a, b) and same_bodies(a, b)):
        full = 1.0
    elif one_wording(a, b):
        full = 0.75
    else:
        full = 0.5 if not telling or not one_at_a_time(a, b) else 0.75
    yield Reason("title", round(top * alike(a, b, shared) * full, 2), ", ".join(sorted(shared)[:6]))
    if named_by_body(a, b):
        yield Reason("named by its body alone", 1.0)
    if a.latin != b.latin and a.kind in EVENTS and b.kind in EVENTS and telling < 1.0:
        yield Reason("titles in other scripts share fewer words", 0.7)
    if a.items and b.items and a.items & b.items:
        yield Reason("items", 1.0, ", ".join(sorted(a.items & b.items)[:4]))
    if a.title.ordinals & b.title.ordinals:
        yield Reason("same number", 1.5)
    if a.title.years & b.title.years:
        yield Reason("same year in the name", 0.5)
    yield from of_sums(a, b)


def named_by_body(a: Profile, b: Profile) -> bool:
    """True where one title has nothing but the body to tell by ("the deal with the bank"), told within half a year."""
    if a.kind is not b.kind or a.kind in EVENTS or a.form != b.form or not same_bodies(a, b):
        return False
    bodies, apart = a.org_words | b.org_words, told_apart(a, b)
    bare = any(all(weight < 0.6 or word in bodies for word, weight in of.title.words.items()) for of in (a, b))
    return bare and apart is not None and apart <= HALF_YEAR


def one_wording(a: Profile, b: Profile) -> bool:
    """True where two documents of the same days say one thing in the same words, however general they are."""
    apart = told_apart(a, b)
    if a.kind is not b.kind or a.kind in EVENTS or apart is None or apart > 7 or a.document == b.document:
        return False
    return a.title.words.keys() == b.title.words.keys()


def of_sums(a: Profile, b: Profile) -> Iterator[Reason]:
    """Points for sums of money and for numbers of pieces; a sum tells one delivery from the standing trade."""
    if a.title.amounts and b.title.amounts:
        yield Reason("same sum", SUM) if same_sum(a, b) else Reason("another sum", -3.0)
    elif a.title.amounts or b.title.amounts:
        goods = a.kind is b.kind is Kind.TRADE and bool({a.form, b.form} & GOODS)
        yield Reason("a sum in one only", DELIVERY if goods else -0.5)
    if a.title.counts and b.title.counts:
        same = a.title.counts & b.title.counts
        yield Reason("same number of pieces", 1.0) if same else Reason("another number of pieces", -2.0)


def same_sum(a: Profile, b: Profile) -> bool:
    """True where any sum of one title is within a twentieth of one of the other's."""
    return any(abs(x - y) <= 0.05 * max(x, y) for x in a.title.amounts for y in b.title.amounts)


def one_at_a_time(a: Profile, b: Profile) -> bool:
    """True for kinds of which two states have one at a time in a field: a trade agreement, but not a loan."""
    return a.kind in SINGLE and b.kind in SINGLE


def named_elsewhere(word: str, a: Profile, b: Profile) -> bool:
    """True for a title's word that names a place, person or body, which have rules of their own."""
    if word in a.org_words or word in b.org_words:
        return True
    if not (a.place or b.place or a.persons or b.persons):
        return False
    bone = skeleton(word)
    return bone in a.place or bone in b.place or bone in a.names or bone in b.names


def text_of(of: Profile) -> bool:
    """True where a title speaks of a text to be signed rather than of what it is about."""
    return of.kind is Kind.INSTRUMENT or not PAPERS.isdisjoint(of.title.words)


def of_sort(a: Profile, b: Profile) -> Iterator[Reason]:
    if a.domains and b.domains and not a.domains & b.domains:
        yield Reason("another field", -0.5)
    if a.kind is not b.kind:
        general = a.kind in VAGUE or b.kind in VAGUE
        yield Reason("another kind", -1.5 if general else KIND, f"{a.kind} / {b.kind}")
        if text_of(a) != text_of(b):
            yield Reason("the text and the thing", TEXT)
        return
    if a.form and b.form and a.form == b.form:
        yield Reason("same form", 0.5, a.form)
    elif a.form and b.form and not any({a.form, b.form} <= near for near in NEAR_FORMS):
        apart = CONFERRED if {a.form, b.form} == {"conference", "talks"} else -1.0
        yield Reason("another form", apart, f"{a.form} / {b.form}")


def of_time(a: Profile, b: Profile) -> Iterator[Reason]:
    if a.kind in EVENTS and b.kind in EVENTS:
        yield from of_event(a, b)
    elif known(a.signed) and known(b.signed):
        yield (
            Reason("signed on the same day", 1.5)
            if gap(a.signed, b.signed) <= SLACK
            else Reason("signed within weeks", 0.3)
        )
    if came_together(a, b):
        yield Reason("came into being on the same days", 1.0)
    if in_force_before(a, b):
        yield Reason("in force before the other was worked out", -2.0)
    if a.form == b.form == "joint-statement" and (told_apart(a, b) or 0) <= 7 and a.parties == b.parties:
        yield Reason("one joint statement at a time", 1.0)
    if reached_when_due(a, b) or reached_when_due(b, a):
        yield Reason("came when the other said it was due", 1.5)
    if a.period[1] is not None and a.period[1] == b.period[1]:
        yield Reason("runs to the same day", 1.5)
    apart = told_apart(a, b)
    if apart is None:
        return
    general = (a.kind in VAGUE or b.kind in VAGUE) and not (a.kind is b.kind is Kind.TRAINING and one_name_borne(a, b))
    if (general and apart > VAGUE_APART) or (mere_wishes(a, b) and apart > STALE):
        yield Reason("general words at another time", -2.5, f"{apart} days")
    elif apart <= (7 if a.kind in EVENTS else VAGUE_APART):
        yield Reason("told in the same days" if apart <= 7 else "told within weeks", 0.7)
    elif apart > (LONG_WORK if one_at_a_time(a, b) or a.kind is b.kind is Kind.PROJECT else HALF_YEAR) and not (
        known(a.signed) and known(b.signed)
    ):
        thin = 2.0 if sum(shared_words(a, b).values()) < 1.5 else 1.0
        years = 0.5 if apart <= STALE else 1.0 if apart <= 2 * STALE else 1.5
        yield Reason("told long apart", -thin * years, f"{apart} days")


def came_together(a: Profile, b: Profile) -> bool:
    """True for two texts of which at least one is told as in force, that both reports date to the same month or day."""
    if not (a.kind is b.kind is Kind.INSTRUMENT) or (known(a.signed) and known(b.signed)):
        return False
    lengths = [n for n in (length(a.reached), length(b.reached)) if n is not None]
    return len(lengths) == 2 and max(lengths) <= CLOSE and gap(a.reached, b.reached) <= SLACK


def one_name_borne(a: Profile, b: Profile) -> bool:
    """True where two titles share so many telling words that they are a name: a scholarship programme, a corridor."""
    shared = shared_words(a, b)
    return alike(a, b, shared) >= 0.75 and sum(weight >= 1.0 for weight in shared.values()) >= NAME


def mere_wishes(a: Profile, b: Profile) -> bool:
    """True for trade or projects that both reports only wish for or talk about, without a sum, body or place."""
    if one_at_a_time(a, b) or a.kind in EVENTS or {a.stage, b.stage} - {Stage.PROPOSED, Stage.DISCUSSED}:
        return False
    return not (a.title.amounts & b.title.amounts or a.place & b.place or (a.orgs and shared_bodies(a, b)))


def reached_when_due(plan: Profile, done: Profile) -> bool:
    """True where one claim dates a thing's conclusion within the days, closely told, for which the other planned it."""
    days = length(plan.due)
    if plan.kind in EVENTS or days is None or days > CLOSE or plan.stage in REACHED:
        return False
    return known(done.reached) and gap(plan.due, done.reached) <= SLACK


def told_apart(a: Profile, b: Profile) -> int | None:
    """Return the days between the times of which two claims speak, None where one is unknown."""
    return gap(a.around, b.around) if known(a.around) and known(b.around) else None


def of_event(a: Profile, b: Profile) -> Iterator[Reason]:
    """Points for the days of two events; what is not dated is near the day of its report."""
    if known(a.event) and known(b.event):
        lengths = [n for n in (length(a.event), length(b.event)) if n is not None]
        exact = len(lengths) == 2 and max(lengths) <= 14
        same = gap(a.event, b.event) <= SLACK
        yield Reason("same days", 2.5 if exact else 1.5) if same else Reason("moved to other days", -0.5)
        return
    if planned_after(a, b) or planned_after(b, a):
        yield Reason("planned after the other was held", -2.5)
    elif (apart := told_apart(a, b)) is not None:
        if apart <= 10:
            yield Reason("around the same days", 1.2)
        elif apart > 120:
            yield Reason("at another time", -2.0, f"{apart} days")


def planned_after(plan: Profile, done: Profile) -> bool:
    """True where one report still plans what, days before, the other told as held: that is the next one."""
    if plan.stage not in UNFINISHED or done.stage is not Stage.DONE or plan.told is None:
        return False
    held = done.around[1]
    return held is not None and plan.told > held + SLACK


def of_place(a: Profile, b: Profile) -> Iterator[Reason]:
    if not a.place or not b.place:
        return
    if a.place & b.place:
        yield Reason("same place", 0.7)
    elif a.place_codes and b.place_codes:
        if a.place_codes & b.place_codes:
            yield Reason("same country", 0.4)
        elif a.kind in EVENTS:
            yield Reason("another country", -3.0)
