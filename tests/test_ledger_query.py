"""The query language and search."""

from __future__ import annotations

import pytest

from ledger_reports import ledger_of, report, said
from servanda.ledger import EXAMPLE, parse
from servanda.ledger.listing import match_expression
from servanda.model import Kind, Stage
from servanda.problems import QueryError

RADAR = report(
    "2025-03-05",
    said(
        "Delhi wants radars.",
        "trade",
        "agreed",
        "FRA IND",
        "sale of coastal radars",
        due="2025-12",
        by=("FRA",),
        domains=("defence",),
    ),
)
HINDI = report(
    "2024-11-19", said("दोनों देश रक्षा सहयोग बढ़ाएंगे।", "cooperation", "agreed", "IND ITA", "रक्षा सहयोग"), language="hi"
)
OLD = report(
    "2020-01-01",
    said(
        "A treaty was signed.",
        "instrument",
        "signed",
        "DEU FRA",
        "friendship treaty",
        form="treaty",
        under="Elysée process",
    ),
)


@pytest.fixture
def ledger():
    return ledger_of(RADAR, HINDI, OLD)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("party:IND", {"sale of coastal radars", "रक्षा सहयोग"}),
        ("party:IND party:FRA", {"sale of coastal radars"}),
        ("party:ind stage:agreed,signed kind:trade", {"sale of coastal radars"}),
        ("due:..2025-12-31", {"sale of coastal radars"}),
        ("due:2026..", set()),
        ("due:2025", {"sale of coastal radars"}),
        ("since:2024 until:2024-12", {"रक्षा सहयोग"}),
        ("form:treaty", {"friendship treaty"}),
        ("domain:defence", {"sale of coastal radars"}),
        ("by:FRA", {"sale of coastal radars"}),
        ('under:"elysée"', {"friendship treaty"}),
        ("radars", {"sale of coastal radars"}),
        ("RADARS delhi", {"sale of coastal radars"}),
        ("रक्षा", {"रक्षा सहयोग"}),
        ("रक्ष", set()),
        ("radars treaty", set()),
        ('"coastal radars"', {"sale of coastal radars"}),
        ("status:kept", {"friendship treaty"}),
        ("review:yes", set()),
        ("", {"sale of coastal radars", "रक्षा सहयोग", "friendship treaty"}),
    ],
)
def test_a_query_finds(ledger, query, titles):
    assert titles == {line.title for line in ledger.entries(query)}


@pytest.mark.parametrize(
    "query",
    ["stage:finished", "colour:red", "due:soon", "party:", "party:Italy1", 'under:"open', "sort:size", "kind:party"],
)
def test_a_wrong_term_is_refused_with_its_name(query):
    with pytest.raises(QueryError, match=query.split(":")[0]):
        parse(query)


def test_the_example_is_a_query():
    found = parse(EXAMPLE)

    assert (("IND", "ITA"), (Stage.AGREED,), (Kind.INSTRUMENT,)) == (found.parties, found.stages, found.kinds)
    assert (None, "2025-12-31") == found.due


@pytest.mark.parametrize("query", ["'", "*", "(", "a AND OR", "NEAR(x", 'x" OR "y', "-", "col:on", "ü ß", "%", "//x:y"])
def test_no_words_break_the_search(ledger, query):
    try:
        ledger.entries(query)
    except QueryError as error:
        assert "\n" not in str(error)


def test_documents_and_claims_are_searched_too(ledger):
    [document] = ledger.search("radars", "documents")
    [claim] = ledger.search("radars", "claims")

    assert RADAR.document.id == document.id
    assert ("Delhi wants radars.", RADAR.claims[0].id) == (claim.words, claim.entry)


def test_due_lists_the_soonest_first(ledger):
    assert ["sale of coastal radars"] == [line.title for line in ledger.due(before="2026-06-30", as_of="2025-06-01")]


@pytest.mark.parametrize("ref", ["", "zz", "zzzzzz", "0000000000000000"])
def test_an_id_that_is_none_is_refused_saying_where_ids_are(ledger, ref):
    with pytest.raises(QueryError, match="servanda entries"):
        ledger.entry(ref)


def test_the_first_letters_of_an_id_are_enough(ledger):
    assert "sale of coastal radars" == ledger.entry(RADAR.claims[0].id[:6]).title


def test_the_best_match_comes_first_where_relevance_is_asked_for():
    much = report("2020-01-01", said("Radar, radar and radar.", "trade", "agreed", "FRA IND", "radar"))
    little = report(
        "2025-01-01",
        said(
            "Ports, ships and, at the end of a long list of things, radar too.", "project", "agreed", "FRA IND", "ports"
        ),
    )
    ledger = ledger_of(much, little)

    assert ["ports", "radar"] == [line.title for line in ledger.entries("radar")]
    assert ["radar", "ports"] == [line.title for line in ledger.entries("radar sort:relevance")]


def test_a_star_stands_for_any_ending_and_a_bar_for_either_word():
    assert '("ship"*) AND ("radar" OR "sonar")' == match_expression(["ship*", "radar|sonar"])
    assert '("*") AND ("a")' == match_expression(["*", "a|"])
