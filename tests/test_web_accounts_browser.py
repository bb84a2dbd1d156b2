"""Signing in, in a real browser: the pages of accounts are readable, fit a phone, and complain of nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")
pytest.importorskip("argon2", reason="the extra servanda[web] is not installed")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from ledger_reports import file, report, said
from servanda.ledger import Ledger
from servanda.web.accounts import Accounts, beside
from served import PASSWORD, served, with_accounts

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here: apt-get install chromium")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Ledger.open(tmp_path_factory.mktemp("desk") / "desk.db") as ledger:
        pact = said("India and Italy signed a pact.", "instrument", "signed", "IND ITA", "pact")
        file(ledger, report("2026-03-01", pact))
        with served(ledger, accounts=with_accounts(Accounts(beside(ledger.path)))) as at:
            yield at


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Page]:
    """A page on a phone, whose complaints fail the tests."""
    complaints: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        made = browser.new_page(base_url=address, viewport={"width": 360, "height": 700})
        made.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        made.on("pageerror", lambda error: complaints.append(str(error)))
        yield made
        browser.close()
    assert [] == complaints


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_one_signs_in_works_and_signs_out(page: Page) -> None:
    page.goto("/entries?q=pact")

    assert readable(page)

    sign_in(page, "Ada")
    page.wait_for_url("**/entries?q=pact")
    page.get_by_role("link", name="Ada").click()
    page.get_by_label("What it is for").fill("export")
    page.get_by_role("button", name="Make a token").click()

    assert page.locator("#key").inner_text().startswith("servanda_")

    for path in ("/account", "/accounts", "/audit"):
        page.goto(path)

        assert readable(page), path

    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto("/accounts")

    assert "/sign-in" in page.url


def test_a_reader_is_shown_no_form_to_judge_by(page: Page) -> None:
    page.goto("/entries")
    sign_in(page, "Rita")
    page.locator("tr[data-row] a").first.click()
    page.wait_for_url("**/entries/*")

    assert 0 == page.locator('form[action^="/judgements"]:visible').count()
    assert 0 == page.get_by_role("link", name="Review", exact=True).count()


def readable(page: Page) -> bool:
    """True where axe finds nothing and nobody must scroll sideways."""
    fits = page.evaluate("document.documentElement.scrollWidth") <= 360
    return fits and [] == [found["id"] for found in Axe().run(page)["violations"]]
