"""The finer slots of a claim: its dates and people here, what it names in ``naming``.

Each value comes with the span of its words; where nothing says it, it is absent. Dates
follow codebook section 2: what is still ahead at the document's date is ``due``, what has
been reached or held is ``when``; an undated text resolves nothing relative.
"""

from __future__ import annotations

from datetime import timedelta

import regex

from servanda.extracting.candidates import Candidate
from servanda.extracting.naming import put_bodies, put_items, put_names, put_place, put_under
from servanda.extracting.values import HELD, Slots, in_reach
from servanda.language.cast import Cast
from servanda.language.dates import DateMention, bounds
from servanda.language.mentions import Reading, Sentence
from servanda.model import Kind, Span, Stage

AHEAD = (Stage.PROPOSED, Stage.AGREED, Stage.NEGOTIATING, Stage.STALLED, Stage.ENDED)
UNUSED = ("duration", "vague", "decade")
KEPT = frozenset(("persons", "orgs", "where", "under", "items"))
SAID_ON = 5
DATELINE = 40
DATELINE_END = regex.compile(r"\s*(?:\([^)]{2,24}\))?\s*(?:[:–—]|-\s)|\s*\([^)]{2,24}\)\s")
YEARS = regex.compile(r"\d{4}(/\d{4})?")
LENGTH = regex.compile(r"P(\d+)([DWM])")


# ---- dates ---------------------------------------------------------------------------------------


def is_future(c: Candidate, place: int) -> bool:
    """True where the clause of a date speaks of what is to come."""
    s = c.sentence
    if c.is_verb and c.head.entry.data.get("stage") == Stage.AGREED:
        return True
    return any(s.breaks_between(m.start, place) == 0 for m in s.marked("future"))


def is_when_said(s: Sentence, mention: DateMention) -> bool:
    """True for the day on which somebody spoke: "said on Tuesday"."""
    return any(
        0 <= mention.span.start - said.stop <= SAID_ON or 0 <= said.start - mention.span.stop <= 2
        for said in s.marked("attribution")
    )


def is_dateline(s: Sentence, mention: DateMention, text: str) -> bool:
    """True for the day in front of a report: "NEW DELHI, Aug 7 (Agency) -"."""
    return mention.span.start - s.start < DATELINE and DATELINE_END.match(text, mention.span.stop) is not None


def is_ahead(edtf: str, anchor: str | None) -> bool | None:
    """True where the date's last day is on or after the document's; None where that cannot be told."""
    last, today = bounds(edtf)[1], bounds(anchor)[1] if anchor else None
    return None if last is None or today is None else last >= today


def is_back(edtf: str, anchor: str | None) -> bool:
    """True where a stretch of years ends with the document's own or before it: "the last 20 years"."""
    last, today = bounds(edtf)[1], bounds(anchor)[1] if anchor else None
    return last is None or today is None or last.year <= today.year


def from_day(edtf: str, length: str) -> str:
    """The interval of a length from a day: Wednesday and P3D give Wednesday to Friday."""
    first, found = bounds(edtf)[0], LENGTH.match(length)
    if first is None or found is None or len(edtf) != 10 or found[2] == "M":
        return edtf
    days = int(found[1]) * (7 if found[2] == "W" else 1)
    return f"{edtf}/{(first + timedelta(days=days - 1)).isoformat()}" if days > 1 else edtf


def nearest_date(c: Candidate, found: list[DateMention], text: str, breaks: int) -> DateMention | None:
    """The date that stands nearest to the head, within so many clause breaks."""
    s = c.sentence

    def far(m: DateMention) -> int:
        a, b = (c.head.stop, m.span.start) if m.span.start >= c.head.stop else (m.span.stop, c.head.start)
        return s.distance(a, b) + 6 * s.breaks_between(a, b)

    usable = [m for m in found if m.precision not in UNUSED and m.relation not in ("since", "about")]
    usable = [m for m in usable if m.value or m.past or m.future]
    usable = [m for m in usable if far(m) < 12 + 6 * breaks and not is_when_said(s, m) and not is_dateline(s, m, text)]
    return min(usable, key=far, default=None)


def dated(c: Candidate, mention: DateMention, stage: Stage, anchor: str | None) -> tuple[str, str] | None:
    """Return the slot and reading of a date for a stage; None where the two do not fit."""
    future = is_future(c, mention.span.start)
    if stage not in AHEAD:
        value = mention.past or mention.value
        fits = stage != Stage.ACTIVE or c.kind in (*HELD, Kind.INSTRUMENT)
        begins = bounds(value)[0] if value else None
        today = bounds(anchor)[1] if anchor else None
        over = begins is None or today is None or begins <= today
        return ("when", value) if value and fits and over else None
    said_ahead = future or mention.relation == "by"
    value = (mention.future if said_ahead else None) or mention.value
    if value is None or (mention.relative and mention.precision == "year" and not mention.relation):
        return None
    still = is_ahead(value, anchor)
    if (still and (said_ahead or value != anchor)) or (still is None and said_ahead):
        return "due", value
    reached = stage in (Stage.AGREED, Stage.ENDED, Stage.STALLED) and not future
    return ("when", mention.past or value) if reached else None


def put_dates(slots: Slots, c: Candidate, stage: Stage, reading: Reading, breaks: int) -> None:
    found = reading.dates_of(c.sentence)
    spans = [m for m in found if m.precision in ("range", "fiscal")]
    years = [m for m in spans if m.value and YEARS.fullmatch(m.value) and "/" in m.value]
    for period in years:
        if c.kind not in HELD and period.value and not (period.relative and is_back(period.value, reading.anchor)):
            slots.put("period", period.value, period.span)
    mention = nearest_date(c, [m for m in found if m not in years], reading.text, breaks)
    fit = dated(c, mention, stage, reading.anchor) if mention else None
    if mention is None or fit is None:
        return
    slot, value = fit
    lengths = [m.value for m in found if m.precision == "duration" and m.value and in_reach(c.phrase, m.span, 12)]
    if lengths and c.kind in HELD:
        value = from_day(value, lengths[0])
    slots.put(slot, value, mention.span)


# ---- people, bodies, goods -----------------------------------------------------------------------


def put_people(slots: Slots, c: Candidate, parties: tuple[str, ...], cast: Cast, quote: Span) -> None:
    """Who meets, signs, leads or offers: people in the quotation that stand for one of the parties."""
    people = [p for p in cast.people.get(c.sentence.index, []) if quote.start <= p.start < quote.stop]
    people = [p for p in people if not p.code or p.code in parties]
    if c.kind not in HELD:
        people = [p for p in people if p.start < c.head.start and c.sentence.breaks_between(p.stop, c.head.start) <= 1]
    slots.put_all("persons", ((p.name, Span(p.start, p.stop)) for p in people))


def slots_of(
    c: Candidate, stage: Stage, parties: tuple[str, ...], reading: Reading, cast: Cast, quote: Span, breaks: int = 3
) -> Slots:
    """Return the finer slots of a candidate, each with its words; a date within so many clause breaks."""
    slots = Slots()
    put_dates(slots, c, stage, reading, breaks)
    put_people(slots, c, parties, cast, quote)
    put_names(slots, c, stage, parties, reading, cast, quote)
    return slots


def repeated_slots(
    known: Slots,
    c: Candidate,
    stage: Stage,
    parties: tuple[str, ...],
    reading: Reading,
    cast: Cast,
    quote: Span,
    goods: bool,
) -> Slots:
    """Return what a repetition may add to the slots known: those of them that are empty, its goods where asked for."""
    slots, missing = Slots(), KEPT - known.values.keys()
    put_dates(slots, c, stage, reading, 1)
    if not missing.isdisjoint(("persons", "orgs")):
        put_people(slots, c, parties, cast, quote)
    if "orgs" in missing:
        put_bodies(slots, c, cast, reading, quote)
    if "where" in missing:
        put_place(slots, c, parties, reading, cast, quote)
    if "under" in missing:
        put_under(slots, c, reading)
    if goods and "items" in missing:
        put_items(slots, c, reading, cast)
    return slots
