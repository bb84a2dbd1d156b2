"""Commands that write facts into a ledger or verify them: ``add``, ``look``, ``check``.

A source is filed in one transaction, so that whatever stops a command leaves a whole
ledger, and giving the command again completes it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import COULD_NOT, DONE, WITH_PROBLEMS, AsJson, LedgerPath, command, said
from servanda.cli.extract import LIMITS, AllowPrivate, Extractor, Given, Language, Paths
from servanda.cli.following import progress

if TYPE_CHECKING:
    from servanda.cli.reports import Report
    from servanda.ledger import Ledger
    from servanda.ledger.filing import Sourced
    from servanda.problems import Problem

CACHE = 12  # MiB of the ledger that ``add`` keeps in memory, beside the processes that extract
TOGETHER = 40  # sources filed in one transaction
SOON = 0.5  # seconds after which what was read is filed, however little it is
LATE = 60.0  # seconds after which entries are made, however few claims wait
FEW = 1_000  # claims that wait for their entries before these are made
MOST_TOLD = 1000  # problems of one run that are held in memory and told


@dataclass(slots=True)
class Added:
    """What an ``add`` came to."""

    read: int = 0
    documents: int = 0
    claims: int = 0
    withdrawn: int = 0
    entries: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)

    def note(self, problems: Iterable[Problem]) -> None:
        """Count problems by their cause, and keep the first of them to be told."""
        for problem in problems:
            self.causes[problem.cause] += 1
            if len(self.problems) < MOST_TOLD:
                self.problems.append(problem)

    def by_cause(self) -> list[str]:
        """Return a line that counts the problems by cause, or none."""
        told = ", ".join(f"{number:,} {cause}" for cause, number in self.causes.most_common())
        return [f"{count(self.causes.total(), 'problem')}: {told}."] if told else []

    def sentence(self, where: str) -> str:
        told = f"Read {count(self.read, 'report')}: {self.documents:,} new, with {count(self.claims, 'new claim')}"
        gone = f", {self.withdrawn} withdrawn" if self.withdrawn else ""
        return f"{told}{gone}; {count(len(self.entries), 'entry', 'entries')} made or changed in {where}."


def count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@command("add", after=LIMITS)
def add(
    paths: Paths,
    ledger: LedgerPath = None,
    date: Given = None,
    language: Language = None,
    extractor: Extractor = "rules",
    jobs: Annotated[
        int, typer.Option("--jobs", help="Share the extraction among so many processes.", min=1, metavar="N")
    ] = 1,
    allow_private: AllowPrivate = False,
    review: Annotated[
        str | None, typer.Option("--review", help="llm: a language model judges what is in doubt.", metavar="llm")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Read reports and file their claims in the ledger.

    Safe to stop and to repeat: what is filed is not extracted again. Archives are
    read as a stream; progress is shown on a terminal.

    \b
    Examples:
      servanda add reports/
      servanda add --date 2024-11-19 note.txt feed.xml
      servanda add --ledger desk.db reports/
      servanda add --jobs 2 crawl.warc.gz
    """
    from servanda.cli.reports import reports
    from servanda.cli.served import added_there, address_in
    from servanda.ledger import Ledger
    from servanda.reading import limits_in_force

    if address := address_in(ledger):
        return added_there(address, paths, date, language, as_json, plainly=extractor == "rules" and review is None)
    limits = limits_in_force(allow_private=allow_private)
    with Ledger.open(ledger, CACHE) as opened:
        found = reports(
            paths,
            date=date,
            language=language,
            extractor=extractor,
            limits=limits,
            jobs=jobs,
            known=opened.knows,
            ledger=opened.path,
        )
        with progress(paths, shown=not as_json) as followed:
            added = filed(opened, followed(found))
        if review:
            from servanda.cli.models import judged_by_model

            added.note(judged_by_model(opened, review))
    return outcome(added, opened.where, as_json)


def outcome(added: Added, where: str, as_json: bool) -> int:
    """Tell what an ``add`` came to, and return its exit status."""
    from servanda.cli.records import dumped, plain

    if as_json:
        print(dumped({"ledger": where} | plain(added)))
    else:
        print(added.sentence(where), *added.by_cause(), sep="\n")
    tell(added)
    if not added.read:
        return COULD_NOT
    return WITH_PROBLEMS if added.problems else DONE


def tell(added: Added) -> None:
    """Say each problem on a line of its own, and how many there were besides."""
    for problem in added.problems:
        said(str(problem), DONE)
    if (more := added.causes.total() - len(added.problems)) > 0:
        said(f"and {count(more, 'more problem')}, not kept in mind. They are in the ledger.", DONE)


def filed(ledger: Ledger, found: Iterable[Report]) -> Added:
    """File reports source by source; what could not be read is told, and kept where its bytes are known.

    On a long way some sources go into one transaction, and the entries of many documents are made
    at once: what a whole archive says of one thing is folded a few times only.
    """
    added = Added()
    held: list[list[Report]] = []
    filed_at = settled_at = time.monotonic()
    sources = groupby(found, key=lambda report: report.source.id if report.source else report.path)
    for number, (_, group) in enumerate(sources):
        held.append(list(group))
        now = time.monotonic()
        if len(held) >= min(TOGETHER, 1 + number // TOGETHER) or now - filed_at > SOON:
            file_sources(ledger, held, added)
            held, filed_at = [], time.monotonic()
            if made := ledger.settle(0 if now - settled_at > LATE else max(FEW, added.claims // 4)):
                added.entries.update(made)
                settled_at = time.monotonic()
    file_sources(ledger, held, added)
    added.entries = ledger.present(added.entries.union(ledger.settle()))
    return added


def file_sources(ledger: Ledger, groups: list[list[Report]], added: Added) -> None:
    """File the documents of some sources in one transaction."""
    filing = ledger.file_many([sourced for group in groups if (sourced := noted(group, added)) is not None])
    added.documents += filing.documents
    added.claims += filing.claims
    added.withdrawn += filing.withdrawn
    added.note(filing.problems)


def noted(group: list[Report], added: Added) -> Sourced | None:
    """Count the reports of one source; return what there is to file of them, if anything."""
    from servanda.ledger.filing import Sourced

    problems = [problem for report in group for problem in report.problems]
    added.read += sum(report.document is not None for report in group)
    added.note(problems)
    if (source := group[0].source) is None:
        return None
    documents = [report.document for report in group if report.document and not report.known]
    claims = [claim for report in group for claim in report.claims]
    whole = [report.document for report in group if report.document and report.whole]
    keys = {report.document.id: report.keys for report in group if report.document and report.keys}
    return Sourced(source, documents, claims, problems, readers_of(group), whole, keys)


def readers_of(group: list[Report]) -> list[str] | None:
    """Return who read every document of a source to its end: only their earlier claims may be out of date."""
    told = [set(report.read_by) for report in group if report.read_by is not None]
    return sorted(set.intersection(*told)) if told else None


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
