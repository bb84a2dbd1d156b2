"""``servanda compare``: what a new text adds to what is known, each claim beside the earlier quotation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from servanda.cli.door import AsJson, LedgerPath, command, said
from servanda.cli.extract import Given, Language, Paths, status

if TYPE_CHECKING:
    from servanda.cli.reports import Report
    from servanda.ledger import Filed
    from servanda.ledger.comparing import Compared


@command("compare")
def compare(
    paths: Paths, ledger: LedgerPath = None, date: Given = None, language: Language = None, as_json: AsJson = False
) -> int:
    """Say what a new text adds to what is known.

    Each claim is NEW, a REPEAT, ADVANCES, SLIPS or CONTRADICTS. Stores nothing.
    Two paths and no ledger named: the second is compared with the first.

    \b
    Examples:
      servanda compare --ledger desk.db new-statement.txt
      servanda compare old.txt new.txt
      servanda compare --json old.txt new.txt
    """
    from servanda.cli.records import dumped
    from servanda.cli.reports import reports

    named = ledger is not None or "SERVANDA_LEDGER" in os.environ
    alone = len(paths) == 2 and not named
    read = list(reports(paths[1:] if alone else paths, date=date, language=language))
    old = list(reports(paths[:1], language=language)) if alone else []
    found = between(read, old) if alone else against(read, ledger)
    if as_json:
        print(dumped(found))
    else:
        show(found)
    told = [problem for report in (*old, *read) for problem in report.problems]
    for problem in told:
        said(str(problem), 0)
    return status(sum(report.document is not None for report in read), len(told))


def against(read: list[Report], ledger: str | None) -> list[Compared]:
    """Compare reports with a ledger; a served one reads their claims itself."""
    from servanda.cli.served import opened
    from servanda.ledger import Ledger

    documents = [report.document for report in read if report.document]
    with opened(ledger) as known:
        if not isinstance(known, Ledger):
            return known.compare(documents)
        return known.compare(documents, [claim for report in read for claim in report.claims])


def between(new: list[Report], old: list[Report]) -> list[Compared]:
    """Compare reports with earlier ones, without a ledger."""
    from servanda.ledger.comparing import between as compared

    return compared(carded(new), carded(old))


def carded(read: list[Report]) -> list[Filed]:
    """Return the claims of reports as a ledger would hold them."""
    from servanda.ledger import Filed
    from servanda.ledger.filing import card_of
    from servanda.ledger.store import now

    return [
        Filed(claim.id, claim, card_of(report.document, now()), not claim.review)
        for report in read
        if report.document
        for claim in report.claims
    ]


def show(found: list[Compared]) -> None:
    """Print each claim with what it adds, and under it the earlier words."""
    from servanda.cli.showing import indented, out, quoted

    if not found:
        print("No claims in it.")
    for one in found:
        claim = one.claim.claim
        out().print(f"{one.novelty:12}{claim.title} · {' · '.join(claim.parties)}", style="bold")
        out().print(indented(f"{one.words}{f'   entry {one.entry[:8]}' if one.entry else ''}", 12))
        out().print(indented(quoted(one.claim.quotation.words), 12), style="italic")
        for name, other in (("earlier", one.earlier), ("may be", one.maybe)):
            if other:
                known = f"{other.card.publisher or 'no publisher'}, {other.card.date or 'no date'}"
                out().print(indented(f"{name}: {quoted(other.quotation.words)} — {known}", 12), style="dim")
