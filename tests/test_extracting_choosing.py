"""Dates and people of a claim: every choice is words of the text, none is an answer, the rules stand without models."""

from __future__ import annotations

from typing import Any

from servanda.extracting.choosing import Option, put_dates, put_people, readings
from servanda.extracting.extractor import extract
from servanda.extracting.linear import models
from servanda.extracting.values import Slots
from servanda.language.dates import dates_in
from servanda.model import Claim, Document, Kind, Span, Stage

DAY = "2024-11-20"


def claims(text: str, without: tuple[str, ...] = (), date: str | None = DAY) -> tuple[Claim, ...]:
    trained: dict[str, Any] = {name: w for name, w in models().items() if name not in without}
    return extract(Document(text=text, date=date, language="en"), trained).claims


def the(found: tuple[Claim, ...], kind: Kind) -> Claim:
    return next(c for c in found if c.kind == kind)


SIGNED = (
    "Norway and Peru have a new memorandum of understanding on fisheries, signed on Monday.\n\n"
    "Norwegian Foreign Minister Tomas Belar and Peruvian Foreign Minister Ana Reis signed the memorandum in Lima."
)


def test_who_signs_and_when_is_gathered_from_all_its_sentences() -> None:
    claim = the(claims(SIGNED), Kind.INSTRUMENT)
    assert "2024-11-18" == claim.when
    assert ("Tomas Belar", "Ana Reis") == claim.persons


def test_every_value_stands_in_the_text() -> None:
    claim = the(claims(SIGNED), Kind.INSTRUMENT)
    assert ["Monday"] == [SIGNED[s.start : s.stop] for s in claim.slots["when"]]
    assert list(claim.persons) == [SIGNED[s.start : s.stop] for s in claim.slots["persons"]]


def test_without_the_models_the_rules_answer() -> None:
    claim = the(claims(SIGNED, without=("date", "person")), Kind.INSTRUMENT)
    assert "2024-11-18" == claim.when


def test_what_nothing_speaks_for_stays_empty() -> None:
    slots = Slots()
    options = [Option("when", "2024", Span(0, 4), ["bias"]), Option("persons", "Ana Reis", Span(5, 13), ["bias"])]
    put_dates(slots, options[:1], {"bias": -1.0})
    put_people(slots, options[1:], {"bias": -1.0})
    assert {} == slots.values


def test_one_date_fills_one_slot() -> None:
    slots = Slots()
    options = [Option("when", "2024-01-05", Span(0, 9), ["when"]), Option("due", "2025-01-05", Span(0, 9), ["due"])]
    put_dates(slots, options, {"when": 2.0, "due": 1.0})
    assert {"when": "2024-01-05"} == slots.values


def test_a_deadline_stands_where_another_date_would_not() -> None:
    for features, expected in ((["ruled&due", "relation:by"], {"due": "2024-12-31"}), (["ruled&due"], {})):
        slots = Slots()
        put_dates(slots, [Option("due", "2024-12-31", Span(0, 9), features)], {"ruled&due": -1.0})
        assert expected == slots.values


def test_days_around_the_documents_own_are_under_way_not_last_years() -> None:
    """ "18-22 November" in a report of 20 November."""
    [mention] = dates_in("from 18 to 22 November", "en", DAY)
    assert [("when", "2024-11-18/2024-11-22"), ("due", "2024-11-18/2024-11-22")] == [
        *readings(mention, Stage.ACTIVE, DAY)
    ]


def test_nothing_is_due_that_is_over_unless_it_fell_through() -> None:
    [mention] = dates_in("on 3 March 2023", "en", DAY)
    assert ["when"] == [slot for slot, _ in readings(mention, Stage.AGREED, DAY)]
    assert ["when", "due"] == [slot for slot, _ in readings(mention, Stage.STALLED, DAY)]
