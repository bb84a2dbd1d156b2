"""Commands that ask a ledger: ``entries``, ``show``, ``dossier``, ``due``, ``search``. They change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import DONE, AsJson, AsOf, LedgerPath, Limit, command

if TYPE_CHECKING:
    from servanda.exporting.dossier_parts import Dossier
    from servanda.ledger import Ledger, Line
    from servanda.remote import RemoteLedger

    Opened = Ledger | RemoteLedger


class Form(StrEnum):
    """How a dossier is written."""

    TEXT = "text"
    MD = "md"
    HTML = "html"
    JSON = "json"


class Among(StrEnum):
    """What is searched."""

    ENTRIES = "entries"
    CLAIMS = "claims"
    DOCUMENTS = "documents"


Written = Annotated[Form, typer.Option("--format", help="How to write it.")]
Query = Annotated[
    list[str] | None, typer.Argument(help="Words and terms such as party:IND stage:agreed.", metavar="[QUERY]…")
]


@command("entries")
def entries(
    query: Query = None, limit: Limit = 50, as_of: AsOf = None, ledger: LedgerPath = None, as_json: AsJson = False
) -> int:
    """List undertakings, the latest report first.

    Terms: party: by: stage: kind: form: domain: status: due: held: since: until: under:
    has:conflict has:slip review:yes sort:date|due|relevance. See docs/asking.md.

    \b
    Examples:
      servanda entries
      servanda entries party:IND party:ITA stage:agreed
      servanda entries status:overdue due:..2025-12-31
      servanda entries kind:instrument domain:space radar
    """
    with anywhere(ledger, as_of, joined(query)) as opened:
        found = opened.entries(joined(query), limit or None, as_of=day(as_of))
        return list_of(opened, found, as_json, "Nothing in the ledger answers this.")


@command("due")
def due(
    query: Query = None,
    before: Annotated[str | None, typer.Option("--before", help="Due by this day.", metavar="YYYY-MM-DD")] = None,
    limit: Limit = 50,
    as_of: AsOf = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """List what is due and not settled, the soonest first.

    What is overdue stands at the top.

    \b
    Examples:
      servanda due
      servanda due --before 2026-12-31
      servanda due party:IND party:BEL
    """
    from servanda.cli.reports import day as iso

    with anywhere(ledger, as_of, joined(query)) as opened:
        until = iso(before, "--before") if before else None
        found = opened.due(until, limit or None, day(as_of), joined(query))
        return list_of(opened, found, as_json, "Nothing is due.")


def list_of(ledger: Opened, found: list[Line], as_json: bool, nothing: str) -> int:
    """Print a list of entries, or say that there is none and what to do."""
    from servanda.cli.records import dumped
    from servanda.cli.showing import show_lines

    if as_json:
        print(dumped(found))
    elif found:
        show_lines(found)
    else:
        print(nothing if ledger.entries("", 1) else empty(ledger))
    return DONE


def empty(ledger: Opened) -> str:
    return f"{ledger.where} is empty. Fill it with: servanda add PATH. To see a full one: servanda demo"


def joined(query: list[str] | None) -> str:
    """Return the arguments as one query; blanks within a phrase or a name keep it together, as the shell was told."""
    return " ".join(map(term, query or ()))


def term(words: str) -> str:
    if " " not in words or '"' in words:
        return words
    key, colon, value = words.partition(":")
    if not colon:
        return f'"{words}"'
    return f'under:"{value}"' if key == "under" else words


def day(as_of: str | None) -> str | None:
    from servanda.cli.reports import day as iso

    return iso(as_of, "--as-of") if as_of else None


@contextmanager
def knowable(path: str | Path | None, as_of: str | None, query: str = "") -> Iterator[Ledger]:
    """Open a ledger; where a day is given, as it was knowable then from what had been published."""
    from servanda.ledger import Ledger

    with Ledger.open(path) as opened:
        if as_of is None:
            yield opened
            return
        with opened.at(day(as_of) or "", query) as past:
            yield past


@contextmanager
def anywhere(where: str | Path | None, as_of: str | None, query: str = "") -> Iterator[Opened]:
    """Open a ledger, whether it is a file or served; of a served one the past day is asked with each question."""
    from servanda.cli.served import address_in, opened

    if address_in(where) is None:
        with knowable(where, as_of, query) as here:
            yield here
        return
    with opened(where) as there:
        yield there


@command("show")
def show(
    entry: Annotated[str, typer.Argument(help="An entry's or claim's id, or its first letters.", metavar="ID")],
    form: Written = Form.TEXT,
    as_of: AsOf = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show an undertaking with its history and quotations.

    Its status names the rule behind it; its claims say why they are one, and what nearly was.

    \b
    Examples:
      servanda show 3fa9
      servanda show 3fa9 --format md > note.md
    """
    with anywhere(ledger, as_of) as opened:
        return write(entry_told(opened, entry, day(as_of)), Form.JSON if as_json else form)


def entry_told(ledger: Opened, ref: str, as_of: str | None) -> Dossier:
    from servanda.exporting.dossier_entry import entry_dossier
    from servanda.ledger import Ledger

    return entry_dossier(ledger, ref, as_of) if isinstance(ledger, Ledger) else ledger.entry_dossier(ref, as_of)


@command("dossier")
def dossier(
    about: Annotated[
        list[str], typer.Argument(help="Two parties, one party, or words and terms.", metavar="PARTY [PARTY]|WORDS")
    ],
    form: Written = Form.TEXT,
    series: Annotated[bool, typer.Option("--series", help="ABOUT is the id of a meeting: show its series.")] = False,
    limit: Annotated[int, typer.Option("--limit", help="So many entries a section.", min=1)] = 12,
    as_of: AsOf = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Write what two parties promised and what became of it.

    Each line has its quotation, source and date. One party, a theme or a series of meetings will do as well.

    \b
    Examples:
      servanda dossier IND ITA
      servanda dossier IND --format html > india.html
      servanda dossier UAV
      servanda dossier --series 3fa9
    """
    with anywhere(ledger, as_of) as opened:
        made = dossier_of(opened, about, series, day(as_of), limit)
        return write(made, Form.JSON if as_json else form)


def dossier_of(ledger: Opened, about: list[str], series: bool, as_of: str | None, limit: int) -> Dossier:
    """Return the dossier that some words ask for: codes of parties mean parties, anything else is a query."""
    from servanda.exporting.dossier import country, dyad, of_parties, theme
    from servanda.exporting.dossier_entry import series_dossier
    from servanda.ledger import Ledger

    if not isinstance(ledger, Ledger):
        return dossier_there(ledger, about, series, as_of, limit)
    if series:
        return series_dossier(ledger, about[0], as_of)
    if of_parties(about):
        return (
            dyad(ledger, about[0], about[1], as_of, limit)
            if len(about) == 2
            else country(ledger, about[0], as_of, limit)
        )
    return theme(ledger, joined(about), as_of, limit)


def dossier_there(ledger: RemoteLedger, about: list[str], series: bool, as_of: str | None, limit: int) -> Dossier:
    """Return the dossier that some words ask for from a served ledger."""
    from servanda.exporting.dossier import of_parties

    if series:
        return ledger.series_dossier(about[0], as_of)
    if of_parties(about):
        return ledger.dossier(about, limit, as_of)
    return ledger.theme(joined(about), limit, as_of)


def write(made: Dossier, form: Form) -> int:
    """Print a dossier in one of its forms."""
    from servanda.exporting import dossier_html, dossier_json, dossier_text

    writers = {
        Form.TEXT: dossier_text.as_text,
        Form.MD: dossier_text.as_markdown,
        Form.HTML: dossier_html.as_html,
        Form.JSON: dossier_json.as_json,
    }
    print(writers[form](made).rstrip("\n"))
    return DONE


@command("search")
def search(
    words: Annotated[list[str], typer.Argument(help="Words in any script; all must occur.", metavar="WORD…")],
    what: Annotated[Among, typer.Option("--in", help="Where to search.")] = Among.ENTRIES,
    limit: Limit = 50,
    as_of: AsOf = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Find entries, claims or documents by their words.

    \b
    Examples:
      servanda search roadmap
      servanda search --in documents रोडमैप
      servanda search --in claims "defence attaché"
    """
    from servanda.cli.records import dumped
    from servanda.cli.showing import show_hits

    asked = joined(words)
    with anywhere(ledger, as_of) as opened:
        if what is Among.ENTRIES:
            found = opened.entries(asked, limit or None, as_of=day(as_of))
            return list_of(opened, found, as_json, "Nothing in the ledger has these words.")
        hits = opened.search(asked, what, limit or 1000, day(as_of))
        if as_json:
            print(dumped(hits))
        else:
            show_hits(hits)
    return DONE
