"""The tools for assistants, asked by the official client: in this process, over stdio and over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from commands import servanda

pytest.importorskip("mcp", reason="needs the extra servanda[mcp]")

from mcp import Client, MCPError, StdioServerParameters

from servanda.ledger import Ledger
from servanda.mcp_server import server
from servanda.problems import QueryError

T = TypeVar("T")
REPORT = """India and Belgium sign memorandum on ports

India and Belgium signed a memorandum of understanding on ports in New Delhi on Monday.
India and Belgium agreed to hold a joint naval exercise by March 2026.
"""
READS = {"search", "entry", "dossier", "due", "compare", "explain"}
WRITES = {"add", "judge", "withdraw"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "ports.txt").write_text(REPORT, "utf-8")
    ran = servanda("add", "--ledger", folder / "desk.db", "--date", "2025-03-05", folder / "ports.txt")
    assert 0 == ran.status, ran.err
    return folder / "desk.db"


def asked(of: Any, question: Callable[[Client], Awaitable[T]]) -> T:
    """Return what a client is answered."""

    async def run() -> T:
        async with Client(of, read_timeout_seconds=30) as client:
            return await question(client)

    return asyncio.run(run())


def call(of: Any, tool: str, **arguments: Any) -> Any:
    """Return a tool's answer, or the words of its error."""
    made = asked(of, lambda client: client.call_tool(tool, arguments))
    words = made.content[0].text  # type: ignore[union-attr]
    return words if made.is_error else made.structured_content or json.loads(words)


def test_a_server_reads_only_unless_it_is_allowed_to_write(desk: Path) -> None:
    def names(writing: bool) -> set[str]:
        return {tool.name for tool in asked(server(desk, writing), lambda client: client.list_tools()).tools}

    assert READS == names(False)
    assert READS | WRITES == names(True)


def test_every_tool_says_what_it_does_and_whether_it_writes(desk: Path) -> None:
    tools = asked(server(desk, True), lambda client: client.list_tools()).tools

    assert all(tool.description for tool in tools)
    assert READS == {tool.name for tool in tools if tool.annotations and tool.annotations.read_only_hint}


def test_search_answers_with_quotations_and_their_source(desk: Path) -> None:
    [entry] = call(server(desk), "search", query="party:IND kind:instrument")["entries"]
    [quotation] = entry["quotations"]

    assert quotation["words"] in REPORT
    assert "2025-03-05" == quotation["date"]
    assert {"document", "start", "stop", "title"} <= quotation.keys()


def test_what_is_due_is_listed_with_its_reason(desk: Path) -> None:
    [entry] = call(server(desk), "due", before="2026-12-31", as_of="2025-06-01")["entries"]

    assert "2026-03-31" == entry["due"]
    assert entry["because"] and entry["quotations"]


def test_an_entry_is_shown_with_its_history(desk: Path) -> None:
    [line] = call(server(desk), "search", query="kind:instrument")["entries"]
    shown = call(server(desk), "entry", id=line["id"])

    [history] = [part for part in shown["sections"] if part["heading"] == "History"]
    assert all(step["quotations"] for step in history["statements"])


@pytest.mark.parametrize("about", [["IND", "BEL"], ["IND"], ["ports"]])
def test_a_dossier_is_of_two_parties_of_one_or_of_words(desk: Path, about: list[str]) -> None:
    assert call(server(desk), "dossier", about=about)["sections"]


def test_a_new_text_is_compared_with_what_is_known(desk: Path) -> None:
    again = "India and Belgium signed a memorandum of understanding on ports in New Delhi."
    [one] = call(server(desk), "compare", text=again, date="2025-03-09", language="en")["claims"]

    assert "REPEAT" == one["novelty"]
    assert one["earlier"][0]["words"] in REPORT
    assert one["claim"]["quotations"][0]["words"] in again


def test_explain_tells_what_was_taken_and_what_was_not(desk: Path) -> None:
    made = call(server(desk), "explain", text=REPORT + "India hopes for peace talks.\n", date="2025-03-05")

    assert made["claims"][0]["because"]
    assert all(one["chance"] < one["needed"] for one in made["considered"])


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("entry", {"id": "ffffffff"}, "no such entry"),
        ("search", {"query": "stage:friendly"}, "stage"),
        ("due", {"before": "soon"}, "is not a day"),
        ("compare", {"text": " "}, "Give between 1 and"),
        ("explain", {"text": "x" * 200_001}, "Give between 1 and"),
        ("dossier", {"about": []}, "names nothing"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_do(
    desk: Path, tool: str, arguments: dict[str, Any], words: str
) -> None:
    answer = call(server(desk), tool, **arguments)

    assert words in answer
    assert "Traceback" not in answer


def test_a_tool_that_is_not_allowed_does_not_exist(desk: Path) -> None:
    with Ledger.open(desk) as ledger:
        before = ledger.judgements()
    try:
        answer = call(server(desk), "judge", verb="reject", ids=["ffff"], why="x")
    except MCPError as error:
        answer = str(error)

    assert "judge" in answer
    with Ledger.open(desk) as ledger:
        assert before == ledger.judgements()


def test_resources_are_the_entry_the_dossier_and_the_text(desk: Path) -> None:
    [line] = call(server(desk), "search", query="kind:instrument")["entries"]

    def read(uri: str) -> str:
        made = asked(server(desk), lambda client: client.read_resource(uri))
        return made.contents[0].text  # type: ignore[union-attr]

    assert line["title"] == json.loads(read(f"servanda://entry/{line['id']}"))["title"]
    assert json.loads(read("servanda://dossier/IND/BEL"))["sections"]
    quotation = line["quotations"][0]
    text = read(f"servanda://document/{quotation['document']}")
    assert quotation["words"] == text[quotation["start"] : quotation["stop"]]


def test_where_writing_is_allowed_what_is_added_twice_is_filed_once(tmp_path: Path) -> None:
    of = server(tmp_path / "new.db", writing=True)
    first = call(of, "add", text=REPORT, date="2025-03-05")
    second = call(of, "add", text=REPORT, date="2025-03-05")

    assert (1, 0) == (first["documents"], second["documents"])
    assert len(first["entries"]) == len(call(of, "search")["entries"]) > 0


def test_an_assistant_judges_as_a_machine_and_takes_back_only_its_own(tmp_path: Path) -> None:
    of = server(tmp_path / "new.db", writing=True)
    call(of, "add", text=REPORT, date="2025-03-05")
    [line] = call(of, "search", query="kind:instrument")["entries"]
    with Ledger.open(tmp_path / "new.db") as ledger:
        own = ledger.judge("note", line["id"], by="A. Officer", value="told by phone")

    made = call(of, "judge", verb="note", ids=[line["id"]], why="asked", value="seen")

    assert "llm/assistant" == made["by"]
    assert "Only people withdraw" in call(of, "withdraw", id=own.id)
    assert call(of, "withdraw", id=made["id"])["withdrawn"]


def test_a_ledger_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="there is no ledger"):
        server(tmp_path / "none.db")

    assert not (tmp_path / "none.db").exists()


def test_the_command_serves_over_stdio(desk: Path) -> None:
    command = StdioServerParameters(command=sys.executable, args=["-m", "servanda.cli", "mcp", "--ledger", str(desk)])

    assert 2 == len(call(command, "search")["entries"])


def test_the_command_serves_over_http(desk: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "servanda.cli", "mcp", "--ledger", str(desk), "--http", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        assert 2 == len(call(f"http://127.0.0.1:{port}/mcp", "search")["entries"])
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def test_an_address_that_is_none_is_told(desk: Path) -> None:
    assert "is no address" in servanda("mcp", "--ledger", desk, "--http", "here").err
