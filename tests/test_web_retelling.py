"""What the ledger writes, as the pages tell it: in the reader's language, with dates as people write them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from servanda.cli.demo import file_sample
from servanda.exporting import dossier
from servanda.ledger import Ledger
from servanda.web.retelling import FIELD, retold, sentences
from servanda.web.speaking import LANGUAGES, SPOKEN


@pytest.fixture
def hindi() -> Iterator[None]:
    before = SPOKEN.set("hi")
    yield
    SPOKEN.reset(before)


@pytest.fixture(scope="module")
def sample() -> Iterator[Ledger]:
    with Ledger.in_memory() as ledger:
        file_sample(ledger)
        yield ledger


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Due 2025-12-31; looked at last on 2026-11-14, no report that it was kept.",
         "Due 31 Dec 2025; looked at last on 14 Nov 2026, no report that it was kept."),
        ("Signed by 2025-08, 244 days after 2024-11-30.", "Signed by Aug 2025, 244 days after 30 Nov 2024."),
        ("Said 1 time before, first on 2025-03-05. This is announcement 2.",
         "Said once before, on 5 Mar 2025. This is announcement 2."),
        ("Naval talks: 3 known sessions; one in about 9 days", "Naval talks: 3 known sessions; one in about 9 days"),
        ("A sentence of which nobody knows.", "A sentence of which nobody knows."),
        (None, ""),
    ],
)  # fmt: skip
def test_a_sentence_is_told_with_dates_as_people_write_them(said: str | None, told: str) -> None:
    assert told == retold(said)


def test_a_sentence_is_told_in_the_language_of_the_interface(hindi: None) -> None:
    assert "देय 31 दिस॰ 2025; उसके बाद इन पक्षों के बारे में कुछ नहीं पढ़ा गया।" == retold(
        "Due 2025-12-31; nothing about these parties was read after it."
    )


def test_what_nobody_can_retell_is_marked_as_english(hindi: None) -> None:
    assert '<span lang="en">Something &lt;else&gt;.</span>' == retold("Something <else>.")


def test_words_within_a_sentence_are_escaped(hindi: None) -> None:
    assert "<script>" not in retold("“<script>alert(1)</script>” took its place.")


def test_every_sentence_has_all_languages_and_keeps_what_it_holds() -> None:
    for sentence in sentences():
        held = set(sentence.written.groupindex)

        assert all(held == set(FIELD.findall(sentence.told[language])) for language in LANGUAGES)


def written_by(room: str, functions: set[str]) -> set[str]:
    """Return the plain sentences that a file of the ledger writes."""
    tree = ast.parse(files("servanda").joinpath(*room.split("/")).read_text("utf-8"))
    of = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in functions]
    texts = {n.value for f in of for n in ast.walk(f) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    docs = {ast.get_docstring(f, clean=False) for f in of}
    return {words for words in texts - docs if words.endswith(".") and words[0].isupper() and " " in words}


def test_every_rule_of_a_status_can_be_retold(sample: Ledger, hindi: None) -> None:
    entries = sample.entries_in_full(sample.entries(limit=200))
    rules = {words for entry in entries for words in (entry.status.because, entry.status.rule)}
    rules |= written_by("ledger/followthrough.py", {"status", "unconfirmed"})
    rules |= written_by("ledger/comparing.py", {"against", "slips"})

    assert set() == {rule for rule in rules if "lang=" in retold(rule)}


@pytest.mark.parametrize("parties", [("IND", "ITA"), ("IND", "BEL"), ("IND", "JPN"), ("KOR", "POL")])
def test_what_a_dossier_says_of_itself_can_be_retold(sample: Ledger, parties: tuple[str, str], hindi: None) -> None:
    made = dossier.dyad(sample, *parties)
    said = [*made.coverage, *(section.note for section in made.sections)]
    said += [one.because for section in made.sections for one in section.statements]

    assert [] == [words for words in said if "lang=" in retold(words)]
