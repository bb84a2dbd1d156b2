"""A new text against what is known."""

from __future__ import annotations

import pytest

from ledger_reports import Report, ledger_of, report, said
from servanda.ledger.comparing import Compared, Novelty, between
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
