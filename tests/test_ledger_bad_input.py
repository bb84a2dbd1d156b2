"""What goes wrong is said in one line, and the ledger stays whole."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from ledger_reports import FILED, Report, file, ledger_of, report, said
from servanda.ledger import Ledger
from servanda.model import Claim, Quotation
from servanda.problems import LedgerError, QueryError


def ports(number: int) -> Report:
    return report(
        f"2025-01-{number:02}",
        said(f"Report {number} on ports.", "instrument", "agreed", "IND ITA", f"agreement on ports {number}"),
    )


def refused(path: Path) -> str:
    with pytest.raises(LedgerError) as caught:
        Ledger.open(path)
    said_ = str(caught.value)
    assert "\n" not in said_ and str(path) in said_
    return said_


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, and they are long enough to be read as a header. " * 20)
    before = path.read_bytes()

    assert "not a ledger" in refused(path)
    assert before == path.read_bytes()


def test_another_programs_database_is_refused(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (name TEXT)")

    assert "not a Servanda ledger" in refused(path)


def test_a_newer_ledger_is_refused(tmp_path):
    path = tmp_path / "new.db"
    Ledger.open(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE meta SET value = '99' WHERE key = 'version'")

    assert "newer Servanda" in refused(path)


def test_a_folder_is_no_ledger(tmp_path):
    assert "is a folder" in refused(tmp_path)


def test_a_path_under_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")

    assert "folder cannot be made" in refused(tmp_path / "file" / "ledger.db")


def test_a_full_disk_is_said_and_the_ledger_stays_whole(tmp_path):
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        file(ledger, ports(1))
        with ledger.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        big = report(
            "2025-02-01", said("Very long. " * 40_000, "instrument", "agreed", "IND ITA", "agreement on ports")
        )
        with pytest.raises(LedgerError, match="disk is full"):
            file(ledger, big)

        assert () == ledger.check().problems
        assert 1 == len(ledger.entries())


def test_a_claim_that_quotes_what_its_document_does_not_say_is_not_filed(tmp_path):
    good = ports(1)
    bad = Claim(**{**slots(good.claims[0]), "quotations": (Quotation(0, 6, "Forged"),)})
    with Ledger.in_memory() as ledger:
        filing = ledger.file(good.source, [good.document], [good.claims[0], bad])

        assert (1, ["quotation"]) == (filing.claims, [p.cause for p in filing.problems])
        assert ["quotation"] == [p.cause for p in ledger.problems()]


def slots(claim: Claim) -> dict[str, object]:
    return {name: getattr(claim, name) for name in claim.__dataclass_fields__}


def test_a_document_changed_behind_our_back_is_found_by_check():
    with Ledger.in_memory() as ledger:
        file(ledger, ports(1))
        with ledger.writing() as connection:
            connection.exec_driver_sql("UPDATE documents SET text = 'Something else entirely was said.'")

        assert ["quotation"] == [p.cause for p in ledger.check().problems]


def test_an_entry_changed_behind_our_back_is_made_again_by_check():
    with Ledger.in_memory() as ledger:
        file(ledger, ports(1))
        with ledger.writing() as connection:
            connection.exec_driver_sql("UPDATE entries SET stage = 'done'")

        assert ["rebuilt"] == [p.cause for p in ledger.check().problems]
        assert () == ledger.check().problems


KILLED = """
import sys
sys.path[:0] = {paths!r}
from ledger_reports import file
from test_ledger_bad_input import ports
from servanda.ledger import Ledger
with Ledger.open({path!r}) as ledger:
    for number in range(1, 29):
        file(ledger, ports(number))
        print(number, flush=True)
"""


def test_a_process_killed_while_adding_leaves_a_whole_ledger_that_the_next_add_completes(tmp_path):
    path = tmp_path / "ledger.db"
    script = textwrap.dedent(KILLED).format(path=str(path), paths=[str(Path(__file__).parent)])
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as adding:
        assert adding.stdout is not None
        for _ in range(3):
            adding.stdout.readline()
        os.kill(adding.pid, signal.SIGKILL)
    with Ledger.open(path) as ledger:
        assert () == ledger.check().problems
        filed = file(ledger, *(ports(number) for number in range(1, 29)))

        assert 28 == ledger.check().quotations
        assert 25 >= sum(f.documents for f in filed) > 0


def test_two_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "ledger.db"
    Ledger.open(path).close()

    def add(numbers: range) -> None:
        with Ledger.open(path) as ledger:
            file(ledger, *(ports(number) for number in numbers))

    both = [threading.Thread(target=add, args=(numbers,)) for numbers in (range(1, 8), range(8, 15))]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with Ledger.open(path) as ledger:
        assert (14, ()) == (ledger.check().documents, ledger.check().problems)


def test_a_rebuild_interrupted_leaves_the_entries_as_they_were(monkeypatch):
    with Ledger.in_memory() as ledger:
        file(ledger, ports(1), ports(2))
        before = ledger.entries()
        monkeypatch.setattr("servanda.ledger.rebuilding.fold_all", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ledger.rebuild()

        assert before == ledger.entries()


def test_a_dyad_of_one_country_is_an_entry_like_any_other():
    alone = report("2025-01-01", said("India alone.", "trade", "agreed", "IND", "sale of radars"))
    with Ledger.in_memory() as ledger:
        file(ledger, alone)

        assert ["sale of radars"] == [line.title for line in ledger.entries("party:IND")]
        assert () == ledger.check().problems


def test_a_due_date_before_the_agreement_is_kept_as_said_and_flagged():
    odd = report(
        "2025-05-01",
        said(
            "Agreed in May, due in April.",
            "trade",
            "agreed",
            "IND ITA",
            "sale of radars",
            when="2025-05-01",
            due="2025-04-01",
        ),
    )
    with Ledger.in_memory() as ledger:
        file(ledger, odd)

        entry = ledger.entry(odd.claims[0].id)
        [conflict] = entry.history.conflicts

        assert "2025-04-01" == entry.due
        assert ("due", odd.claims) == (conflict.on, tuple(f.claim for f in conflict.sides))
        assert "due 2025-04-01, before it was agreed on 2025-05-01" == conflict.words


def test_an_empty_note_is_refused():
    with Ledger.in_memory() as ledger, pytest.raises(QueryError, match="empty"):
        ledger.write_down("  ", ports(1).claims[0], "A. Officer", at=FILED)


def test_a_day_that_is_none_is_refused_and_a_good_one_is_shown():
    with pytest.raises(QueryError, match="2025-12-31"):
        ledger_of(ports(1)).entries(as_of="2024-13-99")


CREW = """
    import os, sys, time
    from pathlib import Path
    from servanda.ledger.crews import Crew
    from servanda.ledger.judging import Rulings

    def told(connection, ruled):
        print(os.getpid(), flush=True)
        time.sleep(60)

    if __name__ == "__main__":
        with Crew(None, Rulings(), Path(sys.argv[1])) as crew:
            list(crew.each(told, [(), ()]))
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists() or (os.cpu_count() or 1) < 2, reason="needs /proc, two cores")
def test_the_processes_that_help_a_rebuild_end_with_the_one_that_is_killed(tmp_path):
    path, script = tmp_path / "ledger.db", tmp_path / "crew.py"
    Ledger.open(path).close()
    script.write_text(textwrap.dedent(CREW))
    with subprocess.Popen([sys.executable, str(script), str(path)], stdout=subprocess.PIPE, text=True) as rebuilding:
        assert rebuilding.stdout is not None
        helper = int(rebuilding.stdout.readline())
        rebuilding.kill()
    ended = next((True for _ in range(100) if gone(helper) or time.sleep(0.1)), False)

    assert ended


def gone(process: int) -> bool:
    """True where a process has ended, whether or not anybody has asked how."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True
