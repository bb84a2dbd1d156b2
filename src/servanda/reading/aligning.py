"""Find again in the raw source the text that a parser took out of it.

Invariant: an anchor is made only where the characters are equal; text that cannot be
found has no anchor.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from .tracing import Anchor

_JUNK = frozenset("\u00ad\u200b\u2060\ufeff\u200e\u200f\u200c\u200d")
_LINE = re.compile(r"\S[^\n]*")
_RUN = re.compile(r"[^\W_]{1,12}(?: [^\W_]{1,12}){0,1}")
_FIRST_RUNS = 8
_PROBES = 3
_SHORTEST = 24
_LONG = 60
_NEAR = 1 << 16
_MOST_LINES = 5_000
_MOST_SIGNS = 200
_CANDIDATES = 12
_TAG = r"<!--.*?-->|<!\[CDATA\[|\]\]>|<[/!?a-zA-Z][^<>]*>"
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?"
_ESCAPED_TAG = r"&lt;(?:[^&<]|&(?!gt;))*&gt;"
_ESCAPED_ENTITY = r"&amp;(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
_ESCAPE = r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^u])"


@dataclass(frozen=True, slots=True)
class View:
    """How a source writes text: the signs that stand for something else, or for nothing."""

    signs: re.Pattern[str] | None = None
    starts: re.Pattern[str] | None = None
    """What any of the signs begins with."""

    def meaning(self, sign: str) -> str:
        """Return the text that a sign stands for; nothing for a tag."""
        if sign.startswith("\\"):
            try:
                return str(json.loads(f'"{sign}"'))
            except json.JSONDecodeError:
                return sign
        if sign.startswith("&") and not sign.startswith("&lt;"):
            return html.unescape(html.unescape(sign))
        return ""


as_plain = View()
as_markup = View(re.compile(f"{_TAG}|{_ENTITY}", re.S), re.compile("[<&]"))
as_markup_in_markup = View(re.compile(f"{_TAG}|{_ESCAPED_TAG}|{_ESCAPED_ENTITY}|{_ENTITY}", re.S), re.compile("[<&]"))
as_json = View(re.compile(f"{_ESCAPE}|{_TAG}|{_ENTITY}", re.S), re.compile(r"[<&\\]"))


def aligned(body: str, raw: str, view: View, start: int = 0, stop: int | None = None) -> tuple[Anchor, ...]:
    """Return anchors from ``body`` into ``raw[start:stop]``.

    Lines of the body are looked for in their order, first as they are; those not found are
    read sign by sign in the gap between their neighbours.
    """
    stop = len(raw) if stop is None else stop
    first, lines = start, 0
    anchors: list[Anchor] = []
    missing: list[tuple[int, int]] = []
    for line in _LINE.finditer(body):
        words = line[0].rstrip()
        at = raw.find(words, start, min(stop, start + _NEAR)) if len(words) >= _SHORTEST else -1
        if at < 0 and len(words) >= _LONG:
            at = raw.find(words, first, stop)  # a line before it may have been found too far on
        if at < 0:
            if lines > _MOST_LINES:
                continue
            lines += 1
            missing.append((line.start(), line.start() + len(words)))
            continue
        anchors += _in_gap(body, missing, raw, view, start if start <= at else first, at)
        anchors.append((line.start(), at, len(words)))
        missing, start = [], at + len(words)
    anchors += _in_gap(body, missing, raw, view, start, stop)
    return tuple(_bridged(anchors, body, raw))


def _in_gap(body: str, missing: list[tuple[int, int]], raw: str, view: View, start: int, stop: int) -> Iterator[Anchor]:
    """Yield anchors for the lines of ``body`` that stand somewhere in ``raw[start:stop]``."""
    for low, high in missing:
        found = _found(body[low:high], raw, view, start, stop)
        yield from ((low + here, there, run) for here, there, run in found)
        if found:
            start = found[-1][1] + found[-1][2]


def _found(line: str, raw: str, view: View, start: int, stop: int) -> list[Anchor]:
    """Return the anchors of one line: read on from the places where one of its telling words stands."""
    runs = list(islice(_RUN.finditer(line), _FIRST_RUNS))
    if not runs:
        return []
    if not runs[0][0].isascii() and view is as_json:
        return _read_on(line, 0, raw, _first_escape(line, raw, start, stop), stop, view)
    for run in sorted(runs, key=lambda r: -len(r[0]))[:_PROBES]:
        at = start - 1
        for _ in range(_CANDIDATES):
            at = raw.find(run[0], at + 1, stop)
            if at < 0:
                break
            anchors = _around(line, run.start(), runs[0], raw, at, start, stop, view)
            if 2 * sum(a[2] for a in anchors) >= len(line) - run.start():
                return anchors
    return []


def _around(
    line: str, here: int, first: re.Match[str], raw: str, there: int, start: int, stop: int, view: View
) -> list[Anchor]:
    """Return anchors read on from the line's first word, if that stands not far before; else from ``here``."""
    before = raw.rfind(first[0], max(start, there - 4 * here - _SHORTEST), there) if here > first.start() else -1
    if before >= 0:
        anchors = _read_on(line, first.start(), raw, before, stop, view)
        if anchors and anchors[-1][0] + anchors[-1][2] > here:
            return anchors
    return _read_on(line, here, raw, there, stop, view)


def _first_escape(line: str, raw: str, start: int, stop: int) -> int:
    """Return where the line may start in JSON that writes its letters as escapes."""
    escape = json.dumps(line[:4])[1:-1]
    at = raw.lower().find(escape, start, stop)
    return at if at >= 0 else stop


def _read_on(line: str, here: int, raw: str, there: int, stop: int, view: View) -> list[Anchor]:
    """Return anchors from ``line[here:]`` to ``raw[there:]`` as far as the two say the same."""
    anchors: list[Anchor] = []
    skipped = 0
    while here < len(line) and there < stop and skipped < _MOST_SIGNS:
        skipped += 1
        if run := _common(line, here, raw, there, view.starts):
            anchors.append((here, there, run))
            here, there, skipped = here + run, there + run, 0
        elif line[here].isspace():
            here += 1
        elif raw[there].isspace() or raw[there] in _JUNK:
            there += 1
        elif view.signs is not None and (sign := view.signs.match(raw, there)):
            meaning = view.meaning(sign[0]).strip().strip("".join(_JUNK))
            if not line.startswith(meaning, here):
                break
            here, there = here + len(meaning), sign.end()
        elif line[here] == raw[there]:
            anchors.append((here, there, 1))
            here, there = here + 1, there + 1
        elif composed := _composed(line, here, raw, there):
            here, there = here + composed[0], there + composed[1]
        else:
            break
    return anchors


def _composed(line: str, here: int, raw: str, there: int) -> tuple[int, int] | None:
    """Return how many characters of each are one letter, where the raw text writes it in other parts."""
    for length in (3, 2, 1):
        letter = unicodedata.normalize("NFC", raw[there : there + length])
        if letter != raw[there : there + length] and line.startswith(letter, here):
            return len(letter), length
    return None


def _common(a: str, i: int, b: str, j: int, starts: re.Pattern[str] | None) -> int:
    """Return how many characters agree from ``a[i]`` and ``b[j]`` on, before a sign that may stand for another."""
    step, run = 64, 0
    while step:
        piece = a[i + run : i + run + step]
        if piece and b.startswith(piece, j + run):
            run += len(piece)
            if len(piece) < step:
                break
        else:
            step //= 2
    sign = starts.search(b, j, j + run) if starts is not None else None
    return sign.start() - j if sign else run


def _bridged(anchors: list[Anchor], body: str, raw: str) -> Iterator[Anchor]:
    """Yield the anchors, those joined between which body and raw text are the same."""
    last: Anchor | None = None
    for here, there, run in anchors:
        if last is None:
            last = (here, there, run)
            continue
        a, b, n = last
        gap = here - a - n
        if there - b - n == gap and body[a + n : here] == raw[b + n : there]:
            last = (a, b, n + gap + run)
        else:
            yield last
            last = (here, there, run)
    if last is not None:
        yield last
