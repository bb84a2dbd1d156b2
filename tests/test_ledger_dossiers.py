"""Dossiers: every statement with its quotation, source and date, in four formats."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import delete

from ledger_reports import ledger_of, report, said
from servanda.exporting.dossier import country, dyad, of_parties, theme
from servanda.exporting.dossier_entry import entry_dossier, series_dossier
from servanda.exporting.dossier_html import as_html
from servanda.exporting.dossier_json import as_json
from servanda.exporting.dossier_parts import Dossier
from servanda.exporting.dossier_text import as_markdown, as_text
from servanda.ledger.schema import read
from servanda.problems import QueryError

PLAN = "joint action plan 2025-29"
DAY = "2026-01-15"


@pytest.fixture(scope="module")
def ledger():
    return ledger_of(
        report(
            "2024-11-19",
            said("They signed <b>the plan</b> & smiled.", "instrument", "signed", "IND ITA", PLAN, form="action-plan"),
            said(
                "India will send radars.",
                "trade",
                "agreed",
                "IND ITA",
                "coastal radars",
                by=("IND",),
                under=PLAN,
                due="2025-06-30",
            ),
            said(
                "A roadmap is being negotiated.",
                "instrument",
                "negotiating",
                "IND ITA",
                "defence roadmap",
                form="roadmap",
                under=PLAN,
            ),
            publisher="Rome Letter",
            url="https://news.example/1?a=1&b=2",
            language="en",
        ),
        report(
            "2025-04-20",
            said(
                "The roadmap was signed.",
                "instrument",
                "signed",
                "IND ITA",
                "defence roadmap",
                form="roadmap",
                when="2025-04-18",
            ),
            said(
                "The 3rd session of the mining group met.",
                "meeting",
                "done",
                "IND ITA",
                "3rd session of the mining group",
                form="working-group",
                when="2025-04-18",
            ),
            publisher="Capital Wire",
            url="javascript:alert(1)",
            language="en",
        ),
        report(
            "2024-04-20",
            said(
                "The 1st session of the mining group met.",
                "meeting",
                "done",
                "IND ITA",
                "1st session of the mining group",
                form="working-group",
                when="2024-04-19",
            ),
            language="en",
        ),
        report(
            "2026-01-09",
            said("सैन्य अभ्यास हुआ।", "exercise", "done", "IND ITA", "संयुक्त अभ्यास", when="2026-01-08"),
            language="hi",
        ),
    )


@pytest.fixture(scope="module")
def dossier(ledger) -> Dossier:
    return dyad(ledger, "IND", "ITA", DAY)


def section(dossier: Dossier, heading: str):
    return next(s for s in dossier.sections if s.heading.startswith(heading))


def test_every_statement_carries_its_quotation_source_and_date(dossier):
    for part in dossier.sections:
        for said_ in part.statements:
            assert said_.quotations, (part.heading, said_.words)
            assert all(q.words and q.date and q.publisher for q in said_.quotations)


def test_what_is_overdue_stands_apart_from_what_was_kept(dossier):
    assert ["coastal radars"] == [s.words.split(",")[0] for s in section(dossier, "Overdue").statements]
    assert "defence roadmap" in {s.words.split(",")[0] for s in section(dossier, "Kept").statements}


def test_the_plan_is_a_framework_and_the_group_a_series(dossier):
    [plan] = section(dossier, "Frameworks").statements
    [group] = section(dossier, "Series").statements

    assert "2 undertakings under it, 1 moved" in plan.words
    assert "no report dates number 2" in group.words


def test_the_figures_count_and_say_the_share_kept(dossier):
    figures = dict(dossier.figures)

    assert ("1", "5") == (figures["overdue"], figures["kept"])
    assert "1 of 2 (50 %)" == figures["kept, of those promised before and since settled or overdue"]


def test_a_note_says_on_what_it_rests(dossier):
    assert "4 documents from 2024-04-20 to 2026-01-09" in dossier.coverage[0]
    assert "Languages: en, hi." in dossier.coverage


def test_html_escapes_every_word_and_links_only_web_addresses(dossier):
    html = as_html(dossier)

    assert "<b>the plan</b>" not in html and "&lt;b&gt;the plan&lt;/b&gt; &amp; smiled" in html
    assert 'href="https://news.example/1?a=1&amp;b=2"' in html
    assert "javascript:alert" not in re.sub(r"<cite>.*?</cite>", "", html)
    assert "<script" not in html and "http" not in html.split("</head>")[0]
    assert 'lang="hi"' in html


def test_markdown_escapes_the_words_of_documents(dossier):
    assert "\\<b\\>the plan" in as_markdown(dossier)


def test_text_is_plain_and_has_every_section(dossier):
    text = as_text(dossier)

    assert all(s.heading.upper() in text for s in dossier.sections)
    assert "“India will send radars.”" in text


def test_json_keeps_offsets_into_the_documents(dossier, ledger):
    data = json.loads(as_json(dossier))
    quotation = data["sections"][0]["statements"][0]["quotations"][0]
    text = ledger.document(quotation["document"]).text

    assert quotation["words"] == text[quotation["start"] : quotation["stop"]]


def test_a_country_and_a_theme_have_dossiers_too(ledger):
    assert "4 documents" in country(ledger, "ITA", DAY).coverage[0]
    assert ["Overdue"] == [s.heading for s in theme(ledger, "radars", DAY).sections if s.heading in ("Overdue", "Kept")]


def test_an_entry_shows_its_history_and_why_its_claims_are_one(ledger):
    line = next(line for line in ledger.entries(as_of=DAY) if line.title == "defence roadmap")
    shown = entry_dossier(ledger, line.id, DAY)

    assert ["negotiating, told 2024-11-19", "signed, 2025-04-18"] == [
        s.words for s in section(shown, "History").statements
    ]
    assert "title" in section(shown, "Why").statements[0].because


def test_a_series_lists_its_sessions(ledger):
    line = next(line for line in ledger.entries(as_of=DAY) if "3rd session" in line.title)
    shown = series_dossier(ledger, line.id, DAY)

    assert ["No. 1, 2024-04-19, held", "No. 3, 2025-04-18, held"] == [
        s.words for s in section(shown, "Sessions").statements
    ]
    assert "2" == dict(shown.figures)["sessions that no report dates"]


def test_what_is_no_session_has_no_series(ledger):
    line = next(line for line in ledger.entries(as_of=DAY) if line.title == "coastal radars")
    with pytest.raises(QueryError, match="no session"):
        series_dossier(ledger, line.id, DAY)


def test_a_dyad_that_nobody_told_of_has_an_empty_dossier_that_says_so(ledger):
    empty = dyad(ledger, "CHL", "PER", DAY)

    assert ((), ("No document in the ledger speaks of this.",)) == (empty.sections, empty.coverage)


def test_a_theme_is_found_by_all_words_that_mean_it_in_any_language():
    english = report("2025-01-01", said("They will build drones.", "project", "agreed", "FRA IND", "drone factory"))
    hindi = report("2025-02-01", said("दोनों ड्रोन बनाएंगे।", "project", "agreed", "IND ITA", "ड्रोन"), language="hi")
    other = report("2025-03-01", said("They will build ships.", "project", "agreed", "IND JPN", "shipyard"))
    made = theme(ledger_of(english, hindi, other), "UAV", "2026-01-01")

    assert not of_parties(["UAV"])
    assert {"drone factory", "ड्रोन"} == {s.words.split(",")[0] for s in made.sections[0].statements}


def test_one_party_twice_is_refused_and_what_to_give_is_said():
    with pytest.raises(QueryError, match="Give two parties, or one alone"):
        dyad(ledger_of(), "IND", "ind")


def test_a_theme_of_which_nothing_is_known_has_no_figures():
    assert () == theme(ledger_of(), "zeppelin").figures


def test_a_theme_rests_on_each_document_once_whoever_it_tells_of():
    made = [
        report(f"2025-0{n}-01", said(f"They trade rice, {n}.", "trade", "agreed", f"IND {code}", "rice"))
        for n, code in enumerate(("ITA", "JPN", "FRA"), 1)
    ]

    assert theme(ledger_of(*made), "rice", DAY).coverage[0].startswith("Rests on 3 documents from 2025-01-01")


def test_two_parties_of_a_crowd_rest_on_what_the_crowd_did():
    crowd = "AUS BRA CAN CHN DEU FRA GBR IND ITA JPN"
    made = report("2025-06-02", said("Ten leaders met.", "meeting", "done", crowd, "ocean summit", form="summit"))

    assert dyad(ledger_of(made), "IND", "ITA", DAY).coverage[0].startswith("Rests on 1 document")


def test_a_theme_of_a_ledger_made_by_an_earlier_version_rests_on_its_documents():
    old = ledger_of(report("2025-01-01", said("They trade rice.", "trade", "agreed", "IND ITA", "rice")))
    with old.writing() as connection:
        connection.execute(delete(read).where(read.c.parties == ""))

    assert theme(old, "rice", DAY).coverage[0].startswith("Rests on 1 document from 2025-01-01")
