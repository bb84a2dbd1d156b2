"""How things look in a terminal: the ladder of stages, dates as precise as they are known, quotations under their claims.

Invariant: a colour never carries a meaning alone; every mark stands beside its word.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from servanda.codebook import LADDER, rung
from servanda.model import Claim, Document, Stage

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from servanda.cli.reports import Report

WIDTH = 100  # columns where the output is no terminal
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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


def dated(edtf: str | None) -> str:
    """Return an EDTF date as people write it: ``18 Nov 2024``, ``Nov 2024``, ``7 Sep 2022 – 9 Sep 2022``."""
    if not edtf:
        return ""
    return " – ".join(one_date(part) for part in edtf.split("/"))


def one_date(words: str) -> str:
    parts = words.split("-")
    if words in ("", "..") or not all(part.isdigit() for part in parts) or len(parts) > 3:
        return words or ".."
    if len(parts) == 1 or not 1 <= int(parts[1]) <= 12:
        return words
    month = f"{MONTHS[int(parts[1]) - 1]} {parts[0]}"
    return f"{int(parts[2])} {month}" if len(parts) == 3 else month


def dyad(parties: tuple[str, ...]) -> str:
    return " · ".join(parties)


def indented(words: RenderableType, by: int = 4) -> RenderableType:
    """Return words with every line of theirs indented, so that a wrapped quotation stays in its column."""
    from rich.padding import Padding

    return Padding(words, (0, 0, 0, by))


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
