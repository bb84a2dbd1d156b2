"""Commands that write facts into a ledger or verify them: ``add``, ``look``, ``check``.

A source is filed in one transaction, so that whatever stops a command leaves a whole
ledger, and giving the command again completes it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import COULD_NOT, DONE, WITH_PROBLEMS, AsJson, LedgerPath, command, said
from servanda.cli.extract import Extractor, Given, Language, Paths

if TYPE_CHECKING:
    from servanda.cli.reports import Report
    from servanda.ledger import Ledger
    from servanda.problems import Problem


@dataclass(slots=True)
class Added:
    """What an ``add`` came to."""

    read: int = 0
    documents: int = 0
    claims: int = 0
    withdrawn: int = 0
    entries: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def sentence(self, where: str) -> str:
        told = f"Read {count(self.read, 'report')}: {self.documents} new, with {count(self.claims, 'new claim')}"
        gone = f", {self.withdrawn} withdrawn" if self.withdrawn else ""
        return f"{told}{gone}; {count(len(self.entries), 'entry', 'entries')} made or changed in {where}."


def count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@command("add")
def add(
    paths: Paths,
    ledger: LedgerPath = None,
    date: Given = None,
    language: Language = None,
    extractor: Extractor = "rules",
    review: Annotated[
        str | None, typer.Option("--review", help="llm: a language model judges what is in doubt.", metavar="llm")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Read reports and file their claims in the ledger.

    Safe to stop and to repeat.

    \b
    Examples:
      servanda add reports/
      servanda add --date 2024-11-19 note.txt feed.xml
      servanda add --ledger desk.db reports/
    """
    from servanda.cli.records import dumped, plain
    from servanda.cli.reports import reports
    from servanda.ledger import Ledger

    with Ledger.open(ledger) as opened:
        with progress(paths, shown=not as_json) as followed:
            added = filed(opened, followed(reports(paths, date=date, language=language, extractor=extractor)))
        if review:
            from servanda.cli.models import judged_by_model

            added.problems += judged_by_model(opened, review)
        if as_json:
            print(dumped({"ledger": opened.where} | plain(added)))
        else:
            print(added.sentence(opened.where))
    for problem in added.problems:
        said(str(problem), DONE)
    if not added.read:
        return COULD_NOT
    return WITH_PROBLEMS if added.problems else DONE


def filed(ledger: Ledger, found: Iterable[Report]) -> Added:
    """File reports source by source; what could not be read is told, and kept where its bytes are known."""
    added = Added()
    for _, group in groupby(found, key=lambda report: report.source.id if report.source else report.path):
        file_source(ledger, list(group), added)
    return added


def file_source(ledger: Ledger, group: list[Report], added: Added) -> None:
    """File the documents of one source in one transaction."""
    documents = [report.document for report in group if report.document]
    problems = [problem for report in group for problem in report.problems]
    added.read += len(documents)
    added.problems += problems
    if (source := group[0].source) is None:
        return
    claims = [claim for report in group for claim in report.claims]
    filing = ledger.file(source, documents, claims, problems, read_by=readers_of(group))
    added.documents += filing.documents
    added.claims += filing.claims
    added.withdrawn += filing.withdrawn
    added.entries.update(filing.entries)
    added.problems += filing.problems


def readers_of(group: list[Report]) -> list[str] | None:
    """Return who read every document of a source to its end: only their earlier claims may be out of date."""
    told = [set(report.read_by) for report in group if report.read_by is not None]
    return sorted(set.intersection(*told)) if told else None


Follow = Callable[[Iterable["Report"]], Iterable["Report"]]


@contextmanager
def progress(paths: list[str], shown: bool) -> Iterator[Follow]:
    """Yield what follows reports along and shows how far they are, on standard error where that is a terminal."""
    if not shown or not sys.stderr.isatty():
        yield lambda found: found
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Adding", total=sum(map(files_at, paths)) or None)

        def follow(found: Iterable[Report]) -> Iterator[Report]:
            seen: set[str] = set()
            for report in found:
                file = report.path.split("#", 1)[0]
                seen.add(file)
                bar.update(task, completed=len(seen), description=Path(file).name[:40])
                yield report

        yield follow


def files_at(path: str) -> int:
    """Return how many files a path means, for the length of the bar only."""
    folder = Path(path)
    if not folder.is_dir():
        return 1
    return sum(1 for file in folder.rglob("*") if not file.name.startswith(".") and file.is_file())


@command("look")
def look(
    parties: Annotated[
        list[str], typer.Argument(help="Whose news was looked for, as IND BEL; none for all.", metavar="[PARTY]…")
    ],
    what: Annotated[str, typer.Option("--what", help="Where was looked, and what was found.")],
    day: Annotated[str | None, typer.Option("--day", help="When, if not today.", metavar="YYYY-MM-DD")] = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Note that somebody looked for news of some parties.

    Only so can overdue be told from unwatched.

    \b
    Examples:
      servanda look BEL IND --what "searched both ministries' sites: nothing signed"
    """
    from servanda.cli.records import dumped
    from servanda.cli.reports import day as iso
    from servanda.ledger import Ledger
    from servanda.ledger.query import party

    with Ledger.open(ledger) as opened:
        made = opened.look([party(code) for code in parties], what, iso(day, "--day") if day else None)
    print(dumped(made) if as_json else f"Noted: {' and '.join(made.parties) or 'all'} looked at on {made.day}.")
    return DONE


@command("check")
def check(ledger: LedgerPath = None, as_json: AsJson = False) -> int:
    """Verify every quotation and make the entries again.

    Reports what differs.

    \b
    Examples:
      servanda check
      servanda check --ledger desk.db --json
    """
    from servanda.cli.records import dumped
    from servanda.ledger import Ledger

    with Ledger.open(ledger) as opened:
        checked = opened.check()
        if as_json:
            print(dumped(checked))
        else:
            told = f"{count(checked.quotations, 'quotation')} in {count(checked.documents, 'document')}"
            outcome = "all stand" if not checked.problems else count(len(checked.problems), "problem")
            print(f"Checked {told} and {count(checked.entries, 'entry', 'entries')} of {opened.where}: {outcome}.")
    for problem in checked.problems:
        said(str(problem), DONE)
    return WITH_PROBLEMS if checked.problems else DONE
