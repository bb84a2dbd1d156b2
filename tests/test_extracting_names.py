"""What a claim names: goods are what a word of giving takes, in the text's words; what only says "help" is none."""

from __future__ import annotations

import pytest

from servanda.extracting.extractor import extract
from servanda.model import Claim, Document

DAY = "2024-11-20"


def claims(text: str) -> tuple[Claim, ...]:
    return extract(Document(text=text, date=DAY, language="en")).claims


def items(text: str) -> set[str]:
    return {i for c in claims(text) for i in c.items}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Japan delivered two coastal rescue cutters to Fiji on Monday.", {"coastal rescue cutters"}),
        ("Ten dialysis machines were handed over by India to Fiji at a ceremony on Monday.", {"dialysis machines"}),
        ("India has delivered Nepal 40 tonnes of seed potatoes on Monday.", {"seed potatoes"}),
        ("On Monday India handed over to Fiji the first of two coastal rescue cutters.", {"coastal rescue cutters"}),
        ("Kenya signed a contract with Turkey for the supply of eight mobile clinics.", {"mobile clinics"}),
        ("Norway bought four K9 howitzers from South Korea in May.", {"K9 howitzers"}),
    ],
)
def test_goods_are_what_a_word_of_giving_takes(text: str, expected: set[str]) -> None:
    assert expected == items(text)


def test_a_list_of_goods_is_read_whole() -> None:
    text = "India donated ten dialysis machines, field radios and seed potatoes to Nepal on Monday."
    assert {"dialysis machines", "field radios", "seed potatoes"} == items(text)


@pytest.mark.parametrize(
    "text",
    [
        "India provided further assistance to Nepal on Monday.",
        "Japan supplied essential goods and services to Fiji, the minister said.",
        "The ambassador of Japan delivered a speech on Fiji.",
    ],
)
def test_what_only_says_that_something_is_given_is_no_good(text: str) -> None:
    assert set() == items(text)


def test_a_party_is_no_good() -> None:
    assert {"patrol boats"} == items("Japan has delivered Fiji two patrol boats on Monday.")


def test_ships_are_named_by_their_navies_letters() -> None:
    text = "INS Kesari and JS Takara held a bilateral exercise of India and Japan off Kochi on Monday."
    assert {"INS Kesari", "JS Takara"} == items(text)


def test_every_good_stands_in_the_text() -> None:
    text = "Japan delivered two coastal rescue cutters to Fiji on Monday."
    for claim in claims(text):
        assert list(claim.items) == [text[s.start : s.stop] for s in claim.slots.get("items", ())]


def orgs(text: str) -> set[str]:
    return {o for c in claims(text) for o in c.orgs}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ilmar Dock and Seto Heavy Industries signed an agreement of India and Japan on ship repair on Monday.",
            {"Ilmar Dock", "Seto Heavy Industries"},
        ),
        (
            "India and Japan signed a memorandum of understanding between Ilmarin and the Seto Institute of Ports.",
            {"Ilmarin", "Seto Institute of Ports"},
        ),
    ],
)
def test_a_name_joined_to_a_body_is_one(text: str, expected: set[str]) -> None:
    assert expected == orgs(text)


def test_a_ministry_of_two_fields_is_one_body() -> None:
    text = "The Ministry of Trade and Industry of Kenya signed an agreement with India on Monday."
    assert {"Ministry of Trade and Industry"} == {o.removesuffix(" of Kenya") for o in orgs(text)}


def test_who_signs_with_a_party_or_a_person_is_no_body() -> None:
    assert set() == orgs("Kenya signed an agreement with India, and President Ana Reis met Prime Minister Tomas Belar.")


def test_a_navys_letters_are_no_body() -> None:
    assert set() == orgs("INS Kesari and JS Takara held a bilateral exercise of India and Japan off Kochi on Monday.")


def test_the_commission_that_meets_is_no_body_beside_its_meeting() -> None:
    assert set() == orgs("Kenya and India held the second session of the Joint Trade Committee in Nairobi on Monday.")


def test_a_gift_is_of_its_goods_field() -> None:
    assert [("health",)] == [c.domains for c in claims("India handed over to Fiji ten dialysis machines on Monday.")]


def test_what_nothing_tells_of_is_of_the_field_spoken_of_beside_it() -> None:
    text = "Norway and Peru held talks about fisheries and fishing.\n\nThey signed an agreement in Lima on Monday."
    assert ("agriculture",) == next(c for c in claims(text) if "agreement" in c.title).domains
