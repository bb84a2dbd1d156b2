"""The packs know every state, give no form to two parties, and keep their own examples."""

import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import regex

from servanda import codebook

PACKS = Path(codebook.__file__).parent / "packs"
LANGUAGES = ("en", "fr", "hi", "it", "ja", "ko", "ru")
UNSPACED = ("ja",)
KEYS = ("names", "adjectives", "governments", "people", "forms")


@cache
def table(language: str, stem: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((PACKS / language / f"{stem}.toml").read_text("utf-8"))


@cache
def rows(language: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (section, row) of countries.toml and parties.toml."""
    tables = (table(language, stem) for stem in ("countries", "parties"))
    return [(section, row) for content in tables for section, entries in content.items() for row in entries]


def forms(row: dict[str, Any]) -> list[str]:
    return [form for key in KEYS for form in row.get(key, ())]


def states() -> set[str]:
    """Return the codes that CLDR knows: a state whose names are all by hand in one language is generated in another."""
    return {row["code"] for language in LANGUAGES for row in table(language, "countries")["party"]}


def organisations() -> set[str]:
    return set(tomllib.loads(Path(codebook.__file__).with_suffix(".toml").read_text("utf-8"))["organisations"]["codes"])


@cache
def particles(language: str) -> str:
    """Return an expression for what may hang on a word of the language."""
    own = tomllib.loads((PACKS / language / "pack.toml").read_text("utf-8")) if language == "ko" else {}
    return "|".join(sorted(own.get("particles", ()), key=len, reverse=True))


def pattern(form: str, spaced: bool, follow: str = "") -> str:
    words = regex.split(r"[\s\-]+", form)
    within = r"[\s\-–]+".join(regex.escape(word).replace(r"\*", r"[\p{L}\p{M}]*") for word in words)
    if not spaced:
        return within
    return rf"(?<![\p{{L}}\p{{M}}\p{{N}}]){within}(?=(?:{follow}){{0,3}}(?![\p{{L}}\p{{M}}\p{{N}}]))"


@cache
def compiled(language: str, form: str, flags: int) -> regex.Pattern[str]:
    return regex.compile(pattern(form, language not in UNSPACED, particles(language)), flags)


@cache
def beginnings(language: str) -> list[tuple[str, str, int, int]]:
    """Return (first word, form, row number, flags) of every form."""
    return [
        (regex.split(r"[\s\-*]+", form.casefold())[0], form, number, 0 if row.get("cased") else regex.IGNORECASE)
        for number, (_, row) in enumerate(rows(language))
        for form in forms(row)
    ]


def longest_matches(language: str, text: str) -> list[tuple[str, int]]:
    """Return (form, row number) of the leftmost longest whole-word matches in the text."""
    found, small = [], text.casefold()
    for first, form, number, flags in beginnings(language):
        if first in small:
            found += [(m.start(), -m.end(), form, number) for m in compiled(language, form, flags).finditer(text)]
    kept, reached = [], 0
    for start, stop, form, number in sorted(found):
        if start >= reached:
            kept.append((form, number))
            reached = -stop
    return kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_is_a_state_or_an_organisation_of_the_codebook(language: str) -> None:
    known = states() | organisations()

    unknown = {code for _, row in rows(language) for code in [row.get("code"), *row.get("codes", [])]} - known - {None}

    assert set() == unknown


def test_the_states_are_those_of_iso_3166_and_kosovo() -> None:
    assert 250 == len(states())
    assert {"IND", "TWN", "XKX", "GRL", "SSD"} <= states()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_is_empty_or_padded_or_all_star(language: str) -> None:
    wrong = [form for _, row in rows(language) for form in forms(row) if form != form.strip() or not form.strip(" *_")]

    assert [] == wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_stands_for_two_parties_unless_it_says_so(language: str) -> None:
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for section, row in rows(language):
        if not row.get("ambiguous"):
            for form in forms(row):
                owners[form.casefold()].add(row.get("code") or "+".join(row.get("codes", [section])))

    assert {} == {form: codes for form, codes in owners.items() if len(codes) > 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_a_name_in_every_language(language: str) -> None:
    named = {row["code"] for section, row in rows(language) if section == "party" and row.get("names")}

    assert set() == states() - named


def test_english_has_adjectives_for_nearly_all_states() -> None:
    described = {row["code"] for section, row in rows("en") if section == "party" and row.get("adjectives")}

    assert 190 <= len(described & states())


@pytest.mark.parametrize("language", LANGUAGES)
def test_parties_written_by_hand_stand_in_the_order_of_their_codes(language: str) -> None:
    for section in ("party", "leader", "body", "place"):
        codes = [row["code"] for row in table(language, "parties").get(section, ())]

        assert sorted(codes) == codes


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_example_matches_its_entry_and_no_reject_does(language: str) -> None:
    for number, (_, row) in enumerate(rows(language)):
        for example in row.get("examples", ()):
            assert number in {n for _, n in longest_matches(language, example)}, example
        for reject in row.get("rejects", ()):
            assert number not in {n for _, n in longest_matches(language, reject)}, reject
