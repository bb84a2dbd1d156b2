"""The child process that reads PDFs: bytes in, the lines of each page out, as JSON.

Invariant: it answers each request once, and has a bound on its memory; it is stopped
from outside where it takes too long.

Lines are made from the places of the characters, not from the blanks that PDFium
guesses: those go wrong after marks above and below Devanagari letters.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import struct
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import Any

_MEMORY = 1 << 30
_WORD_GAP = 0.11
_SURE_GAP = 0.04
_VIRAMA = 9
_COLUMN_GAP = 2.0
_LINE_STEP = 0.4
_PARAGRAPH_STEP = 1.35
_LINE_HYPHENS = (0x02, 0xFFFE)


@dataclass(slots=True)
class Run:
    """A stretch of text on one line: left and right edge, baseline, size of type (points)."""

    left: float
    right: float
    base: float
    size: float
    text: str


def runs_of(page: Any, raw: Any) -> list[Run]:
    """Return the page's runs in the order in which they were written."""
    runs: list[Run] = []
    for char, left, right, base, size, parted in _characters(page.get_textpage(), raw):
        last = runs[-1] if runs else None
        if last is not None and (right <= left or unicodedata.category(char)[0] == "M"):
            last.text += char  # a mark, or a further letter of one drawn sign
            if unicodedata.category(char) != "Mn":
                last.right = max(last.right, right)
            continue
        if (
            last is None
            or abs(base - last.base) > _LINE_STEP * size
            or not -size < left - last.right < _COLUMN_GAP * size
        ):
            runs.append(Run(left, right, base, size, char))
            continue
        gap = (_SURE_GAP if parted else _WORD_GAP) * size
        blank = (
            left - last.right > gap and not last.text.endswith(" ") and unicodedata.combining(last.text[-1]) != _VIRAMA
        )
        last.text += " " + char if blank else char
        last.right = max(last.right, right)
    return [run for run in runs if run.text.strip()]


def _characters(text: Any, raw: Any) -> Iterator[tuple[str, float, float, float, float, bool]]:
    """Yield each written character: left and right edge, baseline, size, and whether PDFium sees a blank before it."""
    x, y = ctypes.c_double(), ctypes.c_double()
    parted = False
    for i in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, i)
        if (raw.FPDFText_IsGenerated(text, i) == 1 and code not in _LINE_HYPHENS) or code in (0, 13, 10):
            parted = True
            continue
        char = "-" if code in _LINE_HYPHENS else chr(code)
        if 0xD800 <= code < 0xE000 or not raw.FPDFText_GetCharOrigin(text, i, x, y):
            continue
        left, bottom, right, top = text.get_charbox(i, loose=True)
        yield char, left, right, y.value, max(2.0, top - bottom), parted
        parted = False


def in_reading_order(runs: list[Run], width: float) -> list[Run]:
    """Return the runs column by column, where the page has two; a run across both parts it."""
    gutter = gutter_of(runs, width)
    if gutter is None:
        return runs
    ordered: list[Run] = []
    band: list[Run] = []
    for run in sorted(runs, key=lambda r: -r.base):
        if run.left < gutter < run.right:
            ordered += _columns(band, gutter)
            ordered.append(run)
            band = []
        else:
            band.append(run)
    return ordered + _columns(band, gutter)


def _columns(band: list[Run], gutter: float) -> list[Run]:
    return sorted(band, key=lambda r: (r.left >= gutter, -r.base, r.left))


def gutter_of(runs: list[Run], width: float) -> float | None:
    """Return where the white strip between two columns stands, or None where there is none."""
    if len(runs) < 8:
        return None
    for share in (0.5, 0.48, 0.52, 0.45, 0.55):
        at = share * width
        crossing = sum(r.left < at < r.right for r in runs)
        left, right = sum(r.right <= at for r in runs), sum(r.left >= at for r in runs)
        if crossing <= 0.15 * len(runs) and min(left, right) >= 0.25 * len(runs):
            return at
    return None


def lines_of(runs: list[Run]) -> list[str]:
    """Return the lines, an empty one where the step to the next is wider than is usual."""
    lines: list[str] = []
    last: Run | None = None
    steps = sorted(step for a, b in pairwise(runs) if (step := a.base - b.base) > 0.5 * a.size)
    usual = steps[len(steps) // 2] if steps else 0.0
    for run in runs:
        if last is not None and abs(run.base - last.base) <= _LINE_STEP * run.size and run.left >= last.right:
            lines[-1] += " " + run.text.strip()
        else:
            step = last.base - run.base if last is not None else 0.0
            if last is not None and (step > _PARAGRAPH_STEP * usual or step < 0):
                lines.append("")
            lines.append(run.text.strip())
        last = run
    return lines


def answer_to(data: bytes, most: int) -> dict[str, Any]:
    """Return the pages' lines and the document's properties, or what is wrong."""
    pdfium: Any = import_module("pypdfium2")
    raw: Any = import_module("pypdfium2.raw")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            return {"problem": "needs a password.", "cause": "encrypted", "advice": "Save it without one first."}
        return {"problem": f"a damaged PDF ({error}).", "cause": "damaged", "advice": "Get it again."}
    pages: list[list[str]] = []
    for number in range(min(len(document), most)):
        try:
            page = document[number]
            pages.append(lines_of(in_reading_order(runs_of(page, raw), page.get_width())))
        except pdfium.PdfiumError:
            pages.append([])
    return {"pages": pages, "info": document.get_metadata_dict(), "more": len(document) > most}


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    while header := sys.stdin.buffer.read(12):
        size, most = struct.unpack(">QI", header)
        answer = json.dumps(answer_to(sys.stdin.buffer.read(size), most)).encode()
        sys.stdout.buffer.write(struct.pack(">Q", len(answer)) + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
