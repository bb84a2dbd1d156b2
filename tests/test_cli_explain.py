"""``servanda explain``: nearness in words and as JSON."""

import json

from commands import servanda


def test_each_head_is_told_with_its_chance_and_what_weighed() -> None:
    told = servanda("explain", "France and Japan may sign a treaty on fisheries.").out

    assert "en.treaty: instrument" in told
    assert "needed" in told


def test_a_treaty_that_may_be_signed_is_not_signed() -> None:
    [treaty] = json.loads(servanda("explain", "--json", "France and Japan may sign a treaty on fisheries.").out)

    assert "proposed" == treaty["stage"]


def test_a_text_without_a_head_says_so() -> None:
    assert "No word here" in servanda("explain", "It rained all day.").out
