"""Trouble on the way: a server stopped in mid-upload, a full disk, a ledger that another program holds."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")
pytest.importorskip("argon2", reason="the extra servanda[web] is not installed")

from sqlalchemy import event, text

from commands import REPORT, started
from servanda.ledger import Ledger
from served import Visitor, served

HEAD = "POST /api/v1/sources?name=one.txt HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"


def fill_the_disk(ledger: Ledger, room: int = 0) -> None:
    """Let the ledger's file grow by so many pages and no further, as on a full disk."""
    with ledger.looking() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one() + room

    @event.listens_for(ledger.engine, "checkout")
    def bound(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")


def long_report(n: int) -> str:
    return REPORT + f"{n} " + " ".join(f"word{n}x{place}" for place in range(20_000))


def test_a_server_stopped_in_mid_upload_loses_nothing(tmp_path: Path) -> None:
    """What was filed before stays, what was half sent is not there, and sending it again completes it."""
    path = tmp_path / "desk.db"
    process = started("serve", "--ledger", path, "--port", "0")
    try:
        assert process.stdout
        port = int(process.stdout.readline().rpartition(" in a browser")[0].rpartition(":")[2])
        at = f"http://localhost:{port}/api/v1"
        first = httpx.post(f"{at}/documents", json={"text": "India and Italy signed a pact on ports."}, timeout=60)

        assert (201, 1) == (first.status_code, first.json()["new"]), first.text

        with socket.create_connection(("localhost", port)) as half:
            half.sendall(f"{HEAD}Content-Length: 500000\r\n\r\n{REPORT}".encode())
            time.sleep(0.2)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
    finally:
        process.kill()
        process.communicate()
    with Ledger.open(path) as ledger:
        assert 1 == ledger.check().documents
        assert () == ledger.check().problems

        with served(ledger) as again:
            sent = {"name": "one.txt"}, {"content-type": "application/octet-stream"}
            answer = httpx.post(f"{again}/api/v1/sources", content=REPORT, params=sent[0], headers=sent[1])

        assert (201, 1) == (answer.status_code, answer.json()["new"])


def test_a_sender_who_goes_away_leaves_nothing_half_filed(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "desk.db") as ledger, served(ledger) as at:
        port = int(at.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as half:
            half.sendall(f"{HEAD}Content-Length: 500000\r\n\r\n{REPORT}".encode())
        time.sleep(0.2)

        assert 200 == httpx.get(f"{at}/api/v1/entries").status_code
        assert [] == ledger.entries()


def test_on_a_full_disk_a_page_says_so_and_what_was_filed_stays(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "desk.db") as ledger, served(ledger) as at, Visitor(base_url=at) as visitor:
        fill_the_disk(ledger, 60)
        files = [("files", (f"{n}.txt", long_report(n).encode(), "text/plain")) for n in range(4)]
        answer = visitor.post("/add", data={"token": token_in(visitor)}, files=files)

        assert 507 == answer.status_code
        assert "disk is full" in answer.text
        assert 200 == visitor.get("/entries").status_code
        assert () == ledger.check().problems


def token_in(visitor: Visitor) -> str:
    return visitor.get("/add").text.partition('name="token" value="')[2].partition('"')[0]


def test_on_a_full_disk_a_program_is_told_and_a_judgement_is_not_half_passed(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "desk.db") as ledger, served(ledger) as at:
        httpx.post(f"{at}/api/v1/documents", json={"text": REPORT})
        [line, *_] = ledger.entries()
        fill_the_disk(ledger)
        answers = [
            httpx.post(f"{at}/api/v1/documents", json={"text": long_report(1)}),
            httpx.post(f"{at}/api/v1/judgements", json={"verb": "note", "on": [line.id], "value": "x" * 500_000}),
        ]

        assert [(507, "application/problem+json")] * 2 == [(a.status_code, a.headers["content-type"]) for a in answers]
        assert [] == ledger.judgements()
        assert [line.id for line in ledger.entries()] == [
            e["id"] for e in httpx.get(f"{at}/api/v1/entries").json()["entries"]
        ]


@pytest.fixture(scope="module")
def empty() -> Iterator[str]:
    with Ledger.in_memory() as ledger, served(ledger) as at:
        yield at


@pytest.mark.parametrize("query", ["colour:red", "party:", "due:soon", 'under:"plan', "stage:blessed"])
def test_a_broken_query_is_told_with_what_would_be_right(query: str, empty: str) -> None:
    for path in ("/entries", "/search", "/due", "/series"):
        answer = httpx.get(empty + path, params={"q": query})

        assert 400 == answer.status_code, path
        assert any(word in answer.text for word in ("as in", "Use one of", "Write", "Use party"))


@pytest.mark.parametrize("path", ["/entries/zzzz", "/documents/zzzz", "/dossiers/nowhere1", "/nothing"])
def test_an_unknown_address_is_a_page_that_says_so(path: str, empty: str) -> None:
    answer = httpx.get(empty + path)

    assert (404, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert path.rpartition("/")[2] in answer.text
