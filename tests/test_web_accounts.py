"""Accounts of a served ledger: who may do what, how they sign in, what is written down of it."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")
pytest.importorskip("argon2", reason="the extra servanda[web] is not installed")

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from ledger_reports import file, report, said
from servanda.ledger import Ledger
from servanda.problems import QueryError
from servanda.web import app_for, passwords
from servanda.web.accounts import Accounts, Role, beside
from servanda.web.admitting import needed
from servanda.web.attempts import PER_ADDRESS, PER_NAME, WINDOW, Attempts
from served import PASSWORD, Visitor, served, with_accounts

PACT = said("India and Italy signed a pact.", "instrument", "signed", "IND ITA", "pact")
DOUBT = said("India and Chile may sign a pact.", "instrument", "signed", "IND CHL", "pact", review=True)


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash in a moment; what is tested is not argon2."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        patch.setattr(passwords, "hasher", lambda: quick)
        yield


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "desk.db") as made:
        file(
            made,
            report("2026-03-01", said("India and Italy signed a pact.", "instrument", "signed", "IND ITA", "pact")),
        )
        file(made, report("2026-03-02", DOUBT))
        yield made


@pytest.fixture
def accounts(ledger: Ledger) -> Iterator[Accounts]:
    made = with_accounts(Accounts(beside(ledger.path)))
    yield made
    made.close()


@pytest.fixture
def address(ledger: Ledger, accounts: Accounts) -> Iterator[str]:
    with served(ledger, accounts=accounts) as at:
        yield at


@pytest.fixture
def visitor(address: str) -> Iterator[Visitor]:
    with Visitor(base_url=address) as made:
        yield made


@contextmanager
def signed_in(address: str, name: str) -> Iterator[Visitor]:
    with Visitor(base_url=address) as made:
        assert 303 == made.sign_in(name).status_code
        yield made


# The store


def test_nothing_is_kept_as_itself(accounts: Accounts) -> None:
    _, key = accounts.give_token("Rita", None, "", None)
    cookie = accounts.begin(accounts.named("Rita"), 1)
    assert accounts.path
    with sqlite3.connect(accounts.path) as database:
        kept = "\n".join(database.iterdump())

    assert "$argon2id$" in kept
    assert [] == [secret for secret in (PASSWORD, key, cookie, cookie.partition(".")[0]) if secret in kept]
    assert 0o600 == accounts.path.stat().st_mode & 0o777


def test_a_ledger_without_accounts_gets_no_file_of_them(ledger: Ledger) -> None:
    accounts = Accounts(beside(ledger.path))
    accounts.note("nobody", "looked")

    assert (False, [], [], []) == (accounts.there(), accounts.all(), accounts.tokens(), accounts.noted())
    assert not accounts.path or not accounts.path.exists()


@pytest.mark.parametrize("name", ["", " ", "a/b", "llm/x", "x" * 65, "new\nline", "\u202eabc", "<b>"])
def test_a_name_that_could_deceive_is_refused(name: str) -> None:
    with pytest.raises(QueryError):
        Accounts().add(name, Role.ADMIN, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "my name is ada", "x" * 2000])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(QueryError, match="password"):
        Accounts().add("Ada", Role.ADMIN, password)


def test_the_first_is_an_admin_and_the_last_admin_stays() -> None:
    accounts = Accounts()
    with pytest.raises(QueryError, match="must be an admin"):
        accounts.add("Rita", Role.READER, PASSWORD)
    accounts.add("Ada", Role.ADMIN, PASSWORD)
    accounts.add("Rita", Role.READER, PASSWORD)
    for change in (lambda: accounts.remove("Ada"), lambda: accounts.change_role("Ada", Role.EDITOR)):
        with pytest.raises(QueryError, match="last admin"):
            change()

    accounts.remove("Rita")
    accounts.remove("ada")

    assert not accounts.there()


def test_names_are_one_however_they_are_written(accounts: Accounts) -> None:
    with pytest.raises(QueryError, match="has an account"):
        accounts.add("EDITH", Role.READER, PASSWORD)

    assert "Edith" == accounts.named(" edith ").name


def test_a_session_ends_with_time_sign_out_password_or_account(accounts: Accounts) -> None:
    rita = accounts.named("Rita")
    ended, late, changed, removed = (accounts.begin(rita, hours) for hours in (1, -1, 1, 1))
    accounts.end(ended)

    assert [False, False, True] == [bool(accounts.of_session(cookie)) for cookie in (ended, late, changed)]

    accounts.change_password("Rita", "another winter evening")

    assert accounts.of_session(changed) is None

    removed = accounts.begin(rita, 1)
    accounts.remove("Rita")

    assert accounts.of_session(removed) is None


def test_a_session_that_we_did_not_sign_is_none(accounts: Accounts) -> None:
    cookie = accounts.begin(accounts.named("Rita"), 1)
    raw, _, signature = cookie.partition(".")

    assert [None] * 4 == [accounts.of_session(c) for c in (raw, f"{raw}.", f"{raw}.{signature[:-1]}", f"x.{signature}")]


def test_a_token_is_no_more_than_its_account_and_ends(accounts: Accounts) -> None:
    with pytest.raises(QueryError, match="no more than its account"):
        accounts.give_token("Rita", Role.EDITOR, "", None)
    made, key = accounts.give_token("Edith", Role.EDITOR, "export", 1)
    accounts.change_role("Edith", Role.READER)
    account = accounts.of_token(key)

    assert account and Role.READER is account.role
    assert accounts.tokens("Edith")[0].used

    accounts.revoke(made.id)

    assert accounts.of_token(key) is None
    with pytest.raises(QueryError, match="no such token"):
        accounts.revoke(made.id)


def test_tries_are_counted_by_name_and_by_address_and_forgotten() -> None:
    at = [0.0]
    attempts = Attempts(Accounts(), lambda: at[0])

    assert [0] * PER_NAME == [attempts.wait("Ada", f"10.0.0.{n}") for n in range(PER_NAME)]
    assert WINDOW == attempts.wait("ADA", "10.0.1.1")

    at[0] = WINDOW + 1

    assert 0 == attempts.wait("Ada", "10.0.1.1")

    tries = [attempts.wait(f"name {n}", "2001:db8::" + str(n)) for n in range(1, PER_ADDRESS + 2)]

    assert [0] * PER_ADDRESS == tries[:-1]
    assert tries[-1] > 0


def test_many_tries_at_once_count_as_many(tmp_path: Path) -> None:
    attempts = Attempts(Accounts(tmp_path / "x.accounts"))
    waits: list[int] = []
    threads = [
        threading.Thread(target=lambda: waits.append(attempts.wait("Ada", "10.0.0.1"))) for _ in range(2 * PER_NAME)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert PER_NAME == waits.count(0)


# Signing in


def test_without_accounts_it_is_open_on_this_machine(ledger: Ledger) -> None:
    with served(ledger) as at, httpx.Client(base_url=at) as client:
        assert 200 == client.get("/").status_code
        assert 200 == client.get("/review").status_code
        assert 403 == client.get("/accounts").status_code
        assert {"role": "editor", "accounts": False} == pick(client.get("/api/v1/about").json(), "role", "accounts")


def pick(told: dict[str, object], *names: str) -> dict[str, object]:
    return {name: told[name] for name in names}


def test_without_accounts_nothing_is_shown_to_others(ledger: Ledger) -> None:
    with served(ledger, local=False, names=["ledger.example"]) as at:
        for path in ("/", "/entries", "/api/v1/entries"):
            answer = httpx.get(at + path, headers={"host": "ledger.example"})

            assert 503 == answer.status_code
            assert "servanda accounts add" in answer.text


def test_the_first_account_closes_a_running_server(ledger: Ledger) -> None:
    with served(ledger) as at:
        assert 200 == httpx.get(at + "/").status_code

        with_accounts(Accounts(beside(ledger.path))).close()

        assert 303 == httpx.get(at + "/").status_code
        assert 401 == httpx.get(at + "/api/v1/entries").status_code


def test_a_stranger_is_led_to_sign_in_and_back(visitor: Visitor) -> None:
    answer = visitor.get("/entries?status=overdue")

    assert "/sign-in?next=%2Fentries%3Fstatus%3Doverdue" == answer.headers["location"]

    answer = visitor.form(
        answer.headers["location"], "/sign-in", name="Rita", password=PASSWORD, next="/entries?q=pact"
    )

    assert (303, "/entries?q=pact") == (answer.status_code, answer.headers["location"])
    assert ">Rita</a>" in visitor.get("/").text


@pytest.mark.parametrize("next", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_signing_in_leads_to_no_other_site(visitor: Visitor, next: str) -> None:
    assert "/" == visitor.sign_in("Rita", next=next).headers["location"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    set_ = visitor.sign_in("Rita").headers["set-cookie"]

    assert all(word in set_ for word in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"))
    assert "no-store" == visitor.get("/entries").headers["cache-control"]


def test_over_https_no_other_site_of_the_domain_can_set_a_cookie(ledger: Ledger, accounts: Accounts) -> None:
    app = app_for(ledger, accounts=accounts, names=["ledger.example"], local=False)
    client = TestClient(app, base_url="https://ledger.example", follow_redirects=False)
    page = client.get("/sign-in")
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found
    answer = client.post("/sign-in", data={"token": found[1], "name": "Rita", "password": PASSWORD})

    assert answer.headers["set-cookie"].startswith("__Host-servanda_session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in page.headers["strict-transport-security"]
    assert 200 == client.get("/account").status_code


@pytest.mark.parametrize("name", ["Rita", "Nobody"])
def test_a_wrong_name_and_a_wrong_password_read_alike(visitor: Visitor, name: str) -> None:
    answer = visitor.sign_in(name, "not the password at all")

    assert 401 == answer.status_code
    assert "The name or the password is wrong." in answer.text


def test_too_many_tries_must_wait(visitor: Visitor) -> None:
    statuses = [visitor.sign_in("Rita", f"wrong password {n}").status_code for n in range(PER_NAME)]
    answer = visitor.sign_in("Rita")  # the right one, too

    assert {401} == set(statuses)
    assert 429 == answer.status_code
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW


def test_signing_out_ends_the_session(visitor: Visitor) -> None:
    visitor.sign_in("Rita")
    cookie = visitor.cookies["servanda_session"]
    visitor.form("/account", "/sign-out")

    assert 303 == httpx.get(str(visitor.base_url) + "/", cookies={"servanda_session": cookie}).status_code


def test_a_form_of_another_session_is_refused(address: str) -> None:
    with signed_in(address, "Edith") as edith, signed_in(address, "Edgar") as edgar:
        found = re.search(r'name="token" value="([^"]+)"', edgar.get("/add").text)

        assert found
        assert 400 == edith.post("/add", data={"token": found[1], "text": "India"}).status_code


# Roles

SENT = {
    "reader": [("POST", "/compare"), ("POST", "/api/v1/compare")],
    "editor": [
        ("POST", "/add"), ("POST", "/judgements"), ("POST", "/judgements/abcd/withdraw"), ("POST", "/review"),
        ("POST", "/sample"), ("GET", "/add"), ("GET", "/review"), ("GET", "/audit"), ("GET", "/api/v1/audit"),
        ("POST", "/api/v1/documents"), ("POST", "/api/v1/sources"), ("POST", "/api/v1/judgements"),
        ("DELETE", "/api/v1/judgements/abcd"),
    ],
    "admin": [
        ("GET", "/accounts"), ("POST", "/accounts"), ("POST", "/accounts/remove"), ("POST", "/accounts/role"),
        ("GET", "/api/v1/accounts"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "role"), [("Rita", Role.READER), ("Edith", Role.EDITOR), ("Ada", Role.ADMIN)])
def test_each_role_may_what_is_its_own(address: str, name: str, role: Role) -> None:
    with signed_in(address, name) as visitor:
        for wanted, requests in SENT.items():
            for method, path in requests:
                refused = visitor.request(method, path).status_code == 403

                assert (not role.may(Role(wanted))) is refused, (method, path)


def test_a_route_that_nobody_named_needs_an_editor() -> None:
    assert Role.EDITOR is needed("POST", "/a/page/of/tomorrow")
    assert Role.EDITOR is needed("DELETE", "/api/v1/entries/abcd")
    assert Role.READER is needed("GET", "/a/page/of/tomorrow")
    assert None is needed("GET", "/static/keys.js")
    assert Role.READER is needed("GET", "/sign-inside")


def test_a_token_speaks_for_its_account_only_to_the_api(address: str, accounts: Accounts) -> None:
    _, key = accounts.give_token("Edith", None, "", None)
    bearer = {"authorization": f"Bearer {key}"}

    assert 200 == httpx.get(f"{address}/api/v1/entries", headers=bearer).status_code
    assert 303 == httpx.get(f"{address}/entries", headers=bearer).status_code
    assert 403 == httpx.get(f"{address}/api/v1/accounts", headers=bearer).status_code

    answer = httpx.get(f"{address}/api/v1/entries", headers={"authorization": "Bearer servanda_guessed"})

    assert (401, 'Bearer realm="servanda"') == (answer.status_code, answer.headers["www-authenticate"])
    assert "application/problem+json" == answer.headers["content-type"]


def test_an_account_signs_its_judgements_whatever_it_says(address: str, ledger: Ledger) -> None:
    [line] = ledger.entries("party:ITA")
    with signed_in(address, "Edith") as edith:
        edith.form("/add", "/judgements", verb="note", on=line.id, value="by phone", by="Ada")
        json = {"verb": "note", "on": [line.id], "value": "by mail", "by": "Ada"}

        assert 201 == edith.post("/api/v1/judgements", json=json).status_code

    assert {"Edith"} == {judgement.by for judgement in ledger.judgements()}


# What accounts do


def test_one_makes_a_token_and_revokes_it(visitor: Visitor, accounts: Accounts) -> None:
    visitor.sign_in("Edith")
    shown = visitor.form("/account", "/account/tokens", label="export", role="reader", days="30").text
    key = re.search(r'id="key">([^<]+)<', shown)
    assert key
    [token] = accounts.tokens("Edith")

    assert accounts.of_token(key[1])
    assert key[1] not in visitor.get("/account").text

    visitor.form("/account", f"/account/tokens/{token.id}/revoke")

    assert accounts.of_token(key[1]) is None


def test_nobody_revokes_anothers_token(visitor: Visitor, accounts: Accounts) -> None:
    token, key = accounts.give_token("Edith", None, "", None)
    visitor.sign_in("Rita")

    assert 400 == visitor.form("/account", f"/account/tokens/{token.id}/revoke").status_code
    assert accounts.of_token(key)


def test_one_changes_the_own_password_and_other_sessions_end(address: str, visitor: Visitor) -> None:
    with signed_in(address, "Rita") as elsewhere:
        visitor.sign_in("Rita")

        assert (
            403
            == visitor.form("/account", "/account/password", old="wrong one", new="a short summer night").status_code
        )
        assert (
            303 == visitor.form("/account", "/account/password", old=PASSWORD, new="a short summer night").status_code
        )
        assert 200 == visitor.get("/account").status_code
        assert 303 == elsewhere.get("/account").status_code


def test_an_admin_keeps_accounts_but_not_the_own(visitor: Visitor, accounts: Accounts) -> None:
    visitor.sign_in("Ada")
    visitor.form("/accounts", name="Nora", role="reader", password="a quiet autumn day")
    visitor.form("/accounts", "/accounts/role", name="Nora", role="editor")

    assert Role.EDITOR is accounts.named("Nora").role
    assert 400 == visitor.form("/accounts", "/accounts/remove", name="ada").status_code

    visitor.form("/accounts", "/accounts/remove", name="Nora")

    assert "Nora" not in {account.name for account in accounts.all()}
    assert ["took an account away", "changed a role", "made an account"] == [n.did for n in accounts.noted()][:3]


def test_the_log_tells_who_judged_and_who_withdrew(address: str, ledger: Ledger) -> None:
    [line] = ledger.entries("party:ITA")
    ledger.judge("due", line.id, by="A. Clerk", value="2027")  # at the command line
    with signed_in(address, "Edith") as edith, signed_in(address, "Edgar") as edgar:
        made = edith.post("/api/v1/judgements", json={"verb": "note", "on": [line.id], "value": "by phone"}).json()
        edgar.delete(f"/api/v1/judgements/{made['id']}")
        told = [(e["who"], e["did"]) for e in edgar.get("/api/v1/audit").json()["events"]]

        assert {("A. Clerk", "due: 2027"), ("Edith", "note: by phone"), ("Edgar", "withdrew: note: by phone")} <= set(
            told
        )
        assert "withdrew: note: by phone" in edgar.get("/audit").text


def test_of_two_editors_at_one_pair_the_second_is_told(address: str, ledger: Ledger) -> None:
    """Both have the same doubt before them; Edith says yes, then Edgar says no."""
    with signed_in(address, "Edith") as edith, signed_in(address, "Edgar") as edgar:
        page = edgar.get("/review").text
        fields = dict(re.findall(r'name="(token|seen|on|at)" value="([^"]*)"', page))
        edith.form("/review", answer="yes", on=fields["on"])
        answer = edgar.post("/review", data=fields | {"answer": "no"})

        assert 409 == answer.status_code
        assert "Edith judged “accept” on this" in answer.text
        assert ["accept"] == [judgement.verb for judgement in ledger.judgements()]

        fields = dict(re.findall(r'name="(token|seen|on|despite)" value="([^"]*)"', answer.text))
        edgar.post("/judgements", data=fields | {"verb": "reject", "why": "he may not"})

    assert ["Edith", "Edgar"] == [judgement.by for judgement in ledger.judgements()]


def test_of_many_at_once_nobody_passes_over_another(ledger: Ledger) -> None:
    """Half say yes and half say no to one doubt at the same time: one answer holds, whichever came first."""
    [doubt] = ledger.review()
    told = {"on": [doubt.on[0].id], "seen": "2026-01-01T00:00:00Z"}
    with served(ledger) as at, ThreadPoolExecutor(8) as pool:

        def judge(n: int) -> int:
            verb = "accept" if n % 2 else "reject"
            return httpx.post(f"{at}/api/v1/judgements", json=told | {"verb": verb, "by": f"editor {n}"}).status_code

        statuses = list(pool.map(judge, range(8)))

    assert [4, 4] == [statuses.count(status) for status in (201, 409)]
    assert 1 == len({judgement.verb for judgement in ledger.judgements()})
