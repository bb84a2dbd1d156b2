"""What people decided, replayed over the claims as they now are.

A judgement is anchored to words of a document, so that it holds when a newer extractor
gives the claim another id. Where two judgements contradict each other the later one
holds, and the earlier is reported as a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from servanda.codebook import codebook, forms
from servanda.ledger.days import known, stretch
from servanda.ledger.records import Anchor, Filed, Judgement
from servanda.ledger.rows import TUPLES, WORDS
from servanda.model import Claim, Kind, Stage, digest
from servanda.problems import Problem, QueryError

VERBS = {"same": 2, "different": 2, "accept": 1, "reject": 1, "correct": 1, "due": 1, "note": 1, "owner": 1, "next": 1}
WRITTEN = {"note": "the words of the note", "owner": "who follows it up", "next": "what is to be done next"}
MACHINE = "llm/"  # how the name of a judge begins that is no person
DATES = ("when", "due", "period")
SLOTS = ("kind", "stage", "title", "parties", *TUPLES, *WORDS)


@dataclass(slots=True)
class Rulings:
    """Judgements in force, by the ids of the claims that they now stand on."""

    together: list[tuple[str, str]] = field(default_factory=list)
    apart: list[tuple[str, str]] = field(default_factory=list)
    accepted: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    corrections: dict[str, dict[str, Judgement]] = field(default_factory=dict)
    dues: dict[str, list[Judgement]] = field(default_factory=dict)
    notes: dict[str, list[Judgement]] = field(default_factory=dict)
    owners: dict[str, list[Judgement]] = field(default_factory=dict)
    nexts: dict[str, list[Judgement]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def anchor(claim: Claim, claim_id: str) -> Anchor:
    return Anchor(claim_id, claim.document, tuple((q.start, q.stop) for q in claim.quotations), claim.kind)


def judgement(
    verb: str, on: Sequence[Anchor], by: str, at: str, why: str = "", slot: str | None = None, value: str | None = None
) -> Judgement:
    """Return a judgement, checked. Raises QueryError saying what is wanted."""
    if verb not in VERBS:
        raise QueryError(f"{verb}: no such judgement. Use one of: {', '.join(VERBS)}.")
    if len(on) != VERBS[verb] or len({a.claim for a in on}) != len(on):
        raise QueryError(f"{verb}: needs {VERBS[verb]} different claims or entries, got {len({a.claim for a in on})}.")
    checked = check_value(verb, slot, value)
    made_id = digest("judgement", verb, *sorted(a.claim for a in on), slot, checked, by, at)
    return Judgement(made_id, verb, tuple(on), by, at, why, slot, checked)


def check_value(verb: str, slot: str | None, value: str | None) -> str | None:
    """Return the value in the form in which it is kept."""
    if verb == "due" and (not value or not known(stretch(value))):
        raise QueryError(f"due: {value!r} is not a date. Write one like 2025-12-31, 2025-12 or 2025.")
    if verb in WRITTEN and not (value or "").strip():
        raise QueryError(f"{verb}: is empty. Write {WRITTEN[verb]}.")
    if verb != "correct":
        return value
    if slot not in SLOTS:
        raise QueryError(f"correct: {slot!r} is no slot. Use one of: {', '.join(SLOTS)}.")
    if value and slot in DATES and not known(stretch(value)):
        raise QueryError(f"correct {slot}: {value!r} is not a date. Write one like 2025-12-31, 2025-12 or 2025/2029.")
    allowed = {"kind": tuple(Kind), "stage": tuple(Stage), "form": tuple(f for kind in Kind for f in forms(kind))}.get(
        slot
    )
    if slot == "domains":
        allowed, asked = tuple(codebook()["domains"]), split(value)
    else:
        asked = (value or "",)
    if allowed and (value or slot in ("kind", "stage")) and not set(asked) <= set(allowed):
        raise QueryError(f"correct {slot}: {value!r} is not in the codebook. Use one of: {', '.join(allowed)}.")
    if slot in ("title", "parties") and not (value or "").strip():
        raise QueryError(f"correct {slot}: may not be empty.")
    return value


def split(value: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (value or "").replace(";", ",").split(",") if part.strip())


def corrected(claim: Claim, slot: str, value: str | None) -> Claim:
    """Return the claim with one slot set; an empty value makes the slot absent."""
    made: Any = value or None
    if slot in (*TUPLES, "parties"):
        made = tuple(sorted(split(value))) if slot in ("parties", "domains") else split(value)
    elif slot in ("kind", "stage"):
        made = Kind(value or "") if slot == "kind" else Stage(value or "")
    changed: dict[str, Any] = {slot: made}
    return replace(claim, **changed)


def under_rulings(filed: Filed, rulings: Rulings) -> Filed | None:
    """Return the claim as judged: corrected, accepted, or None where it was rejected."""
    if filed.id in rulings.rejected:
        return None
    fixes = rulings.corrections.get(filed.id, {})
    claim = filed.claim
    for slot in sorted(fixes):
        claim = corrected(claim, slot, fixes[slot].value)
    firm = filed.firm or filed.id in rulings.accepted
    return (
        replace(filed, claim=claim, firm=firm, corrected={slot: fix.id for slot, fix in fixes.items()})
        if fixes or firm != filed.firm
        else filed
    )


def resolve(wanted: Anchor, claims: Mapping[str, Claim]) -> str | None:
    """Return the id of the claim on which a judgement now stands: by id, else the one that shares most of its words."""
    if wanted.claim in claims:
        return wanted.claim
    scored = [(overlap(wanted, claim), claim.kind == wanted.kind, claim_id) for claim_id, claim in claims.items()]
    best = max((s for s in scored if s[0] > 0), default=None, key=lambda s: (s[0], s[1], s[2]))
    return best[2] if best else None


def overlap(wanted: Anchor, claim: Claim) -> int:
    """Return how many code points of the anchor the claim's quotations cover."""
    if claim.document != wanted.document:
        return 0
    return sum(
        max(0, min(stop, q.stop) - max(start, q.start)) for start, stop in wanted.spans for q in claim.quotations
    )


def rulings(judged: Iterable[Judgement], at: Mapping[Anchor, str | None]) -> Rulings:
    """Return what holds of the judgements not withdrawn; ``at`` says where each anchor now stands.

    People's come before machines', later ones before earlier.
    """
    made = Rulings()
    in_force = sorted(
        (j for j in judged if j.withdrawn is None), key=lambda j: (not by_machine(j), j.at, j.id), reverse=True
    )
    bonds = Bonds()
    for judgement in in_force:
        on = [at.get(anchor) for anchor in judgement.on]
        if None in on or len(set(on)) != len(on):
            made.problems.append(
                problem(judgement, "the claim it was passed on is gone", "Withdraw it or judge again.")
            )
            continue
        apply(made, bonds, judgement, [claim for claim in on if claim])
    return made


def apply(made: Rulings, bonds: Bonds, judgement: Judgement, on: Sequence[str]) -> None:
    """Add one judgement to those in force, unless a later one contradicts it."""
    first = on[0]
    if judgement.verb in ("same", "different"):
        if not bonds.allow(first, on[1], judgement.verb == "same"):
            if not by_machine(judgement):
                made.problems.append(
                    problem(judgement, "contradicts a later judgement, which holds", "Withdraw one of the two.")
                )
            return
        (made.together if judgement.verb == "same" else made.apart).append((min(on), max(on)))
    elif judgement.verb in ("accept", "reject"):
        if first not in made.accepted and first not in made.rejected:
            (made.accepted if judgement.verb == "accept" else made.rejected)[first] = judgement.id
    elif judgement.verb == "correct" and judgement.slot:
        made.corrections.setdefault(first, {}).setdefault(judgement.slot, judgement)
    elif judgement.verb == "due":
        made.dues.setdefault(first, []).append(judgement)
    else:
        kept = {"owner": made.owners, "next": made.nexts}.get(judgement.verb, made.notes)
        kept.setdefault(first, []).append(judgement)


def by_machine(judgement: Judgement) -> bool:
    return judgement.by.startswith(MACHINE)


def problem(judgement: Judgement, what: str, advice: str) -> Problem:
    return Problem(
        f"judgement {judgement.id}",
        f"{judgement.verb} by {judgement.by} of {judgement.at[:10]} {what}.",
        "judgement",
        advice,
    )


class Bonds:
    """Claims judged the same, and the groups judged apart; refuses what would contradict."""

    def __init__(self) -> None:
        self.home: dict[str, str] = {}
        self.apart: list[tuple[str, str]] = []

    def root(self, claim: str) -> str:
        while (up := self.home.get(claim, claim)) != claim:
            claim = up
        return claim

    def allow(self, a: str, b: str, same: bool) -> bool:
        """Record that two claims are the same or not; False where the contrary already holds."""
        ours, theirs = self.root(a), self.root(b)
        if not same:
            if ours == theirs:
                return False
            self.apart.append((a, b))
            return True
        if any({self.root(x), self.root(y)} == {ours, theirs} for x, y in self.apart):
            return False
        self.home[max(ours, theirs)] = min(ours, theirs)
        return True
