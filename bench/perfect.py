"""Perfect answers put in one by one: what the figures would be were one step of the extractor infallible.

The steps are keep or drop, whose, kind, stage and same or different. Where a step is perfect, the gold's
answer stands in its place for every candidate that stands for a gold claim; the others stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gold import gold_document
from scoring import gold, scorer
from servanda.cli.records import extracted_record
from servanda.extracting import extractor
from servanda.extracting.candidates import Candidate
from servanda.extracting.linear import Weights
from servanda.extracting.merging import Thing, things
from servanda.extracting.stages import settle_stage
from servanda.extracting.weighing import weigh
from servanda.model import Claim, Document, Kind, Stage
from train import Labelled, repeats_claim

Trained = Mapping[str, Weights]
STEPS = ("keep", "parties", "kind", "stage", "merge")
TABLE = ((), *((s,) for s in STEPS), ("keep", "parties"), ("keep", "parties", "kind"), ("keep", "merge"), STEPS)


def labelled(file: Path) -> Labelled:
    document = gold_document(file)
    assert document is not None
    return Labelled(document)


def corrected(d: Labelled, found: list[Candidate], steps: tuple[str, ...]) -> list[int]:
    """Put the gold's answers into candidates; return the places of those that are kept."""
    for i, c in enumerate(found):
        claim = d.truth(i)
        if claim is not None and "kind" in steps and c.kind not in claim.kinds:
            c.kind = Kind(claim.kinds[0])
        if claim is not None and "parties" in steps and claim.parties and c.parties not in claim.parties:
            c.parties = claim.parties[0]
        if "keep" in steps:
            c.keep = float(claim is not None and c.kind in claim.kinds)
    return [i for i, c in enumerate(found) if c.keep >= extractor.CONSIDER and c.parties]


def place(c: Candidate) -> tuple[int, int, str]:
    return c.head.start, c.head.stop, c.head.entry.id


def aligned(d: Labelled, found: list[Candidate]) -> list[Candidate]:
    """Every candidate of the document as judged; those left out as hopeless as they were, with no chance."""
    judged = {place(c): c for c in found}
    return [judged.get(place(c), c) for c in d.candidates]


def stage_corrected(d: Labelled, i: int, c: Candidate) -> None:
    claim = d.truth(i)
    if claim is not None and claim.stages[0] and c.stage not in claim.stages:
        c.stage = Stage(claim.stages[0])
        c.stages = {c.stage: 1.0}


def thing_of(d: Labelled, found: list[Candidate], i: int) -> object:
    """The gold claim that a candidate stands for or most likely repeats; else itself alone."""
    if i in d.claim_of:
        return d.claim_of[i]
    return next((d.claim_of[j] for j in d.claim_of if repeats_claim(found[j], found[i])), ("alone", i))


def gathered(d: Labelled, found: list[Candidate], kept: list[int]) -> list[Thing]:
    groups: dict[object, Thing] = {}
    for i in kept:
        groups.setdefault(thing_of(d, found, i), Thing()).members.append(found[i])
    return list(groups.values())


def claims_with(d: Labelled, trained: Trained, steps: tuple[str, ...]) -> Iterator[Claim]:
    """Yield a document's claims with some steps made perfect."""
    g = d.document
    document = Document(text=g.text, title=g.title, date=g.date, language=g.language)
    if len(d.setting.reading.weight) < 2:
        return
    found = aligned(d, extractor.judged(d.setting, trained))
    kept = corrected(d, found, steps)
    for i in kept:
        settle_stage(found[i], trained, g.text)
        if "stage" in steps:
            stage_corrected(d, i, found[i])
        extractor.describe_phrase(found[i], d.setting)
    made = (
        gathered(d, found, kept)
        if "merge" in steps
        else things([found[i] for i in kept], g.text, trained.get("same", {}))
    )
    if "keep" not in steps:
        weigh(made, trained.get("told", {}))
    yield from (extractor.claim_of(t, d.setting, document, document.id) for t in made if t.worth >= extractor.KEEP)


class Table:
    """Totals for each row of the table, over documents and models."""

    def __init__(self, shared: Path) -> None:
        self.score = scorer(shared)
        self.totals: dict[tuple[str, ...], dict[str, Any]] = {steps: {} for steps in TABLE}

    def add(self, file: Path, d: Labelled, trained: Trained) -> None:
        path = str(gold(file)[1])
        for steps, total in self.totals.items():
            made = extracted_record(path, None, claims_with(d, trained, steps), ())
            self.score.add(total, self.score.score(file, made | {"document": {}}, None))

    def rows(self) -> list[tuple[str, dict[str, Any]]]:
        """Return (what was perfect, the scorer's rates) for each row."""
        return [(" + ".join(steps) or "as it is", self.score.rates(t)) for steps, t in self.totals.items()]
