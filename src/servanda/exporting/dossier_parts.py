"""What a dossier is made of: statements, each with its quotation, source and date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from servanda.ledger import Entry, Filed, StatusName
from servanda.ledger.records import Coverage
from servanda.model import Stage

QUOTED = 3  # quotations shown of one statement


@dataclass(frozen=True, slots=True)
class Cited:
    """A quotation with where it stands. Offsets are code points into the document's text."""

    words: str
    claim: str
    document: str
    start: int
    stop: int
    date: str | None
    publisher: str | None
    title: str | None
    url: str | None
    language: str | None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said, with what it rests on. ``marks`` are short warnings ("doubtful", "dates disagree")."""

    words: str
    entry: str | None
    status: StatusName | None
    because: str
    quotations: tuple[Cited, ...]
    marks: tuple[str, ...] = ()
    day: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Statements under a heading; ``more`` counts those not shown, which ``query`` would list."""

    heading: str
    statements: tuple[Statement, ...]
    more: int = 0
    query: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    title: str
    as_of: str
    sections: tuple[Section, ...]
    figures: tuple[tuple[str, str], ...]
    coverage: tuple[str, ...]


def in_words(title: str, parties: Sequence[str], stage: Stage | None, due: str | None, slips: int) -> str:
    """Return an undertaking in one line: title, parties, how far it came, when it is due."""
    parts = [title, "–".join(parties), f"{stage or 'unconfirmed'}"]
    if due:
        parts.append(f"due {due}" + (f", put off {slips}×" if slips else ""))
    return ", ".join(parts)


def statement(entry: Entry) -> Statement:
    """Return an entry in one line, with what it rests on."""
    marks = [c.words for c in entry.history.conflicts]
    marks += ["doubtful"] if not entry.firm else []
    marks += ["told by hand"] if any(f.by_hand for f in entry.claims) else []
    marks += [f"owner: {entry.owner.value}"] if entry.owner else []
    marks += [f"next: {entry.next_step.value}"] if entry.next_step else []
    marks += [f"note: {n.value}" for n in entry.notes]
    return Statement(
        in_words(entry.title, entry.parties, entry.stage, entry.due, entry.history.slips),
        entry.id,
        entry.status.name,
        entry.status.because,
        cited(telling(entry)),
        tuple(marks),
        entry.last,
    )


def telling(entry: Entry) -> list[Filed]:
    """Return the claims that best show where an entry stands.

    Those behind its status, then its steps from the last back.
    """
    steps = [f for step in reversed(entry.history.steps) for f in step.evidence]
    conflicting = [f for c in entry.history.conflicts for f in (c.first, c.second)]
    return list({f.id: f for f in (*entry.status.evidence, *conflicting, *steps)}.values())


def cited(claims: Iterable[Filed], limit: int = QUOTED) -> tuple[Cited, ...]:
    """Return the first quotation of each claim, one for each text."""
    first: dict[tuple[str, str], Filed] = {}
    for filed in claims:
        first.setdefault((filed.card.text, filed.quotation.words), filed)
    return tuple(citation(filed) for filed in list(first.values())[:limit])


def citation(filed: Filed) -> Cited:
    quotation, card = filed.quotation, filed.card
    return Cited(
        quotation.words,
        filed.id,
        card.id,
        quotation.start,
        quotation.stop,
        card.date,
        card.publisher,
        card.title,
        card.url,
        card.language,
        filed.by_hand,
    )


def covered(read: Sequence[Coverage]) -> tuple[str, ...]:
    """Return in a few sentences on what a dossier rests."""
    if not read:
        return ("No document in the ledger speaks of this.",)
    documents = sum(c.documents for c in read)
    publishers = sorted({c.publisher for c in read if c.publisher})
    languages = sorted({c.language for c in read if c.language})
    first, last = min(c.first for c in read), max(c.last for c in read)
    made = [f"Rests on {documents} document{'s' if documents != 1 else ''} from {first} to {last}."]
    made.append(
        f"Publishers ({len(publishers)}): {', '.join(publishers[:12])}{' …' if len(publishers) > 12 else ''}."
        if publishers
        else "No publisher is known."
    )
    made.append(f"Languages: {', '.join(languages)}." if languages else "No language is known.")
    made.append("What these documents do not report is not known here; silence is not failure.")
    return tuple(made)
