"""A document in pieces that a model can read at once.

Invariant: every code point of the text stands in a piece, unless the document has more
pieces than are allowed; neighbours share a stretch, so that no sentence is only cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from servanda.model import Document, Span

EDGES = (
    regex.compile(r"\n\s*\n"),
    regex.compile(r"\n"),
    regex.compile(r"[.!?।။。！？]['\"”’»」』)]*\s*"),
    regex.compile(r"\s"),
)
SMALLEST = 400  # code points of a piece that is not divided any more


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a document's text, the ``number``-th (from 1) of ``of``."""

    document: Document
    span: Span
    number: int = 1
    of: int = 1

    @property
    def text(self) -> str:
        return self.document.text[self.span.start : self.span.stop]


def pieces(document: Document, size: int, overlap: int, most: int) -> tuple[list[Piece], Span | None]:
    """Return the pieces of a document, each at most ``size`` code points long, and the stretch that is left unread."""
    spans = spans_of(document.text, Span(0, len(document.text)), size, min(overlap, size // 2))
    read, rest = spans[:most], spans[most:]
    unread = Span(read[-1].stop, len(document.text)) if rest else None
    return [Piece(document, span, n, len(read)) for n, span in enumerate(read, 1)], unread


def spans_of(text: str, whole: Span, size: int, overlap: int) -> list[Span]:
    spans = list[Span]()
    start = whole.start
    while whole.stop - start > size:
        stop = edge_before(text, start + size // 2, start + size)
        spans.append(Span(start, stop))
        start = max(edge_before(text, stop - overlap, stop - overlap // 2), start + 1) if overlap else stop
    return [*spans, Span(start, whole.stop)]


def edge_before(text: str, least: int, most: int) -> int:
    """Return the last place in ``text[least:most]`` where a paragraph, line, sentence or word ends; else ``most``."""
    for edge in EDGES:
        ends = [found.end() for found in edge.finditer(text, least, most)]
        if ends:
            return ends[-1]
    return most


def halves(piece: Piece) -> list[Piece]:
    """Return a piece in two, for an answer that did not fit; one that is small stays whole."""
    length = len(piece.span)
    if length <= SMALLEST:
        return [piece]
    size = length // 2 + length // 8
    return [
        Piece(piece.document, s, piece.number, piece.of)
        for s in spans_of(piece.document.text, piece.span, size, length // 10)
    ]
