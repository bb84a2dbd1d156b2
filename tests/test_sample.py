"""The bundled sample: what it holds, and what the demo must show of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import regex

from commands import Ran, servanda
from servanda import sample
from servanda.reading import Read, read

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(scope="module")
def documents() -> list[Read]:
    with sample.reports() as folder:
        return list(read(str(folder)))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict:  # type: ignore[type-arg]
    ledger = tmp_path_factory.mktemp("demo") / "demo.db"
    ran = servanda("demo", "--json", "--ledger", ledger, "--as-of", "2026-11-24")
    assert "" == ran.err
    return json.loads(ran.out)  # type: ignore[no-any-return]


def test_it_holds_two_dozen_reports_and_more_without_a_problem(documents: list[Read]) -> None:
    assert [] == [problem for got in documents for problem in got.problems]
    assert 24 <= len(documents)


def test_it_is_in_five_formats_and_two_languages(documents: list[Read]) -> None:
    with sample.reports() as folder:
        assert 5 <= len({"".join(path.suffixes) for path in folder.iterdir()})
    assert {"en", "hi"} == {got.document.language for got in documents if got.document}


def test_every_report_has_its_date(documents: list[Read]) -> None:
    assert [] == [got.path for got in documents if not got.document or not got.document.date]


def test_no_report_is_passed_off_as_the_outlet_whose_address_it_gives(documents: list[Read]) -> None:
    publishers = {got.document.publisher for got in documents if got.document and got.document.publisher}

    assert all(name.startswith(("Digest of ", "Servanda sample", "servanda.example")) for name in publishers)


def test_no_sentence_is_anybody_elses(documents: list[Read]) -> None:
    """Eight words in a row that also stand in a seed are a copy."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail("the seeds are missing")
        pytest.skip("the seeds lie beside the project; they are not here")
    seeds = " ".join(words(path.read_text("utf-8")) for path in sorted((SHARED / "seeds").iterdir()))
    copied = [run for got in documents if got.document for run in runs(got.document.text) if run in seeds]

    assert [] == [run for run in copied if not is_name(run)]


def words(text: str) -> str:
    return " ".join(regex.findall(r"[\p{L}\p{M}\p{N}]+", text.casefold()))


def runs(text: str, length: int = 8) -> list[str]:
    all_words = words(text).split()
    return [" ".join(all_words[at : at + length]) for at in range(len(all_words) - length + 1)]


def is_name(run: str) -> bool:
    """True within a name that has no other wording."""
    group = "of the india russia working group on modernisation and industrial cooperation"
    return run in f"{group} was held in new delhi on"


def story(demo: dict, words: str) -> dict:  # type: ignore[type-arg]
    """Return the entry that a story of the demo is about."""
    [told] = [s for s in demo["stories"] if words in s["asks"]]
    assert told["entry"], told["asks"]
    return told["entry"]  # type: ignore[no-any-return]


def test_the_memorandum_announced_in_november_2024_is_signed_in_april_2025(demo: dict) -> None:  # type: ignore[type-arg]
    entry = story(demo, "memorandum")

    assert ("signed", "kept") == (entry["stage"], entry["status"])
    assert ("2024-11-19", ["IND", "ITA"]) == (entry["first"], entry["parties"])
    assert "2025-04-15  signed" in servanda("show", entry["id"], "--ledger", demo["ledger"]).out


def test_the_attache_announced_in_march_2025_is_in_post(demo: dict) -> None:  # type: ignore[type-arg]
    entry = story(demo, "attaché")

    assert ("2025-03-05", "2025-12-11", "kept") == (entry["first"], entry["last"], entry["status"])


def test_the_framework_due_by_the_end_of_2025_is_overdue(demo: dict) -> None:  # type: ignore[type-arg]
    entry = story(demo, "framework")

    assert ("2025-12-31", "overdue") == (entry["due"], entry["status"])


def test_the_meeting_planned_for_september_2022_was_held(demo: dict) -> None:  # type: ignore[type-arg]
    entry = story(demo, "2+2")

    assert ("done", "kept") == (entry["stage"], entry["status"])


def test_the_roadmap_has_two_dates_and_says_so(demo: dict) -> None:  # type: ignore[type-arg]
    assert 1 <= story(demo, "roadmap")["conflicts"]


def test_the_tank_contract_slipped_and_was_signed_late(demo: dict) -> None:  # type: ignore[type-arg]
    entry = story(demo, "tank")

    assert "kept-late" == entry["status"]
    assert 1 <= entry["slips"]


def test_the_eleventh_session_stands_in_its_series_with_the_ninth(demo: dict) -> None:  # type: ignore[type-arg]
    found = json.loads(
        servanda("entries", "--json", "--ledger", demo["ledger"], "party:IND party:RUS kind:meeting").out
    )
    eleventh = next(line for line in found if "11" in line["title"] and line["last"] == "2025-08-07")

    shown: Ran = servanda("dossier", "--series", eleventh["id"], "--ledger", demo["ledger"])
    assert "No. 11" in shown.out
    assert "No. 9, 2022-12-23" in shown.out
    assert "10" in shown.out


def test_every_quotation_of_the_demo_stands_in_its_report(demo: dict) -> None:  # type: ignore[type-arg]
    assert 0 == servanda("check", "--ledger", demo["ledger"]).status


def test_the_tour_for_people_tells_due_dossier_and_what_next(tmp_path: Path) -> None:
    ran = servanda("demo", "--ledger", tmp_path / "demo.db")

    assert 0 == ran.status
    assert all(part in ran.out for part in ("WHAT BECAME OF IT", "WHAT IS DUE", "A DOSSIER", "TRY NEXT", "“"))
