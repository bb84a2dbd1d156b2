"""Word, OpenDocument, Excel and RTF files: their text and what they say of themselves.

Invariant: macros are never run, nothing outside the file is read, and no part is
unpacked past the limits. When a file was made is the clock's word and gives no date.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import IO, Any, BinaryIO, cast

from lxml import etree

from servanda.problems import Problem

from .aligning import as_markup
from .decoding import decode
from .draft import Draft, Facts, Material
from .fonts import before_unicode
from .rows import table_drafts

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_MEGABYTE = 1 << 20
_LONGEST = 64 << 20
_END = (1 << 16) + 128  # bytes in which a ZIP's end lies, with its comment
_MACROS = re.compile(r"(?:^|/)vbaProject\.bin$|^xl/macrosheets/|^(?:Basic|Scripts)/.*\.(?:xml|xba|py|js|bsh)$", re.I)


def office_sort(material: Material) -> str:
    """Return which sort of file a ZIP is: docx, xlsx, odt, or a plain archive.

    Refused where the list of its members alone is longer than the limit: the whole of it is held in memory.
    """
    stream = material.stream
    most = material.limits.document_bytes
    if stream.seekable() and listed(stream) > most:
        raise material.refused("document_bytes", most, "bytes in the list of its members")
    try:
        with zipfile.ZipFile(stream if stream.seekable() else io.BytesIO(stream.read(_LONGEST))) as archive:
            names = set(archive.namelist())
            kind = (
                archive.read("mimetype")[:80]
                if "mimetype" in names and archive.getinfo("mimetype").file_size < 200
                else b""
            )
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return "zip"
    finally:
        stream.seek(0)
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "odt" if b"opendocument.text" in kind else "zip"


def listed(stream: BinaryIO) -> int:
    """Return how many bytes a ZIP's list of members takes, by its end (APPNOTE 4.3.14 and 4.3.16); 0 where none is."""
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    stream.seek(max(0, size - _END))
    tail = stream.read(_END)
    stream.seek(0)
    large, small = tail.rfind(b"PK\x06\x06"), tail.rfind(b"PK\x05\x06")
    if large >= 0 and len(tail) >= large + 56:
        return int.from_bytes(tail[large + 40 : large + 48], "little")
    return int.from_bytes(tail[small + 12 : small + 16], "little") if small >= 0 else 0


def read_docx(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of a Word file; tables are read row by row."""
    with _guarded(material) as archive:
        text = archive.read("word/document.xml")
        problems = (*_macros(archive), *_entities(text, material))
        facts = _properties(archive, "docProps/core.xml")
    tree = _xml(text)
    paragraphs = (_word_paragraph(p) for p in tree.iter(f"{_WORD}p"))
    body = "\n\n".join(p for p in paragraphs if p)
    yield _office_draft(body, facts, "docx", (*problems, *before_unicode(text, body, material)))


def _word_paragraph(paragraph: etree._Element) -> str:
    pieces: list[str] = []
    for part in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr", f"{_WORD}noBreakHyphen"):
        name = part.tag.removeprefix(_WORD) if isinstance(part.tag, str) else ""
        pieces.append({"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}.get(name) or "".join(part.itertext()))
    return "".join(pieces).strip()


def read_odt(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of an OpenDocument text."""
    with _guarded(material) as archive:
        text = archive.read("content.xml")
        problems = (*_macros(archive), *_entities(text, material))
        facts = _properties(archive, "meta.xml")
    tree = _xml(text)
    paragraphs = (_open_paragraph(p) for p in tree.iter(f"{_TEXT}p", f"{_TEXT}h"))
    yield _office_draft("\n\n".join(p for p in paragraphs if p), facts, "odt", problems)


def _open_paragraph(paragraph: etree._Element) -> str:
    pieces: list[str] = [paragraph.text or ""]
    for part in paragraph.iterdescendants():
        if part.tag in (f"{_TEXT}note", f"{_TEXT}note-body"):
            continue
        space = {f"{_TEXT}s": " ", f"{_TEXT}tab": " ", f"{_TEXT}line-break": "\n"}.get(str(part.tag), part.text or "")
        pieces += (space, part.tail or "")
    return "".join(pieces).strip()


def _office_draft(body: str, facts: Facts, kind: str, problems: tuple[Problem, ...]) -> Draft:
    """Return a draft whose raw text is the text as the file has it: packed XML has no offsets of use."""
    media = {"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
    sort = media.get(kind, "application/vnd.oasis.opendocument.text")
    return Draft(body, body, facts, media_type=sort, problems=problems)


class _Parts(zipfile.ZipFile):
    """An office file; a part that holds more elements than the limit is refused while it is read."""

    def __init__(self, material: Material) -> None:
        super().__init__(io.BytesIO(material.data))
        self.material, self.elements = material, 0

    def open(self, *given: Any, **more: Any) -> IO[bytes]:
        """Open a part; its elements are counted from here, and from ``begin_again`` on."""
        self.begin_again()
        return cast(IO[bytes], _Part(super().open(*given, **more), self))

    def begin_again(self) -> None:
        self.elements = 0

    def count(self, data: bytes) -> bytes:
        most = self.material.limits.elements
        self.elements += data.count(b"<") - data.count(b"</")
        if self.elements > most:
            raise self.material.refused("elements", most, "elements in one part")
        return data


class _Part:
    """A part of an office file as a stream."""

    def __init__(self, file: IO[bytes], parts: _Parts) -> None:
        self.file, self.parts = file, parts

    def read(self, size: int = -1) -> bytes:
        return self.parts.count(self.file.read(size))

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> _Part:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _guarded(material: Material) -> _Parts:
    """Open an office file after adding up what its parts unpack to."""
    archive = _Parts(material)
    infos = archive.infolist()
    whole, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if whole > material.limits.unpacked_bytes:
        raise material.refused("unpacked_bytes", material.limits.unpacked_bytes, "bytes unpacked")
    if whole > _MEGABYTE and whole > max(1, packed) * material.limits.ratio:
        raise material.refused("ratio", material.limits.ratio, "times its packed size")
    return archive


def _xml(text: bytes) -> etree._Element:
    parser: etree.XMLParser[etree._Element] = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    return etree.fromstring(text, parser)


def _macros(archive: _Parts) -> Iterator[Problem]:
    """Yield a problem where the file carries programs of its own."""
    if any(_MACROS.search(name) for name in archive.namelist()):
        yield archive.material.problem("carries macros; they were not run, nor read.", "macros", "Its text is read.")


def _entities(text: bytes, material: Material) -> Iterator[Problem]:
    return material.entities(decode(text).text) if b"<!DOCTYPE" in text else iter(())


def _properties(archive: zipfile.ZipFile, name: str) -> Facts:
    """Return the title that the file's properties give."""
    facts = Facts()
    if name in archive.namelist():
        tree = _xml(archive.read(name))
        title = next(tree.iter(_TITLE), None) if tree is not None else None
        facts.offer("title", title.text if title is not None else None, "document properties")
    return facts


def read_xlsx(material: Material) -> Iterator[Draft | Problem]:
    """Yield a document for each row of each sheet; the first row of a sheet names its columns."""
    from openpyxl.reader.excel import ExcelReader

    warnings.filterwarnings("ignore", module="openpyxl")  # of looks that are lost: no text is
    reader = ExcelReader(io.BytesIO(material.data), read_only=True, data_only=True, keep_links=False)
    reader.archive = archive = _guarded(material)
    yield from _macros(archive)
    reader.read()
    for number, sheet in enumerate(reader.wb.worksheets):
        if number >= material.limits.parts:
            raise material.refused("parts", material.limits.parts, "sheets")
        sheet.reset_dimensions()  # what it says of its size may be a lie
        yield from table_drafts(_rows(sheet, archive), material)


def _rows(sheet: Any, archive: _Parts) -> Iterator[Iterable[Any]]:
    for row in sheet.iter_rows(values_only=True):
        archive.begin_again()
        yield row


def read_rtf(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of an RTF file."""
    raw = decode(material.data).text
    plain: Callable[..., str] = import_module("striprtf.striprtf").rtf_to_text
    text = plain(raw, errors="replace")
    body = "\n\n".join(line.strip() for line in text.split("\n") if line.strip())
    problems = tuple(before_unicode(material.data, body, material))
    yield Draft(body, raw, view=as_markup, media_type="application/rtf", problems=problems)
