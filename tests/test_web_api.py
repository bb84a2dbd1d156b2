"""The API: the same answers as the ledger gives, errors as problem+json, lists in pages."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from ledger_reports import file, report, said
from servanda.ledger import Ledger
from servanda.problems import QueryError
from servanda.web import app_for, knowing
from servanda.web.paging import place_at


def forged(values: list[object]) -> str:
    """Return a cursor that looks like one of ours."""
    told = json.dumps([hashlib.sha256(b"entries").hexdigest()[:12], *values])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


PARTNERS = ("ITA", "JPN", "KOR", "OMN", "BEL")


def filled() -> Ledger:
    made = Ledger.in_memory()
    for day, other in enumerate(PARTNERS, 1):
        words = f"India and {other} signed a pact on ports."
        file(made, report(f"2026-03-0{day}", said(words, "instrument", "signed", f"IND {other}", "pact on ports")))
    return made


def asking(ledger: Ledger) -> TestClient:
    return TestClient(app_for(ledger, by="A. Officer"), base_url="http://localhost")


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with filled() as made:
        yield made


@pytest.fixture(scope="module")
def client(ledger: Ledger) -> TestClient:
    return asking(ledger)


@pytest.fixture
def own_ledger() -> Iterator[Ledger]:
    """A ledger of one test's own, to write to."""
    with filled() as made:
        yield made


@pytest.fixture
def own_client(own_ledger: Ledger) -> TestClient:
    return asking(own_ledger)


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


QUESTIONS = ("", "sort:due", "due:2020..", "party:IND", "pact sort:relevance", "party:IND party:ITA")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_list_is_the_same_in_pages_of_one(client: TestClient, ledger: Ledger, question: str) -> None:
    assert [line.id for line in ledger.entries(question)] == list(walked(client, "entries", "entries", q=question))


def walked(client: TestClient, path: str, name: str, **asked: str) -> Iterator[str]:
    """Yield the ids in a list, asked one by one."""
    while True:
        answer = client.get(f"/api/v1/{path}", params={"limit": "1", **asked}).json()
        yield from [item["id"] if "id" in item else item["on"][0]["id"] for item in answer[name]]
        if "next" not in answer:
            return
        asked["cursor"] = answer["next"]


def test_what_is_filed_meanwhile_neither_repeats_nor_hides(own_client: TestClient, own_ledger: Ledger) -> None:
    """A report of the last day comes in while somebody is on the second page."""
    before = [line.id for line in own_ledger.entries()]
    first = own_client.get("/api/v1/entries", params={"limit": 2}).json()
    late = said("India and Chile signed it.", "instrument", "signed", "IND CHL", "new pact")
    file(own_ledger, report("2026-03-30", late))
    rest = own_client.get("/api/v1/entries", params={"limit": 10, "cursor": first["next"]}).json()

    assert before == [entry["id"] for entry in (*first["entries"], *rest["entries"])]


@pytest.mark.parametrize(
    ("path", "name", "asked", "many"),
    [
        ("documents", "documents", {}, 5), ("documents", "documents", {"publisher": "The Gazette"}, 5),
        ("claims", "claims", {}, 5), ("claims", "claims", {"kind": "instrument", "stage": "agreed"}, 5),
        ("claims", "claims", {"kind": "meeting"}, 0), ("judgements", "judgements", {}, 3),
        ("search", "claims", {"what": "claims", "q": "pact"}, 5), ("search", "entries", {"q": "pact"}, 5),
        ("search", "documents", {"what": "documents", "q": "pact"}, 5), ("due", "entries", {}, 2),
        ("review", "doubts", {}, 2),
    ],
)  # fmt: skip
def test_every_list_is_walked_whole(path: str, name: str, asked: dict[str, str], many: int) -> None:
    with Ledger.in_memory() as ledger:
        for n, other in enumerate(PARTNERS, 1):
            more = {"due": "2999"} if n < 3 else {"review": True} if n < 5 else {}
            pact = said("A pact.", "instrument", "agreed", f"IND {other}", "pact", **more)
            file(ledger, report(f"2026-03-0{n}", pact))
        for n in range(3):
            ledger.judge("note", ledger.entries("party:ITA")[0].id, by="A. Officer", value=str(n))
        client = TestClient(app_for(ledger), base_url="http://localhost")
        found = list(walked(client, path, name, **asked))

        assert (many, many) == (len(found), len(set(found)))


def test_the_queue_goes_on_where_something_was_decided(own_client: TestClient, own_ledger: Ledger) -> None:
    """Whoever decides the doubt at which a page ended goes on with the next one, not the one after."""
    for n, other in enumerate(("CHL", "PER", "ARG"), 1):
        doubtful = said(f"Perhaps {other}.", "instrument", "signed", f"IND {other}", f"pact {n}", review=True)
        file(own_ledger, report(f"2026-04-0{n}", doubtful))
    first = own_client.get("/api/v1/review", params={"limit": 1}).json()
    on = first["doubts"][0]["on"][0]["id"]
    after = own_client.get("/api/v1/review", params={"cursor": first["next"]}).json()["doubts"]
    own_client.post("/api/v1/judgements", json={"verb": "accept", "on": [on]})

    assert after == own_client.get("/api/v1/review", params={"cursor": first["next"]}).json()["doubts"]


def test_a_cursor_holds_for_its_own_list(client: TestClient) -> None:
    given = client.get("/api/v1/entries", params={"limit": 1}).json()["next"]

    for path in ("entries?q=party:IND", "claims", "due", "documents"):
        joint = "&" if "?" in path else "?"

        assert 400 == client.get(f"/api/v1/{path}{joint}cursor={given}").status_code


@given(st.text(max_size=60) | st.lists(st.none() | st.integers() | st.text(max_size=5), max_size=4).map(forged))
@settings(max_examples=60, deadline=None)
def test_whatever_is_sent_as_a_cursor_is_refused_or_found(cursor: str) -> None:
    for like in ((str, str), (float, int), (int,)):
        try:
            assert len(like) == len(place_at(cursor, "entries", like) or like)
        except QueryError as error:
            assert "Use the `next`" in str(error)


def test_an_answer_that_is_known_is_not_sent_again(own_client: TestClient, own_ledger: Ledger) -> None:
    first = own_client.get("/api/v1/entries")
    again = own_client.get("/api/v1/entries", headers={"if-none-match": first.headers["etag"]})

    assert (304, b"") == (again.status_code, again.content)

    own_ledger.judge("reject", own_ledger.entries()[0].id, by="A. Officer")

    assert 200 == own_client.get("/api/v1/entries", headers={"if-none-match": first.headers["etag"]}).status_code


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
        ("/api/v1/calendar", 422),
        ("/api/v1/calendar?from=soon&to=2026-01-01", 400),
        ("/api/v1/claims?kind=spell", 422),
        ("/api/v1/claims/zzzz", 404),
        ("/api/v1/themes?q=", 400),
        ("/api/v1/due?q=due:soon", 400),
    ],
)
def test_an_error_is_one_problem_with_what_to_do(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)

    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert {"type", "title", "status", "detail"} == set(answer.json())


@pytest.mark.parametrize(
    "path",
    [
        "about", "home", "documents", "claims", "calendar?from=2026-01-01&to=2026-12-31", "themes?q=ports", "audit",
        "dossiers", "counts", "entries?q=party:IND", "due", "series", "review", "languages", "problems", "judgements",
        "dossiers/IND", "dossiers/IND/ITA", "search?q=ports", "search?q=ports&what=claims",
        "search?q=pact&what=documents", "openapi.json",
    ],
)  # fmt: skip
def test_every_question_is_answered_in_json(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")

    assert 200 == answer.status_code
    assert answer.json()


def test_a_judgement_is_passed_and_withdrawn(own_client: TestClient, own_ledger: Ledger) -> None:
    [line] = own_ledger.entries("party:KOR")
    passed = own_client.post("/api/v1/judgements", json={"verb": "note", "on": [line.id], "value": "told by phone"})

    assert (201, "A. Officer") == (passed.status_code, passed.json()["by"])

    own_client.delete(f"/api/v1/judgements/{passed.json()['id']}")

    assert own_ledger.judgements()[0].withdrawn
    assert 404 == own_client.delete("/api/v1/judgements/zzzz").status_code
    assert 400 == own_client.post("/api/v1/judgements", json={"verb": "bless", "on": [line.id]}).status_code


def test_a_report_is_filed_once(own_client: TestClient) -> None:
    told = {"text": "India and France signed an agreement on shipping in Paris.", "date": "2026-03-09"}
    first, again = (own_client.post("/api/v1/documents", json=told) for _ in range(2))

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


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "entries", "GET"), ("DELETE", "judgements", "GET, POST"), ("GET", "compare", "POST")],
)
def test_a_method_that_is_not_taken_is_told_with_those_that_are(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, f"/api/v1/{path}")

    assert (405, allowed) == (answer.status_code, answer.headers["allow"])
    assert "application/problem+json" == answer.headers["content-type"]


def test_what_is_refused_at_the_door_is_a_problem_too(client: TestClient) -> None:
    small = TestClient(app_for(Ledger.in_memory(), most=100), base_url="http://localhost")
    answers = [
        client.get("/api/v1/entries", headers={"host": "elsewhere.example"}),
        client.post("/api/v1/compare", json={"text": "x"}, headers={"origin": "https://elsewhere.example"}),
        small.post("/api/v1/compare", json={"text": "x" * 200}),
    ]

    assert [421, 403, 413] == [answer.status_code for answer in answers]
    assert {"application/problem+json"} == {answer.headers["content-type"] for answer in answers}
    assert [answer.status_code for answer in answers] == [answer.json()["status"] for answer in answers]


def test_a_head_is_a_get_without_its_body(client: TestClient) -> None:
    head, got = (client.request(method, "/api/v1/entries") for method in ("HEAD", "GET"))

    assert (200, b"", got.headers["etag"]) == (head.status_code, head.content, head.headers["etag"])


def test_an_old_id_leads_to_the_entry_and_says_where_it_is(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries("party:JPN")
    answer = client.get(f"/api/v1/entries/{line.id[:6]}/why")

    assert f"/api/v1/entries/{line.id}/why" == answer.headers["content-location"]


def test_a_file_is_sent_as_it_is(own_client: TestClient) -> None:
    page = b"<html><head><title>Ports</title></head><body><p>India and Peru signed a pact in Lima.</p></body></html>"
    headers = {"content-type": "application/octet-stream"}
    made = own_client.post("/api/v1/sources", params={"name": "page.html"}, content=page, headers=headers)
    refused = own_client.post("/api/v1/sources", content=page, headers={"content-type": "text/plain"})

    assert (201, 1) == (made.status_code, made.json()["new"])
    assert made.json()["entries"]
    assert 415 == refused.status_code


@pytest.mark.parametrize("url", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/x", "http://[::1]/"])
def test_an_address_leads_neither_to_a_file_nor_into_this_machine(own_client: TestClient, url: str) -> None:
    answer = own_client.post("/api/v1/addresses", json={"url": url})

    assert answer.status_code == 400 or ([] == answer.json()["documents"] and answer.json()["problems"])


def test_a_judgement_says_what_was_decided_meanwhile(own_client: TestClient, own_ledger: Ledger) -> None:
    [line] = own_ledger.entries("party:KOR")
    own_ledger.judge("reject", line.id, by="A. Clerk", at="2026-05-01T12:00:00Z")
    told = {"verb": "accept", "on": [line.id], "seen": "2026-05-01T11:00:00Z"}

    assert 409 == own_client.post("/api/v1/judgements", json=told).status_code
    assert 201 == own_client.post("/api/v1/judgements", json=told | {"seen": "2026-05-01T13:00:00Z"}).status_code


def test_every_route_is_described_with_what_it_answers(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    answers = [
        answer["content"]["application/json"].get("schema")
        for path in described["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if status in ("200", "201") and "application/json" in answer.get("content", {})
    ]

    assert 30 <= len(described["paths"])
    assert 1 == sum(not schema for schema in answers)  # an export is a file
    assert {"Entry", "Line", "Judgement", "Dossier"} <= described["components"]["schemas"].keys()


def test_a_past_day_is_told_as_it_was_known(client: TestClient) -> None:
    told = client.get("/api/v1/entries", params={"as_of": "2026-03-02"}).json()["entries"]

    assert ["JPN", "ITA"] == [entry["parties"][1] for entry in told]
    assert 400 == client.get("/api/v1/entries", params={"as_of": "soon"}).status_code


def test_a_past_day_of_too_much_is_refused_with_what_to_do(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowing, "MOST", 1)
    refused = client.get("/api/v1/entries", params={"as_of": "2026-03-02"})

    assert (400, True) == (refused.status_code, "Name parties" in refused.json()["detail"])
    assert 200 == client.get("/api/v1/dossiers/IND/ITA", params={"as_of": "2026-03-02"}).status_code


def test_the_network_and_the_map_count_what_the_lists_show(client: TestClient) -> None:
    told = client.get("/api/v1/network").json()
    listed = {tuple(one["parties"]): one["entries"] for one in told["bonds"]}

    assert told["total"] == sum(client.get("/api/v1/counts").json()["counts"].values())
    for (one, other), count in listed.items():
        found = client.get(f"/api/v1/entries?q=party:{one}+party:{other}&limit=500").json()["entries"]
        assert count == len(found)
    for one in client.get("/api/v1/map").json()["parties"]:
        found = client.get(f"/api/v1/entries?q=party:{one['parties'][0]}&limit=500").json()["entries"]
        assert one["entries"] == len(found)


def test_the_network_is_walked_page_by_page(client: TestClient) -> None:
    whole = client.get("/api/v1/map?limit=500").json()["parties"]
    walked, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/v1/map", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        walked += page["parties"]
        cursor = page.get("next")

    assert whole == walked
    assert 400 == client.get("/api/v1/network?q=colour:red").status_code
