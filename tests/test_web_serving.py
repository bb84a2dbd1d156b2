"""Serving a ledger from the command line: its accounts, where it may listen, what it takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY

import httpx
import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")
pytest.importorskip("argon2", reason="the extra servanda[web] is not installed")

from commands import servanda
from ledger_reports import file, report, said
from servanda.cli.serving import listening
from servanda.ledger import Ledger
from servanda.problems import QueryError
from servanda.web.guarding import check_address
from servanda.web.settings import WebSettings, web_settings
from served import PASSWORD


def test_the_command_line_keeps_accounts(tmp_path: Path) -> None:
    at = ("--ledger", tmp_path / "desk.db")
    password = f"{PASSWORD}\n".encode()

    assert 2 == servanda("accounts", "add", "Edith", *at, stdin=password).status
    assert 0 == servanda("accounts", "add", "Ada", "--role", "admin", *at, stdin=password).status
    assert 0 == servanda("accounts", "add", "Edith", *at, stdin=password).status
    assert 0 == servanda("accounts", "role", "Edith", "editor", *at).status

    made = servanda("accounts", "token", "Edith", "--days", "2", "--label", "laptop", *at)
    listed = servanda("accounts", "list", *at).out

    assert made.out.startswith("servanda_")
    assert all(words in listed for words in ("admin   Ada", "editor  Edith", "laptop"))
    assert made.out.strip() not in listed

    assert 0 == servanda("accounts", "password", "Edith", *at, stdin=b"another winter evening\n").status
    assert 0 == servanda("accounts", "remove", "Edith", *at).status
    assert 2 == servanda("accounts", "remove", "Edith", *at).status


@pytest.mark.parametrize("words", [("--role", "owner"), ()])
def test_what_cannot_be_an_account_is_told_in_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = servanda("accounts", "add", "Ada", *words, "--ledger", tmp_path / "desk.db", stdin=b"short\n")

    assert (2, 1) == (ran.status, len(ran.complaints))


def test_it_listens_elsewhere_only_with_accounts_and_a_name() -> None:
    assert check_address("127.0.0.1")
    assert check_address("::1", ["localhost"], accounts=True)
    assert not check_address("0.0.0.0", ["ledger.example"], accounts=True)
    assert not check_address("192.168.1.5", accounts=True)
    for host, names, accounts in (("192.168.1.5", [], False), ("127.0.0.1", ["x.example"], False), ("::", [], True)):
        with pytest.raises(QueryError):
            check_address(host, names, accounts)


def test_limits_come_from_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[web]\nupload_bytes = 1_000_000\n")

    assert WebSettings(1_000_000, 2.0) == web_settings({"SERVANDA_WEB_SESSION_HOURS": "2"}, file)
    for wrong in ({"SERVANDA_WEB_UPLOAD_BYTES": "many"}, {"SERVANDA_WEB_UPLOAD_BYTES": "0"}):
        with pytest.raises(QueryError, match="upload_bytes"):
            web_settings(wrong, tmp_path / "none.toml")


@contextmanager
def workers(ledger: Path, count: int) -> Iterator[str]:
    """Yield the address of a ledger that several processes serve."""
    command = [sys.executable, "-m", "servanda.cli", "serve", "--ledger", str(ledger), "--port", "0"]
    process = subprocess.Popen([*command, "--workers", str(count)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    found = re.search(r"http://\S+:\d+", process.stdout.readline())
    assert found
    try:
        yield found[0]
    finally:
        process.terminate()
        assert 0 == process.wait(60)  # each process may take 15 seconds to let go of answers on their way


@pytest.mark.skipif(os.name != "posix", reason="several processes are for systems with POSIX locks")
def test_of_many_at_once_at_several_processes_nobody_passes_over_another(tmp_path: Path) -> None:
    """Half say yes and half say no to one doubt, each to whichever process answers: one answer holds."""
    path = tmp_path / "desk.db"
    with Ledger.open(path) as ledger:
        doubt = said("India and Chile may sign a pact.", "instrument", "signed", "IND CHL", "pact", review=True)
        file(ledger, report("2026-03-02", doubt))
        told = {"on": [ledger.review()[0].on[0].id], "seen": "2026-01-01T00:00:00Z"}
    with workers(path, 2) as at, ThreadPoolExecutor(8) as pool:

        def judge(n: int) -> int:
            verb = "accept" if n % 2 else "reject"
            body = told | {"verb": verb, "by": f"editor {n}"}
            return httpx.post(f"{at}/api/v1/judgements", json=body, timeout=60).status_code

        statuses = list(pool.map(judge, range(8)))

        assert [4, 4] == [statuses.count(status) for status in (201, 409)]
        assert 1 == len({j["verb"] for j in httpx.get(f"{at}/api/v1/judgements").json()["judgements"]})


def test_small_answers_do_not_wait_for_an_acknowledgement() -> None:
    with listening("127.0.0.1", 0) as door:
        assert door.getsockopt(IPPROTO_TCP, TCP_NODELAY)
