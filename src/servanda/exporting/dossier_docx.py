"""A dossier as a Word document, through python-docx: the brief that goes into a file.

Invariant: every statement stands with its quotations, and each quotation with its source.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import regex

from servanda.exporting.days import dated
from servanda.exporting.dossier_parts import Cited, Dossier, Section, Statement

UNWRITABLE = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def as_docx(dossier: Dossier, title: str | None = None, link: Callable[[Cited], str] | None = None) -> bytes:
    """Return the document's bytes; ``link`` gives where a quotation can be opened in its text."""
    from docx import Document
    from docx.shared import Pt

    made = Document()
    normal = made.styles["Normal"]
    normal.font.size, normal.font.name = Pt(10.5), "Georgia"
    made.add_heading(plain(title or dossier.title), 0)
    made.add_paragraph(
        f"As of {dated(dossier.as_of)}. " + ". ".join(f"{name}: {value}" for name, value in dossier.figures)
    )
    for section in dossier.sections:
        write_section(made, section, link)
    made.add_heading("What this rests on", 1)
    for words in dossier.coverage:
        made.add_paragraph(plain(words))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def write_section(made: Any, section: Section, link: Callable[[Cited], str] | None) -> None:
    made.add_heading(plain(section.heading), 1)
    if section.note:
        made.add_paragraph(plain(section.note)).runs[0].italic = True
    for said in section.statements:
        write_statement(made, said, link)
    if section.more:
        made.add_paragraph(f"{section.more} more in the ledger.")


def write_statement(made: Any, said: Statement, link: Callable[[Cited], str] | None) -> None:
    line = made.add_paragraph(style="List Bullet")
    head = f"{said.status}: " if said.status else f"{dated(said.day)}: " if said.day else ""
    line.add_run(head).bold = True
    line.add_run(plain(said.words))
    for mark in said.marks:
        line.add_run(f" [{plain(mark)}]").italic = True
    for c in said.quotations:
        quote = made.add_paragraph(style="Quote")
        quote.add_run(f"“{plain(' '.join(c.words.split()))}”")
        source = ", ".join(filter(None, (c.publisher or "no publisher known", dated(c.date) or "no date", c.language)))
        where = c.url or (link(c) if link else "")
        quote.add_run(f" {plain(source)}{f', {plain(where)}' if where else ''}").italic = False


def plain(words: str) -> str:
    """Return words that a Word file can hold."""
    return UNWRITABLE.sub("\ufffd", words)
