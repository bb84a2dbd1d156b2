"""Commands by which a person decides: ``judge`` and ``review``.

What is decided is dated and signed, and can be withdrawn.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import DONE, WITH_PROBLEMS, AsJson, LedgerPath, Limit, command, said

if TYPE_CHECKING:
    from servanda.ledger import Doubt, Filed, Judgement, Ledger
    from servanda.problems import Problem, QueryError
    from servanda.remote import RemoteLedger

    Opened = Ledger | RemoteLedger

By = Annotated[
    str | None,
    typer.Option(
        "--by", envvar="SERVANDA_USER", help="Who decides; else SERVANDA_USER, else the login name.", metavar="NAME"
    ),
]
Why = Annotated[str, typer.Option("--why", help="The reason, kept with it.")]
KEYS = {"y": "yes", "n": "no", "u": "undo the last", "s": "skip", "q": "stop"}


def author(by: str | None) -> str:
    """Return who decides. Raises QueryError where nobody is named."""
    import getpass

    try:
        return by or getpass.getuser()
    except (OSError, KeyError) as error:
        raise nobody() from error


def nobody() -> QueryError:
    from servanda.problems import QueryError

    return QueryError('Say who decides, as in: --by "A. Officer", or set SERVANDA_USER.')


@command("judge")
def judge(
    verb: Annotated[
        str | None,
        typer.Argument(
            help="same, different, accept, reject, correct, due, note, owner, next, withdraw.", metavar="VERB"
        ),
    ] = None,
    refs: Annotated[
        list[str] | None,
        typer.Argument(help="Ids; then for correct SLOT VALUE, for due a date, else the words.", metavar="ID…"),
    ] = None,
    by: By = None,
    why: Why = "",
    listed: Annotated[bool, typer.Option("--list", help="List what was decided so far.")] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Decide on claims and entries; withdraw takes it back.

    A judgement is kept with who, when and why, and replayed on every rebuild.

    \b
    Examples:
      servanda judge same 3fa9 81c0 --why "one agreement, two names"
      servanda judge reject 77de
      servanda judge correct 3fa9 stage signed
      servanda judge due 3fa9 2026-12-31
      servanda judge note 3fa9 "told by phone: text is with the lawyers"
      servanda judge owner 3fa9 "Desk Europe West"
      servanda judge next 3fa9 "send the draft"
      servanda judge withdraw 09ab
      servanda judge --list
    """
    from servanda.cli.records import dumped
    from servanda.cli.served import opened as open_anywhere

    with open_anywhere(ledger) as opened:
        if listed or verb is None:
            made = opened.judgements()
            print(dumped(made) if as_json else "\n".join(map(told, made)) or "Nothing was decided yet.")
            return DONE
        before = set(set_aside(opened))
        one = decided(opened, verb, list(refs or ()), author(by), why)
        print(dumped(one) if as_json else told(one))
        after = [problem for problem in set_aside(opened) if problem not in before]
    for problem in after:
        said(str(problem), DONE)
    return WITH_PROBLEMS if after else DONE


def set_aside(ledger: Opened) -> list[Problem]:
    """Return the judgements that hold no longer; a served ledger keeps them to itself."""
    from servanda.ledger import Ledger

    return ledger.judgement_problems() if isinstance(ledger, Ledger) else []


def decided(ledger: Opened, verb: str, words: list[str], by: str, why: str) -> Judgement:
    """Pass a judgement as the words of the command give it. Raises QueryError where they do not suffice."""
    from servanda.problems import QueryError

    extra = {"correct": 2, "due": 1, "note": 1, "owner": 1, "next": 1}.get(verb, 0)
    if len(words) <= extra:
        raise QueryError(f"judge {verb}: something is missing. See: servanda judge --help")
    refs, rest = words[: len(words) - extra], words[len(words) - extra :]
    if verb == "withdraw":
        return ledger.withdraw(refs[0])
    slot = rest[0] if verb == "correct" else None
    return ledger.judge(verb, *refs, by=by, why=why, slot=slot, value=rest[-1] if rest else None)


def told(judgement: Judgement) -> str:
    """Return a judgement in one line."""
    on = " ".join(anchor.claim[:8] for anchor in judgement.on)
    parts = [
        judgement.id[:8],
        judgement.at[:10],
        judgement.verb,
        on,
        judgement.slot,
        judgement.value,
        f"by {judgement.by}",
    ]
    parts += [f"({judgement.why})"] if judgement.why else []
    parts += [f"withdrawn {judgement.withdrawn[:10]}"] if judgement.withdrawn else []
    return "  ".join(part for part in parts if part)


@command("review")
def review(
    by: By = None,
    model: Annotated[
        str | None, typer.Option("--review", help="llm: a language model judges instead.", metavar="llm")
    ] = None,
    limit: Limit = 50,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Walk what is in doubt, one key each.

    Uncertain pairs first, then doubtful claims: y yes, n no, u undo the last, s skip, q stop.

    \b
    Examples:
      servanda review
      servanda review --limit 10 --by "A. Officer"
      servanda review --review llm
      servanda review --json
    """
    from servanda.cli.records import dumped
    from servanda.cli.served import opened as open_anywhere

    with open_anywhere(ledger) as opened:
        if model:
            from servanda.cli.models import judged_by_model, told_of
            from servanda.cli.served import at_hand

            return told_of(judged_by_model(at_hand(opened), model, limit or 1000))
        doubts = opened.review(limit or 1000)
        if as_json:
            print(dumped(doubts))
        elif not doubts:
            print("Nothing is in doubt.")
        else:
            print(f"{walk(opened, doubts, author(by))} decided, {len(doubts)} were in doubt.")
    return DONE


def walk(ledger: Opened, doubts: list[Doubt], by: str) -> int:
    """Ask about each doubt in turn; return how many were decided."""
    passed: list[tuple[int, Judgement]] = []
    at = 0
    while at < len(doubts):
        show_doubt(doubts[at], at + 1, len(doubts))
        key = asked()
        if key == "q":
            break
        if key == "u" and passed:
            at, last = passed.pop()
            ledger.withdraw(last.id)
            continue
        if key in ("y", "n"):
            passed.append((at, judged(ledger, doubts[at], key == "y", by)))
        at += key in ("y", "n", "s")
    return len(passed)


def judged(ledger: Opened, doubt: Doubt, yes: bool, by: str) -> Judgement:
    verb = ("same" if yes else "different") if len(doubt.on) == 2 else ("accept" if yes else "reject")
    return ledger.judge(verb, *(filed.id for filed in doubt.on), by=by, why="review")


def asked() -> str:
    """Return one key of the keyboard, or the first letter of a line where the input is no terminal."""
    print("  " + "  ".join(f"{key} {what}" for key, what in KEYS.items()) + "  > ", end="", flush=True)
    key = typer.getchar() if sys.stdin.isatty() else sys.stdin.readline() or "q"
    print()
    return key.strip()[:1].lower()


def show_doubt(doubt: Doubt, number: int, of: int) -> None:
    """Print what is in doubt: two claims that may be one, or one claim that may be wrong."""
    from servanda.cli.showing import out

    question = "Are these the same undertaking?" if len(doubt.on) == 2 else "Does the report say this?"
    out().print(f"\n{number}/{of}  {question}", style="bold")
    for filed in doubt.on:
        show_filed(filed)
    if doubt.match:
        out().print("    " + "; ".join(map(str, doubt.match.reasons)), style="dim")


def show_filed(filed: Filed) -> None:
    from servanda.cli.showing import indented, out, show_claim
    from servanda.exporting.days import dated

    show_claim(filed.claim)
    known = (filed.card.publisher, dated(filed.card.date) or "no date", filed.card.language, filed.card.url)
    out().print(indented(" · ".join(part for part in known if part), 10), style="dim")
