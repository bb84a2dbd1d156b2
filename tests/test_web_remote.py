"""The command line on a ledger that is served: it prints what it prints on a file, and says plainly what is wrong."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")
pytest.importorskip("argon2", reason="the extra servanda[web] is not installed")

from commands import REPORT, servanda
from ledger_reports import file, report, said
from servanda.ledger import Entry, Ledger, Line
from servanda.ledger.records import Doubt, Judgement, Series
from servanda.problems import LedgerError, QueryError
from servanda.remote import RemoteLedger
from servanda.remote.decoding import read_as
from servanda.remote.ledger import token_for
from servanda.web.accounts import Accounts, Role
from servanda.web.records import plain
from served import PASSWORD, served

PARTNERS = ("ITA", "JPN", "KOR", "OMN", "BEL")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SERVANDA_SETTINGS", str(tmp_path / "none.toml"))
    monkeypatch.delenv("SERVANDA_TOKEN", raising=False)
    monkeypatch.delenv("SERVANDA_LEDGER", raising=False)


def filled(path: Path) -> Ledger:
    made = Ledger.open(path)
    for day, other in enumerate(PARTNERS, 1):
        between = f"IND {other}"
        pact = said(f"India and {other} signed a pact on ports.", "instrument", "signed", between, "pact on ports")
        visit = said(f"Dialogue {day} with {other} is due.", "meeting", "agreed", between, "dialogue", due="2027-05")
        file(made, report(f"2026-03-0{day}", pact, visit, language="en"))
    file(made, report("2026-03-09", said("It may be.", "instrument", "signed", "IND CHL", "a pact", review=True)))
    return made


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk") / "desk.db"


@pytest.fixture(scope="module")
def ledger(path: Path) -> Iterator[Ledger]:
    with filled(path) as made:
        yield made


@pytest.fixture(scope="module")
def address(ledger: Ledger) -> Iterator[str]:
    with served(ledger, by="A. Officer") as at:
        yield at


COMMANDS = """
entries party:IND party:JPN
entries --limit 0
entries --json
entries no-such-word
due
due --before 2027-12-31 --json
search ports
search --in claims ports
search --in documents ports --json
dossier IND ITA
dossier IND --format json
dossier ports --format md
export csv
export jsonl party:KOR
judge --list
review --json
entries --as-of 2026-03-03
entries party:IND party:KOR --as-of 2026-03-03 --json
due --as-of 2028-01-01
search pact --as-of 2026-03-02
search --in claims pact --as-of 2026-03-02
dossier IND ITA --as-of 2026-03-03
dossier pact --as-of 2026-03-03 --format json
export jsonl --as-of 2026-03-03
"""


@pytest.mark.parametrize("words", [tuple(line.split()) for line in COMMANDS.strip().splitlines()], ids=" ".join)
def test_a_command_prints_the_same_wherever_the_ledger_is(words: tuple[str, ...], path: Path, address: str) -> None:
    here, there = servanda(*words, "--ledger", path), servanda(*words, "--ledger", address)

    assert (0, here.out.replace("\r\n", "\n"), []) == (there.status, there.out.replace("\r\n", "\n"), there.complaints)


def test_an_entry_is_shown_the_same(ledger: Ledger, path: Path, address: str) -> None:
    for line in ledger.entries()[:4]:
        for form in ("text", "json"):
            words = ("show", line.id[:8], "--format", form)

            assert servanda(*words, "--ledger", path).out == servanda(*words, "--ledger", address).out


def test_the_address_may_stand_in_the_environment(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVANDA_LEDGER", address)

    assert "pact on ports" in servanda("entries").out


def test_reports_are_added_over_the_network(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "one.txt").write_text(REPORT)
    (tmp_path / "reports" / "two.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "reports" / "large.txt").write_text("x" * 5000)
    with Ledger.open(tmp_path / "there.db") as there, served(there, most=4000) as at:
        first = servanda("add", tmp_path / "reports", tmp_path / "none.txt", "--json", "--ledger", at)
        again = servanda("add", tmp_path / "reports" / "one.txt", "--ledger", at)
        piped = servanda("add", "-", "--ledger", at, stdin=b"India and Oman signed a pact on ships in Muscat.")
        known = len(there.entries())
    told = json.loads(first.out)

    assert 1 == first.status
    assert (1, 1) == (told["read"], told["documents"])
    assert ["larger", "two.pdf", "none.txt"] == [
        next(word for word in ("larger", "two.pdf", "none.txt") if word in complaint) for complaint in first.complaints
    ]
    assert "0 new, with 0 new claims" in again.out
    assert 0 == piped.status
    assert known >= 3


def test_what_is_added_there_is_what_is_added_here(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(REPORT)
    with Ledger.open(tmp_path / "there.db") as there, Ledger.open(tmp_path / "here.db") as here, served(there) as at:
        servanda("add", tmp_path / "one.txt", "--ledger", at)
        servanda("add", tmp_path / "one.txt", "--ledger", tmp_path / "here.db")

        assert [line.id for line in here.entries()] == [line.id for line in there.entries()]


def test_a_new_text_is_compared_there(tmp_path: Path, address: str, path: Path) -> None:
    (tmp_path / "new.txt").write_text("India and Japan signed a pact on ports in Tokyo on 3 May 2026.")
    words = ("compare", tmp_path / "new.txt", "--json", "--ledger")
    here, there = (json.loads(servanda(*words, where).out) for where in (path, address))

    assert [one["novelty"] for one in here] == [one["novelty"] for one in there]
    assert here


def test_a_judgement_is_passed_there(tmp_path: Path) -> None:
    with filled(tmp_path / "there.db") as there, served(there) as at:
        [line] = there.entries("party:JPN kind:instrument")
        made = servanda("judge", "note", line.id, "by phone", "--by", "A. Clerk", "--ledger", at)
        servanda("judge", "withdraw", there.judgements()[0].id, "--ledger", at)

        assert "note" in made.out
        assert [("A. Clerk", True)] == [(judgement.by, bool(judgement.withdrawn)) for judgement in there.judgements()]


# What goes wrong


def complaint(*words: str | Path) -> str:
    """Return the one line that a command which could not ends with."""
    ran = servanda(*words)
    assert 2 == ran.status
    [line] = ran.complaints
    return line


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert "cannot be reached" in complaint("entries", "--ledger", f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("http://ledger.example.org", "unencrypted"),
        ("https://", "no address of a ledger"),
        ("https://user:word@ledger.example.org", "no address of a ledger"),
        ("https://ledger.example.org/?q=1", "no address of a ledger"),
    ],
)
def test_an_address_that_may_not_be_asked_is_told(where: str, words: str) -> None:
    assert words in complaint("entries", "--ledger", where)


@pytest.mark.parametrize(
    "words", [("check",), ("look", "IND", "--what", "nothing"), ("add", "x.txt", "--extractor", "llm"), ("serve",)]
)
def test_what_needs_the_file_says_so(
    words: tuple[str, ...], address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert complaint(*words, "--ledger", address)
    assert [] == list(tmp_path.iterdir())  # no folder that is called https:


def test_a_broken_query_and_an_unknown_id_are_told_as_on_a_file(path: Path, address: str) -> None:
    for words in (("entries", "colour:red"), ("show", "zzzz")):
        assert complaint(*words, "--ledger", path) == complaint(*words, "--ledger", address)


def test_a_token_is_needed_where_there_are_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts(tmp_path / "accounts")
    accounts.add("Ada", Role.ADMIN, PASSWORD)
    _, key = accounts.give_token("Ada", Role.READER, "", None)
    (tmp_path / "one.txt").write_text(REPORT)
    with filled(tmp_path / "desk.db") as there, served(there, accounts=accounts) as at:
        assert "needs a token" in complaint("entries", "--ledger", at)

        monkeypatch.setenv("SERVANDA_TOKEN", "servanda_guessed")

        assert "does not take this token" in complaint("entries", "--ledger", at)

        monkeypatch.setenv("SERVANDA_TOKEN", key)

        assert 0 == servanda("entries", "--ledger", at).status
        assert "This is for editors" in complaint("add", tmp_path / "one.txt", "--ledger", at)

        settings = tmp_path / "settings.toml"
        settings.write_text(f'[tokens]\n"127.0.0.1" = "{key}"\n')
        monkeypatch.delenv("SERVANDA_TOKEN")
        monkeypatch.setenv("SERVANDA_SETTINGS", str(settings))

        assert 0 == servanda("entries", "--ledger", at).status
        assert token_for("https://elsewhere.example.org") is None


def answering(status: int = 200, **how: object) -> RemoteLedger:
    """Return a remote ledger whose server gives one answer to everything."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, **how)  # type: ignore[arg-type]

    return RemoteLedger("https://ledger.example.org", "key", httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"html": "<p>Welcome</p>"}, "no Servanda answers there"),
        ({"json": {"api": 2, "servanda": "9.0"}}, "Update this program"),
        ({"json": {"api": 0, "servanda": "0.0"}}, "Update the server"),
        ({"json": ["api"]}, "no Servanda answers there"),
        ({"status": 404, "html": "no such page"}, "404"),
        ({"status": 302, "headers": {"location": "https://elsewhere.example.org/"}}, "leads on to"),
        ({"status": 500, "html": "broken"}, "500"),
        ({"json": {"api": 1, "entries": [{"id": "x"}]}}, "does not know"),
        ({"json": {"api": 1, "entries": [{"kind": "spell"}]}}, "does not know"),
    ],
)
def test_a_server_of_another_sort_or_version_is_told(how: dict[str, object], words: str) -> None:
    with answering(**how) as remote, pytest.raises((LedgerError, QueryError), match=words):  # type: ignore[arg-type]
        remote.entries()


def test_trouble_that_passes_is_waited_out() -> None:
    answers = [httpx.Response(503), httpx.Response(200, json={"api": 1}), httpx.Response(200, json={"entries": []})]
    with RemoteLedger("https://ledger.example.org", None, httpx.MockTransport(lambda _: answers.pop(0))) as remote:
        assert [] == remote.entries()


def test_a_connection_that_breaks_is_told() -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("peer closed", request=request)

    with RemoteLedger("https://x.example", None, httpx.MockTransport(breaks)) as remote, pytest.raises(LedgerError):
        remote.entries()


def test_the_token_goes_nowhere_else() -> None:
    """A server that leads on to another address does not get the token sent there."""
    asked: list[str] = []

    def leads_on(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"location": "https://elsewhere.example.org/"})

    with RemoteLedger("https://x.example", "key", httpx.MockTransport(leads_on)) as remote, pytest.raises(LedgerError):
        remote.entries()

    assert {"x.example"} == set(asked)


def test_records_come_back_equal(ledger: Ledger) -> None:
    line = ledger.entries("kind:instrument")[0]
    judged = ledger.judge("note", line.id, by="A. Officer", value="by phone")
    ledger.withdraw(judged.id)

    assert ledger.entries() == read_as(list[Line], json_of(ledger.entries()))
    assert ledger.review() == read_as(list[Doubt], json_of(ledger.review()))
    assert ledger.judgements() == read_as(list[Judgement], json_of(ledger.judgements()))
    assert ledger.series("") == read_as(list[Series], json_of(ledger.series("")))
    assert [ledger.entry(line.id)] == read_as(list[Entry], json_of([ledger.entry(line.id)]))


def json_of(value: object) -> object:
    return json.loads(json.dumps(plain(value)))
