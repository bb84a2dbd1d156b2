"""Which dates and people of a thing's sentences are its own: a linear choice over readable features.

Every option is words of the text; the models "date" and "person" say how likely each belongs to the
claim, and where none is likely the slot stays empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import regex

from servanda.extracting.candidates import Candidate, link, step
from servanda.extracting.linear import Weights, probability, score
from servanda.extracting.slots import UNUSED, from_day, is_dateline, is_when_said
from servanda.extracting.values import HELD, Slots, in_reach
from servanda.language.cast import Cast
from servanda.language.dates import DateMention, bounds
from servanda.language.mentions import Reading, Sentence
from servanda.language.packs import Hit
from servanda.language.people import Person
from servanda.model import Kind, Span, Stage

DATED = 0.42
DEADLINE = 0.15
NAMED = 0.47
READ = 6
WORDS = regex.compile(r"[\p{L}\p{M}\p{N}]+")
OWNERS = ("'s", "’s")
BROKEN = (Stage.ENDED, Stage.STALLED)
CLAUSE_MARKS = ("future", "past", "perfect", "present", "hedge", "negation", "background", "attribution")


Values = Mapping[str, str | tuple[str, ...]]
Trained = Mapping[str, Weights]


@dataclass(slots=True)
class Option:
    """A value that a slot might have, with its words and what speaks for it."""

    slot: str
    value: str
    span: Span
    features: list[str] = field(default_factory=list)


def members_of(lead: Candidate, members: Sequence[Candidate]) -> list[Candidate]:
    """The clearest member first, then the others in reading order."""
    return [lead, *(m for m in members if m is not lead)][: READ + 1]


def choose(
    slots: Slots,
    read: Sequence[Candidate],
    stage: Stage,
    reading: Reading,
    cast: Cast,
    trained: Trained,
    quotes: Sequence[Span],
) -> None:
    """Put the likeliest dates and people in the place of those that the rules found; untrained, theirs stay.

    ``quotes`` are the evidence of the members that are read.
    """
    ruled = dict(slots.values)
    if "date" in trained:
        slots.drop("when", "due")
        put_dates(slots, date_options(read, stage, reading, ruled), trained["date"])
    if "person" in trained:
        slots.drop("persons")
        put_people(slots, people_options(read, stage, reading, cast, ruled, quotes[: len(read)]), trained["person"])


def gap(c: Candidate, span: Span) -> tuple[int, int]:
    """The stretch between a head and other words, whichever stands first."""
    return (c.head.stop, span.start) if span.start >= c.head.start else (span.stop, c.head.start)


def place(c: Candidate, span: Span) -> list[str]:
    """Where words stand from a head: side, words, clause breaks, heads and cues between."""
    s = c.sentence
    a, b = gap(c, span)
    side = "behind" if span.start >= c.head.start else "before"
    far, breaks = step(s.distance(a, b)), min(3, s.breaks_between(a, b))
    heads = min(2, sum(a <= h.start < b for h in s.heads if h is not c.head))
    cues = min(2, sum(a <= cue.start < b for cue in s.cues))
    made = [
        f"far:{far}",
        f"side:{side}",
        f"breaks:{breaks}",
        f"breaks&side:{breaks}{side}",
        f"heads:{heads}",
        f"heads&side:{heads}{side}",
        f"cues:{cues}{side}",
        f"verb:{c.is_verb}{side}",
    ]
    if c.governors and c.governors[0].cost <= 14:
        cue = c.governors[0].cue
        x, y = (cue.stop, span.start) if span.start >= cue.start else (span.stop, cue.start)
        made.append(f"cue.far:{step(s.distance(x, y))}{min(2, s.breaks_between(x, y))}")
    if c.phrase.covers(span):
        made.append("in.phrase")
    return made


def beside(text: str, s: Sentence, span: Span) -> list[str]:
    """The words just before and behind."""
    before = WORDS.findall(text[max(s.start, span.start - 40) : span.start].lower())
    behind = WORDS.findall(text[span.stop : min(s.stop, span.stop + 40)].lower())
    return [
        f"w-1:{before[-1] if before else ''}",
        f"w+1:{behind[0] if behind else ''}",
        f"c-1:{text[max(s.start, span.start - 2) : span.start].strip()[-1:]}",
        f"c+1:{text[span.stop : span.stop + 1].strip()}",
    ]


def clause_marks(s: Sentence, span: Span) -> Iterator[str]:
    """Tense and doubt in the clause of the words, or in the whole sentence."""
    for name in CLAUSE_MARKS:
        found = s.marked(name)
        if any(s.breaks_between(m.start, span.start) == 0 for m in found):
            yield f"clause:{name}"
        elif found:
            yield f"sentence:{name}"


def member_features(nth: int, c: Candidate, lead: Candidate, stage: Stage) -> list[str]:
    away = 0 if nth == 0 else 1 + min(4, step(abs(c.sentence.index - lead.sentence.index)))
    made = [
        f"member:{min(2, nth)}",
        f"away:{away}",
        f"own.stage:{c.stage == stage}",
        f"same.head:{c.name == lead.name}",
    ]
    if c.sentence.index == 0:
        made.append("title")
    if nth and c.sentence is lead.sentence:
        made.append("same.sentence")
    return made


# ---- dates ---------------------------------------------------------------------------------------


def readings(mention: DateMention, stage: Stage, anchor: str | None) -> Iterator[tuple[str, str]]:
    """Yield the slots that a date may fill: ``when`` unless it is still to come, ``due`` unless it is over."""
    today = bounds(anchor)[1] if anchor else None
    past, ahead = mention.past or mention.value, mention.future or mention.value
    spans = [v for v in (mention.value, mention.future) if v and today and covers(v, today)]
    if spans:
        past = ahead = spans[0]
    begins = bounds(past)[0] if past else None
    if past and (today is None or begins is None or begins <= today):
        yield "when", past
    ends = bounds(ahead)[1] if ahead else None
    if ahead and (today is None or ends is None or ends >= today or stage in BROKEN):
        yield "due", ahead


def covers(edtf: str, today: date) -> bool:
    """True where a stretch of days begins on or before a day and ends on or after it."""
    first, last = bounds(edtf)
    return "/" in edtf and first is not None and last is not None and first <= today <= last


def age(value: str, anchor: str | None) -> str:
    """How far a date lies from the document's, roughly."""
    first, last = bounds(value)
    today = bounds(anchor)[1] if anchor else None
    if today is None or first is None or last is None:
        return "unknown"
    if first <= today <= last:
        return "same" if first == last else "within"
    days = (today - last).days if last < today else (first - today).days
    return f"{'past' if last < today else 'ahead'}{sum(days > n for n in (1, 7, 31, 92, 400))}"


def date_features(c: Candidate, m: DateMention, text: str, rank: int) -> list[str]:
    s = c.sentence
    made = [
        f"precision:{m.precision}",
        f"relation:{m.relation}",
        f"weekday:{m.weekday}",
        f"relative:{m.relative}",
        f"precision&relative:{m.precision}{m.relative}",
        f"rank:{min(2, rank)}",
    ]
    if is_when_said(s, m):
        made.append("said.on")
    if is_dateline(s, m, text):
        made.append("dateline")
    return made


def group(kind: Kind) -> str:
    return "held" if kind in HELD else "text" if kind == Kind.INSTRUMENT else "other"


def date_options(read: Sequence[Candidate], stage: Stage, reading: Reading, ruled: Values) -> list[Option]:
    """Return the dates in the sentences of a thing's members, each in every slot that it may fill."""
    made: list[Option] = []
    for nth, c in enumerate(read):
        made += dates_beside(nth, c, read[0], stage, reading)
    often = Counter((o.slot, o.value) for o in made)
    for o in made:
        if often[o.slot, o.value] > 1:
            o.features.append(f"again&{o.slot}")
        if ruled.get(o.slot) == o.value:
            o.features += ["ruled", f"ruled&{o.slot}"]
    return made


def dates_beside(nth: int, c: Candidate, lead: Candidate, stage: Stage, reading: Reading) -> Iterator[Option]:
    """Yield the options in the sentence of one member."""
    s, text, anchor = c.sentence, reading.text, reading.anchor
    found = reading.dates_of(s)
    lengths = [m.value for m in found if m.precision == "duration" and m.value and in_reach(c.phrase, m.span, 12)]
    usable = [m for m in found if m.precision not in UNUSED]

    def far(m: DateMention) -> int:
        a, b = gap(c, m.span)
        return s.distance(a, b) + 6 * s.breaks_between(a, b)

    for rank, m in enumerate(sorted(usable, key=far)):
        shared = [*owner(c, m.span), *place(c, m.span), *beside(text, s, m.span), *clause_marks(s, m.span)]
        shared += [*date_features(c, m, text, rank), *member_features(nth, c, lead, stage)]
        for slot, value in readings(m, stage, anchor):
            if lengths and c.kind in HELD:
                value = from_day(value, lengths[0])
            yield Option(slot, value, m.span, conjoined(slot, shared, lead, stage, age(value, anchor), c))


def owner(c: Candidate, span: Span) -> list[str]:
    """Whether another head of the sentence stands nearer to the words, and of what kind."""
    s = c.sentence

    def far(h: Hit) -> int:
        a, b = (h.stop, span.start) if span.start >= h.start else (span.stop, h.start)
        return s.distance(a, b) + 6 * s.breaks_between(a, b)

    nearest = min(s.heads, key=lambda h: (far(h), h is not c.head))
    if nearest is c.head:
        return ["owner:own", "owner:alone" if len(s.heads) == 1 else "owner:first"]
    side = "behind" if span.start >= nearest.start else "before"
    return ["owner:other", f"owner:{nearest.entry.value == c.kind}{side}"]


def conjoined(slot: str, shared: list[str], lead: Candidate, stage: Stage, old: str, c: Candidate) -> list[str]:
    """What speaks for a date, and what does for it in this slot."""
    sort = group(lead.kind)
    made = ["bias", *shared, *(f"{slot}&{f}" for f in shared)]
    made += [
        f"{slot}",
        f"{slot}&stage:{stage}",
        f"{slot}&stage&sort:{stage}{sort}",
        f"{slot}&kind:{lead.kind}",
        f"{slot}&age:{old}",
        f"{slot}&age&stage:{old}{stage}",
        f"{slot}&form:{lead.form}",
    ]
    return made


def put_dates(slots: Slots, options: Iterable[Option], weights: Weights) -> None:
    """Fill ``when`` and ``due`` with their likeliest dates; one date fills one slot.

    A deadline ("by the end of the year") that the rules read stands unless much speaks against it.
    """
    taken: Span | None = None
    for chance, o in sorted(((probability(score(weights, o.features)), o) for o in options), key=lambda p: -p[0]):
        said = "ruled&due" in o.features and "relation:by" in o.features
        if chance >= (DEADLINE if said else DATED) and o.slot not in slots.values and o.span != taken:
            slots.put(o.slot, o.value, o.span)
            taken = o.span


# ---- people --------------------------------------------------------------------------------------


def people_options(
    read: Sequence[Candidate], stage: Stage, reading: Reading, cast: Cast, ruled: Values, quotes: Sequence[Span]
) -> list[Option]:
    """Return the people in the sentences of a thing's members and in the one before, each as often as named."""
    lead, made = read[0], list[Option]()
    for nth, c in enumerate(read):
        here = cast.people.get(c.sentence.index, [])
        for p in here:
            span = Span(p.start, p.stop)
            shared = [
                *place(c, span),
                *beside(reading.text, c.sentence, span),
                *stand(c, p, here, lead.parties, reading),
            ]
            shared += member_features(nth, c, lead, stage)
            shared.append(f"quoted:{any(q.start <= p.start < q.stop for q in quotes)}")
            made.append(Option("persons", p.name, span, by_sort(shared, lead, stage)))
    made += people_before(lead, stage, lead.parties, cast)
    often = Counter(o.value for o in made)
    for o in made:
        o.features.append(f"often:{min(3, often[o.value])}")
        if o.value in ruled.get("persons", ()):
            o.features.append("ruled")
    return made


def people_before(lead: Candidate, stage: Stage, parties: tuple[str, ...], cast: Cast) -> Iterator[Option]:
    """Yield the people of the sentence before: "he also met ..." speaks of them."""
    s, here = lead.sentence, cast.people.get(lead.sentence.index - 1, [])
    opening = [m for name in ("self_pronoun", "pronoun", "office", "both_sides") for m in s.marked(name)]
    first = min((m for m in opening if m.stop <= lead.head.stop), key=lambda m: m.start, default=None)
    refers = first.entry.value if first and first.start - s.start < 12 else "none"
    own = {p.code for p in cast.people.get(s.index, [])}
    for nth, p in enumerate(here):
        code = "in" if p.code in parties else "out" if p.code else "none"
        shared = [f"before:{refers}", f"before:{refers}{min(2, nth)}", f"before:{refers}{code}", f"before&code:{code}"]
        shared += [f"before:{refers}{p.code in own}", f"before:{refers}{len(here) == 1}"]
        yield Option("persons", p.name, Span(p.start, p.stop), by_sort(shared, lead, stage))


def stand(c: Candidate, p: Person, here: list[Person], parties: tuple[str, ...], reading: Reading) -> list[str]:
    """Whose a person is, and how they stand among the others of the sentence."""
    s = c.sentence
    a, b = gap(c, Span(p.start, p.stop))
    code = "in" if p.code in parties else "out" if p.code else "none"
    far = abs(p.start - c.head.start)
    nearer = [o for o in here if o is not p and o.code == p.code and abs(o.start - c.head.start) < far]
    rank = sum(o.start < p.start for o in here)
    before = [name for name in ("by", "with", "between", "of", "to", "from", "and") if s.mark_before(name, p.start, 46)]
    said = any(0 <= m.start - p.stop <= 26 or 0 <= p.start - m.stop <= 12 for m in s.marked("attribution"))
    near = link(s, a, b)
    return [
        f"code:{code}",
        f"nearer:{min(2, len(nearer))}",
        f"nearer&code:{bool(nearer)}{code}",
        f"rank:{min(3, rank)}",
        f"people:{min(4, len(here))}",
        f"said:{said}",
        f"link:{near}",
        f"owns:{reading.text[p.stop : p.stop + 2] in OWNERS}",
        f"first:{rank == 0 and p.start < c.head.start}",
        *(f"led:{name}" for name in before),
    ]


def by_sort(shared: list[str], lead: Candidate, stage: Stage) -> list[str]:
    """What speaks for a person, by itself and for this sort of claim."""
    sort = group(lead.kind)
    made = ["bias", *shared, *(f"{sort}&{f}" for f in shared)]
    return [*made, f"kind:{lead.kind}", f"form:{lead.form}", f"kind&stage:{lead.kind}{stage}"]


def put_people(slots: Slots, options: Sequence[Option], weights: Weights, bar: float = NAMED) -> None:
    """Fill ``persons`` with all that are likely, by their likeliest mention."""
    best = dict[str, tuple[float, Span]]()
    for o in options:
        p = probability(score(weights, o.features))
        if p > best.get(o.value, (0.0, o.span))[0]:
            best[o.value] = (p, o.span)
    slots.put_all("persons", [(name, span) for name, (p, span) in best.items() if p >= bar])
