"""Bytes to text: byte order mark, then declaration, then UTF-8, then detection.

Invariant: the same bytes always give the same text, so that raw offsets stay valid.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from . import iscii

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{2,40})["']|<meta[^>]{0,300}?\bcharset\s*=\s*["']?\s*([\w.:-]{2,40})""",
    re.I,
)
_HEAD = 4096
_PLAINLY = 4
_SAMPLE = 1 << 16
# What the web says and what it means (WHATWG Encoding Standard, labels).
_MEANT = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "x-euc-jp": "euc-jp",
    "big5": "big5hkscs", "utf8": "utf-8", "x-cp1251": "cp1251", "x-user-defined": "cp1252",
}  # fmt: skip


BYTE_ORDER_MARK = "byte order mark"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding it was read by, how that is known, and how many characters were lost."""

    text: str
    encoding: str
    how: str
    lost: int = 0


def decoded(data: bytes) -> str:
    """Return the raw text to which a document's raw offsets refer."""
    return decode(data).text


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Return the text of ``data``; ``declared`` is what a header said of its encoding."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _read(data[len(mark) :], encoding, BYTE_ORDER_MARK)
    if (found := _plainly_utf8(data)) is not None:
        return found
    for named in (declared, _declared_in(data)):
        if named and (found := _tried(data, named)):
            return found
    if (wide := _wide(data)) is not None:
        return _read(data, wide, "zeros at every other place")
    try:
        return Decoded(data.decode("utf-8"), "utf-8", "valid UTF-8")
    except UnicodeDecodeError:
        return _detected(data)


def _plainly_utf8(data: bytes) -> Decoded | None:
    """Text with several letters of two or more bytes that is valid UTF-8 is UTF-8, whatever it declares.

    Pages saved from the web often keep the declaration of the encoding they were sent in.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Decoded(text, "utf-8", "valid UTF-8") if len(data) - len(text) >= _PLAINLY else None


def _declared_in(data: bytes) -> str | None:
    match = _DECLARED.search(data[:_HEAD])
    return (match[1] or match[2]).decode("ascii", "replace") if match else None


def _tried(data: bytes, name: str) -> Decoded | None:
    """Decode as declared, or return None where the declaration is not true."""
    label = name.strip().lower()
    if label in iscii.LABELS:
        return Decoded(iscii.decoded(data), "iscii", "declared")
    try:
        encoding = codecs.lookup(_MEANT.get(label, label)).name
        if not codecs.lookup(encoding)._is_text_encoding:
            return None
        return Decoded(data.decode(encoding), encoding, "declared")
    except (LookupError, UnicodeDecodeError, AttributeError):
        return None


def _read(data: bytes, encoding: str, how: str) -> Decoded:
    text = data.decode(encoding, "replace")
    meant = data.count("\ufffd".encode(encoding)) if encoding.startswith("utf") else 0
    return Decoded(text, encoding, how, max(0, text.count("\ufffd") - meant))


def _detected(data: bytes) -> Decoded:
    """Decode what is neither declared nor UTF-8: almost UTF-8, or an older encoding."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    proper = sum(ch > "\x7f" for ch in text) - lost
    if lost <= max(1, proper // 10):
        return Decoded(text, "utf-8", "mostly UTF-8", lost)
    return _older(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark shows by NULs at every other place."""
    head = data[:_HEAD]
    half = len(head) // 2
    if half >= 8 and head[1::2].count(0) > 0.6 * half and head[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half >= 8 and head[::2].count(0) > 0.6 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _older(data: bytes) -> Decoded:
    from resiliparse.parse.encoding import detect_encoding

    if iscii.is_likely(data[:_SAMPLE]):
        return Decoded(iscii.decoded(data), "iscii", "detected")
    found = _tried(data, detect_encoding(data, max_len=_SAMPLE) or "")
    if found is None:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:_SAMPLE]).best()
        found = _tried(data, best.encoding) if best else None
    return Decoded(found.text, found.encoding, "detected") if found else _read(data, "cp1252", "fallback")
