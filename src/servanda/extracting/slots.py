"""The finer slots of a claim: dates, people, bodies, goods, fields, place, framework, source.

Each value comes with the span of its words; where nothing says it, it is absent. Dates
follow codebook section 2: what is still ahead at the document's date is ``due``, what has
been reached or held is ``when``; an undated text resolves nothing relative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import regex

from servanda.codebook import organisations
from servanda.extracting.candidates import Candidate
from servanda.language.cast import Body, Cast, Person
from servanda.language.dates import DateMention, bounds, dates_in
from servanda.language.mentions import PartyMention, Reading, Sentence
from servanda.model import Kind, Span, Stage

AHEAD = (Stage.PROPOSED, Stage.AGREED, Stage.NEGOTIATING, Stage.STALLED, Stage.ENDED)
ONE_SIDED = ("visit", "grant", "loan", "supply", "aid")
HELD = (Kind.MEETING, Kind.EXERCISE)
UNUSED = ("duration", "vague", "decade")
SAID_ON = 5
DATELINE = 40
DATELINE_END = regex.compile(r"\s*(?:\([^)]{2,24}\))?\s*(?:[:–—]|-\s)|\s*\([^)]{2,24}\)\s")
YEARS = regex.compile(r"\d{4}(/\d{4})?")
LENGTH = regex.compile(r"P(\d+)([DWM])")
NAME_PIECE = r"\p{Lu}[\p{L}\p{M}\p{N}’'&-]*|of|on|for|and|the|\d{4}(?:-\d{2,4})?"
UNDER = regex.compile(rf"(?:the |its |their )?((?:{NAME_PIECE}|in)(?: (?:{NAME_PIECE}))*)")
VENUE = regex.compile(r" (?:the )?(\p{Lu}[\p{L}’']+(?: (?:of )?\p{Lu}[\p{L}’']+)+)")
SPACE = regex.compile(r"\s+")


@dataclass(slots=True)
class Slots:
    """Values by slot, with the spans of their words."""

    values: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    spans: dict[str, tuple[Span, ...]] = field(default_factory=dict)

    def put(self, slot: str, value: str | None, *spans: Span) -> None:
        if value and slot not in self.values:
            self.values[slot] = value
            self.spans[slot] = spans

    def put_all(self, slot: str, found: Iterable[tuple[str, Span]]) -> None:
        pairs = dict(reversed([*found]))
        if pairs and slot not in self.values:
            ordered = sorted(pairs.items(), key=lambda p: p[1])
            self.values[slot] = tuple(v for v, _ in ordered)
            self.spans[slot] = tuple(s for _, s in ordered)


def plain(text: str) -> str:
    """One line without the white space and punctuation at its ends."""
    return SPACE.sub(" ", text).strip(" ,;:.-–—'\"“”‘’«»()")


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


def in_reach(phrase: Span, span: Span, behind: int) -> bool:
    """True where a stretch begins in the phrase or at most so many code points behind it."""
    return phrase.start <= span.start < phrase.stop + behind


def put_dates(slots: Slots, c: Candidate, stage: Stage, reading: Reading, breaks: int) -> None:
    found = dates_in(reading.text, reading.language, reading.anchor, c.sentence.start, c.sentence.stop)
    spans = [m for m in found if m.precision in ("range", "fiscal")]
    years = [m for m in spans if m.value and YEARS.fullmatch(m.value) and "/" in m.value]
    for period in years:
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


def put_bodies(slots: Slots, c: Candidate, cast: Cast, reading: Reading, quote: Span) -> None:
    """Firms, agencies and ministries near the head that are no party by themselves and no one's office."""
    if c.kind in HELD and "persons" in slots.values:
        return
    people = cast.people.get(c.sentence.index, [])
    bodies = [(b.start, b.stop) for b in cast.bodies.get(c.sentence.index, []) if b.code not in organisations()]
    bodies += [(m.start, m.stop) for m in c.sentence.parties if m.sort == "body" and m.code not in organisations()]
    near = [(a, b) for a, b in bodies if quote.start <= a < quote.stop and not a <= c.head.start < b]
    near = [(a, b) for a, b in near if c.sentence.breaks_between(a, c.head.start) <= 1]
    near = [(a, b) for a, b in near if not any(0 <= p.start - b <= 2 for p in people)]
    whole = [(a, b) for a, b in near if not any((a, b) != o and o[0] <= a and b <= o[1] for o in near)]
    slots.put_all("orgs", ((plain(reading.text[a:b]), Span(a, b)) for a, b in whole))


def put_items(slots: Slots, c: Candidate, reading: Reading) -> None:
    """Goods in the noun phrase or soon behind it."""
    near = [i for i in c.sentence.items if in_reach(c.phrase, i.span, 40)]
    inside = [i for i in near if c.sentence.breaks_between(c.head.start, i.start) <= 2]
    slots.put_all("items", ((reading.text[i.start : i.stop], i.span) for i in inside))


def put_domains(slots: Slots, c: Candidate, quote: Span) -> None:
    """Fields named in the phrase; else the head's own; else those named nearest in the quotation; else diplomacy."""
    inside = [d for d in c.sentence.domains if c.phrase.start <= d.start < c.phrase.stop]
    own = c.head.entry.data.get("domains") or []
    if not inside and not own:
        near = [d for d in c.sentence.domains if quote.start <= d.start < quote.stop]
        near = [d for d in near if c.sentence.breaks_between(d.start, c.head.start) <= 1]
        inside = near if c.kind != Kind.MEETING else []
    counted = Counter([d.entry.value for d in inside] + list(own))
    names = tuple(sorted(counted)) or ("diplomacy",)
    if len(names) > 1 and "diplomacy" in names:
        names = tuple(n for n in names if n != "diplomacy")
    slots.values["domains"] = names
    slots.spans["domains"] = tuple(d.span for d in inside)


def put_doer(slots: Slots, c: Candidate, stage: Stage, parties: tuple[str, ...]) -> None:
    """Who offers, gives or travels: the one party that stands as subject, the others behind the verb."""
    if stage != Stage.PROPOSED and c.form not in ONE_SIDED:
        return
    s = c.sentence
    own = c.is_verb or not c.governors or c.governors[0].behind
    verb = c.head.start if own else c.governors[0].cue.start
    before = [m for m in s.parties if m.stop <= verb and m.code in parties]
    behind = {m.code for m in s.parties if m.start >= verb}
    if before and {m.code for m in before} == {before[0].code} and (set(parties) - {before[0].code}) & behind:
        slots.put_all("by", [(before[0].code, Span(before[0].start, before[0].stop))])


# ---- place, framework, source --------------------------------------------------------------------


def named_places(c: Candidate, quote: Span, after: bool) -> Iterator[PartyMention]:
    """Cities and states that stand as a place: behind "in" or "at", or, for a visit, where it goes."""
    s, towards = c.sentence, ("at", "to") if c.form == "visit" else ("at",)
    quoted = [m for m in s.parties if quote.start <= m.start < quote.stop and m.code not in organisations()]
    for m in quoted:
        if m.sort in ("place", "government", "name"):
            marks = [s.mark_after(name, m.stop, 2) if after else s.mark_before(name, m.start, 2) for name in towards]
            goes = c.form == "visit" and c.is_verb and 0 <= m.start - c.head.stop <= 2
            if any(marks) or goes or m.sort == "place":
                yield m


def put_place(slots: Slots, c: Candidate, reading: Reading, quote: Span) -> None:
    if c.kind not in (Kind.MEETING, Kind.EXERCISE, Kind.INSTRUMENT, Kind.INSTITUTION):
        return
    s = c.sentence
    places = named_places(c, quote, reading.pack.adpositions == "after")
    near = [m for m in places if s.breaks_between(m.start, c.head.start) <= 1]
    if c.kind not in HELD:
        near = [m for m in near if m.sort != "name"]
    venue = venue_of(c, reading) if c.kind == Kind.MEETING and c.form != "visit" else None
    if near:
        place = min(near, key=lambda m: (c.form == "visit" and m.start < c.head.start, abs(m.start - c.head.start)))
        slots.put("where", reading.text[place.start : place.stop], Span(place.start, place.stop))
    elif venue is not None:
        slots.put("where", reading.text[venue.start : venue.stop], venue)


def venue_of(c: Candidate, reading: Reading) -> Span | None:
    """A building behind "at": "at the Presidential Secretariat"."""
    for mark in c.sentence.marked("at"):
        named = VENUE.match(reading.text, min(mark.stop, c.sentence.stop))
        if named and c.sentence.breaks_between(mark.start, c.head.start) <= 1:
            return Span(*named.span(1))
    return None


def put_under(slots: Slots, c: Candidate, reading: Reading) -> None:
    """A named plan, commission or meeting behind "under the framework of", "as part of"."""
    for mark in c.sentence.marked("under"):
        named = UNDER.match(reading.text, min(mark.stop + 1, c.sentence.stop))
        if named is None or (c.head.start < named.end() and named.start() < c.head.stop):
            continue
        words = plain(named[1])
        if len(words) > 5 and " " in words and words[0].isupper():
            slots.put("under", words, Span(named.start(1), named.start(1) + len(words)))


def put_source(slots: Slots, c: Candidate, cast: Cast) -> None:
    """Who says it: the person or body beside a word of saying, outside the clause of the head."""
    s = c.sentence
    for said in s.marked("attribution"):
        people: list[Person | Body] = [*cast.people.get(s.index, []), *cast.bodies.get(s.index, [])]
        near = [p for p in people if abs(p.stop - said.start) < 26 or abs(p.start - said.stop) < 12]
        near = [p for p in near if s.breaks_between(said.start, c.head.start) > 0]
        if near:
            who = min(near, key=lambda p: abs(p.stop - said.start))
            slots.put("source", who.name, Span(who.start, who.stop))


def slots_of(
    c: Candidate, stage: Stage, parties: tuple[str, ...], reading: Reading, cast: Cast, quote: Span, breaks: int = 3
) -> Slots:
    """Return the finer slots of a candidate, each with its words; a date within so many clause breaks."""
    slots = Slots()
    put_dates(slots, c, stage, reading, breaks)
    put_people(slots, c, parties, cast, quote)
    put_doer(slots, c, stage, parties)
    put_bodies(slots, c, cast, reading, quote)
    put_items(slots, c, reading)
    put_domains(slots, c, quote)
    put_place(slots, c, reading, quote)
    put_under(slots, c, reading)
    put_source(slots, c, cast)
    return slots
