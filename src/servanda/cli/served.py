"""Commands on a ledger that is served elsewhere: opening it, and sending it reports.

Invariant: what a command prints is the same, wherever the ledger is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda.problems import Problem, QueryError

if TYPE_CHECKING:
    from servanda.cli.filing import Added
    from servanda.ledger import Ledger
    from servanda.remote import RemoteLedger

ADDRESSES = ("https://", "http://")


def address_in(ledger: str | Path | None) -> str | None:
    """Return the address that was given for a ledger, or stands in SERVANDA_LEDGER; None where it is a file."""
    named = os.environ.get("SERVANDA_LEDGER") if ledger is None else str(ledger)
    return named if named and named.lower().startswith(ADDRESSES) else None


def opened(ledger: str | Path | None) -> Ledger | RemoteLedger:
    """Open a ledger, whether it is a file or served."""
    if address := address_in(ledger):
        from servanda.remote import RemoteLedger

        return RemoteLedger.open(address)
    from servanda.ledger import Ledger

    return Ledger.open(ledger)


def at_hand(ledger: Ledger | RemoteLedger) -> Ledger:
    """Return a ledger that is a file. Raises QueryError for a served one."""
    from servanda.ledger import Ledger

    if isinstance(ledger, Ledger):
        return ledger
    raise QueryError(f"{ledger.where}: is served elsewhere; give this command where its file is.")


def added_there(
    address: str, paths: list[str], date: str | None, language: str | None, as_json: bool, plainly: bool
) -> int:
    """Send reports to a served ledger, which reads them; return the exit status of ``add``."""
    from servanda.cli.filing import outcome
    from servanda.remote import RemoteLedger

    if not plainly:
        raise QueryError("--extractor, --review: a served ledger reads by its own rules. Leave them out.")
    with RemoteLedger.open(address) as remote:
        return outcome(sent(remote, paths, date, language), remote.where, as_json)


def sent(
    remote: RemoteLedger, paths: Iterable[str], date: str | None, language: str | None
) -> Added:  # fmt: skip
    """Send reports, source by source; what cannot be read here or there is told, and stops nothing."""
    from servanda.cli.filing import Added
    from servanda.remote.ledger import problems_in

    added = Added()
    for path in paths:
        for told in answers(remote, path, date, language):
            if isinstance(told, Problem):
                added.note([told])
                continue
            added.read += len(told.get("documents", ()))
            added.documents += told.get("new", 0)
            added.claims += told.get("new_claims", 0)
            added.entries.update(told.get("entries", ()))
            added.note(problems_in(told))
    return added


def answers(
    remote: RemoteLedger, path: str, date: str | None, language: str | None
) -> Iterator[dict[str, Any] | Problem]:
    """Yield what the server tells of each file of a path, or why it was not sent."""
    if path.lower().startswith(ADDRESSES):
        yield told_of(path, lambda: remote.add_address(path, date, language))
        return
    for file in ["-"] if path == "-" else files_in(Path(path)):
        data = file if isinstance(file, Problem) else bytes_of(file, remote.most)
        yield data if isinstance(data, Problem) else told_of(str(file), send(remote, str(file), data, date, language))


def send(
    remote: RemoteLedger, name: str, data: bytes, date: str | None, language: str | None
) -> Callable[[], dict[str, Any]]:
    return lambda: remote.add(name, data, date, language)


def told_of(where: str, sending: Callable[[], dict[str, Any]]) -> dict[str, Any] | Problem:
    """Send one source; that the server does not take this one is a problem, all else ends the command."""
    try:
        return sending()
    except QueryError as error:
        return Problem(where, f"was not taken: {error}", "refused")


def bytes_of(file: str | Path, most: int) -> bytes | Problem:
    """Return what a file holds, or why it is not sent."""
    try:
        if isinstance(file, str):
            return sys.stdin.buffer.read()
        if file.stat().st_size > most:
            what = f"is larger than the {most >> 20} MB that the server takes."
            return Problem(str(file), what, "too-large", "Add it where the ledger is: servanda add PATH")
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return Problem(str(file), f"cannot be read ({reason}).", "unreadable", "Check the path.")


def files_in(path: Path) -> Iterator[Path | Problem]:
    """Yield a path, or a folder's files in sorted order (hidden ones and links to folders left out)."""
    try:
        children = sorted(p for p in path.iterdir() if not p.name.startswith(".")) if path.is_dir() else None
    except (OSError, ValueError) as error:
        yield Problem(str(path), f"cannot be read ({error}).", "unreadable", "Check the folder.")
        return
    if children is None:
        yield path
        return
    for child in children:
        if not child.is_symlink() or child.is_file():
            yield from files_in(child)
