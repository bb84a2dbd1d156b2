"""Words of titles and names, brought to one form over languages and scripts.

Everything is a pure function of the text and of ``words.toml``; nothing here knows
of claims or of the store.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any

import regex
from anyascii import anyascii

from servanda.codebook import organisations
from servanda.ledger.dating import undated

DIGIT = regex.compile(r"\p{N}")
WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’]s\b)?")
ORDINAL = regex.compile(
    r"(?<![\p{N}.,])(\d{1,3})\s?-?(?:st|nd|rd|th|वें|वीं|वां|वाँ|वे|वी|वा|й|я|е|го|ое|ая|ый|ой|ом|ª|º)(?![\p{L}\p{M}])"
)
PHASE = regex.compile(
    r"\b(?:phase|stage|tranche|part|round|चरण|этап)\s+(one|two|three|four|i{1,3}|iv|\d{1,2})\b", regex.I
)
MEMORANDUM = regex.compile(r"memorand(?:um|a|ums) of understanding", regex.I)
PHASES = {"one": 1, "two": 2, "three": 3, "four": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
YEAR = regex.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
YEARS_SHORT = regex.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-–/]\s?(\d\d)(?!\d)")
AMOUNT = regex.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s?-?(bn|billion|mn|m|million|trillion|crore|lakh|млрд|млн|трлн|миллиард\p{L}*|миллион\p{L}*|अरब|करोड़|लाख)"
    r"(?![\p{L}\p{M}])",
    regex.I,
)
IN_FULL = regex.compile(
    r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|Rs\.?))\s?(\d{1,3}(?:,\d{2,3})+)(?![\d,]|\.\d|\s?(?:bn|billion|mn|million|crore|lakh)\b)"
    r"|(?<![\d.,])(\d{1,3}(?:,\d{2,3})+)\s(?=(?:US\s|U\.S\.\s)?(?:dollars|euros?|pounds|rupees|yen|USD|EUR)\b)",
    regex.I,
)
TYPE = regex.compile(r"(?<![\p{L}\p{N}])(\p{L}{1,4})[-‑–](\d{1,3})(?!\d)")  # C-390, P-75: one name
NUMBERS = {word: n for n, word in enumerate(("four", "five", "six", "seven", "eight", "nine", "ten"), 4)}
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,6}|" + "|".join(NUMBERS) + ")"
COUNT = regex.compile(r"(?<![\p{L}\p{N}$€£¥₹.,/+-])(" + NUMBER + r")\s+(?:new\s+)?(?!percent)(?=\p{L}{3})")
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
DAYS = regex.compile(r"\b" + NUMBER + r"[\s-](?:days?|weeks?|months?|years?|members?|" + MONTHS + r")\b")
SPANS = {"day": 1, "week": 7, "month": 30, "year": 365}
TERM = regex.compile(r"\b(\d{1,3}|[a-z]+)[\s-](day|week|month|year)s?\b")
UNITS = {word: n for n, word in enumerate(("one", "two", "three"), 1)} | NUMBERS
SHORT = regex.compile(r"\s*\(([A-Z][A-Za-z]{0,4}[A-Z]s?)\)")
SCALE = {
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "mn": 1e6,
    "m": 1e6,
    "million": 1e6,
    "trillion": 1e12,
    "crore": 1e7,
    "lakh": 1e5,
    "млрд": 1e9,
    "млн": 1e6,
    "трлн": 1e12,
    "миллиард": 1e9,
    "миллион": 1e6,
    "अरब": 1e9,
    "करोड़": 1e7,
    "लाख": 1e5,
}
TITLES = 30_000  # kept as read, some 3 kB each: those of the two states that have most to do with one another


@dataclass(frozen=True, slots=True)
class Title:
    """A title as matching sees it: weighed words, and the numbers that tell one thing from its like.

    ``long`` are the telling words that may be spelt otherwise, ``letters`` their first letters,
    ``heads`` what the first of two words may be where one of these is written as two.
    """

    words: Mapping[str, float]
    ordinals: frozenset[int]
    years: frozenset[int]
    amounts: frozenset[float]
    counts: frozenset[int]
    weight: float
    numbered: bool
    terms: frozenset[int]
    long: frozenset[str]
    letters: frozenset[str]
    heads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``exact`` and ``stems`` map a written form to (meaning, weight)."""

    exact: Mapping[str, tuple[str, float]]
    stems: Mapping[str, tuple[str, float]]
    ordinals: Mapping[str, int]
    short: Mapping[str, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    """Return the words of ``words.toml``; the later section wins where a form stands in two."""
    data = tomllib.loads(files("servanda.ledger").joinpath("words.toml").read_text("utf-8"))
    weights = {**data["weights"], "full": 1.0}
    exact: dict[str, tuple[str, float]] = {}
    stems: dict[str, tuple[str, float]] = {}
    for section in ("full", "field", "generic", "idle"):
        for meaning, forms in data[section].items():
            for form in map(plain, forms):
                (stems if form.endswith("*") else exact)[form.rstrip("*")] = (meaning, weights[section])
    ordinals = {plain(form): int(n) for n, forms in data["ordinals"].items() for form in forms}
    short = {plain(form): tuple(tokens(long)) for form, long in data["short"].items()}
    return Lexicon(exact, stems, ordinals, short)


@cache
def party_tables() -> tuple[Mapping[str, Any], ...]:
    """Return the packs' tables of countries and other parties."""
    folders = sorted(files("servanda").joinpath("packs").iterdir(), key=lambda folder: folder.name)
    paths = [folder.joinpath(name) for folder in folders for name in ("countries.toml", "parties.toml")]
    return tuple(tomllib.loads(path.read_text("utf-8")) for path in paths if path.is_file())


@cache
def party_words() -> Mapping[str, frozenset[str]]:
    """Map the words of the packs' party names to the codes that they may stand for: they tell no undertaking apart.

    Of an organisation's long name ("World Trade Organization") no word stands for it alone.
    """
    codes: dict[str, set[str]] = {}
    for table in party_tables():
        for party in table.get("party", ()):
            for form in (*party.get("names", ()), *party.get("adjectives", ()), *party.get("people", ())):
                written = tokens(form.replace("*", ""))
                for token in written if len(written) == 1 or party["code"] not in organisations() else ():
                    codes.setdefault(token, set()).add(party["code"])
    return {token: frozenset(found) for token, found in codes.items()}


@cache
def places() -> Mapping[str, frozenset[str]]:
    """Map country names and seats of government, as the packs write them, to the codes of their countries."""
    codes: dict[str, set[str]] = {}
    for table in party_tables():
        named = [(row["code"], (*row.get("names", ()), *row.get("governments", ()))) for row in table.get("party", ())]
        named += [(row["code"], tuple(row["forms"])) for row in table.get("place", ())]
        for code, forms in named:
            for form in forms:
                codes.setdefault(plain(form), set()).add(code)
    return {form: frozenset(found) for form, found in codes.items()}


def plain(text: str) -> str:
    """Return the text in NFC, case-folded, without the Devanagari nukta (क़ and क are written for one another)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text.casefold()).replace("\u093c", ""))


def tokens(text: str) -> list[str]:
    return [match.group().split("'")[0].split("’")[0] for match in WORD.finditer(plain(text))]


@lru_cache(maxsize=200_000)
def weighed(token: str) -> tuple[str, float]:
    """Return the meaning of one plain token and what it weighs."""
    words = lexicon()
    if found := words.exact.get(token):
        return found
    for stop in range(len(token), 2, -1):
        if found := words.stems.get(token[:stop]):
            return found
    if not token.isascii():
        return anyascii(token).lower().strip("'"), 1.0
    single = singular(token)
    for form in (single, stem(single), stem(single) + "e"):
        if found := words.exact.get(form):
            return found
    return stem(single), 1.0 if len(single) > 1 else 0.2


def alternatives(token: str) -> tuple[str, ...]:
    """Return the forms, in all languages, of what a plain token means; a "*" stands for an ending."""
    meaning, words = weighed(token)[0], lexicon()
    exact = [form for form, (of, _) in words.exact.items() if of == meaning]
    begun = [f"{form}*" for form, (of, _) in words.stems.items() if of == meaning]
    return tuple(dict.fromkeys((token, *exact, *begun)))


ENDINGS = ("ation", "ition", "ment", "ion", "ing", "ed", "al", "er", "e")


def stem(word: str) -> str:
    """Return an English word without a common ending, so that "deployment" and "deploying" are one."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def singular(token: str) -> str:
    if len(token) > 4 and token.endswith("ies"):
        return token[:-3] + "y"
    return token[:-1] if len(token) > 3 and token.endswith("s") and not token.endswith("ss") else token


@cache
def office_forms() -> tuple[regex.Pattern[str], Mapping[str, str]]:
    """Return what finds an office in a plain text, the longest form first, and which office each group is."""
    data = tomllib.loads(files("servanda.ledger").joinpath("words.toml").read_text("utf-8"))["offices"]
    forms = sorted(
        ((plain(form), office) for office, forms in data.items() for form in forms), key=lambda f: -len(f[0])
    )
    groups = {f"o{n}": office for n, (_, office) in enumerate(forms)}
    ends = {n: regex.escape(form).replace(r"\*", r"[\p{L}\p{M}]*") for n, (form, _) in enumerate(forms)}
    parts = "|".join(f"(?P<o{n}>{form})" for n, form in ends.items())
    return regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?:{parts})(?![\p{{L}}\p{{M}}])"), groups


@lru_cache(maxsize=TITLES)
def offices_in(text: str) -> frozenset[str]:
    """Return the offices that a title names ("visit of the Foreign Minister")."""
    finds, groups = office_forms()
    return frozenset(groups[found.lastgroup] for found in finds.finditer(plain(text)) if found.lastgroup)


def amounts_in(text: str) -> Iterator[float]:
    if not DIGIT.search(text):
        return
    for number, scale in AMOUNT.findall(text):
        key = plain(scale)
        factor = next((f for s, f in SCALE.items() if plain(s) == key or (len(s) > 4 and key.startswith(s))), 1.0)
        yield float(f"{float(number.replace(',', '')) * factor:.3g}")
    for before, after in IN_FULL.findall(text):
        yield float(f"{float((before or after).replace(',', '')):.3g}")


def ordinals_in(text: str) -> Iterator[int]:
    lowered = plain(text)
    if DIGIT.search(text):
        yield from (int(number) for number in ORDINAL.findall(lowered))
    yield from (PHASES.get(word) or int(word) for word in PHASE.findall(lowered))
    known = lexicon().ordinals
    yield from (known[token] for token in tokens(text) if token in known)


def years_in(text: str) -> Iterator[int]:
    if not DIGIT.search(text):
        return
    yield from (int(year) for year in YEAR.findall(text))
    yield from (int(year[:2] + short) for year, short in YEARS_SHORT.findall(text))


def without_short(text: str) -> str:
    """Return a name without the short form in brackets that only repeats its initials ("Development Bank (DB)")."""

    if "(" not in text:
        return text

    def kept(found: regex.Match[str]) -> str:
        before = PLAIN_WORD.findall(text[: found.start()])
        starts = [word[0].casefold() for word in before]
        return "" if all(letter in starts for letter in found[1].rstrip("s").casefold()) else str(found[0])

    return str(SHORT.sub(kept, text))


def counts_in(text: str) -> Iterator[int]:
    """Yield how many pieces a text speaks of ("106 houses", "five memorandums"): no year, ordinal, day or sum."""
    bare = plain(text)
    if DIGIT.search(text):
        bare = without_sums(ORDINAL.sub(" ", bare))
    elif not any(word in bare for word in NUMBERS):
        return
    bare = DAYS.sub(" ", bare)
    for number in COUNT.findall(bare):
        found = NUMBERS.get(number) or int(number.replace(",", ""))
        if not 1900 <= found <= 2100:
            yield found


def terms_in(text: str) -> Iterator[int]:
    """Yield for how many days, roughly, a thing is to run as a text says ("two-day", "60 days", "five-year")."""
    for number, span in TERM.findall(plain(text)):
        if count := int(number) if number.isdigit() else UNITS.get(number):
            yield count * SPANS[span]


@cache
def organisation_names() -> Mapping[str, str]:
    """Map the names, in plain letters, of organisations that act as parties to their codes."""
    return {
        plain(form): party["code"]
        for table in party_tables()
        for party in table.get("party", ())
        if party["code"] in organisations()
        for form in party.get("names", ())
        if "*" not in form
    }


@lru_cache(maxsize=TITLES)
def hosts_in(text: str) -> frozenset[str]:
    """Return the codes of the organisations that a title names ("SCO summit")."""
    names, bare = organisation_names(), plain(text)
    found = {names[long] for long in long_names().findall(bare)}
    return frozenset(found | {names[token] for token in tokens(bare) if token in names})


@cache
def long_names() -> regex.Pattern[str]:
    """Return what finds the long names of organisations that act as parties ("World Trade Organization")."""
    forms = [form for form in organisation_names() if len(tokens(form)) > 1]
    return regex.compile(
        r"\b(?:" + "|".join(regex.escape(form) for form in sorted(forms, key=len, reverse=True)) + r")\b"
        if forms
        else r"(?!)"
    )


def written_out(text: str) -> Iterator[str]:
    """Yield the words of a text, short forms written out."""
    for token in tokens(text):
        yield from lexicon().short.get(token, (token,))


@cache
def names() -> tuple[regex.Pattern[str], Mapping[str, str]]:
    data = tomllib.loads(files("servanda.ledger").joinpath("words.toml").read_text("utf-8"))["names"]
    forms = {plain(form): name for form, name in data.items()}
    return regex.compile("|".join(map(regex.escape, forms))), forms


def translated(text: str) -> str:
    """Return a text in plain letters, names that other languages translate under one name ("Nord Stream")."""
    found, forms = names()
    return found.sub(lambda name: f" {forms[name[0]]} ", plain(text))


def without_sums(text: str) -> str:
    return str(IN_FULL.sub(" ", AMOUNT.sub(" ", text)))


def bare_words(text: str) -> str:
    """Return a title in plain letters without numbers that are read apart and without long names of parties."""
    counted = DIGIT.search(text) is not None
    bare = long_names().sub(" ", translated(without_sums(YEARS_SHORT.sub(" ", text)) if counted else text))
    if counted:
        bare = TYPE.sub(r"\1\2", ORDINAL.sub(" ", bare))
    return MEMORANDUM.sub("memorandum", bare) if "memorand" in bare else bare


@lru_cache(maxsize=TITLES)
def read_title(text: str) -> Title:
    """Return the words of a title with their weights, and its ordinals, years and amounts of money."""
    text = undated(without_short(text))
    years, ordinals = frozenset(years_in(text)), frozenset(ordinals_in(text))
    written = {str(year) for year in years} | {str(number) for number in ordinals}
    words: dict[str, float] = {}
    for token in written_out(bare_words(text)):
        if token not in written and token not in lexicon().ordinals:
            meaning, weight = weighed(token)
            if weight > 0 and token not in party_words():
                words[meaning] = weight
    long = frozenset(word for word, weight in words.items() if weight == 1.0 and len(word) > 4 and word[-1].isalpha())
    amounts, counts = frozenset(amounts_in(text)), frozenset(counts_in(text))
    terms = frozenset(terms_in(text))
    letters = frozenset(word[0] for word in long)
    heads = frozenset(word[:cut] for word in long if len(word) > 6 for cut in range(3, len(word)))
    numbered = bool(ordinals or years or amounts or counts)
    return Title(words, ordinals, years, amounts, counts, sum(words.values()), numbered, terms, long, letters, heads)


@cache
def leaving() -> regex.Pattern[str]:
    forms = (regex.escape(form).replace(r"\*", r"[\p{L}\p{M}]*") for form in alternatives("withdrawal"))
    return regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?:{'|'.join(forms)})(?![\p{{L}}\p{{M}}])", regex.I)


def without_leaving(title: str) -> str:
    """Return the title of a text that was left or ended without the words that only say so."""
    return str(leaving().sub(" ", title))


ANUSVARA = ((regex.compile("ंह"), "नग"), (regex.compile("ं(?=[पफबभम])"), "म"), (regex.compile("[ंँ]"), "न"))
SOUNDS = tuple(
    (regex.compile(sound), letter)
    for sound, letter in (
        ("ph", "f"),
        ("[wv]", "v"),
        ("ck|[cq]", "k"),
        ("tsz|dzh|zh|z", "j"),
        ("x", "s"),
    )
)
SOFT = regex.compile(r"[^a-z]|[aeiouyh]")
NAME = regex.compile(r"[\p{L}\p{M}]{2,}")
PLAIN_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


@lru_cache(maxsize=100_000)
def skeleton(name: str) -> str:
    """Return the consonants of a name in Latin letters, so that one name meets itself over scripts.

    "Jaishankar" and its Devanagari spelling both give "jsnkr"; short results say little.
    """
    spoken = unicodedata.normalize("NFC", name)
    for sign, letters in ANUSVARA if "ऀ" < max(spoken, default="") < "ॿ" else ():
        spoken = sign.sub(letters, spoken)
    latin = anyascii(spoken).lower()
    for sound, letter in SOUNDS:
        latin = sound.sub(letter, latin)
    bones = SOFT.sub("", latin)
    return "".join(letter for letter, _ in groupby(bones))


def person_words(name: str) -> tuple[str, ...]:
    """Return the skeletons of a person's names, in order; initials and one-letter results are left out."""
    return tuple(key for word in NAME.findall(name) if len(word) > 1 and (key := skeleton(word)))


def one_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """True where two names can be one person's: the last words are the same, or one name is part of the other.

    A family name stands last in most scripts here, first in Chinese and Korean names ("Xi", "Xi Jinping").
    """
    if len(one[-1]) > 1 and one[-1] == other[-1]:
        return True
    return set(one) <= set(other) or set(other) <= set(one)


@cache
def aliases() -> Mapping[str, str]:
    """Map the plain forms of ``aliases.toml`` to the names under which we know the bodies."""
    data = tomllib.loads(files("servanda.ledger").joinpath("aliases.toml").read_text("utf-8"))
    return {" ".join(tokens(form)): name for name, forms in data["bodies"].items() for form in forms}


@lru_cache(maxsize=50_000)
def body_key(name: str) -> str:
    """Return what one body's names have in common: its alias, else its capitals, else its consonants."""
    name = without_short(name)
    plainly = " ".join(tokens(name))
    if known := aliases().get(plainly):
        return known
    short = initials(name)
    return short if len(short) > 2 else skeleton(name) or plainly


def initials(name: str) -> str:
    """Return the capitals of a name of several words, or the name itself where it is written in capitals."""
    words = PLAIN_WORD.findall(name)
    if len(words) == 1:
        return str(words[0]).casefold()
    return "".join(word[0] for word in words if word[0].isupper() or not word[0].isascii()).casefold()
