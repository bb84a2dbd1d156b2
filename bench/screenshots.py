"""Pictures of every page of the web app, from the sample ledger: light, dark and phone.

    python bench/screenshots.py FOLDER

Needs chromium and the extra servanda[dev]. Invariant: the same sample gives the same pictures, but for the day.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, sync_playwright

from servanda.cli.demo import file_sample
from servanda.ledger import Ledger
from servanda.web import app_for

LOOKS = {"light": (1280, 900), "dark": (1280, 900), "phone": (390, 844)}


@contextmanager
def served(ledger: Ledger) -> Iterator[str]:
    """Yield the address of the app on a ledger."""
    server = uvicorn.Server(uvicorn.Config(app_for(ledger, by="A. Officer"), port=0, log_level="error"))
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
    named = ("entries", "due", "dossiers", "series", "compare", "review", "add", "languages", "keys")
    return {name: f"/{name}" for name in named} | {
        "home": "/",
        "entry": f"/entries/{entry.id}",
        "document": f"/documents/{kept.card.id}?claim={kept.id}",
        "dossier": "/dossiers/IND/BEL",
        "search": "/search?q=roadmap",
    }


def take(page: Page, folder: Path, look: str, where: dict[str, str]) -> None:
    for name, address in where.items():
        page.goto(address)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=str(folder / f"{name}-{look}.png"), full_page=look == "phone")


def main(folder: Path) -> int:
    """Take the pictures; return the exit status."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("screenshots: there is no chromium here: apt-get install chromium", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, Ledger.open(Path(made) / "sample.db") as ledger:
        file_sample(ledger)
        with served(ledger) as address, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for look, (width, height) in LOOKS.items():
                scheme = "dark" if look == "dark" else "light"
                context = browser.new_context(
                    base_url=address, viewport={"width": width, "height": height}, color_scheme=scheme
                )
                take(context.new_page(), folder, look, places(ledger))
            browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")))
