"""The follow-through case: promises of 2021 to 2025, and what later reports in two languages say became of them.

Facts are public; every sentence is ours.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger_reports import Report, file, report, said
from servanda.ledger import Ledger, StatusName
from servanda.model import Stage

GROUP = "Working Group on Modernisation and Industrial Cooperation"
SIDM = ("Society of Indian Defence Manufacturers", "Italian Industries Federation for Aerospace, Defence and Security")
ATTACHE = "Defence Attaché at the Belgian Embassy in New Delhi"

FIRST = (
    report(
        "2024-11-19",
        said(
            "Rome and Delhi will negotiate a roadmap for their defence industries.",
            *("instrument", "negotiating", "IND ITA", "defence industrial roadmap"),
            form="roadmap",
            under="Joint Strategic Action Plan 2025-29",
        ),
        said(
            "The plan also foresees an MoU between SIDM of India and AIAD of Italy.",
            *(
                "instrument",
                "proposed",
                "IND ITA",
                f"Memorandum of Understanding between the {SIDM[0]} and the {SIDM[1]}",
            ),
            form="mou",
            orgs=SIDM,
            under="Joint Strategic Action Plan 2025-29",
        ),
        said(
            "The two prime ministers unveiled the Joint Strategic Action Plan 2025-29.",
            *("instrument", "signed", "IND ITA", "Joint Strategic Action Plan 2025-29"),
            form="action-plan",
            when="2024-11-18",
            period="2025/2029",
        ),
        language="en",
    ),
    report(
        "2022-09-06",
        said(
            "The second 2+2 of India and Japan is to be held in Tokyo on 8 September.",
            *("meeting", "agreed", "IND JPN", "second India-Japan 2+2 Ministerial Meeting"),
            form="ministerial",
            due="2022-09-08",
            where="Tokyo",
        ),
        language="en",
    ),
    report(
        "2025-03-05",
        said(
            "Belgium will post a defence attaché to its embassy in New Delhi.",
            *("institution", "agreed", "BEL IND", ATTACHE),
            form="attache",
            by=("BEL",),
            where="New Delhi",
        ),
        said(
            "A structured framework for defence is to be ready by the end of 2025.",
            *("instrument", "negotiating", "BEL IND", "structured defence cooperation framework"),
            form="framework",
            due="2025-12-31",
        ),
        language="en",
    ),
    report(
        "2021-03-26",
        said(
            "भारत और दक्षिण कोरिया ने 2019 में रक्षा उद्योग रोडमैप तय किया था।",
            *("instrument", "signed", "IND KOR", "रक्षा उद्योग सहयोग का रोडमैप"),
            form="roadmap",
            when="2019",
        ),
        language="hi",
    ),
    report(
        "2025-08-07",
        said(
            "India and Russia held the 11th session of their industrial working group on 6 August.",
            *("meeting", "done", "IND RUS", f"11th Session of the {GROUP}"),
            form="working-group",
            when="2025-08-06",
            where="New Delhi",
        ),
        language="en",
    ),
)

LATER = (
    report(
        "2025-04-14",
        said(
            "In Rome, SIDM and AIAD signed their memorandum in April.",
            *("instrument", "signed", "IND ITA", "memorandum between SIDM and AIAD"),
            form="mou",
            orgs=("SIDM", "AIAD"),
            when="2025-04",
            where="Rome",
        ),
        publisher="Rome Letter",
    ),
    report(
        "2022-09-09",
        said(
            "भारत और जापान ने 8 सितंबर को टोक्यो में 2+2 वार्ता की।",
            *("meeting", "done", "IND JPN", "भारत-जापान दूसरी 2+2 मंत्रिस्तरीय बैठक"),
            form="ministerial",
            when="2022-09-08",
            where="टोक्यो",
        ),
        language="hi",
    ),
    report(
        "2025-12-11",
        said(
            "The first Belgian defence attaché in Delhi, now in post, called on the defence secretary.",
            *("institution", "done", "BEL IND", "Belgian defence attaché in New Delhi"),
            form="attache",
            when="2025-12-10",
            where="New Delhi",
        ),
        publisher="Capital Wire",
    ),
    report(
        "2020-02-05",
        said(
            "The two ministers exchanged the signed roadmap on defence industry cooperation in Delhi on 4 February.",
            *("instrument", "signed", "IND KOR", "roadmap for defence industry cooperation"),
            form="roadmap",
            when="2020-02-04",
        ),
        publisher="Seoul Economic",
        language="en",
    ),
    report(
        "2022-12-24",
        said(
            "The 9th session of the working group on modernisation met on 23 December.",
            *("meeting", "done", "IND RUS", f"9th session of the {GROUP}"),
            form="working-group",
            when="2022-12-23",
        ),
        language="en",
    ),
)
WATCHING = report(
    "2026-01-09", said("Antwerp sold more diamonds to Surat.", "trade", "active", "BEL IND", "diamond trade")
)
TODAY = "2026-01-15"


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with Ledger.in_memory() as made:
        file(made, *FIRST, *LATER)
        yield made


def entry_with(ledger: Ledger, report_: Report, number: int = 0, as_of: str = TODAY):
    return ledger.entry(report_.claims[number].id, as_of)


def test_the_memorandum_proposed_in_november_is_signed_in_april(ledger):
    entry = entry_with(ledger, FIRST[0], 1)

    assert [Stage.PROPOSED, Stage.SIGNED] == [step.stage for step in entry.history.steps]
    assert "2025-04" == entry.history.steps[-1].when
    assert StatusName.KEPT == entry.status.name


def test_the_2_plus_2_announced_in_english_was_held_as_a_hindi_report_says(ledger):
    entry = entry_with(ledger, FIRST[1])

    assert (StatusName.KEPT, "2022-09-08") == (entry.status.name, entry.history.steps[-1].when)
    assert {"en", "hi"} == {f.card.language for f in entry.claims}


def test_the_attache_announced_in_march_is_in_post_in_december(ledger):
    entry = entry_with(ledger, FIRST[2])

    assert (StatusName.KEPT, Stage.DONE) == (entry.status.name, entry.stage)


def test_the_framework_is_unwatched_until_the_dyad_is_read_about_and_then_overdue(ledger):
    assert StatusName.UNWATCHED == entry_with(ledger, FIRST[2], 1).status.name
    with Ledger.in_memory() as watched:
        file(watched, *FIRST, *LATER, WATCHING)

        assert StatusName.OVERDUE == entry_with(watched, FIRST[2], 1).status.name


def test_the_two_dates_of_the_roadmap_are_flagged(ledger):
    entry = entry_with(ledger, FIRST[3])
    [conflict] = entry.history.conflicts

    assert "date" == conflict.on
    assert {"2019", "2020-02-04"} == {conflict.first.claim.when, conflict.second.claim.when}


def test_the_11th_session_stands_in_its_series_with_the_9th_and_a_missing_10th(ledger):
    [series] = ledger.series("party:IND party:RUS", TODAY)

    assert [9, 11] == [session.ordinal for session in series.sessions]
    assert (10,) == series.missing
    assert 478 == series.cadence


def test_the_plan_is_a_framework_with_what_stands_under_it(ledger):
    [framework] = ledger.frameworks("party:IND party:ITA", TODAY)

    assert "Joint Strategic Action Plan 2025-29" == framework.entry.title
    assert (2, 1) == (len(framework.under), framework.moved)


def test_no_two_promises_are_one_entry(ledger):
    homes = [entry_with(ledger, r, n).id for r in FIRST for n in range(len(r.claims))]

    assert len(homes) == len(set(homes))


def test_the_ledger_checks(ledger):
    assert () == ledger.check().problems


def test_as_of_march_2025_the_memorandum_was_still_a_proposal(ledger):
    with ledger.at("2025-03-31", "party:IND party:ITA") as past:
        assert Stage.PROPOSED == entry_with(past, FIRST[0], 1, "2025-03-31").stage
