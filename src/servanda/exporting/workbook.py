"""Entries as an Excel workbook, through openpyxl: one sheet of entries, one of all their quotations.

Invariant: a date is text as precise as it is known, and no cell is a formula.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import regex

from servanda.exporting.rows import row
from servanda.ledger import Entry

WIDTHS = {"title": 48, "quotation": 70, "because": 40, "words": 80, "id": 18, "entry": 18}
if TYPE_CHECKING:
    from openpyxl import Workbook

UNWRITABLE = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST = 32_000  # characters of a cell
DAYS = frozenset({"due", "first", "last", "date", "when"})
QUOTED = (
    "entry",
    "stage",
    "when",
    "words",
    "start",
    "stop",
    "publisher",
    "date",
    "language",
    "url",
    "document",
    "claim",
)


def as_xlsx(entries: Iterable[Entry]) -> bytes:
    """Return the workbook's bytes."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    listed = [(entry, row(entry)) for entry in entries]
    heads = list(listed[0][1]) if listed else ["id", "title"]
    fill(book, "entries", heads, ([made[head] for head in heads] for _, made in listed))
    fill(book, "quotations", QUOTED, (cells for entry, _ in listed for cells in quotations(entry)))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def quotations(entry: Entry) -> Iterable[Sequence[object]]:
    """Yield each quotation of an entry, by the dates of its steps."""
    for step in entry.history.steps:
        for filed in step.evidence:
            card = filed.card
            for q in filed.claim.quotations:
                where = (card.publisher, card.date, card.language, card.url, card.id, filed.id)
                yield (entry.id, str(step.stage), step.when, q.words, q.start, q.stop, *where)


def fill(book: Workbook, name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one sheet with a head that stays in view."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for place, head in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(head, 16)
    bold, titles = Font(bold=True), [WriteOnlyCell(sheet, head) for head in heads]
    for title in titles:
        title.font = bold
    sheet.append(titles)
    for values in rows:
        sheet.append([cell(sheet, head, value) for head, value in zip(heads, values, strict=True)])


def cell(sheet: Any, head: str, value: object) -> object:
    """Return what a cell holds: a number, or text, which no spreadsheet takes for a formula or a date."""
    from openpyxl.cell import WriteOnlyCell

    if value is None or isinstance(value, int):
        return value
    words = UNWRITABLE.sub("\ufffd", " ".join(map(str, value)) if isinstance(value, list) else str(value))[:LONGEST]
    if head not in DAYS and not words.startswith("="):
        return words
    made = WriteOnlyCell(sheet, words)
    made.data_type, made.number_format = "s", "@"
    return made
