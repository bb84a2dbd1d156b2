"""Network, map, calendar, timelines and the files to take along: each figure is that of the rows it leads to."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from functools import partial
from html import unescape

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")

from starlette.testclient import TestClient

from ledger_reports import Report, file, report, said
from servanda.exporting.calendar import as_ics
from servanda.exporting.dossier_parts import Cited, Dossier, Section, Statement
from servanda.exporting.workbook import as_xlsx
from servanda.extracting.extractor import extract
from servanda.ledger import Ledger
from servanda.ledger.surveying import CROWD, by_month, by_parties, each, facets, pairs
from servanda.web import app_for
from servanda.web.charts import strip, timeline
from servanda.web.telling import Beating

ACTION = "India and Italy agreed to a ports agreement by the end of 2025."
MOVED = "India and Italy put the ports agreement off to June 2026."
GOODS = ("radars", "vaccines", "ferries", "archives", "satellites", "seeds", "dams", "railways", "teachers")
PAGES = (
    "/network",
    "/map",
    "/map?party=IND&by=kept",
    "/map?by=overdue",
    "/calendar",
    "/calendar?month=2025-12",
    "/settings",
)


def filled(ledger: Ledger) -> Ledger:
    agreed = said(ACTION, "instrument", "agreed", "IND ITA", "ports agreement", form="agreement", due="2025-12-31")
    held = said("India and Japan held talks.", "meeting", "done", "IND JPN", "talks", when="2025-12-04")
    loose = said("India and Japan will sign a pact.", "instrument", "agreed", "IND JPN", "pact", due="2025-12")
    file(ledger, report("2025-03-05", agreed, publisher="The Herald", language="en"), report("2025-12-05", held))
    file(ledger, report("2025-06-05", loose))
    ledger.look(("IND", "ITA"), "https://news.example/feed", "2026-02-01")
    return ledger


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with Ledger.in_memory() as made:
        yield filled(made)


@pytest.fixture(scope="module")
def client(ledger: Ledger) -> TestClient:
    return TestClient(app_for(ledger), base_url="http://localhost", follow_redirects=False)


@pytest.mark.parametrize("path", PAGES)
def test_every_picture_answers_with_and_without_entries(client: TestClient, path: str) -> None:
    with Ledger.in_memory() as empty:
        bare = TestClient(app_for(empty), base_url="http://localhost").get(path)

    assert [200, 200] == [client.get(path).status_code, bare.status_code]
    assert [] == re.findall(r"<style|\sstyle=|\son\w+=|<script(?! src=\"/static/)", client.get(path).text)


def test_the_sums_of_pairs_are_those_of_the_lists(ledger: Ledger) -> None:
    told, _ = pairs(by_parties(ledger, ""))

    for (one, other), sum_of in told.items():
        found = ledger.entries(f"party:{one} party:{other}", None)
        assert (len(found), sum(line.status == "overdue" for line in found)) == (sum_of.total, sum_of.overdue)
    assert {"IND": 3, "ITA": 1, "JPN": 2} == {code: one.total for code, one in each(by_parties(ledger, "")).items()}


def test_a_crowd_is_no_bond_between_each_two_of_it(ledger: Ledger) -> None:
    crowd = tuple(f"X{n}" for n in range(CROWD + 1))
    one = next(iter(by_parties(ledger, "").values()))

    assert ({}, one.total) == pairs({crowd: one})


def test_a_facet_counts_what_choosing_its_value_would_list(ledger: Ledger) -> None:
    told = facets(ledger, "")
    nothing: dict[str, tuple[str, ...]] = {"kind": (), "status": (), "stage": (), "domain": ()}

    for facet in ("kind", "status", "stage"):
        for value, count in told.count(facet, nothing).items():
            assert count == len(ledger.entries(f"{facet}:{value}", None)), (facet, value)
    assert 1 == told.total(nothing | {"kind": ("meeting",), "stage": ("done",)})


def test_the_network_stands_as_a_table_whose_figures_lead_to_their_rows(client: TestClient) -> None:
    page = unescape(client.get("/network").text)

    assert (
        'data-from="IND" data-from-name="India" data-to="ITA" data-to-name="Italy" data-weight="1" data-late="1"'
        in page
    )
    assert "/entries?party=IND&party=ITA&status=overdue" in page
    assert "1 entry" in client.get("/entries?party=IND&party=ITA&status=overdue").text


def test_a_country_leads_to_its_partners_and_a_partner_to_the_dossier(client: TestClient) -> None:
    world, partners = client.get("/map").text, client.get("/map?party=IND").text

    assert 'href="/map?party=IND" aria-label="India: 3 entries"' in world
    assert 'href="/dossiers/IND/JPN" aria-label="Japan: 2 entries"' in partners
    assert 'class="self"' in partners


def test_a_day_that_is_known_stands_on_its_day_and_a_month_below_the_grid(client: TestClient, ledger: Ledger) -> None:
    page = client.get("/calendar?month=2025-12").text
    grid, below = page.split("</table>", 1)

    assert re.search(r'datetime="2025-12-31".*?ports agreement', grid, re.S)
    assert re.search(r'datetime="2025-12-04".*?talks', grid, re.S)
    assert "pact" in below
    assert "pact" not in grid
    assert {"2025-12": 3} == by_month(ledger, "", "2025") == by_month(ledger, "since:1900", "2025")


def test_of_a_day_with_very_much_some_is_shown_and_all_is_counted() -> None:
    """Seven things are due on one day of March, and a pact in that month, no day known."""
    days = [*["2027-03-09"] * 7, "2027-03", "2027-04-02"]
    some = [
        report("2025-03-05", said(f"They ship {goods}.", "trade", "agreed", "IND ITA", f"load of {goods}", due=day))
        for goods, day in zip(GOODS, days, strict=True)
    ]
    with Ledger.in_memory() as own:
        file(own, *some)
        page = TestClient(app_for(own), base_url="http://localhost").get("/calendar?month=2027-03").text
        counts = [by_month(own, query, "2027") for query in ("", "since:1900")]
        listed = own.entries("due:2027-03-09..2027-03-09")

    assert [{"2027-03": 8, "2027-04": 1}] * 2 == counts
    assert 6 == len(re.findall(r"<bdi>load of", page))
    assert f'href="/entries?due=2027-03-09..2027-03-09">all {len(listed)} due' in page
    assert "8 things" in page


def test_a_session_that_a_series_makes_one_expect_stands_in_the_calendar_of_its_parties() -> None:
    def session(number: str, day: str) -> Report:
        words, title = f"The {number} session of the mining group met.", f"{number} session of the mining group"
        return report(day, said(words, "meeting", "done", "IND JPN", title, form="working-group", when=day))

    with Ledger.in_memory() as own:
        file(own, *(session(f"{n}th", f"{2020 + n}-03-10") for n in (4, 5, 6)))
        found = own.series("party:JPN")
        page = TestClient(app_for(own), base_url="http://localhost").get("/calendar?party=JPN&month=2027-03").text

    assert "2027-03" == (found[0].expected or "")[:7]
    assert "a session is expected" in page


@pytest.mark.parametrize("path", ["/calendar?month=2025-13", "/calendar?month=soon", "/calendar?q=colour:red"])
def test_a_month_that_is_none_is_told_with_what_to_do(client: TestClient, path: str) -> None:
    assert 400 == client.get(path).status_code


def test_a_due_date_that_moved_moves_its_event_and_makes_no_second_one() -> None:
    def event(ledger: Ledger) -> dict[str, str]:
        made = as_ics(ledger.entries_in_full(ledger.entries("party:ITA")), "x", at="2026-01-01T00:00:00+00:00").decode()
        lines = made.replace("\r\n ", "").split("\r\n")
        return {key: value for key, _, value in (line.partition(":") for line in lines)}

    with Ledger.in_memory() as own:
        before = event(filled(own))
        moved = said(MOVED, "instrument", "agreed", "IND ITA", "ports agreement", form="agreement", due="2026-06")
        file(own, report("2025-11-02", moved))
        after = event(own)

    assert before["UID"] == after["UID"]
    assert ("0", "1") == (before["SEQUENCE"], after["SEQUENCE"])
    assert ("20251231", "20260630") == (before["DTSTART;VALUE=DATE"], after["DTSTART;VALUE=DATE"])
    assert "2026-06" == after["X-SERVANDA-DUE"]
    assert MOVED in after["DESCRIPTION"].replace("\\", "")


def test_a_workbook_keeps_dates_as_text_and_runs_no_formula(ledger: Ledger) -> None:
    from openpyxl import load_workbook

    with Ledger.in_memory() as own:
        file(own, report("2025-03", said("=1+1", "instrument", "agreed", "IND ITA", "=1+1\x0b", due="2025-12")))
        book = load_workbook(io.BytesIO(as_xlsx(own.entries_in_full(own.entries()))))
        [head, row] = book["entries"].iter_rows()
        cells = {name.value: cell for name, cell in zip(head, row, strict=True)}

    assert ("2025-12", "s") == (cells["due"].value, cells["due"].data_type)
    assert ("s", "s") == (cells["title"].data_type, cells["quotation"].data_type)
    assert "=1+1" == cells["quotation"].value


def test_a_dossier_as_a_word_file_has_its_quotations(client: TestClient) -> None:
    from docx import Document

    made = Document(io.BytesIO(client.get("/dossiers/IND/ITA?as=docx").content))
    words = "\n".join(paragraph.text for paragraph in made.paragraphs)

    assert f"“{ACTION}” The Herald, 5 Mar 2025, en" in words


@pytest.mark.parametrize(
    "path", ["/export.xlsx?party=IND", "/calendar.ics?party=IND&party=ITA", "/dossiers/IND?as=docx"]
)
def test_a_file_to_take_along_comes_as_a_file(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert (200, True) == (answer.status_code, answer.headers["content-disposition"].startswith("attachment"))


def test_a_line_of_a_list_leads_to_its_words_in_one_click(client: TestClient, ledger: Ledger) -> None:
    [line] = ledger.entries("party:ITA")
    [filed] = ledger.entry(line.id).claims

    assert f'href="/entries/{line.id}/words"' in client.get("/entries").text
    assert (
        f"/documents/{filed.card.id}?claim={filed.id}#c-{filed.id}"
        == client.get(f"/entries/{line.id}/words").headers["location"]
    )


def test_a_mark_of_the_timeline_leads_to_its_words(ledger: Ledger) -> None:
    [line] = ledger.entries("party:ITA")
    entry = ledger.entry(line.id)
    drawn = timeline(entry)

    assert [("step", "#step-1"), ("due", f"/documents/{entry.claims[0].card.id}?claim={line.id}#c-{line.id}")] == [
        (mark.kind, mark.address) for mark in drawn.marks
    ]
    assert all(0 <= mark.x <= drawn.width for mark in drawn.marks)


def test_steps_of_one_day_and_one_name_stand_above_one_another() -> None:
    """Two talks of the same day, told by the same words, of two entries."""
    quoted = Cited("They held talks.", "c1", "d1", 0, 16, "2026-03-01", None, None, None, "en")
    steps = tuple(Statement("talks: done", id, None, "", (quoted,), (), "2026-03-01") for id in ("e1", "e2"))
    drawn = strip(Dossier("IND and OMN", "2026-03-02", (Section("Timeline", steps),), (), ()))

    assert [0, 1] == [mark.row for mark in drawn.marks]


def test_the_raw_view_gives_each_line_with_its_offset(client: TestClient, ledger: Ledger) -> None:
    [filed] = ledger.entry(ledger.entries("party:ITA")[0].id).claims
    page = client.get(f"/documents/{filed.card.id}/raw").text

    assert f'id="o{filed.quotation.start}"' in page
    assert ledger.document(filed.card.id).text == client.get(f"/documents/{filed.card.id}/raw.txt").text
    assert 404 == client.get("/documents/none/raw").status_code


def test_the_settings_tell_what_is_in_force_and_what_is_watched(client: TestClient) -> None:
    page = client.get("/settings").text

    for words in ("document_bytes", "64 MB", "same_score", "https://news.example/feed", "India · Italy"):
        assert words in page


def test_an_upload_is_told_report_by_report_then_with_what_was_found() -> None:
    with Ledger.in_memory() as own:
        visitor = TestClient(app_for(own), base_url="http://localhost")
        token = re.search(r'name="token" value="([^"]+)"', visitor.get("/add").text)[1]  # type: ignore[index]
        text = b"India and Italy signed a memorandum of understanding on ports on 4 May 2025."
        files = [("files", (f"{n}.txt", text + f" {n}".encode(), "text/plain")) for n in range(2)]
        lines = visitor.post("/add/live", data={"token": token, "date": "2025-05-05"}, files=files).text.splitlines()
        told = [json.loads(line) for line in lines]

        assert ["0.txt", "1.txt"] == sorted({name for one in told for name in re.findall(r"\d\.txt", one["said"])})
        assert ".txt" not in told[-1]["said"]
        assert "2 reports read" in told[-1]["said"]
        assert "open in text" in told[-1]["html"]
        assert 400 == visitor.post("/add/live", data={"token": token}).status_code


def test_a_long_reading_is_told_beat_by_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    """One document that takes long: each beat says for how long it has been read."""
    monkeypatch.setattr("servanda.web.reading_desk.Beating", partial(Beating, beat=0.05))
    monkeypatch.setattr("servanda.web.receiving.extract", lambda document: time.sleep(1.3) or extract(document))
    with Ledger.in_memory() as own:
        visitor = TestClient(app_for(own), base_url="http://localhost")
        token = re.search(r'name="token" value="([^"]+)"', visitor.get("/add").text)[1]  # type: ignore[index]
        files = [("files", ("long.txt", b"India and Italy signed a pact on 4 May 2025.", "text/plain"))]
        lines = visitor.post("/add/live", data={"token": token}, files=files).text.splitlines()
        told = [json.loads(line)["said"] for line in lines]

        assert "Reading long.txt, 1 s so far" in told
        assert told[-1].startswith("1 report read")


def test_work_stops_at_its_next_step_when_nobody_listens() -> None:
    done: list[int] = []
    beating = iter(Beating(done.append(n) or n for n in range(10**9)))  # type: ignore[func-returns-value]
    next(beating)
    beating.close()  # type: ignore[attr-defined]
    time.sleep(0.2)
    after = len(done)
    time.sleep(0.2)

    assert after == len(done)
