"""``servanda export``: entries in a format that another program reads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.asking import Query, anywhere, day, joined
from servanda.cli.door import DONE, AsJson, AsOf, LedgerPath, command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servanda.ledger import Entry, Ledger
    from servanda.remote import RemoteLedger

AT_ONCE = 500  # entries read in one go


@command("export")
def export(
    format: Annotated[str, typer.Argument(help="csv, json or jsonl.", metavar="FORMAT")],
    query: Query = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to, if not standard output.", metavar="FILE")
    ] = None,
    as_of: AsOf = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Write entries as CSV or JSON for other programs.

    All, or those that a query finds, each with the quotation it rests on.

    \b
    Examples:
      servanda export csv > undertakings.csv
      servanda export jsonl party:IND party:ITA
      servanda export csv status:overdue --output overdue.csv
    """
    from servanda.exporting.rows import FORMATS
    from servanda.problems import QueryError

    name = "json" if as_json else format
    if name not in FORMATS:
        raise QueryError(f"export {name}: no such format. Use one of: {', '.join(FORMATS)}.")
    with anywhere(ledger, as_of, joined(query)) as opened:
        lines = lines_of(opened, name, joined(query), day(as_of))
        if output:
            with output.open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
        else:
            sys.stdout.writelines(lines)
    return DONE


def lines_of(ledger: Ledger | RemoteLedger, name: str, query: str, as_of: str | None) -> Iterable[str]:
    """Return the lines of a file with every entry that a query finds."""
    from servanda.exporting.rows import FORMATS
    from servanda.ledger import Ledger

    return (
        FORMATS[name](every(ledger, query, as_of)) if isinstance(ledger, Ledger) else ledger.export(name, query, as_of)
    )


def every(ledger: Ledger, query: str, as_of: str | None) -> Iterator[Entry]:
    """Yield every entry that a query finds, in full."""
    at = 0
    while found := ledger.entries(query, AT_ONCE, at, as_of):
        yield from ledger.entries_in_full(found, as_of)
        at += len(found)
