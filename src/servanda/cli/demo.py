"""``servanda demo``: the bundled sample through every room, and what to try next."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import DONE, WITH_PROBLEMS, AsJson, AsOf, command, said

if TYPE_CHECKING:
    from servanda.cli.filing import Added
    from servanda.ledger import Entry, Ledger, Line, Step

ABOUT = ("BEL", "IND")  # whose dossier is shown
SHOWN = 3  # entries in a section of it, and promises due


@command("demo")
def demo(
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="File the sample here; else in a temporary file.", metavar="FILE")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> int:
    """File the bundled sample and show what became of each promise.

    \b
    Examples:
      servanda demo
      servanda demo --ledger demo.db
      servanda demo --as-of 2025-12-31
    """
    from servanda.cli.asking import day, knowable
    from servanda.ledger import Ledger

    path = ledger or Path(tempfile.mkdtemp(prefix="servanda-")) / "demo.db"
    began = time.monotonic()
    with Ledger.open(path) as opened:
        added = file_sample(opened)
        seconds = time.monotonic() - began
    with knowable(path, as_of) as opened:
        if as_json:
            print_record(opened, added, day(as_of), path)
        else:
            tell(opened, added, day(as_of), seconds)
            print_next(path)
    for problem in added.problems:
        said(str(problem), DONE)
    return WITH_PROBLEMS if added.problems else DONE


def file_sample(ledger: Ledger) -> Added:
    """File the sample's reports and looks."""
    from servanda import sample
    from servanda.cli.filing import filed
    from servanda.cli.following import progress
    from servanda.cli.reports import reports

    with sample.reports() as folder, progress([str(folder)], shown=sys.stdout.isatty()) as followed:
        added = filed(ledger, followed(reports([str(folder)])))
    for look in sample.looks():
        ledger.look(look.parties, look.what, look.day)
    return added


def print_record(ledger: Ledger, added: Added, as_of: str | None, path: Path) -> None:
    from dataclasses import asdict

    from servanda import sample
    from servanda.cli.records import dumped, plain
    from servanda.exporting.dossier import dyad

    told = [{"asks": s.asks, "query": s.query, "entry": best(ledger, s.query, as_of)} for s in sample.stories()]
    due = ledger.due(None, None, as_of)
    made = asdict(dyad(ledger, *ABOUT, as_of=as_of))
    print(dumped({"ledger": str(path), "added": plain(added), "stories": told, "due": due, "dossier": made}))


def tell(ledger: Ledger, added: Added, as_of: str | None, seconds: float) -> None:
    """Print the tour: what was read, what became of it, what is due, a dossier, what next."""
    from servanda import sample
    from servanda.cli.filing import count
    from servanda.cli.showing import out, show_lines
    from servanda.exporting.dossier import dyad
    from servanda.exporting.dossier_text import as_text

    formats = len({"".join(path.suffixes) for path in sample_files()})
    read, known = count(added.read, "short report"), sum(ledger.counts("", as_of).values())
    print(f"Read {read} in {formats} formats and two languages in {seconds:.1f} s; they speak of {known} undertakings.")
    heading("WHAT BECAME OF IT")
    for story in sample.stories():
        out().print(f"\n{story.asks}", style="bold")
        show_story(ledger, story.query, as_of)
    heading("WHAT IS DUE")
    show_lines(ledger.due(None, SHOWN * 2, as_of))
    heading("A DOSSIER")
    print(as_text(dyad(ledger, *ABOUT, as_of=as_of, limit=SHOWN)))


def sample_files() -> list[Path]:
    from servanda import sample

    with sample.reports() as folder:
        return sorted(folder.iterdir())


def heading(words: str) -> None:
    from servanda.cli.showing import out

    print()
    out().rule(words, align="left", characters="─")


def show_story(ledger: Ledger, query: str, as_of: str | None) -> None:
    """Print the best known entry that a query finds, with its history."""
    found = best(ledger, query, as_of)
    if found is None:
        print("  The extractor found nothing of it.")
    else:
        show_entry(ledger.entry(found.id, as_of))


def best(ledger: Ledger, query: str, as_of: str | None) -> Line | None:
    """Return the entry that most reports speak of among those a query finds, one named by its words before others."""
    from servanda.ledger.query import parse

    words = [word.casefold() for word in parse(query).words]
    found = ledger.entries(query, 10, 0, as_of)

    def known(line: Line) -> tuple[bool, bool, int, str]:
        return line.firm, all(word in line.title.casefold() for word in words), line.claims, line.last

    return max(found, key=known, default=None)


def show_entry(entry: Entry) -> None:
    from servanda.cli.showing import dyad, indented, ladder, out

    console = out()
    console.print(indented(f"{ladder(entry.stage)} {entry.title} · {dyad(entry.parties)} · {entry.id[:8]}", 2))
    console.print(indented(f"{entry.status.name}: {entry.status.because}", 2), style="bold")
    for step in entry.history.steps:
        show_step(step)
    for conflict in entry.history.conflicts:
        console.print(indented(f"disputed: {conflict.words}", 4))


def show_step(step: Step) -> None:
    """Print a stage reached with the words that say so."""
    from servanda.cli.showing import indented, out, quoted
    from servanda.exporting.days import dated

    first = step.evidence[0]
    more = f" and {len(step.evidence) - 1} more" if len(step.evidence) > 1 else ""
    doubt = "" if step.firm else " (doubtful)"
    out().print(indented(f"{dated(step.when or step.day):>22}  {step.stage}{doubt}", 2))
    out().print(indented(quoted(first.quotation.words), 26), style="italic")
    out().print(indented(f"{first.card.publisher or 'no publisher'}, {dated(first.card.date)}{more}", 26), style="dim")


def print_next(path: Path) -> None:
    heading("TRY NEXT")
    print(f"""\
  export SERVANDA_LEDGER={path}
  servanda entries party:IND party:ITA     list undertakings
  servanda show ID                         one of them: history, quotations, why its claims are one
  servanda dossier IND JPN                 what two sides owe each other
  servanda search roadmap                  find words, in any script
  servanda add YOUR-REPORTS/               file your own reports in the same ledger
  servanda COMMAND --help                  examples for each command""")
