"""When are two claims about the same undertaking?"""

from __future__ import annotations

from typing import Any

import pytest

from ledger_reports import ledger_of, report, said
from servanda.ledger.matching import compare
from servanda.ledger.profiles import bases, keys, profile
from servanda.ledger.records import Card, Filed, Match, Verdict
from servanda.ledger.words import without_short
from servanda.model import Span


def filed(date: str | None, *what: str, **slots: Any) -> Filed:
    made = report(date, said(f"{what[3]} {slots}", *what, **slots))
    return Filed(made.claims[0].id, made.claims[0], Card(made.document.id, date=date, text=made.document.id))


def match(one: Filed, other: Filed) -> Match:
    return compare(profile(one), profile(other))


def test_an_agreement_negotiated_and_signed_is_one():
    before = filed(
        "2024-11-19", "instrument", "negotiating", "IND ITA", "agreement on ports and shipping", form="agreement"
    )
    after = filed("2025-04-10", "instrument", "signed", "IND ITA", "ports and shipping agreement", form="agreement")

    assert Verdict.SAME == match(before, after).verdict


def test_comparing_does_not_depend_on_the_side():
    one = filed("2024-11-19", "instrument", "negotiating", "IND ITA", "agreement on ports", form="agreement")
    other = filed("2025-04-10", "meeting", "done", "IND ITA", "talks on ports", form="talks", when="2025-04-10")

    assert match(one, other) == match(other, one)


def test_agreements_of_one_name_signed_two_years_apart_stay_two():
    first = filed("2023-10-09", "instrument", "signed", "IND ITA", "defence cooperation agreement", when="2023-10-09")
    second = filed("2025-10-03", "instrument", "signed", "IND ITA", "defence cooperation agreement", when="2025-10-02")

    assert (Verdict.DIFFERENT, "successor") == (match(first, second).verdict, match(first, second).link)


def test_action_plans_of_other_years_follow_one_another():
    first = filed("2024-11-18", "instrument", "signed", "IND ITA", "joint action plan 2025-29", form="action-plan")
    second = filed("2029-11-18", "instrument", "agreed", "IND ITA", "joint action plan 2030-34", form="action-plan")

    assert (Verdict.DIFFERENT, "successor") == (match(first, second).verdict, match(first, second).link)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10th session of the working group on mining", "11th session of the working group on mining"),
        ("tenth session of the working group on mining", "खनन पर कार्य समूह का 11वां सत्र"),
        ("phase one of the port project", "second phase of the port project"),
    ],
)
def test_other_numbers_are_other_things(one, other):
    a = filed("2022-12-23", "meeting", "done", "IND RUS", one, form="working-group")
    b = filed("2022-12-24", "meeting", "done", "IND RUS", other, form="working-group")

    assert (Verdict.DIFFERENT, "series") == (match(a, b).verdict, match(a, b).link)


def test_one_session_in_two_languages_is_one():
    english = filed(
        "2025-08-07",
        "meeting",
        "done",
        "IND RUS",
        "11th session of the working group on modernisation",
        form="working-group",
        when="2025-08-06",
        where="New Delhi",
    )
    hindi = filed(
        "2025-08-07",
        "meeting",
        "done",
        "IND RUS",
        "आधुनिकीकरण पर कार्य समूह का 11वां सत्र",
        form="working-group",
        when="2025-08-06",
        where="नई दिल्ली",
    )

    assert Verdict.SAME == match(english, hindi).verdict


def test_a_meeting_announced_and_held_is_one():
    announced = filed(
        "2022-09-01",
        "meeting",
        "agreed",
        "IND JPN",
        "second 2+2 ministerial meeting",
        form="ministerial",
        due="2022-09-08",
    )
    held = filed(
        "2022-09-09", "meeting", "done", "IND JPN", "2+2 ministerial dialogue", form="ministerial", when="2022-09-08"
    )

    assert Verdict.SAME == match(announced, held).verdict


def test_a_visit_and_the_talks_during_it_are_two_and_linked():
    visit = filed(
        "2025-03-05",
        "meeting",
        "done",
        "BEL IND",
        "visit of the princess to Delhi",
        form="visit",
        when="2025-03-03/2025-03-07",
    )
    talks = filed(
        "2025-03-05", "meeting", "done", "BEL IND", "talks with the princess in Delhi", form="talks", when="2025-03-05"
    )

    assert (Verdict.DIFFERENT, "during") == (match(visit, talks).verdict, match(visit, talks).link)


def test_a_numbered_session_put_off_stays_one():
    planned = filed(
        "2025-01-05",
        "meeting",
        "agreed",
        "IND RUS",
        "12th session of the mining group",
        form="working-group",
        due="2025-03",
    )
    moved = filed(
        "2025-04-05",
        "meeting",
        "done",
        "IND RUS",
        "12th session of the mining group",
        form="working-group",
        when="2025-05-02",
    )

    assert Verdict.SAME == match(planned, moved).verdict


def test_other_sums_are_other_loans():
    swap = filed("2024-10-08", "trade", "agreed", "IND MDV", "$400m currency swap", form="loan")
    rupees = filed("2024-10-08", "trade", "agreed", "IND MDV", "30bn rupee currency swap", form="loan")

    assert Verdict.SAME != match(swap, rupees).verdict


def test_one_sum_written_in_two_ways_is_one_loan():
    one = filed("2024-10-08", "trade", "agreed", "IND MDV", "$400m currency swap", form="loan")
    other = filed("2024-10-09", "trade", "agreed", "IND MDV", "currency swap of 400 million dollars", form="loan")

    assert Verdict.SAME == match(one, other).verdict


def test_talks_of_other_people_on_one_day_are_two():
    one = filed(
        "2024-02-21",
        "meeting",
        "done",
        "IRN LKA",
        "talks",
        form="talks",
        when="2024-02-20",
        persons=("Asha Perera", "Reza Karimi"),
    )
    other = filed(
        "2024-02-21",
        "meeting",
        "done",
        "IRN LKA",
        "talks",
        form="talks",
        when="2024-02-20",
        persons=("Nimal Silva", "Reza Karimi"),
    )

    assert Verdict.SAME != match(one, other).verdict


def test_general_words_years_apart_are_not_one_undertaking():
    one = filed("2019-02-21", "cooperation", "discussed", "IND KOR", "cooperation in defence")
    other = filed("2025-02-21", "cooperation", "discussed", "IND KOR", "defence cooperation")

    assert Verdict.DIFFERENT == match(one, other).verdict


def test_every_verdict_has_its_reasons():
    one = filed("2024-11-19", "instrument", "negotiating", "IND ITA", "agreement on ports", form="agreement")
    other = filed("2024-11-20", "instrument", "negotiating", "IND ITA", "ports agreement", form="agreement")
    found = match(one, other)

    assert found.score == pytest.approx(sum(reason.points for reason in found.reasons))
    assert "ports" not in str(found.reasons[0]) and "port" in str(found.reasons[0])


def test_a_summit_of_forty_parties_is_one_entry_and_not_780_dyads():
    codes = [f"A{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(40)]
    first = report(
        "2025-09-01",
        said(
            "Forty leaders met in Bern.",
            "meeting",
            "done",
            " ".join(codes),
            "summit in Bern",
            form="summit",
            when="2025-09-01",
        ),
    )
    second = report(
        "2025-09-02",
        said(
            "The Bern summit of forty ended.",
            "meeting",
            "done",
            " ".join(codes[:38]),
            "Bern summit",
            form="summit",
            when="2025-09-01",
        ),
    )

    assert 1 == len(ledger_of(first, second).entries())
    assert 21 >= len(bases(frozenset(codes)))


def test_sets_with_half_their_parties_in_common_share_a_block():
    codes = [f"A{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(20)]
    for size in range(2, 20):
        assert set(bases(frozenset(codes))) & set(bases(frozenset(codes[20 - size :]))) or size < 10


def test_claims_that_share_nothing_share_no_block():
    one = filed("2024-11-19", "instrument", "negotiating", "IND ITA", "agreement on ports", form="agreement")
    other = filed("2024-11-19", "trade", "agreed", "IND ITA", "sale of torpedoes", form="supply")

    assert not keys(profile(one)) & keys(profile(other))


def test_what_was_told_as_held_is_not_what_begins_later():
    told = filed("2024-10-02", "meeting", "done", "IND LKA", "visit of Asha Perera to India", form="visit", when="2024")
    later = filed(
        "2024-12-20", "meeting", "done", "IND LKA", "visit of Asha Perera to India", form="visit", when="2024-12-16"
    )

    assert (Verdict.DIFFERENT, "series") == (match(told, later).verdict, match(told, later).link)


def test_a_text_in_force_and_its_wished_for_update_are_two():
    old = filed("2024-02-27", "instrument", "active", "IND LKA", "free trade agreement", form="agreement")
    new = filed("2024-06-10", "instrument", "negotiating", "IND LKA", "free trade agreement", form="agreement")

    assert Verdict.SAME != match(old, new).verdict


def test_other_numbers_of_pieces_are_other_deliveries():
    one = filed("2024-01-19", "project", "done", "IND LKA", "50 houses of the housing project", form="facility")
    other = filed("2024-06-21", "project", "done", "IND LKA", "106 houses of the housing project", form="facility")

    assert "another number of pieces" in [reason.rule for reason in match(one, other).reasons]
    assert Verdict.SAME != match(one, other).verdict


def test_two_agreements_with_the_one_body_named_are_one():
    one = filed("2024-03-28", "instrument", "negotiating", "CHN LKA", "deal with Azure Bank", orgs=("Azure Bank",))
    other = filed("2024-03-31", "instrument", "proposed", "CHN LKA", "agreement with Azure Bank", orgs=("Azure Bank",))

    assert Verdict.SAME == match(one, other).verdict


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Azure Trade Union (ATU)", "Azure Trade Union"),
        ("Bay Naval Exercise (BAYNEX)", "Bay Naval Exercise (BAYNEX)"),
        ("visit (March)", "visit (March)"),
    ],
)
def test_a_short_form_in_brackets_that_repeats_the_initials_is_left_out(name, expected):
    assert expected == without_short(name)


def test_a_word_written_as_two_is_one():
    one = filed("2024-05-02", "instrument", "agreed", "IND LKA", "MoU on the Ambarai boat yard", form="mou")
    other = filed("2024-05-03", "instrument", "signed", "IND LKA", "MoU on the Ambarai boatyard", form="mou")

    assert Verdict.SAME == match(one, other).verdict


def test_a_named_programme_of_training_is_one_over_the_years():
    name = "Blue Harbour Captains scholarship programme"
    one = filed("2020-06-17", "training", "active", "JPN LKA", name, form="education")
    other = filed("2021-05-23", "training", "active", "JPN LKA", name, form="education")

    assert "general words at another time" not in [reason.rule for reason in match(one, other).reasons]


def test_the_number_right_before_a_title_tells_one_text_from_the_next():
    """Egypt and Russia signed the third executive contract for the plant. (The title leaves "the third" out.)"""

    def contract(number: str) -> Filed:
        sentence = f"Egypt and Russia signed the {number} executive contract for the plant."
        slots = {"title": (Span(sentence.index("executive"), len(sentence) - 1),)}
        told = said(sentence, "trade", "signed", "EGY RUS", "executive contract for the plant", slots=slots)
        made = report("2025-05-10", told)
        return Filed(made.claims[0].id, made.claims[0], Card(made.document.id, date="2025-05-10", text=number))

    other, same = match(contract("second"), contract("third")), match(contract("3rd"), contract("third"))

    assert (Verdict.DIFFERENT, "series") == (other.verdict, other.link)
    assert Verdict.SAME == same.verdict
