"""The dossier of one entry, and of one series of meetings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from servanda.exporting.dossier_parts import Dossier, Section, Statement, cited, covered, statement
from servanda.ledger import Entry, Ledger, Step
from servanda.ledger.lifecycle import day_of
from servanda.ledger.records import Series, Session
from servanda.problems import QueryError


def entry_dossier(ledger: Ledger, ref: str, as_of: str | None = None) -> Dossier:
    """Return the whole history of one entry, why its claims are together, and what nearly was."""
    day = as_of or date.today().isoformat()
    of = ledger.entry(ref, day)
    history = Section("History", tuple(step_statement(of, step) for step in of.history.steps))
    dues = Section("Due dates as stated", tuple(due_statements(of)))
    sections = (
        Section("Status", (statement(of),)),
        history,
        dues,
        conflicts(of),
        readers(of),
        linked(ledger, ref, day),
        together(ledger, ref),
        near(ledger, ref, day),
    )
    read = ledger.coverage(of.parties)
    return Dossier(of.title, day, tuple(s for s in sections if s.statements), slots(of), covered(read))


def readers(of: Entry) -> Section:
    """Return who read what, where a language model was one of them: rules, model, or both."""
    told = [f for f in of.claims if "llm/" in f.claim.extractor]
    made = [
        Statement(
            f"{f.claim.title}: {f.claim.stage}",
            f.id,
            None,
            "; ".join(
                f"{slot}: {why}"
                for slot, why in f.claim.because.items()
                if slot == "agreement" or why.startswith("doubted")
            ),
            cited((f,)),
            (f.claim.extractor,),
            f.card.day,
        )
        for f in (of.claims if told else ())
    ]
    return Section("Who read it so", tuple(made))


def together(ledger: Ledger, ref: str) -> Section:
    """Return for each claim but the first the one to which it is nearest, and the reasons."""
    made = [
        Statement(
            f"{b.claim.title} — with {a.claim.title}",
            b.id,
            None,
            "; ".join(map(str, match.reasons)),
            cited((b,)),
            (f"score {match.score}",),
            b.card.day,
        )
        for a, b, match in ledger.why(ref)
    ]
    return Section("Why these are one", tuple(made))


def linked(ledger: Ledger, ref: str, day: str) -> Section:
    """Return what belongs with an entry without being the same."""
    made = [Statement(f"{link.how}: {link.title}", link.entry, None, link.words, ()) for link in ledger.links(ref, day)]
    return Section("What belongs with it", tuple(made))


def near(ledger: Ledger, ref: str, day: str) -> Section:
    made = [
        Statement(n.title, n.entry, None, "; ".join(map(str, n.match.reasons)), (), (f"score {n.match.score}",))
        for n in ledger.nearly(ref, day)
    ]
    return Section("What nearly was the same", tuple(made))


def slots(of: Entry) -> tuple[tuple[str, str], ...]:
    """Return an entry's slots as pairs of name and value, absent ones left out."""
    named = {
        "id": of.id,
        "kind": of.kind,
        "form": of.form,
        "parties": ", ".join(of.parties),
        "owed by": ", ".join(of.by),
        "items": ", ".join(of.items),
        "bodies": ", ".join(of.orgs),
        "people": ", ".join(of.persons),
        "fields": ", ".join(of.domains),
        "period": of.period,
        "place": of.where,
        "under": of.under,
        "owner": of.owner.value if of.owner else None,
        "next step": of.next_step.value if of.next_step else None,
        "independent publishers": str(of.history.independent),
    }
    return tuple((name, str(value)) for name, value in named.items() if value)


def step_statement(of: Entry, step: Step) -> Statement:
    words = f"{step.stage}" + (f", {step.when}" if step.when else f", told {step.reported}")
    marks = () if step.firm else ("doubtful",)
    return Statement(words, of.id, None, "", cited(step.evidence, 5), marks, step.when or step.day)


def due_statements(of: Entry) -> Iterable[Statement]:
    for due in of.history.dues:
        slip = (
            ""
            if due.slip is None
            else f", {abs(due.slip)} days {'later' if due.slip > 0 else 'earlier'}"
            if due.slip
            else ", more exactly"
        )
        by = f"set by judgement {due.judged_by}" if due.judged_by else ""
        yield Statement(
            f"{due.due}, said {due.reported}{slip}",
            of.id,
            None,
            by,
            cited((due.said_by,)) if due.said_by else (),
            (),
            due.reported,
        )


def conflicts(of: Entry) -> Section:
    made = [
        Statement(c.words, of.id, None, "", cited(c.sides), (f"{c.on} disputed",), day_of(c.second))
        for c in of.history.conflicts
    ]
    return Section("Where documents disagree", tuple(made))


def series_dossier(ledger: Ledger, ref: str, as_of: str | None = None) -> Dossier:
    """Return the series to which an entry belongs (or whose id is given).

    Its sessions and what was decided under it.
    """
    day = as_of or date.today().isoformat()
    of = find_series(ledger, ref, day)
    sessions = [session_statement(s, ledger.entry(s.entry, day)) for s in of.sessions]
    open_ones = [statement(ledger.entry(i, day)) for i in of.unreviewed]
    pairs = (
        ("parties", ", ".join(of.parties)),
        ("level", of.level or ""),
        ("under", of.parent or ""),
        ("cadence in days", str(of.cadence or "")),
        ("sessions that no report dates", ", ".join(map(str, of.missing))),
        ("next expected", f"{of.expected}, overdue" if of.overdue and of.expected else of.expected or ""),
    )
    sections = (Section("Sessions", tuple(sessions)), Section("Decided and not reported since", tuple(open_ones)))
    return Dossier(
        of.name,
        day,
        tuple(s for s in sections if s.statements),
        tuple(p for p in pairs if p[1]),
        covered(ledger.coverage(of.parties)),
    )


def session_statement(of: Session, entry: Entry) -> Statement:
    number = f"No. {of.ordinal}" if of.ordinal else "session"
    words = ", ".join(
        part for part in (number, of.days or "no date", "held" if of.held else "planned", of.where) if part
    )
    return Statement(words, of.entry, entry.status.name, ", ".join(entry.persons), cited(entry.claims), (), of.days)


def find_series(ledger: Ledger, ref: str, day: str) -> Series:
    entry_of = ledger.entry(ref, day)
    query = " ".join(f"party:{party}" for party in entry_of.parties)
    for of in ledger.series(query, day):
        if any(s.entry == entry_of.id for s in of.sessions):
            return of
    raise QueryError(
        f"{ref}: is no session of a series that is known. Series are listed in the dossier of its parties."
    )
