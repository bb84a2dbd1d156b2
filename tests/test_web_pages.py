"""What the pages show, and that nothing a document says is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from starlette.testclient import TestClient

from ledger_reports import file, report, said
from servanda.ledger import Ledger
from servanda.web import app_for

ACTION = "India and Italy agreed to a ports agreement by the end of 2025."
SIGNED = "India and Italy signed the ports agreement in Rome."
HOSTILE = 'India and Italy signed <script>alert("x")</script> the \u202egnippihs\u202c pact.'
PAGES = (
    "/", "/entries", "/due", "/dossiers", "/dossiers/IND", "/dossiers/IND/ITA", "/series", "/search", "/search?q=ports",
    "/compare", "/review", "/add", "/languages", "/problems", "/judgements", "/keys",
)  # fmt: skip


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger.in_memory()
    agreed = said(ACTION, "instrument", "agreed", "IND ITA", "ports agreement", form="agreement", due="2025-12-31")
    signed = said(SIGNED, "instrument", "signed", "IND ITA", "ports agreement", form="agreement", when="2026-02-03")
    file(made, report("2025-03-05", agreed), report("2026-02-04", signed, publisher="The Herald"))
    with made:
        yield made


@pytest.fixture
def client(ledger: Ledger) -> TestClient:
    return TestClient(app_for(ledger, by="A. Officer"), base_url="http://localhost", follow_redirects=False)


def token(client: TestClient) -> str:
    """Return the token that the forms of this visit carry."""
    found = re.search(r'name="token" value="([^"]+)"', client.get("/add").text)
    assert found
    return found[1]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers(client: TestClient, path: str) -> None:
    assert 200 == client.get(path).status_code


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_on_an_empty_ledger(path: str) -> None:
    with Ledger.in_memory() as empty:
        assert 200 == TestClient(app_for(empty), base_url="http://localhost").get(path).status_code


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_style_of_its_own(client: TestClient, path: str) -> None:
    page = client.get(path)

    assert [] == re.findall(r"<style|\sstyle=|\son\w+=|<script(?! src=\"/static/)", page.text)
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_an_entry_shows_each_step_with_its_quotation_and_where_it_stands(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries()
    entry = ledger.entry(line.id)
    page = client.get(f"/entries/{entry.id}").text

    for filed in entry.claims:
        assert filed.quotation.words in page
        assert f"/documents/{filed.card.id}?claim={filed.id}#c-{filed.id}" in page
    assert "kept late" in page


def test_another_id_of_an_entry_leads_to_its_own(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries()
    other = next(f.id for f in ledger.entry(line.id).claims if f.id != line.id)
    answer = client.get(f"/entries/{other}")

    assert (307, f"/entries/{line.id}") == (answer.status_code, answer.headers["location"])


def test_a_document_marks_its_claims_where_the_link_of_a_quotation_leads(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries()
    filed = ledger.entry(line.id).claims[0]
    page = client.get(f"/documents/{filed.card.id}?claim={filed.id}").text

    assert f'id="c-{filed.id}"' in page
    assert re.search(rf'class="said {filed.claim.stage} chosen"[^>]*>{re.escape(filed.quotation.words)}', page)


def test_what_a_document_says_is_shown_and_never_run(client: TestClient, ledger: Ledger) -> None:
    file(ledger, report("2026-03-01", said(HOSTILE, "instrument", "signed", "IND ITA", HOSTILE, form="treaty")))
    line = next(line for line in ledger.entries() if "script" in line.title)
    filed = ledger.entry(line.id).claims[0]

    for path in ("/", "/entries", f"/entries/{line.id}", f"/documents/{filed.card.id}", "/dossiers/IND/ITA", "/review"):
        page = client.get(path).text
        assert "<script>" not in page
        assert "\u202e" not in page
    assert "U+202E" in page or "U+202E" in client.get(f"/entries/{line.id}").text
    assert "&lt;script&gt;" in client.get(f"/documents/{filed.card.id}").text


def test_an_address_that_is_no_web_address_becomes_no_link(client: TestClient, ledger: Ledger) -> None:
    told = said("India and Oman signed a pact.", "instrument", "signed", "IND OMN", "pact")
    file(ledger, report("2026-03-01", told, url="javascript:alert(1)"))
    [line] = ledger.entries("party:OMN")

    assert "javascript:" not in client.get(f"/entries/{line.id}").text


@pytest.mark.parametrize("path", ["/entries?q=colour:red", "/entries?q=%22", "/entries?status=lost", "/search?q=a:b"])
def test_a_broken_query_is_told_with_what_to_do(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert 400 == answer.status_code
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("path", ["/entries/ffffffff", "/documents/nothing", "/dossiers/Atlantis1", "/nowhere"])
def test_what_is_not_there_is_a_page_that_says_so(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert 404 == answer.status_code
    assert 'role="alert"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_address_of_the_list_holds_its_state(client: TestClient) -> None:
    page = client.get("/entries?party=india&kind=instrument&status=kept-late&sort=due").text

    assert "1 entry" in page
    assert 'value="India"' in page
    assert "/entries?party=IND&amp;kind=instrument&amp;sort=due" in page  # the same without the status


def test_a_judgement_by_form_holds_and_can_be_withdrawn(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries()
    form = {
        "token": token(client),
        "back": "entry",
        "verb": "due",
        "on": line.id,
        "value": "2026-06-30",
        "why": "phone",
    }
    passed = client.post("/judgements", data=form)
    [made] = ledger.judgements()

    assert (303, f"/entries/{line.id}?judged={made.id}") == (passed.status_code, passed.headers["location"])
    assert ("due", "A. Officer", "phone") == (made.verb, made.by, made.why)
    assert "Undo" in client.get(passed.headers["location"]).text

    client.post(f"/judgements/{made.id}/withdraw", data={"token": form["token"], "back": "entry"})

    assert ledger.judgements()[0].withdrawn


def test_rejecting_the_last_claim_leads_to_the_list_of_judgements(client: TestClient, ledger: Ledger) -> None:
    file(ledger, report("2026-03-01", said("India and Oman signed a pact.", "instrument", "signed", "IND OMN", "pact")))
    [line] = ledger.entries("party:OMN")
    form = {"token": token(client), "back": "entry", "verb": "reject", "on": line.id}
    passed = client.post("/judgements", data=form)

    assert passed.headers["location"].startswith("/judgements?judged=")
    assert [] == ledger.entries("party:OMN")


def test_a_review_is_answered_by_one_button_and_undone_by_another(client: TestClient, ledger: Ledger) -> None:
    told = said("India and Oman may sign a pact.", "instrument", "signed", "IND OMN", "pact", review=True)
    file(ledger, report("2026-03-01", told))
    [doubt] = ledger.review()
    form = {"token": token(client), "answer": "yes", "on": doubt.on[0].id, "at": "0"}
    after = client.post("/review", data=form).headers["location"]

    assert [] == ledger.review()
    assert "Undo" in client.get(after).text

    undo = {"token": form["token"], "answer": "undo", "undo": ledger.judgements()[0].id}
    client.post("/review", data=undo)

    assert 1 == len(ledger.review())


def test_a_form_leads_back_to_this_site_only(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries()
    form = {"token": token(client), "verb": "note", "on": line.id, "value": "told"}

    for back in ("//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example"):
        assert client.post("/judgements", data=form | {"back": back}).headers["location"].startswith("/judgements?")


def test_a_figure_is_counted_again_when_something_was_written(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        client = TestClient(app_for(ledger), base_url="http://localhost")
        told = said("India and Oman signed a pact.", "instrument", "signed", "IND OMN", "pact")
        assert "This ledger is empty" in client.get("/").text
        file(ledger, report("2026-03-01", told))

        assert "1 undertaking" in client.get("/").text


def test_a_facet_counts_beside_the_others(client: TestClient, ledger: Ledger) -> None:
    file(ledger, report("2026-03-01", said("India and Oman held talks.", "meeting", "done", "IND OMN", "talks")))
    page = client.get("/entries?kind=meeting").text

    assert "1 entry" in page
    assert re.search(r"instrument</a> <span>1</span>", page)  # what choosing it as well would add
    assert not re.search(r"kept late</a> <span>1</span>", page)
