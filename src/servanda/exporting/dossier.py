"""What a reader gets on a dyad, a country or a theme.

A dossier is made of statements, each with its quotation, source and date; nothing in it
stands without them but counts. It is data: ``dossier_text``, ``dossier_html`` and
``dossier_json`` write it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from servanda.codebook import is_party
from servanda.exporting.dossier_parts import Dossier, Section, Statement, cited, covered, statement
from servanda.ledger import Entry, Ledger, Line, StatusName
from servanda.ledger.moment import at_once
from servanda.ledger.records import Framework, Series, Tally
from servanda.ledger.words import alternatives, lexicon, plain
from servanda.model import Kind
from servanda.problems import QueryError

FEW = 10  # statements shown in a section; the rest is one query away
OPEN = (StatusName.OPEN, StatusName.DUE_SOON)
KEPT = (StatusName.KEPT, StatusName.KEPT_LATE, StatusName.PARTLY_KEPT)
FAILED = (StatusName.NOT_KEPT, StatusName.DROPPED, StatusName.SUPERSEDED)
HEADINGS = (
    ("Overdue", (StatusName.OVERDUE,), "The due date passed, and the parties were watched since."),
    ("Due date passed, nothing read since", (StatusName.UNWATCHED,), ""),
    ("Silent", (StatusName.SILENT,), "No due date and no report for a year, while the parties were watched."),
    ("Kept", KEPT, ""),
    ("Not kept, dropped or superseded", FAILED, ""),
)


def dyad(ledger: Ledger, one: str, other: str, as_of: str | None = None, limit: int = FEW) -> Dossier:
    """Return what two parties owe each other and what became of it. ``limit`` is per section."""
    parties = (one.upper(), other.upper())
    if one.upper() == other.upper():
        raise QueryError(f"{one} {other}: is one party twice. Give two parties, or one alone.")
    return of_query(ledger, " and ".join(parties), f"party:{one} party:{other}", parties, as_of, limit)


def country(ledger: Ledger, code: str, as_of: str | None = None, limit: int = FEW) -> Dossier:
    """Return what one party has undertaken with anybody."""
    return of_query(ledger, code.upper(), f"party:{code}", (code.upper(),), as_of, limit)


def theme(ledger: Ledger, words: str, as_of: str | None = None, limit: int = FEW) -> Dossier:
    """Return what was undertaken about a product or theme, by whomever; ``words`` may be any query.

    A word stands for what it means in all languages: "UAV" finds drones too.
    """
    return of_query(ledger, words, widened(words), (), as_of, limit)


def of_parties(about: Sequence[str]) -> bool:
    """True where words name one or two parties by their codes; "UAV" has the shape of a code, but names a product."""
    known = lexicon().exact
    return len(about) <= 2 and all(is_party(w) and known.get(plain(w), ("", 0.0))[1] < 1.0 for w in about)


def widened(words: str) -> str:
    """Return a query with its single words replaced by all that mean the same; what is quoted stays as it is."""
    if '"' in words:
        return words
    return " ".join(term if ":" in term else "|".join(alternatives(plain(term))) for term in words.split())


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a dossier is drawn from, read in few passes: lines by status, and the entries behind all that is shown."""

    query: str
    parties: tuple[str, ...]
    tally: Sequence[Tally]
    lines: Sequence[Line]
    disputed: Sequence[Line]
    frameworks: Sequence[Framework]
    series: Sequence[Series]
    entries: Mapping[str, Entry]
    limit: int

    def count(self, statuses: Sequence[StatusName]) -> int:
        return sum(t.count for t in self.tally if t.status in statuses)

    def full(self, lines: Iterable[Line]) -> list[Entry]:
        return [self.entries[line.id] for line in lines if line.id in self.entries]


def of_query(ledger: Ledger, name: str, query: str, parties: tuple[str, ...], as_of: str | None, limit: int) -> Dossier:
    day = as_of or date.today().isoformat()
    with at_once(ledger) as now:
        drawn = draw(now, query, parties, day, limit)
        waits, read = now.waits(query, day), now.coverage(parties)
    rest = (listed(drawn, heading, statuses, note) for heading, statuses, note in HEADINGS)
    sections = (frameworks(drawn), series(drawn), *owed(drawn), *rest, disagreements(drawn), timeline(drawn))
    shown = tuple(section for section in sections if section.statements)
    return Dossier(name, day, shown, figures(drawn, waits), covered(read))


def draw(ledger: Ledger, query: str, parties: tuple[str, ...], day: str, limit: int) -> Drawn:
    lines = ledger.latest(query, limit, day)
    disputed = ledger.entries(f"{query} has:conflict", limit, as_of=day)
    plans, meetings = ledger.frameworks(query, day), ledger.series(query, day)
    bare = Drawn(query, parties, ledger.tally(query, day), lines, disputed, plans, meetings, {}, limit)
    wanted = {line.id for line in (*lines[:limit], *disputed)} | {f.entry.id for f in plans[:limit]}
    wanted |= {s.sessions[-1].entry for s in meetings[:limit]}
    wanted |= {line.id for _, of in by_owner(bare) for line in of[:limit]}
    wanted |= {line.id for _, statuses, _ in HEADINGS for line in of_status(bare, statuses)}
    full = ledger.entries_by_id(sorted(wanted), day)
    return replace(bare, entries={entry.id: entry for entry in full})


def of_status(drawn: Drawn, statuses: Sequence[StatusName]) -> list[Line]:
    return [line for line in drawn.lines if line.status in statuses][: drawn.limit]


def listed(drawn: Drawn, heading: str, statuses: Sequence[StatusName], note: str) -> Section:
    """Return the entries of some statuses as a section."""
    shown = tuple(statement(entry) for entry in drawn.full(of_status(drawn, statuses)))
    return Section(
        heading, shown, drawn.count(statuses) - len(shown), f"{drawn.query} status:{','.join(statuses)}", note
    )


def owed(drawn: Drawn) -> list[Section]:
    """Return the open undertakings by who owes them: each party of a dyad, then all sides."""
    groups = by_owner(drawn)
    unseen = drawn.count(OPEN) - sum(len(of) for _, of in groups)
    sections: list[Section] = []
    for name, of in groups:
        shown = tuple(statement(entry) for entry in drawn.full(of[: drawn.limit]))
        query = f"{drawn.query} status:open,due-soon" + (f" by:{name}" if name else "")
        heading = f"Open, owed by {name}" if name else "Open, owed by all sides"
        sections.append(Section(heading, shown, len(of) - len(shown) + (0 if name else unseen), query))
    return sections


def by_owner(drawn: Drawn) -> list[tuple[str, list[Line]]]:
    """Return the open undertakings last reported by who owes them; "" is for what all sides owe.

    What is sure comes before what is doubtful, what is due first before what is due later.
    """
    groups: dict[str, list[Line]] = {}
    for line in drawn.lines:
        if line.status in OPEN:
            groups.setdefault(owner(line, drawn.parties), []).append(line)
    for of in groups.values():
        of.sort(key=lambda line: (not line.firm, line.due is None, line.due or ""))
    return sorted(groups.items(), key=lambda group: (group[0] == "", group[0]))


def owner(line: Line, parties: Sequence[str]) -> str:
    """Return the party that owes an undertaking alone, or "" where all do."""
    return line.by[0] if len(parties) == 2 and len(line.by) == 1 and line.by[0] in parties else ""


def frameworks(drawn: Drawn) -> Section:
    made = [framework_statement(f, drawn.entries[f.entry.id]) for f in drawn.frameworks[: drawn.limit]]
    note = "Undertakings under which others stand."
    return Section("Frameworks", tuple(made), len(drawn.frameworks) - len(made), drawn.query, note)


def framework_statement(framework: Framework, entry: Entry) -> Statement:
    said, count = statement(entry), len(framework.under)
    under = f"{count} undertaking{'s' if count != 1 else ''} under it, {framework.moved} moved"
    return replace(said, words=f"{said.words}: {under}")


def series(drawn: Drawn) -> Section:
    made = [series_statement(s, drawn.entries[s.sessions[-1].entry]) for s in drawn.series[: drawn.limit]]
    return Section("Series of meetings", tuple(made), len(drawn.series) - len(made), drawn.query)


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
    status = last.status
    return Statement("; ".join(parts), last.id, status.name, status.because, cited(last.claims), marks, last.last)


def disagreements(drawn: Drawn) -> Section:
    told = [(e, c) for e in drawn.full(drawn.disputed) for c in e.history.conflicts]
    made = tuple(
        replace(statement(e), words=f"{e.title}: {c.words}", quotations=cited(c.sides), marks=(f"{c.on} disputed",))
        for e, c in told[: drawn.limit]
    )
    return Section("Where documents disagree", made, len(told) - len(made), f"{drawn.query} has:conflict")


def timeline(drawn: Drawn) -> Section:
    """Return the latest firm steps of the entries last reported, newest first."""
    steps = [(e, s) for e in drawn.full(drawn.lines[: drawn.limit]) for s in e.history.steps if s.firm]
    steps.sort(key=lambda step: (step[1].when or step[1].day or "", f"{step[0].title}: {step[1].stage}"), reverse=True)
    made = tuple(
        Statement(f"{e.title}: {s.stage}", e.id, None, "", cited(s.evidence, 1), (), s.when or s.day)
        for e, s in steps[: 2 * drawn.limit]
    )
    return Section("Timeline", made, 0, drawn.query, "Newest first.")


def figures(drawn: Drawn, waits: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """Return the counts by status and kind, the share kept of what was promised, and the time from agreed to signed."""
    made = [(str(name), str(drawn.count((name,)))) for name in StatusName if drawn.count((name,))]
    due = sum(t.promised for t in drawn.tally if t.status in (*KEPT, *FAILED, StatusName.OVERDUE))
    if due:
        kept = sum(t.promised for t in drawn.tally if t.status in (StatusName.KEPT, StatusName.KEPT_LATE))
        made.append(
            ("kept, of those promised before and since settled or overdue", f"{kept} of {due} ({100 * kept // due} %)")
        )
    if waits:
        made.append(("median days from agreed to signed", f"{round(median(waits))} ({len(waits)} texts)"))
    kinds = [(kind, sum(t.count for t in drawn.tally if t.kind is kind)) for kind in Kind]
    by_kind = ", ".join(f"{kind} {count}" for kind, count in kinds if count)
    return (*made, ("by kind", by_kind)) if by_kind else tuple(made)
