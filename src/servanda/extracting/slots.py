"""The finer slots of a claim: dates, people, bodies, goods, fields, place, framework, source.

Each value comes with the span of its words; where nothing says it, it is absent. Dates
follow codebook section 2: what is still ahead at the document's date is ``due``, what has
been reached or held is ``when``; an undated text resolves nothing relative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import regex

from servanda.extracting.candidates import Candidate
from servanda.language.cast import Body, Cast, Person
from servanda.language.dates import DateMention, bounds, dates_in
from servanda.language.mentions import PartyMention, Reading, Sentence
from servanda.model import Kind, Span, Stage

AHEAD = (Stage.PROPOSED, Stage.AGREED, Stage.NEGOTIATING, Stage.STALLED, Stage.ENDED)
HELD = (Kind.MEETING, Kind.EXERCISE)
YEARS = regex.compile(r"\d{4}(/\d{4})?")
LENGTH = regex.compile(r"P(\d+)([DWM])")
UNDER = regex.compile(r"(?:the |its |their )?((?:\p{Lu}[\p{L}\p{M}\p{N}’'&-]*|of|on|for|and|the|\d{4}(?:-\d{2,4})?|in)(?: (?:\p{Lu}[\p{L}\p{M}\p{N}’'&-]*|of|on|for|and|the|\d{4}(?:-\d{2,4})?))*)")
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


def tensed(mention: DateMention, ahead: bool) -> str | None:
    """The reading of a date that fits the verb: the next such day for what is ahead, else the last."""
    other = mention.future if ahead else mention.past
    return other or mention.value


def is_ahead(edtf: str, anchor: str | None) -> bool | None:
    """True where the date's last day is after the document's; None where that cannot be told."""
    last, today = bounds(edtf)[1], bounds(anchor)[1] if anchor else None
    return None if last is None or today is None else last > today


def from_day(edtf: str, length: str) -> str:
    """The interval of a length from a day: Wednesday and P3D give Wednesday to Friday."""
    first, found = bounds(edtf)[0], LENGTH.match(length)
    if first is None or found is None or len(edtf) != 10 or found[2] == "M":
        return edtf
    days = int(found[1]) * (7 if found[2] == "W" else 1)
    return f"{edtf}/{(first + timedelta(days=days - 1)).isoformat()}" if days > 1 else edtf


def nearest_date(c: Candidate, found: list[DateMention], span: Span) -> DateMention | None:
    """The date that stands nearest to the head, clause breaks counting ten words."""
    s = c.sentence

    def far(m: DateMention) -> int:
        a, b = (c.head.stop, m.span.start) if m.span.start >= c.head.stop else (m.span.stop, c.head.start)
        return s.distance(a, b) + 6 * s.breaks_between(a, b)

    usable = [m for m in found if m.precision not in ("duration", "vague") and (m.value or m.past or m.future) and m.relation not in ("since", "about")]
    usable = [m for m in usable if far(m) < 22]
    return min(usable, key=lambda m: (not span.covers(m.span), far(m)), default=None)


def put_dates(slots: Slots, c: Candidate, stage: Stage, reading: Reading, quote: Span) -> None:
    found = dates_in(reading.text, reading.language, reading.anchor, c.sentence.start, c.sentence.stop)
    years = [m for m in found if m.precision in ("range", "fiscal") and m.value and YEARS.fullmatch(m.value) and "/" in m.value]
    for mention in years:
        slots.put("period", mention.value, mention.span)
    mention = nearest_date(c, [m for m in found if m not in years], quote)
    if mention is None:
        return
    ahead = stage in AHEAD
    value = tensed(mention, ahead)
    if value is None:
        return
    length = next((m for m in found if m.precision == "duration" and m.value), None)
    if length is not None and mention.relation == "from" and c.kind in HELD:
        value = from_day(value, length.value or "")
    still = is_ahead(value, reading.anchor)
    slot = "due" if still or (still is None and ahead) or mention.relation == "by" and ahead else "when"
    if slot == "when" and ahead and stage in (Stage.PROPOSED, Stage.NEGOTIATING):
        return
    slots.put(slot, value, mention.span)


# ---- people, bodies, goods -----------------------------------------------------------------------


def put_people(slots: Slots, c: Candidate, parties: tuple[str, ...], cast: Cast, quote: Span) -> None:
    """Who meets, signs, leads or offers: people in the quotation that stand for one of the parties."""
    people = [p for p in cast.people.get(c.sentence.index, []) if quote.start <= p.start < quote.stop]
    people = [p for p in people if not p.code or p.code in parties]
    if c.kind not in HELD:
        people = [p for p in people if p.start < c.head.start and c.sentence.breaks_between(p.stop, c.head.start) <= 1]
    slots.put_all("persons", ((p.name, Span(p.start, p.stop)) for p in people))


def put_bodies(slots: Slots, c: Candidate, cast: Cast, quote: Span) -> None:
    bodies = [b for b in cast.bodies.get(c.sentence.index, []) if quote.start <= b.start < quote.stop]
    bodies = [b for b in bodies if not (b.start <= c.head.start < b.stop)]
    named = [m for m in c.sentence.parties if m.sort == "body" and quote.start <= m.start < quote.stop]
    found = [(b.name, Span(b.start, b.stop)) for b in bodies]
    slots.put_all("orgs", found + [(m.name, Span(m.start, m.stop)) for m in named if m.name])


def put_items(slots: Slots, c: Candidate, reading: Reading) -> None:
    inside = [i for i in c.sentence.items if c.phrase.start <= i.start < c.phrase.stop + 40 and c.sentence.breaks_between(c.head.start, i.start) <= 2]
    slots.put_all("items", ((reading.text[i.start : i.stop], i.span) for i in inside))


def put_domains(slots: Slots, c: Candidate, quote: Span) -> None:
    """Fields named in the phrase; else the head's own; else those named nearest in the quotation; else diplomacy."""
    inside = [d for d in c.sentence.domains if c.phrase.start <= d.start < c.phrase.stop]
    own = c.head.entry.data.get("domains") or []
    if not inside and not own:
        near = [d for d in c.sentence.domains if quote.start <= d.start < quote.stop and c.sentence.breaks_between(*sorted((d.start, c.head.start))) <= 1]
        inside = near if c.kind != Kind.MEETING else []
    counted = Counter([d.entry.value for d in inside] + list(own))
    names = tuple(sorted(counted)) or ("diplomacy",)
    if len(names) > 1 and "diplomacy" in names:
        names = tuple(n for n in names if n != "diplomacy")
    slots.values["domains"] = names
    slots.spans["domains"] = tuple(d.span for d in inside)


# ---- place, framework, source --------------------------------------------------------------------


def places_in(c: Candidate, quote: Span, after: bool) -> Iterator[PartyMention]:
    s = c.sentence
    for m in s.parties:
        if m.sort in ("place", "government", "name") and quote.start <= m.start < quote.stop:
            beside = s.mark_after("at", m.stop, 2) if after else s.mark_before("at", m.start, 2)
            if beside is not None or m.sort == "place":
                yield m


def put_place(slots: Slots, c: Candidate, reading: Reading, quote: Span) -> None:
    if c.kind not in (Kind.MEETING, Kind.EXERCISE, Kind.INSTRUMENT, Kind.INSTITUTION):
        return
    s = c.sentence
    found = list(places_in(c, quote, reading.pack.adpositions == "after"))
    if not found and c.form == "visit":
        found = [m for m in s.parties if m.sort in ("government", "name") and s.mark_before("to", m.start, 2)]
    if found:
        place = min(found, key=lambda m: abs(m.start - c.head.start))
        slots.put("where", reading.text[place.start : place.stop], Span(place.start, place.stop))


def put_under(slots: Slots, c: Candidate, reading: Reading) -> None:
    """A named plan, commission or meeting behind "under the framework of", "as part of"."""
    for mark in c.sentence.marked("under"):
        named = UNDER.match(reading.text, min(mark.stop + 1, c.sentence.stop))
        if named is None or c.head.start < named.end() and named.start() < c.head.stop:
            continue
        words = plain(named[1])
        if len(words) > 5 and " " in words and words[0].isupper():
            slots.put("under", words, Span(named.start(1), named.start(1) + len(words)))


def put_source(slots: Slots, c: Candidate, cast: Cast, reading: Reading) -> None:
    """Who says it: the person or body beside a word of saying, outside the clause of the head."""
    s = c.sentence
    for said in s.marked("attribution"):
        people: list[Person | Body] = [*cast.people.get(s.index, []), *cast.bodies.get(s.index, [])]
        near = [p for p in people if abs(p.stop - said.start) < 26 or abs(p.start - said.stop) < 12]
        near = [p for p in near if s.breaks_between(*sorted((said.start, c.head.start))) > 0]
        if near:
            who = min(near, key=lambda p: abs(p.stop - said.start))
            slots.put("source", who.name, Span(who.start, who.stop))


def slots_of(c: Candidate, stage: Stage, parties: tuple[str, ...], reading: Reading, cast: Cast, quote: Span) -> Slots:
    """Return the finer slots of a candidate, each with its words."""
    slots = Slots()
    put_dates(slots, c, stage, reading, quote)
    put_people(slots, c, parties, cast, quote)
    put_bodies(slots, c, cast, quote)
    put_items(slots, c, reading)
    put_domains(slots, c, quote)
    put_place(slots, c, reading, quote)
    put_under(slots, c, reading)
    put_source(slots, c, cast, reading)
    return slots
