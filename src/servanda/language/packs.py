"""Language packs: all that the program knows of one language, as data.

A pack is a folder of TOML files under ``servanda/packs``. Forms match whole words,
case-insensitively, punctuation counting as a blank; ``*`` at the end of a word stands
for the word's further letters. In a language whose words bear ``particles`` a form stands
for the word with or without them, and a match covers the word alone; there ``_`` at the
beginning lets a form end a compound, ``*`` or ``_`` at the end lets it begin one. All
lexicons of a pack go into one automaton, and one pass over a text finds every whole-word
match of every layer.

Matching works on a *folded* text of the same length as the text, so that every offset
found is an offset into the text.
"""

from __future__ import annotations

import re
import tomllib
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from operator import itemgetter
from typing import Any, NamedTuple

import regex
from ahocorasick_rs import AhoCorasick, MatchKind

from servanda.model import NOTHING, Span
from servanda.problems import PackError

NOT_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}* ]")
RUN = regex.compile(" {2,}")
LONGEST_REST = 160
NAMED_BY = {"name": "names", "adjective": "adjectives", "government": "governments", "people": "people"}
LETTERS = r"[\p{L}\p{M}\p{N}]*"
NO_LETTER = r"(?![\p{L}\p{M}\p{N}])"
KANA = regex.compile("[はがをにでへとのもや]{1,2}|\\p{Hiragana}")
WIDE = regex.compile("[\uff01-\uff5e]")
NARROW = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
INVISIBLE = re.compile("[\u200b\u200c\u200d\u00ad\u2060\ufeff]")


NEW_HIT = tuple.__new__  # half the time that a call of the class takes; a document has thousands
BY_PLACE = itemgetter(0, 1)
BY_END = itemgetter(2)
FIRST_LAYERS = {"party": 0, "head": 0, "mark": 1}


class Entry(NamedTuple):
    """One lexicon entry: its layer ("party", "head", "cue", "mark", "domain", "item"), id and attributes."""

    layer: str
    id: str
    value: str
    data: dict[str, Any]


class Hit(NamedTuple):
    """A match of an entry in a text, half-open code points."""

    start: int
    stop: int
    entry: Entry

    @property
    def span(self) -> Span:
        return Span(self.start, self.stop)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form as compiled: its literal key, what to verify behind and before it, and how it must be written.

    The key may have a blank in front (``lead`` 1) and behind (``trail`` 1); ``solid`` has none within; of a ``simple``
    one nothing is to verify.
    """

    key: str
    rest: regex.Pattern[str] | None
    written: str | None
    entry: Entry
    edge: regex.Pattern[str] | None = None
    lead: int = field(init=False)
    trail: int = field(init=False)
    solid: bool = field(init=False)
    simple: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lead", int(self.key[0] == " "))
        object.__setattr__(self, "trail", int(self.key[-1] == " "))
        object.__setattr__(self, "solid", self.rest is None and " " not in self.key.strip(" "))
        object.__setattr__(self, "simple", self.solid and self.edge is None and self.written is None)


def folded(text: str) -> str:
    """Return the text in small, half-width letters with all but letters, marks and digits blank; same length."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if WIDE.search(small):
        small = small.translate(NARROW)
    return NOT_WORD.sub(" ", small).replace("*", " ").replace("ё", "е")


def form_pattern(form: str, entry: Entry, own: Pack, cased: bool) -> Pattern:
    """Compile one form of the pack format, for texts of a pack's language; the module tells of ``*`` and ``_``."""
    plain = " ".join(NOT_WORD.sub(" ", INVISIBLE.sub("", form.lower()).replace("ё", "е")).split())
    if not plain.strip("* "):
        raise PackError(f"{entry.id}: the form {form!r} has no word in it.")
    head, star, rest = plain.partition("*")
    written = form.partition("*")[0].rstrip(".") if cased else None
    before = " " if own.spaced and not form.startswith("_") else ""
    if own.spaced and not own.particles and not star:
        return Pattern(f"{before}{plain} ", None, written, entry)
    edge, end = edges(plain, form.endswith(("*", "_")), own)
    inner = regex.escape(rest).replace(r"\*", LETTERS).replace(r"\ ", " ")
    tail = (LETTERS + inner if rest or (star and not own.particles) else "") + end
    follows, precedes = (compiled(e) if e else None for e in (tail, edge))
    return Pattern(f"{before}{head}", follows, written, entry, precedes)


def edges(plain: str, is_open: bool, own: Pack) -> tuple[str, str]:
    """Return what must hold where a form begins and where it ends.

    Without blanks a word of ASCII ends where other signs begin, and a particle of one or two kana stands
    behind a word written otherwise only, of one kana before such a word too. With particles a word ends
    before them (a particle itself where the word does); an open form anywhere.
    """
    if own.spaced and plain in own.particles:
        return "", NO_LETTER
    if own.spaced:
        follow = "|".join(sorted(own.particles, key=lambda p: (-len(p), p)))
        return "", "" if is_open and own.particles else rf"(?=(?:{follow}){{0,3}}{NO_LETTER})" if follow else NO_LETTER
    if plain.isascii():
        return "(?<![a-z0-9])", "(?![a-z0-9])"
    if KANA.fullmatch(plain):
        return r"(?<![\p{Hiragana}\s])", r"(?!\p{Hiragana})" if len(plain) == 1 else ""
    return "", ""


@cache
def compiled(expression: str) -> regex.Pattern[str]:
    return regex.compile(expression)


@dataclass(frozen=True, slots=True)
class Haystack:
    """A text folded for matching, a run of white space and punctuation being one blank, and the way back."""

    folded: str
    runs: Sequence[int]
    starts: Sequence[int]
    removed: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Haystack:
        long = f" {folded(text)} "
        runs, starts, removed, total = array("L"), array("L"), array("L", (0,)), 0
        for run in RUN.finditer(long):
            first, stop = run.span()
            runs.append(first)
            starts.append(first - total + 1)
            total += stop - first - 1
            removed.append(total)
        return cls(RUN.sub(" ", long) if runs else long, runs, starts, removed)

    def place(self, index: int) -> int:
        """Return where in the text a place of the folded text stands."""
        return index + self.removed[bisect_right(self.starts, index)] - 1

    def index(self, place: int) -> int:
        """Return where in the folded text a place of the text stands; what was removed stands behind its blank."""
        before = bisect_right(self.runs, place)
        return max(place + 1 - self.removed[before], self.starts[before - 1] if before else 0)


Raw = tuple[int, int, int]


class Scan:
    """The matches of a lexicon in a text, found in one pass; a ``Hit`` is made only of those asked for.

    ``offset`` is where the text begins in the document: places asked for and given are the document's.
    """

    def __init__(self, lexicon: Lexicon, text: str, offset: int = 0) -> None:
        self.lexicon, self.patterns, self.offset = lexicon, lexicon.patterns, offset
        self.places: list[int] | None = None
        if not text.isascii() and INVISIBLE.search(text):
            # Joiners and soft hyphens stand inside words: match without them, then give the text's own offsets.
            self.places = [i for i, c in enumerate(text) if not INVISIBLE.match(c)]
            text = "".join(text[i] for i in self.places)
            self.places.append(self.places[-1] + 1 if self.places else 0)
        self.text = text
        self.haystack = Haystack.of(text)
        self.raw: list[Raw] = lexicon.automaton.find_matches_as_indexes(self.haystack.folded, overlapping=True)

    def between(self, start: int, stop: int) -> list[Raw]:
        """Return what may match between two places of the document: all that does, and some that juts out."""
        first, last = start - self.offset, stop - self.offset
        if self.places is not None:
            first, last = bisect_left(self.places, first), bisect_left(self.places, last)
        low, high = self.haystack.index(first), self.haystack.index(last)
        return self.raw[bisect_right(self.raw, low, key=BY_END) : bisect_right(self.raw, high + 1, key=BY_END)]

    def hits(self, raw: Iterable[Raw]) -> list[Hit]:
        """Return the whole-word matches among raw ones, by place."""
        found = []
        starts, removed, offset = self.haystack.starts, self.haystack.removed, self.offset - 1
        for index, begin, end in raw:
            pattern = self.patterns[index]
            if pattern.simple and self.places is None:  # as most are, and as ``_hit`` has it
                begin += pattern.lead
                first = begin + removed[bisect_right(starts, begin)] + offset
                found.append(NEW_HIT(Hit, (first, first + end - pattern.trail - begin, pattern.entry)))
            elif (hit := self._hit(pattern, begin, end)) is not None:
                found.append(hit)
        if len(found) > 1:
            found.sort(key=BY_PLACE)
        return found

    def _hit(self, pattern: Pattern, begin: int, end: int) -> Hit | None:
        folded, stop = self.haystack.folded, end - pattern.trail
        if pattern.edge is not None and pattern.edge.match(folded, begin) is None:
            return None
        if pattern.rest is not None:
            rest = pattern.rest.match(folded, end, end + LONGEST_REST)
            if rest is None:
                return None
            stop = rest.end()
        begin += pattern.lead
        first = self.haystack.place(begin)
        last = first + stop - begin if pattern.solid else self.haystack.place(stop - 1) + 1
        if pattern.written is not None and not self.text.startswith(pattern.written, first):
            return None
        if self.places is not None:
            first, last = self.places[first], self.places[last - 1] + 1
        return NEW_HIT(Hit, (first + self.offset, last + self.offset, pattern.entry))


def layer_place(pattern: Pattern) -> int:
    """Where a form's layer stands in a lexicon: those of parties and heads are asked for first, marks next."""
    return FIRST_LAYERS.get(pattern.entry.layer, 2)


class Lexicon:
    """All forms of some packs in one automaton, which finds them in one pass; the first ``named`` ones are those of
    parties and heads, the first ``marked`` ones those of marks too."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(sorted(patterns, key=layer_place))
        places = [*map(layer_place, self.patterns)]
        self.named, self.marked = places.count(0), places.count(0) + places.count(1)
        self.automaton = AhoCorasick([p.key for p in self.patterns], matchkind=MatchKind.Standard)

    def hits(self, text: str) -> list[Hit]:
        """Return every whole-word match in the text, of all layers, overlapping ones too, by start."""
        scan = Scan(self, text)
        return scan.hits(scan.raw)

    def marks(self, names: Collection[str]) -> frozenset[int]:
        """Return which patterns are forms of marks of these names."""
        marks = ((i, p.entry) for i, p in enumerate(self.patterns) if p.entry.layer == "mark")
        return frozenset(i for i, entry in marks if entry.value in names)


class Names:
    """Names that a document has made known, all found again in one pass over it."""

    def __init__(self, names: Collection[str]) -> None:
        self.automaton = AhoCorasick(sorted(names), matchkind=MatchKind.Standard)

    def within(self, text: str, starts: Sequence[int], stops: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
        """Return where names start and stop, by the number of the stretch that holds them whole; stretches ascend.

        Overlapping ones and parts of words are among them.
        """
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for _, start, stop in self.automaton.find_matches_as_indexes(text, overlapping=True):
            number = bisect_right(starts, start) - 1
            if number >= 0 and stop <= stops[number]:
                found[number].append((start, stop))
        return found


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Keep of hits by place the leftmost and, of those that begin together, the longest; the rest that overlap go."""
    kept: list[Hit] = []
    reached = -1
    for hit in hits:
        if hit[0] >= reached:
            kept.append(hit)
        elif hit[0] != kept[-1][0] or hit[1] <= reached:
            continue
        else:
            kept[-1] = hit
        reached = hit[1]
    return kept


@dataclass(frozen=True, slots=True)
class Pack:
    """One language's data. ``tables`` maps a file's stem ("heads") to its content; ``offices`` says where they
    stand as seen from a person's name, ``particles`` what may hang on any word."""

    language: str
    name: str
    spaced: bool = True
    cue_side: str = "before"
    mixes: tuple[str, ...] = ()
    adpositions: str = "before"
    cased: bool = True
    particles: tuple[str, ...] = ()
    offices: str = "before"
    tables: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    def settings(self, table: str) -> dict[str, Any]:
        return self.tables.get(table, {})

    def marks(self) -> dict[str, list[str]]:
        return dict(self.settings("marks").get("marks", NOTHING))


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a pack, sorted."""
    folder = files("servanda").joinpath("packs")
    return tuple(sorted(d.name for d in folder.iterdir() if d.joinpath("pack.toml").is_file()))


@cache
def pack(language: str) -> Pack:
    """Load one pack. Raises PackError naming the file where its TOML is broken."""
    folder = files("servanda").joinpath("packs", language)
    tables: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            try:
                tables[file.name.removesuffix(".toml")] = tomllib.loads(file.read_text("utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise PackError(f"packs/{language}/{file.name}: {error}.") from error
    own = tables.pop("pack")
    return Pack(
        language=language,
        name=own["name"],
        spaced=own.get("spaced", True),
        cue_side=own.get("cue_side", "before"),
        mixes=tuple(own.get("mixes", ())),
        adpositions=own.get("adpositions", "before"),
        cased=own.get("script", "Latn") in ("Latn", "Cyrl", "Grek", "Armn"),
        particles=tuple(own.get("particles", ())),
        offices=own.get("offices", "before"),
        tables=tables,
    )


def party_entries(table: dict[str, Any]) -> Iterator[tuple[Entry, list[str], bool]]:
    """Yield (entry, forms, written as is) of a parties or countries table."""
    for party in table.get("party", ()):
        for sort, key in NAMED_BY.items():
            if party.get(key):
                entry = Entry("party", f"party.{party['code']}.{sort}", party["code"], {"sort": sort, **party})
                yield entry, party[key], bool(party.get("cased"))
    for leader in table.get("leader", ()):
        data = {"sort": "leader", **leader}
        entry = Entry("party", f"leader.{leader['name']}", leader["code"], data)
        yield entry, leader["forms"], bool(leader.get("cased"))
    for pair in table.get("pair", ()):
        data = {"sort": "adjective", **pair}
        entry = Entry("party", f"pair.{pair['forms'][0]}", " ".join(pair["codes"]), data)
        yield entry, pair["forms"], bool(pair.get("cased"))
    for body in table.get("body", ()):
        data = {"sort": "body", **body}
        entry = Entry("party", f"body.{body['forms'][0]}", body["code"], data)
        yield entry, body["forms"], bool(body.get("cased"))
    for mask in table.get("not_party", ()):
        yield Entry("party", f"mask.{mask['forms'][0]}", "", {"sort": "mask", **mask}), mask["forms"], False
    for place in table.get("place", ()):
        data = {"sort": "place", **place}
        entry = Entry("party", f"place.{place['forms'][0]}", place["code"], data)
        yield entry, place["forms"], bool(place.get("cased"))


def lexicon_entries(own: Pack) -> Iterator[tuple[Entry, list[str], bool]]:
    """Yield every (entry, forms, written as is) of a pack, layer by layer."""
    for table in ("countries", "parties"):
        yield from party_entries(own.settings(table))
    for head in own.settings("heads").get("head", ()):
        yield Entry("head", head["id"], head["kind"], head), head["forms"], bool(head.get("cased"))
        if head.get("stop"):
            yield Entry("head", head["id"] + ".stop", "", {"sort": "mask"}), head["stop"], False
    for cue in own.settings("cues").get("cue", ()):
        yield Entry("cue", cue["id"], cue["stage"], {"side": own.cue_side, **cue}), cue["forms"], False
    for name, forms in own.marks().items():
        yield Entry("mark", f"{own.language}.{name}", name, {}), forms, False
    for name, forms in own.settings("domains").get("domains", {}).items():
        yield Entry("domain", f"{own.language}.{name}", name, {}), forms, False
    for item in own.settings("items").get("item", ()):
        yield Entry("item", f"item.{item['forms'][0]}", item.get("name", item["forms"][0]), item), item["forms"], False


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon with which texts of a language are read: its pack's and those that it mixes."""
    own = pack(language)
    patterns: dict[tuple[str, str, str], Pattern] = {}
    for part in (own, *map(pack, own.mixes)):
        for entry, forms, cased in lexicon_entries(part):
            for form in forms:
                made = form_pattern(form, entry, own, cased)
                patterns.setdefault((entry.layer, entry.value + entry.id, made.key + str(made.rest)), made)
    return Lexicon(patterns.values())
