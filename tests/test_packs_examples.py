"""Every pack keeps its own examples, and says nothing that the codebook does not know."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servanda import codebook
from servanda.language.packs import Entry, languages, lexicon, lexicon_entries, longest, pack
from servanda.model import Kind, Stage

LANGUAGES = languages()
FILES = {"heads", "cues", "marks", "domains", "items", "parties", "countries", "dates"}
PAGE = (Path(__file__).parent.parent / "docs/languages.md").read_text("utf-8")
# Layers whose examples are walked here; tests/test_packs_parties.py walks the parties'.
LAYERS = ("head", "cue", "item")


def entries(language: str) -> Iterator[Entry]:
    """Yield the entries of a pack itself, without those of packs that it mixes."""
    yield from (entry for entry, *_ in lexicon_entries(pack(language)))


def found(language: str, layer: str, text: str) -> set[str]:
    """Return the ids of a layer's entries in a text, the longest match winning."""
    hits = [hit for hit in lexicon(language).hits(text) if hit.entry.layer == layer]
    return {hit.entry.id for hit in longest(hits)}


def rows(language: str, table: str, section: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = pack(language).settings(table).get(section, [])
    return made


def test_seven_languages_can_be_read() -> None:
    assert {"en", "fr", "hi", "it", "ja", "ko", "ru"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pack_has_all_its_files(language: str) -> None:
    assert set() == FILES - pack(language).tables.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_makes_its_entry_match(language: str) -> None:
    walked = [entry for entry in entries(language) if entry.layer in LAYERS]
    deaf = [
        (entry.id, example)
        for entry in walked
        for example in entry.data.get("examples", ())
        if entry.id not in found(language, entry.layer, example)
    ]

    assert [] == deaf


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reject_makes_its_entry_not_match(language: str) -> None:
    walked = [entry for entry in entries(language) if entry.layer in LAYERS]
    taken = [
        (entry.id, reject)
        for entry in walked
        for reject in entry.data.get("rejects", ())
        if entry.id in found(language, entry.layer, reject)
    ]

    assert [] == taken


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_head_has_a_kind_and_form_of_the_codebook(language: str) -> None:
    wrong = [
        head["id"]
        for head in rows(language, "heads", "head")
        if head["kind"] not in set(Kind) or (head.get("form") and head["form"] not in codebook.forms(head["kind"]))
    ]

    assert [] == wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cue_and_a_head_have_stages_of_the_codebook(language: str) -> None:
    said = [(row["id"], row["stage"]) for row in rows(language, "cues", "cue")]
    said += [(row["id"], row["stage"]) for row in rows(language, "heads", "head") if row.get("stage")]

    assert [] == [(name, stage) for name, stage in said if stage not in set(Stage)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_head_and_every_stage_a_cue(language: str) -> None:
    assert set(Kind) == {row["kind"] for row in rows(language, "heads", "head")}
    assert set(Stage) == {row["stage"] for row in rows(language, "cues", "cue")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_domains_are_those_of_the_codebook(language: str) -> None:
    own = pack(language).settings("domains")["domains"]
    implied = {domain for head in rows(language, "heads", "head") for domain in head.get("domains", ())}

    assert set(codebook.domains()) == set(own)
    assert set() == implied - set(codebook.domains())


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_id_is_given_once_and_begins_with_the_language(language: str) -> None:
    ids = [
        row["id"] for table, section in (("heads", "head"), ("cues", "cue")) for row in rows(language, table, section)
    ]

    assert [] == [name for name, times in Counter(ids).items() if times > 1]
    assert [] == [name for name in ids if not name.startswith(f"{language}.")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pack_has_all_the_lists_of_marks_that_english_has(language: str) -> None:
    assert set(pack("en").marks()) == set(pack(language).marks())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_is_empty_or_padded(language: str) -> None:
    wrong = [
        (entry.id, form)
        for entry, forms, _ in lexicon_entries(pack(language))
        for form in forms
        if form != form.strip() or not form.strip("*_ ")
    ]

    assert [] == wrong


# ---- the page for pack authors -------------------------------------------------------------------


def test_the_page_names_every_file_and_every_list_of_marks() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    lists = PAGE.partition("## The lists of marks")[2].partition("\n## ")[0]

    assert FILES | {"pack", "boilerplate"} == set(re.findall(r"^\| `(\w+)\.toml`", PAGE, re.M))
    assert set(pack("en").marks()) == set(re.findall(r"`(\w+)`", lists))
    assert {"spaced", "cue_side", "adpositions", "offices", "particles", "mixes"} <= named


def test_the_pages_entry_is_one_of_its_pack() -> None:
    [block] = re.findall(r"^```toml\n(.*?)^```", PAGE, re.M | re.S)
    [shown] = tomllib.loads(block)["head"]
    [own] = [head for head in rows("it", "heads", "head") if head["id"] == shown["id"]]

    assert set(shown["forms"]) <= set(own["forms"])
    assert {key: own[key] for key in ("kind", "form", "examples", "rejects")} == {
        key: shown[key] for key in ("kind", "form", "examples", "rejects")
    }
