"""From a body as it came to clean text: NFC, plain spaces, no junk, each paragraph once.

Invariant: nothing is put into the text but blanks and line breaks (and composed
characters); what stands in the clean text stood in the raw one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from .boilerplate import Boilerplate
from .tracing import Edit, Traced

# Every space of Unicode (category Zs) but the blank, and the controls that stand for one.
_SPACES = {
    ord(c): " "
    for c in "\u00a0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\x0b\x1f"
}
_BREAKS = {ord(c): "\n" for c in "\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
_ONE_TO_ONE = _SPACES | _BREAKS
_EXOTIC = re.compile("[" + "".join(map(chr, _ONE_TO_ONE)) + "]")
# Zero-width joiner and non-joiner are kept between letters and marks: Indic and Persian words need them.
_JUNK = re.compile(
    "\r(?=\n)|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]+"
    "|[\u200c\u200d]++(?![^\\W\\d_]|[\u0300-\u036f\u0600-\u06ff\u0900-\u0dff\u1000-\u109f\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])"
)
# Where none of these signs stands there is no junk: a set of signs is sought four times as fast as the above.
_ODD = re.compile(
    "[\r\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]"
)
_RUNS = re.compile(r"\s{2,}+")
_UNTIDY = ("  ", " \n", "\n ", "\n\n\n")
_LONE_RETURN = re.compile("\r")
_REPEATED_LENGTH = 40
_SCRAP = 200
_MOSTLY = 0.6


def cleaned(body: Traced, boilerplate: Boilerplate | None = None) -> Traced:
    """Return the clean text of a body; see the module's invariant."""
    text = body.sub(_JUNK, "").sub(_LONE_RETURN, "\n") if _ODD.search(body.text) else body
    if _EXOTIC.search(text.text):
        text = Traced(_EXOTIC.sub(_plain, text.text), text.anchors)
    text = composed_nfc(text)
    text = tidied(text)
    cut = text.edit(_cut(text.text, boilerplate))
    return text if cut is text else tidied(cut)


def _plain(space: re.Match[str]) -> str:
    return _ONE_TO_ONE[ord(space[0])]


def tidied(text: Traced) -> Traced:
    """Return the text with single blanks, no blanks at the ends of lines, and no more than one empty line.

    Its white space is of blanks and line breaks alone.
    """
    if any(run in text.text for run in _UNTIDY):
        text = text.edit((m.start(), m.end(), new) for m in _RUNS.finditer(text.text) if (new := _gap(m[0])) != m[0])
    stripped = text.text.strip()
    start = text.text.find(stripped) if stripped else 0
    return text if len(stripped) == len(text.text) else text.cut(start, start + len(stripped))


def _gap(run: str) -> str:
    """White space with a line break in it is one, with more an empty line; any other is a blank."""
    breaks = run.count("\n")
    return "\n\n" if breaks > 1 else "\n" if breaks else " "


def composed_nfc(text: Traced) -> Traced:
    """Return the text in NFC, with the places of what did not change kept."""
    if unicodedata.is_normalized("NFC", text.text):
        return text
    return text.edit(_compositions(text.text))


def _compositions(text: str) -> Iterator[Edit]:
    """Yield an edit for each stretch that NFC changes; stretches begin at starters that compose with nothing before."""
    start = 0
    for stop in _stretches(text):
        piece = text[start:stop]
        new = unicodedata.normalize("NFC", piece)
        if new != piece:
            yield start, stop, new
        start = stop


def _stretches(text: str) -> Iterator[int]:
    """Yield the ends of the shortest stretches that can be normalised apart: before a character at rest."""
    for i in range(1, len(text)):
        ch = text[i]
        if ch < "\u0300" or (not unicodedata.combining(ch) and unicodedata.category(ch)[0] != "M" and not _medial(ch)):
            yield i
    if text:
        yield len(text)


def _medial(ch: str) -> bool:
    """Hangul vowels and finals compose with the letter before them though they are starters."""
    return "\u1160" <= ch <= "\u11ff"


def _cut(text: str, boilerplate: Boilerplate | None) -> Iterator[Edit]:
    """Yield edits that take out boilerplate lines and paragraphs printed a second time."""
    seen: set[str] = set()
    first = text.partition("\n")[0]
    start = 0
    stop = len(text) if boilerplate is None else _end(text, boilerplate)
    for paragraph in text[:stop].split("\n\n"):
        if paragraph in seen or (start and paragraph == first):
            yield start, start + len(paragraph), ""
        elif boilerplate is not None:
            yield from boilerplate.edits(paragraph, start)
        if len(paragraph) >= _REPEATED_LENGTH:
            seen.add(paragraph)
        start += len(paragraph) + 2
    if stop < len(text):
        yield stop, len(text), ""


def _end(text: str, boilerplate: Boilerplate) -> int:
    """Return where the report ends: at a heading of what is not the report's, if only scraps follow it."""
    paragraphs = text.split("\n\n")
    stop = len(text)
    for paragraph in reversed(paragraphs):
        if len(paragraph) > _SCRAP:
            break
        stop -= len(paragraph)
        if stop < _MOSTLY * len(text):
            break
        if boilerplate.is_end(paragraph):
            return stop
        stop -= 2
    return len(text)
