"""The desk's one door: a path, an address, a folder or bytes go in, documents and problems come out.

Invariant: every input gives at least one ``Read``, with a document, or with problems
that say why there is none; nothing is passed over in silence and nothing is raised.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast

from servanda.model import Document, Source
from servanda.problems import Problem

from .draft import Draft, Material
from .finishing import finished
from .limits import Limits
from .sniffing import sniffed

Reader = Callable[[Material], Iterator[Draft | Problem]]

_READERS = {
    "text": "plain.read_text",
    "markdown": "plain.read_text",
    "html": "pages.read_page",
    "xml": "feeds.read_feed",
    "json": "rows.read_json",
}


@dataclass(frozen=True, slots=True)
class Read:
    """One document (or none, with the problems that say why) and the path it is known by: ``file`` or ``file#n``."""

    path: str
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What the caller knows of every document read; goes before what sources say of themselves."""

    date: str | None = None
    language: str | None = None


def read(
    path_or_url: str, *, date: str | None = None, language: str | None = None, limits: Limits | None = None
) -> Iterator[Read]:
    """Yield what a file, folder, archive, feed, address or ``-`` (standard input) holds, in its order.

    ``date`` (ISO) and ``language`` go before what the sources say. Never raises for what an input is.
    """
    bounds = limits or Limits()
    given = Given(date, language)
    if path_or_url == "-":
        yield from received(sys.stdin.buffer.read(bounds.document_bytes + 1), "-", given, bounds)
        return
    for path in _files(Path(path_or_url)):
        if isinstance(path, Problem):
            yield Read(path.where, problems=(path,))
        else:
            yield from _read_file(path, given, bounds)


def read_bytes(
    data: bytes, where: str, *, date: str | None = None, language: str | None = None, limits: Limits | None = None
) -> Iterator[Read]:
    """Yield what ``data`` holds; ``where`` is the name it came under."""
    yield from received(data, where, Given(date, language), limits or Limits())


def _files(path: Path) -> Iterator[Path | Problem]:
    """Yield the path, or a folder's files in sorted order (hidden ones and links out of it left out)."""
    try:
        if not path.is_dir():
            yield path
            return
        children = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    except OSError as error:
        yield _trouble(path, error)
        return
    if not children:
        yield Problem(str(path), "an empty folder.", "empty", "Give a folder that holds files.")
    for child in children:
        if not child.is_symlink() or child.is_file():
            yield from _files(child)


def _read_file(path: Path, given: Given, limits: Limits) -> Iterator[Read]:
    try:
        with path.open("rb") as file:
            data = file.read(limits.document_bytes + 1)
    except OSError as error:
        problem = _trouble(path, error)
        yield Read(str(path), problems=(problem,))
        return
    yield from received(data, str(path), given, limits)


def _trouble(path: Path, error: OSError) -> Problem:
    """Say in words what the system refused."""
    if isinstance(error, FileNotFoundError):
        return Problem(str(path), "no such file or folder.", "not-found", "Check the path.")
    if isinstance(error, PermissionError):
        return Problem(str(path), "may not be read.", "permission", "Ask for the right to read it.")
    return Problem(str(path), f"cannot be read ({error.strerror or error}).", "unreadable", "Check the file.")


def received(data: bytes, where: str, given: Given, limits: Limits) -> Iterator[Read]:
    """Yield the documents and problems of ``data``, numbered where it holds several."""
    if len(data) > limits.document_bytes:
        what = f"longer than {limits.document_bytes} bytes (limit document_bytes)."
        yield Read(where, problems=(Problem(where, what, "limit", "Split it, or raise the limit in the settings."),))
        return
    material = Material(data, where, limits)
    pending: list[Problem] = []
    for found in _drafts(material):
        if isinstance(found, Problem):
            pending.append(found)
            continue
        path = f"{where}#{found.number}" if found.number else where
        own = tuple(p for p in pending if p.where == path)
        yield from (Read(p.where, problems=(p,)) for p in pending if p.where != path)
        yield _read_of(found, material, given, path, own)
        pending = []
    yield from (Read(p.where, problems=(p,), source=source_of(data, where)) for p in pending)


def _drafts(material: Material) -> Iterator[Draft | Problem]:
    sort = sniffed(material.data, material.where)
    if sort == "empty":
        yield material.problem("empty: nothing in it but NULs or blanks.", "empty", "Check that it was saved whole.")
        return
    if sort not in _READERS:
        yield material.problem(f"not a text: it looks like a {sort}.", "not-text", "Give the report itself.")
        return
    yield from _reader(sort)(material)


@cache
def _reader(sort: str) -> Reader:
    module, _, name = _READERS[sort].partition(".")
    return cast(Reader, getattr(import_module(f"servanda.reading.{module}"), name))


def _read_of(draft: Draft, material: Material, given: Given, path: str, problems: tuple[Problem, ...]) -> Read:
    own = draft.data is not None
    source = source_of(draft.data or material.data, draft.origin or path if own else material.where, draft.media_type)
    document = finished(draft, source.id, 0 if own else draft.number, given.date, given.language)
    problems += draft.problems
    if document is None:
        problems += (Problem(path, "no text in it.", "no-text", "Check that it holds a report."),)
    return Read(path, document, problems, source)


def source_of(data: bytes, origin: str, media_type: str = "application/octet-stream") -> Source:
    """Return the record of bytes as they came, got now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Source(hashlib.sha256(data).hexdigest(), origin, now, len(data), media_type)
