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
_ODD = re.compile(r"[a-z][A-Z>;=|{}\[\]~^+]+[A-Za-z]")
_SAMPLE = 3_000  # code points that are looked at
_SHARE = 0.1  # of words that are odd in such a text, and in no other


def before_unicode(markup: bytes, text: str, material: Material) -> Iterator[Problem]:
    """Yield a problem where the markup asks for such a font and its text has words that only that can draw."""
    sample = text[:_SAMPLE]
    if len(_ODD.findall(sample)) <= _SHARE * len(sample.split()):
        return
    if (named := _NAMED.search(markup)) is not None:
        name = named[1].decode("ascii", "replace").strip()
        what = f"written for the font {name}, which draws other letters than the text has; it cannot be understood."
        yield material.problem(what, "encoding", "Convert it to Unicode first.")
