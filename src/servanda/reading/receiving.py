"""The desk's one door: a path, an address, a folder or bytes go in, documents and problems come out.

Invariant: every input gives at least one ``Read``, with a document, or with problems
that say why there is none; nothing is passed over in silence and nothing is raised.
"""

from __future__ import annotations

import hashlib
import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from servanda.model import Document, Source
from servanda.problems import Problem

from .deadline import GRACE, OutOfTime, within
from .draft import Draft, Facts, Material, Sealed
from .finishing import finished
from .limits import Limits
from .opening import drafts_in, unsealed
from .sniffing import HEAD, sniffed

T = TypeVar("T")
_CHUNK = 1 << 20
_SPOOLED = 64 << 20
_SMALL = 1 << 20
_SINGLE = ("html", "text", "markdown", "rtf", "pdf")


@dataclass(frozen=True, slots=True)
class Read:
    """One document (or none, with the problems that say why) and the path it is known by: ``file`` or ``file#n``."""

    path: str
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    source: Source | None = None
    at: int = 0
    """How many bytes of its file were read by then."""
    number: int = 0
    """Its place among the documents of its file, from 1; 0 where the file can hold only this one."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the caller knows of every document read; date and language go before what sources say of themselves."""

    date: str | None = None
    language: str | None = None
    url: str | None = None
    declared: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A member of an archive, or a small file, that another process may read with ``opened``."""

    path: str
    sealed: Sealed | None
    given: Given
    limits: Limits
    at: int = 0

    @property
    def size(self) -> int:
        """How many bytes there are to read."""
        return len(self.sealed.member.data) if self.sealed else self.at


def opened(unread: Unread) -> Iterator[Read]:
    """Yield what there is in it; members are numbered from 1, as if there were no others in their file."""
    sealed, given = unread.sealed, unread.given
    if sealed is None:
        yield from _read_file(Path(unread.path), given, unread.limits)
        return
    material = Material.of(sealed.member.data, unread.path, unread.limits)
    for number, found in enumerate(_in_time(unsealed(sealed, unread.limits), material), 1):
        yield replace(_numbered(found, material, given, unread.path, number), at=unread.at)


def read(
    path_or_url: str, *, date: str | None = None, language: str | None = None, limits: Limits | None = None
) -> Iterator[Read]:
    """Yield what a file, folder, archive, feed, address or ``-`` (standard input) holds, in its order.

    ``date`` (ISO) and ``language`` go before what the sources say. Never raises for what an input is.
    """
    for got in parts(path_or_url, date=date, language=language, limits=limits, sealing=False):
        yield from [got] if isinstance(got, Read) else opened(got)


def parts(
    path_or_url: str,
    *,
    date: str | None = None,
    language: str | None = None,
    limits: Limits | None = None,
    sealing: bool = True,
) -> Iterator[Read | Unread]:
    """Yield what ``read`` does, but members of archives and the small files of a folder unread."""
    bounds = limits or Limits()
    given = Given(date, language)
    if path_or_url == "-":
        with _spooled(sys.stdin.buffer) as stream:
            yield from received(stream, "-", given, bounds, sealing)
    elif path_or_url.startswith(("http://", "https://")):
        yield from _read_address(path_or_url, given, bounds)
    elif "://" in path_or_url[:12]:
        what = "an address that is not fetched."
        yield _failed(Problem(path_or_url, what, "scheme", "Give a path, or an http or https address."))
    else:
        for path in _files(Path(path_or_url)):
            yield from [_failed(path)] if isinstance(path, Problem) else _file(path, given, bounds, sealing)


def _file(path: Path, given: Given, limits: Limits, sealing: bool) -> Iterator[Read | Unread]:
    """Yield what a file holds, or the file itself where it is one small document that may be read elsewhere."""
    with suppress(OSError, ValueError):
        if sealing and path.is_file() and (size := path.stat().st_size) <= _SMALL and _is_single(path):
            yield Unread(str(path), None, given, limits, size)
            return
    yield from _read_file(path, given, limits, sealing)


def _is_single(path: Path) -> bool:
    with path.open("rb") as stream:
        return sniffed(stream.read(HEAD), str(path)) in _SINGLE


def read_bytes(
    data: bytes,
    where: str,
    *,
    date: str | None = None,
    language: str | None = None,
    url: str | None = None,
    declared: str | None = None,
    limits: Limits | None = None,
) -> Iterator[Read]:
    """Yield what ``data`` holds; ``where`` is the name it came under.

    ``url`` and ``declared`` (an encoding) are what a server said of it.
    """
    found = received(io.BytesIO(data), where, Given(date, language, url, declared), limits or Limits())
    yield from cast(Iterator[Read], found)


def _failed(problem: Problem) -> Read:
    return Read(problem.where, problems=(problem,))


def _spooled(stream: BinaryIO) -> BinaryIO:
    """Copy what can be read only once to where it can be read again."""
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115 - the caller closes it
    while chunk := stream.read(_CHUNK):
        spool.write(chunk)
    spool.seek(0)
    return cast(BinaryIO, spool)


def _files(path: Path) -> Iterator[Path | Problem]:
    """Yield the path, or a folder's files in sorted order (hidden ones and links to folders left out)."""
    try:
        if not path.is_dir():
            yield path
            return
        children = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    except (OSError, ValueError) as error:
        yield _trouble(path, error)
        return
    if not children:
        yield Problem(str(path), "an empty folder.", "empty", "Give a folder that holds files.")
    for child in children:
        if not child.is_symlink() or child.is_file():
            yield from _files(child)


def _read_file(path: Path, given: Given, limits: Limits, sealing: bool = False) -> Iterator[Any]:
    try:
        if path.exists() and not path.is_file():
            yield _failed(
                Problem(str(path), "neither a file nor a folder.", "unreadable", "Pipe it in with '-' instead.")
            )
            return
        with path.open("rb") as stream:
            for got in received(stream, str(path), given, limits, sealing):
                yield replace(got, at=stream.tell())
    except (OSError, ValueError) as error:
        yield _failed(_trouble(path, error))


def _trouble(path: Path, error: OSError | ValueError) -> Problem:
    """Say in words what the system refused."""
    if isinstance(error, FileNotFoundError):
        return Problem(str(path), "no such file or folder.", "not-found", "Check the path.")
    if isinstance(error, PermissionError):
        return Problem(str(path), "may not be read.", "permission", "Ask for the right to read it.")
    reason = error.strerror if isinstance(error, OSError) else error
    return Problem(str(path), f"cannot be read ({reason or error}).", "unreadable", "Check the file.")


def _read_address(url: str, given: Given, limits: Limits) -> Iterator[Read]:
    from .fetching import fetched

    answer = fetched(url, limits)
    if isinstance(answer, Problem):
        yield _failed(answer)
        return
    told = Given(given.date, given.language, answer.url, answer.declared)
    yield from cast(Iterator[Read], received(io.BytesIO(answer.data), url, told, limits))


def received(
    stream: BinaryIO, where: str, given: Given, limits: Limits, sealing: bool = False
) -> Iterator[Read | Unread]:
    """Yield the documents and problems of a stream, numbered where it holds several."""
    material = Material(stream, where, limits, given.declared, sealing=sealing)
    pending: list[Problem] = []
    number, alone = 0, False
    for found in _in_time(drafts_in(material), material):
        if isinstance(found, Draft) and found.alone:
            alone = True
            yield _read_of(found, material, given, where, tuple(pending))
            pending = []
            continue
        if isinstance(found, Problem) and found.where == where:
            pending.append(found)
            continue
        number += 1
        if isinstance(found, Sealed):
            yield Unread(where, found, given, limits)
        else:
            yield _numbered(found, material, given, where, number)
    if not number and not pending and not alone:
        pending.append(material.problem("holds no document.", "empty", "Check that it was saved whole."))
    if pending:
        yield Read(where, problems=tuple(pending), source=_source_of_whole(material))


def _in_time(found: Iterator[T], material: Material) -> Iterator[T | Problem]:
    """Yield what a reader finds; each step may take as long as the limit for seconds."""
    while True:
        try:
            with within(material.limits.seconds + GRACE):
                got = next(found, None)
        except OutOfTime:
            yield material.late()
            return
        if got is None:
            return
        yield got


def _numbered(found: Draft | Problem, material: Material, given: Given, where: str, number: int) -> Read:
    path = f"{where}#{number}"
    got = Read(path, problems=(found,)) if isinstance(found, Problem) else _read_of(found, material, given, path, ())
    return replace(got, number=number)


def _read_of(draft: Draft, material: Material, given: Given, path: str, problems: tuple[Problem, ...]) -> Read:
    data = material.data if draft.data is None else draft.data
    source = Source(material.digest(data), draft.origin or path, _now(), len(data), draft.media_type)
    facts = Facts()
    facts.offer("date", given.date, "given")
    facts.offer("language", given.language, "given")
    facts.offer("url", given.url if draft.alone else None, "fetched from")
    facts.offer_all(draft.facts)
    problems += draft.problems
    if len(draft.body) > material.limits.text:
        most = material.limits.text
        return Read(path, None, (*problems, material.refused("text", most, "characters", path).problem), source)
    try:
        with within(material.limits.seconds + GRACE):
            document = finished(draft, facts, source.id)
    except OutOfTime:
        return Read(path, None, (*problems, material.late(path)), source)
    if document is None:
        problems += (Problem(path, "no text in it.", "no-text", "Check that it holds a report."),)
    return Read(path, document, problems, source)


def _source_of_whole(material: Material) -> Source | None:
    """Return the record of a stream that gave no document; None where it cannot be read."""
    hashed, size = hashlib.sha256(), 0
    try:
        material.stream.seek(0)
        while chunk := material.stream.read(_CHUNK):
            hashed.update(chunk)
            size += len(chunk)
    except (OSError, ValueError):
        return None
    return Source(hashed.hexdigest(), material.where, _now(), size, "application/octet-stream")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
