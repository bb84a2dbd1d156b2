"""A new text against what is known: is each of its claims new, a repeat, an advance, a slip, a contradiction?

Each answer is a pure function of the new claim and the earlier claims of one
undertaking, and names the earlier claim whose quotation stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from servanda.codebook import rung
from servanda.ledger.clustering import candidate_pairs
from servanda.ledger.days import gap, known, stretch
from servanda.ledger.lifecycle import day_of, due_dates, order, slip_of, stage_of, steps_of
from servanda.ledger.matching import compare, same_sum
from servanda.ledger.profiles import profile
from servanda.ledger.records import DueDate, Filed, Match, Verdict
from servanda.ledger.words import AMOUNT, read_title
from servanda.model import Claim, Kind, Stage

CONCLUSIVE = (Stage.SIGNED, Stage.DONE)


class Novelty(StrEnum):
    NEW = "NEW"
    REPEAT = "REPEAT"
    ADVANCES = "ADVANCES"
    SLIPS = "SLIPS"
    CONTRADICTS = "CONTRADICTS"


@dataclass(frozen=True, slots=True)
class Compared:
    """What a claim adds. ``earlier`` is the claim to read beside it, ``entry`` where it belongs.

    ``maybe`` is an earlier claim that may be of the same, where none surely is.
    """

    claim: Filed
    novelty: Novelty
    words: str
    earlier: Filed | None = None
    entry: str | None = None
    match: Match | None = None
    maybe: Filed | None = None


def against(new: Filed, earlier: Sequence[Filed], entry: str | None = None, match: Match | None = None) -> Compared:
    """Return what a claim adds to the earlier claims of its undertaking (none: it is new)."""
    told = sorted((f for f in earlier if f.firm), key=order)
    if not told:
        return Compared(new, Novelty.NEW, "Nothing earlier speaks of it.", None, entry, match)
    before = [f for f in told if not new.card.day or f.card.day <= new.card.day]
    if not before:
        words = f"Older than what is known of it: told since, first on {min(f.card.day for f in told)}."
        return Compared(new, Novelty.REPEAT, words, told[0], entry, match)
    for rule in (contradicts, slips, advances, details):
        found = rule(new, before)
        if found is not None:
            novelty, words, beside = found
            return Compared(new, novelty, words, beside, entry, match)
    texts = {f.card.text for f in before}
    first = min(before, key=lambda f: (f.card.day, f.id))
    said = f"Said {len(texts)} time{'s' if len(texts) != 1 else ''} before, first on {first.card.day}."
    return Compared(new, Novelty.REPEAT, f"{said} This is announcement {len(texts) + 1}.", first, entry, match)


Found = tuple[Novelty, str, Filed] | None


def contradicts(new: Filed, before: Sequence[Filed]) -> Found:
    """Another date for a stage reached once, another sum, or a concluded thing spoken of as unfinished.

    What is signed may be due for more; a text that is to be signed, though it is, is not.
    """
    stage, when = new.claim.stage, stretch(new.claim.when)
    for old in before:
        same = stage in CONCLUSIVE and old.claim.stage is stage
        if same and known(when) and known(stretch(old.claim.when)) and gap(when, stretch(old.claim.when)) > 1:
            return Novelty.CONTRADICTS, f"{stage} on {new.claim.when}; earlier: on {old.claim.when}.", old
    done = next((f for f in before if rung(f.claim.stage) >= rung(Stage.SIGNED) and day_of(f) <= day_of(new)), None)
    to_come = not new.claim.due or new.claim.kind is Kind.INSTRUMENT
    if done is not None and 0 <= rung(stage) < rung(Stage.SIGNED) and to_come:
        due = f", due {new.claim.due}" if new.claim.due else ""
        return Novelty.CONTRADICTS, f"{stage}{due}, though {done.claim.stage} by {day_of(done)}.", done
    return another_sum(new, before)


def another_sum(new: Filed, before: Sequence[Filed]) -> Found:
    """A sum that none of the earlier reports that name one agrees with."""
    sums = read_title(new.claim.title).amounts
    named = [f for f in before if read_title(f.claim.title).amounts]
    if not sums or not named or any(same_sum(sums, read_title(f.claim.title).amounts) for f in named):
        return None
    old = named[-1]
    return Novelty.CONTRADICTS, f"{sums_in(new.claim)}; earlier: {sums_in(old.claim)}.", old


def sums_in(claim: Claim) -> str:
    """Return the sums of a title as printed."""
    return ", ".join(found[0] for found in AMOUNT.finditer(claim.title))


def advances(new: Filed, before: Sequence[Filed]) -> Found:
    """A later rung than any before, or a stop, or going on after a stop."""
    now = stage_of(steps_of(before))
    stage = new.claim.stage
    if now is None or stage is now or (day_of(new) < day_of(before[-1]) and rung(stage) < rung(now)):
        return None
    if stage is Stage.ENDED or (rung(now) >= 0 and rung(stage) > rung(now)) or (rung(now) < 0 and rung(stage) > 0):
        return Novelty.ADVANCES, f"From {now} to {stage}.", before[-1]
    return None


def slips(new: Filed, before: Sequence[Filed]) -> Found:
    """A later due date than the one last stated, or a stop without an end; a text once signed is due for more."""
    dues, stage = due_dates(before, ()), new.claim.stage
    if stage is Stage.STALLED and before[-1].claim.stage is not Stage.STALLED:
        return Novelty.SLIPS, "Stalled or put off.", before[-1]
    last = stretch(new.claim.due)[1]
    signed = new.claim.kind is Kind.INSTRUMENT and rung(stage) >= rung(Stage.SIGNED)
    if not dues or not new.claim.due or last is None or signed:
        return None
    slip = slip_of(dues[-1], new.claim.due, due_end(new))
    if slip <= 0:
        return None
    rose = advances(new, before)
    words = f"Due {new.claim.due}, {slip} days after {dues[-1].due}.{f' {rose[1]}' if rose else ''}"
    return Novelty.SLIPS, words, said_by(dues[-1], before)


def details(new: Filed, before: Sequence[Filed]) -> Found:
    """What no earlier report said of it: a due date, a sum, a number of pieces, a term."""
    claim, title, old = new.claim, read_title(new.claim.title), [read_title(f.claim.title) for f in before]
    said = [f"due {claim.due}"] if claim.due and not any(f.claim.due for f in before) else []
    said += [f"for {claim.period}"] if claim.period and not any(f.claim.period for f in before) else []
    said += [sums_in(claim)] if title.amounts and not any(of.amounts for of in old) else []
    said += [str(n) for n in sorted(title.counts)] if title.counts and not any(of.counts for of in old) else []
    return (Novelty.ADVANCES, f"Said more exactly: {', '.join(said)}.", before[-1]) if said else None


def due_end(new: Filed) -> str:
    return due_dates([new], ())[0].last


def said_by(due: DueDate, before: Sequence[Filed]) -> Filed:
    return due.said_by or before[-1]


def between(new: Iterable[Filed], old: Iterable[Filed]) -> list[Compared]:
    """Compare the claims of some documents with those of others, without a ledger."""
    fresh, known_ = list(new), list(old)
    by_id = {f.id: f for f in known_}
    own = {f.id for f in fresh} - by_id.keys()
    matches: dict[str, list[tuple[Match, Filed]]] = {f.id: [] for f in fresh}
    for one, other in candidate_pairs([profile(f) for f in {**{f.id: f for f in fresh}, **by_id}.values()]):
        for a, b in ((one.id, other.id), (other.id, one.id)):
            if a in own and b in by_id and (match := compare(one, other)).verdict is not Verdict.DIFFERENT:
                matches[a].append((match, by_id[b]))
    return [best_of(f, matches[f.id]) if f.id in own else known_text(f, by_id[f.id]) for f in fresh]


def known_text(new: Filed, old: Filed, entry: str | None = None) -> Compared:
    """Return what a claim of a text adds that is itself the earlier one: nothing."""
    return Compared(new, Novelty.REPEAT, "This very text is known.", old, entry)


def best_of(new: Filed, matches: Sequence[tuple[Match, Filed]]) -> Compared:
    """Judge a claim against all earlier claims that are surely of the same; what only may be is named, not used."""
    sure = [(match, f) for match, f in matches if match.verdict is Verdict.SAME]
    if sure:
        best = max(sure, key=lambda pair: (pair[0].score, pair[1].id))
        return against(new, [f for _, f in sure], None, best[0])
    if not matches:
        return against(new, [])
    match, near = max(matches, key=lambda pair: (pair[0].score, pair[1].id))
    return Compared(new, Novelty.NEW, "Nothing earlier surely speaks of it; one claim may.", None, None, match, near)
