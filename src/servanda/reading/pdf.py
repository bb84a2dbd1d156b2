"""PDF files with a text layer, read by a child process that can be stopped.

Invariant: whatever a PDF does, it takes no longer than the limit for seconds and no
more memory than the child may have.
"""

from __future__ import annotations

import atexit
import json
import re
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from servanda.problems import Problem

from . import fields
from .deadline import OutOfTime
from .draft import Draft, Facts, Material
from .limits import setting
from .metadata import day_of, days_in

_HYPHEN = re.compile(r"([^\W\d_]+)[\u00ad\u2010-]\n([^\W\d_A-Z]+)")
_KEPT_HYPHENS = fields.names("pdf", "kept_hyphens")
_NUMBER = re.compile(
    r"\W*(?:page|seite|p\.|पृष्ठ)?\W*(?:\d{1,4}|[ivxl]{1,6})(?:\W*(?:of|/|von|sur|de|из|का)\W*\d{1,4})?\W*", re.I
)
_FEW_LETTERS = 16
_NEAR_EDGE = 1500
_LONG_PAGE = 8
_SHORT_LINE = 30
_ENDS = re.compile(r"[.!?:;।॥。！？\"”’»)]$")
COMMAND = [sys.executable, "-m", "servanda.reading.pdf_child"]
_MADE = re.compile(r"D:(\d{4})(\d{2})(\d{2})")


def read_pdf(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of a PDF; a scan is a problem that says so."""
    answer = _child().read(material.data, material)
    if "problem" in answer:
        yield material.problem(answer["problem"], answer["cause"], answer["advice"])
        return
    pages: list[list[str]] = answer["pages"]
    if sum(len(line) for page in pages for line in page) < _FEW_LETTERS * max(1, len(pages)):
        yield material.problem("a scan: its pages hold no text.", "scan", "Give it a text layer (OCR) first.")
        return
    facts = Facts()
    facts.offer("title", _title(answer["info"].get("Title")), "PDF properties")
    body = paragraphs_of(pages)
    facts.offer("date", _made(answer["info"].get("CreationDate"), body), "PDF properties and text")
    draft = Draft(body, body, facts, media_type="application/pdf")
    if answer["more"]:
        draft.problems = (material.refused("pages", material.limits.pages, "pages; those were read").problem,)
    yield draft


def _title(words: str | None) -> str | None:
    """Return the title property unless a program put a file's name there."""
    if not words or re.search(
        r"\.(?:docx?|pdf|indd|qxd|rtf|odt|txt|html?)$|^(?:Microsoft Word|untitled|document\d*)", words.strip(), re.I
    ):
        return None
    return words


def _made(words: str | None, body: str) -> str | None:
    """Return the day on which the file was made where the text names it too: alone it is the clock's word."""
    made = _MADE.match(words or "")
    day = day_of("-".join(made.groups())) if made else None
    return day if day in days_in(body[:_NEAR_EDGE] + "\n" + body[-_NEAR_EDGE:]) else None


def paragraphs_of(pages: list[list[str]]) -> str:
    """Join lines to paragraphs: running heads and page numbers out, hyphens at line ends closed."""
    running = _running(pages)
    lines = [
        line
        for page in pages
        for line in page
        if line not in running and not (len(line) < _SHORT_LINE and _NUMBER.fullmatch(line))
    ]
    return _joined(lines)


def _running(pages: list[list[str]]) -> set[str]:
    """Return the outermost lines that stand on most of the pages (numbers aside)."""
    edges = [_edges([line for line in page if line]) for page in pages]
    counts = Counter(_bare(line) for lines in edges for line in lines)
    often = {line for line, times in counts.items() if len(pages) > 2 and times > len(pages) / 2}
    return {line for lines in edges for line in lines if _bare(line) in often}


def _edges(lines: list[str]) -> set[str]:
    """Return the first and last line of a page, and the next ones where the page is long."""
    count = 2 if len(lines) > _LONG_PAGE else 1
    return {*lines[:count], *lines[-count:]}


def _bare(line: str) -> str:
    return re.sub(r"\d+", "#", line).strip()


def _joined(lines: list[str]) -> str:
    """A paragraph goes on while lines are full and end in no stop; an empty line ends it."""
    full = sorted(len(line) for line in lines if line)[int(0.8 * len(lines)) :][:1] or [0]
    pieces: list[str] = []
    for line in lines:
        short = len(line) < 0.8 * full[0] and _ENDS.search(line)
        ends = not line or short or (len(line) < 0.5 * full[0] and not line.endswith("-"))
        pieces += (line, "\n\n" if ends else "\n")
    whole = "".join(pieces)
    text = _HYPHEN.sub(lambda m: _closed(m[1], m[2], whole), whole)
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text).strip()


def _closed(before: str, after: str, text: str) -> str:
    """Close a word that a line's end cut; a hyphen stays that the text has elsewhere, or after a prefix."""
    hyphened = f"{before}-{after}"
    return hyphened if before.lower() in _KEPT_HYPHENS or hyphened in text else before + after


class _Child:
    """The child process; started when first needed, and again after it was stopped."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()

    def read(self, data: bytes, material: Material) -> dict[str, Any]:
        """Return the child's answer, or a problem where it took too long or died."""
        with self.lock:
            process = self._started()
            timer = threading.Timer(material.limits.seconds, process.kill)
            timer.start()
            try:
                return _asked(process, data, material.limits.pages)
            except OutOfTime:
                self.stop()  # else its answer would be taken for that of the next
                raise
            except (OSError, EOFError, struct.error, ValueError):
                self.stop()
                what = f"takes longer than {material.limits.seconds:g} s, or too much memory (limit seconds)."
                return {"problem": what, "cause": "limit", "advice": f"Print it to a new PDF, or {setting('seconds')}."}
            finally:
                timer.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self.process

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _asked(process: subprocess.Popen[bytes], data: bytes, pages: int) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(struct.pack(">QI", len(data), pages))
    process.stdin.write(data)
    process.stdin.flush()
    (size,) = struct.unpack(">Q", _exactly(process.stdout, 8))
    answer: dict[str, Any] = json.loads(_exactly(process.stdout, size))
    return answer


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


_THE_CHILD = _Child()
atexit.register(_THE_CHILD.stop)


def _child() -> _Child:
    return _THE_CHILD
