"""A claim as matching sees it: words brought to one form, dates as day numbers, names as keys.

A profile is a pure function of a filed claim. ``keys`` are the blocks it stands in: two
claims that share none are never compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations
from zlib import crc32

import regex

from servanda.ledger.days import UNKNOWN, Stretch, day_number, known, length, stretch
from servanda.ledger.records import Filed
from servanda.ledger.words import (
    PLAIN_WORD,
    TITLES,
    Title,
    body_key,
    hosts_in,
    offices_in,
    ordinals_in,
    person_words,
    places,
    plain,
    read_title,
    skeleton,
    without_leaving,
)
from servanda.model import Claim, Kind, Stage

# Looked up once: a member of an enumeration costs more than a test of it.
MEETING, INSTRUMENT, SIGNED, ACTIVE = Kind.MEETING, Kind.INSTRUMENT, Stage.SIGNED, Stage.ACTIVE
EVENTS = frozenset({MEETING, Kind.EXERCISE})
VAGUE = frozenset({Kind.COOPERATION, Kind.EXCHANGE, Kind.TRAINING})
REACHED = frozenset({Stage.SIGNED, Stage.ACTIVE, Stage.DONE})
SETTLED = frozenset({SIGNED, Stage.DONE, Stage.ENDED})
LATIN = regex.compile(r"\p{Latin}")
CALL = regex.compile(r"\bcalls? (?:between|with|from|to)\b", regex.I)
COURTESY = regex.compile(r"\bcourtesy (?:call|visit)|\bcall(?:s|ed)? on\b", regex.I)
PARTS = regex.compile(r"\s*,\s*|\s+in\s+")
YEAR = regex.compile(r"\d{4}(?:-\d\d){0,2}")
NONE: frozenset[str] = frozenset()
SMALL = 8
WORDS = 8  # telling words of a title that are paired
CROWD = 6  # persons: more are a list of guests
CLOSE = 62  # days: what is dated more loosely says little about when
VISIT = 2  # days before and after which a visit under way may have begun and will end
VISITS = frozenset({"visit", "mission", "port-call", "deployment"})


@dataclass(frozen=True, slots=True)
class Profile:
    """``event`` is when the thing was or is to be held; ``signed`` when an instrument was concluded.

    ``told`` the report's day; ``settled`` when what is no event was concluded, done or ended, where told closely;
    ``detailed`` says whether it names a host, item, plan, doer or place.
    """

    id: str
    document: str
    text: str
    kind: Kind
    form: str | None
    stage: Stage
    parties: frozenset[str]
    by: frozenset[str]
    title: Title
    items: frozenset[str]
    orgs: tuple[tuple[str, frozenset[str]], ...]
    org_words: frozenset[str]
    persons: tuple[tuple[str, ...], ...]
    names: frozenset[str]
    offices: frozenset[str]
    hosts: frozenset[str]
    place: frozenset[str]
    place_codes: frozenset[str]
    place_words: frozenset[str]
    domains: frozenset[str]
    under: frozenset[str]
    event: Stretch
    signed: Stretch
    reached: Stretch
    when: Stretch
    due: Stretch
    period: Stretch
    came_in: frozenset[int]
    told: int | None
    latin: bool
    bones: Mapping[str, str]
    called: bool
    headline: bool
    around: Stretch
    settled: Stretch
    detailed: bool

    @property
    def telephone(self) -> bool:
        return "telephone" in self.title.words or self.called


def around(event: Stretch, signed: Stretch, told: int | None) -> Stretch:
    """Return the time of which a claim speaks: its event's or signing's where told closely, else its report's day."""
    for of in (event, signed):
        if (days := length(of)) is not None and days <= CLOSE:
            return of
    return (told, told) if told is not None else event if known(event) else signed


def settled(claim: Claim) -> Stretch:
    """Return when a thing was concluded, done or ended, where told closely: of these days a late report speaks."""
    if claim.kind in VAGUE or claim.kind in EVENTS or claim.stage not in SETTLED:
        return UNKNOWN
    days = length(when := stretch(claim.when))
    return when if days is not None and days <= CLOSE else UNKNOWN


def form_of(claim: Claim) -> str | None:
    """Return a claim's form; a courtesy call is no journey, whatever a report calls it."""
    return "talks" if claim.form == "visit" and COURTESY.search(claim.title) else claim.form


def profile(filed: Filed) -> Profile:
    """Return what matching needs of a claim."""
    claim, title = filed.claim, numbered(filed.claim)
    latin, by_call, bones = wording(claim.title)
    place, codes = read_place(claim.where)
    place_words = frozenset(read_title(claim.where).words) if claim.where else NONE
    items = frozenset(strong(" ".join(claim.items))) if claim.items else NONE
    under = under_what(claim.under)
    hosts = hosts_in(claim.title) - set(claim.parties) if claim.kind is MEETING else NONE
    orgs = tuple((body_key(name), frozenset(read_title(name).words)) for name in sorted(set(claim.orgs)))
    persons = tuple(sorted({words for name in claim.persons if (words := person_words(name))}))
    event, when, told = event_of(filed), stretch(claim.when), day_number(filed.card.date)
    signed = when if claim.kind is INSTRUMENT and claim.stage is SIGNED else UNKNOWN
    return Profile(
        id=filed.id,
        document=claim.document,
        text=filed.card.text,
        kind=claim.kind,
        form=form_of(claim),
        stage=claim.stage,
        parties=one_of_each(claim.parties),
        by=one_of_each(claim.by),
        title=title,
        items=items,
        orgs=tuple((key, spoken(words)) for key, words in orgs),
        org_words=NONE.union(*(words | {key} for key, words in orgs)),
        persons=persons,
        names=NONE.union(*persons),
        offices=offices_in(claim.title) if claim.kind in EVENTS else NONE,
        hosts=hosts,
        place=place,
        place_codes=codes,
        place_words=place_words,
        domains=one_of_each(claim.domains),
        under=under,
        event=event,
        signed=signed,
        reached=when if claim.stage in REACHED else UNKNOWN,
        when=when,
        due=stretch(claim.due),
        period=stretch(claim.period),
        came_in=years_of(claim.when) if claim.stage in REACHED else frozenset(),
        told=told,
        latin=latin,
        bones=bones,
        around=around(event, signed, told),
        settled=settled(claim),
        called=by_call,
        headline=in_headline(filed),
        detailed=bool(hosts or items or under or claim.by or place or place_words),
    )


@lru_cache(maxsize=TITLES)
def wording(title: str) -> tuple[bool, bool, Mapping[str, str]]:
    """Return whether a title is in Latin letters, whether it tells of a call, and its words with their consonants."""
    words = read_title(title).words
    bones = {word: bone for word, weight in words.items() if weight == 1.0 and len(bone := skeleton(word)) > 1}
    return LATIN.search(title) is not None, CALL.search(title) is not None, bones


@lru_cache(maxsize=20_000)
def one_of_each(names: tuple[str, ...]) -> frozenset[str]:
    """Return names as a set, the same set for the same names."""
    return frozenset(names)


def under_what(plan: str | None) -> frozenset[str]:
    """Return the words and years of the plan under which a thing stands."""
    return frozenset((*strong(plan), *map(str, read_title(plan).years))) if plan else NONE


def in_headline(filed: Filed) -> bool:
    """True for a claim that only its document's headline makes: the text below tells it again."""
    title = filed.card.title
    return bool(title) and all(quotation.words.strip() in (title or "") for quotation in filed.claim.quotations)


def numbered(claim: Claim) -> Title:
    """Return the title with the number that a quotation gives right before it ("the third" executive contract)."""
    over = claim.kind is INSTRUMENT and claim.stage is Stage.ENDED
    title = read_title(without_leaving(claim.title) if over else claim.title)
    if title.ordinals:
        return title
    told = {n for span in claim.slots.get("title", ()) for n in number_before(claim, span.start)}
    return replace(title, ordinals=frozenset(told), numbered=True) if told else title


def number_before(claim: Claim, start: int) -> Iterator[int]:
    for quotation in claim.quotations:
        if quotation.start < start <= quotation.stop:
            before = quotation.words[: start - quotation.start].rsplit(None, 1)
            yield from ordinals_in(before[-1]) if before else ()


def years_of(when: str | None) -> frozenset[int]:
    """Return the year of a date that names one."""
    return frozenset({int(when[:4])}) if when and YEAR.fullmatch(when) else frozenset()


def event_of(filed: Filed) -> Stretch:
    """Return when a meeting or exercise was or is to be held, as the claim says; unknown for what is no event."""
    claim = filed.claim
    if claim.kind not in EVENTS:
        return UNKNOWN
    if claim.stage in REACHED:
        days = stretch(claim.when) if claim.when else stretch(claim.due)
        return under_way(days) if claim.stage is ACTIVE and gathering(claim.form) == "visit" else days
    return stretch(claim.due) if claim.due else UNKNOWN


def under_way(days: Stretch) -> Stretch:
    """Return the days around one on which a visit is told as under way: it may have begun before and end after."""
    first, last = days
    return (first - VISIT, first + VISIT) if first is not None and first == last else days


def strong(text: str) -> Iterator[str]:
    """Yield the words of a text that weigh more than generic ones."""
    return (word for word, weight in read_title(text).words.items() if weight >= 0.6) if text else iter(())


@lru_cache(maxsize=20_000)
def read_place(where: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of a place's words, and the countries that it names or is the seat of."""
    if not where:
        return frozenset(), frozenset()
    words = PLAIN_WORD.findall(where)
    parts = [where, *PARTS.split(where)]
    codes = frozenset(code for part in parts for code in places().get(plain(part), ()))
    return frozenset(skeleton(word) for word in words if len(skeleton(word)) > 1), codes


@lru_cache(maxsize=20_000)
def bases(parties: frozenset[str]) -> Sequence[str]:
    """Return the blocks of a set of parties.

    Up to eight parties: each pair. More: the single parties of a prefix long enough that any
    two sets with half their parties in common share one (prefix filtering on Jaccard 0.5), so
    that a summit of forty does not stand in 780 blocks.
    """
    line = sorted(parties)
    if len(line) <= SMALL:
        return tuple("+".join(pair) for pair in combinations(line, 2)) or tuple(line)
    return tuple(line[: len(line) // 2 + 1])


def traits(of: Profile) -> set[str]:
    """Return what a claim can be found by within its parties' blocks.

    Two telling words in common, or all of them, lead to one another at any time; one
    word alone only among things of one kind within half a year, or the blocks of two
    states that have much to do with one another would be too large.
    """
    telling = {word: weight for word, weight in of.title.words.items() if weight >= 0.6}
    fields = sorted(word for word, weight in telling.items() if weight < 1.0)
    found = {f"e:{'+'.join(sorted(telling))}"} if telling else set()
    found |= set(word_pairs(of, telling | dict.fromkeys(of.items, 1.0)))
    single = {word for word, weight in telling.items() if weight == 1.0} | of.items
    found |= {f"w:{bone}:{of.kind}:{year}" for bone in {bone_of(word) for word in single} for year in half_years(of)}
    found |= {f"a:{amount}" for amount in of.title.amounts} | {
        f"g:{key}" for body in of.orgs for key in found_by(*body)
    }
    found |= {f"o:{number}:{of.kind}" for number in of.title.ordinals}
    if of.kind in EVENTS and len(of.persons) < CROWD:
        years = half_years(of)
        found |= {f"p:{name}:{year}" for person in of.persons for name in (person[0], person[-1]) for year in years}
    if of.kind is INSTRUMENT:
        found |= {f"i:{of.form}:{field}" for field in (*fields, *of.title.years)}
    if of.form == "embassy":
        found.add("i:embassy")
    return found | set(moments(of, fields))


def found_by(key: str, words: frozenset[str]) -> tuple[str, ...]:
    """Return what a body is found by: its key, and the longest word of its name, whatever the order of the words."""
    return (key, max(sorted(words), key=len)) if words else (key,)


@lru_cache(maxsize=20_000)
def spoken(words: frozenset[str]) -> frozenset[str]:
    """Return the words of a body's name by their consonants: one name in other letters, or spelt otherwise."""
    return frozenset(bone_of(word) for word in words)


def bone_of(word: str) -> str:
    """Return a word's consonants, by which it is found whatever its script; the word itself where they are too few."""
    bone = skeleton(word)
    return bone if len(bone) > 1 else word


def word_pairs(of: Profile, telling: Mapping[str, float]) -> Iterator[str]:
    """Yield each two telling words that stand together; two fields of policy only among things of one kind."""
    chosen = sorted(telling, key=lambda word: (-telling[word], -len(word), word))[:WORDS]
    for a, b in combinations(sorted(chosen), 2):
        yield f"{of.kind if telling[a] + telling[b] < 1.5 else ''}:{a}+{b}"


def half_years(of: Profile) -> set[int | None]:
    """Return the years around a claim, counted from two points so that days half a year apart share one."""
    days = [first for first, _ in (of.around, of.settled) if first is not None]
    return {(day + shift) // 366 for day in days for shift in (0, 183)} or {None}


def moments(of: Profile, fields: Sequence[str]) -> Iterator[str]:
    """Yield the stretches of time in which a claim can be found: two that lie within ten days share one."""
    if of.around[0] is None:
        return
    ends = {day for day in (*of.around, *of.settled) if day is not None}
    windows = {(day + shift) // 20 for day in ends for shift in (0, 10)}
    if of.kind in EVENTS:
        yield from (f"m:{gathering(of.form)}:{window}" for window in windows)
        return
    yield from (f"m:{of.kind}:{of.form}:{window}:{field}" for window in windows for field in (fields or ("",)))


def gathering(form: str | None) -> str:
    """Return whether one side travels to the other or both sit together: a visit and the talks during it are two."""
    return "visit" if form in VISITS else "sitting"


def keys(of: Profile) -> set[int]:
    """Return the numbers of the blocks in which a claim stands: its parties' by its traits."""
    found = traits(of)
    return {key for base in bases(of.parties) for key in block_keys(base, found)}


def block_keys(base: str, found: Iterable[str]) -> set[int]:
    """Return the numbers of blocks: those of one base lie together, so that they are written and read together."""
    home, _ = stretch_of(base)
    return {home | crc32(trait.encode("utf-8", "surrogatepass")) for trait in found}


def stretch_of(base: str) -> tuple[int, int]:
    """Return the first and the last number that a block of this base can have."""
    home = (digest_number(base) >> 41) << 40
    return home, home | 0xFFFFFFFFFF


def digest_number(text: str) -> int:
    """Return a 64-bit digest."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
