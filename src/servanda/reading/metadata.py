"""Titles, dates and publishers from the words in which sources give them.

Invariant: a date is taken as it is written, in its own time zone; nothing is inferred
from the clock, and what cannot be read with certainty is None.
"""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from .fields import month_named

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?:T?\d{4,6}Z?)?(?!\d)")
_EAST = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?(?:\.\d+)?")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.|º|er)?\s*(?:de |of )?([^\s\d.,:;/()|-]{3,15})\.?,?\s*(?:de |del )?(\d{4})(?!\d)"
)
_MONTH_DAY = re.compile(r"([^\s\d.,:;/()|-]{3,15})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_URL_DAY = re.compile(
    r"/((?:19|20)\d\d)[/-]?([01]\d)[/-]?([0-3]\d)(?!\d)|(?<!\d)((?:19|20)\d\d)-([01]\d)-([0-3]\d)(?!\d)"
)
_DIGITS = {ord(native): str(i) for i, native in enumerate("०१२३४५६७८९")}
_EARLIEST = 1900
_LONGEST_DATE = 200
_LONGEST_DATE_LINE = 36
_FINAL = re.compile(r"[.।॥。][\"'”’»)\]]*$")
_LETTERS = re.compile(r"[^\W\d_]")
_LONGEST_TITLE = 220


def day_of(words: str | None) -> str | None:
    """Return the ISO day that the words name, or None where they name none with certainty.

    A numeric day and month that could be exchanged (03/04/2025) name none.
    """
    if not words:
        return None
    words = words[:_LONGEST_DATE].strip().translate(_DIGITS)
    for read in (_iso, _mail_date, _epoch, _named_month, _numeric):
        if (found := read(words)) is not None:
            return found.isoformat()
    return None


def days_in(text: str) -> set[str]:
    """Return all ISO days that the text names in words or figures."""
    text = text.translate(_DIGITS)
    patterns = (_ISO, _EAST, _DAY_MONTH, _MONTH_DAY, _DAY_FIRST)
    return {day for p in patterns for m in p.finditer(text) if (day := day_of(m[0])) is not None}


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year >= _EARLIEST else None


def _iso(words: str) -> date | None:
    match = _ISO.search(words) or _EAST.search(words) or _COMPACT.fullmatch(words.split(" ")[0].split(".")[0])
    return _day(*match.groups()[:3]) if match else None


def _mail_date(words: str) -> date | None:
    if not re.match(r"[A-Za-z]{3},|\d{1,2} [A-Za-z]{3} \d{4}", words):
        return None
    try:
        found = parsedate_to_datetime(words).date()
    except (ValueError, IndexError, TypeError):
        return None
    return found if found.year >= _EARLIEST else None


def _epoch(words: str) -> date | None:
    if not _EPOCH.fullmatch(words):
        return None
    from datetime import UTC, datetime

    seconds = float(words)
    return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC).date()


def _named_month(words: str) -> date | None:
    for pattern, order in ((_DAY_MONTH, (2, 1, 0)), (_MONTH_DAY, (2, 0, 1))):
        for match in pattern.finditer(words):
            year, month, day = (match.groups()[i] for i in order)
            number = month_named(month)
            if number and (found := _day(year, number, day)):
                return found
    return None


def _numeric(words: str) -> date | None:
    match = _DAY_FIRST.search(words)
    if not match:
        return None
    first, second, year = match.groups()
    if int(first) > 12 or first == second or "." in match[0]:
        return _day(year, second, first)
    return _day(year, first, second) if int(second) > 12 else None


def host_of(url: str | None) -> str | None:
    """Return the host of a web address without ``www.``."""
    if not url:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and "." in host else None


def is_date_line(line: str) -> bool:
    """Whether a line says when, and perhaps where, and nothing else ("Strelsau, 7 August 2031")."""
    return len(line) <= _LONGEST_DATE_LINE and not _FINAL.search(line) and day_of(line) is not None


def headline_of(text: str) -> str | None:
    """Return the first line where it looks like a headline, else None.

    It is short, has no final stop, and stands apart: before an empty line, before itself printed
    again, or among far longer lines. A line that was cut ("... in New…") gives way to the next
    one where that is the whole of it.
    """
    lines = text.split("\n", 40)
    first, others = lines[0], [line for line in lines[1:] if line]
    if not others or not _LETTERS.search(first) or not 3 <= len(first) <= _LONGEST_TITLE:
        return None
    if others[0].startswith(first):
        return first
    if is_date_line(first):
        return None
    if _FINAL.search(first) or not (lines[1] == "" or max(map(len, others)) > 2 * len(first)):
        return None
    stem = first.rstrip(".… ")
    whole = len(first) > len(stem) > 15 and others[0].startswith(stem) and not _FINAL.search(others[0])
    return others[0] if whole else first


def day_in_address(url: str | None) -> str | None:
    """Return the day that an address holds (/2021/03/14/, 2021-03-14), or None."""
    try:
        path = urlsplit(url or "").path
    except ValueError:
        return None
    match = _URL_DAY.search(path)
    return day_of("-".join(part for part in match.groups() if part)) if match else None
