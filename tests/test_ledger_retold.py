"""A thing told again, later, otherwise or in other words: when is it the same, and when its like?"""

from __future__ import annotations

from typing import Any

import pytest

from ledger_reports import report, said
from servanda.ledger.matching import compare
from servanda.ledger.profiles import keys, profile
from servanda.ledger.records import Card, Filed, Match, Verdict
from servanda.ledger.words import read_title

SAME, DIFFERENT = Verdict.SAME, Verdict.DIFFERENT


def filed(date: str | None, *what: str, **slots: Any) -> Filed:
    made = report(date, said(f"{what[3]} {date} {slots}", *what, **slots))
    return Filed(made.claims[0].id, made.claims[0], Card(made.document.id, date=date, text=made.document.id))


def match(one: Filed, other: Filed) -> Match:
    return compare(profile(one), profile(other))


def rules(one: Filed, other: Filed) -> set[str]:
    return {reason.rule for reason in match(one, other).reasons}


def order(told: str, title: str, when: str | None = "2022-01", **slots: Any) -> Filed:
    slots = {"form": "procurement", "when": when} | slots
    return filed(told, "trade", "signed", "IND PHL", title, **slots)


def test_a_contract_of_one_month_told_years_apart_is_one():
    early, late = (
        order("2022-02-03", "coastal missile batteries"),
        order("2024-12-11", "missile batteries for the coast"),
    )

    assert SAME == match(early, late).verdict
    assert keys(profile(early)) & keys(profile(late))


def test_contracts_of_other_years_stay_two():
    early = order("2022-02-03", "coastal missile batteries")
    late = order("2024-12-11", "missile batteries for the coast", when="2024-12")

    assert SAME != match(early, late).verdict


def test_a_contract_of_one_month_is_one_with_its_sum_and_without():
    plain, dear = order("2022-02-03", "coastal missile batteries"), order("2022-02-04", "$375 million missile deal")

    assert SAME == match(plain, dear).verdict


def test_a_sum_still_tells_one_delivery_from_the_standing_trade():
    def told(title: str, **slots: Any) -> Filed:
        return filed("2022-02-03", "trade", "active", "IND PHL", title, form="supply", **slots)

    apart = match(told("supply of coal"), told("$30 million supply of coal"))
    at_once = match(order("2022-02-03", "coal barges"), order("2022-02-03", "$30 million coal barges"))

    assert -2.0 in {reason.points for reason in apart.reasons}
    assert -2.0 not in {reason.points for reason in at_once.reasons}


@pytest.mark.parametrize(
    ("short", "full", "same"),
    [
        ("Varuna", "Varuna Group", True),
        ("Sri Jayapura University", "University of Sri Jayapoora", True),
        ("Bank", "People's Bank", False),
        ("Kaveri Technologies Foundation", "Godavari Friendship Foundation", False),
    ],
)
def test_a_body_named_in_short_is_the_body(short, full, same):
    def of(name: str) -> Filed:
        return filed("2025-01-10", "project", "agreed", "IND KEN", "terminal at the airport", orgs=(name,))

    assert same == ("same bodies" in rules(of(short), of(full)))
    assert not same or keys(profile(of(short))) & keys(profile(of(full)))


def test_who_ends_a_thing_need_not_be_who_offered_it():
    def told(stage: str, by: str) -> Filed:
        return filed("2024-11-21", "trade", stage, "IND KEN", "lease of the airport", form="investment", by=(by,))

    assert "undertaken by another" not in rules(told("proposed", "IND"), told("ended", "KEN"))
    assert "undertaken by another" in rules(told("proposed", "IND"), told("agreed", "KEN"))


def test_what_is_sought_after_the_like_of_it_had_ended_is_another():
    ended = filed("2025-03-20", "instrument", "ended", "IND PAK", "ceasefire", form="agreement", when="2025-03-18")
    anew = filed("2025-08-20", "instrument", "proposed", "IND PAK", "new ceasefire", form="agreement")
    before = filed("2025-03-10", "instrument", "proposed", "IND PAK", "ceasefire", form="agreement")

    assert SAME != match(ended, anew).verdict
    assert SAME == match(ended, before).verdict


def over(told: str, title: str, **slots: Any) -> Filed:
    return filed(told, "instrument", "ended", "IRN USA", title, form="agreement", **slots)


def test_a_text_that_is_over_is_spoken_of_for_years_after():
    early, late = over("2020-01-05", "nuclear deal", when="2018"), over("2025-09-25", "nuclear deal", when="2018")

    assert SAME == match(early, late).verdict


def test_texts_that_ended_in_other_years_and_truces_are_not_one_for_being_over():
    first, second = over("2010-01-05", "nuclear deal", when="2010"), over("2025-09-25", "nuclear deal", when="2025")
    truce, next_truce = over("2024-02-08", "truce"), over("2025-09-08", "truce")

    assert SAME != match(first, second).verdict
    assert "told long apart" in rules(truce, next_truce)


def test_leaving_a_text_is_the_text_ended():
    assert (
        SAME
        == match(over("2020-01-05", "withdrawal from the nuclear deal"), over("2020-01-09", "nuclear deal")).verdict
    )


def test_troops_withdrawn_are_no_text_left():
    operation = filed("2020-01-05", "operation", "ended", "IRQ USA", "withdrawal of troops")

    assert "withdrawal" in profile(operation).title.words


@pytest.mark.parametrize(
    ("title", "sum_"),
    [
        ("grant of $ 387,280", 387_000),
        ("grant of 387,280 U.S. dollars", 387_000),
        ("grant of ₹3,87,280", 387_000),
        ("loan of $1,250 million", 1_250_000_000),
    ],
)
def test_a_sum_in_full_is_a_sum(title, sum_):
    assert {sum_} == read_title(title).amounts


def test_pieces_and_years_are_no_sums():
    assert not read_title("1,200 houses by 2030").amounts


def test_a_type_is_one_word_and_its_neighbour_another():
    assert "c390" in read_title("C-390 transport").words
    assert "c390" in read_title("C390 transport").words
    assert not read_title("block BM-SEAL-4").words.keys() >= {"seal11"}
    assert {2025} == read_title("plan 2020-25, mid-2025").years - {2020}


def test_a_courtesy_call_is_a_sitting_whatever_its_form():
    slots: dict[str, Any] = {"when": "2024-10-10", "persons": ("Semih Turan", "Anil Perera")}
    call = filed("2024-10-11", "meeting", "done", "LKA TUR", "courtesy call of the envoy", form="visit", **slots)
    talks = filed("2024-10-11", "meeting", "done", "LKA TUR", "talks with the envoy", form="talks", **slots)
    visit = filed("2024-10-11", "meeting", "done", "LKA TUR", "visit of the envoy to Kandy", form="visit", **slots)

    assert SAME == match(call, talks).verdict
    assert DIFFERENT == match(call, visit).verdict


def test_a_name_borne_in_full_is_one_thing_whatever_reports_call_it():
    loose = filed("2025-07-09", "cooperation", "active", "BRA IND", "Global Biofuels Alliance")
    body = filed("2025-10-17", "institution", "done", "BRA IND", "Global Biofuels Alliance", when="2023-09")
    general = filed("2025-10-17", "project", "done", "BRA IND", "biofuels plant", when="2023-09")

    assert SAME == match(loose, body).verdict
    assert SAME != match(loose, general).verdict


def embassy(told: str, title: str, **slots: Any) -> Filed:
    slots = {"by": ("LKA",), "form": "embassy"} | slots
    return filed(told, "institution", "agreed", "KAZ LKA", title, **slots)


def test_a_state_has_one_embassy_at_another():
    seat, mission = (
        embassy("2024-04-12", "Embassy in Astana", where="Astana"),
        embassy("2024-06-12", "mission in Astana"),
    )

    assert SAME == match(seat, embassy("2024-06-12", "Sri Lankan Mission in Astana", where="Astana")).verdict
    assert keys(profile(seat)) & keys(profile(mission))


def test_a_consulate_and_the_other_side_s_embassy_are_others():
    seat = embassy("2024-04-12", "Embassy in Astana", where="Astana")

    assert SAME != match(seat, embassy("2024-06-12", "consulate in Almaty", where="Almaty")).verdict
    assert SAME != match(seat, embassy("2024-06-12", "Embassy in Colombo", where="Colombo", by=("KAZ",))).verdict


def test_a_text_between_two_bodies_is_one_by_one_form_or_another():
    orgs = ("Garment Makers Forum", "Solidarity")
    memo = filed("2024-12-09", "instrument", "signed", "LKA NLD", "memorandum with Solidarity", form="mou", orgs=orgs)
    pact = filed(
        "2024-12-09", "instrument", "signed", "LKA NLD", "agreement on due diligence", form="agreement", orgs=orgs
    )
    plan = filed("2024-12-09", "instrument", "signed", "LKA NLD", "roadmap on due diligence", form="roadmap", orgs=orgs)

    assert "named by its body alone" in rules(memo, pact)
    assert "named by its body alone" not in rules(memo, plan)


def sitting(form: str, where: str, **slots: Any) -> Filed:
    return filed("2024-04-06", "meeting", "done", "CHE LKA", f"political {form}", form=form, where=where, **slots)


def test_of_one_day_s_dialogue_the_place_may_be_misread():
    here, there = sitting("dialogue", "Colombo", when="2024-04-05"), sitting("dialogue", "Bern", when="2024-04-05")

    assert SAME == match(here, there).verdict


def test_talks_in_two_countries_on_one_day_are_two():
    here, there = sitting("talks", "Colombo", when="2024-04-05"), sitting("talks", "Bern", when="2024-04-05")

    assert SAME != match(here, there).verdict


def test_a_prime_minister_s_visit_is_that_of_who_is_prime_minister():
    office = filed(
        "2025-07-09", "meeting", "done", "BRA IND", "visit of the Prime Minister", form="visit", by=("IND",),
        when="2025-07-08", where="Brazil",
    )  # fmt: skip
    name = filed(
        "2025-10-17", "meeting", "done", "BRA IND", "Anand Rao's visit to Brasilia", form="visit", by=("IND",),
        when="2025-07", where="Brasilia", persons=("Anand Rao",),
    )  # fmt: skip

    assert SAME == match(office, name).verdict


def test_troops_stationed_are_no_stop_of_a_visit():
    base = filed("2020-01-08", "exercise", "active", "IRQ USA", "coalition forces stationed", form="deployment")
    own = filed("2020-01-05", "exercise", "active", "IRQ USA", "presence of troops", form="deployment", by=("USA",))

    assert "a stop of the visit" not in rules(base, own)


def test_defence_and_its_industry_are_near_fields():
    def told(field: str) -> Filed:
        return filed("2025-01-10", "trade", "proposed", "BRA IND", "air defence missiles", domains=(field,))

    assert "another field" not in rules(told("defence"), told("defence-industry"))
    assert "another field" in rules(told("defence"), told("health"))


@pytest.mark.parametrize(
    ("term", "same"),
    [("40-day", True), ("forty-day", True), ("six-week", True), ("two-day", False), ("four-year", False)],
)
def test_a_truce_for_another_term_is_another(term, same):
    def told(title: str) -> Filed:
        return filed("2024-03-01", "instrument", "negotiating", "IND PAK", title, form="agreement")

    assert same == ("for another term" not in rules(told("40-day truce"), told(f"{term} truce")))
