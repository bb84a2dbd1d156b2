"""Whatever stops an ``add`` leaves a whole ledger, and the next ``add`` completes it."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from commands import finished, servanda, started

REPORTS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    for number in range(REPORTS):
        text = f" date 2025-03-05\nIndia and Belgium signed agreement number {number} in New Delhi on Monday."
        (made / f"{number:03}.txt").write_text(text, "utf-8")
    return made


def filed(ledger: Path) -> int:
    """Return how many sources stand in the ledger so far."""
    try:
        with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as reader:
            return int(reader.execute("SELECT count(*) FROM sources").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def stopped(folder: Path, ledger: Path, by: signal.Signals) -> tuple[subprocess.Popen[str], str]:
    """Start an ``add`` and stop it once it has filed something."""
    process = started("add", "--ledger", ledger, folder)
    until = time.monotonic() + 60
    while filed(ledger) < 3 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(by)
    _, err = process.communicate(timeout=60)
    return process, err


def completed(folder: Path, ledger: Path) -> None:
    """Assert that the ledger is whole, and that the next ``add`` makes it what one run would have made."""
    assert 0 == servanda("check", "--ledger", ledger).status
    assert 0 == servanda("add", "--ledger", ledger, folder).status
    assert REPORTS == filed(ledger)
    assert 0 == servanda("check", "--ledger", ledger).status
    other = ledger.with_name("other.db")
    servanda("add", "--ledger", other, folder)
    assert entries(other) == entries(ledger)


def entries(ledger: Path) -> list[tuple[str, str]]:
    lines = json.loads(servanda("entries", "--limit", "0", "--json", "--ledger", ledger).out)
    return sorted((line["id"], line["title"]) for line in lines)


def test_an_add_killed_in_the_middle_is_completed_by_the_next(folder: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"

    process, _ = stopped(folder, ledger, signal.SIGKILL)

    assert -signal.SIGKILL == process.returncode
    assert 3 <= filed(ledger) < REPORTS
    completed(folder, ledger)


def test_an_add_stopped_from_the_keyboard_says_so_and_is_completed_by_the_next(folder: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"

    process, err = stopped(folder, ledger, signal.SIGINT)

    assert 130 == process.returncode
    assert ["Stopped. What was filed stays filed; give the same command again to go on."] == err.splitlines()
    completed(folder, ledger)


def test_adding_twice_changes_nothing(folder: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    servanda("add", "--ledger", ledger, folder)
    before = entries(ledger)

    again = json.loads(servanda("add", "--json", "--ledger", ledger, folder).out)

    assert (REPORTS, 0, 0, 0) == (again["read"], again["documents"], again["claims"], again["withdrawn"])
    assert before == entries(ledger)


def test_two_adds_at_once_lose_nothing(folder: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    other = tmp_path / "others"
    other.mkdir()
    for number in range(5):
        (other / f"{number}.txt").write_text(f"India and Japan held talks number {number} in Tokyo.", "utf-8")

    first = started("add", "--ledger", ledger, folder)
    second = finished("add", "--ledger", ledger, other)
    _, err = first.communicate(timeout=120)

    assert (0, 0, "") == (first.returncode, second.status, err)
    assert REPORTS + 5 == filed(ledger)
    assert 0 == servanda("check", "--ledger", ledger).status
