"""Read the real news pages beside the project and compare with trafilatura, in the same run.

    python bench/bench_pages.py [PAGES_FOLDER] [--wrong]

Prints title, date, recall and precision (``score_pages.py``) and pages a second of processor time
for both, and their ratio: of each page the quickest of three alternating
rounds counts, so that a busy machine is busy for both.
Exits with 1 under a floor; floors only rise.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[2] / "shared"
FLOORS = {"title": 0.97, "date": 0.98, "recall": 0.98, "precision": 0.96, "ratio": 5.0}
ROUNDS = 3

Extract = Callable[[bytes], dict[str, Any]]


def ours(page: bytes) -> dict[str, Any]:
    from servanda import reading

    document = next(reading.read_bytes(page, "page.html")).document
    return {"title": document.title, "date": document.date, "text": document.text} if document else {}


def theirs(page: bytes) -> dict[str, Any]:
    import trafilatura

    found = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False)
    return {"title": found.title, "date": found.date, "text": found.text} if found else {}


def timed(extract: Extract, page: bytes) -> tuple[float, dict[str, Any]]:
    """Return the processor seconds that one page took and what was extracted."""
    start = time.process_time()
    found = extract(page)
    return time.process_time() - start, found


def compared(pages: dict[str, bytes]) -> tuple[list[float], list[dict[str, dict[str, Any]]]]:
    """Return pages a second and what was found, ours and theirs; of each page the quickest of the rounds counts."""
    best = [dict.fromkeys(pages, float("inf")), dict.fromkeys(pages, float("inf"))]
    found: list[dict[str, dict[str, Any]]] = [{}, {}]
    for _ in range(ROUNDS):
        for name, page in pages.items():
            for side, extract in enumerate((ours, theirs)):
                seconds, found[side][name] = timed(extract, page)
                best[side][name] = min(best[side][name], seconds)
    return [len(pages) / sum(each.values()) for each in best], found


def scored(found: dict[str, dict[str, Any]], wrong: bool) -> dict[str, float]:
    """Return the four shares that ``score_pages.py`` prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps({"path": name, "document": document}) + "\n" for name, document in found.items())
        file.flush()
        command = [sys.executable, str(SHARED / "score_pages.py"), file.name, *(["--wrong"] if wrong else [])]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if wrong:
        print(printed, end="")
    return {
        name: float(value)
        for name, value in re.findall(r"(title|date|recall|precision) (\d\.\d+)", printed.splitlines()[-1])
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="?", default=SHARED / "pages")
    parser.add_argument("--wrong", action="store_true", help="list the pages that are not read right")
    args = parser.parse_args()
    pages = {path.name: gzip.decompress(path.read_bytes()) for path in sorted(args.pages.glob("*.html.gz"))}
    first = next(iter(pages.values()))
    ours(first), theirs(first)
    speeds, found = compared(pages)
    for name, side in (("trafilatura", 1), ("servanda", 0)):
        shares = scored(found[side], args.wrong and side == 0)
        print(f"{name:12}", "  ".join(f"{k} {v:.3f}" for k, v in shares.items()), f" {speeds[side]:.1f} pages/s")
    shares["ratio"] = speeds[0] / speeds[1]
    print(f"ratio {shares['ratio']:.2f}")
    short = [
        f"{name} {shares[name]:.3f} is under its floor {floor}"
        for name, floor in FLOORS.items()
        if shares[name] < floor
    ]
    print("\n".join(short) or "all floors held")
    return bool(short)


if __name__ == "__main__":
    sys.exit(main())
