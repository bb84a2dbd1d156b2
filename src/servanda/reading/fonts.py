"""Fonts from before Unicode that draw Devanagari where the text says Latin letters.

Invariant: such a text is told for what it is; its letters are not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from servanda.problems import Problem

from . import fields
from .draft import Material

_NAMES = sorted(name.encode() for name in fields.names("fonts", "before_unicode"))
_NAMED = re.compile(
    rb"(?:\bface\s*+=\s*+|\bfont(?:-family)?\s*+:[^;{}<>]{0,80}?|\bw:(?:ascii|hAnsi)=|\\f\d{1,4}\b[^;{}]{0,80}?)[\"' ]?"
    rb"((?:%s)[\w -]{0,20})" % b"|".join(_NAMES),
    re.I,
)
_LATIN = re.compile(r"[A-Za-z]")
_DEVANAGARI = re.compile("[\u0900-\u097f]")


def before_unicode(markup: bytes, text: str, material: Material) -> Iterator[Problem]:
    """Yield a problem where the markup asks for such a font and its text has hardly a letter of Devanagari."""
    low = markup.lower()
    if not any(name in low for name in _NAMES) or (named := _NAMED.search(markup)) is None:
        return
    if 4 * len(_DEVANAGARI.findall(text)) < len(_LATIN.findall(text)):
        name = named[1].decode("ascii", "replace").strip()
        what = f"written for the font {name}, which draws other letters than the text has; it cannot be understood."
        yield material.problem(what, "encoding", "Convert it to Unicode first.")
