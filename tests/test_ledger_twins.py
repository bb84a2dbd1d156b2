"""What many papers print alike is compared once, and entries may be made later than claims are filed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ledger_reports import FILED, Report, file, report, said
from servanda.ledger import Ledger
from servanda.ledger.filing import Sourced
from servanda.ledger.schema import edges, twins
from servanda.problems import Problem

PORTS = said("India and Italy signed an accord on ports.", "instrument", "signed", "IND ITA", "accord on ports")
TALKS = said("They also held talks on radar.", "meeting", "done", "IND ITA", "talks on radar", when="2025-03-05")
VISIT = said("Earlier they spoke of ports.", "cooperation", "discussed", "IND ITA", "ports")
TEXTS = ((PORTS, TALKS), (PORTS, VISIT), (TALKS,), (VISIT, TALKS, PORTS))

papers = st.lists(
    st.tuples(st.sampled_from(range(len(TEXTS))), st.sampled_from(("2025-03-06", "2025-03-07", None))),
    min_size=2,
    max_size=9,
)
rulings = st.lists(st.tuples(st.sampled_from(("same", "different", "reject")), st.integers(0, 99), st.integers(0, 99)))


def printed(rows: list[tuple[int, str | None]]) -> list[Report]:
    return [report(day, *TEXTS[text], publisher=f"Paper {n}") for n, (text, day) in enumerate(rows)]


def everything(ledger: Ledger) -> list[object]:
    lines = ledger.entries(limit=None, as_of="2026-01-01")
    full = ledger.entries_in_full(lines, "2026-01-01")
    return sorted((e.id, e.title, e.status.name, tuple(sorted(f.id for f in e.claims))) for e in full)


def rebuilt_otherwise(ledger: Ledger) -> list[Problem]:
    """Return what a rebuild gave otherwise; two judgements that contradict each other are another matter."""
    return [problem for problem in ledger.check().problems if problem.cause == "rebuilt"]


def sourced(made: Report) -> Sourced:
    return Sourced(made.source, [made.document], made.claims)


def judge(ledger: Ledger, some: list[Report], told: list[tuple[str, int, int]]) -> None:
    """Pass judgements on claims by their place; those that need two claims and have one are left out."""
    ids = sorted(claim.id for made in some for claim in made.claims)
    for place, (verb, a, b) in enumerate(told[:3]):
        one, other = ids[a % len(ids)], ids[b % len(ids)]
        on = (one,) if verb == "reject" else (one, other)
        if len(set(on)) == (1 if verb == "reject" else 2):
            ledger.judge(verb, *on, by="A person", why="known", at=f"2026-01-1{place}T00:00:00Z")


@settings(max_examples=10, deadline=None)
@given(papers, rulings, st.randoms(use_true_random=False))
def test_reprints_give_the_same_entries_in_any_order_one_by_one_or_at_once(rows, told, random):
    some = printed(rows)
    shuffled = list(some)
    random.shuffle(shuffled)
    with Ledger.in_memory() as one, Ledger.in_memory() as other:
        file(one, *some)
        judge(one, some, told)
        half = len(shuffled) // 2
        other.file_many([sourced(made) for made in shuffled[:half]], at=FILED)
        other.settle()
        other.file_many([sourced(made) for made in shuffled[half:]], at=FILED)
        judge(other, some, told)
        other.settle()

        assert everything(one) == everything(other)
        assert [] == rebuilt_otherwise(one)
        assert [] == rebuilt_otherwise(other)


@settings(max_examples=8, deadline=None)
@given(papers, st.data())
def test_a_claim_that_is_no_longer_found_leaves_its_twins_where_a_rebuild_puts_them(rows, data):
    some = printed(rows)
    gone = data.draw(st.sets(st.sampled_from(range(len(some)))))
    with Ledger.in_memory() as ledger:
        file(ledger, *some)
        for place in sorted(gone):
            made = some[place]
            filing = ledger.file(made.source, [made.document], made.claims[1:], at=FILED, read_by=["rules"])
            assert 1 == filing.withdrawn

        assert () == ledger.check().problems


def test_a_text_printed_often_is_compared_once():
    with Ledger.in_memory() as ledger:
        file(ledger, *printed([(0, "2025-03-06")] * 30))
        with ledger.looking() as connection:
            compared = connection.execute(select(func.count()).select_from(edges)).scalar_one()
            held = connection.execute(select(func.count()).select_from(twins)).scalar_one()

        assert 58 == held
        assert compared <= 1
        assert [30, 30] == [line.claims for line in ledger.entries()]
        assert [1, 1] == [line.independent for line in ledger.entries()]


def test_a_person_tells_one_reprint_from_the_others():
    some = printed([(0, "2025-03-06")] * 4)
    with Ledger.in_memory() as ledger:
        file(ledger, *some)
        odd, other = some[2].claims[0].id, some[1].claims[0].id
        ledger.judge("different", odd, other, by="A person", why="a misprint")

        assert sorted([1, 3, 4]) == sorted(line.claims for line in ledger.entries())
        assert () == ledger.check().problems


def test_what_was_filed_and_not_made_is_made_by_whoever_opens_the_ledger_next(tmp_path: Path):
    path = tmp_path / "l.db"
    with Ledger.open(path) as ledger:
        ledger.file_many([sourced(made) for made in printed([(0, "2025-03-06"), (1, None)])])
        assert [] == ledger.entries()

    with Ledger.open(path) as ledger:
        assert 3 == len(ledger.entries())
        assert () == ledger.check().problems


def test_a_reader_does_not_wait_for_another_writer_to_make_the_entries(tmp_path: Path):
    path = tmp_path / "l.db"
    with Ledger.open(path) as ledger:
        ledger.file_many([sourced(made) for made in printed([(0, "2025-03-06")])])
    with sqlite3.connect(path, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with Ledger.open(path) as ledger:
            assert [] == ledger.entries()
        writer.execute("ROLLBACK")

    with Ledger.open(path) as ledger:
        assert 2 == len(ledger.entries())


def test_a_ledger_from_before_takes_twins(tmp_path: Path):
    path = tmp_path / "l.db"
    Ledger.open(path).close()
    with sqlite3.connect(path) as old:
        old.execute("DROP TABLE twins")
        old.execute("DROP TABLE pending")

    with Ledger.open(path) as ledger:
        file(ledger, *printed([(0, None), (0, None)]))
        assert () == ledger.check().problems
