"""Bad input: one line that says what, where and what to do; the rest is done; no traceback, ever."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from commands import REPORT, Ran, finished, servanda

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 20
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>
<item><title>One</title><description>India and Japan held talks in Tokyo.</description></item>
<item><title>Two</title><description>India and Italy signed an agree"""

BAD = {
    "empty.txt": b"",
    "nul.txt": b"\0" * 10_000_000,
    "cut.xml": FEED.encode(),
    "photo.txt": JPEG,
    "latin.txt": "India and Côte d’Ivoire held talks on a visit, the minister said.".encode("cp1252"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    (made / "good.txt").write_text(REPORT, "utf-8")
    return made


def explained(ran: Ran, name: str) -> bool:
    """True where exactly one line tells of the input, and no traceback."""
    return 1 == sum(name in line for line in ran.complaints) and "Traceback" not in ran.err


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_is_told_in_one_line_and_the_rest_is_done(name: str, folder: Path, tmp_path: Path) -> None:
    (folder / name).write_bytes(BAD[name])

    ran = servanda("add", "--ledger", tmp_path / "l.db", folder)

    assert explained(ran, name), ran.err
    assert 1 == ran.status
    assert "BEL · IND" in servanda("entries", "--ledger", tmp_path / "l.db").out


@pytest.mark.parametrize("name", sorted(BAD))
def test_extract_tells_of_a_bad_file_in_its_object(name: str, folder: Path) -> None:
    (folder / name).write_bytes(BAD[name])

    ran = servanda("extract", "--jsonl", folder)

    objects = [json.loads(line) for line in ran.out.splitlines()]
    assert any(name in o["path"] and o["problems"] for o in objects)
    assert any(o["path"].endswith("good.txt") and o["claims"] for o in objects)


def test_a_feed_cut_short_gives_the_items_that_stand_in_it(folder: Path) -> None:
    (folder / "cut.xml").write_bytes(BAD["cut.xml"])

    ran = servanda("extract", "--jsonl", folder / "cut.xml")

    titles = [json.loads(line)["document"]["title"] for line in ran.out.splitlines() if json.loads(line)["document"]]
    assert "One" in titles
    assert "not well-formed" in ran.err


def test_a_missing_path_is_told_and_the_other_paths_are_done(folder: Path, tmp_path: Path) -> None:
    ran = servanda("add", "--ledger", tmp_path / "l.db", tmp_path / "gone", folder)

    assert [f"{tmp_path / 'gone'}: no such file or folder. Check the path."] == ran.complaints
    assert 1 == ran.status


def test_a_command_that_could_read_nothing_says_that_it_could_not(tmp_path: Path) -> None:
    assert 2 == servanda("extract", tmp_path / "gone").status
    assert 2 == servanda("add", "--ledger", tmp_path / "l.db", tmp_path / "gone").status


def test_a_folder_that_may_not_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = folder / "closed"
    closed.mkdir()
    real = Path.iterdir

    def refuses(self: Path):  # type: ignore[no-untyped-def]
        if self == closed:
            raise PermissionError(13, "Permission denied", str(self))
        return real(self)

    monkeypatch.setattr(Path, "iterdir", refuses)
    ran = servanda("extract", folder)

    assert [f"{closed}: may not be read. Ask for the right to read it."] == ran.complaints
    assert "BEL · IND" in ran.out


def test_a_file_that_is_no_ledger_is_refused_and_left_as_it_was(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("not a ledger at all, " * 500, "utf-8")
    before = file.read_bytes()

    ran = servanda("add", "--ledger", file, folder)

    assert 2 == ran.status
    assert 1 == len(ran.complaints)
    assert "is not a ledger" in ran.err
    assert before == file.read_bytes()


def test_a_database_of_something_else_is_refused(folder: Path, tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE birds (name TEXT)")

    ran = servanda("entries", "--ledger", file)

    assert 2 == ran.status
    assert "not a Servanda ledger" in ran.err


def test_a_ledger_of_a_newer_version_is_refused_with_the_way_out(folder: Path, tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "l.db"
    servanda("add", "--ledger", file, folder)
    with sqlite3.connect(file) as newer:
        newer.execute("UPDATE meta SET value = '999' WHERE key = 'version'")

    ran = servanda("entries", "--ledger", file)

    assert 2 == ran.status
    assert "newer Servanda" in ran.err
    assert "Update" in ran.err


def test_a_folder_given_as_ledger_is_refused(tmp_path: Path) -> None:
    ran = servanda("entries", "--ledger", tmp_path)

    assert 2 == ran.status
    assert 1 == len(ran.complaints)


def test_a_full_disk_ends_the_command_in_one_line_and_leaves_the_ledger_whole(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import Engine, event

    from servanda.ledger import schema

    file = tmp_path / "l.db"
    servanda("add", "--ledger", file, folder / "good.txt")
    (folder / "long.txt").write_text(REPORT + "The weather was mild in the capital. " * 1_000, "utf-8")
    real = schema.connected

    def on_a_full_disk(path: Path | None, *cache: int) -> Engine:
        engine = real(path, *cache)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))
        return engine

    with monkeypatch.context() as full:
        full.setattr(schema, "connected", on_a_full_disk)
        ran = servanda("add", "--ledger", file, folder)
    assert 2 == ran.status
    assert "disk is full" in ran.err
    assert "Traceback" not in ran.err

    assert 0 == servanda("check", "--ledger", file).status
    assert 0 == servanda("add", "--ledger", file, folder).status
    assert 0 == servanda("check", "--ledger", file).status


def test_a_file_whose_name_is_no_text_is_read_and_named(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/odd-\xff.txt")).write_text(REPORT, "utf-8")

    ran = finished("extract", "--jsonl", folder)

    assert (0, "") == (ran.status, ran.err)
    assert 2 == len([json.loads(line) for line in ran.out.splitlines()])
    assert 0 == finished("extract", folder).status


def test_a_terminal_that_knows_only_ascii_gets_what_it_can_write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")

    ran = finished("extract", folder)

    assert (0, "") == (ran.status, ran.err)
    assert "India and Belgium signed" in ran.out


def test_a_query_that_is_wrong_is_answered_with_an_example(tmp_path: Path) -> None:
    ran = servanda("entries", "colour:red", "--ledger", tmp_path / "l.db")

    assert 2 == ran.status
    assert "party:IND" in ran.err


def test_an_id_that_is_not_there_says_where_ids_are_listed(tmp_path: Path) -> None:
    ran = servanda("show", "ffffffff", "--ledger", tmp_path / "l.db")

    assert 2 == ran.status
    assert "servanda entries" in ran.err


def test_a_fault_of_the_program_is_one_line_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from servanda.ledger import Ledger

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(Ledger, "entries", breaks)
    monkeypatch.delenv("SERVANDA_DEBUG", raising=False)
    ran = servanda("entries", "--ledger", tmp_path / "l.db")

    assert 2 == ran.status
    assert 1 == len(ran.complaints)
    assert "ZeroDivisionError" in ran.err


def test_the_sample_survives_being_read_with_every_bad_file_beside_it(folder: Path, tmp_path: Path) -> None:
    from servanda import sample

    with sample.reports() as reports:
        shutil.copytree(reports, folder / "sample")
    for name, data in BAD.items():
        (folder / name).write_bytes(data)

    ran = servanda("add", "--ledger", tmp_path / "l.db", folder)

    assert 1 == ran.status
    assert all(explained(ran, name) for name in BAD)
    assert 0 == servanda("check", "--ledger", tmp_path / "l.db").status
