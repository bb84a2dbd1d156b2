"""One claim for one thing: what two pieces, two answers or two extractors said of it.

Invariant: joining loses no evidence that stands apart, and promotes no stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from servanda.asking.checking import plain_words
from servanda.codebook import rung
from servanda.model import Claim, Quotation

FINER = ("form", "by", "orgs", "persons", "items", "domains", "when", "due", "period", "where", "under", "source")
ALIKE = 0.5  # share of title words, and of the shorter quotation, that two accounts of one thing have in common
SURE = 0.62


def shared(a: Iterable[Quotation], b: Iterable[Quotation]) -> float:
    """Return how much of the shorter of two quotations the two have in common, at best."""
    other = list(b)
    pairs = ((x, y) for x in a for y in other)
    return max(
        (
            max(0, min(x.stop, y.stop) - max(x.start, y.start)) / min(x.stop - x.start, y.stop - y.start)
            for x, y in pairs
        ),
        default=0.0,
    )


def titles(a: Claim, b: Claim) -> float:
    """Return the share of words that two titles have in common."""
    one, other = plain_words(a.title), plain_words(b.title)
    return len(one & other) / len(one | other) if one | other else 0.0


def together(a: Sequence[Quotation], b: Sequence[Quotation]) -> tuple[Quotation, ...]:
    """Return the quotations of both, without those that meet an earlier one."""
    kept = list(a)
    for quotation in b:
        if not any(quotation.span.meets(other.span) for other in kept):
            kept.append(quotation)
    return tuple(kept)


def twice(a: Claim, b: Claim) -> bool:
    """True where two claims are one: the same answer again, or the same thing in the overlap of two pieces."""
    if (a.kind, a.parties, a.stage) != (b.kind, b.parties, b.stage) or (a.when and b.when and a.when != b.when):
        return False
    return a.title.casefold() == b.title.casefold() or (
        shared(a.quotations, b.quotations) >= ALIKE and titles(a, b) > ALIKE
    )


def distinct(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims with those that are one joined, in the order in which they stand in the text."""
    kept: list[Claim] = []
    for claim in claims:
        place = next((n for n, other in enumerate(kept) if twice(other, claim)), None)
        if place is None:
            kept.append(claim)
        else:
            kept[place] = filled(kept[place], claim)
    return sorted(kept, key=lambda c: (c.quotations[0].start, c.id))


def filled(first: Claim, second: Claim) -> Claim:
    """Return the first claim with the quotations of both and with what only the second says."""
    more = {slot: value for slot in FINER if not getattr(first, slot) and (value := getattr(second, slot))}
    if first.when or first.due:
        more.pop("when", None), more.pop("due", None)
    review, confidence = first.review and second.review, max(first.confidence, second.confidence)
    slots = {**second.slots, **first.slots}
    return replace(
        first,
        quotations=together(first.quotations, second.quotations),
        review=review,
        confidence=confidence,
        slots=slots,
        **more,
    )


def agreed(rules: Sequence[Claim], model: Sequence[Claim], name: str, heard: bool = True) -> list[Claim]:
    """Return what the rules and a model say: once where both say it, marked where only one does.

    A model that was not heard to the end (``heard`` is false) contradicts nothing by silence.
    """
    pairs = sorted(
        ((likeness(a, b), i, j) for i, a in enumerate(rules) for j, b in enumerate(model) if likeness(a, b) > 0),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    other: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in pairs:
        if i not in taken and j not in other:
            other[j] = i
            taken.add(i)
    made = [both(rules[other[j]], b, name) if j in other else alone(b, f"{name} says") for j, b in enumerate(model)]
    made += [alone(a, "the rules say") if heard else a for i, a in enumerate(rules) if i not in taken]
    return sorted(made, key=lambda c: (c.quotations[0].start, c.id))


def likeness(a: Claim, b: Claim) -> float:
    """Return how surely two accounts are of one thing; 0 where kind, parties or evidence differ."""
    evidence = shared(a.quotations, b.quotations)
    if a.kind is not b.kind or not set(a.parties) & set(b.parties) or evidence < ALIKE:
        return 0.0
    return evidence + titles(a, b) + (a.parties == b.parties) + 0.5 * (a.stage is b.stage)


def both(rule: Claim, model: Claim, name: str) -> Claim:
    """Return one claim of two accounts: the model's, with what only the rules say; where they differ it is doubtful."""
    made = filled(model, rule)
    differ = {
        slot: f"the rules say {shown(getattr(rule, slot))}, {name} says {shown(getattr(model, slot))}"
        for slot in ("parties", "stage")
        if getattr(rule, slot) != getattr(model, slot)
    }
    lower = rule.stage if "stage" in differ and 0 <= rung(rule.stage) < rung(model.stage) else model.stage
    doubted = model.review or bool(differ)
    sure = 1 - (1 - rule.confidence) * (1 - model.confidence)
    because = {**model.because, **differ, "agreement": f"the rules and {name} say this"}
    confidence = round(min(rule.confidence, model.confidence) if doubted else sure, 3)
    return replace(made, stage=lower, confidence=confidence, review=doubted, extractor=f"rules+{name}", because=because)


def shown(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def alone(claim: Claim, who: str) -> Claim:
    """Return a claim that only one extractor makes, less sure and marked."""
    confidence = round(claim.confidence * 0.9, 3)
    return replace(
        claim,
        confidence=confidence,
        review=claim.review or confidence < SURE,
        because={**claim.because, "agreement": f"only {who} this"},
    )
