"""What one document changes is found by going out from it, and is what a rebuild gives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_reports import FILED, Report, file, report, said
from servanda.ledger import Ledger

NAMES = (
    "trade accord",
    "Kavir trade accord",
    "Kavir Dunlan accord",
    "Dunlan accord",
    "port accord",
    "Kavir port works",
)
STAGES = ("discussed", "negotiating", "agreed", "signed")

told = st.tuples(
    st.sampled_from(range(len(NAMES))), st.sampled_from(STAGES), st.integers(0, 40), st.booleans(), st.booleans()
)


def reports_of(rows: list[tuple[int, str, int, bool, bool]]) -> list[Report]:
    """Return papers on two states that have much to do with one another: names alike, days near."""
    made: list[Report] = []
    for place, (name, stage, week, work, named) in enumerate(rows):
        kind, parties = ("project" if work else "instrument"), ("IND ITA" if place % 5 else "IND ITA JPN")
        slots = {"persons": ("Ram Das",)} if named else {}
        sentence = said(f"Paper {place} told of the {NAMES[name]}.", kind, stage, parties, NAMES[name], **slots)
        made.append(report(f"{2021 + week // 12}-{1 + week % 12:02}-11", sentence, publisher=f"Paper {place}"))
    return made


@settings(max_examples=8, deadline=None)
@given(st.lists(told, min_size=12, max_size=30), st.sets(st.integers(0, 11)))
def test_entries_made_paper_by_paper_are_those_of_a_rebuild(rows, gone):
    with Ledger.in_memory() as ledger:
        some = reports_of(rows)
        file(ledger, *some)
        for place in gone:
            ledger.file(some[place].source, [some[place].document], [], at=FILED, read_by=["rules"])

        assert () == ledger.check().problems
