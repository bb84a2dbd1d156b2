"""Find the dates in a text, in any language that a pack describes, and resolve them.

The code knows how dates are reckoned, the packs (``dates.toml``) which words say them and
in what order. Every mention has words of the text, and none has a value that its words and
the document's date do not give. The format of ``dates.toml`` stands in ``dates_words``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

import regex

from servanda.language.dates_readings import Found, Reading, Setting, so_far, spanning, with_part, with_relation
from servanda.language.dates_rules import RULES
from servanda.language.dates_words import DATE, DURATION, LEADING, Lexicon, Word, gap, lexicon, opening, table, visible
from servanda.language.edtf import bounds, ends_later, is_edtf, later
from servanda.model import Span
from servanda.problems import PackError

__all__ = ["DateMention", "bounds", "dates_in", "ends_later", "is_edtf", "later"]

_PLACE = regex.compile(r"\{(?:(\w+):)?([^{}:]+)\}")
_OPENED, _CLOSED = regex.compile("[(（]"), regex.compile("[.]?[)）]")
_LOOKBEHIND = regex.compile(r"\(\?<=[^()]*(?:\([^()]*\)[^()]*)*\)")
_MACRO = regex.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class DateMention:
    """Words that say a time, and what they mean.

    ``value`` is EDTF ("2024-10", "2024-04-07/2024-04-12") or, with precision "duration", an ISO
    8601 length ("P3D"); None where it cannot be known, and then ``reason`` says why. ``precision``:
    day, week, month, quarter, half, season, year, decade, fiscal, range, duration, vague.
    ``past`` and ``future`` are the readings under a verb of either tense where the words allow
    both (last such day on or before the document's date, first on or after it); ``value`` is the one
    that the words by themselves suggest. ``relation``: by, till, since, from, after, about ..., or "".
    """

    span: Span
    value: str | None
    precision: str
    relation: str = ""
    weekday: bool = False
    relative: bool = False
    past: str | None = None
    future: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns over date words that can begin with the same letter; the longest match counts.

    ``names`` has for each pattern the names of its words and the numbers of their groups.
    """

    expression: regex.Pattern[str]
    rules: tuple[str, ...]
    names: Mapping[int, tuple[tuple[str, int], ...]]

    def at(self, letters: str, place: int) -> tuple[int, str, dict[str, int]] | None:
        """Return stop, rule and the places of the named words of the match at that place, or None."""
        match = self.expression.match(letters, place)
        if match is None:
            return None
        group = match.lastgroup or ""
        which = int(group[group.rindex("_") + 1 :])
        places = {name: at for name, number in self.names[which] if (at := match.start(number)) >= 0}
        return match.end(), self.rules[which], places


@dataclass(frozen=True, slots=True)
class Grammar:
    """All that one language knows of dates, compiled; ``dotted`` are the letters of names that may be abbreviated."""

    lexicon: Lexicon
    dotted: str
    dates: Mapping[str, Patterns]
    phrases: Mapping[str, Patterns]
    setting: Mapping[str, Any]
    fiscal_starts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A text's date words as a string of class letters, and the word behind each letter."""

    letters: str
    words: tuple[Word | None, ...]


def dates_in(
    text: str, language: str, anchor: str | None, start: int = 0, stop: int | None = None, *, state: str | None = None
) -> list[DateMention]:
    """Return the dates said in ``text[start:stop]``, leftmost-longest and apart, with offsets into ``text``.

    ``anchor`` is the document's date as an EDTF day, or None; ``state`` (ISO 3166-1 alpha-3) says whose
    fiscal year is meant, where the language alone does not. A language without a pack: days in digits only.
    """
    grammar = grammar_of(language)
    piece = text[start:stop] if start or stop is not None else text
    plain, places = visible(piece)
    words = grammar.lexicon.words(plain)
    if not words:
        return []
    setting = _setting(grammar, anchor, state)
    found = _phrases(grammar, plain, *_dates(grammar, _row(grammar, plain, words), setting), setting)
    return [_mention(first, last, reading, start, places) for first, last, reading in found]


@lru_cache(1024)
def _day(anchor: str | None) -> date | None:
    first, last = bounds(anchor) if anchor else (None, None)
    return first if first == last else None


def _setting(grammar: Grammar, anchor: str | None, state: str | None) -> Setting:
    known = dict(grammar.setting)
    if state is not None and state in grammar.fiscal_starts:
        known["fiscal_start"] = grammar.fiscal_starts[state]
    return Setting(_day(anchor), **known)


def _mention(first: int, last: int, reading: Reading, start: int, places: list[int] | None) -> DateMention:
    if places is not None:
        first, last = places[first], places[last - 1] + 1
    return DateMention(
        Span(first + start, last + start),
        reading.value,
        reading.precision,
        reading.relation,
        reading.weekday,
        reading.relative,
        reading.past,
        reading.future,
        reading.reason,
    )


def _row(grammar: Grammar, text: str, words: Sequence[Word]) -> Row:
    """Return the words' letters with the signs between them; the dot of an abbreviated name is no sign."""
    letters, behind = list[str](), list[Word | None]()
    reached, dotted = 0, False
    for word in words:
        signs = (
            gap(text[reached : word.start]) if letters else opening(text[max(0, word.start - 1) : word.start], "(（")
        )
        if dotted and signs[:1] == ".":
            signs = signs[1:]
        letters.append(signs + word.letter)
        behind.extend([None] * len(signs))
        behind.append(word)
        reached = word.stop
        dotted = word.letter in grammar.dotted
    if closing := opening(text[reached : reached + 1], ")）"):
        letters.append(closing)
        behind.append(None)
    return Row("".join(letters), tuple(behind))


def _next(patterns: Mapping[str, Patterns], letters: str, begin: int) -> tuple[int, int, str, dict[str, int]] | None:
    """Return start, stop, rule and named places of the first match from ``begin`` on."""
    for place in range(begin, len(letters)):
        able = patterns.get(letters[place])
        if able is not None and (hit := able.at(letters, place)) is not None:
            return place, *hit
    return None


def _dates(grammar: Grammar, row: Row, setting: Setting) -> tuple[Row, list[Reading]]:
    """Read the dates in a row; return the row with one letter for each, and the readings in order."""
    letters, words, readings = list[str](), list[Word | None](), list[Reading]()
    reached = begin = 0
    while (hit := _next(grammar.dates, row.letters, begin)) is not None:
        first, last, rule, places = hit
        named = {name: word for name, at in places.items() if (word := row.words[at]) is not None}
        reading = _read(rule, Found(named, setting))
        if reading is None:
            begin = first + 1
            continue
        low, high = _trimmed(grammar, row, first, last)
        letters += row.letters[reached:low], DURATION if reading.precision == "duration" else DATE
        words += row.words[reached:low]
        words.append(_as_word(row.words[low:high], len(readings)))
        readings.append(reading)
        reached = high
        begin = max(last, first + 1)
    letters.append(row.letters[reached:])
    words += row.words[reached:]
    return Row("".join(letters), tuple(words)), readings


def _read(rule: str, found: Found) -> Reading | None:
    reading = RULES[rule](found)
    if reading is not None and "part" in found:
        reading = with_part(reading, found.key("part"), found.setting)
    if reading is not None and "relation" in found:
        reading = with_relation(reading, found.key("relation"))
    return reading


def _trimmed(grammar: Grammar, row: Row, first: int, last: int) -> tuple[int, int]:
    """Leave out words that only lead to a date ("in 2019") or follow it."""
    sorts = grammar.lexicon.sorts
    while last - first > 1 and (row.words[first] is None or sorts.get(row.letters[first]) in LEADING):
        first += 1
    while last - first > 1 and (row.words[last - 1] is None or sorts.get(row.letters[last - 1]) in LEADING):
        last -= 1
    return first, last


def _as_word(words: Sequence[Word | None], number: int) -> Word:
    some = [word for word in words if word is not None]
    return Word(some[0].start, some[-1].stop, DATE, number)


def _closing(text: str, whole: Word) -> int:
    """Return how far behind the words a bracket closes that was opened inside them."""
    if not _OPENED.search(text, whole.start, whole.stop):
        return 0
    closed = _CLOSED.match(text, whole.stop)
    return len(closed.group()) if closed else 0


def _phrases(
    grammar: Grammar, text: str, row: Row, readings: list[Reading], setting: Setting
) -> Iterator[tuple[int, int, Reading]]:
    """Yield start, stop and reading of each date, joined with what stands before or after it ("by", "from ... to")."""
    begin = 0
    while (hit := _next(grammar.phrases, row.letters, begin)) is not None:
        first, last, rule, places = hit
        named = {name: word for name, at in places.items() if (word := row.words[at]) is not None}
        reading = _phrase(rule, named, readings, setting)
        if reading is None:
            rule, last = "date", row.letters.index(DATE, first) + 1
            first = last - 1
            reading = _reading_at(row, first, readings)
        low, high = _trimmed(grammar, row, first, last)
        whole = _as_word(row.words[low:high], 0)
        yield whole.start, whole.stop + _closing(text, whole), reading
        begin = last


def _reading_at(row: Row, place: int, readings: Sequence[Reading]) -> Reading:
    word = row.words[place]
    assert word is not None
    return readings[int(word.value)]


def _phrase(rule: str, named: Mapping[str, Word], readings: Sequence[Reading], setting: Setting) -> Reading | None:
    def reading(name: str, part: str) -> Reading:
        alone = readings[int(named[name].value)]
        return with_part(alone, str(named[part].value), setting) if part in named else alone

    first = reading("date", "part")
    if rule == "so-far":
        return so_far(first, setting)
    if rule == "range":
        return spanning(first, reading("date2", "part2"))
    return with_relation(first, str(named["relation"].value)) if "relation" in named else first


# --- compiling a pack ---------------------------------------------------------------------------------

_ALWAYS_DATES = ({"rule": "numeric", "forms": ["{numeric}"]},)
_ALWAYS_PHRASES = ({"rule": "date", "forms": ["{date|span}"]},)


@cache
def grammar_of(language: str) -> Grammar:
    """Return the compiled date grammar of a language; PackError where its ``dates.toml`` is not well-formed."""
    own = table(language)
    words = lexicon(language)
    letters = dict(words.letters)
    letters["surely"] = letters.get("month", "")
    letters["month"] = letters.get("month", "") + letters.get("maybe_month", "")
    macros = own.get("macros", {})
    fiscal = own.get("fiscal", {})
    setting = {
        "day_first": own.get("day_first", False),
        "fiscal_start": fiscal.get("start"),
        "fiscal_named_by_end": fiscal.get("named_by_end", False),
    }
    where = f"packs/{language}/dates.toml"
    return Grammar(
        words,
        letters["month"] + letters.get("weekday", "") + letters.get("maybe_weekday", ""),
        _patterns([*_ALWAYS_DATES, *own.get("pattern", ())], letters, macros, where),
        _patterns([*_ALWAYS_PHRASES, *own.get("phrase", ())], letters, macros, where),
        setting,
        fiscal.get("states", {}),
    )


def _patterns(
    entries: Sequence[Mapping[str, Any]], letters: Mapping[str, str], macros: Mapping[str, str], where: str
) -> dict[str, Patterns]:
    """Return for each class letter the patterns that can begin with it."""
    parts, rules = list[str](), list[str]()
    for entry in entries:
        for form in entry["forms"]:
            parts.append(_expression(form, len(rules), letters, macros, where))
            rules.append(entry["rule"])
    ahead = [regex.compile(_LOOKBEHIND.sub("", part)) for part in parts]
    made: dict[tuple[str, ...], Patterns] = {}
    starting = {}
    for letter in set("".join(letters.values())):
        able = tuple(p for p, a in zip(parts, ahead, strict=True) if a.match(letter, partial=True))
        if able:
            starting[letter] = made[able] = made.get(able) or _together(able, tuple(rules))
    return starting


def _together(parts: tuple[str, ...], rules: tuple[str, ...]) -> Patterns:
    expression = regex.compile("|".join(parts), regex.POSIX)
    names: dict[int, tuple[tuple[str, int], ...]] = {}
    for group, number in expression.groupindex.items():
        name, _, which = group.rpartition("_")
        names[int(which)] = (*names.get(int(which), ()), (name, number))
    return Patterns(expression, rules, names)


def _expression(form: str, which: int, letters: Mapping[str, str], macros: Mapping[str, str], where: str) -> str:
    """Turn a pattern of the pack, such as ``{day} {month},? {year}``, into an expression over class letters.

    Each group carries its pattern's number, so that any of them tells which pattern matched.
    """

    def one_of(place: regex.Match[str]) -> str:
        sorts = place[2].split("|")
        if missing := [s for s in sorts if s not in letters]:
            raise PackError(f"{where}: the pattern {form!r} speaks of {missing[0]!r}, which is no word class.")
        return f"(?P<{place[1] or sorts[0].partition('=')[0]}_{which}>[{''.join(letters[s] for s in sorts)}])"

    while found := _MACRO.search(form):
        form = form.replace(found[0], macros[found[1]])
    return str(_PLACE.sub(one_of, form.replace(" ", "")))
