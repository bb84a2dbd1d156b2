"""Which names of a document are bodies: firms, agencies, ministries, universities."""

from __future__ import annotations

import pytest

from servanda.language.cast import cast_of
from servanda.language.mentions import read


def named(text: str) -> list[str]:
    reading = read(text, "en")
    cast = cast_of(reading)
    return [b.name for s in reading.sentences for b in cast.named.get(s.index, [])]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The carmaker Velonda will buy engines from Japan.", ["Velonda"]),
        ("Velonda, an Italian engine maker, signed a contract with India.", ["Velonda"]),
        (
            "India and the Ministry of Ports and the Bank of Ostrava signed a treaty.",
            ["Ministry of Ports", "Bank of Ostrava"],
        ),
        ("Japan and India met at the Harbour Forum.", []),
    ],
)
def test_a_body_is_known_by_its_word_or_by_what_the_text_calls_it(text: str, names: list[str]) -> None:
    assert names == named(text)


def test_a_body_is_known_again_by_its_acronym() -> None:
    text = "The Norland Space Agency (NSA) signed a pact with Japan. Later NSA signed a treaty with India."

    assert ["Norland Space Agency", "NSA", "NSA"] == named(text)


def test_a_person_behind_a_body_is_no_part_of_its_name() -> None:
    assert ["Arlen University"] == named("Arlen University Chairman Piet Moor signed a memorandum with India.")
