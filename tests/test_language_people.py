"""People: who is named by an office and what stands between, of which state, and under which spelling."""

from __future__ import annotations

import pytest

from servanda.language.cast import cast_of
from servanda.language.mentions import read


def people(text: str, language: str = "en") -> list[tuple[str, str]]:
    cast = cast_of(read(text, language))
    return [(p.name, p.code) for _, found in sorted(cast.people.items()) for p in found]


@pytest.mark.parametrize(
    "text",
    [
        "The visit of Minister of Fisheries, Aquatic and Ocean Resources Tomas Belar began in Lima.",
        "The visit of the Minister of Foreign Affairs of Norway Tomas Belar began in Lima.",
        "The visit of Treasury Secretary Dr. Tomas Belar began in Lima.",
        "The visit of the Chief of Naval Staff, Admiral Tomas Belar, began in Lima.",
        "The visit of Defence Secretary Air Vice Marshal (Retd.) Tomas Belar began in Lima.",
    ],
)
def test_a_name_is_found_behind_what_its_office_is_of(text: str) -> None:
    assert ["Tomas Belar"] == [name for name, _ in people(text)]


def test_a_field_of_office_is_no_name() -> None:
    """Neither "Foreign Affairs" nor "General" is anybody."""
    assert [] == people("The Secretary of State for Foreign Affairs met the Assistant Secretary General in Lima.")


def test_where_an_envoy_sits_is_not_whose_he_is() -> None:
    assert ("Tomas Belar", "NOR") in people("The Ambassador of Norway to Peru Tomas Belar met the minister.")


def test_who_is_joined_to_a_minister_is_a_person_too() -> None:
    assert "Ana Reis" in [name for name, _ in people("It was signed by Minister Tomas Belar and Ana Reis of Peru.")]


def test_a_surname_stands_for_the_full_name_of_its_bearer() -> None:
    found = people("Minister Belar arrived in Lima. Norwegian Minister Tomas Belar will meet the premier.")
    assert [("Tomas Belar", "NOR")] * 2 == found


def test_initials_written_together_are_one_name() -> None:
    assert ["M.J. Belar Rao"] == [name for name, _ in people("The visit was led by CEO Dr. M.J. Belar Rao on Monday.")]


def test_a_leader_is_spelled_as_the_text_spells_him() -> None:
    """The pack writes Mohamed Muizzu; an alias or a title is no spelling."""
    found = [name for name, _ in people("President Mohammed Muizzu met PM Modi. Later Muizzu left.")]
    assert ["Mohammed Muizzu", "Narendra Modi", "Mohammed Muizzu"] == found
