"""Plain text and Markdown, with the header lines that collections put before a text.

Invariant: the body is a stretch of the raw text as it is; only the header is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from servanda.problems import Problem

from .decoding import Decoded, decode
from .draft import Draft, Facts, Material
from .metadata import day_of
from .tracing import Edit, Traced

_DATE_LINE = re.compile(
    r"\s*+(?:date|published|dated)[ \t]*+:?[ \t]*+(?<=[\s:])(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}\S*)?(?=\s|\Z)", re.I
)
_URL_LINE = re.compile(r"\s*+(?:(?:url|source|link)[ \t]*+:[ \t]*+)?(https?://\S++)[ \t]*+(?=\n|\Z)", re.I)
_URL_AFTER_DATE = re.compile(r"[ \t]*+(https?://\S++)")
_FIELD = re.compile(
    r"[ \t]*+(title|headline|date|published|url|link|source|publisher|language)[ \t]*+:[ \t]++([^\n]++)\n", re.I
)
_FRONT_MATTER = re.compile(r"\s*+---[ \t]*+\n((?:[\w-]++[ \t]*+:[^\n]*+\n|[ \t]++[^\n]*+\n)+)---[ \t]*+(?:\n|\Z)")
_HEADING = re.compile(r"^#[ \t]+([^\n]+)", re.M)
_MARKS = (
    re.compile(
        r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)|^[ \t]*+(?:[-*_][ \t]*+){3,}+$|^```[^\n]*+$|^[ \t]{0,3}(?:>[ \t]?)++"
        r"|^[ \t]*+(?:[-*+]|\d{1,9}[.)])[ \t]++|^#{1,6}[ \t]++",
        re.M,
    ),
    re.compile(r"\[([^\[\]\n]{1,300})\]\([^()\n]{0,500}\)"),
    re.compile(r"(?<![\w*_])(?:\*\*|__)([^\s*_][^*_\n]{0,500}?)(?:\*\*|__)(?![\w*_])"),
    re.compile(r"(?<![\w*_])[*_]([^\s*_][^*_\n]{0,500}?)[*_](?![\w*_])"),
)
_SLOT = {"headline": "title", "published": "date", "link": "url", "source": "publisher"}


def read_text(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of a plain text."""
    raw = decode(material.data, material.declared)
    yield text_draft(raw, material)


def read_markdown(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of a Markdown text, its marks left out."""
    draft = text_draft(decode(material.data, material.declared), material, "text/markdown")
    shown = Traced.whole(draft.body, draft.start)
    for pattern in _MARKS:
        shown = shown.edit(_marks(pattern, shown.text))
    draft.traced = shown
    heading = _HEADING.search(shown.text if shown.text.startswith("#") else draft.body)
    draft.facts.offer("title", heading[1].strip(" #*_") if heading else None, "heading")
    yield draft


def _marks(pattern: re.Pattern[str], text: str) -> Iterator[Edit]:
    """Yield edits that take out a match but for its first group."""
    for match in pattern.finditer(text):
        if pattern.groups:
            yield match.start(), match.start(1), ""
            yield match.end(1), match.end(), ""
        else:
            yield match.start(), match.end(), ""


def text_draft(raw: Decoded, material: Material, media_type: str = "text/plain") -> Draft:
    """Return the document of a decoded plain text."""
    facts = Facts()
    start = header_end(raw.text, facts)
    return Draft(raw.text[start:], raw.text, facts, start=start, media_type=media_type, problems=losses(raw, material))


def losses(raw: Decoded, material: Material) -> tuple[Problem, ...]:
    """Return a problem where the encoding was a guess or characters were lost in decoding."""
    if raw.how in ("detected", "fallback"):
        what = f"not valid UTF-8; read as {raw.encoding}, which is a guess."
        return (material.problem(what, "encoding", "Save it as UTF-8 if signs look wrong."),)
    if not raw.lost:
        return ()
    what = f"{raw.lost} characters are not valid {raw.encoding}; read with replacement marks in their place."
    return (material.problem(what, "encoding", "Save the file as UTF-8 to have them right."),)


def header_end(text: str, facts: Facts) -> int:
    """Offer the facts of header lines and return where the body starts."""
    if match := _FRONT_MATTER.match(text):
        for line in _FIELD.finditer(match[1]):
            _offer(facts, line[1], line[2].strip("\"' "), "front matter")
        return match.end()
    at = _fields_end(text, facts)
    if match := _DATE_LINE.match(text, at):
        facts.offer("date", day_of(match[1]), "header line")
        at = match.end()
        if match := _URL_AFTER_DATE.match(text, at):
            _offer(facts, "url", match[1], "header line")
            return match.end()
    if match := _URL_LINE.match(text, at):
        _offer(facts, "url", match[1], "header line")
        at = match.end()
    return at


def _fields_end(text: str, facts: Facts) -> int:
    """Read ``Name: value`` lines at the top, two or more of them."""
    at = 0
    found: list[re.Match[str]] = []
    while match := _FIELD.match(text, at):
        found.append(match)
        at = match.end()
    if len(found) < 2:
        return 0
    for match in found:
        _offer(facts, match[1], match[2], "header line")
    return at


def _offer(facts: Facts, name: str, value: str, how: str) -> None:
    slot = _SLOT.get(name.lower(), name.lower())
    if slot == "publisher" and value.startswith("http"):
        slot = "url"
    facts.offer(slot, day_of(value) if slot == "date" else value, how)
