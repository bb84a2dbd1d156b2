"""Fold the claims of one undertaking into its history.

A history is a pure function of its claims: the same claims in any order give the same
history. Nothing here reads the clock or the store. A report that would take a thing
back ("still negotiating" after "signed") is a conflict shown, never a regression.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from servanda.codebook import LADDER, rung
from servanda.ledger.days import Stretch, gap, known, last_day, length, stretch
from servanda.ledger.records import Conflict, DueDate, Filed, History, Judgement, Step
from servanda.model import Kind, Stage

BESIDE = (Stage.STALLED, Stage.ENDED)
LOOSE = frozenset({Kind.COOPERATION, Kind.EXCHANGE, Kind.TRAINING})
SAME_STEP = 31  # days within which one stage's reports without a date of their own are one step
TO_COME = frozenset(LADDER[: rung(Stage.AGREED) + 1])
CONCLUDED = rung(Stage.SIGNED)
Placed = tuple[Filed, Stretch, str]  # a claim, its own date, and the day that it tells of


def history(claims: Iterable[Filed], dues: Iterable[Judgement] = ()) -> History:
    """Return the steps, the stage now, the due dates as restated, and where documents disagree.

    ``dues`` are judgements that set a due date. Doubtful claims appear as steps that are
    not firm, and decide nothing.
    """
    ordered = sorted(claims, key=order)
    steps = steps_of(ordered)
    return History(
        steps=steps,
        stage=stage_of(steps),
        dues=due_dates(ordered, sorted(dues, key=lambda j: (j.at, j.id))),
        conflicts=(*date_conflicts(steps), *stage_conflicts(steps), *due_conflicts(ordered)),
        independent=independent(ordered),
    )


def order(filed: Filed) -> tuple[str, int, str, str]:
    """Return the place of a claim in time: its own date, else its report's; then the stage's rung, then ids."""
    return (day_of(filed), rung(filed.claim.stage), filed.card.day, filed.id)


def day_of(filed: Filed) -> str:
    """Return the ISO day on which the claim's stage was reached, as far as is known.

    The last day that ``when`` may mean, but no later than the report: who reports in March
    that something happened this year speaks of March at the latest.
    """
    last = last_day(filed.claim.when)
    return min(last, filed.card.day) if last and filed.card.day else last or filed.card.day


def steps_of(ordered: Sequence[Filed]) -> tuple[Step, ...]:
    """Return the stages reached; reports of one stage at one date are one step with several evidences."""
    by_stage: dict[tuple[Stage, bool], list[list[Placed]]] = defaultdict(list)
    for filed in ordered:
        groups, placed = by_stage[filed.claim.stage, filed.firm], (filed, stretch(filed.claim.when), day_of(filed))
        home = next((group for group in groups if one_step(group, placed)), None)
        if home is None:
            groups.append([placed])
        else:
            home.append(placed)
    made = [step_from([filed for filed, _, _ in group]) for groups in by_stage.values() for group in groups]
    return tuple(sorted(made, key=lambda s: (s.day, rung(s.stage), s.reported, s.evidence[0].id)))


def one_step(group: Sequence[Placed], placed: Placed) -> bool:
    """True where a report can be of the same moment as all of a group; undated reports join the moment before them."""
    filed, ours, day = placed
    once = settled(filed.claim.stage)
    for _, theirs, other in group:
        if known(ours) and known(theirs):
            if gap(ours, theirs) > 1:
                return False
        elif not once and gap(stretch(day), stretch(other)) > SAME_STEP:
            return False
    return True


def settled(stage: Stage) -> bool:
    """True for stages that a thing reaches once: later reports without a date speak of the same moment."""
    return stage in (Stage.SIGNED, Stage.DONE, Stage.ENDED)


def step_from(group: Sequence[Filed]) -> Step:
    dated = [f.claim.when for f in group if f.claim.when]
    when = min(dated, key=lambda edtf: (length(stretch(edtf)) or 10**6, edtf), default=None)
    reported = min((f.card.day for f in group), default="")
    last = last_day(when)
    return Step(
        group[0].claim.stage, when, reported, min(last, reported) if last else reported, tuple(group), group[0].firm
    )


def stage_of(steps: Iterable[Step]) -> Stage | None:
    """Return how far the thing has come: the furthest rung, or where it stopped since.

    After a stop (stalled, ended) only a later step takes it up again.
    """
    now: Stage | None = None
    for step in steps:
        if not step.firm:
            continue
        if now is None or step.stage in BESIDE or now in BESIDE or rung(step.stage) > rung(now):
            now = step.stage
    return now


def date_conflicts(steps: Sequence[Step]) -> Iterable[Conflict]:
    """Yield pairs of reports that give one concluding stage two dates that cannot both hold."""
    for stage in (Stage.SIGNED, Stage.DONE):
        dated = [f for s in steps if s.stage is stage and s.firm for f in s.evidence if known(stretch(f.claim.when))]
        for one, other in distinct(dated):
            if gap(stretch(one.claim.when), stretch(other.claim.when)) > 1:
                yield Conflict("date", one, other, f"{stage} on {one.claim.when} or on {other.claim.when}")


def distinct(dated: Sequence[Filed]) -> Iterable[tuple[Filed, Filed]]:
    """Pair the first claim with the first of each other date, from other documents."""
    seen: set[str | None] = set()
    for other in dated:
        if other.claim.when not in seen and seen and other.card.text != dated[0].card.text:
            yield dated[0], other
        seen.add(other.claim.when)


def stage_conflicts(steps: Sequence[Step]) -> Iterable[Conflict]:
    """Yield reports that speak of a concluded thing as unfinished, with the report that concluded it."""
    done: Filed | None = None
    for step in steps:
        first = step.evidence[0]
        if not step.firm or first.claim.kind in LOOSE or step.stage in BESIDE:
            done = None if step.stage in BESIDE else done
            continue
        if rung(step.stage) >= CONCLUDED:
            done = done or first
        elif done is not None and first.card.text != done.card.text:
            yield Conflict(
                "stage", done, first, f"{done.claim.stage} by {day_of(done)}, yet {step.stage} by {step.day}"
            )


def due_conflicts(ordered: Sequence[Filed]) -> Iterable[Conflict]:
    """Yield reports by which a thing was due before it was agreed: one of their two dates cannot hold."""
    for filed in ordered:
        if not filed.claim.due or not filed.firm or filed.claim.stage not in TO_COME:
            continue
        agreed, last = stretch(filed.claim.when)[0], stretch(filed.claim.due)[1]
        if agreed is not None and last is not None and last < agreed:
            words = f"due {filed.claim.due}, before it was {filed.claim.stage} on {filed.claim.when}"
            yield Conflict("due", filed, filed, words)


def due_dates(ordered: Sequence[Filed], judged: Sequence[Judgement]) -> tuple[DueDate, ...]:
    """Return every due date as it was stated, in the order of the reports.

    A restatement after the fact does not count.
    """
    said: list[tuple[str, str, str, Filed | None, str | None]] = []
    for filed in ordered:
        last = last_day(filed.claim.due)
        if filed.firm and filed.claim.due and last and filed.claim.stage is not Stage.DONE:
            said.append((filed.card.day, last, filed.claim.due, filed, None))
    for judgement in judged:
        last = last_day(judgement.value)
        if judgement.value and last:
            said.append((judgement.at[:10], last, judgement.value, None, judgement.id))
    made: list[DueDate] = []
    for day, last, due, by, judged_by in sorted(
        said, key=lambda s: (s[0], s[1], s[2], s[3].id if s[3] else s[4] or "")
    ):
        if not made or made[-1].due != due or judged_by:
            made.append(DueDate(due, day, last, slip_of(made[-1], due, last) if made else None, by, judged_by))
    return tuple(made)


def slip_of(before: DueDate, due: str, last: str) -> int:
    """Return the days by which a restated due date lies later (earlier where negative).

    0 where it only says it more exactly.
    """
    if narrows(before.due, due):
        return 0
    return gap(stretch(before.last), stretch(last)) * (1 if last >= before.last else -1)


def narrows(before: str, after: str) -> bool:
    """True where a later statement only says the same date more exactly ("2025", then "2025-11")."""
    outer, inner = stretch(before), stretch(after)
    return None not in (*outer, *inner) and outer[0] <= inner[0] and inner[1] <= outer[1]  # type: ignore[operator]


def independent(claims: Iterable[Filed]) -> int:
    """Count publishers that tell it in words of their own: each text once, each publisher once.

    Of texts whose publisher nobody knows, nobody knows whether they are independent: all together count as one.
    """
    first: dict[str, Filed] = {}
    for filed in sorted(claims, key=lambda f: (f.card.day, f.card.id)):
        first.setdefault(filed.card.text or filed.card.id, filed)
    return len({f.card.publisher or host(f.card.url) for f in first.values()})


def host(url: str | None) -> str | None:
    """Return the host of an address without "www.", None where there is no address."""
    if not url or "//" not in url:
        return None
    return url.split("//", 1)[1].split("/", 1)[0].removeprefix("www.") or None


def reached(steps: Iterable[Step], stages: Iterable[Stage]) -> Step | None:
    """Return the first firm step at one of these stages, by its day."""
    wanted = set(stages)
    return next((s for s in steps if s.firm and s.stage in wanted), None)


def promised(steps: Iterable[Step]) -> Step | None:
    """Return the first firm step that speaks of the thing as still to come."""
    return next((s for s in steps if s.firm and s.stage in TO_COME), None)
