"""What a reader gets on a dyad, a country, an entry, a series or a theme.

A dossier is made of statements, each with its quotation, source and date; nothing in it
stands without them but counts. It is data: ``dossier_text``, ``dossier_html`` and
``dossier_json`` write it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from servanda.ledger import Entry, Filed, Ledger, Line, StatusName
from servanda.ledger.days import gap, stretch
from servanda.ledger.records import Coverage, Framework, Series
from servanda.model import Kind

FEW = 12  # statements shown in a section; the rest is one query away
QUOTED = 3  # quotations shown of one statement

OPEN = (StatusName.OPEN, StatusName.DUE_SOON)


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


def dyad(ledger: Ledger, one: str, other: str, as_of: str | None = None, limit: int = FEW) -> Dossier:
    """Return what two parties owe each other and what became of it. ``limit`` is per section."""
    return of_query(
        ledger, f"{one} and {other}", f"party:{one} party:{other}", (one.upper(), other.upper()), as_of, limit
    )


def country(ledger: Ledger, code: str, as_of: str | None = None, limit: int = FEW) -> Dossier:
    """Return what one party has undertaken with anybody."""
    return of_query(ledger, code, f"party:{code}", (code.upper(),), as_of, limit)


def theme(ledger: Ledger, words: str, as_of: str | None = None, limit: int = FEW) -> Dossier:
    """Return what was undertaken about a product or theme, by whomever; ``words`` may be any query."""
    return of_query(ledger, words, words, (), as_of, limit)


def of_query(ledger: Ledger, name: str, query: str, parties: Sequence[str], as_of: str | None, limit: int) -> Dossier:
    day = as_of or date.today().isoformat()
    counts = ledger.counts(query, day)
    sections = (
        frameworks(ledger, query, day, limit),
        series(ledger, query, day, limit),
        *owed(ledger, query, parties, counts, day, limit),
        listed(
            ledger,
            "Overdue",
            query,
            (StatusName.OVERDUE,),
            counts,
            day,
            limit,
            "The due date passed, the parties were watched since.",
        ),
        listed(ledger, "Due date passed, nothing read since", query, (StatusName.UNWATCHED,), counts, day, limit),
        listed(
            ledger, "Silent", query, (StatusName.SILENT,), counts, day, limit, "No due date and no report for a year."
        ),
        listed(
            ledger, "Kept", query, (StatusName.KEPT, StatusName.KEPT_LATE, StatusName.PARTLY_KEPT), counts, day, limit
        ),
        listed(
            ledger,
            "Not kept, dropped or superseded",
            query,
            (StatusName.NOT_KEPT, StatusName.DROPPED, StatusName.SUPERSEDED),
            counts,
            day,
            limit,
        ),
        disagreements(ledger, query, day, limit),
        timeline(ledger, query, day, limit),
    )
    kept = tuple(s for s in sections if s.statements)
    return Dossier(name, day, kept, figures(ledger, query, counts), covered(ledger.coverage(parties)))


def listed(
    ledger: Ledger,
    heading: str,
    query: str,
    statuses: Sequence[StatusName],
    counts: dict[StatusName, int],
    day: str,
    limit: int,
    note: str = "",
) -> Section:
    """Return the entries of some statuses as a section."""
    asked = f"{query} status:{','.join(statuses)}"
    found = (
        ledger.entries_in_full(ledger.entries(asked, limit, as_of=day), day)
        if any(counts.get(s) for s in statuses)
        else []
    )
    more = sum(counts.get(s, 0) for s in statuses) - len(found)
    return Section(heading, tuple(statement(e) for e in found), max(0, more), asked, note)


def owed(
    ledger: Ledger, query: str, parties: Sequence[str], counts: dict[StatusName, int], day: str, limit: int
) -> list[Section]:
    """Return the open undertakings by who owes them: each party of a dyad, then both."""
    lines = ledger.entries(f"{query} status:open,due-soon", 20 * limit, as_of=day)
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(owner(line, parties), []).append(line)
    rest = sum(counts.get(s, 0) for s in OPEN) - len(lines)
    sections: list[Section] = []
    for name in sorted(groups, key=lambda n: (n == "", n)):
        heading = f"Open, owed by {name}" if name else "Open, owed by all sides"
        of = sorted(
            groups[name], key=lambda line: (line.due is None, line.due or "", line.id) if line.due else (True, "", "")
        )
        shown = tuple(statement(e) for e in ledger.entries_in_full(of[:limit], day))
        more = len(of) - len(shown) + (rest if not name else 0)
        sections.append(
            Section(heading, shown, max(0, more), f"{query} status:open,due-soon" + (f" by:{name}" if name else ""))
        )
    return sections


def owner(line: Line, parties: Sequence[str]) -> str:
    """Return the party that owes an undertaking alone, or "" where all do."""
    return line.by[0] if len(parties) == 2 and len(line.by) == 1 and line.by[0] in parties else ""


def frameworks(ledger: Ledger, query: str, day: str, limit: int) -> Section:
    found = ledger.frameworks(query, day)
    full = {e.id: e for e in ledger.entries_in_full([f.entry for f in found[:limit]], day)}
    made = tuple(framework_statement(f, full[f.entry.id]) for f in found[:limit] if f.entry.id in full)
    return Section("Frameworks", made, len(found) - len(made), query, "Undertakings under which others stand.")


def framework_statement(framework: Framework, entry: Entry) -> Statement:
    said = statement(entry)
    count = len(framework.under)
    words = f"{said.words}: {count} undertaking{'s' if count != 1 else ''} under it, {framework.moved} moved"
    return Statement(words, said.entry, said.status, said.because, said.quotations, said.marks, said.day)


def series(ledger: Ledger, query: str, day: str, limit: int) -> Section:
    found = ledger.series(query, day)
    entries = {e.id: e for s in found[:limit] for e in [ledger.entry(s.sessions[-1].entry, day)]}
    made = tuple(series_statement(s, entries[s.sessions[-1].entry]) for s in found[:limit])
    return Section("Series of meetings", made, len(found) - len(made), query)


def series_statement(of: Series, last: Entry) -> Statement:
    """Return a series in one line, with the quotations of its last known session."""
    numbers = [s.ordinal for s in of.sessions if s.ordinal]
    parts = [f"{of.name}: {len(of.sessions)} known session{'s' if len(of.sessions) != 1 else ''}"]
    parts += [f"number {max(numbers)} the highest"] if numbers else []
    parts += [f"no report dates number {', '.join(map(str, of.missing))}"] if of.missing else []
    parts += [f"one in about {of.cadence} days"] if of.cadence else []
    parts += [f"next expected about {of.expected}"] if of.expected else []
    parts += [f"{len(of.unreviewed)} decisions not reported since"] if of.unreviewed else []
    marks = ("session overdue",) if of.overdue else ()
    return Statement(
        "; ".join(parts), last.id, last.status.name, last.status.because, cited(last.claims), marks, last.last
    )


def statement(entry: Entry) -> Statement:
    """Return an entry in one line: title, parties, how far it came, when it is due."""
    parts = [entry.title, "–".join(entry.parties), f"{entry.stage or 'unconfirmed'}"]
    if entry.due:
        parts.append(f"due {entry.due}" + (f", put off {entry.history.slips}×" if entry.history.slips else ""))
    marks = [c.words for c in entry.history.conflicts]
    marks += ["doubtful"] if not entry.firm else []
    marks += ["told by hand"] if any(f.by_hand for f in entry.claims) else []
    marks += [f"note: {n.value}" for n in entry.notes]
    return Statement(
        ", ".join(parts),
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


def disagreements(ledger: Ledger, query: str, day: str, limit: int) -> Section:
    found = ledger.entries_in_full(ledger.entries(f"{query} has:conflict", limit, as_of=day), day)
    made = [
        Statement(
            f"{e.title}: {c.words}",
            e.id,
            e.status.name,
            e.status.because,
            cited((c.first, c.second)),
            (f"{c.on} disputed",),
            e.last,
        )
        for e in found
        for c in e.history.conflicts
    ]
    return Section("Where documents disagree", tuple(made[:limit]), max(0, len(made) - limit), f"{query} has:conflict")


def timeline(ledger: Ledger, query: str, day: str, limit: int) -> Section:
    """Return the latest firm steps of the entries last reported, newest first."""
    steps = [
        Statement(f"{e.title}: {s.stage}", e.id, None, "", cited(s.evidence, 1), (), s.when or s.day)
        for e in ledger.entries_in_full(ledger.entries(query, 2 * limit, as_of=day), day)
        for s in e.history.steps
        if s.firm
    ]
    steps.sort(key=lambda s: (s.day or "", s.words), reverse=True)
    return Section("Timeline", tuple(steps[: 2 * limit]), 0, query, "Newest first.")


def figures(ledger: Ledger, query: str, counts: dict[StatusName, int]) -> tuple[tuple[str, str], ...]:
    """Return the counts by status, the share kept of what was promised and came due.

    And the time from agreed to signed.
    """
    made = [(str(name), str(counts[name])) for name in StatusName if counts.get(name)]
    marks = ledger.milestones(query)
    settled = [m for m in marks if m.promised and m.status in DECIDED]
    if settled:
        kept = sum(m.status in (StatusName.KEPT, StatusName.KEPT_LATE) for m in settled)
        made.append(
            (
                "kept, of those promised before and since settled or overdue",
                f"{kept} of {len(settled)} ({100 * kept // len(settled)} %)",
            )
        )
    waits = [
        gap(stretch(m.agreed), stretch(m.concluded))
        for m in marks
        if m.kind is Kind.INSTRUMENT and m.agreed and m.concluded and m.agreed <= m.concluded
    ]
    if waits:
        made.append(("median days from agreed to signed", f"{round(median(waits))} ({len(waits)} texts)"))
    kinds = [(kind, sum(m.kind is kind for m in marks)) for kind in Kind]
    made.append(("by kind", ", ".join(f"{kind} {count}" for kind, count in kinds if count)))
    return tuple(made)


DECIDED = (
    StatusName.KEPT,
    StatusName.KEPT_LATE,
    StatusName.PARTLY_KEPT,
    StatusName.NOT_KEPT,
    StatusName.DROPPED,
    StatusName.SUPERSEDED,
    StatusName.OVERDUE,
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
