"""From bytes of any sort to drafts: sniff, choose the reader, go down into what holds other documents.

Invariant: whatever a reader does, what comes out are drafts and problems; the walk
down ends at the limit for depth.
"""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import BinaryIO, cast

from servanda.problems import Problem

from .deadline import OutOfTime
from .draft import Draft, Facts, Material, Member, Refused, Sealed
from .limits import Limits, variable
from .sniffing import HEAD, sniffed

Reader = Callable[[Material], Iterator[Draft | Member | Problem]]

_READERS = {
    "text": "plain.read_text",
    "markdown": "plain.read_markdown",
    "html": "pages.read_page",
    "xml": "feeds.read_feed",
    "json": "rows.read_json",
    "csv": "rows.read_table",
    "pdf": "pdf.read_pdf",
    "docx": "office.read_docx",
    "odt": "office.read_odt",
    "xlsx": "office.read_xlsx",
    "rtf": "office.read_rtf",
    "mail": "mail.read_mail",
    "mbox": "mail.read_mbox",
    "zip": "containers.read_zip",
    "tar": "containers.read_tar",
    "warc": "containers.read_warc",
}
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile)
DOCUMENT = variable("document_bytes")
_COMPRESSED = frozenset(["gzip", "bzip2", "xz"])


@cache
def _reader(sort: str) -> Reader:
    module, _, name = _READERS[sort].partition(".")
    return cast(Reader, getattr(import_module(f"servanda.reading.{module}"), name))


def drafts_in(material: Material) -> Iterator[Draft | Problem | Sealed]:
    """Yield the drafts and problems of what the material holds, in its order."""
    try:
        yield from _read(material)
    except Refused as refusal:
        yield refusal.problem
    except OutOfTime:
        yield material.late()
    except _DAMAGED as error:
        yield material.problem(f"damaged ({' '.join(str(error).split())[:120]}).", "damaged", "Get the file again.")
    except RecursionError:
        yield material.deep()
    except MemoryError:
        yield material.problem("needs more memory than there is.", "limit", f"Split it, or lower {DOCUMENT}.")
    except Exception as error:  # noqa: BLE001 - the batch boundary: one bad input never stops the others
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        yield material.problem(f"cannot be read ({type(error).__name__}: {reason}).", "broken", "Get the file again.")


def _read(material: Material) -> Iterator[Draft | Problem | Sealed]:
    sort = _sort_of(material)
    if sort == "empty":
        yield material.problem("empty: nothing in it but NULs or blanks.", "empty", "Check that it was saved whole.")
    elif sort in _COMPRESSED:
        yield from _unpacked(material, sort)
    elif sort in _READERS:
        for found in _reader(sort)(material):
            yield from _within(found, material) if isinstance(found, Member) else [found]
    else:
        yield material.problem(f"no text to read: it looks like {sort}.", "not-text", "Give the report itself.")


def _sort_of(material: Material) -> str:
    """Sniff the head; a long run of NULs or blanks at the start may hide what follows, so then all of it."""
    material.stream.seek(0)
    sort = sniffed(material.stream.read(HEAD), material.where)
    if sort == "empty" and material.stream.seekable():
        sort = sniffed(material.data, material.where)
    material.stream.seek(0)
    if sort == "zip":
        from .office import office_sort

        return office_sort(material)
    return sort


def _unpacked(material: Material, sort: str) -> Iterator[Draft | Problem | Sealed]:
    """Read what a compressed file holds under the file's own path."""
    from .containers import opened

    inner = _deeper(material, opened(material, sort), material.where)
    if sniffed(inner.stream.read(HEAD)) == "warc":
        for member in _reader("warc")(material):  # it unpacks by itself, and faster
            yield from _within(member, material) if isinstance(member, Member) else cast(list[Problem], [member])
        return
    for found in drafts_in(inner):
        if isinstance(found, Draft) and found.data is None:
            found.data, found.origin = inner.data, found.origin or material.where
        yield found


def _within(member: Member, material: Material) -> Iterator[Draft | Problem | Sealed]:
    """Read a member of a container, or hand it on as it is."""
    sealed = Sealed(member, material.where, material.depth)
    yield from [sealed] if material.sealing else unsealed(sealed, material.limits)


def unsealed(sealed: Sealed, limits: Limits) -> Iterator[Draft | Problem]:
    """Read a member; what the container says of it goes before what it says of itself."""
    member, nothing = sealed.member, True
    inner = Material.of(member.data, f"{sealed.where}/{member.name}", limits, member.declared, sealed.depth + 1)
    if inner.depth > limits.depth:
        yield inner.refused("depth", limits.depth, "archives in one another").problem
        return
    for found in cast(Iterator[Draft | Problem], drafts_in(inner)):
        nothing = False
        if isinstance(found, Draft):
            known = Facts()
            known.offer_all(member.facts)
            known.offer_all(found.facts)
            found.facts, found.alone = known, False
            found.data = member.data if found.data is None else found.data
            found.origin = found.origin or inner.where
        yield found
    if nothing:
        yield inner.problem("holds no document.", "empty", "Check that it was saved whole.")


def _deeper(material: Material, stream: BinaryIO, where: str) -> Material:
    """Return the material one level down; refused past the limit."""
    inner = Material(stream, where, material.limits, material.declared, material.depth + 1, sealing=material.sealing)
    if inner.depth > material.limits.depth:
        raise inner.refused("depth", material.limits.depth, "archives in one another")
    return inner
