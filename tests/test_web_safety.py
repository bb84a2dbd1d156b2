"""What the app refuses: foreign hosts, foreign forms, too much, other people's machines."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from commands import servanda
from servanda.exporting.days import dated
from servanda.ledger import Filed, Ledger
from servanda.ledger.records import Card
from servanda.model import Claim, Kind, Quotation, Span, Stage
from servanda.problems import QueryError
from servanda.web import app_for
from servanda.web.guarding import check_address
from servanda.web.marking import pieces
from servanda.web.wording import ladder, safe

TEXT = "On Tuesday India and Italy signed an agreement on shipping in Rome."


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.in_memory() as made:
        yield made


@pytest.fixture
def client(ledger: Ledger) -> TestClient:
    return TestClient(app_for(ledger, most=4096), base_url="http://localhost", follow_redirects=False)


def form(client: TestClient, **fields: str) -> dict[str, str]:
    found = re.search(r'name="token" value="([^"]+)"', client.get("/add").text)
    assert found
    return {"token": found[1], **fields}


def test_a_pasted_report_is_read_and_told(client: TestClient, ledger: Ledger) -> None:
    answer = client.post("/add", data=form(client, text=TEXT, date="2024-11-19"))

    assert "1 report read" in answer.text
    assert "India and Italy signed" in answer.text
    assert 1 <= len(ledger.entries())


def test_an_uploaded_file_is_read_by_what_it_is(client: TestClient, ledger: Ledger) -> None:
    page = f"<html><head><title>Shipping</title></head><body><p>{TEXT}</p></body></html>".encode()
    answer = client.post("/add", data=form(client), files={"files": ("../../etc/passwd", page, "image/png")})

    assert 200 == answer.status_code
    assert "1 report read" in answer.text


def test_a_file_that_cannot_be_read_is_told(client: TestClient) -> None:
    answer = client.post("/add", data=form(client), files={"files": ("broken.pdf", b"%PDF-1.7 broken", "x/y")})

    assert "What went wrong" in answer.text
    assert "broken.pdf" in answer.text


@pytest.mark.parametrize("url", ["/etc/passwd", "file:///etc/passwd", "ftp://example.org/x"])
def test_a_path_is_never_read_for_an_address(client: TestClient, url: str) -> None:
    assert 400 == client.post("/add", data=form(client, url=url)).status_code


def test_one_empty_file_does_not_stop_the_others(client: TestClient) -> None:
    files = [("files", (name, data, "text/plain")) for name, data in (("none.txt", b" "), ("pact.txt", TEXT.encode()))]
    page = client.post("/add", data=form(client, date="2026-03-09"), files=files)

    assert 200 == page.status_code
    assert "none.txt" in page.text
    assert "1 report read" in page.text


def test_comparing_stores_nothing(client: TestClient, ledger: Ledger) -> None:
    answer = client.post("/compare", data=form(client, text=TEXT, date="2024-11-19"))

    assert "NEW" in answer.text
    assert [] == ledger.entries()


@pytest.mark.parametrize("path", ["/add", "/compare", "/judgements", "/judgements/abcd/withdraw", "/review", "/sample"])
def test_a_form_without_its_token_is_refused(client: TestClient, path: str) -> None:
    told = {"text": TEXT, "verb": "note", "on": "abcd", "answer": "yes", "token": "guessed"}
    answer = client.post(path, data=told)

    assert 400 == answer.status_code
    assert "another visit" in answer.text


@pytest.mark.parametrize(
    "headers", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_what_another_site_sends_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    assert 403 == client.post("/compare", data=form(client, text=TEXT), headers=headers).status_code
    assert 403 == client.post("/api/v1/compare", json={"text": TEXT}, headers=headers).status_code


@pytest.mark.parametrize("host", ["servanda.example", "localhost.example", "10.0.0.7:8230", "", "[broken"])
def test_another_host_name_is_refused(client: TestClient, host: str) -> None:
    assert 421 == client.get("/", headers={"host": host}).status_code


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(client: TestClient) -> None:
    large = {"text": "x" * 5000}

    assert 413 == client.post("/api/v1/compare", json=large).status_code

    def drops() -> Iterator[bytes]:
        yield b'{"text": "'
        yield from [b"x" * 1000] * 9
        yield b'"}'

    answer = client.post("/api/v1/compare", content=drops(), headers={"content-type": "application/json"})

    assert 413 == answer.status_code
    assert "nosniff" == answer.headers["x-content-type-options"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "servanda.example", "::"])
def test_it_does_not_listen_where_others_could_reach_it(host: str) -> None:
    with pytest.raises(QueryError, match="there are no accounts"):
        check_address(host)


def test_characters_that_turn_text_are_shown_and_those_of_scripts_are_kept() -> None:
    assert "\u202e" not in safe("abc\u202edef")
    assert "U+202E" in safe("abc\u202edef")
    assert "क्\u200dष" == safe("क्\u200dष")  # a zero-width joiner is spelling
    assert "&lt;b&gt;" == safe("<b>")


def test_no_words_that_are_asked_break_a_page_or_the_api() -> None:
    with Ledger.in_memory() as empty:
        client = TestClient(app_for(empty), base_url="http://localhost")

        @given(st.text(min_size=1, max_size=40), st.sampled_from(["party", "kind", "since", "due", "domain", "page"]))
        @settings(max_examples=25, deadline=None)
        def ask(words: str, key: str) -> None:
            for path in ("/entries", "/search", "/api/v1/entries", "/api/v1/export/jsonl"):
                assert client.get(path, params={"q": words}).status_code in (200, 400)
            assert client.get("/entries", params={key: words}).status_code in (200, 400)

        ask()


@given(st.text(), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5))
@settings(max_examples=60)
def test_the_pieces_of_a_text_joined_are_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    made = [filed(text, min(a, b), max(a, b)) for a, b in spans if a != b and max(a, b) <= len(text)]
    cut = pieces(text, made, made[0] if made else None)

    assert text == "".join(piece.words for piece in cut)
    assert {f.id for f in made} == {anchor for piece in cut for anchor in piece.anchors}


def filed(text: str, start: int, stop: int) -> Filed:
    quotation = Quotation(start, stop, text[start:stop])
    claim = Claim("d", Kind.MEETING, Stage.DONE, "talks", ("IND", "ITA"), (quotation,), slots={"kind": (Span(0, 1),)})
    return Filed(claim.id, claim, Card("d"))


@pytest.mark.parametrize(
    ("edtf", "words"),
    [("2024-11-18", "18 Nov 2024"), ("2024-11", "Nov 2024"), ("2019", "2019"), ("2025/2029", "2025–2029"), (None, ""),
     ("2022-09-07/2022-09-09", "7–9 Sep 2022"), ("2024-21", "2024-21"), ("2026-01-15T00:00:00Z", "15 Jan 2026")],
)  # fmt: skip
def test_a_date_is_as_precise_as_it_is_known(edtf: str | None, words: str) -> None:
    assert words == dated(edtf)


@pytest.mark.parametrize(("stage", "rungs"), [(None, 0), ("proposed", 1), ("signed", 5), ("done", 7), ("stalled", 0)])
def test_the_ladder_is_filled_up_to_the_stage_and_says_its_word(stage: str | None, rungs: int) -> None:
    drawn = ladder(stage)

    assert rungs == drawn.count('class="on"')
    assert (stage or "unconfirmed") in drawn


def test_serve_says_in_one_line_why_it_does_not_listen(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ledger = str(tmp_path / "ledger.db")
        for words in (("--host", "0.0.0.0"), ("--port", port)):
            ran = servanda("serve", "--ledger", ledger, *words)

            assert 2 == ran.status
            assert 1 == len(ran.err.strip().splitlines())
