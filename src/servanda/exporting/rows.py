"""Entries as flat rows, for CSV, JSON and JSON lines.

Every row carries the words it rests on: the quotation of its last step, with source and date.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

from servanda.ledger import Entry

Row = dict[str, str | int | list[str] | None]

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # cells that a spreadsheet would run


def row(entry: Entry) -> Row:
    """Return an entry as one row; absent values are None."""
    last = entry.history.steps[-1].evidence[0] if entry.history.steps else entry.claims[0]
    return {
        "id": entry.id,
        "title": entry.title,
        "parties": list(entry.parties),
        "by": list(entry.by),
        "kind": str(entry.kind),
        "form": entry.form,
        "stage": str(entry.stage) if entry.stage else None,
        "status": str(entry.status.name),
        "because": entry.status.because,
        "due": entry.due,
        "slips": entry.history.slips,
        "first": entry.first,
        "last": entry.last,
        "claims": len(entry.claims),
        "independent": entry.history.independent,
        "domains": list(entry.domains),
        "under": entry.under,
        "quotation": last.quotation.words,
        "publisher": last.card.publisher,
        "date": last.card.date,
        "url": last.card.url,
    }


def as_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield CSV (RFC 4180) line by line, lists joined by blanks; no cell can be run as a formula."""
    header = True
    for entry in entries:
        made = row(entry)
        if header:
            yield csv_line(list(made))
            header = False
        yield csv_line([cell(value) for value in made.values()])


def csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def cell(value: str | int | list[str] | None) -> str:
    words = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{words}" if words.startswith(FORMULA) else words


def as_jsonl(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield one JSON object a line."""
    return (json.dumps(row(entry), ensure_ascii=False) + "\n" for entry in entries)


def as_json(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield one JSON list."""
    yield json.dumps([row(entry) for entry in entries], ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Iterable[Entry]], Iterator[str]]] = {"csv": as_csv, "json": as_json, "jsonl": as_jsonl}
