"""Are two claims about the same undertaking? Scored rules, each with its reason.

``compare`` is a pure, symmetric function of two profiles: no clock, no store, no other
claims. First come the differences that decide alone (another session, another date,
another sum), then points are added up; what lies between the two marks goes to review
and is never merged silently. ``weighed`` says the same of a pair without the reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import starmap

from servanda.codebook import rung
from servanda.ledger.days import gap, known
from servanda.ledger.deciding import SLACK, deciding
from servanda.ledger.likeness import (
    Point,
    alike,
    one_embassy,
    other_field,
    same_bodies,
    same_people,
    shared_bodies,
    shared_words,
)
from servanda.ledger.naming import of_names
from servanda.ledger.profiles import EVENTS, VAGUE, Profile
from servanda.ledger.records import Match, Reason, Verdict
from servanda.ledger.timing import (
    HALF_YEAR,
    VAGUE_APART,
    a_formal_day,
    in_full,
    of_time,
    one_at_a_time,
    settled_together,
    told_apart,
)
from servanda.ledger.words import skeleton
from servanda.model import Kind, Stage

# Looked up once: a member of an enumeration costs more than the rest of a rule.
INSTRUMENT, PROJECT = Kind.INSTRUMENT, Kind.PROJECT
SAME = 4.0
REVIEW = 3.0

SORT = -0.5  # less where both bear one name
KIND = -1.5  # what is no event is called by one kind or another as a matter of taste
CHANGES = frozenset({"resumption", "extens", "renew", "prolong", "revis", "amend", "upgrad"})
CHANGE = -1.0
PART = -2.0  # the third tranche is a part of the loan, the second phase of the works
WIDE = 5  # parties: a text that so many share is one of few
TEXT = -1.0  # an agreement on a work is not the work
PAPERS = frozenset({"agreement", "treaty", "memorandum", "framework", "roadmap", "statement"})
SUM = 2.5
ODD = 1.0  # more for a sum that is no round one
TOLD = 0.5  # more for a sum told twice in a week
DELIVERY = -2.0  # a sum tells one delivery from the standing trade
BARE = 1.25  # more for the deal, the pact, told in the weeks of another report
EMBASSY = 3.0
MANY = ("mou", "letter-of-intent")
HEADLINE = 0.3  # a headline tells again what the text below it tells
GOODS = frozenset({"supply", "procurement", "export"})
CONFERRED = -2.5  # a forum or press conference on a day of talks is another event than the talks
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
    frozenset({"training", "capacity-building"}),
)


def compare(a: Profile, b: Profile) -> Match:
    """Return whether two claims speak of the same undertaking, with every reason for and against."""
    if b.id < a.id:
        a, b = b, a
    if (decided := deciding(a, b)) is not None:
        reason, link = decided
        return Match(Verdict.DIFFERENT, 0.0, (reason,), link)
    told = tuple(points(a, b))
    score = added_up(told)
    verdict = Verdict.SAME if score >= SAME else Verdict.REVIEW if score >= REVIEW else Verdict.DIFFERENT
    return Match(verdict, score, tuple(starmap(Reason, told)))


def weighed(a: Profile, b: Profile) -> tuple[float | None, str | None]:
    """Return the score of two claims, None where one difference decides, and how two different things belong."""
    if b.id < a.id:
        a, b = b, a
    if (decided := deciding(a, b)) is not None:
        return None, decided[1]
    return added_up(points(a, b)), None


def added_up(told: Iterable[Point]) -> float:
    return round(sum([worth for _, worth, _ in told]), 2)


def points(a: Profile, b: Profile) -> Iterator[Point]:
    """Yield every reason that counts, for and against."""
    shared, apart = shared_words(a, b), told_apart(a, b)
    yield from of_words(a, b, shared, apart)
    yield from of_sort(a, b, shared)
    if a.kind is INSTRUMENT or b.kind is INSTRUMENT:
        yield from of_change(a, b)
    yield from of_names(a, b)
    yield from of_time(a, b, shared, apart)
    if a.place and b.place:
        yield from of_place(a, b)
    if a.document == b.document:
        yield from of_one_document(a, b)
    if a.parties != b.parties:
        half = 2 * len(a.parties & b.parties) >= len(a.parties | b.parties)
        yield ("not quite the same parties", -1.0 if half else -1.5, "")
    elif len(a.parties) >= WIDE and a.kind is b.kind is INSTRUMENT:
        yield ("between the same many parties", 1.0, f"{len(a.parties)}")


def of_one_document(a: Profile, b: Profile) -> Iterator[Point]:
    """One document tells two things apart, but a headline tells what the text below tells again."""
    if a.headline != b.headline:
        yield ("the headline and the text below", HEADLINE, "")
    else:
        yield ("one document tells them apart", -1.0 if told_twice(a, b) else -4.0, "")


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


def of_words(a: Profile, b: Profile, shared: Mapping[str, float], apart: int | None) -> Iterator[Point]:
    """Points for the words that two titles share; ``apart`` are the days between the reports."""
    events, telling = a.kind in EVENTS and b.kind in EVENTS, told_by(a, b, shared) if shared else 0.0
    full = how_far_words_count(a, b, telling, apart)
    top = 3.0 if events else 5.0
    yield ("title", round(top * alike(a, b, shared) * full, 2), ", ".join(sorted(shared)[:6]))
    if not events and a.kind is b.kind:
        yield from of_the_bare(a, b, apart)
    if a.latin != b.latin and events and telling < 1.0:
        yield ("titles in other scripts share fewer words", 0.7, "")
    if a.items and b.items and a.items & b.items:
        yield ("items", 1.0, ", ".join(sorted(a.items & b.items)[:4]))
    if a.title.numbered or b.title.numbered:
        yield from of_numbers(a, b)


def told_by(a: Profile, b: Profile, shared: Mapping[str, float]) -> float:
    """Return what shared words weigh that are no names: those of places, people and bodies have rules of their own."""
    bodies, bones = a.org_words | b.org_words, a.place | b.place | a.names | b.names
    own = [word for word, weight in shared.items() if weight >= 0.6 and word not in bodies]
    return sum([shared[word] for word in own if not bones or skeleton(word) not in bones])


def how_far_words_count(a: Profile, b: Profile, telling: float, apart: int | None) -> float:
    """Return the part of the points for a title that its words are worth: general ones tell little."""
    if telling >= 1.0:
        return 1.0
    single = one_at_a_time(a, b)
    if single and same_bodies(a, b):
        return 1.0
    return 0.75 if (single and telling) or one_wording(a, b, apart) else 0.5


def of_the_bare(a: Profile, b: Profile, apart: int | None) -> Iterator[Point]:
    """Points for two things of one kind of which one title names nothing but the body or place, or nothing at all."""
    if apart is None or apart > HALF_YEAR:
        return
    if one_embassy(a, b):
        yield ("a state has one embassy at another", EMBASSY, "")
    elif a.orgs and b.orgs and near_forms(a.form, b.form) and named_by_body(a, b):
        yield ("named by its body alone", 1.0 if len(shared_bodies(a, b)) == 1 else BARE, "")
    elif a.kind is PROJECT and a.form == b.form and named_by_place(a, b):
        yield ("named by its place alone", 1.0, "")
    elif a.kind is INSTRUMENT and unnamed(a, b, apart):
        yield ("the deal, without a name", BARE, "")


def of_numbers(a: Profile, b: Profile) -> Iterator[Point]:
    """Points for the numbers in two titles: of a series, years, sums and pieces."""
    if a.title.ordinals & b.title.ordinals:
        yield ("same number", 1.5, "")
    elif (a.title.ordinals or b.title.ordinals) and not one_at_a_time(a, b):
        yield ("a number in one only", PART, "")
    if a.title.years & b.title.years:
        yield ("same year in the name", 0.5, "")
    yield from of_sums(a, b)


def named_by_body(a: Profile, b: Profile) -> bool:
    """True where one title has nothing but the body to tell by ("the deal with the bank")."""
    if not same_bodies(a, b):
        return False
    bodies = a.org_words | b.org_words
    return any(all(weight < 0.6 or word in bodies for word, weight in of.title.words.items()) for of in (a, b))


def named_by_place(a: Profile, b: Profile) -> bool:
    """True where one title of a work has nothing but the place to tell by ("the Chabahar project")."""
    shared = (a.place_words | b.place_words) & a.title.words.keys() & b.title.words.keys()
    return bool(shared) and any(
        all(weight < 0.6 or word in shared for word, weight in of.title.words.items()) for of in (a, b)
    )


def unnamed(a: Profile, b: Profile, apart: int) -> bool:
    """True where one report of these weeks only says "the deal", "the pact", and the other names no other form.

    Memoranda are signed by the dozen: one without a name may be any of them.
    """
    if apart > VAGUE_APART or (a.form and b.form and a.form != b.form) or a.form in MANY:
        return False
    if a.title.numbered or b.title.numbered:
        return False
    bare = sum(all(weight < 0.6 for weight in of.title.words.values()) for of in (a, b))
    return bare == 1 or (bare == 2 and apart <= 7)


def one_wording(a: Profile, b: Profile, apart: int | None) -> bool:
    """True where two documents of the same days say one thing in the same words, however general they are."""
    if a.kind is not b.kind or a.kind in EVENTS or apart is None or apart > 7 or a.document == b.document:
        return False
    return a.title.words.keys() == b.title.words.keys()


def of_sums(a: Profile, b: Profile) -> Iterator[Point]:
    """Points for sums of money and for numbers of pieces; a sum tells one delivery from the standing trade."""
    if a.title.amounts and b.title.amounts:
        sure = SUM + ODD * odd_sum(a, b) + TOLD * (told_apart(a, b) in range(8))
        yield ("same sum", sure, "") if same_sum(a.title.amounts, b.title.amounts) else ("another sum", -3.0, "")
    elif a.title.amounts or b.title.amounts:
        goods = a.kind is b.kind is Kind.TRADE and bool({a.form, b.form} & GOODS) and not settled_together(a, b)
        yield ("a sum in one only", DELIVERY if goods else -0.5, "")
    if a.title.counts and b.title.counts:
        same = a.title.counts & b.title.counts
        yield ("same number of pieces", 1.0, "") if same else ("another number of pieces", -2.0, "")


def same_sum(ours: Iterable[float], theirs: Iterable[float]) -> bool:
    """True where any sum is within three in a hundred of one of the others."""
    return any(abs(x - y) <= 0.03 * max(x, y) for x in ours for y in theirs)


def odd_sum(a: Profile, b: Profile) -> bool:
    """True where both name a sum that is no round number: 337 million is as good as a name, 300 million is not."""
    return any(int(f"{sum_:.2e}".replace(".", "")[:3]) % 5 for sum_ in a.title.amounts & b.title.amounts)


def of_change(a: Profile, b: Profile) -> Iterator[Point]:
    """A text and its revival, extension or review are two undertakings."""
    ours, theirs = CHANGES.intersection(a.title.words), CHANGES.intersection(b.title.words)
    if bool(ours) != bool(theirs):
        yield ("a text and its change", CHANGE, ", ".join(sorted(ours | theirs)))


def text_of(of: Profile) -> bool:
    """True where a title speaks of a text to be signed rather than of what it is about."""
    return of.kind is INSTRUMENT or not PAPERS.isdisjoint(of.title.words)


def of_sort(a: Profile, b: Profile, shared: Mapping[str, float]) -> Iterator[Point]:
    if other_field(a, b):
        yield ("another field", -0.5, "")
    if a.kind is not b.kind:
        yield ("another kind", SORT if in_full(a, b, shared) else KIND, f"{a.kind} / {b.kind}")
        if text_of(a) != text_of(b) and len(shared_bodies(a, b)) < 2:
            yield ("the text and the thing", TEXT, "")
        return
    if a.form and b.form and a.form == b.form:
        yield ("same form", 0.5, a.form)
    elif not near_forms(a.form, b.form):
        apart = CONFERRED if {a.form, b.form} == {"conference", "talks"} else -1.0
        yield ("another form", apart, f"{a.form} / {b.form}")


@cache
def near_forms(one: str | None, other: str | None) -> bool:
    """True for forms of which reports call a thing by one or the other, and where one does not say."""
    return not one or not other or one == other or any(one in near and other in near for near in NEAR_FORMS)


def of_place(a: Profile, b: Profile) -> Iterator[Point]:
    if a.place & b.place:
        yield ("same place", 0.7, "")
    elif a.place_codes and b.place_codes:
        if a.place_codes & b.place_codes:
            yield ("same country", 0.4, "")
        elif a.kind in EVENTS:
            yield ("another country", -1.0 if same_people(a, b) or a_formal_day(a, b) else -3.0, "")
