"""Does what a model read teach the small layer anything? Measured on gold that neither saw.

    python bench/bench_distil.py ANSWERED_FOLDER... [--test ../shared/gold/dev] [--train ../shared/gold/train]

Each folder holds documents with a model's claims, in the form of the gold. They go through the
checks of ``servanda.asking`` as any answer does, then through ``servanda distil``; the layer is
trained on the gold alone, on the silver alone and on both, and each reads the test folder.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench_answers import SETTINGS, answers_of, documents, gold_files, scored, tell
from gold import gold_document
from servanda.asking.cache import Given
from servanda.asking.distilling import Distilled, distil
from servanda.asking.reader import offline
from servanda.cli.records import extracted_record
from servanda.extracting.extractor import extract
from train import LANGUAGES, Labelled, train


def records(folders: list[Path]) -> Iterator[dict[str, Any]]:
    """Yield what ``extract --answers --jsonl`` would print of the folders' answers."""
    known = Given({})
    reader = offline(SETTINGS, known)
    for folder in folders:
        for data, path, document in documents(folder, dated=True):
            known.answers.update(answers_of(reader, document, data["claims"]))
            found = reader.read(document, path.name).extraction
            yield extracted_record(str(path), document, found.claims, found.problems)


def labelled(folder: Path) -> list[Labelled]:
    found = (gold_document(file) for file in sorted(folder.rglob("*.json")))
    return [Labelled(document) for document in found if document is not None and document.language in LANGUAGES]


def read_by(models: dict[str, dict[str, float]], folder: Path) -> list[str]:
    return [
        json.dumps(extracted_record(str(path), document, extract(document, models).claims, ()))
        for _, path, document in documents(folder, dated=True)
    ]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folders", nargs="+", type=Path)
    ap.add_argument("--train", type=Path, default=Path("../shared/gold/train"))
    ap.add_argument("--test", type=Path, default=Path("../shared/gold/dev"))
    ap.add_argument("--scorer", type=Path, default=Path("../shared/score.py"))
    args = ap.parse_args()
    seen = {path.read_bytes() for _, path in gold_files(args.test)}
    with tempfile.TemporaryDirectory() as made:
        into = Path(made)
        fresh = (r for r in records(args.folders) if r["document"]["text"].encode() not in seen)
        told: Distilled = distil(fresh, into)
        print(f"silver: {told}")
        gold, silver = labelled(args.train), labelled(into)
    for name, learnt in (("gold", gold), ("silver", silver), ("both", gold + silver)):
        tell(name, scored(args.scorer, args.test, read_by(train(learnt), args.test), False))


if __name__ == "__main__":
    main()
