"""Entries as an Excel workbook, through openpyxl: one sheet of entries, one of all their quotations.

Invariant: a date is text as precise as it is known, and no cell is a formula.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import regex

from servanda.exporting.rows import row
from servanda.ledger import Entry

WIDTHS = {"title": 48, "quotation": 70, "because": 40, "words": 80, "id": 18, "entry": 18}
UNWRITABLE = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST = 32_000  # characters of a cell
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


def fill(book: object, name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one sheet with a head that stays in view."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)  # type: ignore[attr-defined]
    sheet.freeze_panes = "A2"
    for place, head in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(head, 16)

    def cell(value: object, bold: bool = False) -> object:
        whole = isinstance(value, int)
        made = WriteOnlyCell(sheet, value if isinstance(value, int) else None)
        if not whole and value is not None:
            words = " ".join(map(str, value)) if isinstance(value, list) else str(value)
            made.value = UNWRITABLE.sub("\ufffd", words)[:LONGEST]
            made.data_type, made.number_format = "s", "@"
        made.font, made.alignment = Font(bold=bold), Alignment(vertical="top", wrap_text=not whole)
        return made

    sheet.append([cell(head, True) for head in heads])
    for values in rows:
        sheet.append([cell(value) for value in values])
