"""Was it kept? Each status by its rule."""

from __future__ import annotations

import pytest

from ledger_reports import Report, ledger_of, report, said
from servanda.ledger import Ledger, Status, StatusName

FRAME = ("BEL IND", "structured defence framework")


def frame(day: str | None, stage: str, words: str = "", **slots: object) -> Report:
    return report(day, said(words or f"On {day}: {stage}.", "instrument", stage, *FRAME, form="framework", **slots))


def other_news(day: str) -> Report:
    return report(day, said(f"News of {day}.", "trade", "active", "BEL IND", "diamond imports"))


def status(ledger: Ledger, as_of: str) -> Status:
    [line] = ledger.entries("kind:instrument", as_of=as_of)
    found = ledger.entry(line.id, as_of).status

    assert line.status == found.name
    return found


PROMISE = frame("2025-03-05", "negotiating", due="2025-12-31")


def test_before_its_due_date_it_is_open():
    assert StatusName.OPEN == status(ledger_of(PROMISE), "2025-06-01").name


def test_within_a_month_of_its_due_date_it_is_due_soon():
    assert StatusName.DUE_SOON == status(ledger_of(PROMISE), "2025-12-10").name


def test_past_due_and_looked_at_since_it_is_overdue():
    found = status(ledger_of(PROMISE, other_news("2026-01-20")), "2026-02-01")

    assert StatusName.OVERDUE == found.name
    assert "2026-01-20" in found.because
    assert "On 2025-03-05: negotiating." == found.evidence[0].quotation.words


def test_past_due_and_nothing_read_since_it_is_unwatched():
    assert StatusName.UNWATCHED == status(ledger_of(PROMISE, other_news("2025-11-20")), "2026-02-01").name


def test_a_look_that_found_nothing_is_watching_too():
    ledger = ledger_of(PROMISE)
    ledger.look(["BEL", "IND"], "searched two papers", "2026-01-10")

    assert StatusName.OVERDUE == status(ledger, "2026-02-01").name


def test_news_of_another_dyad_is_no_watching():
    ledger = ledger_of(PROMISE, report("2026-01-20", said("Rome news.", "trade", "active", "IND ITA", "olive imports")))

    assert StatusName.UNWATCHED == status(ledger, "2026-02-01").name


def test_signed_in_time_it_is_kept():
    found = status(ledger_of(PROMISE, frame("2025-12-02", "signed", when="2025-12-01")), "2026-02-01")

    assert (StatusName.KEPT, 2) == (found.name, len(found.evidence))


def test_signed_after_the_first_due_date_it_is_kept_late():
    moved = frame("2025-12-20", "negotiating", due="2026-06-30")
    found = status(ledger_of(PROMISE, moved, frame("2026-03-03", "signed", when="2026-03-02")), "2026-04-01")

    assert StatusName.KEPT_LATE == found.name
    assert "61 days" in found.because


def test_a_vague_date_is_given_the_benefit_of_the_doubt():
    assert (
        StatusName.KEPT
        == status(ledger_of(PROMISE, frame("2026-03-03", "signed", when="2025/2026")), "2026-04-01").name
    )


def test_ended_before_it_was_kept_it_is_dropped():
    assert StatusName.DROPPED == status(ledger_of(PROMISE, frame("2025-08-01", "ended")), "2026-02-01").name


def test_kept_and_ended_later_it_was_kept():
    signed = frame("2025-06-02", "signed", when="2025-06-01")

    assert StatusName.KEPT == status(ledger_of(PROMISE, signed, frame("2025-08-01", "ended")), "2026-02-01").name


def test_not_kept_needs_somebody_who_says_so():
    denial = frame("2026-01-20", "negotiating", "The framework was not signed by the end of the year.")
    found = status(ledger_of(PROMISE, denial), "2026-02-01")

    assert (StatusName.NOT_KEPT, "somebody says so") == (found.name, found.rule)


def test_silence_is_never_not_kept():
    names = {status(ledger_of(PROMISE, other_news(f"{year}-01-20")), "2035-01-01").name for year in range(2026, 2034)}

    assert {StatusName.OVERDUE} == names


@pytest.mark.parametrize(("read", "expected"), [("2026-06-01", "silent"), ("2025-09-01", "open")])
def test_without_a_due_date_it_falls_silent_only_where_its_parties_were_watched(read, expected):
    ledger = ledger_of(frame("2025-03-05", "negotiating"), other_news(read))

    assert expected == status(ledger, "2026-07-01").name


def test_a_doubtful_claim_keeps_nothing():
    ledger = ledger_of(PROMISE, other_news("2026-01-20"), frame("2025-12-02", "signed", when="2025-12-01", review=True))

    assert StatusName.OVERDUE == status(ledger, "2026-02-01").name


def test_where_only_doubtful_claims_speak_it_is_unconfirmed():
    assert "unconfirmed" == status(ledger_of(frame("2025-03-05", "signed", review=True)), "2026-02-01").rule


def test_some_of_the_items_delivered_is_partly_kept():
    deal = report(
        "2024-01-01",
        said(
            "Ten jets and two ships.", "trade", "agreed", "FRA GRC", "sale of jets and ships", items=("jets", "ships")
        ),
    )
    came = report(
        "2025-01-01", said("The jets came.", "trade", "done", "FRA GRC", "sale of jets and ships", items=("jets",))
    )
    ledger = ledger_of(deal, came)

    found = ledger.entry(ledger.entries()[0].id).status
    assert StatusName.PARTLY_KEPT == found.name
    assert "ships" in found.because


def test_a_later_text_of_the_same_name_supersedes_one_never_signed():
    first = report(
        "2024-01-10",
        said(
            "A plan for 2025-29 is wanted.",
            "instrument",
            "proposed",
            "IND ITA",
            "joint action plan 2025-29",
            form="action-plan",
        ),
    )
    later = report(
        "2029-05-10",
        said(
            "The plan for 2030-34 was signed.",
            "instrument",
            "signed",
            "IND ITA",
            "joint action plan 2030-34",
            form="action-plan",
            when="2029-05-09",
        ),
    )
    ledger = ledger_of(later, first)

    assert {"superseded", "kept"} == {line.status for line in ledger.entries(as_of="2030-01-01")}
    assert () == ledger.check().problems


def test_as_of_an_earlier_day_only_what_was_published_then_counts():
    ledger = ledger_of(PROMISE, frame("2025-12-02", "signed", when="2025-12-01"), other_news("2026-01-20"))
    with ledger.at("2025-11-30") as past:
        assert StatusName.OPEN == status(past, "2025-11-30").name
    with ledger.at("2025-11-30", known="filed") as past:
        assert [] == past.entries()
