"""What an entry's page says of who follows it up, what is next, and what belongs with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from starlette.testclient import TestClient

from ledger_reports import file, report, said
from servanda.ledger import Ledger
from servanda.web import app_for

VISIT = said(
    "The president of Italy visited India.", "meeting", "done", "IND ITA", "visit", form="visit", when="2025-03-05"
)
PACT = said(
    "They signed the ports pact on that day.", "instrument", "signed", "IND ITA", "ports pact", when="2025-03-05"
)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.in_memory() as made:
        file(made, report("2025-03-06", VISIT, PACT))
        yield made


@pytest.fixture
def client(ledger: Ledger) -> TestClient:
    return TestClient(app_for(ledger, by="A. Officer"), base_url="http://localhost", follow_redirects=True)


def pact(ledger: Ledger) -> str:
    [line] = ledger.entries("kind:instrument")
    return line.id


def test_the_page_shows_who_follows_it_up_and_what_is_next(client: TestClient, ledger: Ledger) -> None:
    of = pact(ledger)
    assert "R. Rao" not in client.get(f"/entries/{of}").text
    ledger.judge("owner", of, by="Desk West", value="R. Rao")
    ledger.judge("next", of, by="Desk West", value="send <b>the draft</b>")
    shown = client.get(f"/entries/{of}").text

    assert "Followed up by" in shown and "R. Rao" in shown
    assert "Next step" in shown and "send &lt;b&gt;the draft&lt;/b&gt;" in shown


def test_the_page_sets_who_follows_it_up(client: TestClient, ledger: Ledger) -> None:
    of = pact(ledger)
    found = re.search(r'name="token" value="([^"]+)"', client.get(f"/entries/{of}").text)
    assert found
    client.post("/judgements", data={"token": found[1], "on": of, "verb": "owner", "value": "R. Rao", "back": "entry"})
    kept = ledger.entry(of).owner

    assert ("R. Rao", "A. Officer") == (kept and kept.value, kept and kept.by)


@pytest.mark.parametrize(("language", "how"), [("en", "during"), ("hi", "के दौरान")])
def test_the_page_shows_the_visit_during_which_a_pact_was_signed(
    client: TestClient, ledger: Ledger, language: str, how: str
) -> None:
    [visit] = ledger.entries("kind:meeting")
    shown = client.get(f"/entries/{pact(ledger)}", headers={"accept-language": language}).text

    assert f'{how}: <a href="/entries/{visit.id}">' in shown
