"""The mission's five documents, said exactly; they are read from ../shared, only where CI is set."""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from servanda.codebook import is_party
from servanda.extracting.extractor import extract
from servanda.model import Claim, Document, Kind, Stage
from servanda.reading import read

SEEDS = Path(__file__).parent.parent.parent / "shared/seeds"
IN_CI = bool(os.environ.get("CI"))
pytestmark = pytest.mark.skipif(not IN_CI, reason="needs ../shared, which is read only where CI is set")
NAMES = {"italy": "000_*", "japan": "001_*", "belgium": "002_*", "korea": "003_*", "russia": "004_*"}


@cache
def document(name: str) -> Document:
    [path] = SEEDS.glob(NAMES[name])
    [got] = read(str(path))
    assert got.document is not None
    return got.document


@cache
def claims(name: str) -> tuple[Claim, ...]:
    return extract(document(name)).claims


def saying(name: str, words: str) -> list[Claim]:
    """Return the claims with a quotation that has these words."""
    return [c for c in claims(name) if any(words in q.words.lower() for q in c.quotations)]


def test_the_document_date_is_found_in_four_of_five_and_absent_for_korea() -> None:
    found = {name: document(name).date for name in NAMES}

    assert {
        "italy": "2024-11-19",
        "japan": "2022-09-06",
        "belgium": "2025-03-05",
        "korea": None,
        "russia": "2025-08-07",
    } == found


def test_the_weekdays_of_the_undated_page_stay_unresolved() -> None:
    dates = {c.when for c in claims("korea")} | {c.due for c in claims("korea")}

    assert not any(date and len(date) > 7 and "X" not in date for date in dates)


def test_the_belgian_framework_is_due_at_the_end_of_the_year() -> None:
    [framework] = [c for c in claims("belgium") if c.kind == Kind.INSTRUMENT and "framework" in c.title]

    assert "2025-12-31" == framework.due


def test_the_visit_to_tokyo_starts_on_wednesday_the_seventh() -> None:
    [visit] = [c for c in claims("japan") if c.form == "visit"]

    assert (visit.due or visit.when or "").startswith("2022-09-07")


def test_the_russian_session_was_on_the_sixth_of_august() -> None:
    sessions = [c for c in claims("russia") if c.kind == Kind.MEETING and "11th Session" in c.title]

    assert "2025-08-06" in {c.when for c in sessions}


def test_the_exercise_was_in_october() -> None:
    [exercise] = [c for c in claims("italy") if c.kind == Kind.EXERCISE]

    assert "2024-10" == exercise.when
    assert Stage.DONE == exercise.stage


def test_significant_agreements_were_signed_and_get_no_invented_name() -> None:
    [signed] = [c for c in saying("belgium", "significant agreements") if "agreements" in c.title]

    assert Stage.SIGNED == signed.stage
    assert Kind.INSTRUMENT == signed.kind
    assert signed.title in document("belgium").text


def test_what_was_agreed_to_be_negotiated_is_never_signed() -> None:
    negotiated = [c for c in claims("italy") if c.kind == Kind.INSTRUMENT and saying("italy", "negotiate")]
    roadmap = [c for c in negotiated if "roadmap" in c.title]

    assert [Stage.NEGOTIATING] == [c.stage for c in roadmap]
    assert Stage.SIGNED not in {c.stage for c in saying("italy", "agreed to negotiate") if c.form != "action-plan"}


def test_the_corridors_name_makes_no_party_of_the_middle_east() -> None:
    named = {party for name in NAMES for claim in claims(name) for party in claim.parties}

    assert all(map(is_party, named))
    assert {("IND", "ITA")} == {c.parties for c in claims("italy")}


def test_nothing_is_counted_twice_from_the_text_printed_twice() -> None:
    """A thing said in both printings is one claim, so no two claims have one kind, stage and title."""
    counted = Counter((c.kind, c.form, c.title.lower()) for c in claims("japan"))

    assert {1} == set(counted.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_quotation_equals_its_slice(name: str) -> None:
    assert claims(name)
    assert all(claim.verified_against(document(name)) for claim in claims(name))
