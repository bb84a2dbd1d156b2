"""Serving a ledger from the command line: its accounts, where it may listen, what it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")
pytest.importorskip("argon2", reason="the extra servanda[web] is not installed")

from commands import servanda
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
