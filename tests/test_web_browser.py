"""The app in a real browser: links land on their words, keys answer, nothing hostile runs, nothing is unreadable."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import Browser, Page, sync_playwright

from ledger_reports import Report, file, report, said
from servanda.ledger import Ledger
from servanda.model import Claim, Document, Kind, Quotation, Stage
from served import served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here: apt-get install chromium")
FILLING = "Nothing of note was said that day.\n\n" * 120
HOSTILE = 'India and Oman signed <img src=x onerror="window.ran=1"><script>window.ran=1</script> a pact.'
SIGNED = "India and Italy signed the ports agreement in Rome."


def long_report() -> Report:
    """Return a report whose one claim stands far down its text."""
    document = Document(
        FILLING + SIGNED + "\n\n" + FILLING, "Ports", "2026-02-04", publisher="The Herald", language="en"
    )
    quotation = Quotation(len(FILLING), len(FILLING) + len(SIGNED), SIGNED)
    claim = Claim(document.id, Kind.INSTRUMENT, Stage.SIGNED, "ports agreement", ("IND", "ITA"), (quotation,))
    return Report(document, (claim,))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.open(tmp_path_factory.mktemp("web") / "ledger.db") as made:
        hostile = said(HOSTILE, "instrument", "signed", "IND OMN", HOSTILE)
        doubtful = said("India and Chile may sign a pact.", "instrument", "signed", "IND CHL", "pact", review=True)
        file(made, long_report(), report("2026-03-01", hostile, language="en"), report("2026-03-02", doubtful))
        yield made


@pytest.fixture(scope="module")
def address(ledger: Ledger) -> Iterator[str]:
    with served(ledger, by="A. Officer") as at:
        yield at


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails its test where the browser had anything to complain of."""
    complaints: list[str] = []
    context = browser.new_context(base_url=address, viewport={"width": 1200, "height": 800})
    made = context.new_page()
    made.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert [] == complaints


def test_a_quotation_opens_marked_and_in_view(page: Page, ledger: Ledger) -> None:
    [line] = ledger.entries("party:ITA")
    page.goto(f"/entries/{line.id}")
    page.get_by_role("link", name="open in text").first.click()
    place = page.locator(".text .said.chosen").first.bounding_box()

    assert SIGNED == page.locator(".text .said.chosen").first.inner_text()
    assert 0 <= place["y"] < 800


def test_a_hostile_report_is_shown_and_not_run(page: Page, ledger: Ledger) -> None:
    [line] = ledger.entries("party:OMN")
    page.goto(f"/documents/{ledger.entry(line.id).claims[0].card.id}")

    assert HOSTILE in page.locator(".text").inner_text()
    assert page.evaluate("window.ran") is None


def test_a_review_is_answered_and_undone_by_keys(page: Page, ledger: Ledger) -> None:
    page.goto("/review")
    waiting = len(ledger.review())
    page.keyboard.press("y")
    page.get_by_role("button", name="Undo").wait_for()

    assert waiting - 1 == len(ledger.review())

    page.keyboard.press("u")
    page.get_by_role("button", name="Undo").wait_for(state="detached")

    assert waiting == len(ledger.review())


def test_a_slash_leads_to_the_search(page: Page) -> None:
    page.goto("/entries")
    page.keyboard.press("/")
    page.keyboard.type("ports")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=ports")

    assert "ports agreement" in page.locator("main").inner_text()


def test_a_phone_needs_no_scrolling_sideways(page: Page, ledger: Ledger) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    for path in ("/", "/entries", f"/entries/{ledger.entries()[0].id}", "/dossiers/IND/ITA", "/review", "/add"):
        page.goto(path)

        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_a_printed_dossier_has_no_menus(page: Page) -> None:
    page.goto("/dossiers/IND/ITA")
    page.emulate_media(media="print")

    assert not page.locator("header.top").is_visible()
    assert page.get_by_text("ports agreement").first.is_visible()


def test_a_form_works_with_scripts_off(browser: Browser, address: str, ledger: Ledger) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/compare")
    page.fill("textarea", "India and Italy signed the ports agreement in Rome.")
    page.get_by_role("button", name="Compare").click()

    assert "Its date" in page.locator("main").inner_text()
    assert page.locator(".verdict").count() >= 1
    context.close()


def every_page(ledger: Ledger) -> list[str]:
    entry = ledger.entry(ledger.entries("party:ITA")[0].id)
    document = f"/documents/{entry.claims[0].card.id}"
    named = ("due", "dossiers", "series", "network", "map", "compare", "review", "add", "languages", "settings", "keys")
    return [
        *("/", "/entries?status=kept", f"/entries/{entry.id}", f"{document}?claim={entry.claims[0].id}"),
        *(f"{document}/raw", "/dossiers/IND", "/dossiers/IND/ITA", "/calendar?month=2026-02", "/search?q=ports"),
        *("/map?party=IND&by=overdue", "/judgements", "/problems", "/nowhere", *(f"/{name}" for name in named)),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, address: str, ledger: Ledger, scheme: str) -> None:
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe-core-python is not installed")
    source = axe.Axe().axe_script
    context = browser.new_context(base_url=address, color_scheme=scheme, locale="hi" if scheme == "dark" else "en")
    page = context.new_page()
    rules = "{resultTypes: ['violations']}" if scheme == "light" else "{runOnly: ['color-contrast', 'valid-lang']}"
    told = []
    for path in every_page(ledger)[:: 1 if scheme == "light" else 2]:
        page.goto(path)
        page.evaluate(source)
        found = page.evaluate(f"axe.run({rules}).then(told => told.violations)")
        told += [(path, v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
    context.close()

    assert [] == told


def test_no_page_complains_or_weighs_much_or_scrolls_sideways(page: Page, ledger: Ledger) -> None:
    weight: dict[str, int] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda e: kinds.__setitem__(e["requestId"], e["type"]))
    session.on("Network.loadingFinished", lambda e: add_to(weight, page.url, e, kinds))
    page.set_viewport_size({"width": 360, "height": 700})
    for path in every_page(ledger):
        if path == "/nowhere":
            continue  # which is told on the console
        page.goto(path)

        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    assert {} == {url: size for url, size in weight.items() if size > 300_000}


def add_to(weight: dict[str, int], url: str, event: dict[str, Any], kinds: dict[str, str]) -> None:
    if kinds.get(event["requestId"]) != "Font":
        weight[url] = weight.get(url, 0) + int(event["encodedDataLength"])


def test_the_network_is_drawn_and_a_party_in_it_leads_to_its_dossier(page: Page) -> None:
    page.goto("/network")
    page.locator("#network canvas").first.wait_for()
    box = page.locator("#network").bounding_box()
    spot = page.evaluate("document.getElementById('network')._cyreg.cy.getElementById('ITA').renderedPosition()")
    page.mouse.click(box["x"] + spot["x"], box["y"] + spot["y"])
    page.wait_for_url("**/dossiers/ITA")


def test_a_country_of_the_map_is_reached_by_the_keyboard(page: Page) -> None:
    page.goto("/map")
    page.locator(".world a[aria-label^=India]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/map?party=IND")


def test_a_pasted_report_is_read_while_the_page_tells_so(page: Page, ledger: Ledger) -> None:
    page.goto("/add")
    page.fill("[name=text]", "On 5 May 2026 India and Malta signed a memorandum of understanding on shipping.")
    page.get_by_role("button", name="Read and file").click()
    page.locator(".found").first.wait_for()

    assert "1 report read, 1 claim found" in page.locator("#progress").inner_text()
    assert ["IND", "MLT"] == sorted(ledger.entries("party:MLT")[0].parties)

    page.locator(".found").get_by_role("link", name="open in text").click()

    assert "India and Malta signed" in page.locator(".text .said.chosen").inner_text()


def test_a_file_that_is_dropped_on_an_empty_ledger_is_filed(browser: Browser) -> None:
    with Ledger.in_memory() as empty, served(empty) as at:
        page = browser.new_page(base_url=at)
        page.goto("/")
        page.evaluate(
            """() => {
            const given = new DataTransfer();
            const report = "India and Italy signed a treaty on 4 May 2025.";
            given.items.add(new File([report], "a.txt", {type: "text/plain"}));
            const drop = document.querySelector("[data-drop]");
            drop.dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true}));
        }"""
        )
        page.wait_for_url("**/add")

        assert "1 report read" in page.locator("h1").inner_text()
        page.close()
