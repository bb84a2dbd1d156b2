"""What ``servanda judge`` says where judgements contradict one another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import servanda

TITLES = ("copper pact", "silk pact", "tea pact")


@pytest.fixture
def ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of three entries told by hand, by title."""
    monkeypatch.setenv("SERVANDA_LEDGER", str(tmp_path / "l.db"))
    for day, title in enumerate(TITLES, 1):
        slots = ("--title", title, "--parties", "IND,ITA", "--kind", "instrument", "--stage", "agreed")
        assert 0 == servanda("tell", f"The {title}.", *slots, "--date", f"2026-01-0{day}", "--by", "A").status
    found = json.loads(servanda("entries", "--json").out)
    return [line["id"] for line in sorted(found, key=lambda line: str(line["title"]))]


def test_a_judgement_that_closes_a_circle_tells_which_one_holds_no_longer(ids: list[str]) -> None:
    copper, silk, tea = ids
    assert 0 == servanda("judge", "same", copper, silk, "--by", "A").status
    assert 0 == servanda("judge", "same", silk, tea, "--by", "A").status
    ran = servanda("judge", "different", copper, tea, "--by", "B")

    assert 1 == ran.status
    assert "contradicts a later judgement, which holds. Withdraw one of the two." in ran.err
    assert 2 == len(json.loads(servanda("entries", "--json").out))


def test_withdrawing_one_of_the_circle_says_nothing_more(ids: list[str]) -> None:
    copper, silk, tea = ids
    for on in ((copper, silk), (silk, tea)):
        servanda("judge", "same", *on, "--by", "A")
    made = json.loads(servanda("judge", "different", copper, tea, "--by", "B", "--json").out)
    ran = servanda("judge", "withdraw", made["id"])

    assert (0, "") == (ran.status, ran.err)
    assert 1 == len(json.loads(servanda("entries", "--json").out))
