"""Where the model is, what it is told, what it may cost, and how a text is divided for it."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from servanda.asking import Settings, settings
from servanda.asking.cost import tokens
from servanda.asking.instruction import claims_schema, instruction
from servanda.asking.pieces import halves, pieces
from servanda.codebook import codebook
from servanda.model import Document
from servanda.problems import QueryError

ANYTHING = st.text(alphabet="ab .\n।。é", max_size=400)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[llm]\nurl = "http://here/v1/"\nmodel = "small"\npiece = 500\n', "utf-8")

    made = settings({"SERVANDA_LLM_MODEL": "large", "SERVANDA_LLM_TIMEOUT": "9"}, file)

    assert ("http://here/v1", "large", 500, 9.0) == (made.url, made.model, made.piece, made.timeout)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"SERVANDA_LLM_BUDGET": "much"}, "budget: 'much' is not a number"),
        ({"SERVANDA_LLM_CONCURRENCY": "0"}, "concurrency: '0' is too small"),
        ({"SERVANDA_LLM_PIECE": "-5"}, "piece: '-5' is too small"),
        ({"SERVANDA_LLM_TIMEOUT": "nan"}, "timeout: 'nan' is too small or too large"),
        ({"SERVANDA_LLM_FORM": "yaml"}, "form: 'yaml' is none of: strict, json, none"),
    ],
)
def test_a_setting_that_cannot_be_is_named(given_: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=words):
        settings(given_, tmp_path / "none.toml")


def test_a_setting_that_there_is_not_is_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[llm]\nmodle = "small"\n', "utf-8")

    with pytest.raises(QueryError, match="modle: no such setting"):
        settings({}, file)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[llm\n", "utf-8")

    with pytest.raises(QueryError, match=r"settings\.toml"):
        settings({}, file)


def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(QueryError) as raised:
        settings({"SERVANDA_LLM_KEY": "geheim–1"}, tmp_path / "none.toml")

    assert "geheim" not in str(raised.value)


def test_a_key_is_in_no_repr() -> None:
    assert "sk-1" not in repr(Settings(key="sk-1"))


def test_the_instruction_and_the_schema_have_the_whole_codebook() -> None:
    """Whoever adds a kind, form, stage, domain or organisation to the codebook tells the model too."""
    book = codebook()
    claim = claims_schema()["properties"]["claims"]["items"]
    words = {*book["kinds"], *book["stages"], *book["domains"], *book["organisations"]["codes"]}
    forms = {form for kind in book["kinds"].values() for form in kind["forms"]}

    assert set() == {word for word in words | forms if word not in instruction()}
    assert set(book["kinds"]) == set(claim["properties"]["kind"]["enum"])
    assert set(book["stages"]) == set(claim["properties"]["stage"]["enum"])
    assert forms | {None} == set(claim["properties"]["form"]["enum"])
    assert list(claim["properties"]) == claim["required"]


@limits(max_examples=60, deadline=None)
@given(ANYTHING, st.integers(20, 120), st.integers(0, 60))
def test_every_character_stands_in_a_piece_that_is_not_too_long(text: str, size: int, overlap: int) -> None:
    made, unread = pieces(Document(text), size, overlap, 10_000)

    assert unread is None
    assert set(range(len(text))) == {n for piece in made for n in range(piece.span.start, piece.span.stop)}
    assert all(len(piece.span) <= size for piece in made)


@limits(max_examples=30, deadline=None)
@given(ANYTHING.map(lambda text: text * 10))
def test_halves_cover_the_whole(text: str) -> None:
    [whole] = pieces(Document(text), 100_000, 0, 1)[0]
    parts = halves(whole)

    assert (0, len(text)) == (parts[0].span.start, parts[-1].span.stop)
    assert all(a.span.stop >= b.span.start for a, b in pairwise(parts))


@pytest.mark.parametrize(
    ("text", "least"), [("the two sides agreed", 4), ("दोनों पक्ष सहमत हुए", 8), ("両国は合意した", 6)]
)
def test_tokens_are_rather_over_than_under(text: str, least: int) -> None:
    assert least <= tokens(text)


def test_the_command_line_loads_nothing_of_models_until_one_is_asked() -> None:
    loaded = "[name in sys.modules for name in ('httpx', 'servanda.asking')]"
    told = f"import sys, servanda.cli.door, servanda.cli.models; print({loaded})"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert "[False, False]" == ran.stdout.strip()
