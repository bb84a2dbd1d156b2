"""What makes a large ledger fast says the same as the long way round."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

from hypothesis import given, settings

from ledger_reports import FILED, Report, file, report, said
from servanda.ledger import Filed, Ledger, Line, Verdict
from servanda.ledger.days import last_day
from servanda.ledger.filing import card_of
from servanda.ledger.matching import compare
from servanda.ledger.profiles import profile
from servanda.ledger.reach import hopeless, settled_by_days
from servanda.ledger.spelling import Spellings
from test_ledger_invariants import reports


@settings(max_examples=25, deadline=None)
@given(reports)
def test_a_pair_is_left_uncompared_only_where_comparing_finds_nothing(some):
    with Ledger.in_memory() as ledger:
        file(ledger, *some)
        filed = [f for e in ledger.entries_in_full(ledger.entries(limit=None)) for f in e.claims]

    for one, other in combinations(map(profile, filed), 2):
        if hopeless(one, other) and not settled_by_days(one, other):
            match = compare(one, other)

            assert (Verdict.DIFFERENT, False) == (match.verdict, match.link == "successor")


def due(line: Line) -> tuple[bool, str, str]:
    return line.due is None, last_day(line.due) or "", line.id


@settings(max_examples=10, deadline=None)
@given(reports)
def test_the_indexes_of_a_dyad_say_what_the_long_way_says(some):
    """Two parties are answered from indexes of the dyad and of wider entries; one party by reading all of its own."""
    with Ledger.in_memory() as ledger:
        file(ledger, *some)
        for day in ("2024-01-11", "2024-07-05", "2026-01-01", "2030-01-01"):
            both = [line for line in ledger.entries("party:IND", None, as_of=day) if "JPN" in line.parties]
            dyad = "party:IND party:JPN"

            assert both == ledger.entries(dyad, None, as_of=day)
            assert both[1:3] == ledger.entries(dyad, 2, 1, day)
            assert sorted(both, key=due) == ledger.entries(f"{dyad} sort:due", None, as_of=day)
            assert Counter(line.status for line in both) == Counter(ledger.counts(dyad, day))
            assert both == ledger.latest(dyad, 50, day)
            assert set(ledger.latest(dyad, 1, day)) <= set(both)


def crowded(seed: int, count: int) -> list[Report]:
    """Return papers on two states that have much to do with one another: few words, near days, all slots."""
    rng = random.Random(seed)
    words = (
        "Kavir",
        "Dunlan",
        "Dunlans",
        "boatyard",
        "boat",
        "yard",
        "port",
        "trade",
        "goods",
        "maritime",
        "2024",
        "2025",
    )
    made: list[Report] = []
    for place in range(count):
        kind, form = rng.choice(
            (("trade", "export"), ("instrument", "agreement"), ("meeting", "talks"), ("project", None))
        )
        title = " ".join((*rng.sample(words, rng.randint(1, 3)), form or "project"))
        day = f"{rng.randint(2023, 2025)}-{rng.randint(1, 12):02}-11"
        slots = {"form": form, "when": rng.choice((None, day)), "due": rng.choice((None, None, "2025-06-30"))}
        slots |= {"persons": rng.choice(((), ("Ram Das",))), "where": rng.choice((None, "Rome"))}
        stage = rng.choice(("proposed", "discussed", "agreed", "signed", "active", "done"))
        sentence = said(f"Paper {place} told of {title}.", kind, stage, "IND ITA", title, **slots)
        made.append(report(day, sentence, publisher=f"Paper {place}"))
    return made


def test_no_pair_of_a_crowded_block_is_left_out_that_comparing_would_join():
    filed = [Filed(claim.id, claim, card_of(of.document, FILED), True) for of in crowded(5, 220) for claim in of.claims]
    known = [profile(one) for one in filed]
    spelt = Spellings(of.title for of in known)
    otherwise = [spelt.of(of.title) for of in known]
    joined = 0
    for a, b in combinations(range(len(known)), 2):
        match = compare(known[a], known[b])
        kept = match.verdict is not Verdict.DIFFERENT or match.link == "successor"
        joined += kept

        assert not (kept and hopeless(known[a], known[b]))
        assert not (kept and hopeless(known[a], known[b], otherwise[a].isdisjoint(known[b].title.words)))
    assert joined > 300
