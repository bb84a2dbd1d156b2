"""Documents to claims: candidates, their parties, what is kept, how far it came, what is said twice.

Deterministic; needs no network. Each claim says in ``because`` which cue, head, pack and
rule gave each slot, and holds quotations that stand in the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from sys import intern
from typing import Any

import regex

from servanda.extracting.candidates import Candidate, candidates
from servanda.extracting.choosing import choose, members_of
from servanda.extracting.explaining import Nearness, nearness, reasons
from servanda.extracting.goods import GIVEN
from servanda.extracting.linear import Weights, known, models, probability, score
from servanda.extracting.merging import Thing, distinct, things
from servanda.extracting.parties import best, choices, hosts_apart
from servanda.extracting.phrases import content_words, evidence, ordinals_in, phrase, phrase_features
from servanda.extracting.rivals import rival_features
from servanda.extracting.slots import repeated_slots, slots_of
from servanda.extracting.stages import settle_stage
from servanda.extracting.standing import Standing, sorts
from servanda.extracting.values import Slots, plain
from servanda.extracting.weighing import weigh
from servanda.extracting.wording import known_choice, known_sorts, known_standing
from servanda.language.cast import Cast, cast_of
from servanda.language.mentions import Reading, read
from servanda.language.packs import languages
from servanda.model import NOTHING, Claim, Document, Span, Stage
from servanda.problems import Problem

NUMBER = regex.compile(r"\p{N}+(?:st|nd|rd|th)?")
LEAD_STEPS = (0.1, 0.3, 0.7, 1.5, 3.0)
SLOT_RULES = {
    "when": "the likeliest date of its sentences, read by its clause's tense",
    "due": "the likeliest date of its sentences, still ahead of the document's",
    "period": "a range of years in the sentence",
    "by": "the one party that stands as subject",
    "persons": "the likeliest people of its sentences",
    "orgs": "bodies near the head",
    "items": "what a word of giving takes, and goods named in the noun phrase",
    "domains": "words of the field in the noun phrase, else the head's own and its goods', else nearby",
    "where": "a place behind a word of place, or where a visit goes",
    "under": "a name behind a word of framework",
    "source": "who stands beside a word of saying",
}
CONSIDER = 0.12
TELLING = 6
HOPELESS = -3.2
KEEP = 0.39
MANY = 500
SURE = 0.57


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one document says: its claims in reading order, and problems beside them."""

    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Setting:
    """A document as read, with what its candidates are judged against."""

    reading: Reading
    cast: Cast
    standing: Standing

    @classmethod
    def of(cls, text: str, language: str, anchor: str | None, title: str | None) -> Setting:
        return cls.around(read(text, language, anchor, title))

    @classmethod
    def around(cls, reading: Reading) -> Setting:
        return cls(reading, cast_of(reading), Standing.of(reading))


def party_summary(c: Candidate, lead: float, standing: Standing) -> list[str]:
    """What keep-or-drop may know of the parties chosen."""
    parties, here = c.parties, {m.code for m in c.sentence.parties}
    inside, grade = min(3, sum(p in here for p in parties)), max(-4, min(6, int(c.party_score)))
    size, since = min(4, len(parties)), max(standing.since(p, c.sentence.index) for p in parties)
    return [
        f"p.in&head:{inside}&{c.name}",
        f"p.lead:{bisect_left(LEAD_STEPS, lead)}",
        f"p.score:{grade}",
        *known_choice(size, inside, c.kind),
        *known_standing(size, standing.share(parties), standing.least(parties), since, c.kind),
        *known_sorts(sorts(parties), c.kind, c.form, c.stage),
    ]


def settle_parties(c: Candidate, setting: Setting, last: set[str], weights: Weights) -> set[str]:
    """Choose a candidate's parties and return them as the ones last spoken of."""
    choice, points, lead = best(weights, choices(c, setting.reading, setting.standing, last))
    if choice is None:
        c.parties, c.party_features = (), ["p.none"]
        return last
    c.parties, c.party_score = choice.parties, points
    c.party_features = party_summary(c, lead, setting.standing)
    return set(choice.parties)


def settle_stages(found: list[Thing], trained: Mapping[str, Weights], text: str) -> None:
    for thing in found:
        for c in thing.members:
            settle_stage(c, trained, text)


def stage_of(thing: Thing) -> Stage:
    """The stage that its members, each weighing as likely as it is a claim, most agree on."""
    sums: dict[Stage, float] = defaultdict(float)
    for c in thing.members:
        for stage, chance in c.stages.items():
            sums[stage] += c.keep**2 * chance
    return max(sums, key=lambda s: (sums[s], s))


def describe_phrase(c: Candidate, setting: Setting) -> None:
    """Give a candidate its noun phrase, with the words, numbers and people in it."""
    settle_phrase(c, setting.reading)
    describe_words(c, setting)


def settle_phrase(c: Candidate, reading: Reading) -> None:
    c.phrase = phrase(c, reading)
    c.phrase_features = phrase_features(c, reading)


def describe_words(c: Candidate, setting: Setting) -> None:
    """Tell what a candidate's phrase names, by which it is known again."""
    reading = setting.reading
    c.words = content_words(c.phrase, reading)
    c.numbers = frozenset(NUMBER.findall(reading.text, c.phrase.start, c.phrase.stop))
    c.ordinals = ordinals_in(c.phrase, reading)
    people = setting.cast.people.get(c.sentence.index, [])
    near = [p for p in people if c.sentence.breaks_between(p.start, c.head.start) <= 1]
    c.persons = frozenset(p.name.split()[-1] for p in near)


def judged(setting: Setting, trained: Mapping[str, Weights]) -> list[Candidate]:
    """Return every hopeful candidate with its parties and the chance that it is a claim."""
    reading, keep = setting.reading, trained.get("keep", {})
    found, firsts, whose = list[Candidate](), list[float](), trained.get("parties", {})
    last: set[str] = set()
    for c, alone in hopeful(candidates(reading), keep, len(reading.sentences) > MANY):
        settle_phrase(c, reading)
        last = settle_parties(c, setting, last, whose)
        found.append(c)
        firsts.append(fsum([*alone, *known(keep, [*c.phrase_features, *c.party_features])]))
    settle_keep(found, trained, firsts)
    return found


def each_host(found: list[Candidate], setting: Setting) -> list[Candidate]:
    """Give each host of a visit to several a candidate of its own."""
    after = setting.reading.pack.adpositions == "after"
    made = []
    for c in found:
        made += [replace(c, parties=pair) for pair in hosts_apart(c, after)] or [c]
    return made


def hopeful(found: Iterable[Candidate], keep: Weights, many: bool) -> Iterator[tuple[Candidate, list[float]]]:
    """Yield candidates with what weighs in them without their parties, but for those that no parties could make a
    claim: choosing them is most of the work. Where there are many, features that they share are held once."""
    for c in found:
        alone = known(keep, c.features)
        if not keep or fsum(alone) > HOPELESS:
            c.features = [*map(intern, c.features)] if many else c.features
            yield c, alone


def settle_keep(found: list[Candidate], trained: Mapping[str, Weights], firsts: Sequence[float] | None = None) -> None:
    """Judge each candidate among its rivals, given how it was judged alone; without parties there is no claim."""
    keep, among = trained.get("keep", {}), trained.get("among", {})
    if not keep:
        for c in found:
            c.keep = rule_keep(c) if c.parties else 0.0
        return
    if firsts is None:
        firsts = [score(keep, c.all_features()) for c in found]
    for c, first, rivals in zip(found, firsts, rival_features(found, firsts), strict=True):
        points = first * among.get("points", 1.0) + score(among, ["bias", *rivals])
        c.keep = probability(points) if c.parties else 0.0


def rule_keep(c: Candidate) -> float:
    """The rules alone: a plain head with a cue near it and a party in its sentence."""
    near = bool(c.governors and c.governors[0].cost <= 10)
    return 0.7 if near and c.sentence.parties and not c.head.entry.data.get("weak") else 0.2


def told(setting: Setting, trained: Mapping[str, Weights]) -> list[Thing]:
    """Return the things that a text may tell of, each weighed among the others."""
    kept = [c for c in each_host(judged(setting, trained), setting) if c.keep >= CONSIDER]
    for c in kept:
        describe_words(c, setting)
    found = things(kept, setting.reading.text, trained.get("same", {}))
    weigh(found, trained.get("told", {}))
    return found


def ruled(thing: Thing, setting: Setting) -> Slots:
    """The slots of a thing by the rules: from its clearest member, else from a repetition."""
    return ruled_by(thing.lead, others_of(thing), stage_of(thing), setting, quotes_of(thing, setting.reading))


def ruled_by(
    c: Candidate, others: Sequence[Candidate], stage: Stage, setting: Setting, quotes: Sequence[Span]
) -> Slots:
    reading = setting.reading
    slots = slots_of(c, stage, c.parties, reading, setting.cast, quotes[0])
    for member, quote in zip(others[:TELLING], quotes[1:], strict=False):
        goods = c.form in GIVEN and member.form in GIVEN
        add_missing(slots, repeated_slots(slots, member, stage, c.parties, reading, setting.cast, quote, goods))
    return slots


def others_of(thing: Thing) -> list[Candidate]:
    """The members of a thing but for its clearest one."""
    c = thing.lead
    return [m for m in thing.members if m is not c]


def quotes_of(thing: Thing, reading: Reading) -> list[Span]:
    """The evidence of a thing's clearest member, then of the others."""
    return [evidence(c, c.phrase, reading) for c in (thing.lead, *others_of(thing))]


def claim_of(
    thing: Thing, setting: Setting, document: Document, home: str, trained: Mapping[str, Weights] = NOTHING
) -> Claim:
    """Make the claim of a thing: slots from its clearest member, a quotation from each."""
    reading, c, others = setting.reading, thing.lead, others_of(thing)
    quotes, stage = quotes_of(thing, reading), stage_of(thing)
    slots = ruled_by(c, others, stage, setting, quotes)
    choose(slots, members_of(c, others), stage, reading, setting.cast, trained, quotes)
    return Claim(
        document=home,
        kind=c.kind,
        form=c.form,
        stage=stage,
        title=plain(reading.text[c.phrase.start : c.phrase.stop]) or reading.text[c.head.start : c.head.stop],
        parties=c.parties,
        quotations=tuple(document.quote(q) for q in distinct(quotes[0], quotes[1:])),
        language=reading.language,
        confidence=round(thing.worth, 3),
        review=thing.worth < SURE,
        slots={**main_spans(c), **slots.spans},
        because={**reasons(c, reading), **{slot: SLOT_RULES[slot] for slot in slots.values if slot in SLOT_RULES}},
        **values(slots),
    )


def main_spans(c: Candidate) -> dict[str, tuple[Span, ...]]:
    """The words behind title, kind, stage and parties, where the sentence has them."""
    named = tuple(Span(m.start, m.stop) for m in c.sentence.parties if m.code in c.parties)
    spans = {"title": (c.phrase,), "kind": (c.head.span,), "parties": named}
    if c.governors:
        spans["stage"] = (c.governors[0].cue.span,)
    return {slot: found for slot, found in spans.items() if found}


def values(slots: Slots) -> dict[str, Any]:
    return dict(slots.values)


def add_missing(slots: Slots, more: Slots) -> None:
    """Take from a repetition what the first mention does not say; a second date is left alone, bodies come in pairs."""
    for slot in ("when", "due", "period", "persons", "where", "under", "items"):
        if not (slot == "due" and "when" in slots.values):
            slots.take(slot, more)
    both = more.values.get("orgs", ())
    if "orgs" not in slots.values and len(both) > 1:
        slots.take("orgs", more)


def extract(document: Document, trained: Mapping[str, Weights] | None = None) -> Extraction:
    """Return the claims of a document; a language without a pack gives none, and a problem that says so."""
    language = document.language or "en"
    if language not in languages():
        advice = "The document is kept; see `servanda packs` for the languages that can be read."
        where = document.url or document.title or "document"
        return Extraction((), (Problem(where, f"no pack reads the language {language!r}.", "no-pack", advice),))
    trained = models() if trained is None else trained
    reading = read(document.text, language, document.date, document.title, sparing=True)
    if len(reading.weight) < 2 or not any(s.heads for s in reading.sentences):
        return Extraction(())
    setting, home = Setting.around(reading), document.id
    for sentence in reading.sentences:
        if not sentence.heads:
            sentence.marks = NOTHING  # they have told of people and bodies; in a long text they are many
    found = [t for t in told(setting, trained) if t.worth >= KEEP]
    settle_stages(found, trained, document.text)
    return Extraction(tuple(claim_of(t, setting, document, home, trained) for t in found))


def explain(document: Document, trained: Mapping[str, Weights] | None = None) -> list[Nearness]:
    """Return how near each head of a document came to a claim, whether or not it is one."""
    language = document.language or "en"
    if language not in languages():
        return []
    trained = models() if trained is None else trained
    setting = Setting.of(document.text, language, document.date, document.title)
    found = judged(setting, trained)
    for c in found:
        settle_stage(c, trained, setting.reading.text)
    keep = trained.get("keep", {})
    firsts = [score(keep, c.all_features()) for c in found] if keep else []
    return nearness(found, firsts, setting.reading, trained, KEEP)
