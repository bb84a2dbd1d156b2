"""What offices, bodies, hosts, names, sums and equal wording say about two claims."""

from __future__ import annotations

from typing import Any

import pytest

from ledger_reports import report, said
from servanda.ledger.dating import undated
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

    assert Verdict.SAME == match(signed, told).verdict
    assert Verdict.SAME != match(signed, undated).verdict


def test_a_text_known_by_its_year_is_one_however_long_ago():
    parties = "CHN DEU FRA GBR IRN RUS USA"
    deal = filed("2020-01-06", "instrument", "ended", parties, "2015 nuclear deal", form="agreement")
    recalled = filed("2025-09-25", "instrument", "signed", parties, "nuclear accord", form="agreement", when="2015")
    younger = filed("2025-09-25", "instrument", "signed", parties, "nuclear accord", form="agreement", when="2025-09")

    assert Verdict.SAME == match(deal, recalled).verdict
    assert Verdict.SAME != match(deal, younger).verdict


def test_a_text_and_its_revival_are_two():
    parties = "IRN USA"
    deal = filed("2022-02-10", "instrument", "signed", parties, "nuclear deal", form="agreement")
    revival = filed("2022-02-10", "instrument", "negotiating", parties, "revival of the nuclear deal", form="agreement")

    assert "a text and its change" in {reason.rule for reason in match(deal, revival).reasons}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the Extended Fund Facility", "third tranche of the Extended Fund Facility"),
        ("housing scheme loan", "second phase of the housing scheme loan"),
    ],
)
def test_a_part_with_a_number_is_not_the_whole(one, other):
    whole = filed("2024-06-14", "trade", "active", "IMF LKA", one, form="loan", by=("IMF",))
    part = filed("2024-06-15", "trade", "done", "IMF LKA", other, form="loan", by=("IMF",))

    assert Verdict.SAME != match(whole, part).verdict


def test_an_odd_sum_is_as_good_as_a_name_and_a_round_one_is_not():
    def loan(date: str, title: str) -> Filed:
        return filed(date, "trade", "agreed", "IMF LKA", title, form="loan", by=("IMF",))

    odd = match(loan("2024-03-28", "$337 million payout"), loan("2024-05-23", "release of $337 million"))
    round_ = match(loan("2024-03-28", "$300 million payout"), loan("2024-05-23", "release of $300 million"))

    assert (Verdict.SAME, Verdict.REVIEW) == (odd.verdict, round_.verdict)


def test_a_stop_on_a_visit_is_not_the_visit_and_a_visit_in_few_words_is():
    slots = {"form": "visit", "persons": ("Samantha Mostyn",), "due": "2025-08-06/2025-08-10"}
    whole = filed("2025-08-05", "meeting", "agreed", "AUS LKA", "official visit to Colombo", by=("AUS",), **slots)
    stop = filed("2025-08-06", "meeting", "agreed", "AUS LKA", "tour of rice mills and dairies", **slots)
    brief = filed("2025-08-06", "meeting", "agreed", "AUS LKA", "to visit early", **slots)

    assert Verdict.SAME != match(whole, stop).verdict
    assert Verdict.SAME == match(whole, brief).verdict


def test_a_work_named_by_its_place_alone_is_the_work_there():
    port = filed("2025-01-08", "project", "active", "IND IRN", "Chabahar port", form="facility", where="Chabahar")
    place = filed("2025-01-09", "project", "active", "IND IRN", "Chabahar Project", form="facility")
    years_on = filed("2028-01-09", "project", "active", "IND IRN", "Chabahar Project", form="facility")

    assert Verdict.SAME == match(port, place).verdict
    assert Verdict.SAME != match(port, years_on).verdict


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nord Stream 2 pipeline", "газопровод «Северный поток — 2»"),
        ("Mumbai bullet train", "Mumbai high-speed rail"),
    ],
)
def test_a_name_given_otherwise_is_the_same_name(one, other):
    a = filed("2025-03-01", "project", "active", "DEU RUS", one, form="facility")
    b = filed("2025-03-03", "project", "active", "DEU RUS", other, form="facility")

    assert Verdict.SAME == match(a, b).verdict


def test_a_free_trade_agreement_is_what_its_long_name_says():
    spoken = filed("2025-03-01", "instrument", "negotiating", "IND OMN", "free trade agreement", form="agreement")
    full = filed(
        "2025-03-20",
        "instrument",
        "negotiating",
        "IND OMN",
        "Comprehensive Economic Partnership Agreement (CEPA)",
        form="agreement",
    )
    goods = filed(
        "2025-03-20", "instrument", "negotiating", "IND OMN", "agreement on fair trade labels", form="agreement"
    )

    assert Verdict.SAME == match(spoken, full).verdict
    assert Verdict.SAME != match(spoken, goods).verdict


def test_an_exercise_from_day_to_day_is_known_by_its_days():
    slots = {"form": "exercise", "when": "2025-02-24/2025-03-09"}
    named = filed("2025-02-24", "exercise", "active", "IND JPN", "Dharma Guardian", **slots)
    unnamed = filed("2025-02-25", "exercise", "active", "IND JPN", "joint military exercise", **slots)

    assert Verdict.SAME == match(named, unnamed).verdict


def test_the_leaders_meeting_of_a_day_is_the_summit_of_that_day():
    summit = filed(
        "2025-08-30",
        "meeting",
        "done",
        "IND JPN",
        "summit of Modi and Ishiba",
        form="summit",
        when="2025-08-29",
        persons=("Narendra Modi", "Shigeru Ishiba"),
    )
    leaders = filed("2025-08-29", "meeting", "done", "IND JPN", "meeting of the two leaders", when="2025-08-29")
    experts = filed("2025-08-29", "meeting", "done", "IND JPN", "meeting of tax experts", when="2025-08-29")

    assert Verdict.SAME == match(summit, leaders).verdict
    assert Verdict.SAME != match(summit, experts).verdict


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("agreement on ports by 31 December 2025", "agreement on ports"),
        ("10th session on 6-7 August 2025", "10th session"),
        ("договор от 12 декабря 2025 года", "договор от"),
        ("बंदरगाह समझौता 12 दिसंबर 2025", "बंदरगाह समझौता"),
        ("joint action plan 2025-29", "joint action plan 2025-29"),
        ("Agenda 2030", "Agenda 2030"),
    ],
)
def test_a_day_or_month_in_a_title_is_no_part_of_the_name_and_a_year_alone_is(title, expected):
    assert expected == undated(title).strip()


def test_one_text_due_and_signed_in_other_years_is_one_though_its_titles_carry_the_days():
    due = filed("2024-11-19", "instrument", "agreed", "IND ITA", "ports accord by 30 June 2025", form="agreement")
    signed = filed("2026-01-13", "instrument", "signed", "IND ITA", "ports accord of 12 January 2026", form="agreement")

    assert "another year in the name" not in {reason.rule for reason in match(due, signed).reasons}


def test_a_headline_tells_again_what_the_text_below_tells_and_two_things_below_stay_two():
    made = report(
        "2024-11-19",
        said("India and Italy to negotiate ports accord", "instrument", "negotiating", "IND ITA", "ports accord"),
        said("They agreed to negotiate it.", "instrument", "negotiating", "IND ITA", "accord on ports and shipping"),
    )

    def of(title: str | None) -> Match:
        card = Card(made.document.id, title=title, date="2024-11-19", text=made.document.id)
        one, other = (Filed(claim.id, claim, card) for claim in made.claims)
        return match(one, other)

    assert Verdict.SAME == of("India and Italy to negotiate ports accord").verdict
    assert Verdict.DIFFERENT == of("Another headline").verdict


def test_a_part_of_a_plan_agreed_and_begun_months_later_is_one_and_of_another_plan_two():
    slots = {"under": "joint action plan 2025-29"}
    agreed = filed("2024-11-19", "cooperation", "agreed", "IND ITA", "cyber dialogue", **slots)
    begun = filed("2025-03-10", "cooperation", "active", "IND ITA", "cyber dialogue", **slots)
    next_plan = filed(
        "2030-03-10", "cooperation", "active", "IND ITA", "cyber dialogue", under="joint action plan 2030-34"
    )
    alone = filed("2025-03-10", "cooperation", "active", "IND ITA", "cyber dialogue")

    assert Verdict.SAME == match(agreed, begun).verdict
    assert Verdict.SAME != match(agreed, next_plan).verdict
    assert Verdict.SAME != match(agreed, alone).verdict


def test_the_deal_without_a_name_is_the_deal_of_those_weeks_and_of_no_other_time():
    possible = filed("2025-07-16", "instrument", "proposed", "EU USA", "possible deal with the EU", form="agreement")
    trade = filed("2025-08-01", "instrument", "agreed", "EU USA", "trade deal", form="agreement")
    later = filed("2025-11-01", "instrument", "agreed", "EU USA", "trade deal", form="agreement")
    plan = filed("2025-08-01", "instrument", "agreed", "EU USA", "trade roadmap", form="roadmap")

    assert match(possible, later).score < match(possible, trade).score
    assert "the deal, without a name" in {reason.rule for reason in match(possible, trade).reasons}
    assert "the deal, without a name" not in {reason.rule for reason in match(possible, plan).reasons}


def test_the_deal_with_the_same_people_in_the_same_weeks_is_one():
    slots = {"form": "agreement", "persons": ("Donald Trump", "Ursula von der Leyen")}
    deal = filed("2025-07-28", "instrument", "agreed", "EU USA", "the deal", **slots)
    trade = filed("2025-08-01", "instrument", "agreed", "EU USA", "trade deal", **slots)

    assert Verdict.SAME == match(deal, trade).verdict


def test_two_bodies_in_common_make_the_takeover_and_the_agreement_on_it_near():
    slots = {"orgs": ("Northwind Motors", "Sail Cars")}
    bid = filed("2025-02-01", "trade", "stalled", "ITA USA", "takeover of Sail Cars by Northwind Motors", **slots)
    text = filed("2025-02-14", "instrument", "ended", "ITA USA", "agreement to buy Sail Cars", **slots)

    assert "the text and the thing" not in {reason.rule for reason in match(bid, text).reasons}


@pytest.mark.parametrize(
    ("one", "other"),
    [("supply of weapons", "हथियारों की आपूर्ति"), ("supply of medicines", "поставка лекарств")],
)
def test_common_goods_meet_over_languages(one, other):
    a = filed("2025-03-01", "trade", "agreed", "IND RUS", one, form="supply")
    b = filed("2025-03-03", "trade", "agreed", "IND RUS", other, form="supply")

    assert Verdict.SAME == match(a, b).verdict


def test_a_visit_of_those_days_is_the_visit_though_one_report_does_not_say_who_comes():
    slots = {"form": "visit", "where": "Colombo"}
    named = filed("2025-07-29", "meeting", "done", "LKA MDV", "visit", persons=("Ahmed Nasir",), by=("MDV",), **slots)
    bare = filed("2025-07-28", "meeting", "done", "LKA MDV", "state visit", by=("MDV",), **slots)
    return_visit = filed("2025-07-28", "meeting", "done", "LKA MDV", "state visit", by=("LKA",), **slots)
    weeks_later = filed("2025-08-28", "meeting", "done", "LKA MDV", "state visit", by=("MDV",), **slots)

    assert Verdict.SAME == match(named, bare).verdict
    assert Verdict.SAME != match(named, return_visit).verdict
    assert Verdict.SAME != match(named, weeks_later).verdict


def test_the_same_people_on_the_same_days_meet_once_though_the_place_is_told_otherwise():
    slots = {"form": "talks", "when": "2025-07-29", "persons": ("Ahmed Nasir", "Ali Sabry")}
    one = filed("2025-07-29", "meeting", "done", "LKA MDV", "talks", where="Colombo", **slots)
    other = filed("2025-07-30", "meeting", "done", "LKA MDV", "talks", where="Male", **slots)
    others = filed("2025-07-30", "meeting", "done", "LKA MDV", "talks", where="Male", form="talks", when="2025-07-29")

    assert Verdict.SAME == match(one, other).verdict
    assert Verdict.SAME != match(one, others).verdict


def test_memoranda_without_a_name_are_not_one():
    one = filed("2025-09-10", "instrument", "signed", "IND LKA", "Memorandum of Understanding", form="mou")
    other = filed("2025-09-25", "instrument", "signed", "IND LKA", "Memorandum of Understanding", form="mou")

    assert Verdict.SAME != match(one, other).verdict
