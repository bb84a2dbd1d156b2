"""How many of a model's mistakes do our checks catch? Gold claims spoiled one way at a time.

    python bench/bench_checks.py GOLD_FOLDER

For each way of being wrong: the share of spoiled claims that were dropped, lost the spoiled
value, or were sent to review; and for the same claims unspoiled, the share doubted for nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_answers import SETTINGS, documents, perfect
from servanda.asking.answers import answered
from servanda.asking.checking import Checker
from servanda.codebook import rung
from servanda.model import Claim, Span, Stage

Spoil = Callable[[dict[str, Any]], dict[str, Any] | None]
FAR = "NZL"  # a party that few reports name


def another_party(claim: dict[str, Any]) -> dict[str, Any] | None:
    return {**claim, "parties": [FAR, *claim["parties"][1:]]} if FAR not in claim["parties"] else None


def promoted(claim: dict[str, Any]) -> dict[str, Any] | None:
    return {**claim, "stage": "signed"} if 0 <= rung(Stage(claim["stage"])) < rung(Stage.AGREED) else None


def another_year(claim: dict[str, Any]) -> dict[str, Any] | None:
    when = claim["when"]
    return {**claim, "when": f"{int(when[:4]) - 7}{when[4:10]}"} if when and when[:4].isdigit() else None


def invented(claim: dict[str, Any]) -> dict[str, Any] | None:
    return {**claim, "quotes": [f"{claim['title']} was concluded to the delight of all"]}


def another_number(claim: dict[str, Any]) -> dict[str, Any] | None:
    """One digit of the quotation changed."""
    quote = next((q for q in claim["quotes"] if any(c in "12345678" for c in q)), None)
    if quote is None:
        return None
    place = next(n for n, c in enumerate(quote) if c in "12345678")
    return {**claim, "quotes": [f"{quote[:place]}9{quote[place + 1 :]}"]}


def translated(claim: dict[str, Any]) -> dict[str, Any] | None:
    return {**claim, "title": "zxqv wklm"}


WAYS: dict[str, Spoil] = {
    "unspoiled": dict,
    "a party that is not named": another_party,
    "a wish told as signed": promoted,
    "a date seven years off": another_year,
    "an invented quotation": invented,
    "a digit of the quotation": another_number,
    "a title of other words": translated,
}


def caught(spoiled: dict[str, Any], checker: Checker) -> bool:
    """True where nothing of a claim stands as if it were sure."""
    drafts = answered(json.dumps({"claims": [spoiled]})).drafts
    made = checker.claim(drafts[0], Span(0, len(checker.document.text)), SETTINGS.name) if drafts else "dropped"
    return not isinstance(made, Claim) or made.review


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder", type=Path)
    args = ap.parse_args()
    tried, found = Counter[str](), Counter[str]()
    for data, _, document in documents(args.folder, dated=True):
        checker = Checker(document)
        claims = [p for c in data["claims"] if not c.get("optional") and (p := perfect(c, document.text))]
        for name, spoil in WAYS.items():
            for claim in claims:
                if (spoiled := spoil(claim)) is not None:
                    tried[name] += 1
                    found[name] += caught(spoiled, checker)
    for name in WAYS:
        print(f"{name:28} caught {found[name]:4} of {tried[name]:4}  {found[name] / max(1, tried[name]):.2f}")


if __name__ == "__main__":
    main()
