"""A new text against what is known."""

from __future__ import annotations

import pytest

from ledger_reports import Report, ledger_of, report, said
from servanda.ledger.comparing import Compared, Novelty, against, between
from servanda.ledger.records import Card, Filed


def ports(day: str, stage: str, **slots: object) -> Report:
    return report(
        day,
        said(f"Of {day}: {stage}.", "instrument", stage, "IND ITA", "agreement on ports", form="agreement", **slots),
    )


def compared(new: Report, *old: Report) -> Compared:
    [found] = ledger_of(*old).compare([new.document], new.claims)
    return found


OLD = ports("2024-11-19", "negotiating", due="2025-03-31")


@pytest.mark.parametrize(
    ("new", "novelty"),
    [
        (ports("2024-12-19", "negotiating"), Novelty.REPEAT),
        (ports("2025-02-19", "signed", when="2025-02-18"), Novelty.ADVANCES),
        (ports("2025-02-19", "ended"), Novelty.ADVANCES),
        (ports("2025-02-19", "negotiating", due="2025-06-30"), Novelty.SLIPS),
        (ports("2025-02-19", "stalled"), Novelty.SLIPS),
    ],
)
def test_a_claim_told_before_repeats_advances_or_slips(new, novelty):
    found = compared(new, OLD)

    assert (novelty, "Of 2024-11-19: negotiating.") == (found.novelty, found.earlier and found.earlier.quotation.words)


def test_what_nothing_spoke_of_is_new():
    other = report("2025-01-01", said("Torpedoes for Italy.", "trade", "agreed", "IND ITA", "sale of torpedoes"))

    assert (Novelty.NEW, None) == (compared(other, OLD).novelty, compared(other, OLD).earlier)


def test_another_date_for_a_signature_contradicts():
    found = compared(ports("2025-03-01", "signed", when="2025-02-20"), ports("2025-02-19", "signed", when="2025-02-18"))

    assert Novelty.CONTRADICTS == found.novelty
    assert "2025-02-18" in found.words and "2025-02-20" in found.words


def test_speaking_of_a_signed_text_as_unfinished_contradicts():
    assert Novelty.CONTRADICTS == compared(ports("2025-03-01", "negotiating"), ports("2025-02-19", "signed")).novelty


def test_a_repeat_counts_the_announcements_since_the_first():
    found = compared(ports("2025-01-19", "negotiating"), OLD, ports("2024-12-19", "negotiating"))

    assert "announcement 3" in found.words and "2024-11-19" in found.words


def test_two_texts_are_compared_without_a_ledger():
    [found] = between(filed(ports("2025-02-19", "signed")), filed(OLD))

    assert Novelty.ADVANCES == found.novelty


def filed(of: Report) -> list[Filed]:
    card = Card(of.document.id, date=of.document.date, text=of.document.id)
    return [Filed(c.id, c, card) for c in of.claims]


def test_what_may_be_the_same_is_named_and_not_used():
    near = report("2024-12-19", said("A deal on radar.", "trade", "agreed", "IND ITA", "radar deal"))
    new = report("2025-03-02", said("Radar for corvettes.", "trade", "agreed", "IND ITA", "radar for corvettes"))
    found = compared(new, near)

    assert Novelty.NEW == found.novelty
    assert found.maybe is not None and "A deal on radar." == found.maybe.quotation.words


def test_an_unfinished_text_put_off_slips_though_it_went_a_rung_up():
    found = compared(ports("2025-02-19", "agreed", due="2025-06-30"), OLD)

    assert Novelty.SLIPS == found.novelty
    assert "91 days after 2025-03-31" in found.words and "From negotiating to agreed" in found.words


def test_a_signed_text_that_is_due_for_more_advances_and_does_not_slip():
    assert Novelty.ADVANCES == compared(ports("2025-02-19", "signed", due="2025-06-30"), OLD).novelty


def test_a_text_to_be_signed_again_contradicts_its_signature_whatever_day_it_names():
    found = compared(ports("2025-03-01", "agreed", due="2025-06-30"), ports("2025-02-19", "signed"))

    assert (Novelty.CONTRADICTS, True) == (found.novelty, "due 2025-06-30" in found.words)


def test_a_text_that_is_filed_already_repeats_itself():
    [one] = ledger_of(OLD).compare([OLD.document], OLD.claims)
    [other] = between(filed(OLD), filed(OLD))

    assert "This very text is known." == one.words == other.words
    assert (Novelty.REPEAT, True, True) == (one.novelty, one.entry is not None, one.earlier is not None)


def test_an_older_text_does_not_count_what_was_told_after_it():
    found = compared(ports("2024-10-01", "negotiating"), OLD)

    assert (Novelty.REPEAT, True) == (found.novelty, "told since, first on 2024-11-19" in found.words)


def loan(day: str, title: str, **slots: object) -> Report:
    return report(day, said(f"{title}, {day}.", "trade", "agreed", "IND JPN", title, form="loan", by=("JPN",), **slots))


@pytest.mark.parametrize(
    ("title", "slots", "novelty", "words"),
    [
        ("loan of 400 million dollars for the Chennai metro", {}, Novelty.ADVANCES, "400 million"),
        ("loan for the Chennai metro", {"due": "2026"}, Novelty.ADVANCES, "due 2026"),
        ("loan for the Chennai metro", {"period": "2026/2030"}, Novelty.ADVANCES, "for 2026/2030"),
        ("loan for 42 Chennai metro trains", {}, Novelty.ADVANCES, "42"),
        ("loan for the metro of Chennai", {}, Novelty.REPEAT, "announcement 2"),
    ],
)
def test_what_is_said_more_exactly_advances(title, slots, novelty, words):
    found = compared(loan("2025-05-13", title, **slots), loan("2025-03-03", "loan for the Chennai metro"))

    assert (novelty, True) == (found.novelty, words in found.words)


def test_a_sum_told_before_is_no_advance_and_another_sum_contradicts():
    first = loan("2025-03-03", "Chennai metro tunnel loan of 400 million dollars")
    again = loan("2025-05-13", "Chennai metro tunnel loan of 400 million dollars")
    [other] = filed(loan("2025-05-13", "Chennai metro tunnel loan of 450 million dollars"))

    assert Novelty.REPEAT == compared(again, first).novelty
    assert (Novelty.CONTRADICTS, "450 million; earlier: 400 million.") == (
        against(other, filed(first)).novelty,
        against(other, filed(first)).words,
    )
