"""Rows of tables and records of JSON: one document a row, columns named or guessed.

Invariant: a row's source is the row itself, so that a row read twice from different
files is one source; files are read row by row.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from servanda.problems import Problem

from . import fields
from .aligning import as_json, as_markup
from .decoding import decode
from .draft import Draft, Facts, Material
from .metadata import day_of
from .pages import fragment_text
from .plain import read_text

_LONG_ENOUGH = 80


def read_json(material: Material) -> Iterator[Draft | Problem]:
    """Yield a document for each record of JSON lines, of a JSON list, or for a single JSON object."""
    material.stream.seek(0)
    first = material.stream.readline(material.limits.document_bytes + 1)
    if not _is_wide(first.decode("latin-1"), material) and _is_record(first) and material.stream.readline(1):
        yield from _lines(material)
        return
    raw = decode(material.data, material.declared).text
    _bound(raw, material)
    try:
        whole = json.loads(raw)
    except json.JSONDecodeError as error:
        if raw.lstrip().startswith("{") and "\n" in raw.strip():
            yield from _lines(material)
        elif '"' not in raw[:_LONG_ENOUGH]:
            yield from read_text(material)  # a text that begins with a bracket
        else:
            yield material.problem(f"not well-formed JSON ({error.msg}, line {error.lineno}).", "json", "Get it again.")
        return
    records = _records(whole)
    if records is None:
        yield _record(whole, raw, material.where, alone=True)
        return
    for number, record in enumerate(records, 1):
        yield _record(record, json.dumps(record, ensure_ascii=False), f"{material.where}#{number}")


def _is_wide(text: str, material: Material) -> bool:
    """Whether it holds more values than the limit: each costs a hundred bytes of memory."""
    return len(text) > material.limits.elements and sum(map(text.count, ",[{")) > material.limits.elements


def _bound(text: str, material: Material, where: str | None = None) -> None:
    if _is_wide(text, material):
        raise material.refused("elements", material.limits.elements, "values", where)


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _records(whole: Any) -> list[Any] | None:
    """Return the records of a list, or of an object that is nothing but a wrapper of one."""
    if isinstance(whole, list):
        return whole
    if isinstance(whole, dict) and row_draft(whole) is None:
        lists = [v for v in whole.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
        return max(lists, key=len) if lists else None
    return None


def _lines(material: Material) -> Iterator[Draft | Problem]:
    material.stream.seek(0)
    most, number = material.limits.document_bytes, 0
    while line := material.stream.readline(most + 1):
        where = f"{material.where}#{number + 1}"
        if len(line) > most:
            raise material.refused("document_bytes", most, "bytes in one line", where)
        if not line.strip():
            continue
        number += 1
        if number > material.limits.members:
            raise material.refused("members", material.limits.members, "records")
        text = decode(line.strip(), material.declared).text
        _bound(text, material, where)
        try:
            yield _record(json.loads(text), text, where)
        except RecursionError:
            yield material.deep(where)
        except ValueError as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else error
            yield Problem(where, f"not a JSON record ({reason}).", "json", "The other lines are read.")


def _record(record: Any, raw: str, where: str, alone: bool = False) -> Draft | Problem:
    if not isinstance(record, dict):
        return Problem(where, "a JSON value that is no object.", "json", "Each record needs a column 'text'.")
    draft = row_draft(record)
    if draft is None:
        return _without_text(where, record)
    draft.raw, draft.view, draft.alone = raw, as_json, alone
    draft.data = None if alone else raw.encode("utf-8", "surrogatepass")
    draft.media_type = "application/json"
    return draft


def _without_text(where: str, record: Mapping[str, Any]) -> Problem:
    names = ", ".join(map(str, list(record)[:8]))
    return Problem(where, f"no text column among: {names}.", "no-text", "Name it 'text'.")


def read_table(material: Material) -> Iterator[Draft | Problem]:
    """Yield a document for each row of a CSV or TSV file, whose first row names the columns."""
    raw = decode(material.data, material.declared).text
    first = raw.partition("\n")[0]
    separator = max("\t;,|", key=first.count)
    csv.field_size_limit(material.limits.document_bytes)
    try:
        yield from table_drafts(csv.reader(_bounded(raw, separator, material), delimiter=separator), material)
    except csv.Error as error:
        yield material.problem(f"a damaged table ({error}).", "damaged", "What stands before the damage was read.")


def _bounded(raw: str, separator: str, material: Material) -> Iterator[str]:
    """Yield the lines; refused where one holds more cells than the limit."""
    for line in io.StringIO(raw):
        if len(line) > material.limits.elements and line.count(separator) > material.limits.elements:
            raise material.refused("elements", material.limits.elements, "cells in one row")
        yield line


def table_drafts(rows: Iterable[Iterable[Any]], material: Material) -> Iterator[Draft | Problem]:
    """Yield a document for each row after the first, which names the columns."""
    names: list[str] = []
    for number, row in enumerate(rows):
        cells = ["" if cell is None else str(cell) for cell in row]
        if not names:
            names = [name.strip().lstrip("\ufeff") for name in cells]
            continue
        if number > material.limits.rows:
            raise material.refused("rows", material.limits.rows, "rows")
        if not any(cell.strip() for cell in cells):
            continue
        yield _row(dict(zip(names, cells, strict=False)), f"{material.where}#{number}")


def _row(record: dict[str, str], where: str) -> Draft | Problem:
    draft = row_draft(record)
    if draft is None:
        return _without_text(where, record)
    draft.raw = "\n".join(f"{name}\t{cell}" for name, cell in record.items())
    draft.view, draft.alone, draft.media_type = as_markup, False, "text/tab-separated-values"
    draft.data = draft.raw.encode("utf-8", "surrogatepass")
    return draft


def row_draft(row: Mapping[str, Any]) -> Draft | None:
    """Return the document of a row, or None where no column holds a text."""
    columns = {_folded(name): value for name, value in row.items()}
    body = _first(columns, "text") or _longest(columns)
    if not body:
        return None
    facts = Facts()
    for slot in ("title", "url", "publisher", "language"):
        facts.offer(slot, _first(columns, slot), "column")
    for name in fields.columns("date"):
        facts.offer("date", day_of(_words(columns.get(name))), "column")
    if "</" in body or "<br" in body or "<p>" in body:
        body = fragment_text(body)
    return Draft(body, "", facts)


def _folded(name: object) -> str:
    return str(name).strip().lower().replace(" ", "_").replace("-", "_")


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return _words(value.get("name") or value.get("title") or "")
    return "" if value is None or isinstance(value, list | bool) else str(value)


def _first(columns: Mapping[str, Any], slot: str) -> str:
    return next((words for name in fields.columns(slot) if (words := _words(columns.get(name)))), "")


def _longest(columns: Mapping[str, Any]) -> str:
    """Guess the text column: the longest value that is long enough to be a report."""
    words = max((_words(v) for v in columns.values()), key=len, default="")
    return words if len(words) >= _LONG_ENOUGH and " " in words else ""
