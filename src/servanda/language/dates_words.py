"""Read a pack's ``dates.toml`` and cut a text into date words.

A date word is a number or a form of a word class; each class and value has one letter of
its own, so that patterns over words are patterns over short strings. Offsets are those of
the text that was cut, always.

What a ``dates.toml`` holds:

    edges            "both": forms are whole words; "left": endings may follow; "none": a script without spaces
    [words.CLASS]    VALUE = [forms]; a form belongs to one class; "*" at its end stands for further letters
    [cased.CLASS]    the same, for forms that count only with a capital letter ("May")
    [macros]         NAME = "pattern part", for <NAME> in patterns
    [[pattern]]      rule = a name of ``dates_rules.RULES``; forms = sequences of {class}, {class=value}, {name:class},
                     {class|class}, with the signs , - / . ( ) between words and what regular expressions offer
    [[phrase]]       the same over {date}s found: rule "relation", "range" or "so-far"

The longest pattern at the leftmost place counts. Numbers have the classes day (1-31, also "9th"), to12, n, nth, year
(four digits), decade and numeric (a whole date in digits).
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import count
from typing import Any, NamedTuple

import regex
from ahocorasick_rs import AhoCorasick, MatchKind

from servanda.problems import PackError

# Letters of the number classes: how large, and whether written as an ordinal ("9th").
TO_12, TO_31, SMALL, YEAR, TO_12TH, TO_31ST, DECADE, NUMERIC, OTHER, BREAK = (chr(0xE000 + i) for i in range(10))
DATE, DURATION = "\ue010", "\ue011"
NUMBER_CLASSES = {
    "day": TO_12 + TO_31 + TO_12TH + TO_31ST,
    "to12": TO_12,
    "n": TO_12 + TO_31 + SMALL,
    "year": YEAR,
    "nth": TO_12TH + TO_31ST,
    "decade": DECADE,
    "numeric": NUMERIC,
    "date": DATE,
    "span": DURATION,
}
# Words of these classes tell of no date by themselves: a sentence without a digit and any other holds none.
SILENT = frozenset(
    (
        *(
            "number",
            "article",
            "ordinal",
            "the",
            "det",
            "of",
            "at",
            "relation",
            "to",
            "and",
            "between",
            "part",
            "ending",
        ),
        *(
            "rel",
            "ago",
            "within",
            "in",
            "old",
            "now",
            "count",
            "mask",
            "daytime",
            "half",
            "avoid",
            "with",
            "short_weekday",
        ),
    )
)
# Words to which a number may be glued ("FY25").
GLUED = frozenset(("fiscal",))
# Words that only lead to a date and are no part of its words.
LEADING = frozenset(("at", "det", "the"))

_NUMERAL = regex.compile(
    r"(?P<ymd>\d{4}([-./])\d{1,2}\2\d{1,2}(?![-./]?\d)(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?)"
    r"|(?P<dmy>\d{1,2}([-./])\d{1,2}\4\d{4}(?![-./]?\d))"
    r"|(?P<odd>\d{1,3}(?:,\d{2,3})+(?!\d)(?:\.\d+)?|\d+(?:[.:+]\d+)+|\d{5,})"
    r"|(?P<plain>\d+)"
)
_BLANKS = {ord(c): " " for c in '\n\r\t\u00a0\u2009\u202f\u3000-‐‑‒–—−－([{"“‘«/'} | {ord("’"): "'"}
_UNSEEN = frozenset("\u200b\u200c\u200d\u00ad\u2060\ufeff")
_REMOVED = dict.fromkeys(map(ord, _UNSEEN))
_INVISIBLE = regex.compile(f"[{''.join(sorted(_UNSEEN))}]")
_MARK = regex.compile(r"\p{M}")
_LETTER = regex.compile(r"[\p{L}\p{M}]")
_LETTERS = regex.compile(r"[\p{L}\p{M}]+(?:'s)?")
_HYPHENED = regex.compile(r"(?:-|'(?=s))[\p{L}\p{M}]+")
_GAP_SIGNS = dict(zip(",،、-‐‑‒–—−－~∼〜～/(（)）'’.", ",,,------------/(())''.", strict=True))
_BEFORE_NO_DATE = frozenset("$€£¥₹₩₽+#№%@_")
_MAX_GAP = 4


class Word(NamedTuple):
    """A date word: half-open code points, its class letter, and its value (the pack's key, or the number)."""

    start: int
    stop: int
    letter: str
    value: str | int


class Form(NamedTuple):
    """A form of a word class as the pack has it; ``open`` where any letters may follow ("three-day*")."""

    text: str
    sort: str
    value: str
    letter: str
    cased: bool
    open: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The date words of one language, ready to be found.

    ``letters`` maps ``class`` and ``class=value`` to the letters that stand for them.
    """

    forms: tuple[Form, ...]
    letters: Mapping[str, str]
    sorts: Mapping[str, str]
    edges: str
    loose: frozenset[str]
    suffixes: frozenset[str]
    decades: frozenset[str]
    telling: AhoCorasick
    tellers: tuple[Form | None, ...]
    automaton: AhoCorasick

    def words(self, text: str) -> list[Word]:
        """Return the date words of ``text``, leftmost-longest; none where nothing in it tells of a date."""
        small = _small(text)
        if not self._tells(text, small):
            return []
        small = f" {small.translate(_BLANKS)}"
        found = list(self._named(text, small))
        found += self._numbers(text, {w.start for w in found}, {w.stop for w in found})
        return _apart(found)

    def _tells(self, text: str, small: str) -> bool:
        """True where a digit, or a whole word that may tell of a date, stands in the text."""
        for index, start, stop in self.telling.find_matches_as_indexes(small, overlapping=True):
            form = self.tellers[index]
            if form is None or ((not form.cased or text[start].isupper()) and self._stands(form, small, start, stop)):
                return True
        return False

    def _named(self, text: str, small: str) -> Iterator[Word]:
        """Yield the forms in ``small``, which is the text in small letters with a blank in front."""
        for index, start, stop in self.automaton.find_matches_as_indexes(small, overlapping=True):
            form = self.forms[index]
            start = stop - len(form.text) - 1
            if form.cased and not text[start].isupper():
                continue
            if self._stands(form, small, start + 1, stop):
                rest = _LETTERS.match(small, stop) if form.open else None
                yield Word(start, (rest.end() if rest else stop) - 1, form.letter, form.value)

    def _stands(self, form: Form, small: str, start: int, stop: int) -> bool:
        """True where no letter beside the form makes it a part of a longer word."""
        if self.edges == "none" or form.sort in self.loose:
            return True
        if start and _in_word(small[start - 1]) and not small[start - 1].isdigit():
            return False
        if form.open or self.edges == "left" or stop == len(small):
            return True
        after = small[stop]
        return form.sort in GLUED if after.isdigit() else not _in_word(after) or small[stop - 1] == "'"

    def _numbers(self, text: str, starts: set[int], stops: set[int]) -> Iterator[Word]:
        for found in _NUMERAL.finditer(text):
            start, stop = found.span()
            if found.lastgroup == "odd" or self._is_part(text, start, stops):
                yield Word(start, stop, OTHER, 0)
            elif found.lastgroup == "plain":
                yield self._number(text, start, stop, starts)
            else:
                yield Word(start, stop, NUMERIC, found.group())

    def _is_part(self, text: str, start: int, stops: set[int]) -> bool:
        """True for digits inside a name, an amount or a telephone number ("Su-30", "$2020", "+94")."""
        if not start or start in stops:
            return False
        before = text[start - 1]
        if before in _BEFORE_NO_DATE or (before == " " and start > 1 and text[start - 2] in _BEFORE_NO_DATE):
            return True
        if _LETTER.match(before):
            return self.edges == "both"
        hyphened = before in "-‐‑–" and start > 1 and start - 1 not in stops
        return hyphened and bool(_LETTER.match(text[start - 2]))

    def _number(self, text: str, start: int, stop: int, starts: set[int]) -> Word:
        value = int(text[start:stop])
        rest = _LETTERS.match(text, stop)
        tail = rest or _HYPHENED.match(text, stop)
        suffix = tail.group().lower().lstrip("-") if tail else text[stop : stop + 1]
        end = tail.end() if tail else stop + 1
        if suffix in self.decades and stop - start == 4 and value % 10 == 0:
            return Word(start, end, DECADE, value)
        if suffix in self.suffixes:
            size = _size(value, stop - start)
            return Word(start, end, {TO_12: TO_12TH, TO_31: TO_31ST, YEAR: YEAR}.get(size, OTHER), value)
        if text[stop : stop + 1] == "%" or (rest and self.edges == "both" and stop not in starts):
            return Word(start, stop, OTHER, 0)
        return Word(start, stop, _size(value, stop - start), value)


def _in_word(sign: str) -> bool:
    return sign.isalnum() or (sign >= "\u0300" and _MARK.match(sign) is not None)


def _size(value: int, digits: int) -> str:
    if digits == 4:
        return YEAR if 1000 <= value < 2200 else OTHER
    if digits > 3:
        return OTHER
    return TO_12 if 1 <= value <= 12 else TO_31 if 13 <= value <= 31 else SMALL


def _small(text: str) -> str:
    small = text.lower()
    return small if len(small) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _apart(words: list[Word]) -> list[Word]:
    """Keep the leftmost and longest of overlapping words."""
    words.sort(key=lambda w: (w.start, -w.stop))
    kept: list[Word] = []
    reached = 0
    for word in words:
        if word.start >= reached:
            kept.append(word)
            reached = word.stop
    return kept


def visible(text: str) -> tuple[str, list[int] | None]:
    """Return the text without joiners and soft hyphens, and the place of each code point left, or None for all."""
    if not _INVISIBLE.search(text):
        return text, None
    return text.translate(_REMOVED), [i for i, c in enumerate(text) if c not in _UNSEEN]


@lru_cache(512)
def gap(between: str) -> str:
    """Return the signs that stand between two date words, or BREAK where other words do."""
    if between in ("", " "):
        return ""
    if len(between) <= _MAX_GAP and "\n\n" not in between:
        if between.startswith(("'s", "’s")):
            between = between[2:]
        signs = "".join(_GAP_SIGNS.get(c, BREAK) for c in between if not c.isspace())
        if BREAK not in signs:
            return signs
    return f"{opening(between[:1], ')）')}{BREAK}{opening(between[-1:], '(（')}"


def opening(sign: str, brackets: str) -> str:
    """Return the plain bracket that ``sign`` is, or nothing where it is none of ``brackets``."""
    return _GAP_SIGNS[sign] if sign and sign in brackets else ""


@cache
def table(language: str) -> dict[str, Any]:
    """Return the pack's ``dates.toml``; an empty table where there is none."""
    place = files("servanda") / "packs" / language / "dates.toml"
    if not language.isalpha() or not place.is_file():
        return {}
    try:
        return tomllib.loads(unicodedata.normalize("NFC", place.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"packs/{language}/dates.toml: not well-formed TOML ({error}).") from error


def _classes(language: str) -> Iterator[tuple[str, str, Iterable[str], bool]]:
    """Yield class, value, forms and whether cased; of languages mixed in only the names of months and days."""
    own = table(language)
    for sort, values in own.get("words", {}).items():
        for value, forms in values.items():
            yield sort, value, forms, False
    for sort, values in own.get("cased", {}).items():
        for value, forms in values.items():
            yield sort, value, forms, True
    for other in own.get("mixes", ()):
        for part in ("words", "cased"):
            for sort in ("month", "maybe_month", "weekday"):
                for value, forms in table(other).get(part, {}).get(sort, {}).items():
                    yield sort, value, forms, True


def lexicon(language: str) -> Lexicon:
    """Build the lexicon of one language; PackError where a form stands in two classes."""
    own = table(language)
    letters, forms = dict(NUMBER_CLASSES), dict[str, Form]()
    fresh = (chr(0xE100 + i) for i in count())
    for sort, value, texts, cased in _classes(language):
        key = f"{sort}={value}"
        if key not in letters:
            letters[key] = next(fresh)
            letters[sort] = letters.get(sort, "") + letters[key]
        for text in texts:
            form = Form(_plain(text).rstrip("*"), sort, value, letters[key], cased, text.endswith("*"))
            known = forms.setdefault(form.text, form)
            if (known.sort, known.value) != (sort, value) and not cased:
                raise PackError(f"packs/{language}/dates.toml: {text!r} is {known.sort} and {sort}.")
    return _lexicon(own, letters, tuple(_unmarked(forms)))


def _unmarked(forms: Mapping[str, Form]) -> Iterator[Form]:
    """Yield the forms, and those with nukta also without: both spellings are common."""
    yield from forms.values()
    for text, form in forms.items():
        bare = unicodedata.normalize("NFD", text).replace("\u093c", "")
        if "\u093c" in unicodedata.normalize("NFD", text) and bare not in forms:
            yield form._replace(text=unicodedata.normalize("NFC", bare))


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", text).lower().translate(_BLANKS).strip()


def _key(form: Form, edges: str | None) -> str:
    """Return what the automaton looks for; short words such as "a" and "in" only at the beginning of a word."""
    return f" {form.text}" if edges == "both" and form.sort in SILENT and len(form.text) < 4 else form.text


def _lexicon(own: Mapping[str, Any], letters: dict[str, str], forms: tuple[Form, ...]) -> Lexicon:
    tellers: dict[str, Form | None] = {}
    for form in forms:
        longest = max(form.text.split(), key=len)
        if form.sort not in SILENT and not (longest in tellers and form.cased):
            tellers[longest] = form
    tellers.update(dict.fromkeys("0123456789०१२३४५६७८९０１２３４５６７８９"))
    sorts = {letter: sort for sort, some in letters.items() if "=" not in sort for letter in some}
    return Lexicon(
        forms=forms,
        letters=letters,
        sorts=sorts,
        edges=own.get("edges", "both"),
        loose=frozenset(own.get("loose", ())),
        suffixes=frozenset(own.get("ordinal_suffixes", ())),
        decades=frozenset(own.get("decade_suffixes", ())),
        telling=AhoCorasick(list(tellers), matchkind=MatchKind.Standard),
        tellers=tuple(tellers.values()),
        automaton=AhoCorasick([_key(form, own.get("edges")) for form in forms], matchkind=MatchKind.Standard),
    )
