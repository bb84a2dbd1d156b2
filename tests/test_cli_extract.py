"""``servanda extract`` and ``servanda packs``: the contract that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import REPORT, servanda


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "note.txt"
    file.write_text(REPORT, "utf-8")
    return file


def test_jsonl_gives_one_object_a_document_in_input_order(report: Path, tmp_path: Path) -> None:
    feed = tmp_path / "wire.jsonl"
    feed.write_text('{"text": "India and Japan held talks."}\n{"text": "India and Italy held talks."}\n', "utf-8")

    ran = servanda("extract", "--jsonl", feed, report)

    paths = [json.loads(line)["path"] for line in ran.out.splitlines()]
    assert [f"{feed}#1", f"{feed}#2", str(report)] == paths


def test_each_quotation_stands_in_the_printed_text(report: Path) -> None:
    [line] = servanda("extract", "--jsonl", report).out.splitlines()

    got = json.loads(line)
    quotes = [quote for claim in got["claims"] for quote in claim["quotes"]]
    assert quotes
    assert all(got["document"]["text"][q["start"] : q["stop"]] == q["exact"] for q in quotes)


def test_an_object_has_the_fields_of_the_contract(report: Path) -> None:
    [line] = servanda("extract", "--jsonl", report).out.splitlines()

    got = json.loads(line)
    assert ["path", "document", "claims", "problems"] == list(got)
    assert {"title", "date", "language", "publisher", "url", "text"} == set(got["document"])
    assert "2025-03-05" == got["document"]["date"]
    wanted = {"kind", "stage", "title", "parties", "quotes", "confidence", "review", "extractor"}
    assert all(wanted <= set(claim) for claim in got["claims"])


def test_an_unreadable_input_is_an_object_without_a_document(tmp_path: Path) -> None:
    ran = servanda("extract", "--jsonl", tmp_path / "missing.txt")

    got = json.loads(ran.out)
    assert got["document"] is None
    assert ["not-found"] == [problem["cause"] for problem in got["problems"]]


def test_a_folder_is_walked_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(REPORT, "utf-8")

    ran = servanda("extract", "--jsonl", tmp_path)

    assert ["a.txt", "b.txt"] == [Path(json.loads(line)["path"]).name for line in ran.out.splitlines()]


def test_standard_input_is_read_where_the_path_is_a_dash() -> None:
    ran = servanda("extract", "--jsonl", "-", stdin=REPORT.encode())

    assert "-" == json.loads(ran.out)["path"]
    assert 0 == ran.status


def test_a_date_given_goes_before_what_the_source_says(report: Path) -> None:
    ran = servanda("extract", "--jsonl", "--date", "2024-01-31", report)

    assert "2024-01-31" == json.loads(ran.out)["document"]["date"]


def test_a_date_that_is_none_is_refused_in_one_line(report: Path) -> None:
    ran = servanda("extract", "--date", "yesterday", report)

    assert 2 == ran.status
    assert ["--date yesterday: is not a day. Write it as 2024-11-18."] == ran.complaints


def test_an_extractor_that_is_not_there_is_named(report: Path) -> None:
    ran = servanda("extract", "--extractor", "oracle", report)

    assert 2 == ran.status
    assert "oracle" in ran.err


def test_people_see_each_claim_above_its_quotation(report: Path) -> None:
    ran = servanda("extract", report)

    assert 0 == ran.status
    assert "BEL · IND" in ran.out
    assert ran.out.index("signed") < ran.out.index("“India and Belgium signed")


def test_explain_names_the_rule_behind_a_slot(report: Path) -> None:
    ran = servanda("extract", "--explain", report)

    assert "head" in ran.out
    assert "cue" in ran.out


def test_explain_adds_words_and_rules_to_the_objects(report: Path) -> None:
    got = json.loads(servanda("extract", "--jsonl", "--explain", report).out)

    assert all({"because", "slots"} <= set(claim) for claim in got["claims"])


def test_packs_lists_english_and_hindi() -> None:
    packs = json.loads(servanda("packs", "--json").out)

    assert {"en", "hi"} <= {pack["language"] for pack in packs}


def test_packs_says_on_what_a_figure_was_measured_and_where_there_is_none() -> None:
    from servanda.cli.extract import quality

    figures = {"on": "gold/dev", "learnt": False, "documents": 37, "claims": 218, "precision": 0.53, "recall": 0.48}
    assert "precision 0.53  recall 0.48   (218 claims of 37 documents, gold/dev)" == quality(figures)
    assert "which it learnt from" in quality(figures | {"learnt": True})
    assert "not measured" == quality(None)


def test_a_fault_of_the_extractor_in_one_document_stops_no_other(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servanda.extracting import extractor

    other = tmp_path / "other.txt"
    other.write_text("India and France held talks.", "utf-8")
    real = extractor.extract

    def fails_on_one(document):  # type: ignore[no-untyped-def]
        if "France" in document.text:
            raise RuntimeError("no luck")
        return real(document)

    monkeypatch.setattr(extractor, "extract", fails_on_one)
    ran = servanda("extract", "--jsonl", other, report)

    failed, fine = map(json.loads, ran.out.splitlines())
    assert ["extractor"] == [problem["cause"] for problem in failed["problems"]]
    assert fine["claims"]
    assert 1 == ran.status
