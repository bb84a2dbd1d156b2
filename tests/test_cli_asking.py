"""Commands that ask, compare, decide, tell, watch and export, on a ledger of a few reports of our own."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from commands import REPORT, servanda
from servanda.cli.asking import joined
from servanda.cli.showing import dated, ladder
from servanda.model import Stage

LATER = """ date 2026-06-01
India and Belgium held a joint exercise in Goa in May 2026.
"""


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger named by SERVANDA_LEDGER that holds one report."""
    path = tmp_path / "l.db"
    monkeypatch.setenv("SERVANDA_LEDGER", str(path))
    (tmp_path / "note.txt").write_text(REPORT, "utf-8")
    (tmp_path / "later.txt").write_text(LATER, "utf-8")
    assert 0 == servanda("add", tmp_path / "note.txt").status
    return path


def lines(*query: str) -> list[dict]:  # type: ignore[type-arg]
    return json.loads(servanda("entries", "--json", *query).out)  # type: ignore[no-any-return]


def exercise() -> dict:  # type: ignore[type-arg]
    [found] = lines("kind:exercise")
    return found


@pytest.mark.usefixtures("ledger")
def test_entries_are_narrowed_by_terms() -> None:
    assert {"exercise", "instrument"} <= {line["kind"] for line in lines()}
    assert ["exercise"] == [line["kind"] for line in lines("party:BEL", "kind:exercise")]
    assert [] == lines("party:FRA")


@pytest.mark.usefixtures("ledger")
def test_a_list_for_people_shows_the_ladder_beside_its_word() -> None:
    assert "▮▮▮▮▯▯▯ agreed" in servanda("entries", "kind:exercise").out


def test_an_empty_ledger_says_how_to_fill_it(tmp_path: Path) -> None:
    ran = servanda("entries", "--ledger", tmp_path / "new.db")

    assert 0 == ran.status
    assert "servanda add" in ran.out


@pytest.mark.usefixtures("ledger")
def test_due_lists_what_has_a_date_and_is_not_settled() -> None:
    found = json.loads(servanda("due", "--json").out)

    assert [("exercise", "2026")] == [(line["kind"], line["due"]) for line in found]
    assert [] == json.loads(servanda("due", "--before", "2025-12-31", "--json").out)


@pytest.mark.usefixtures("ledger")
def test_show_takes_the_first_letters_of_an_id_and_quotes_the_report() -> None:
    ran = servanda("show", exercise()["id"][:6])

    assert 0 == ran.status
    assert "“India and Belgium agreed to hold a joint exercise in 2026.”" in ran.out


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("form", "sign"), [("text", "BEL and IND"), ("md", "# BEL and IND"), ("html", "<!doctype html>"), ("json", "{")]
)
def test_a_dossier_comes_in_every_form(form: str, sign: str) -> None:
    ran = servanda("dossier", "BEL", "IND", "--format", form)

    assert 0 == ran.status
    assert ran.out.startswith(sign)
    assert "joint exercise" in ran.out


@pytest.mark.usefixtures("ledger")
def test_a_dossier_on_one_party_and_on_a_theme() -> None:
    assert "joint exercise" in servanda("dossier", "BEL").out
    assert "joint exercise" in servanda("dossier", "exercise").out


@pytest.mark.usefixtures("ledger")
def test_search_finds_entries_claims_and_documents() -> None:
    for among in ("entries", "claims", "documents"):
        assert json.loads(servanda("search", "exercise", "--in", among, "--json").out), among


def test_as_of_shows_only_what_had_been_published_by_then(ledger: Path, tmp_path: Path) -> None:
    servanda("add", tmp_path / "later.txt")

    assert [] == lines("--as-of", "2025-03-04")
    assert "2025-03-05" == lines("--as-of", "2025-12-31", "kind:exercise")[0]["last"]


def test_compare_tells_what_a_new_text_adds_and_stores_nothing(ledger: Path, tmp_path: Path) -> None:
    before = lines()

    ran = servanda("compare", "--ledger", ledger, tmp_path / "later.txt")

    assert ran.out.startswith(("ADVANCES", "NEW"))
    assert before == lines()


def test_compare_needs_no_ledger_for_two_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SERVANDA_LEDGER", raising=False)
    text = " date {}\nIndia and Belgium agreed to establish a joint working group on naval mine countermeasures.\n"
    (tmp_path / "old.txt").write_text(text.format("2025-03-05"), "utf-8")
    (tmp_path / "new.txt").write_text(text.format("2025-04-05"), "utf-8")

    [found] = json.loads(servanda("compare", "--json", tmp_path / "old.txt", tmp_path / "new.txt").out)

    assert ("REPEAT", "2025-03-05") == (found["novelty"], found["earlier"]["card"]["date"])


@pytest.mark.usefixtures("ledger")
def test_a_judgement_holds_until_it_is_withdrawn() -> None:
    entry = exercise()["id"]

    made = json.loads(
        servanda("judge", "correct", entry, "title", "exercise Gondola", "--by", "A. Officer", "--json").out
    )
    assert "exercise Gondola" == exercise()["title"]
    assert made["id"][:8] in servanda("judge", "--list").out

    assert 0 == servanda("judge", "withdraw", made["id"]).status
    assert "exercise Gondola" != exercise()["title"]


@pytest.mark.usefixtures("ledger")
def test_a_due_date_a_note_and_a_rejection_can_be_judged() -> None:
    entry = exercise()["id"]

    assert 0 == servanda("judge", "due", entry, "2026-09-30").status
    assert 0 == servanda("judge", "note", entry, "the navy confirms").status
    assert "2026-09-30" == exercise()["due"]
    assert "the navy confirms" in servanda("show", entry).out
    assert 0 == servanda("judge", "reject", entry).status
    assert [] == lines("kind:exercise")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("words", [("same",), ("correct", "abcd"), ("due", "abcd"), ("frown", "abcd")])
def test_a_judgement_that_is_incomplete_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    ran = servanda("judge", *words)

    assert 2 == ran.status
    assert 1 == len(ran.complaints)


def test_review_takes_one_key_each_and_can_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from servanda.cli import judging
    from servanda.ledger import Ledger

    with Ledger.open(tmp_path / "l.db") as opened:
        file_doubtful(opened)
        doubts = opened.review()
        keys = iter(["y", "u", "n", "s"])
        monkeypatch.setattr(judging, "asked", lambda: next(keys))

        assert 1 == judging.walk(opened, doubts, "A. Officer")
        passed = {(j.verb, j.withdrawn is not None) for j in opened.judgements()}
        assert {("accept", True), ("reject", False)} == passed
        assert 1 == len(opened.review())


def file_doubtful(ledger) -> None:  # type: ignore[no-untyped-def]
    """File two doubtful claims."""
    from servanda.model import Claim, Document, Kind, Source, Span, Stage

    document = Document("India and Oman may hold talks. India and Oman may sign a treaty.", date="2025-03-05")
    slots = {"stage": Stage.PROPOSED, "parties": ("IND", "OMN"), "review": True}
    talks = Claim(document.id, Kind.MEETING, title="talks", quotations=(document.quote(Span(0, 30)),), **slots)
    treaty = Claim(document.id, Kind.INSTRUMENT, title="treaty", quotations=(document.quote(Span(31, 64)),), **slots)
    ledger.file(Source("0" * 64, "note", "2025-03-05", 64, "text/plain"), [document], [talks, treaty])


def test_review_reads_lines_where_there_is_no_terminal(ledger: Path) -> None:
    ran = servanda("review", stdin=b"q\n")

    assert 0 == ran.status


@pytest.mark.usefixtures("ledger")
def test_what_a_person_tells_is_filed_and_marked() -> None:
    slots = ("--title", "ports agreement", "--parties", "IND,ITA", "--kind", "instrument", "--stage", "agreed")
    assert 0 == servanda("tell", "Told by phone: agreed.", *slots, "--due", "2027-03", "--by", "A. Officer").status

    [told] = lines("party:ITA")
    assert ("ports agreement", "2027-03") == (told["title"], told["due"])
    assert "told by hand" in servanda("show", told["id"]).out


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    "wrong", [("--kind", "promise"), ("--stage", "hoped"), ("--parties", "Italy"), ("--due", "soon"), ("--title", " ")]
)
def test_a_slot_that_is_wrong_is_named(wrong: tuple[str, str]) -> None:
    slots = {"--title": "x", "--parties": "IND,ITA", "--kind": "meeting", "--stage": "agreed", wrong[0]: wrong[1]}

    ran = servanda("tell", "Told.", *(word for pair in slots.items() for word in pair))

    assert 2 == ran.status
    assert wrong[1] in ran.err


@pytest.mark.usefixtures("ledger")
def test_what_is_told_twice_is_filed_once_and_says_so() -> None:
    slots = ("--title", "ports agreement", "--parties", "IND,ITA", "--kind", "instrument", "--stage", "agreed")
    for says in ("Filed. Entries made or changed: ", "This is filed already; nothing changed."):
        assert says in servanda("tell", "Told by phone: agreed.", *slots, "--by", "A. Officer").out


@pytest.mark.usefixtures("ledger")
def test_a_look_turns_unwatched_into_overdue() -> None:
    servanda("judge", "due", exercise()["id"], "2025-06-30")
    assert "unwatched" == exercise()["status"]

    assert 0 == servanda("look", "BEL", "IND", "--what", "both ministries' sites", "--day", "2025-08-01").status

    assert "overdue" == exercise()["status"]


def test_watch_files_what_is_new_in_a_folder_and_notes_the_look(ledger: Path, tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "later.txt").write_text(LATER, "utf-8")
    (tmp_path / "sources.toml").write_text(f'[[folder]]\npath = "{folder}"\nparties = ["BEL", "IND"]\n', "utf-8")

    first = servanda("watch", tmp_path / "sources.toml", "--once")
    again = servanda("watch", tmp_path / "sources.toml", "--once")

    assert "new " in first.out
    assert "unchanged" in again.out
    assert "2026-06-01" in {line["last"] for line in lines()}


@pytest.mark.usefixtures("ledger")
def test_a_watch_list_that_is_wrong_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("[[feed]]\n", "utf-8")

    ran = servanda("watch", tmp_path / "sources.toml", "--once")

    assert (2, 1) == (ran.status, len(ran.complaints))


@pytest.mark.usefixtures("ledger")
def test_export_gives_a_row_an_entry_with_its_quotation() -> None:
    rows = list(csv.DictReader(io.StringIO(servanda("export", "csv").out)))

    assert len(lines()) == len(rows)
    assert all(row["quotation"] for row in rows)
    assert json.loads(servanda("export", "json").out) == [
        json.loads(line) for line in servanda("export", "jsonl").out.splitlines()
    ]


@pytest.mark.usefixtures("ledger")
def test_export_refuses_a_format_that_it_has_not() -> None:
    assert "csv, json, jsonl" in servanda("export", "pigeon").err


def test_no_exported_cell_can_be_run_as_a_formula() -> None:
    from servanda.exporting.rows import cell

    assert "'=HYPERLINK(1)" == cell("=HYPERLINK(1)")
    assert "plain" == cell("plain")


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (["party:IND", "radar"], "party:IND radar"),
        (["under:action plan"], 'under:"action plan"'),
        (["defence attaché"], '"defence attaché"'),
        (["party:IND status:overdue"], "party:IND status:overdue"),
    ],
)
def test_what_the_shell_kept_together_stays_together(words: list[str], query: str) -> None:
    assert query == joined(words)


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2024-11-18", "18 Nov 2024"),
        ("2024-11", "Nov 2024"),
        ("2019", "2019"),
        ("2022-09-07/2022-09-09", "7–9 Sep 2022"),
        ("2022-09-28/2022-10-02", "28 Sep – 2 Oct 2022"),
        ("2025/2029", "2025–2029"),
        ("2024-24", "2024-24"),
        (None, ""),
    ],
)
def test_a_date_is_written_as_precisely_as_it_is_known(edtf: str | None, words: str) -> None:
    assert words == dated(edtf)


def test_the_ladder_has_seven_rungs_whatever_the_stage() -> None:
    assert {7} == {len(ladder(stage)) for stage in (*Stage, None)}
    assert "▮▮▮▮▮▯▯" == ladder(Stage.SIGNED)
