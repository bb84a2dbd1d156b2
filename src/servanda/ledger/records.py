"""The ledger's own records, all frozen: what is derived from facts, and the facts that people add.

A ``Filed`` is a claim with the card of its document; everything in the ledger is a
pure function of filed claims, judgements and looks. Dates that the field wrote are
EDTF strings; days on which something was filed are ISO dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from servanda.model import NOTHING, Claim, Kind, Quotation, Stage
from servanda.problems import Problem


class StatusName(StrEnum):
    """Whether an undertaking was kept (computed, never typed over)."""

    OPEN = "open"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    UNWATCHED = "unwatched"
    KEPT = "kept"
    KEPT_LATE = "kept-late"
    PARTLY_KEPT = "partly-kept"
    NOT_KEPT = "not-kept"
    DROPPED = "dropped"
    SUPERSEDED = "superseded"
    SILENT = "silent"


SETTLED = frozenset(
    {
        StatusName.KEPT,
        StatusName.KEPT_LATE,
        StatusName.PARTLY_KEPT,
        StatusName.NOT_KEPT,
        StatusName.DROPPED,
        StatusName.SUPERSEDED,
    }
)


@dataclass(frozen=True, slots=True)
class Card:
    """A document without its text. ``text`` is the id of the text it prints, the same for all its reprints."""

    id: str
    title: str | None = None
    date: str | None = None
    language: str | None = None
    publisher: str | None = None
    url: str | None = None
    filed: str = ""
    text: str = ""

    @property
    def day(self) -> str:
        """The day it became known: the publication date, else the filing date."""
        return self.date or self.filed[:10]


@dataclass(frozen=True, slots=True)
class Filed:
    """A claim as it stands in the ledger, with its document's card.

    ``firm`` is false for a doubtful claim that nobody accepted: it is shown, and counts
    for no stage, due date or status. ``id`` is that of the claim as extracted; ``corrected``
    maps a slot to the judgement that set it.
    """

    id: str
    claim: Claim
    card: Card
    firm: bool = True
    corrected: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def quotation(self) -> Quotation:
        return self.claim.quotations[0]

    @property
    def by_hand(self) -> bool:
        return self.claim.extractor == "manual"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage reached (or said to be), with everything that says so.

    ``when`` is the stage's own date where a document gives one; ``reported`` the day of
    the first report; ``day`` the ISO day by which steps are ordered.
    """

    stage: Stage
    when: str | None
    reported: str
    day: str
    evidence: tuple[Filed, ...]
    firm: bool = True


@dataclass(frozen=True, slots=True)
class DueDate:
    """A due date as one report stated it; ``slip`` is in days against the statement before, None for the first."""

    due: str
    reported: str
    last: str
    slip: int | None
    said_by: Filed | None = None
    judged_by: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two documents that disagree; both stand, neither is chosen. ``on`` is "date", "stage" or "due".

    A document that disagrees with itself is both.
    """

    on: str
    first: Filed
    second: Filed
    words: str

    @property
    def sides(self) -> tuple[Filed, ...]:
        return (self.first,) if self.first.id == self.second.id else (self.first, self.second)


@dataclass(frozen=True, slots=True)
class Status:
    """``name`` by ``rule``; ``because`` is one sentence for a reader; ``evidence`` the claims behind it."""

    name: StatusName
    rule: str
    because: str
    evidence: tuple[Filed, ...] = ()
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Claims of one undertaking folded by date. ``stage`` is None where only doubtful claims speak."""

    steps: tuple[Step, ...]
    stage: Stage | None
    dues: tuple[DueDate, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    independent: int = 0

    @property
    def slips(self) -> int:
        return sum(1 for due in self.dues if due.slip is not None and due.slip > 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One undertaking: the claims, over documents and languages, that speak of the same thing."""

    id: str
    kind: Kind
    form: str | None
    title: str
    parties: tuple[str, ...]
    by: tuple[str, ...]
    claims: tuple[Filed, ...]
    history: History
    status: Status
    domains: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    period: str | None = None
    where: str | None = None
    under: str | None = None
    notes: tuple[Judgement, ...] = ()
    owner: Judgement | None = None
    next_step: Judgement | None = None

    @property
    def stage(self) -> Stage | None:
        return self.history.stage

    @property
    def due(self) -> str | None:
        """The due date as last stated."""
        return self.history.dues[-1].due if self.history.dues else None

    @property
    def firm(self) -> bool:
        return any(f.firm for f in self.claims)

    @property
    def first(self) -> str:
        """The day of the first report."""
        return min(f.card.day for f in self.claims)

    @property
    def last(self) -> str:
        """The day of the last report."""
        return max(f.card.day for f in self.claims)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as one line of a list. ``event`` is when it was held or concluded, else when it is due."""

    id: str
    kind: Kind
    form: str | None
    title: str
    parties: tuple[str, ...]
    by: tuple[str, ...]
    stage: Stage | None
    status: StatusName
    due: str | None
    slips: int
    first: str
    last: str
    claims: int
    independent: int
    conflicts: int
    domains: tuple[str, ...]
    under: str | None
    firm: bool
    event: str | None
    ordinal: int | None
    place: str | None
    moved: bool
    series: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two claims are or are not the same: a rule, what it weighs, and the words it saw."""

    rule: str
    points: float
    words: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {self.points:+.1f}" + (f" ({self.words})" if self.words else "")


class Verdict(StrEnum):
    SAME = "same"
    REVIEW = "review"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Match:
    """The comparison of two claims: a pure function of the two. ``link`` names how two different things belong."""

    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Nearly:
    """Another entry that nearly was the same, with the reasons for and against."""

    entry: str
    title: str
    match: Match


@dataclass(frozen=True, slots=True)
class Link:
    """Another entry that belongs with one.

    Part of, has part, during, meanwhile, in one series, follows, followed by.
    """

    entry: str
    title: str
    how: str
    words: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document or claim found by its words; ``words`` is the title or quotation, ``entry`` where a claim stands."""

    id: str
    words: str
    card: Card
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something for a person to decide: two claims that may be the same, or one claim that may be wrong."""

    on: tuple[Filed, ...]
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``Ledger.check`` looked at and found."""

    documents: int
    quotations: int
    entries: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a judgement was passed on: a claim, and the words it stood on in case the claim's id changes."""

    claim: str
    document: str
    spans: tuple[tuple[int, int], ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided. ``verb`` is same, different, accept, reject, correct, due or note.

    ``value`` holds what the verb needs: the slot's new value, the due date, the note.
    ``withdrawn`` is the day on which it was taken back; it stays in the ledger.
    """

    id: str
    verb: str
    on: tuple[Anchor, ...]
    by: str
    at: str
    why: str = ""
    slot: str | None = None
    value: str | None = None
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody looked for news of these parties on a day (of all parties where none is named)."""

    parties: tuple[str, ...]
    day: str
    what: str


@dataclass(frozen=True, slots=True)
class Filing:
    """What one call of ``Ledger.file`` changed."""

    documents: int
    claims: int
    entries: tuple[str, ...]
    withdrawn: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting of a series. ``days`` is its EDTF date, held or due."""

    entry: str
    ordinal: int | None
    days: str | None
    held: bool
    where: str | None


@dataclass(frozen=True, slots=True)
class Series:
    """Meetings that recur: a 2+2, a joint working group.

    ``cadence`` is the median number of days between sessions; ``missing`` the ordinals
    between known ones that no report speaks of; ``expected`` the day by which the next
    session would keep the cadence.
    """

    id: str
    name: str
    parties: tuple[str, ...]
    level: str | None
    parent: str | None
    sessions: tuple[Session, ...]
    missing: tuple[int, ...] = ()
    cadence: int | None = None
    expected: str | None = None
    overdue: bool = False
    unreviewed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Framework:
    """An entry that others stand under, and how many of those moved beyond their first stage."""

    entry: Line
    under: tuple[Line, ...]
    moved: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read about some parties from one publisher in one language.

    Documents, and the days of the first and last.
    """

    publisher: str
    language: str
    documents: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries of one kind have one status, and how many of them were promised before."""

    kind: Kind
    status: StatusName
    count: int
    promised: int
