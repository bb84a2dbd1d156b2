"""The child process that reads PDFs: bytes in, the lines of each page out, as JSON.

Invariant: it answers each request once, and has a bound on its memory; it is stopped
from outside where it takes too long.
"""

from __future__ import annotations

import contextlib
import json
import struct
import sys
from typing import Any

_MEMORY = 2 << 30


def lines_of(page: Any) -> list[str]:
    """Return the lines of a page in reading order, an empty one between blocks."""
    text = page.get_textpage()
    boxes = [(*text.get_rect(i), i) for i in range(text.count_rects())]
    whole = text.get_text_range().replace("\r\n", "\n").replace("\ufffe", "-\n")
    gutter = gutter_of([box[:4] for box in boxes], page.get_width())
    if gutter is None:
        return [line.strip() for line in whole.split("\n")]
    left, bottom, right, top = page.get_mediabox()
    lines: list[str] = []
    for low, high in ((left, gutter), (gutter, right)):
        lines += text.get_text_bounded(low, bottom, high, top).replace("\r\n", "\n").split("\n")
        lines.append("")
    return [line.strip() for line in lines]


def gutter_of(boxes: list[tuple[float, float, float, float]], width: float) -> float | None:
    """Return where the white strip between two columns stands, or None where lines cross the middle."""
    if len(boxes) < 8:
        return None
    for share in (0.5, 0.48, 0.52, 0.45, 0.55):
        at = share * width
        left = [b for b in boxes if b[2] <= at]
        right = [b for b in boxes if b[0] >= at]
        if len(left) + len(right) == len(boxes) and min(len(left), len(right)) >= 0.25 * len(boxes):
            return at
    return None


def answer_to(data: bytes, most: int) -> dict[str, Any]:
    """Return the pages' lines and the document's properties, or what is wrong."""
    from importlib import import_module

    pypdfium2: Any = import_module("pypdfium2")

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            return {"problem": "needs a password.", "cause": "encrypted", "advice": "Save it without one first."}
        return {"problem": f"a damaged PDF ({error}).", "cause": "damaged", "advice": "Get it again."}
    pages: list[list[str]] = []
    for number in range(min(len(document), most)):
        try:
            pages.append(lines_of(document[number]))
        except pypdfium2.PdfiumError:
            pages.append([])
    return {"pages": pages, "info": document.get_metadata_dict(), "more": len(document) > most}


def main() -> None:
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
