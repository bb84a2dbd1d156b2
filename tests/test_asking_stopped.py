"""A run in a process of its own, stopped in the middle: nothing is lost, asked for or filed twice."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from asking_server import Server, claim, saying, serving
from commands import servanda, started
from servanda.ledger import Ledger

REPORTS = 8


def fill(folder: Path) -> Path:
    made = folder / "reports"
    made.mkdir()
    for n in range(REPORTS):
        words = f"India and Belgium signed a memorandum of understanding on port number {n} in Brussels on Monday."
        (made / f"{n}.txt").write_text(f"Ports, report number {n}\n\n{words}\n", "utf-8")
    return made


def wait_until_asked(server: Server, number: int) -> None:
    until = time.monotonic() + 60
    while len(server.asked) < number and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize(("way", "again"), [(signal.SIGINT, 0), (signal.SIGKILL, 2)], ids=["interrupted", "killed"])
def test_a_stopped_run_goes_on_where_it_was(
    way: signal.Signals, again: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``again``: what was being asked when a killed run ended is asked once more; an interrupted one still hears it."""

    def say(body: object) -> str:
        time.sleep(0.3)
        number = next(n for n in range(REPORTS) if f"port number {n} " in str(body))
        quote = f"India and Belgium signed a memorandum of understanding on port number {number}"
        return saying(claim(title=f"memorandum of understanding on port number {number}", quotes=[quote]))

    with serving(say) as server:
        names = {"URL": server.url, "MODEL": "small", "CACHE": str(tmp_path / "answers"), "CONCURRENCY": "2"}
        for name, value in names.items():
            monkeypatch.setenv(f"SERVANDA_LLM_{name}", value)
        monkeypatch.setenv("SERVANDA_SETTINGS", str(tmp_path / "none.toml"))
        words = ("add", "--extractor", "llm", "--ledger", tmp_path / "desk.db", "--date", "2025-03-05", fill(tmp_path))
        first = started(*words)
        wait_until_asked(server, 4)
        first.send_signal(way)
        first.communicate(timeout=60)
        stopped = len(server.asked)
        second = servanda(*words)

    assert 0 != first.returncode
    assert stopped < REPORTS
    assert 0 == second.status, second.err
    assert len(server.asked) <= REPORTS + again
    with Ledger.open(tmp_path / "desk.db") as ledger:
        assert REPORTS == sum(len(entry.claims) for entry in ledger.entries_in_full(ledger.entries()))
        assert () == ledger.check().problems
