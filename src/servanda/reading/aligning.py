"""Find again in the raw source the text that a parser took out of it.

Invariant: an anchor is made only where the characters are equal; text that cannot be
found has no anchor.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator

from .tracing import Anchor, Traced, composed

View = Callable[[Traced], Traced]

_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<!\[CDATA\[|\]\]>|<[/!?a-zA-Z][^<>]*>", re.S | re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^u])", re.S)
_BLANK = re.compile(r"[\s\u00ad\u200b\u2060\ufeff]+")
_BLOCK = re.compile(r"\S[^\n]*")
_SHORTEST = 24


def as_plain(raw: Traced) -> Traced:
    """See the raw text as it is."""
    return raw


def as_markup(raw: Traced) -> Traced:
    """See raw HTML or XML as its reader does: tags gone, entities resolved."""
    shown = raw.sub(_HIDDEN, "")
    return shown.edit((m.start(), m.end(), html.unescape(m[0])) for m in _ENTITY.finditer(shown.text))


def as_markup_in_markup(raw: Traced) -> Traced:
    """See an XML item in which HTML stands escaped."""
    return as_markup(as_markup(raw))


def as_json(raw: Traced) -> Traced:
    """See the strings of a JSON text without their escapes (and any markup in them gone)."""
    return as_markup(raw.edit((m.start(), m.end(), _unescaped(m[0])) for m in _ESCAPE.finditer(raw.text)))


def _unescaped(escape: str) -> str:
    try:
        return str(json.loads(f'"{escape}"'))
    except json.JSONDecodeError:
        return escape


def aligned(body: str, raw: str, view: View, start: int = 0, stop: int | None = None) -> tuple[Anchor, ...]:
    """Return anchors from ``body`` into ``raw[start:stop]``.

    Lines of the body are looked for in their order, first as they are; those not found are
    looked for, regardless of white space, in what ``view`` shows of the gap between their neighbours.
    """
    stop = len(raw) if stop is None else stop
    anchors: list[Anchor] = []
    missing: list[tuple[int, int]] = []
    for line in _BLOCK.finditer(body):
        words = line[0].rstrip()
        at = raw.find(words, start, stop) if len(words) >= _SHORTEST else -1
        if at < 0:
            missing.append((line.start(), line.start() + len(words)))
            continue
        anchors += _in_gap(body, missing, raw, view, start, at)
        anchors.append((line.start(), at, len(words)))
        missing, start = [], at + len(words)
    anchors += _in_gap(body, missing, raw, view, start, stop)
    return tuple(_bridged(anchors, body, raw))


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


def _in_gap(body: str, missing: list[tuple[int, int]], raw: str, view: View, start: int, stop: int) -> Iterator[Anchor]:
    """Yield anchors for the lines of ``body`` that stand somewhere in ``raw[start:stop]``."""
    if not missing:
        return
    seen = view(Traced.whole(raw[start:stop], start)).sub(_BLANK, "")
    at = 0
    for low, high in missing:
        line = Traced.whole(body[low:high], low).sub(_BLANK, "")
        found = seen.text.find(line.text, at)
        if found < 0 or not line.text:
            continue
        at = found + len(line.text)
        yield from _paired(line, seen.cut(found, at))


def _paired(line: Traced, seen: Traced) -> Iterator[Anchor]:
    """Yield anchors from where the line's characters stand to where their equals were seen."""
    back = tuple((there, here, run) for here, there, run in line.anchors)
    yield from composed(back, seen.anchors)
