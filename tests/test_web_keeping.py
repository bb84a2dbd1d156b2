"""Answers that are kept until the ledger changes: made once for many, old for nobody who would notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from ledger_reports import file, report, said
from servanda.ledger import Ledger
from servanda.web import app_for, figures, keeping
from servanda.web.accounts import Accounts
from servanda.web.pages import whole
from served import with_accounts

PACT = said("India and Oman signed a pact.", "instrument", "signed", "IND OMN", "pact")
DOUBT = said("India and Chile may sign a pact.", "instrument", "signed", "IND CHL", "pact", review=True)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.db") as made:
        file(made, report("2026-03-01", PACT), report("2026-03-02", DOUBT))
        yield made


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the ledger's times as soon as something was written; the tests do not wait."""
    monkeypatch.setattr(keeping, "SETTLED", -1)


def visitor(ledger: Ledger) -> TestClient:
    return TestClient(app_for(ledger, by="A. Officer"), base_url="http://localhost", follow_redirects=False)


@dataclass
class Counting:
    """An app that counts what it is asked for."""

    app: object
    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        await self.app(scope, receive, send)  # type: ignore[operator]


def counted(client: TestClient) -> Counting:
    """Count what is asked of the app behind what is kept."""
    client.get("/keys")  # the layers are built by the first request
    layer = client.app.middleware_stack  # type: ignore[attr-defined]
    while not isinstance(layer, keeping.Keeping):
        layer = layer.app
    layer.app = Counting(layer.app)
    return layer.app


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_what_is_asked_twice_is_made_once(ledger: Ledger) -> None:
    client = visitor(ledger)
    app = counted(client)
    for address in ("/entries", "/entries", "/api/v1/entries", "/api/v1/entries"):
        assert 200 == client.get(address).status_code

    assert ["/entries", "/api/v1/entries"] == app.asked


def test_what_the_reader_has_is_not_sent_again(ledger: Ledger) -> None:
    client = visitor(ledger)
    client.get("/")
    for address in ("/entries", "/api/v1/entries"):
        tag = client.get(address).headers["etag"]
        again = client.get(address, headers={"if-none-match": tag})

        assert (304, b"", tag) == (again.status_code, again.content, again.headers["etag"])

    file(ledger, report("2026-03-03", said("India and Oman held talks.", "meeting", "done", "IND OMN", "talks")))

    assert 200 == client.get("/entries", headers={"if-none-match": tag}).status_code


def test_nobody_is_shown_the_token_of_another(ledger: Ledger) -> None:
    app = app_for(ledger)
    one, other = (TestClient(app, base_url="http://localhost", follow_redirects=False) for _ in range(2))
    pages = [client.get("/add").text for client in (one, other, one)]

    assert token_in(pages[0]) == token_in(pages[2]) != token_in(pages[1])
    assert all(keeping.MARK not in page for page in pages)


@pytest.mark.parametrize("address", ["/entries?q=colour:red", "/entries/none-such", "/add?lang=hi"])
def test_no_page_bears_the_mark_of_those_that_are_kept(ledger: Ledger, address: str) -> None:
    assert keeping.MARK not in visitor(ledger).get(address).text


def test_a_token_that_a_browser_made_up_is_escaped(ledger: Ledger) -> None:
    client = visitor(ledger)
    client.cookies.set("servanda_form", '"><script>alert(1)</script>'.replace('"', "%22"))

    assert "<script>alert" not in client.get("/add").text


def test_what_one_decided_is_seen_at_once(ledger: Ledger) -> None:
    client = visitor(ledger)
    form = {"token": token_in(client.get("/review").text), "answer": "yes", "on": ledger.review()[0].on[0].id}
    before = client.get("/").text
    client.post("/review", data=form)

    assert "to review" in before
    assert "to review" not in client.get("/").text


def test_while_something_writes_and_writes_a_page_may_be_a_little_old(ledger: Ledger) -> None:
    client = visitor(ledger)
    app = counted(client)
    for n in range(2 * keeping.BUSY):
        file(
            ledger,
            report(f"2026-04-{n + 1:02}", said("India and Oman met.", "meeting", "done", "IND OMN", f"talks {n}")),
        )
        client.get("/entries")
        client.get("/api/v1/entries")

    assert 1 < app.asked.count("/entries") < 2 * keeping.BUSY
    assert 2 * keeping.BUSY == app.asked.count("/api/v1/entries")  # a program is never shown what is old


def test_one_who_just_wrote_is_shown_nothing_old(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping.Keeping, "busy", lambda _: True)
    client = visitor(ledger)
    client.post("/judgements/0000/withdraw", data={"token": token_in(client.get("/add").text)})
    client.get("/entries")
    file(ledger, report("2026-04-01", said("India and Oman met.", "meeting", "done", "IND OMN", "talks")))

    assert "talks" in client.get("/entries").text


def test_a_page_of_old_figures_is_not_kept_for_long(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure that is slow to count may be told when it is old; the page that tells it must not outlive it."""
    monkeypatch.setattr("servanda.web.figures.SLOW", -1.0)
    client = visitor(ledger)
    client.get("/")
    file(ledger, report("2026-04-01", said("India and Oman met.", "meeting", "done", "IND OMN", "talks")))
    old = client.get("/").text
    monkeypatch.setattr("servanda.web.figures.OLDEST", 0.0)

    assert "2 undertakings" in old
    assert "3 undertakings" in client.get("/").text


def test_a_page_for_editors_is_not_shown_to_readers(tmp_path: Path, ledger: Ledger) -> None:
    app = app_for(ledger, accounts=with_accounts(Accounts(tmp_path / "accounts")))
    pages = []
    for name in ("Edith", "Rita"):
        client = TestClient(app, base_url="http://localhost")
        form = {"token": token_in(client.get("/sign-in").text), "name": name, "password": "a long winter evening"}
        client.post("/sign-in", data=form)
        pages.append(client.get("/entries"))

    assert ['<a href="/review"' in page.text for page in pages] == [True, False]
    assert all("no-store" in page.headers["cache-control"] and "etag" not in page.headers for page in pages)


def test_the_first_pages_tell_figures_that_are_counted_before(ledger: Ledger) -> None:
    app = app_for(ledger)
    figures = app.state.figures
    for name, count in whole(ledger).items():
        figures.renew(name, count)
    before = set(figures.kept)
    client = TestClient(app, base_url="http://localhost")
    for address in ("/", "/entries", "/dossiers", "/series", "/network", "/map", "/review"):
        assert 200 == client.get(address).status_code

    assert before == set(figures.kept)


def test_the_first_page_does_not_wait_for_a_long_count(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody asks for the first page while all is counted: it says so, is not kept, and asks again for itself."""
    client, let_go = visitor(ledger), Event()
    monkeypatch.setattr(figures, "WAITS", 0.01)
    count = client.app.state.figures.of  # type: ignore[attr-defined]

    def slow(self: figures.Figures, name: str, work: Callable[[], object]) -> object:
        let_go.wait(10)
        return count(name, work)

    monkeypatch.setattr(figures.Figures, "of", slow)
    early = client.get("/").text
    let_go.set()
    monkeypatch.setattr(figures, "WAITS", 10)
    later = client.get("/").text

    assert "are being counted" in early and "Show the figures" in early and "pact" in early
    assert "2 undertakings" in later and "Show the figures" not in later
