"""The log: each judgement and each withdrawal, from the ledger, and what accounts did, from beside it.

Invariant: a judgement is in the log however it was passed, at a page, by the API or at the command line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from servanda.ledger import Judgement, Ledger
from servanda.web.accounts import Accounts, Noted

MOST = 10_000  # lines of what accounts did that are looked through
PASSED, WITHDREW = "judged", "withdrew"  # how the log begins a line on a judgement, whose id follows


@dataclass(frozen=True, slots=True)
class Event:
    """Something done: when (UTC), by whom, what, on which judgement; ``address`` where it came over the network."""

    at: str
    who: str
    did: str
    what: str = ""
    judgement: Judgement | None = None
    address: str = ""


def events(ledger: Ledger, accounts: Accounts) -> list[Event]:
    """Return all that was done, the latest first."""
    lines = accounts.noted(MOST)
    over = {(line.did, line.what): line for line in lines if line.did in (PASSED, WITHDREW)}
    made = [event for judgement in ledger.judgements() for event in of_judgement(judgement, over)]
    made += [Event(n.at, n.who, n.did, n.what, None, n.address) for n in lines if n.did not in (PASSED, WITHDREW)]
    return sorted(made, key=lambda event: event.at, reverse=True)


def of_judgement(judgement: Judgement, over: dict[tuple[str, str], Noted]) -> Iterable[Event]:
    """Yield that a judgement was passed, and that it was withdrawn."""
    line = over.get((PASSED, judgement.id))
    yield Event(judgement.at, judgement.by, words_of(judgement), judgement.why, judgement, line.address if line else "")
    if judgement.withdrawn:
        line = over.get((WITHDREW, judgement.id))
        who = line.who if line else "at the command line, or before there were accounts"
        did = f"withdrew: {words_of(judgement)}"
        yield Event(judgement.withdrawn, who, did, f"passed by {judgement.by}", judgement, line.address if line else "")


def words_of(judgement: Judgement) -> str:
    value = f": {judgement.value}" if judgement.value else ""
    return f"{judgement.verb}{f' {judgement.slot}' if judgement.slot else ''}{value}"
