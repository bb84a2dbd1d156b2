"""``servanda explain``: how near a sentence came to a claim, and what weighed for and against it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from servanda.cli.door import DONE, AsJson, command

Words = Annotated[str, typer.Argument(help="A sentence or a short text.", metavar="TEXT")]
Given = Annotated[str | None, typer.Option("--date", help="The day on which it appeared.", metavar="YYYY-MM-DD")]
Language = Annotated[str, typer.Option("--language", help="The text's language.", metavar="xx")]


@command("explain")
def explain(text: Words, date: Given = None, language: Language = "en", as_json: AsJson = False) -> int:
    """Say how near each thing in a text came to a claim.

    Every head that a language pack knows is listed with its chance, what is needed, and the features that weighed
    most. A claim of a report shows its words and rules with `extract --explain`.

    \b
    Examples:
      servanda explain "France and Japan may sign a treaty on fisheries."
      servanda explain --date 2024-05-08 "They agreed on Tuesday to hold talks in Paris."
      servanda explain --json "The plan met with criticism."
    """
    import json

    from servanda.extracting.extractor import explain as nearness
    from servanda.model import Document

    found = nearness(Document(text=text, date=date, language=language))
    if as_json:
        print(json.dumps([asdict(n) for n in found], ensure_ascii=False))
        return DONE
    if not found:
        print("No word here is a head that a language pack knows: nothing that could be agreed, held, built or traded.")
    for n in found:
        print(f"{n.words}  ({n.head}: {n.kind}, {n.stage}; parties {' '.join(n.parties) or 'none'})")
        print(f"  chance {n.chance:.2f}, needed {n.needed:.2f}: {n.verdict}")
        print(f"  for      {told(n.helped)}")
        print(f"  against  {told(n.hindered)}")
    return DONE


def told(weighed: tuple[tuple[str, float], ...]) -> str:
    return ", ".join(f"{name} {weight:+.2f}" for name, weight in weighed) or "nothing"
