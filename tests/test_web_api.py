"""The API: the same answers as the ledger gives, errors as problem+json, lists in pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from starlette.testclient import TestClient

from ledger_reports import file, report, said
from servanda.ledger import Ledger
from servanda.web import app_for

PARTNERS = ("ITA", "JPN", "KOR", "OMN", "BEL")


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger.in_memory()
    for day, other in enumerate(PARTNERS, 1):
        words = f"India and {other} signed a pact on ports."
        file(made, report(f"2026-03-0{day}", said(words, "instrument", "signed", f"IND {other}", "pact on ports")))
    with made:
        yield made


@pytest.fixture
def client(ledger: Ledger) -> TestClient:
    return TestClient(app_for(ledger, by="A. Officer"), base_url="http://localhost")


def test_a_list_is_walked_by_its_cursors(client: TestClient, ledger: Ledger) -> None:
    seen: list[str] = []
    asked: dict[str, str] = {"limit": "2"}
    while True:
        answer = client.get("/api/v1/entries", params=asked).json()
        seen += [entry["id"] for entry in answer["entries"]]
        if "next" not in answer:
            break
        asked["cursor"] = answer["next"]

    assert [line.id for line in ledger.entries()] == seen


def test_an_answer_that_is_known_is_not_sent_again(client: TestClient, ledger: Ledger) -> None:
    first = client.get("/api/v1/entries")
    again = client.get("/api/v1/entries", headers={"if-none-match": first.headers["etag"]})

    assert (304, b"") == (again.status_code, again.content)

    ledger.judge("reject", ledger.entries()[0].id, by="A. Officer")

    assert 200 == client.get("/api/v1/entries", headers={"if-none-match": first.headers["etag"]}).status_code


def test_an_entry_bears_its_quotations_and_offsets(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries("party:JPN")
    [filed] = client.get(f"/api/v1/entries/{line.id}").json()["claims"]
    [quotation] = filed["claim"]["quotations"]
    document = client.get(f"/api/v1/documents/{filed['card']['id']}").json()

    assert quotation["words"] == document["document"]["text"][quotation["start"] : quotation["stop"]]
    assert line.id == document["claims"][0]["entry"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/entries?q=colour:red", 400),
        ("/api/v1/entries?cursor=%F0%9F%90%98", 400),
        ("/api/v1/entries?cursor=YWZ0ZXI6LTE=", 400),
        ("/api/v1/entries?limit=0", 422),
        ("/api/v1/entries/zzzz", 404),
        ("/api/v1/documents/zzzz", 404),
        ("/api/v1/dossiers/india1", 404),
        ("/api/v1/due?before=soon", 400),
        ("/api/v1/search?q=party:IND&what=claims", 400),
        ("/api/v1/export/docx", 422),
        ("/api/v1/nothing", 404),
    ],
)
def test_an_error_is_one_problem_with_what_to_do(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)

    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert {"type", "title", "status", "detail"} == set(answer.json())


@pytest.mark.parametrize(
    "path",
    [
        "counts", "entries?q=party:IND", "due", "series", "review", "languages", "problems", "judgements",
        "dossiers/IND", "dossiers/IND/ITA", "search?q=ports", "search?q=ports&what=claims",
        "search?q=pact&what=documents", "openapi.json",
    ],
)  # fmt: skip
def test_every_question_is_answered_in_json(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")

    assert 200 == answer.status_code
    assert answer.json()


def test_a_judgement_is_passed_and_withdrawn(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries("party:KOR")
    passed = client.post("/api/v1/judgements", json={"verb": "note", "on": [line.id], "value": "told by phone"})

    assert (201, "A. Officer") == (passed.status_code, passed.json()["by"])

    client.delete(f"/api/v1/judgements/{passed.json()['id']}")

    assert ledger.judgements()[0].withdrawn
    assert 404 == client.delete("/api/v1/judgements/zzzz").status_code
    assert 400 == client.post("/api/v1/judgements", json={"verb": "bless", "on": [line.id]}).status_code


def test_a_report_is_filed_once(client: TestClient) -> None:
    told = {"text": "India and France signed an agreement on shipping in Paris.", "date": "2026-03-09"}
    first, again = (client.post("/api/v1/documents", json=told) for _ in range(2))

    assert (201, 1, 0) == (first.status_code, first.json()["new"], again.json()["new"])
    assert first.json()["documents"] == again.json()["documents"]


def test_a_text_is_compared_with_what_is_known(client: TestClient) -> None:
    told = {"text": "India and Japan signed a pact on ports.", "date": "2026-04-01"}
    [claim] = client.post("/api/v1/compare", json=told).json()["claims"]

    assert claim["novelty"] in ("REPEAT", "NEW", "CONTRADICTS")
    assert claim["claim"]["claim"]["quotations"]


def test_a_form_cannot_speak_to_the_api(client: TestClient) -> None:
    answer = client.post("/api/v1/compare", content="text=India", headers={"content-type": "text/plain"})

    assert 422 == answer.status_code


def test_an_export_has_every_entry(client: TestClient) -> None:
    lines = client.get("/api/v1/export/csv").text.strip().splitlines()

    assert 1 + len(PARTNERS) == len(lines)
