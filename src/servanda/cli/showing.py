"""How things look in a terminal: the ladder of stages, dates as precise as known, quotations under their claims.

Invariant: a colour never carries a meaning alone; every mark stands beside its word.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from servanda.codebook import LADDER, rung
from servanda.exporting.days import dated
from servanda.model import Claim, Document, Stage

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from servanda.cli.reports import Report
    from servanda.ledger import Hit, Line

WIDTH = 120  # columns where the output is no terminal


@cache
def out() -> Console:
    """Return the console for standard output; plain text where it is no terminal."""
    import sys

    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False, emoji=False)


def ladder(stage: Stage | None) -> str:
    """Return seven rungs filled from the left; a stall and an end stand beside the ladder."""
    if stage is Stage.STALLED:
        return "▯▯▯‖▯▯▯"
    if stage is Stage.ENDED:
        return "▯▯▯✕▯▯▯"
    filled = rung(stage) + 1 if stage else 0
    return "▮" * filled + "▯" * (len(LADDER) - filled)


def dyad(parties: tuple[str, ...]) -> str:
    return " · ".join(parties)


def indented(words: RenderableType, by: int = 4) -> RenderableType:
    """Return words with every line of theirs indented, so that a wrapped quotation stays in its column."""
    from rich.padding import Padding

    return Padding(words, (0, 0, 0, by), expand=False)


def quoted(words: str) -> str:
    return f"“{' '.join(words.split())}”"


def show_report(report: Report, explain: bool = False) -> None:
    """Print a document's heading and its claims with their quotations."""
    if report.document is None:
        return
    console = out()
    console.print(heading(report.document, report.path), style="bold")
    if not report.claims:
        console.print(indented("no claims"))
    for claim in report.claims:
        show_claim(claim)
        if explain:
            show_reasons(claim, report.document)
    console.print()


def heading(document: Document, path: str) -> str:
    known = [document.title or path, document.publisher, dated(document.date) or "no date", document.language]
    return " · ".join(part for part in known if part)


def show_claim(claim: Claim) -> None:
    from rich.text import Text

    console = out()
    console.print(Text(f"  {ladder(claim.stage)} {claim.stage:12}{claim.title}"))
    facts = [f"{claim.kind}{f' / {claim.form}' if claim.form else ''}", dyad(claim.parties), *times(claim)]
    if claim.under:
        facts.append(f"under {claim.under}")
    if claim.review:
        facts.append("doubtful")
    console.print(indented("   ".join(facts), 10))
    for quotation in claim.quotations:
        console.print(indented(quoted(quotation.words), 10), style="italic")


def times(claim: Claim) -> list[str]:
    named = (("", claim.when), ("due ", claim.due), ("for ", claim.period))
    return [name + dated(value) for name, value in named if value]


def show_reasons(claim: Claim, document: Document) -> None:
    """Print for each slot the words that gave it and the rule behind it."""
    for slot in sorted(claim.slots.keys() | claim.because.keys()):
        words = ", ".join(f"“{document.text[s.start : s.stop]}” {s.start}-{s.stop}" for s in claim.slots.get(slot, ()))
        reason = claim.because.get(slot, "")
        out().print(indented(f"{slot:8} {words}{'   ' if words and reason else ''}{reason}", 14), style="dim")


def show_lines(found: Sequence[Line]) -> None:
    """Print entries as a table, the title in what is left of the width."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("id", "parties", "stage", "title", "due", "status", "last report"):
        table.add_column(heading, ratio=1 if heading == "title" else None, no_wrap=heading != "title")
    for line in found:
        table.add_row(*cells(line))
    out().print(table)


def cells(line: Line) -> tuple[str, ...]:
    """Return what a list says of an entry."""
    title = line.title if line.firm else f"{line.title} (doubtful)"
    status = f"{line.status}, put off {line.slips}×" if line.slips else str(line.status)
    stage = f"{ladder(line.stage)} {line.stage or 'unconfirmed'}"
    return line.id[:8], parties_of(line.parties), stage, title, dated(line.due), status, dated(line.last)


def parties_of(parties: tuple[str, ...]) -> str:
    """Return the parties of an entry; of a crowd only the first."""
    return dyad(parties) if len(parties) <= 3 else f"{dyad(parties[:2])} +{len(parties) - 2}"


def show_hits(hits: Sequence[Hit | Line]) -> None:
    """Print claims or documents found by their words, each with where it stands."""
    from servanda.ledger import Hit

    for hit in hits:
        if isinstance(hit, Hit):
            known = (hit.card.publisher, dated(hit.card.date) or "no date", hit.card.language, hit.card.url)
            out().print(f"{(hit.entry or hit.id)[:8]}  {hit.words}")
            out().print(indented(" · ".join(part for part in known if part), 10), style="dim")
    if not hits:
        out().print("Nothing in the ledger has these words.")
