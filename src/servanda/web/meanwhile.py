"""Two people at one thing: what somebody else decided since a page was made.

Invariant: nobody's judgement is passed over by another who had not seen it; who has seen it may differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import sleep

from servanda.ledger import Judgement, Ledger
from servanda.ledger.store import now
from servanda.problems import ServandaError

RIVALS = {"same": "different", "different": "same", "accept": "reject", "reject": "accept"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A judgement that somebody wants to pass.

    ``seen`` is when (UTC) what they judge by was shown to them, ``despite`` another's judgement
    that they know of.
    """

    verb: str
    on: tuple[str, ...]
    by: str
    why: str = ""
    slot: str | None = None
    value: str | None = None
    seen: str | None = None
    despite: str = ""


class OvertakenError(ServandaError):
    """Somebody else decided otherwise; ``judged`` is what, ``asked`` what was then not passed."""

    def __init__(self, judged: Judgement, asked: Asked) -> None:
        done = " ".join(filter(None, (judged.verb, judged.slot, judged.value)))
        super().__init__(f"{judged.by} judged “{done}” on this at {judged.at[:19]}; yours was not passed.")
        self.judged, self.asked = judged, asked


@dataclass(slots=True)
class Judging:
    """Passes judgements one after another, so that of two at once one sees the other.

    ``gate`` is the file that several processes lock in turn.
    """

    ledger: Ledger
    gate: Path | None = None
    lock: Lock = field(default_factory=Lock)

    def pass_on(self, asked: Asked) -> Judgement:
        """Pass a judgement. Raises OvertakenError where another decided otherwise since ``seen``."""
        with self.alone():
            if asked.despite:
                self.come_later(asked.despite)
            if asked.seen and (other := self.rival(asked)):
                raise OvertakenError(other, asked)
            how = {"by": asked.by, "why": asked.why, "slot": asked.slot, "value": asked.value}
            return self.ledger.judge(asked.verb, *asked.on, **how)  # type: ignore[arg-type]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody else passes a judgement, in this process or another."""
        with self.lock:
            if self.gate is None:
                yield
                return
            import fcntl  # several processes are for systems that have it

            with self.gate.open("w") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                yield

    def come_later(self, judgement_id: str) -> None:
        """Wait until a judgement is of an earlier second, so that the one passed despite it is the later and holds."""
        passed = next((j.at for j in self.ledger.judgements() if j.id == judgement_id), "")
        for _ in range(30):
            if now() > passed:
                return
            sleep(0.05)

    def rival(self, asked: Asked) -> Judgement | None:
        """Return the last judgement in force that somebody else passed since, and that says otherwise."""
        others = (j for j in self.ledger.judgements() if not j.withdrawn and j.by != asked.by and j.id != asked.despite)
        later = [j for j in others if j.at[:19] >= (asked.seen or "")[:19]]
        return next((j for j in reversed(later) if on_the_same(j, asked.on) and otherwise(j, asked)), None)


def gate_beside(ledger: Path | None) -> Path | None:
    """Return the file by whose lock several processes on one ledger take turns."""
    return ledger.with_name(f"{ledger.name}.judging") if ledger else None


def on_the_same(judged: Judgement, refs: Sequence[str]) -> bool:
    """True where a judgement stands on the claims that these ids, or first letters of ids, mean."""
    on = [anchor.claim for anchor in judged.on]
    return len(on) == len(refs) and all(any(claim.startswith(ref) for claim in on) for ref in refs)


def otherwise(judged: Judgement, asked: Asked) -> bool:
    if asked.verb in RIVALS:
        return judged.verb == RIVALS[asked.verb]
    alike = judged.verb == asked.verb and judged.slot == asked.slot
    return alike and asked.verb != "note" and judged.value != asked.value
