"""Design section 2 as properties: any order gives the same ledger, twice is harmless, nothing is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_reports import Report, file, report, said
from servanda.ledger import Ledger

PARTIES = ("IND ITA", "IND JPN", "IND ITA JPN")
TITLES = (
    "agreement on ports",
    "ports and shipping agreement",
    "defence roadmap",
    "joint action plan 2025-29",
    "joint action plan 2030-34",
    "10th session of the mining group",
    "11th session of the mining group",
    "visit of the minister",
    "talks on radar",
    "bilateral cooperation",
)
DAYS = ("2024-01-10", "2024-01-12", "2024-06-30", "2025-03-05", None)
STAGES = ("proposed", "negotiating", "agreed", "signed", "done", "stalled", "ended")
KINDS = ("instrument", "meeting", "cooperation", "trade")

sentences = st.builds(
    lambda kind, stage, parties, title, when, due, number: said(
        f"Sentence {number}: {title}.", kind, stage, parties, title, when=when, due=due, review=number % 5 == 0
    ),
    st.sampled_from(KINDS),
    st.sampled_from(STAGES),
    st.sampled_from(PARTIES),
    st.sampled_from(TITLES),
    st.sampled_from(DAYS),
    st.sampled_from(DAYS),
    st.integers(0, 99),
)


def made(number: int, day: str | None, publisher: str, what: list[tuple[str, dict[str, object]]]) -> Report:
    own = [(f"{number}-{place} {sentence}", slots) for place, (sentence, slots) in enumerate(what)]
    return report(day, *own, publisher=publisher)


reports = st.lists(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(("A", "B")), st.lists(sentences, min_size=1, max_size=3)),
    min_size=1,
    max_size=8,
).map(lambda rows: [made(number, *row) for number, row in enumerate(rows)])


def everything(ledger: Ledger) -> list[object]:
    lines = ledger.entries(limit=None, as_of="2026-01-01")
    full = ledger.entries_in_full(lines, "2026-01-01")
    return [
        (e.id, e.title, e.status, e.history, sorted(f.id for f in e.claims)) for e in sorted(full, key=lambda e: e.id)
    ]


@settings(max_examples=10, deadline=None)
@given(reports, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_ledger(some, random):
    shuffled = list(some)
    random.shuffle(shuffled)
    with Ledger.in_memory() as one, Ledger.in_memory() as other:
        file(one, *some)
        file(other, *shuffled)

        assert everything(one) == everything(other)


@settings(max_examples=10, deadline=None)
@given(reports)
def test_a_rebuild_gives_what_adding_one_by_one_gave(some):
    with Ledger.in_memory() as ledger:
        file(ledger, *some)

        assert () == ledger.check().problems


@settings(max_examples=10, deadline=None)
@given(reports)
def test_adding_twice_changes_nothing(some):
    with Ledger.in_memory() as ledger:
        file(ledger, *some)
        before = everything(ledger)
        again = file(ledger, *some)

        assert (0, 0, 0) == (
            sum(f.documents for f in again),
            sum(f.claims for f in again),
            sum(f.withdrawn for f in again),
        )
        assert before == everything(ledger)


@settings(max_examples=10, deadline=None)
@given(reports)
def test_every_claim_stands_in_exactly_one_entry(some):
    with Ledger.in_memory() as ledger:
        file(ledger, *some)
        full = ledger.entries_in_full(ledger.entries(limit=None))
        standing = [f.id for e in full for f in e.claims]

        assert sorted({c.id for r in some for c in r.claims}) == sorted(standing)


@settings(max_examples=10, deadline=None)
@given(reports)
def test_every_id_that_ever_was_finds_its_entry(some):
    with Ledger.in_memory() as ledger:
        ids = set()
        for one in some:
            file(ledger, one)
            ids |= {line.id for line in ledger.entries(limit=None)}

        assert all(ledger.entry(known) for known in ids)


@settings(max_examples=10, deadline=None)
@given(reports)
def test_the_table_and_the_rules_give_one_status(some):
    with Ledger.in_memory() as ledger:
        file(ledger, *some)
        for day in ("2024-01-11", "2024-07-05", "2026-01-01", "2030-01-01"):
            lines = ledger.entries(limit=None, as_of=day)

            assert [line.status for line in lines] == [e.status.name for e in ledger.entries_in_full(lines, day)]


def test_a_rebuild_shared_by_several_processes_gives_the_same(tmp_path, monkeypatch):
    some = [
        made(n, DAYS[n % 4], "A", [said(f"Sentence {n}.", KINDS[n % 4], "agreed", PARTIES[n % 3], TITLES[n % 10])])
        for n in range(40)
    ]
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        file(ledger, *some)
        monkeypatch.setattr("servanda.ledger.rebuilding.LARGE", 1)

        assert () == ledger.check().problems
