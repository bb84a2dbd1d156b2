"""What a served ledger keeps count of is what its tables give, whatever is filed, taken back, judged or looked for."""

from __future__ import annotations

from collections import Counter
from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_reports import FILED, Report, file, report, said
from servanda.ledger import Ledger
from servanda.ledger.census import Census
from servanda.ledger.surveying import by_parties, facets

QUERIES = ("", "party:IND", "party:IND party:ITA", "kind:trade", "party:JPN status:overdue,open", "stage:signed,agreed")
TITLES = ("trade accord", "Kavir trade accord", "port works", "Kavir port works")
PARTIES = ("IND ITA", "IND JPN", "IND ITA JPN")
papers = st.tuples(
    st.sampled_from(TITLES),
    st.sampled_from(PARTIES),
    st.sampled_from(("instrument", "project", "trade")),
    st.sampled_from(("discussed", "agreed", "signed")),
    st.integers(0, 47),
)


def paper(place: int, told: tuple[str, str, str, str, int]) -> Report:
    title, parties, kind, stage, month = told
    slots = {"due": str(2022 + month % 5)} if place % 2 else {}
    sentence = said(f"Paper {place} told of the {title}.", kind, stage, parties, title, **slots)
    return report(f"{2021 + month // 12}-{1 + month % 12:02}-11", sentence, publisher=f"Paper {place}")


def served(ledger: Ledger) -> Ledger:
    return Ledger(ledger.engine.execution_options(census=Census()))


def told(ledger: Ledger, query: str) -> tuple[object, ...]:
    tally = Counter({(t.kind, t.status): t.count for t in ledger.tally(query)})
    promised = Counter({(t.kind, t.status): t.promised for t in ledger.tally(query)})
    made, rows = facets(ledger, query), Counter[object]()
    for *key, n in made.rows:
        rows[tuple(key)] += n
    return tally, +promised, rows, by_parties(ledger, query)


def check(plain: Ledger, kept: Ledger) -> None:
    for query in QUERIES:
        assert told(plain, query) == told(kept, query)


@settings(max_examples=10, deadline=None)
@given(st.lists(papers, min_size=4, max_size=9), st.sets(st.integers(0, 3)))
def test_what_is_kept_is_what_is_counted_anew_after_every_change(rows, gone):
    with Ledger.in_memory() as plain:
        kept, some = served(plain), [paper(place, row) for place, row in enumerate(rows)]
        check(plain, kept)
        for one in some:
            file(plain, one)
            check(plain, kept)
        for place in gone:
            plain.file(some[place].source, [some[place].document], [], at=FILED, read_by=["rules"])
            check(plain, kept)
        plain.rebuild()
        check(plain, kept)


def test_a_look_for_news_changes_what_is_kept():
    """What was due and never looked for again is unwatched; who looked knows it overdue."""
    with Ledger.in_memory() as plain:
        file(plain, paper(1, ("port works", "IND ITA", "project", "agreed", 0)))
        kept = served(plain)
        check(plain, kept)
        plain.look(("IND", "ITA"), "a newspaper", date.today().isoformat())
        check(plain, kept)
        assert {"overdue"} == {str(status) for status, n in kept.counts().items() if n}


def test_who_asks_for_another_day_is_told_of_that_day():
    with Ledger.in_memory() as plain:
        file(plain, paper(1, ("port works", "IND ITA", "project", "agreed", 0)))
        kept = served(plain)
        assert plain.counts("", "2021-02-01") == kept.counts("", "2021-02-01") != kept.counts()


def test_a_change_that_is_undone_is_not_counted():
    with Ledger.in_memory() as plain:
        file(plain, paper(0, ("port works", "IND ITA", "project", "agreed", 0)))
        kept = served(plain)
        check(plain, kept)
        with pytest.raises(RuntimeError), plain.writing() as connection:
            connection.exec_driver_sql("DELETE FROM entries")
            raise RuntimeError
        check(plain, kept)


@settings(max_examples=10, deadline=None)
@given(st.lists(papers, min_size=6, max_size=14), st.integers(1, 3), st.sampled_from(("2021-06-01", None)))
def test_the_last_of_each_status_and_the_series_of_a_party_are_the_same_from_what_is_kept(rows, limit, day):
    with Ledger.in_memory() as plain, patch("servanda.ledger.newest.WALKED", 1):
        file(plain, *(paper(place, row) for place, row in enumerate(rows)))
        plain.look(("IND", "ITA"), "a newspaper", date.today().isoformat())
        kept = served(plain)
        for query in ("party:IND", "party:JPN", "party:IND kind:project", "party:FRA"):
            assert plain.latest(query, limit, day) == kept.latest(query, limit, day)
            assert plain.series(query, day) == kept.series(query, day)
            assert plain.waits(query, day) == kept.waits(query, day)
