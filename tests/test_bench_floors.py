"""Floors only rise; the labels for training hold no words of anybody's text."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import regex

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
SILVER = sorted((ROOT / "bench/silver").glob("*.jsonl"))
CODE = regex.compile(r"[A-Za-z0-9/.~?%-]{1,64}")
IN_CI = bool(os.environ.get("CI"))


@pytest.fixture
def floors(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    import floors as module

    return module


def test_pinning_raises_a_floor_and_never_lowers_one(floors: ModuleType) -> None:
    pinned = floors.Floors()
    pinned.pin("dev", {"claim": 0.5, "full": 0.4}, {"a#0": "one"})

    refused = pinned.pin("dev", {"claim": 0.6, "full": 0.3}, {"b#0": "another"})

    assert ["dev.full"] == refused
    assert {"claim": 0.6, "full": 0.4} == pinned.figures["dev"]
    assert ["a#0"] == pinned.had["dev"]


def test_a_figure_under_its_floor_is_named(floors: ModuleType) -> None:
    pinned = floors.Floors({"dev": {"claim": 0.6}})

    assert ["dev.claim 0.5500 is under its floor 0.6000"] == pinned.under("dev", {"claim": 0.55})
    assert [] == pinned.under("dev", {"claim": 0.61})


def test_a_lowering_is_written_down_with_its_reason(floors: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "floors.json"
    pinned = floors.Floors({"dev": {"claim": 0.6}})
    pinned.lower("dev.claim", {"dev": {"claim": 0.55}}, "the codebook changed")
    pinned.write(file)

    [lowered] = floors.Floors.of(file).lowered
    assert ("dev.claim", 0.6, 0.55, "the codebook changed") == tuple(
        lowered[key] for key in ("name", "from", "to", "because")
    )
    assert 0.55 == floors.Floors.of(file).figures["dev"]["claim"]


def test_all_that_fell_in_a_part_can_be_lowered_for_one_reason(floors: ModuleType) -> None:
    pinned = floors.Floors({"own-it": {"claim": 0.8, "full": 0.7, "found": 0.9}})
    pinned.lower("own-it", {"own-it": {"claim": 0.7, "full": 0.75, "found": 0.85}}, "five reports more")

    assert {"claim": 0.7, "full": 0.7, "found": 0.85} == pinned.figures["own-it"]
    assert ["own-it.claim", "own-it.found"] == [row["name"] for row in pinned.lowered]


def test_a_floor_that_is_not_there_cannot_be_lowered(floors: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"--lower dev\.words: no such floor"):
        floors.Floors({"dev": {"claim": 0.6}}).lower("dev.words", {"dev": {"claim": 0.5}}, "why not")


def test_what_was_gained_and_lost_since_pinning(floors: ModuleType) -> None:
    pinned = floors.Floors(had={"dev": ["a#0", "b#1"]})

    assert (["c#2"], ["a#0"]) == pinned.moved("dev", {"b#1": "", "c#2": ""})


@pytest.mark.usefixtures("floors")
def test_a_floor_is_not_lowered_without_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    import measure

    monkeypatch.setattr(sys, "argv", ["measure.py", "--lower", "dev.claim"])
    with pytest.raises(SystemExit):
        measure.arguments()


# ---- silver labels -------------------------------------------------------------------------------


def strings(value: Any) -> Iterator[str]:
    """Yield every string inside a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@pytest.mark.parametrize("file", SILVER, ids=lambda file: file.stem)
def test_silver_labels_are_codes_dates_and_numbers_only(file: Path) -> None:
    found = {s for line in file.read_text("utf-8").splitlines() for s in strings(json.loads(line))}

    assert [] == [s for s in found if not CODE.fullmatch(s)]


@pytest.mark.skipif(not IN_CI, reason="needs ../shared, which is read only where CI is set")
@pytest.mark.parametrize("file", SILVER, ids=lambda file: file.stem)
@pytest.mark.usefixtures("floors")
def test_silver_labels_lie_in_the_corpus_texts(file: Path) -> None:
    from gold import silver_documents

    outside = [
        document.name
        for document in silver_documents(file, SHARED / "corpus/news.jsonl.gz")
        for claim in document.claims
        for start, stop in claim.places
        if not 0 <= start < stop <= len(document.text)
    ]

    assert [] == outside
