"""What our own path costs a model that reads perfectly: answers made of gold, through prompt, chunks and checks.

    python bench/bench_answers.py GOLD_FOLDER [--scorer ../shared/score.py] [--answers ANSWERS.jsonl] [--wrong]

Without --answers the answers are made of the gold, optional claims left out, one for each
piece of a document with the quotations that stand in it; with it they are read from the file
as `servanda extract --answers` does. Shown beside the rules on the same documents, each scored by
the scorer; and how many of the claims our checks doubt, and why.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from gold import accepted, places
from servanda.asking import Settings
from servanda.asking.batches import given
from servanda.asking.cache import Given
from servanda.asking.client import Answer
from servanda.asking.instruction import request_for, slots
from servanda.asking.reader import Reader, offline
from servanda.cli.records import extracted_record
from servanda.extracting.extractor import extract
from servanda.model import Document
from servanda.reading import read

SETTINGS = Settings(model="perfect")


def gold_files(folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """Yield each gold record with the path of its text."""
    for file in sorted(folder.rglob("*.json")):
        data = json.loads(file.read_text("utf-8"))
        if "document" in data:
            yield data, (file.parent / data["document"]["text"]).resolve()


def perfect(claim: dict[str, Any], text: str) -> dict[str, Any] | None:
    """Return a gold claim as a model would answer it about a piece of text; None where none of it stands there."""
    quotes = [quote for quote in claim["quotes"] if places(text, quote)]
    made = {name: accepted(claim, name)[0] for name, _ in slots() if name != "quotes"}
    lists = {name: made[name] or [] for name, sort in slots() if sort in ("codes", "by", "words", "domains")}
    return {**made, **lists, "quotes": quotes} if quotes else None


def answers_of(reader: Reader, document: Document, claims: list[dict[str, Any]]) -> Iterator[tuple[str, Answer]]:
    for piece in reader.pieces(document):
        made = [p for claim in claims if not claim.get("optional") and (p := perfect(claim, piece.text))]
        yield request_for(piece, reader.settings).key, Answer(json.dumps({"claims": made}, ensure_ascii=False))


def documents(folder: Path, dated: bool) -> Iterator[tuple[dict[str, Any], Path, Document]]:
    for data, path in gold_files(folder):
        for got in read(str(path), date=data["document"].get("date") if dated else None):
            if got.document is not None:
                yield data, path, got.document


def scored(scorer: Path, folder: Path, lines: list[str], wrong: bool) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.write("\n".join(lines))
        file.flush()
        asked = [sys.executable, str(scorer), str(folder), file.name]
        if wrong:
            print(subprocess.run([*asked, "--wrong"], capture_output=True, text=True, check=True).stdout)
        made = json.loads(subprocess.run([*asked, "--json"], capture_output=True, text=True, check=True).stdout)
    return dict(made)


def tell(name: str, figures: dict[str, Any]) -> None:
    rates = "  ".join(
        f"{k} P {figures[k]['p']:.3f} R {figures[k]['r']:.3f} F1 {figures[k]['f']:.3f}" for k in ("claim", "full")
    )
    print(f"{name:8} {rates}   predicted {figures['pred']}, gold {figures['gold']}")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder", type=Path)
    ap.add_argument("--scorer", type=Path, default=Path("../shared/score.py"))
    ap.add_argument("--answers", type=Path)
    ap.add_argument("--undated", action="store_true", help="give no dates, as for the seeds")
    ap.add_argument("--wrong", action="store_true")
    ap.add_argument("--piece", type=int, default=SETTINGS.piece, help="characters of a piece")
    args = ap.parse_args()
    if args.answers:
        known, problems = given(args.answers)
        print(*problems, sep="\n")
    else:
        known = Given({})
    reader = offline(replace(SETTINGS, piece=args.piece), known)
    lines, rules, doubts, told, claims = list[str](), list[str](), Counter[str](), Counter[str](), 0
    for data, path, document in documents(args.folder, not args.undated):
        if not args.answers:
            known.answers.update(answers_of(reader, document, data["claims"]))
        found = reader.read(document, path.name).extraction
        told.update(p.cause for p in found.problems)
        claims += len(found.claims)
        doubts.update("any" for c in found.claims if c.review)
        doubts.update(f"{s}: {r.split(',')[0][:42]}" for c in found.claims for s, r in c.because.items())
        lines.append(json.dumps(extracted_record(str(path), document, found.claims, ())))
        rules.append(json.dumps(extracted_record(str(path), document, extract(document).claims, ())))
    tell("answers", scored(args.scorer, args.folder, lines, args.wrong))
    tell("rules", scored(args.scorer, args.folder, rules, False))
    print(f"doubted by our checks: {doubts.pop('any', 0)} of {claims}; problems: {dict(told)}")
    for why, number in doubts.most_common(25):
        print(f"  {number:4} {why}")


if __name__ == "__main__":
    main()
