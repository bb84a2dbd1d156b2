"""``servanda tell``: an undertaking, a session or an update that a person knows without a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from servanda.cli.door import DONE, AsJson, LedgerPath, command
from servanda.cli.judging import By, author

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servanda.ledger import Filing
    from servanda.model import Claim


@command("tell")
def tell(
    words: Annotated[str, typer.Argument(help="What you know, in your words; they become the quotation.")],
    title: Annotated[str, typer.Option("--title", help="The thing, as a reader would call it.")],
    parties: Annotated[str, typer.Option("--parties", help="Who it is between.", metavar="IND,ITA")],
    kind: Annotated[str, typer.Option("--kind", help="instrument, meeting, exercise, project, trade …")],
    stage: Annotated[str, typer.Option("--stage", help="proposed … done, stalled, ended.")],
    form: Annotated[str | None, typer.Option("--form", help="mou, visit, attache …")] = None,
    when: Annotated[str | None, typer.Option("--when", help="When this stage was reached.", metavar="DATE")] = None,
    due: Annotated[str | None, typer.Option("--due", help="When it is to be done.", metavar="DATE")] = None,
    under: Annotated[str | None, typer.Option("--under", help="The plan or session that it stands under.")] = None,
    of: Annotated[str | None, typer.Option("--update", help="The entry that this is news of.", metavar="ID")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who follows it up.", metavar="NAME")] = None,
    next_step: Annotated[str | None, typer.Option("--next", help="What is to be done next.")] = None,
    decided: Annotated[
        list[str] | None, typer.Option("--decided", help="What a session decided; give it once for each decision.")
    ] = None,
    owed_by: Annotated[str | None, typer.Option("--owed-by", help="The party that owes it.", metavar="IND")] = None,
    day: Annotated[
        str | None, typer.Option("--date", help="When you were told, if not today.", metavar="YYYY-MM-DD")
    ] = None,
    by: By = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """File what you know without a document.

    It is marked as told by hand everywhere. The decisions of a session are entries of their own under its title.

    \b
    Examples:
      servanda tell "Signed, says Rome." --update 3fa9 --title pact --parties IND,ITA --kind instrument --stage signed
      servanda tell "Text is agreed." --title "ports agreement" --parties IND,ITA --kind instrument --stage agreed
      servanda tell "We call them." --title pact --parties IND,ITA --kind instrument --stage agreed --owner Rao
      servanda tell "They meet in May." --title "forum" --parties IND,RUS --kind meeting --stage agreed --due 2027-05
    """
    from servanda.cli.records import dumped
    from servanda.cli.reports import day as iso
    from servanda.ledger import Ledger

    claim = told(title, parties, kind, stage, form, when, due, owed_by, under)
    told_on = iso(day, "--date") if day else None
    with Ledger.open(ledger) as opened:
        who = author(by)
        filing = opened.write_down(words, claim, who, day=told_on, of=of, owner=owner, next_step=next_step)
        for decision in decisions(claim, decided or ()):
            said = f"{words} Decided: {decision.title}"
            filing = both(filing, opened.write_down(said, decision, who, day=told_on, owner=owner))
    print(dumped(filing) if as_json else outcome(filing))
    return DONE


def outcome(filing: Filing) -> str:
    """Return what the telling came to in a sentence."""
    if not filing.claims:
        return "This is filed already; nothing changed."
    return f"Filed. Entries made or changed: {' '.join(entry[:8] for entry in filing.entries)}."


def decisions(session: Claim, decided: Sequence[str]) -> list[Claim]:
    """Return a claim for each decision of a session, agreed between its parties and standing under it."""
    from dataclasses import replace

    from servanda.model import Kind, Stage

    bare = replace(session, kind=Kind.COOPERATION, form=None, stage=Stage.AGREED, due=None, under=session.title)
    return [replace(bare, title=words) for words in decided]


def both(one: Filing, other: Filing) -> Filing:
    from dataclasses import replace

    made = tuple(dict.fromkeys((*one.entries, *other.entries)))
    return replace(one, documents=one.documents + other.documents, claims=one.claims + other.claims, entries=made)


def told(
    title: str,
    parties: str,
    kind: str,
    stage: str,
    form: str | None,
    when: str | None,
    due: str | None,
    owed_by: str | None,
    under: str | None,
) -> Claim:
    """Return the claim of the given slots. Raises QueryError naming the slot that is wrong."""
    from servanda.codebook import forms
    from servanda.ledger.query import one_of, party
    from servanda.model import Claim, Kind, Stage, ordered
    from servanda.problems import QueryError

    if not title.strip():
        raise QueryError("--title: is empty. Write the thing as a reader would call it.")
    [kind_] = one_of("kind", [kind], tuple(Kind))
    [stage_] = one_of("stage", [stage], tuple(Stage))
    if form:
        one_of("form", [form], forms(Kind(kind_)))
    return Claim(
        document="",
        kind=Kind(kind_),
        stage=Stage(stage_),
        title=title,
        parties=ordered(map(party, parties.split(","))),
        quotations=(),
        form=form,
        when=date_in("--when", when),
        due=date_in("--due", due),
        by=(party(owed_by),) if owed_by else (),
        under=under,
    )


def date_in(option: str, words: str | None) -> str | None:
    """Return an EDTF date. Raises QueryError naming the option."""
    from servanda.ledger.days import known, stretch
    from servanda.problems import QueryError

    if words and not known(stretch(words)):
        raise QueryError(f"{option} {words}: is not a date. Write one like 2025-12-31, 2025-12 or 2025.")
    return words
