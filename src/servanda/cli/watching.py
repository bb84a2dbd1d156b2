"""``servanda watch``: looks at feeds, pages and folders, files what is new, and notes every look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import DONE, WITH_PROBLEMS, AsJson, LedgerPath, command, said
from servanda.cli.extract import LIMITS, AllowPrivate

if TYPE_CHECKING:
    from servanda.ledger import Ledger
    from servanda.watching import Look

NO_NEWS_OTHERWISE = ("new", "unchanged")  # outcomes of a look that tell something of the parties watched


@command("watch", after=LIMITS)
def watch(
    sources: Annotated[Path, typer.Argument(help="A TOML list of feeds, pages and folders.", metavar="LIST.toml")],
    once: Annotated[bool, typer.Option("--once", help="Look at each source once, then end.")] = False,
    memory: Annotated[
        Path | None, typer.Option("--memory", help="Where to remember what was seen; else beside LIST.", metavar="FILE")
    ] = None,
    allow_private: AllowPrivate = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Look at feeds, pages and folders; file what is new.

    Politely, and again and again; every look at the parties of a source is noted.
    LIST.toml holds tables [[feed]], [[page]] (url) and [[folder]] (path), each with
    parties and every (seconds).

    \b
    Examples:
      servanda watch sources.toml --once
      servanda watch sources.toml --ledger desk.db
    """
    from servanda.ledger import Ledger
    from servanda.reading import limits_in_force
    from servanda.watching import Look, Memory, Watcher, watch_list

    listed, delay = watch_list(sources)
    seen = Memory.at(memory or sources.with_suffix(".seen.json"))
    watcher = Watcher(seen, limits_in_force(allow_private=allow_private), delay)
    troubled = False
    with Ledger.open(ledger) as opened:
        for thing in watcher.once(listed) if once else watcher.forever(listed):
            if isinstance(thing, Look):
                troubled |= bool(thing.problems)
                noted(opened, thing, as_json)
            else:
                from servanda.cli.filing import filed
                from servanda.cli.reports import extracted

                filed(opened, [extracted(thing.path, thing.document, thing.problems, thing.source)])
    return WITH_PROBLEMS if troubled else DONE


def noted(ledger: Ledger, look: Look, as_json: bool) -> None:
    """Tell of a look, and note it in the ledger where it says something of the parties watched."""
    from servanda.cli.records import line, plain

    if look.parties and look.outcome in NO_NEWS_OTHERWISE:
        ledger.look(look.parties, look.origin, look.at[:10])
    print(
        line(plain(look)) if as_json else f"{look.at[:16]}  {look.outcome:9}  {look.found:3} new  {look.origin}",
        flush=True,
    )
    for problem in look.problems:
        said(str(problem), DONE)
