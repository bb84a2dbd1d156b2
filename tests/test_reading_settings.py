"""Limits in the settings file and the environment, and problems that name them."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import fields
from pathlib import Path

import pytest

from commands import servanda
from servanda.ledger import Ledger
from servanda.model import Document
from servanda.problems import QueryError
from servanda.reading import Limits, limits_in_force, read_bytes


def test_without_settings_the_limits_are_the_defaults(tmp_path: Path) -> None:
    assert Limits() == limits_in_force({}, tmp_path / "none.toml")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[limits]\npages = 10\nrows = 1_000\nallow_private = true\n[llm]\nmodel = 'm'\n", "utf-8")

    made = limits_in_force({"SERVANDA_LIMITS_ROWS": "7", "SERVANDA_LIMITS_SECONDS": "1.5"}, file)

    assert Limits(pages=10, rows=7, seconds=1.5, allow_private=True) == made


@pytest.mark.parametrize("limit", [field.name for field in fields(Limits)])
def test_every_limit_can_be_set_and_the_help_of_add_names_it(limit: str, tmp_path: Path) -> None:
    made = limits_in_force({f"SERVANDA_LIMITS_{limit.upper()}": "1"}, tmp_path / "none.toml")

    assert 1 == getattr(made, limit)
    assert limit in servanda("add", "--help").out.partition("Limits")[2].split()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PAGES", "many", "pages: 'many' is not a number"),
        ("PAGES", "1.5", "pages: '1.5' is not a number"),
        ("ROWS", "0", "rows: '0' is too small"),
        ("SECONDS", "nan", "seconds: 'nan' is too small or too large"),
        ("ALLOW_PRIVATE", "perhaps", "allow_private: 'perhaps' is neither true nor false"),
    ],
)
def test_a_limit_that_cannot_be_is_named(name: str, value: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=words):
        limits_in_force({f"SERVANDA_LIMITS_{name}": value}, tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [("[limits]\npage = 3", "page: no such limit"), ("limits = 3", "limits is no table"), ("[limits", "settings.toml")],
)
def test_a_file_that_cannot_be_understood_is_told_in_one_line(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, "utf-8")
    monkeypatch.setenv("SERVANDA_SETTINGS", str(file))

    ran = servanda("extract", "-", stdin=b"India and Japan held talks.")

    assert 2 == ran.status
    [line] = ran.complaints
    assert words in line


def test_a_problem_names_the_limit_and_where_it_is_set() -> None:
    [read] = read_bytes(b"a " * 600, "long.txt", limits=Limits(document_bytes=1000))

    assert "more than 1,000 bytes long (limit document_bytes)." == read.problems[0].what
    assert (
        "Split it, or raise document_bytes under [limits] in the settings, or SERVANDA_LIMITS_DOCUMENT_BYTES."
        == read.problems[0].advice
    )


@pytest.mark.parametrize("command", ["extract", "add"])
def test_a_limit_of_the_environment_bounds_a_command(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVANDA_LIMITS_DOCUMENT_BYTES", "20")
    monkeypatch.setenv("SERVANDA_LEDGER", str(tmp_path / "l.db"))
    file = tmp_path / "long.txt"
    file.write_text("India and Japan held talks in Tokyo on Monday.", "utf-8")

    assert "(limit document_bytes)" in servanda(command, file).err


def test_a_private_address_is_fetched_only_where_that_is_allowed() -> None:
    """Nothing listens at the port: what is refused is not asked, what is allowed cannot be reached."""
    address = "http://127.0.0.1:9/report"

    assert "--allow-private" in servanda("extract", address).err
    assert "cannot be fetched" in servanda("extract", "--allow-private", address).err


def test_rules_that_never_end_on_a_text_are_stopped_and_the_next_is_extracted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servanda.extracting import extractor

    def endless(document: Document) -> extractor.Extraction:
        while "for ever" in document.text:
            time.sleep(0.001)
        return real(document)

    real = extractor.extract
    monkeypatch.setattr(extractor, "extract", endless)
    monkeypatch.setenv("SERVANDA_LIMITS_SECONDS", "0.5")
    (tmp_path / "a.txt").write_text("It went on for ever and ever.", "utf-8")
    (tmp_path / "b.txt").write_text("India and Japan signed an agreement on ports in Tokyo on Monday.", "utf-8")
    ran = servanda("extract", "--jsonl", tmp_path)

    assert "a.txt: the rules take longer than 2 s (4 times limit seconds)" in ran.err
    assert [0, 1] == [len(json.loads(line)["claims"]) for line in ran.out.splitlines()]


def test_a_text_longer_than_any_report_is_refused_by_the_limit() -> None:
    [read] = read_bytes(b"words " * 100, "long.txt", limits=Limits(text=500))

    assert read.document is None and read.source is not None
    assert "more than 500 characters (limit text)." == read.problems[0].what


NEWS = {"text": "India and Japan held talks on ports in Tokyo on Monday.", "date": "2031-03-05"}


@pytest.mark.parametrize("tool", ["compare", "explain", "add"])
def test_a_limit_bounds_what_an_assistant_hands_over(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set in the file, while the server runs."""
    mcp = pytest.importorskip("mcp", reason="needs the extra servanda[mcp]")
    from servanda.mcp_server import server

    async def answer() -> str:
        async with mcp.Client(made, read_timeout_seconds=30) as client:
            return str((await client.call_tool(tool, NEWS)).content)

    made = server(tmp_path / "l.db", True)
    monkeypatch.setenv("SERVANDA_SETTINGS", str(tmp_path / "settings.toml"))
    if tool == "add":
        assert "(limit document_bytes)" not in asyncio.run(answer())
    (tmp_path / "settings.toml").write_text("[limits]\ndocument_bytes = 20\n", "utf-8")

    assert "(limit document_bytes)" in asyncio.run(answer())


@pytest.mark.parametrize("to", ["documents", "compare"])
def test_a_limit_bounds_what_a_browser_hands_over(to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = pytest.importorskip("starlette.testclient", reason="needs the extra servanda[web]").TestClient
    from servanda.web import app_for

    monkeypatch.setenv("SERVANDA_LIMITS_DOCUMENT_BYTES", "20")
    with Ledger.in_memory() as ledger:
        answer = client(app_for(ledger, by="A. Officer"), base_url="http://localhost").post(f"/api/v1/{to}", json=NEWS)

    assert "(limit document_bytes)" in answer.text
