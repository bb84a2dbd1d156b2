"""``add`` on big inputs: the same ledger however many share the work, and nothing done twice."""

from __future__ import annotations

import io
import json
import pickle
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from commands import servanda, started
from servanda.cli import jobs
from servanda.cli.following import Way
from servanda.cli.reports import Report, reports
from servanda.ledger import Ledger, extracted

PARTIES = ("Belgium", "Japan", "Kenya", "Oman", "Peru")
SAID = ("signed an agreement on ports", "agreed to hold a joint exercise in 2026", "held talks on trade")
FACTS = ("documents", "claims", "entries", "members", "sources", "problems", "copies")
UNALIKE = {"filed", "fetched"}  # the clock's
saying = st.tuples(st.sampled_from(PARTIES), st.sampled_from(SAID), st.integers(1, 28))


def line(party: str, said: str, day: int) -> str:
    text = f"India and {party} {said} in New Delhi on Monday."
    return json.dumps({"title": f"India and {party}", "date": f"2025-03-{day:02}", "text": text})


def tables(ledger: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all that a ledger holds but when it was filed."""
    with sqlite3.connect(ledger) as reader:
        found = {}
        for table in FACTS:
            names = [row[1] for row in reader.execute(f"PRAGMA table_info({table})") if row[1] not in UNALIKE]
            told = ", ".join(f'"{name}"' for name in names)
            found[table] = sorted(reader.execute(f"SELECT {told} FROM {table}"), key=repr)
        return found


def added(ledger: Path, *words: str | Path) -> dict[str, object]:
    made: dict[str, object] = json.loads(servanda("add", "--json", "--ledger", ledger, *words).out)
    return {name: value for name, value in made.items() if name != "ledger"}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Batches so small that a few documents make many."""
    monkeypatch.setattr(jobs, "MOST", 3)
    yield


class Elsewhere:
    """A pool whose work is done at once, here, but goes there and comes back as it does between processes."""

    def __init__(self, number: int, context: object, prepared: Callable[..., None], given: tuple[Path]) -> None:
        jobs.here["known"] = Ledger.reading(given[0]).knows

    def submit(self, work: Callable[[object], object], batch: object) -> Future[object]:
        done: Future[object] = Future()
        done.set_result(pickle.loads(pickle.dumps(work(pickle.loads(pickle.dumps(batch))))))
        return done

    def shutdown(self, **_: bool) -> None:
        jobs.here.clear()


@bounds(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
@given(said=st.lists(saying, min_size=7, max_size=20), broken=st.booleans())
def test_two_jobs_make_the_same_ledger_as_one(
    said: list[tuple[str, str, int]], broken: bool, tmp_path_factory: pytest.TempPathFactory, small: None
) -> None:
    """Ids, numbers, claims, entries, problems and what the command tells; also where a record is broken, and again."""
    folder = tmp_path_factory.mktemp("jobs")
    file = folder / "reports.jsonl"
    lines = [line(*each) for each in said]
    file.write_text("\n".join([*lines[:3], *(["{broken"] if broken else []), *lines[3:]]), "utf-8")

    one = added(folder / "one.db", file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "ProcessPoolExecutor", Elsewhere)
        two = added(folder / "two.db", "--jobs", "2", file)
        again = added(folder / "two.db", "--jobs", "2", file)

    assert one == two
    assert (0, 0) == (again["documents"], again["claims"])
    assert tables(folder / "one.db") == tables(folder / "two.db")


def test_archives_and_folders_read_elsewhere_make_the_same_ledger(tmp_path: Path, small: None) -> None:
    """Members are numbered in the order of their archive, whichever process read them; so are the problems of some."""
    folder, inner = tmp_path / "in", io.BytesIO()
    folder.mkdir()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("c.txt", "India and Oman held talks in Muscat on Monday.")
        archive.writestr("rows.jsonl", "\n".join(line(party, SAID[1], 4) for party in PARTIES) + "\n{broken")
    with zipfile.ZipFile(folder / "all.zip", "w") as outer:
        outer.writestr("b.jsonl", "\n".join(line(party, SAID[0], 3) for party in PARTIES))
        outer.writestr("in.zip", inner.getvalue())
        outer.writestr("empty.txt", "")
        for party in PARTIES:
            outer.writestr(f"{party}.html", f"<html><body><p>India and {party} {SAID[2]} in Delhi.</p></body></html>")
    for party in PARTIES:
        (folder / f"{party}.txt").write_text(f"India and {party} {SAID[0]} in New Delhi on Monday.", "utf-8")
    (folder / "nothing.txt").write_bytes(b"")

    one = added(tmp_path / "one.db", folder)
    two = added(tmp_path / "two.db", "--jobs", "2", folder)

    assert 3 == len(one["problems"])  # type: ignore[arg-type]
    assert one == two
    assert tables(tmp_path / "one.db") == tables(tmp_path / "two.db")


def test_few_documents_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ProcessPoolExecutor", None)
    file = tmp_path / "few.jsonl"
    file.write_text("\n".join(line(party, SAID[0], 3) for party in PARTIES), "utf-8")

    assert 5 == added(tmp_path / "l.db", "--jobs", "2", file)["documents"]


def test_what_is_filed_is_not_extracted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, file = tmp_path / "l.db", tmp_path / "some.jsonl"
    file.write_text("\n".join(line(party, SAID[0], 3) for party in PARTIES[:3]), "utf-8")
    added(ledger, file)
    file.write_text("\n".join(line(party, SAID[0], 3) for party in PARTIES), "utf-8")
    seen: list[str] = []

    def watched(path: str, document: object) -> object:
        seen.append(path)
        return (), ()

    monkeypatch.setattr("servanda.cli.reports.claims_in", watched)
    again = added(ledger, file)

    assert [f"{file}#4", f"{file}#5"] == seen
    assert (5, 2, 0) == (again["read"], again["documents"], again["withdrawn"])


@pytest.mark.parametrize("change", ["rules", "language"])
def test_other_rules_or_another_language_extract_it_again(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, file = tmp_path / "l.db", tmp_path / "a.jsonl"
    file.write_text(line("Oman", SAID[0], 3), "utf-8")
    added(ledger, "--language", "en", file)
    if change == "rules":
        monkeypatch.setattr(extracted, "rules", lambda: "those of tomorrow")

    with Ledger.open(ledger) as opened:
        [report] = reports([str(file)], language="hi" if change == "language" else "en", known=opened.knows)

    assert not report.known


def test_a_ledger_from_before_takes_marks(tmp_path: Path) -> None:
    """The table of marks is made where there is none."""
    file = tmp_path / "a.jsonl"
    file.write_text(line("Oman", SAID[0], 3), "utf-8")
    [report] = reports([str(file)])
    with Ledger.open(tmp_path / "l.db") as ledger:
        assert report.document and report.source
        assert not ledger.knows(report.document)
        ledger.file(report.source, [report.document], report.claims)
        assert not ledger.knows(report.document)
        ledger.file(report.source, [report.document], report.claims, whole=[report.document])
        assert ledger.knows(report.document)


def test_problems_are_counted_by_cause(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_bytes(b"")
    (folder / "good.txt").write_text("India and Oman held talks in Muscat.", "utf-8")

    ran = servanda("add", "--ledger", tmp_path / "l.db", folder)

    assert 1 == ran.status
    assert "3 problems: 3 empty." == ran.out.splitlines()[-1]


def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text("\n".join(line(p, s, d) for d in range(1, 29) for p in PARTIES for s in SAID), "utf-8")
    process = started("add", "--jobs", "2", "--ledger", tmp_path / "l.db", file)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        process.kill()
        pytest.skip("needs /proc to see the children of a process")
    until = time.monotonic() + 60
    while not (born := children.read_text().split()) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)

    process.kill()
    process.communicate(timeout=60)

    assert born
    until = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in born) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [child for child in born if Path(f"/proc/{child}").exists()]


def test_the_way_is_told_in_bytes_and_documents_a_second(tmp_path: Path) -> None:
    first, second = tmp_path / "1.txt", tmp_path / "2.txt"
    first.write_bytes(b"a" * 100)
    second.write_bytes(b"b" * 50)
    now = iter([0.0, 2.0])
    way = Way(lambda: next(now))
    [seen] = reports([str(first)])

    way.step(Report(f"{first}#1", seen.document, (), (), None, at=60))
    assert 60 == way.bytes
    way.step(Report(f"{second}#1", seen.document, (), (), None, at=10))

    assert 110 == way.bytes
    assert "2 documents, 1.0/s," == way.rate()
