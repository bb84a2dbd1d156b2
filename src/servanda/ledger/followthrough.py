"""Was it kept? The status of an undertaking, by a named rule and with its evidence.

Status follows from the history, from when anybody looked, and from the day asked
about. Silence is never "not kept": that needs somebody who says so. Doubtful claims
count for nothing here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from servanda.codebook import rung
from servanda.ledger.days import gap, stretch
from servanda.ledger.lifecycle import promised, reached
from servanda.ledger.records import Filed, History, Status, StatusName, Step
from servanda.model import Kind, Stage

SOON = 30  # days before a due date
SILENCE = 365  # days without a report

# The stages at which an undertaking of a kind is kept: a text once concluded, a meeting once held,
# a standing co-operation or post once it is there.
KEPT_AT: dict[Kind, tuple[Stage, ...]] = {
    Kind.INSTRUMENT: (Stage.SIGNED, Stage.ACTIVE, Stage.DONE),
    Kind.MEETING: (Stage.DONE,),
    Kind.EXERCISE: (Stage.DONE,),
    Kind.PROJECT: (Stage.DONE,),
    Kind.TRADE: (Stage.DONE,),
    Kind.EXCHANGE: (Stage.ACTIVE, Stage.DONE),
    Kind.TRAINING: (Stage.DONE,),
    Kind.INSTITUTION: (Stage.ACTIVE, Stage.DONE),
    Kind.OPERATION: (Stage.DONE,),
    Kind.COOPERATION: (Stage.ACTIVE, Stage.DONE),
}


@dataclass(frozen=True, slots=True)
class Watch:
    """When the parties were looked at: the last day of any report about them or look for one, by ``as_of``."""

    last: str | None = None

    def since(self, day: str) -> bool:
        return self.last is not None and self.last > day


def status(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None = None) -> Status:
    """Return the status of an undertaking on the day ``as_of``.

    ``successor`` names a later undertaking that took its place.
    """
    for rule in (unconfirmed, ended, superseded, fulfilled, denied, past_due, coming_due, gone_silent):
        found = rule(kind, history, watch, as_of, successor)
        if found is not None:
            name, key, because, evidence = found
            return Status(name, key, because, tuple(evidence), as_of)
    return Status(StatusName.OPEN, "under way", "No due date has passed and nothing settles it.", (), as_of)


Found = tuple[StatusName, str, str, Iterable[Filed]] | None


def unconfirmed(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None) -> Found:
    if history.stage is not None:
        return None
    return StatusName.OPEN, "unconfirmed", "Only doubtful claims speak of it; accept one to let it count.", ()


def ended(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None) -> Found:
    if history.stage is not Stage.ENDED or successor is not None:
        return None
    step = last_step(history, (Stage.ENDED,))
    before = reached(history.steps, KEPT_AT[kind])
    if before is not None and before.day < step.day:
        return (
            StatusName.KEPT,
            "kept, then ended",
            f"Reached {before.stage} by {before.day}; ended by {step.day}.",
            before.evidence,
        )
    return StatusName.DROPPED, "ended", f"Reported as ended by {step.day}.", step.evidence


def superseded(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None) -> Found:
    if successor is None or history.stage is None or rung(history.stage) >= rung(Stage.SIGNED):
        return None
    return StatusName.SUPERSEDED, "a later one took its place", f"“{successor}” took its place.", last_evidence(history)


def fulfilled(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None) -> Found:
    """Kept at the first step that fulfils it; late where that is past the first due date stated before."""
    step = reached(history.steps, kept_at(kind, history))
    if step is None or history.stage in (Stage.STALLED, Stage.ENDED):
        return None
    if missing := left_out(history, step):
        return (
            StatusName.PARTLY_KEPT,
            "part of the items",
            f"{step.stage} by {step.day} without: {', '.join(missing)}.",
            step.evidence,
        )
    before = promised(history.steps)
    if before is None or before.day > step.day:
        return (
            StatusName.KEPT,
            "reported as kept",
            f"{step.stage.capitalize()} by {step.when or step.day}; no report announced it before.",
            step.evidence,
        )
    first = history.dues[0] if history.dues else None
    evidence = (*before.evidence[:1], *step.evidence)
    if first is not None and first.reported <= step.day and (late := days_late(step, first.last)):
        return (
            StatusName.KEPT_LATE,
            "after the first due date",
            f"{step.stage.capitalize()} by {step.when or step.day}, {late} days after {first.due}.",
            evidence,
        )
    return (
        StatusName.KEPT,
        "reached",
        f"{before.stage.capitalize()} by {before.day}, {step.stage} by {step.when or step.day}.",
        evidence,
    )


def kept_at(kind: Kind, history: History) -> tuple[Stage, ...]:
    """Return the stages that keep an undertaking: of a contract due to be signed, signing does."""
    due = history.dues[-1].said_by if history.dues else None
    said = " ".join(q.words for q in due.claim.quotations).casefold() if due else ""
    return KEPT_AT[Kind.INSTRUMENT] if any(word in said for word in words_of("signing")) else KEPT_AT[kind]


def days_late(step: Step, due_last: str) -> int:
    """Return how many days the step surely came after a due date; a vague date is given the benefit."""
    when = stretch(step.when) if step.when else stretch(step.day)
    first = when[0] if when[0] is not None else when[1]
    due = stretch(due_last)[1]
    return 0 if first is None or due is None else max(0, first - due)


def left_out(history: History, step: Step) -> tuple[str, ...]:
    """Return the items promised but not among those done, where both name two or more, or one of several."""
    wanted = {
        item.casefold(): item
        for s in history.steps
        if s.firm and rung(s.stage) <= rung(Stage.AGREED)
        for f in s.evidence
        for item in f.claim.items
    }
    got = {
        item.casefold()
        for s in history.steps
        if s.firm and s.stage is step.stage
        for f in s.evidence
        for item in f.claim.items
    }
    if len(wanted) < 2 or not got or not got < wanted.keys():
        return ()
    return tuple(sorted(name for key, name in wanted.items() if key not in got))


@cache
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a list: "denials" say that something was not kept, "signing" that a signature is due."""
    told = tomllib.loads(files("servanda.ledger").joinpath(f"{name}.toml").read_text("utf-8"))
    return tuple(word.casefold() for word in told[name])


def says_not_kept(filed: Filed) -> bool:
    said = " ".join(q.words for q in filed.claim.quotations).casefold()
    return any(word in said for word in words_of("denials"))


def denied(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None) -> Found:
    if not history.dues:
        return None
    due = history.dues[-1].last
    for step in reversed(history.steps):
        for filed in step.evidence:
            if filed.firm and filed.card.day > due and says_not_kept(filed):
                return (
                    StatusName.NOT_KEPT,
                    "somebody says so",
                    f"Due {history.dues[-1].due}; a report of {filed.card.day} says that it was not kept.",
                    (filed,),
                )
    return None


def past_due(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None) -> Found:
    if not history.dues or history.dues[-1].last >= as_of:
        return None
    due = history.dues[-1]
    evidence = (due.said_by,) if due.said_by else ()
    if watch.since(due.last):
        return (
            StatusName.OVERDUE,
            "due date passed, watched since",
            f"Due {due.due}; looked at last on {watch.last}, no report that it was kept.",
            evidence,
        )
    return (
        StatusName.UNWATCHED,
        "due date passed, nothing read since",
        f"Due {due.due}; nothing about these parties was read after it.",
        evidence,
    )


def coming_due(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None) -> Found:
    if not history.dues:
        return None
    due = history.dues[-1]
    evidence = (due.said_by,) if due.said_by else ()
    left = gap(stretch(as_of), stretch(due.last))
    if left <= SOON:
        return StatusName.DUE_SOON, "due within a month", f"Due {due.due}, in {left} days.", evidence
    return StatusName.OPEN, "due later", f"Due {due.due}.", evidence


def gone_silent(kind: Kind, history: History, watch: Watch, as_of: str, successor: str | None) -> Found:
    """No due date and no report for a year, while the parties were read about within that year."""
    last = max((f.card.day for s in history.steps if s.firm for f in s.evidence), default="")
    if not last or gap(stretch(last), stretch(as_of)) <= SILENCE or last >= as_of:
        return None
    if watch.last is None or gap(stretch(last), stretch(watch.last)) <= SILENCE:
        return None
    return (
        StatusName.SILENT,
        "no report for a year, while watched",
        f"Last reported {last}; its parties were looked at on {watch.last}.",
        last_evidence(history),
    )


def last_step(history: History, stages: Sequence[Stage]) -> Step:
    return next(s for s in reversed(history.steps) if s.firm and s.stage in stages)


def last_evidence(history: History) -> tuple[Filed, ...]:
    firm = [s for s in history.steps if s.firm]
    return firm[-1].evidence[:1] if firm else ()
