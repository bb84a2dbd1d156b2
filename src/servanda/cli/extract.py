"""``servanda extract``: what reports say, stored nowhere; ``servanda packs``: which languages can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from servanda.cli.door import COULD_NOT, DONE, WITH_PROBLEMS, AsJson, command, said

Paths = Annotated[
    list[str], typer.Argument(help="Files, folders, addresses, or - for standard input.", metavar="PATH…|-")
]
Given = Annotated[
    str | None, typer.Option("--date", help="The day on which the reports appeared.", metavar="YYYY-MM-DD")
]
Language = Annotated[str | None, typer.Option("--language", help="The reports' language, as en or hi.", metavar="xx")]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Also fetch from loopback, link-local and private networks.")
]
LIMITS = """\b
Limits, under [limits] in the settings file (SERVANDA_SETTINGS, else settings.toml
in the user's folder of settings), or as SERVANDA_LIMITS_DOCUMENT_BYTES and so on:
  document_bytes text unpacked_bytes ratio depth members parts nesting elements
  pages rows seconds redirects allow_private"""
Extractor = Annotated[str, typer.Option("--extractor", help="rules, llm, or both: rules,llm.", metavar="NAME")]


@command("extract", after=LIMITS)
def extract(
    paths: Paths,
    jsonl: Annotated[bool, typer.Option("--jsonl", "--json", help="Print one JSON object a document.")] = False,
    date: Given = None,
    language: Language = None,
    extractor: Extractor = "rules",
    allow_private: AllowPrivate = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show which words and rules gave each slot.")] = False,
    answers: Annotated[
        Path | None, typer.Option("--answers", help="A language model's answers, got elsewhere.", metavar="FILE")
    ] = None,
) -> int:
    """Print the claims in reports with their quotations.

    Stores nothing.

    \b
    Examples:
      servanda extract report.txt
      servanda extract --jsonl reports/ > claims.jsonl
      servanda extract --date 2024-11-19 --explain page.html
      servanda extract - < note.txt
      servanda extract --extractor rules,llm report.txt
      servanda extract --answers answers.jsonl report.txt
    """
    from servanda.cli.records import extracted_record, line
    from servanda.cli.reports import reports
    from servanda.cli.showing import show_report
    from servanda.reading import limits_in_force

    read = troubled = 0
    limits = limits_in_force(allow_private=allow_private)
    for report in reports(paths, date=date, language=language, extractor=extractor, answers=answers, limits=limits):
        if jsonl:
            print(
                line(extracted_record(report.path, report.document, report.claims, report.problems, explain)),
                flush=True,
            )
        else:
            show_report(report, explain)
        read += report.document is not None
        troubled += bool(report.problems)
        for problem in report.problems:
            said(str(problem), DONE)
    return status(read, troubled)


def status(read: int, troubled: int) -> int:
    """Nothing could be read: 2. Something went wrong with a part: 1."""
    if not read:
        return COULD_NOT
    return WITH_PROBLEMS if troubled else DONE


@command("packs")
def packs(as_json: AsJson = False) -> int:
    """List the languages that can be read, and how well.

    Precision and recall are of claims with kind and parties right, on reports with known answers.

    \b
    Examples:
      servanda packs
      servanda packs --json
    """
    from servanda.cli.records import dumped
    from servanda.language.packs import languages

    known = measured()
    rows = [pack_row(code) | {"measured": known.get(code)} for code in languages()]
    if as_json:
        print(dumped(rows))
    else:
        for row in rows:
            size = sum(row["entries"].values())
            print(f"{row['language']:4}{row['name']:12}{size:6,} entries   {quality(row['measured'])}")
    return DONE


def pack_row(code: str) -> dict[str, Any]:
    """Return a pack's name and how many lexicon entries it has in each layer."""
    from collections import Counter

    from servanda.language.packs import lexicon_entries, pack

    own = pack(code)
    return {"language": code, "name": own.name, "entries": Counter(entry.layer for entry, *_ in lexicon_entries(own))}


def measured() -> dict[str, dict[str, Any]]:
    """Return the figures that the bench wrote, by language."""
    import tomllib
    from importlib.resources import files

    file = files("servanda").joinpath("packs", "measured.toml")
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


def quality(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return "not measured"
    on = f"{figures['claims']} claims of {figures['documents']} documents, {figures['on']}"
    learnt = ", which it learnt from" if figures.get("learnt") else ""
    return f"precision {figures['precision']:.2f}  recall {figures['recall']:.2f}   ({on}{learnt})"
