"""Commands that have to do with language models: ``prompt``, ``distil``, and what ``--extractor llm`` and
``--review llm`` mean.

Invariant: nothing is asked of a model unless the user said so, and never before what it may
cost was told.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servanda.cli.door import DONE, WITH_PROBLEMS, AsJson, LedgerPath, command, said
from servanda.cli.extract import Given, Language, Paths, status

if TYPE_CHECKING:
    from servanda.asking.reader import Read, Reader
    from servanda.cli.reports import Report
    from servanda.ledger import Doubt, Ledger
    from servanda.problems import Problem
    from servanda.reading import Limits
    from servanda.reading import Read as Got

NAMES = ("rules", "llm")


def names_of(extractor: str) -> tuple[str, ...]:
    """Return the extractors that are named, rules first. Raises QueryError for one that there is not."""
    from servanda.problems import QueryError

    asked = [name.strip() for name in extractor.split(",")]
    if unknown := [name for name in asked if name not in NAMES]:
        raise QueryError(f"--extractor {unknown[0]}: no such extractor. Use: rules, llm or rules,llm.")
    return tuple(name for name in NAMES if name in asked)


def reports_by_model(
    paths: Iterable[str],
    date: str | None,
    language: str | None,
    extractor: str,
    answers: Path | None,
    limits: Limits | None = None,
) -> Iterator[Report]:
    """Read each path and have it extracted by a model, or by rules and a model."""
    from servanda.asking import Reader, settings
    from servanda.asking.batches import given
    from servanda.asking.reader import offline
    from servanda.cli.reports import readings

    names = names_of(extractor) if extractor != "rules" or answers is None else ("llm",)
    if "llm" not in names:
        names = (*names, "llm") if answers is not None else names
    found = list(readings(paths, date, language, limits))
    if answers is None:
        reader = Reader.asking(settings())
        announce(reader, found)
    else:
        known, faults = given(answers)
        reader = offline(settings(), known)
        for fault in faults:
            said(str(fault), DONE)
    for got, made in reader.read_all((got, got.document, got.path) for got in found):
        yield report_of(got, made, names, reader)


def announce(reader: Reader, found: list[Got]) -> None:
    """Say what a run will ask before it starts. Raises AskingError where that passes the budget."""
    from servanda.asking.client import AskingError

    cost = reader.estimate([got.document for got in found if got.document])
    said(f"Asking {reader.settings.model} at {reader.settings.url}: {cost}", DONE)
    if cost.tokens > reader.settings.budget:
        told = f"This may take {cost.tokens:,} tokens, and the budget is {reader.settings.budget:,}."
        raise AskingError(f"{told} Raise SERVANDA_LLM_BUDGET, or give fewer reports.")


def report_of(got: Got, made: Read | None, names: tuple[str, ...], reader: Reader) -> Report:
    """Return a report with the claims of the model, joined with those of the rules where both were asked."""
    from servanda.asking.joining import agreed
    from servanda.cli.reports import Report, extracted

    if made is None or got.document is None:
        return Report(got.path, None, (), got.problems, got.source)
    model = made.extraction
    problems = tuple(replace(p, where=got.path) for p in model.problems)
    if names == ("llm",):
        whose = ("llm",) if made.whole else ()
        return Report(got.path, got.document, model.claims, (*got.problems, *problems), got.source, whose)
    rules = extracted(got.path, got.document, got.problems, got.source)
    claims = tuple(agreed(rules.claims, model.claims, reader.settings.name, heard=made.whole))
    ran = NAMES if made.whole else ("rules",)
    return replace(rules, claims=claims, problems=(*rules.problems, *problems), read_by=ran)


def judged_by_model(ledger: Ledger, who: str, limit: int = 1000) -> list[Problem]:
    """Have a model judge what is in doubt and file its judgements as a machine's; return what went wrong."""
    from servanda.asking import Reader, settings
    from servanda.asking.deciding import request_on
    from servanda.problems import QueryError

    if who != "llm":
        raise QueryError(f"--review {who}: no such judge. Use: llm.")
    reader = Reader.asking(settings())
    doubts = ledger.review(limit)
    from servanda.asking.cost import estimate

    asked = [r for doubt in doubts if reader.answers.get((r := request_on(doubt, reader.settings)).key) is None]
    cost = estimate(0, asked, len(doubts) - len(asked), reader.settings)
    said(f"Asking {reader.settings.model} to judge {len(doubts)} doubts: {cost}", DONE)
    passed = [judge(ledger, doubt, reader) for doubt in doubts]
    decided = sum(one is None for one in passed)
    said(f"The model decided {decided} of {len(doubts)}; the rest is left to people.", DONE)
    return [one for one in passed if one is not None and one.cause != "undecided"]


def judge(ledger: Ledger, doubt: Doubt, reader: Reader) -> Problem | None:
    """File what a model decides on a doubt; None where it decided."""
    from servanda.asking.client import RefusedError
    from servanda.asking.deciding import decision, request_on
    from servanda.problems import Problem, QueryError

    where = " and ".join(filed.id[:8] for filed in doubt.on)
    try:
        made = decision(doubt, reader.answer(request_on(doubt, reader.settings)).text)
    except RefusedError as refusal:
        return Problem(where, f"was not judged: {refusal}.", "unread", "Give the same command again to go on.")
    if not made.verb:
        return Problem(where, "the model is not sure.", "undecided")
    try:
        ledger.judge(made.verb, *(filed.id for filed in doubt.on), by=reader.settings.name, why=made.why)
    except QueryError as error:  # an earlier decision of the same run took the claim away
        return Problem(where, f"was not judged: {error}", "undecided")
    return None


def told_of(problems: list[Problem]) -> int:
    for problem in problems:
        said(str(problem), DONE)
    return WITH_PROBLEMS if problems else DONE


@command("prompt")
def prompt(
    paths: Paths,
    date: Given = None,
    language: Language = None,
    as_json: AsJson = False,
    batch: Annotated[bool, typer.Option("--batch", help="Print a batch file: one request a line.")] = False,
) -> int:
    """Print what a language model would be sent.

    Its answers are read by: servanda extract --answers. With --json the requests as they
    are sent; with --batch as lines of a batch file of the OpenAI interface.

    \b
    Examples:
      servanda prompt report.txt
      servanda prompt --batch reports/ > requests.jsonl
    """
    from servanda.asking import settings
    from servanda.asking.batches import batch_line
    from servanda.asking.cache import Given as Known
    from servanda.asking.reader import offline
    from servanda.cli.records import line
    from servanda.cli.reports import readings

    reader = offline(settings(), Known({}))
    read = troubled = 0
    for got in readings(paths, date, language):
        for request in reader.requests(got.document) if got.document else ():
            if batch or as_json:
                print(line(batch_line(request, reader.settings.form) if batch else request.body(reader.settings.form)))
            else:
                print("\n".join(f"--- {role} ---\n{content}" for role, content in request.messages))
        read += got.document is not None
        troubled += bool(got.problems)
        for problem in got.problems:
            said(str(problem), DONE)
    return status(read, troubled)


@command("distil")
def distil(
    claims: Annotated[
        Path, typer.Argument(help="What extract --jsonl printed; - for standard input.", metavar="FILE|-")
    ],
    into: Annotated[Path, typer.Option("--into", help="The folder to write to.", metavar="FOLDER")],
    as_json: AsJson = False,
) -> int:
    """Make training data of a model's accepted claims.

    Reads what extract --extractor llm --jsonl printed; bench/train.py reads the folder as gold.

    \b
    Examples:
      servanda distil claims.jsonl --into silver/
    """
    from servanda.asking.distilling import distil as write
    from servanda.cli.records import dumped

    made = write(records_in(claims), into)
    from servanda.cli.filing import count

    told = f"{count(made.documents, 'document')} with {count(made.claims, 'accepted claim')}, {made.doubted} doubtful"
    left = (
        f"; {count(made.partly_read, 'document')} that the model did not read whole left out"
        if made.partly_read
        else ""
    )
    print(dumped(made) if as_json else f"Wrote {told}{left}, to {into}.")
    return DONE


def records_in(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-lines file. Raises QueryError naming a line that is none."""
    from servanda.problems import QueryError

    lines = sys.stdin if str(file) == "-" else file.read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise QueryError(f"{file}:{number}: is not JSON. Give what servanda extract --jsonl printed.") from error
        if not isinstance(record, dict) or not isinstance(record.get("claims"), list):
            raise QueryError(f"{file}:{number}: is no extracted document. Give what servanda extract --jsonl printed.")
        yield record


@command("mcp")
def mcp(
    ledger: LedgerPath = None,
    http: Annotated[
        str | None, typer.Option("--http", help="Serve over HTTP instead of stdio.", metavar="HOST:PORT")
    ] = None,
    writing: Annotated[bool, typer.Option("--allow-writing", help="Let assistants add reports and judge.")] = False,
) -> int:
    """Serve the ledger to AI assistants (Model Context Protocol).

    Over standard input and output unless --http is given; read-only unless allowed.

    \b
    Examples:
      servanda mcp
      servanda mcp --ledger desk.db --http 127.0.0.1:8765
    """
    from servanda.problems import QueryError

    try:
        from servanda.mcp_server import server
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "mcp":
            raise
        raise QueryError("servanda mcp: needs an extra. Install it with: pip install 'servanda[mcp]'") from error
    made = server(Path(ledger) if ledger else None, writing)
    if http is None:
        made.run("stdio")
    else:
        host, _, port = http.rpartition(":")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise QueryError(f"--http {http}: is no address. Write it as 127.0.0.1:8765.")
        made.run("streamable-http", host=host or "127.0.0.1", port=int(port))
    return DONE
