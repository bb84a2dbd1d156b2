"""Train the models that choose a claim's dates and people among those of its sentences.

    python bench/choosers.py [--write]

They learn from things that models which have not seen the document have told, so that what they meet when a text
is read is what they learnt from. With --write only their keys, "date" and "person", change in
``extracting/weights.json``; ``bench/train.py --write`` fits them with all the others.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from scipy.optimize import linear_sum_assignment

from gold import GoldClaim, accepted
from scoring import scorer
from servanda.extracting import extractor
from servanda.extracting.choosing import Option, Values, date_options, members_of, people_options
from servanda.extracting.linear import Weights, models
from servanda.extracting.merging import Thing
from servanda.extracting.phrases import evidence
from train import HERE, SHARED, Labelled, fit_binary, pairing, read_sources, sources, train_candidates, weighted

STRENGTH = {"date": 0.06, "person": 0.04}
Rows = tuple[list[list[str]], list[int], list[float]]


def paired(d: Labelled, found: list[Thing]) -> Iterator[tuple[Thing, GoldClaim]]:
    """Yield the things that tell of a gold claim, with it; optional claims are left out."""
    claims = d.document.claims
    worth = [[pairing(t, g, d) for g in claims] for t in found]
    if found and claims:
        for i, j in zip(*linear_sum_assignment(worth, maximize=True), strict=True):
            if worth[i][j] > 0 and not claims[j].optional:
                yield found[i], claims[j]


def is_date_of(o: Option, claim: GoldClaim) -> int | None:
    return int(o.value in accepted(claim.data, o.slot))


def is_person_of(o: Option, claim: GoldClaim) -> int | None:
    """1 for one of the gold's people, 0 for another, None for one of an alternative only or where the gold is mute."""
    if any(claim.data.get(slot, ()) is None for slot in ("persons", "persons_any")):
        return None
    lists = [names or [] for names in accepted(claim.data, "persons")]
    same = scorer(SHARED).same
    hits = [any(same("persons", name, o.value) for name in names) for names in lists]
    return 1 if hits[0] else None if any(hits) else 0


def ruled_slots(thing: Thing, d: Labelled) -> Values:
    """What the rules alone would put."""
    return extractor.ruled(thing, d.setting).values


def rows_of(d: Labelled, found: list[Thing], dates: Rows, people: Rows) -> None:
    """Add a document's options, each with what it is, to the rows of both models."""
    for thing, claim in paired(d, found):
        read, stage = members_of(thing.lead, thing.members), extractor.stage_of(thing)
        reading, ruled = d.setting.reading, ruled_slots(thing, d)
        quotes = [evidence(c, c.phrase, reading) for c in read]
        for o in date_options(read, stage, reading, ruled):
            add(dates, o, is_date_of(o, claim), d.weight)
        for o in people_options(read, stage, reading, d.setting.cast, ruled, quotes):
            add(people, o, is_person_of(o, claim), d.weight)


def add(rows: Rows, option: Option, label: int | None, weight: float) -> None:
    if label is not None:
        for column, value in zip(rows, (option.features, label, weight), strict=True):
            column.append(value)  # type: ignore[arg-type]


def fit_choosers(documents: list[Labelled], told: Weights, parts: int = 2) -> dict[str, dict[str, float]]:
    """Return the models "date" and "person"; ``told`` weighs the things that are told."""
    dates: Rows = ([], [], [])
    people: Rows = ([], [], [])
    for part in range(parts):
        learnt = train_candidates([d for i, d in enumerate(documents) if i % parts != part]) | {"told": dict(told)}
        for d in documents[part::parts]:
            if len(d.setting.reading.weight) > 1:
                found = [t for t in extractor.told(d.setting, learnt) if t.worth >= extractor.KEEP]
                extractor.settle_stages(found, learnt, d.document.text)
                rows_of(d, found, dates, people)
    made = {}
    for name, (lists, labels, weights) in (("date", dates), ("person", people)):
        made[name] = fit_binary(lists, labels, STRENGTH[name], weights)
        print(f"{name}: {len(labels)} options, {sum(labels)} right, {len(made[name])} weights")
    return made


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--shared", type=Path, default=SHARED)
    ap.add_argument("--write", action="store_true")
    args = ap.parse_args()
    documents = [Labelled(g) for g in read_sources(sources(args.shared), args.shared)]
    made = fit_choosers(weighted(documents, args.shared), models().get("told", {}))
    if args.write:
        target = HERE.parent / "src/servanda/extracting/weights.json"
        whole = json.loads(target.read_text("utf-8")) | made
        target.write_text(json.dumps(whole, ensure_ascii=False, indent=0, sort_keys=True), "utf-8")


if __name__ == "__main__":
    main()
