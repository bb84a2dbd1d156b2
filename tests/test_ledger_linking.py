"""What belongs together without being the same."""

from __future__ import annotations

from ledger_reports import Report, ledger_of, report, said
from servanda.ledger import Ledger

VISIT = said(
    "The prime minister visited Rome from 3 to 5 May.",
    *("meeting", "done", "IND ITA", "visit of the prime minister to Rome"),
    form="visit",
    when="2025-05-03/2025-05-05",
)
PACT = said(
    "They signed an agreement on ports on 4 May.",
    *("instrument", "signed", "IND ITA", "agreement on ports"),
    form="agreement",
    when="2025-05-04",
    under="visit to Rome",
)


def links(ledger: Ledger, of: Report, number: int = 0) -> dict[str, str]:
    return {link.title: link.how for link in ledger.links(of.claims[number].id, "2026-01-01")}


def test_an_agreement_signed_during_a_visit_is_linked_to_it_and_not_merged():
    told = report("2025-05-06", VISIT, PACT)
    ledger = ledger_of(told)

    assert 2 == len(ledger.entries())
    assert {"visit of the prime minister to Rome": "part of"} == links(ledger, told, 1)
    assert {"agreement on ports": "has part"} == links(ledger, told, 0)


def test_without_a_word_for_it_the_days_alone_say_during():
    told = report("2025-05-06", VISIT, (PACT[0], {**PACT[1], "under": None}))

    assert {"visit of the prime minister to Rome": "during"} == links(ledger_of(told), told, 1)


def test_sessions_of_one_group_are_in_one_series():
    first = report(
        "2022-05-06",
        said("Session 4 met.", "meeting", "done", "IND RUS", "4th session of the mining group", when="2022-05-05"),
    )
    second = report(
        "2023-05-06",
        said("Session 5 met.", "meeting", "done", "IND RUS", "5th session of the mining group", when="2023-05-05"),
    )

    assert {"5th session of the mining group": "in one series"} == links(ledger_of(first, second), first)


def test_texts_of_one_name_follow_one_another():
    old = report(
        "2023-05-06",
        said("Signed in 2023.", "instrument", "signed", "IND ITA", "defence cooperation agreement", when="2023-05-05"),
    )
    new = report(
        "2025-05-06",
        said("Signed in 2025.", "instrument", "signed", "IND ITA", "defence cooperation agreement", when="2025-05-05"),
    )
    ledger = ledger_of(old, new)

    assert {"defence cooperation agreement": "followed by"} == links(ledger, old)
    assert {"defence cooperation agreement": "follows"} == links(ledger, new)
