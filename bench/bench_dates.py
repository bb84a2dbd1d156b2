"""Print how many of the gold's dates our mentions contain, and how fast dates are found.

    python bench/bench_dates.py [--wrong] [--speed] [GOLD ...]

GOLD are folders of gold files (default: seeds and train beside the project). A gold date
counts as contained where a mention of its document has it as value, past or future, or where
a duration and the day it begins make it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from servanda.language.dates import DateMention, dates_in

SHARED = Path(__file__).resolve().parents[2] / "shared" / "gold"
SLOTS = ("when", "due", "period")

DATELESS = (
    "The two ministers agreed to widen their cooperation in shipbuilding and in the training of pilots.",
    "Both sides welcomed the progress made and asked their officials to finish the text at an early date.",
    "A spokesman said that the talks had been useful and that the partnership rested on trust.",
    "The delegation toured the shipyard and met engineers who work on the joint frigate programme.",
    "दोनों मंत्रियों ने रक्षा उत्पादन में सहयोग बढ़ाने और पायलटों के प्रशिक्षण पर सहमति व्यक्त की।",
)
DATED = (
    "The agreement was signed on 9 October 2023 in the presence of the two defence ministers.",
    "The roadmap is expected to be finalised by the end of the year, an official of the ministry said.",
    "The two navies held their first joint exercise off the western coast last month.",
    "The minister will pay a three-day visit from Wednesday and meet his counterpart.",
    "दोनों पक्ष मार्च के अंत तक समझौते को अंतिम रूप देंगे, मंत्रालय ने सोमवार को कहा।",
)


def gold_files(folders: Iterable[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for folder in folders:
        for path in sorted(folder.glob("*.json")):
            yield path, json.loads(path.read_text("utf-8"))


def accepted(claim: dict[str, Any], slot: str) -> list[str]:
    """The dates that are right for a slot; empty where leaving it empty is the only answer."""
    values = claim.get(f"{slot}_any") or claim.get(slot) or []
    return [v for v in ([values] if isinstance(values, str) else values) if v]


def readings(mentions: Iterable[DateMention]) -> set[str]:
    """Every date that the mentions offer, with the stretches that durations make of days."""
    mentions = list(mentions)
    said = {v for m in mentions for v in (m.value, m.past, m.future) if v}
    lengths = {int(v[1:-1]) for v in said if v.startswith("P") and v.endswith("D")}
    days = {v for v in said if len(v) == 10}
    return said | {f"{d}/{date.fromisoformat(d) + timedelta(n - 1)}" for d in days for n in lengths if 0 < n < 100}


def check_gold(folders: Iterable[Path], wrong: bool) -> None:
    """Print the share of gold dates contained, by slot and by language."""
    total, hit = Counter[str](), Counter[str]()
    for path, gold in gold_files(folders):
        about = gold["document"]
        text = (path.parent / about["text"]).read_text("utf-8", "replace")
        anchor = about["date"]
        said = readings(dates_in(text, about["language"], anchor)) | {str(anchor)}
        for claim in gold["claims"]:
            for slot in SLOTS:
                right = accepted(claim, slot)
                if not right:
                    continue
                found = any(r in said for r in right)
                for key in (slot, about["language"], "all"):
                    total[key] += 1
                    hit[key] += found
                if wrong and not found:
                    print(f"{path.name} {anchor} {slot} {right}: {' | '.join(claim['quotes'])[:200]}", file=sys.stderr)
    for key in (*SLOTS, *sorted(set(total) - {*SLOTS, "all"}), "all"):
        print(f"{key:8} {hit[key]:4} of {total[key]:4}  {hit[key] / max(1, total[key]):.3f}")


def rate(sentences: tuple[str, ...], seconds: float = 1.0) -> float:
    """Sentences a second through ``dates_in``."""
    languages = ["hi" if "\u0900" <= s[0] <= "\u097f" else "en" for s in sentences]
    for sentence, language in zip(sentences, languages, strict=True):
        dates_in(sentence, language, "2024-11-19")
    done, begin = 0, time.process_time()
    while time.process_time() - begin < seconds:
        for sentence, language in zip(sentences, languages, strict=True):
            dates_in(sentence, language, "2024-11-19")
        done += len(sentences)
    return done / (time.process_time() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="print the gold dates that no mention has")
    parser.add_argument("--speed", action="store_true", help="time it on sentences with and without dates")
    parser.add_argument("gold", nargs="*", type=Path, default=[SHARED / "seeds", SHARED / "train" / "gold"])
    options = parser.parse_args()
    if options.speed:
        print(f"without a date {rate(DATELESS):9.0f} sentences/s (floor 15000)")
        print(f"with a date    {rate(DATED):9.0f} sentences/s (floor 4000)")
    check_gold(options.gold, options.wrong)


if __name__ == "__main__":
    main()
