"""Pages of every build: what is the report, what stands beside it, and what they say of themselves."""

from __future__ import annotations

import json

import pytest

from servanda import reading
from servanda.model import Document

A = "Ruritania and Freedonia agreed to draft a port accord at the meeting in Strelsau on Friday."
B = "The ministers will meet again in the spring of next year to go on with the work on the text."
C = "A joint working group of both ministries will be set up before the end of the year."
GAP = "<span class='x br'></span>" * 2
WHOLE = f"{A}\n\n{B}\n\n{C}"


def the_document(page: str) -> Document:
    [read] = list(reading.read_bytes(page.encode(), "page.html"))
    assert read.document is not None, read.problems
    return read.document


@pytest.mark.parametrize(
    "page",
    [
        f"<form method=post><ul class=menu><li><a href=/>Home</a></ul><div><p>{A}</p><p>{B}</p><p>{C}</p></div></form>",
        f"<table><tr><td><a href=1>News</a></td><td>{A}<br><br>{B}<br><br>{C}</td></tr></table><p>Copyright © 2031</p>",
        f"<pre>{A}\n\n{B}\n\n{C}</pre>",
        f"<aside><p>{A}</p><p>{B}</p><p>{C}</p></aside>",
        "".join(f"<div class='sidebar-grid'><p>{words}</p></div>" for words in (A, B, C)),
        f"<div><p>{A}</p></div><div hidden><p>{B}</p><p>{C}</p></div>",
        f"<div class=article><p>{A}<span class='sr-only'>, opens in a new tab</span></p><p>{B}</p><p>{C}</p></div>",
        f"<div>{A}{GAP}{B}{GAP}{C}</div>",
    ],
    ids=["one form", "table", "pre", "aside", "cut", "hidden", "screen reader", "breaks by class"],
)
def test_the_report_is_read_whole_however_the_page_is_built(page):
    assert WHOLE == the_document(f"<html><body>{page}</body></html>").text


def test_a_page_of_a_few_words_is_read_whatever_holds_them():
    assert "Both sides signed." == the_document("<div class=widget><p>Both sides signed.</p></div><nav>Home</nav>").text


def test_a_lead_between_headline_and_report_belongs_to_it():
    page = (
        f"<h1>Accord signed</h1><p class=lead>{A}</p><div class=share><a href=x>Share this</a></div>"
        f"<div class=content><p>{B}</p><p>{C}</p><p>{B} Once more.</p></div>"
    )

    assert the_document(page).text.startswith(f"Accord signed\n\n{A}\n\n{B}")


def test_related_stories_are_no_text():
    related = "".join(
        f"<p><a href=/{n}>Another story number {n} about something else entirely</a></p>" for n in range(9)
    )
    report = f"<article><h1>Accord signed</h1><p>{A}</p><p>{B}</p><p>{C}</p></article>"
    page = f"<main>{report}<div class=related>{related}</div></main>"

    assert f"Accord signed\n\n{WHOLE}" == the_document(page).text


def test_a_release_shows_its_day_and_its_headline_beside_each_other():
    """As sites of ministries do, that have no metadata."""
    page = (
        "<div><h2>Ruritania signs accord</h2><div class=date>Posted On: 07 AUG 2031 6:15PM by RIB Strelsau</div>"
        f"<p>{A}</p><p>{B}</p><p>{C}</p></div><div>Copyright 1 January 2031</div>"
    )
    document = the_document(page)

    assert ("Ruritania signs accord", "2031-08-07") == (document.title, document.date)
    assert "shown beside the headline" == document.how["date"]


def test_the_day_of_an_update_or_of_another_story_is_not_the_reports():
    page = (
        f"<h1>Accord signed</h1><p>Updated 9 September 2031</p><div><p>{A}</p><p>{B}</p></div>"
        "<div class=latest><time datetime=2031-09-09></time><time datetime=2031-09-08></time></div>"
    )

    assert the_document(page).date is None


def test_a_page_built_by_scripts_is_read_from_its_linked_data():
    told = json.dumps({"@graph": [{"@type": ["NewsArticle"], "headline": "Accord signed", "articleBody": f"{A} {B}"}]})
    page = f'<script type="application/ld+json">{told}</script><div id=root></div>'

    assert f"Accord signed\n\n{A} {B}" == the_document(page).text


def test_readers_headline_goes_before_that_for_search_engines():
    told = json.dumps({"@type": "NewsArticle", "headline": "Port accord 2031: what you need to know"})
    page = (
        f"<title>Port accord 2031: what you need to know - Port News</title>"
        f'<script type="application/ld+json">{told}</script>'
        f"<meta property='og:title' content='Two old rivals sign'><h1>Two old rivals sign</h1><p>{A}</p><p>{B}</p>"
    )

    assert "Two old rivals sign" == the_document(page).title


def test_broken_linked_data_still_gives_its_date():
    broken = '{"@type":"Article",, "datePublished":"2031-04-05T01:00"}'
    page = f'<script type="application/ld+json">{broken}</script><p>{A}</p>'

    assert "2031-04-05" == the_document(page).date


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2031-04-05T23:30:00-08:00", "2031-04-05"),
        ("Sat, 05 Apr 2031 10:00:00 GMT", "2031-04-05"),
        ("5 avril 2031", "2031-04-05"),
        ("5 апреля 2031 г.", "2031-04-05"),
        ("05 अप्रैल २०३१", "2031-04-05"),
        ("2031年4月5日", "2031-04-05"),
        ("2031년 4월 5일", "2031-04-05"),
        ("05.04.2031", "2031-04-05"),
        ("25/04/2031", "2031-04-25"),
        ("04/05/2031", None),
        ("1932940800", "2031-04-03"),
        ("20310405", "2031-04-05"),
        ("2031-13-45", None),
        ("yesterday", None),
    ],
)
def test_a_day_is_read_only_where_it_is_certain(words, day):
    page = f"<meta name='date' content='{words}'><p>{A}</p>"

    assert day == the_document(page).date
