"""What a claim names: bodies, goods, fields, place, framework, source, and who undertakes it.

Each value comes with the span of its words; where nothing says it, it is absent.
"""

from __future__ import annotations

from collections import Counter

import regex

from servanda.codebook import organisations
from servanda.extracting.bodies import bodies_beside
from servanda.extracting.candidates import Candidate
from servanda.extracting.goods import MADE, goods_of
from servanda.extracting.values import HELD, Slots, plain
from servanda.language.cast import Cast
from servanda.language.mentions import PartyMention, Reading, Sentence
from servanda.model import Kind, Span, Stage

SPEAKS = 10
TRAVELS = ("visit", "port-call", "deployment", "mission")
PLACED = (Kind.MEETING, Kind.EXERCISE, Kind.INSTRUMENT, Kind.INSTITUTION)
PLACED_FORMS = ("facility",)
SEATED = (Kind.MEETING, Kind.INSTRUMENT)
BRACKETS = regex.compile(r"\([^()]*\)")
AWAY = 1
ONE_SIDED = ("visit", "grant", "loan", "supply", "aid")
NAME_PIECE = r"\p{Lu}[\p{L}\p{M}\p{N}’'&-]*|of|on|for|and|the|\d{4}(?:-\d{2,4})?"
UNDER = regex.compile(rf"(?:the |its |their )?((?:{NAME_PIECE}|in)(?: (?:{NAME_PIECE}))*)")
VENUE = regex.compile(r" (?:the )?(\p{Lu}[\p{L}’']+(?: (?:of )?\p{Lu}[\p{L}’']+)+)")


def plain_breaks(s: Sentence, a: int, b: int, text: str, names: list[Span]) -> int:
    """Clause breaks between two places, but for brackets with what is in them and commas behind a name."""
    a, b = min(a, b), max(a, b)
    aside = [Span(*m.span()) for m in BRACKETS.finditer(text, a, b)]
    behind = {n.stop for n in names}
    return sum(a <= p < b and p not in behind and not any(x.start <= p < x.stop for x in aside) for p in s.breaks)


def only_speaks(s: Sentence, body: Span, head: int) -> bool:
    """True for who is quoted: "the ministry said that ..."; not for "said it had agreed ..."."""
    for said in s.marked("attribution"):
        near = 0 <= said.start - body.stop <= SPEAKS or 0 <= body.start - said.stop <= 5
        itself = any(0 <= p.start - said.stop <= 6 for p in s.marked("self_pronoun"))
        if near and not itself and not (body.stop <= head < said.start):
            return True
    return False


def is_venue(s: Sentence, body: Span) -> bool:
    """True behind "at" or "in": where something was, not whose it was."""
    return s.mark_before("at", body.start, 5) is not None


def is_government(body: Span, text: str, reading: Reading) -> bool:
    """True for what is the state itself: its government."""
    words = reading.pack.settings("items").get("states", ())
    return any(w in text[body.start : body.stop].casefold() for w in words)


def is_what_meets(c: Candidate, body: Span, text: str) -> bool:
    """True for the commission whose meeting it is: "the second session of the Joint Commission"."""
    led = c.sentence.mark_after("of", c.head.stop, 2)
    return led is not None and text[led.stop : body.start] in (" ", " the ")


def put_bodies(slots: Slots, c: Candidate, cast: Cast, reading: Reading, quote: Span) -> None:
    """Firms, agencies and ministries in the head's clause or the one beside it, those that only speak left out."""
    s, text = c.sentence, reading.text
    people = cast.people.get(s.index, [])
    if c.kind in HELD and "persons" in slots.values:
        return
    beside = bodies_beside(c, cast, reading)
    near = [b for b in beside if quote.start <= b.start < quote.stop]
    near = [b for b in near if not b.start <= c.head.start < b.stop]
    near = [b for b in near if plain_breaks(s, b.start, c.head.start, text, beside) <= 1]
    near = [b for b in near if not any(0 <= p.start - b.stop <= 2 for p in people)]
    near = [b for b in near if c.kind not in SEATED or not is_venue(s, b)]
    near = [b for b in near if c.kind != Kind.MEETING or not is_what_meets(c, b, text)]
    near = [b for b in near if not only_speaks(s, b, c.head.start)]
    near = [b for b in near if not is_government(b, text, reading)]
    slots.put_all("orgs", ((plain(text[b.start : b.stop]), b) for b in near))


def put_items(slots: Slots, c: Candidate, reading: Reading, cast: Cast) -> None:
    """The goods that a thing is about, none that is a part of a body's or a person's name."""
    s = c.sentence
    names = [Span(b.start, b.stop) for b in cast.named.get(s.index, [])]
    names += [Span(p.start, p.stop) for p in cast.people.get(s.index, [])]
    names += [m.span for m in s.marked("office")]
    slots.put_all("items", ((plain(reading.text[g.start : g.stop]), g) for g in goods_of(c, reading, names)))


def put_domains(slots: Slots, c: Candidate, reading: Reading, quote: Span) -> None:
    """Fields named in the phrase; else the head's own; else those named nearest in the quotation; else diplomacy.

    Of a gift, a sale or a project those of its goods too, and where nothing else tells, what is spoken of around it.
    """
    inside = [d for d in c.sentence.domains if c.phrase.start <= d.start < c.phrase.stop]
    own = [*(c.head.entry.data.get("domains") or []), *fields_of_goods(slots, c)]
    if not inside and not own:
        near = [d for d in c.sentence.domains if quote.start <= d.start < quote.stop]
        near = [d for d in near if c.sentence.breaks_between(d.start, c.head.start) <= 1]
        inside = near if c.kind != Kind.MEETING else []
    counted = Counter([d.entry.value for d in inside] + own)
    names = tuple(sorted(counted)) or field_around(c, reading)
    if len(names) > 1 and "diplomacy" in names:
        names = tuple(n for n in names if n != "diplomacy")
    slots.values["domains"] = names
    slots.spans["domains"] = tuple(d.span for d in inside)


def fields_of_goods(slots: Slots, c: Candidate) -> list[str]:
    """The fields of the goods that are given, sold or made: arms are of the defence industry."""
    spans = slots.spans.get("items", ()) if c.kind in MADE else ()
    known = [i for i in c.sentence.items if any(i.span.meets(s) for s in spans)]
    return [name for i in known for name in i.entry.data.get("domains", ())]


def field_around(c: Candidate, reading: Reading) -> tuple[str, ...]:
    """The field most spoken of in the sentences around, but for talks; else diplomacy."""
    if c.kind in (Kind.MEETING, Kind.INSTITUTION, Kind.EXCHANGE):
        return ("diplomacy",)
    near = reading.sentences[max(0, c.sentence.index - AWAY) : c.sentence.index + AWAY + 1]
    told = Counter(d.entry.value for s in near for d in s.domains if d.entry.value != "diplomacy")
    return (min(told, key=lambda name: (-told[name], name)),) if told else ("diplomacy",)


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


def is_placed(c: Candidate, m: PartyMention, text: str, after: bool) -> bool:
    """True for a city or state behind "in" or "at" (before the postposition), or where a visit goes."""
    s, towards = c.sentence, ("at", "to") if c.form in TRAVELS else ("at",)
    if after:
        return m.sort == "place" or any(s.mark_after(name, m.stop, 2) for name in towards)
    start = m.start - 4 if text[m.start - 4 : m.start].lower() == "the " else m.start
    if any(s.mark_before(name, start, 2) for name in towards):
        return True
    both = s.mark_before("and", start, 2)
    if both and any(o.stop == both.start - 1 and o.sort == m.sort and is_placed(c, o, text, after) for o in s.parties):
        return True
    follows = text[m.start - 2 : m.start] in (", ", " (")
    goes = c.form in TRAVELS and c.is_verb and 0 <= start - c.head.stop <= 2
    return goes or (follows and m.sort == "place")


def is_of_a_name(s: Sentence, m: PartyMention, names: list[Span]) -> bool:
    """True where a place belongs to a name: "the University of X", "the Embassy of X in Y"."""
    if any(n.start <= m.start < n.stop for n in names):
        return True
    within = s.mark_before("at", m.start, 5)
    return within is not None and any(
        0 <= within.start - n.stop <= 1 and s.mark_before("at", n.start, 5) is None for n in names
    )


def places_of(c: Candidate, reading: Reading, cast: Cast, quote: Span) -> list[PartyMention]:
    """Cities and states where a thing may have been, in the head's clause or the one beside it."""
    s, text = c.sentence, reading.text
    after = reading.pack.adpositions == "after"
    names = [Span(b.start, b.stop) for b in cast.named.get(s.index, [])]
    found = [m for m in s.parties if m.sort in ("place", "government", "name") and m.code not in organisations()]
    found = [m for m in found if quote.start <= m.start < quote.stop and is_placed(c, m, text, after)]
    found = [m for m in found if plain_breaks(s, m.start, c.head.start, text, names) <= 1]
    return [m for m in found if not is_of_a_name(s, m, names)]


def is_remote(reading: Reading, quote: Span) -> bool:
    """True for talks by telephone or video: they have no place."""
    words = reading.pack.settings("items").get("remote", ())
    said = reading.text[quote.start : quote.stop].casefold()
    return any(word in said for word in words)


def gap(c: Candidate, m: PartyMention) -> int:
    return abs(m.start - c.head.start)


def put_place(slots: Slots, c: Candidate, parties: tuple[str, ...], reading: Reading, cast: Cast, quote: Span) -> None:
    """Where it was or will be: the nearest place, of a visit first one behind it and of its parties."""
    if (c.kind not in PLACED and c.form not in PLACED_FORMS) or is_remote(reading, quote):
        return
    near = places_of(c, reading, cast, quote)
    if c.kind not in HELD:
        near = [m for m in near if m.sort != "name" and m.start > c.head.start]
    venue = venue_of(c, reading) if c.kind == Kind.MEETING and c.form != "visit" else None
    if near:
        visit = c.form == "visit"
        place = min(near, key=lambda m: (visit and m.start < c.head.start, visit and m.code not in parties, gap(c, m)))
        slots.put("where", reading.text[place.start : place.stop], Span(place.start, place.stop))
    elif venue is not None:
        slots.put("where", reading.text[venue.start : venue.stop], venue)


def venue_of(c: Candidate, reading: Reading) -> Span | None:
    """A building behind "at": "at the Presidential Secretariat"."""
    s, text = c.sentence, reading.text
    for mark in s.marked("at"):
        named = VENUE.match(text, min(mark.stop, s.stop))
        if named is None or plain_breaks(s, mark.start, c.head.start, text, []) > 1:
            continue
        venue = Span(*named.span(1))
        whose = text[venue.stop - 2 : venue.stop] in ("'s", "’s")
        events = [h.span for h in s.heads if h.entry.value == Kind.MEETING]
        taken = [*events, *(Span(m.start, m.stop) for m in s.parties if m.sort in ("person", "home"))]
        if not whose and not any(t.meets(venue) for t in taken):
            return venue
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
    named = [(Span(p.start, p.stop), p.name) for p in cast.people.get(s.index, [])]
    named += [(Span(b.start, b.stop), b.name) for b in cast.bodies.get(s.index, [])]
    for said in s.marked("attribution"):
        near = [(w, name) for w, name in named if abs(w.stop - said.start) < 26 or abs(w.start - said.stop) < 12]
        if near and s.breaks_between(said.start, c.head.start) > 0:
            who, name = min(near, key=lambda p: abs(p[0].stop - said.start))
            slots.put("source", name, who)


def put_names(
    slots: Slots, c: Candidate, stage: Stage, parties: tuple[str, ...], reading: Reading, cast: Cast, quote: Span
) -> None:
    """Fill what a claim names; its people are known by now."""
    put_doer(slots, c, stage, parties)
    put_bodies(slots, c, cast, reading, quote)
    put_items(slots, c, reading, cast)
    put_domains(slots, c, reading, quote)
    put_place(slots, c, parties, reading, cast, quote)
    put_under(slots, c, reading)
    put_source(slots, c, cast)
