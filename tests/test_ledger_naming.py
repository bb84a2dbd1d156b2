"""What offices, bodies, hosts and equal wording say about two claims."""

from __future__ import annotations

from typing import Any

import pytest

from ledger_reports import report, said
from servanda.ledger.matching import compare
from servanda.ledger.profiles import profile
from servanda.ledger.records import Card, Filed, Match, Verdict
from servanda.ledger.words import hosts_in, offices_in


def filed(date: str | None, *what: str, **slots: Any) -> Filed:
    made = report(date, said(f"{what[3]} {slots}", *what, **slots))
    return Filed(made.claims[0].id, made.claims[0], Card(made.document.id, date=date, text=made.document.id))


def match(one: Filed, other: Filed) -> Match:
    return compare(profile(one), profile(other))


def visit(date: str, title: str, **slots: Any) -> Filed:
    return filed(date, "meeting", "agreed", "ITA JPN", title, form="visit", by=("ITA",), where="Tokyo", **slots)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("visit of the Vice President", {"vice-president"}),
        ("talks of the Deputy Foreign Minister with President Rossi", {"deputy-foreign-minister", "president"}),
        ("визит министра иностранных дел в Рим", {"foreign-minister"}),
        ("विदेश मंत्री की रोम यात्रा", {"foreign-minister"}),
        ("visit of the presidential guard", set()),
    ],
)
def test_the_longest_office_counts(title, expected):
    assert expected == offices_in(title)


def test_a_minister_by_name_and_by_office_is_one_visitor():
    named = visit("2025-06-15", "visit of Antonio Tajani to Tokyo", persons=("Antonio Tajani",), due="2025-06")
    office = visit("2025-06-15", "visit of the Italian Minister of Foreign Affairs to Tokyo", due="2025-06")

    assert Verdict.SAME == match(named, office).verdict


def test_visits_of_two_offices_in_one_month_are_two():
    head = visit("2025-06-15", "visit of Prime Minister Meloni", persons=("Giorgia Meloni",), due="2025-06-30")
    minister = visit("2025-06-15", "visit of the Italian Minister of Foreign Affairs", due="2025-06")

    assert Verdict.DIFFERENT == match(head, minister).verdict


def test_a_visit_told_as_under_way_on_its_first_and_third_day_is_one():
    slots = {"form": "visit", "by": ("JPN",), "persons": ("Shigeru Ishiba",), "where": "Italy"}
    first = filed("2025-06-11", "meeting", "active", "ITA JPN", "visit to Italy", when="2025-06-11", **slots)
    third = filed("2025-06-13", "meeting", "active", "ITA JPN", "official visit to Italy", when="2025-06-13", **slots)

    assert Verdict.SAME == match(first, third).verdict


def test_visits_of_one_person_told_as_held_on_days_apart_are_two():
    slots = {"form": "visit", "by": ("JPN",), "persons": ("Shigeru Ishiba",), "where": "Italy"}
    one = filed("2025-06-11", "meeting", "done", "ITA JPN", "visit to Italy", when="2025-06-02", **slots)
    other = filed("2025-06-13", "meeting", "done", "ITA JPN", "visit to Italy", when="2025-06-11", **slots)

    assert Verdict.DIFFERENT == match(one, other).verdict


def test_talks_on_the_margins_of_a_summit_are_not_the_summit():
    summit = filed(
        "2025-07-07", "meeting", "done", "BRA IND", "BRICS summit in Rio", form="summit", when="2025-07-06", where="Rio"
    )
    talks = filed(
        "2025-07-07", "meeting", "done", "BRA IND", "talks in Rio", form="talks", when="2025-07-06", where="Rio"
    )

    assert {"BRICS"} == hosts_in("BRICS summit in Rio")
    assert Verdict.DIFFERENT == match(summit, talks).verdict


def test_a_deal_with_a_bank_is_the_debt_deal_with_that_bank():
    bank = ("Harbour Export Bank",)
    plain = filed(
        "2025-03-28",
        "instrument",
        "negotiating",
        "IND LKA",
        "deal in principle with Harbour Export Bank",
        form="agreement",
        orgs=bank,
    )
    debt = filed(
        "2025-03-19",
        "instrument",
        "negotiating",
        "IND LKA",
        "debt restructuring deal with Harbour Export Bank",
        form="agreement",
        orgs=bank,
    )
    years_later = filed(
        "2027-03-19",
        "instrument",
        "negotiating",
        "IND LKA",
        "debt restructuring deal with Harbour Export Bank",
        form="agreement",
        orgs=bank,
    )

    assert Verdict.SAME == match(plain, debt).verdict
    assert Verdict.SAME != match(plain, years_later).verdict


def test_general_words_are_one_thing_only_where_two_papers_use_them_in_the_same_days():
    first = filed("2025-10-01", "cooperation", "agreed", "ITA RUS", "deepening of diplomatic ties")
    second = filed("2025-10-02", "cooperation", "agreed", "ITA RUS", "deepening diplomatic ties")
    later = filed("2025-12-20", "cooperation", "agreed", "ITA RUS", "deepening diplomatic ties")

    assert Verdict.SAME == match(first, second).verdict
    assert Verdict.SAME != match(first, later).verdict


def test_the_agreement_on_a_plant_is_not_the_plant():
    plant = filed("2025-03-01", "project", "agreed", "IND LKA", "solar power plant at Sampur", form="facility")
    power = filed("2025-03-17", "trade", "negotiating", "IND LKA", "power agreement on Sampur solar", form="supply")

    assert "the text and the thing" in {reason.rule for reason in match(plant, power).reasons}
    assert Verdict.SAME != match(plant, power).verdict


def test_two_reports_of_a_text_from_the_same_month_are_one_even_years_later():
    slots = {"form": "declaration", "when": "2023-07"}
    signed = filed("2024-02-21", "instrument", "signed", "IND LKA", "economic partnership vision", **slots)
    told = filed("2024-06-10", "instrument", "active", "IND LKA", "vision document", **slots)
    undated = filed("2024-06-10", "instrument", "active", "IND LKA", "vision document", form="declaration")

    assert match(signed, told).score == match(signed, undated).score + 1.0
