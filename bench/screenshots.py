"""Pictures of every page of the web app, from the sample ledger: light, dark and phone.

    python bench/screenshots.py FOLDER [PAGE …] [--readme]

``--readme`` makes docs/pictures anew besides.

Needs chromium and the extra servanda[dev]. Invariant: the same sample gives the same pictures, but for the day.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page, sync_playwright

from servanda.cli.demo import file_sample
from servanda.ledger import Ledger
from servanda.web import app_for

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
NOTE = (
    "New Delhi, 20 November 2026. India and Belgium agreed to conclude the framework agreement on defence cooperation "
    "by the end of 2027. India and Italy will hold joint naval exercises in 2027. India and Kenya signed a memorandum "
    "of understanding on port security."
)
LOOKS = {"light": (1280, 900), "dark": (1280, 900), "phone": (390, 844)}


@contextmanager
def served(ledger: Ledger, **how: Any) -> Iterator[str]:
    """Yield the address of the app on a ledger."""
    server = uvicorn.Server(uvicorn.Config(app_for(ledger, by="A. Officer", **how), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def places(ledger: Ledger) -> dict[str, str]:
    """Return the pages worth a picture, by name."""
    entry = ledger.entry(ledger.entries("party:KOR party:POL")[0].id)
    kept = ledger.entry(ledger.entries("party:IND party:BEL status:kept")[0].id).claims[0]
    named = ("entries", "due", "dossiers", "series", "network", "map", "compare", "review", "add", "languages")
    named += ("settings", "keys", "judgements")
    return {name: f"/{name}" for name in named} | {
        "home": "/",
        "entry": f"/entries/{entry.id}",
        "document": f"/documents/{kept.card.id}?claim={kept.id}",
        "raw": f"/documents/{kept.card.id}/raw",
        "dossier": "/dossiers/IND/ITA",
        "country": "/dossiers/BEL",
        "calendar": "/calendar?month=2025-12",
        "partners": "/map?party=IND&by=kept",
        "compared": "/compare",
        "added": "/add",
        "hindi": "/entries?lang=hi",
        "search": "/search?q=roadmap",
    }


def take(page: Page, folder: Path, look: str, where: dict[str, str]) -> None:
    for name, address in where.items():
        page.goto(address)
        if name in DOING:
            DOING[name](page)
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(50)
        page.screenshot(path=str(folder / f"{name}-{look}.png"), full_page=look == "phone")


def compare(page: Page) -> None:
    page.fill("textarea", NOTE)
    page.fill("[name=date]", "2026-11-20")
    page.locator("main form button").last.click()
    page.locator(".verdict").first.wait_for()


def add(page: Page) -> None:
    page.fill("textarea", NOTE)
    page.fill("[name=date]", "2026-11-20")
    page.locator("main form button").first.click()
    page.locator(".found").first.wait_for()


DOING: dict[str, Callable[[Page], None]] = {"compared": compare, "added": add}


def for_readme(page: Page, where: dict[str, str]) -> None:
    """Take the three pictures of the README, small enough for a repository."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in ("entry", "dossier", "map"):
        page.goto(where[name])
        page.evaluate("document.fonts.ready")
        page.screenshot(path=str(PICTURES / f"{name}.png"), clip={"x": 0, "y": 0, "width": 1100, "height": 760})


def main(folder: Path, only: Sequence[str] = (), readme: bool = False) -> int:
    """Take the pictures, of some pages or of all; return the exit status."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("screenshots: there is no chromium here: apt-get install chromium", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, Ledger.open(Path(made) / "sample.db") as ledger:
        file_sample(ledger)
        where = {name: at for name, at in places(ledger).items() if not only or name in only}
        with (
            served(ledger) as address,
            Ledger.in_memory() as bare,
            served(bare, sample=file_sample) as empty,
            sync_playwright() as play,
        ):
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            if readme:
                context = browser.new_context(base_url=address, viewport={"width": 1100, "height": 760})
                for_readme(context.new_page(), places(ledger))
            for look, (width, height) in LOOKS.items():
                scheme = "dark" if look == "dark" else "light"
                size = {"width": width, "height": height}
                context = browser.new_context(base_url=address, viewport=size, color_scheme=scheme)
                take(context.new_page(), folder, look, where)
                if not only or "empty" in only:
                    other = browser.new_context(base_url=empty, viewport=size, color_scheme=scheme)
                    take(other.new_page(), folder, look, {"empty": "/"})
            browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    return 0


if __name__ == "__main__":
    given = [one for one in sys.argv[1:] if one != "--readme"]
    sys.exit(main(Path(given[0] if given else "screenshots"), given[1:], "--readme" in sys.argv))
