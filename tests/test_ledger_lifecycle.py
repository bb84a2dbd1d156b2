"""Claims folded by date into a history."""

from __future__ import annotations

from itertools import permutations

import pytest

from ledger_reports import Report, ledger_of, report, said
from servanda.ledger import Entry
from servanda.ledger.lifecycle import history
from servanda.model import Stage

PORTS = ("IND ITA", "agreement on ports")


def only(*reports: Report, as_of: str = "2026-01-01") -> Entry:
    ledger = ledger_of(*reports)
    [line] = ledger.entries(as_of=as_of)
    return ledger.entry(line.id, as_of)


def ports(day: str | None, stage: str, words: str = "", publisher: str = "The Gazette", **slots: object) -> Report:
    return report(
        day,
        said(words or f"Of {day}, {stage}.", "instrument", stage, *PORTS, form="agreement", **slots),
        publisher=publisher,
    )


def test_a_history_goes_by_the_dates_of_what_happened_not_of_the_reports():
    entry = only(
        ports("2025-04-10", "signed", when="2025-04-08"), ports("2025-06-01", "negotiating", when="2024-11-18")
    )

    assert [Stage.NEGOTIATING, Stage.SIGNED] == [step.stage for step in entry.history.steps]
    assert Stage.SIGNED == entry.stage


def test_a_history_does_not_depend_on_the_order_of_its_claims():
    entry = only(ports("2024-11-19", "negotiating"), ports("2025-04-10", "signed"), ports("2025-05-01", "stalled"))

    assert 1 == len({repr(history(claims)) for claims in permutations(entry.claims)})


def test_a_backward_report_is_a_conflict_and_no_regression():
    entry = only(ports("2025-04-10", "signed", when="2025-04-08"), ports("2025-06-01", "negotiating"))
    [conflict] = entry.history.conflicts

    assert Stage.SIGNED == entry.stage
    assert ("stage", "Of 2025-06-01, negotiating.") == (conflict.on, conflict.second.quotation.words)


def test_two_dates_for_one_signature_are_flagged_with_both_quotations():
    """
    The roadmap was finalised in 2019. / The roadmap was signed on 4 February 2020.
    """
    entry = only(
        report(
            "2021-03-26",
            said(
                "The roadmap was finalised in 2019.",
                "instrument",
                "signed",
                "IND KOR",
                "defence industry roadmap",
                form="roadmap",
                when="2019",
            ),
        ),
        report(
            "2020-02-05",
            said(
                "The roadmap was signed on 4 February.",
                "instrument",
                "signed",
                "IND KOR",
                "roadmap on defence industry",
                form="roadmap",
                when="2020-02-04",
            ),
        ),
    )
    [conflict] = entry.history.conflicts

    assert "date" == conflict.on
    assert {"The roadmap was finalised in 2019.", "The roadmap was signed on 4 February."} == {
        conflict.first.quotation.words,
        conflict.second.quotation.words,
    }


def test_the_same_stage_told_by_two_papers_is_one_step_with_two_evidences():
    entry = only(
        ports("2025-04-10", "signed", "Signed in Rome.", "A"), ports("2025-04-12", "signed", "They signed it.", "B")
    )

    [step] = entry.history.steps
    assert 2 == len(step.evidence)
    assert 2 == entry.history.independent


def test_texts_of_unknown_publishers_count_as_one():
    """Nobody knows that they are independent of one another."""
    one, two, known = (
        ports(f"2025-04-1{n}", "signed", f"Signed, {n}.", name) for n, name in enumerate((None, None, "A"))
    )

    assert 1 == only(one, two).history.independent
    assert 2 == only(one, two, known).history.independent


def test_a_text_printed_by_two_papers_counts_once():
    words = (
        "The two ministers said on Tuesday in Rome that the agreement on ports had been signed after long talks "
        "between both sides and that it would be laid before parliament soon."
    )
    entry = only(ports("2025-04-10", "signed", words, "A"), ports("2025-04-11", "signed", words, "B"))

    assert 1 == entry.history.independent


def test_a_restated_due_date_is_a_slip():
    entry = only(
        ports("2024-09-01", "negotiating", due="2024-11-30"),
        ports("2024-12-05", "negotiating", due="2025-04-30"),
        ports("2025-05-02", "negotiating", due="2025-06-30"),
    )

    assert ["2024-11-30", "2025-04-30", "2025-06-30"] == [due.due for due in entry.history.dues]
    assert (2, [None, 151, 61]) == (entry.history.slips, [due.slip for due in entry.history.dues])


def test_saying_a_due_date_more_exactly_is_no_slip():
    entry = only(ports("2024-09-01", "agreed", due="2025"), ports("2024-12-05", "agreed", due="2025-04"))

    assert 0 == entry.history.slips


def test_a_doubtful_claim_moves_nothing():
    entry = only(ports("2024-11-19", "negotiating"), ports("2025-04-10", "signed", review=True))

    assert Stage.NEGOTIATING == entry.stage
    assert [True, False] == [step.firm for step in entry.history.steps]


def test_a_thing_stalled_and_taken_up_again_goes_on():
    entry = only(ports("2024-11-19", "negotiating"), ports("2025-02-01", "stalled"), ports("2025-05-01", "negotiating"))

    assert Stage.NEGOTIATING == entry.stage


@pytest.mark.parametrize("when", ["0000", "9999", "0001-01-01", "9999-12-31/..", "nonsense"])
def test_dates_at_the_ends_of_time_break_nothing(when):
    entry = only(ports("2024-11-19", "signed", when=when, due=when, period=when))

    assert Stage.SIGNED == entry.stage
