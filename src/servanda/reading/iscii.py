"""ISCII, the Indian standard encoding before Unicode (IS 13194:1991), for Devanagari.

Invariant: a byte below 0xA1 is itself; every other byte has one meaning, changed only by
the halant, nukta or attribute byte that follows or precedes it.
"""

from __future__ import annotations

import re

LABELS = frozenset(
    ["iscii", "x-iscii", "x-iscii-de", "iscii-de", "iscii-dev", "windows-57002", "cp57002", "is13194-91"]
)
_FIRST = 0xA1
_POINTS = (
    "0901 0902 0903 0905 0906 0907 0908 0909 090A 090B 090E 090F 0910 090D 0912 0913 0914 0911 0915 0916 "
    "0917 0918 0919 091A 091B 091C 091D 091E 091F 0920 0921 0922 0923 0924 0925 0926 0927 0928 0929 092A "
    "092B 092C 092D 092E 092F 095F 0930 0931 0932 0933 0934 0935 0936 0937 0938 0939 200D 093E 093F 0940 "
    "0941 0942 0943 0946 0947 0948 0945 094A 094B 094C 0949 094D 093C 0964"
)
_LETTERS = {_FIRST + i: chr(int(point, 16)) for i, point in enumerate(_POINTS.split())} | {
    0xF1 + i: chr(0x0966 + i) for i in range(10)
}
_HALANT, _NUKTA, _ATTRIBUTE, _EXTENSION = 0xE8, 0xE9, 0xEF, 0xF0
# With a nukta these are letters of their own.
_NUKTA_LETTERS = {0xA1: "ॐ", 0xA6: "ऌ", 0xA7: "ॡ", 0xAA: "ॠ", 0xDB: "ॢ", 0xDC: "ॣ", 0xDF: "ॄ", 0xEA: "ऽ"}
_MARK = re.compile("[\u0900-\u0903\u093c\u093e-\u094d]")
_HELD = re.compile("(?<=[\u0905-\u0939\u0958-\u0961\u093c\u093e-\u094c\u0901\u200d])[\u0900-\u0903\u093c\u093e-\u094d]")
_LETTER = re.compile("[\u0900-\u097f]")
_ENOUGH = 40


def decoded(data: bytes) -> str:
    """Return the text of ISCII bytes; attribute and extension bytes are left out with what they rule."""
    text: list[str] = []
    at = 0
    while at < len(data):
        byte, following = data[at], data[at + 1] if at + 1 < len(data) else 0
        at += 1
        if byte in (_ATTRIBUTE, _EXTENSION):
            at += 1
        elif following == _NUKTA and byte in _NUKTA_LETTERS:
            text.append(_NUKTA_LETTERS[byte])
            at += 1
        elif byte == _HALANT and following in (_HALANT, _NUKTA):
            text.append("\u094d\u200c" if following == _HALANT else "\u094d\u200d")
            at += 1
        else:
            text.append(chr(byte) if byte < _FIRST else _LETTERS.get(byte, "\ufffd"))
    return "".join(text)


def is_likely(data: bytes) -> bool:
    """Whether the bytes read as ISCII make well-formed words: no mark without a letter to hold it."""
    high = sum(byte >= 0x80 for byte in data)
    if high < _ENOUGH or sum(byte in _LETTERS for byte in data) < 0.99 * high:
        return False
    text = decoded(data)
    marks, held, letters = len(_MARK.findall(text)), len(_HELD.findall(text)), len(_LETTER.findall(text))
    return 0.2 * letters < marks < 0.7 * letters and held > 0.98 * marks
