"""How well claims are grouped into undertakings: figures on gold clusters, by the shared scorer.

    python bench/bench_clusters.py [--shared ../shared] [--set dev] [--extracted] [--out FILE]

Reads the gold claims of a set, groups them as the ledger would, writes the groups and
calls ``score_clusters.py``. Figures only: it prints no claim.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from servanda.extracting.extractor import extract
from servanda.ledger.clustering import candidate_pairs, components, edges_among, group
from servanda.ledger.profiles import profile
from servanda.ledger.records import Card, Filed
from servanda.model import Claim, Document, Kind, Quotation, Stage, ordered

TUPLES = ("by", "orgs", "persons", "items", "domains")
WORDS = ("form", "when", "due", "period", "where", "under", "source")


def gold_claims(folder: Path) -> Iterator[tuple[str, int, Filed]]:
    """Yield (document, claim number, filed claim) of every gold file.

    Of several acceptable values the first is taken.
    """
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        about = data["document"]
        card = Card(
            path.stem,
            about.get("title"),
            about.get("date"),
            about.get("language"),
            about.get("publisher"),
            text=path.stem,
        )
        for number, raw in enumerate(data["claims"]):
            yield path.stem, number, Filed(f"{path.stem}#{number}", claim_from_gold(path.stem, number, raw), card)


def claim_from_gold(document: str, number: int, raw: dict[str, Any]) -> Claim:
    def slot(name: str) -> Any:
        value = raw.get(name)
        return value if value is not None else next((v for v in raw.get(f"{name}_any", ()) if v), None)

    words = (raw.get("quotes") or [""])[0]
    return Claim(
        document=document,
        kind=Kind(slot("kind")),
        stage=Stage(slot("stage")),
        title=slot("title"),
        parties=ordered(slot("parties") or ()),
        quotations=(Quotation(number, number + len(words), words),),
        **{name: tuple(slot(name) or ()) for name in TUPLES},
        **{name: slot(name) for name in WORDS},
    )


def extracted_claims(folder: Path) -> Iterator[tuple[str, int, Filed]]:
    """Yield the claims that the extractor finds, each under the number of the gold claim whose words it quotes most.

    A claim that quotes no gold claim's words is left out, and of two for one gold claim the surer is kept:
    this measures the grouping, not the finding.
    """
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        about = data["document"]
        text = unicodedata.normalize("NFC", (path.parent / about["text"]).read_text("utf-8", "replace"))
        document = Document(text, about.get("title"), about.get("date"), about.get("language"), about.get("publisher"))
        card = Card(path.stem, document.title, document.date, document.language, document.publisher, text=path.stem)
        best: dict[int, Claim] = {}
        for claim in extract(document).claims:
            number = gold_number(claim, text, data["claims"])
            if number is not None and (number not in best or claim.confidence > best[number].confidence):
                best[number] = claim
        for number, claim in sorted(best.items()):
            yield path.stem, number, Filed(f"{path.stem}#{number}", replace(claim, document=path.stem), card)


def gold_number(claim: Claim, text: str, gold: list[dict[str, Any]]) -> int | None:
    """Return the number of the gold claim whose quotations share most with a claim's, its kind first."""

    def shared(raw: dict[str, Any]) -> tuple[bool, int]:
        stretches = [(at, at + len(q)) for q in raw.get("quotes", ()) if (at := text.find(q)) >= 0]
        common = sum(
            max(0, min(q.stop, stop) - max(q.start, start)) for q in claim.quotations for start, stop in stretches
        )
        return (common > 0 and claim.kind in (raw.get("kind"), *raw.get("kind_any", ())), common)

    scored = [(shared(raw), -number) for number, raw in enumerate(gold)]
    best = max(scored, default=None)
    return -best[1] if best is not None and best[0][1] > 0 else None


def grouped(filed: list[Filed]) -> list[list[str]]:
    """Group claims as the ledger does: compare within blocks, then group each component."""
    profiles = {f.id: profile(f) for f in filed}
    edges = list(edges_among(candidate_pairs(list(profiles.values()))))
    made: list[list[str]] = []
    for component in components(profiles, edges):
        own = set(component)
        made += group({claim: profiles[claim] for claim in component}, [e for e in edges if e.a in own])
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--set", default="dev")
    parser.add_argument("--out", type=Path)
    parser.add_argument(
        "--extracted", action="store_true", help="group what the extractor finds instead of the gold claims"
    )
    asked = parser.parse_args()
    folder = asked.shared / "gold" / asked.set
    if not (folder / "clusters.json").is_file():
        print(f"{folder / 'clusters.json'}: not found. Say where the gold is with --shared.", file=sys.stderr)
        return 2
    claims = list((extracted_claims if asked.extracted else gold_claims)(folder / "gold"))
    place = {filed.id: [document, number] for document, number, filed in claims}
    groups = [[place[claim] for claim in group_] for group_ in grouped([filed for *_, filed in claims])]
    with tempfile.TemporaryDirectory() as scratch:
        out = asked.out or Path(scratch) / "clusters.json"
        out.write_text(json.dumps({"clusters": groups}), "utf-8")
        command = [sys.executable, str(asked.shared / "score_clusters.py"), str(folder / "clusters.json"), str(out)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
