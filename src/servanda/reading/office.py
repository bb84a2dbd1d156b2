"""Word, OpenDocument, Excel and RTF files: their text and what they say of themselves.

Invariant: macros are never run, nothing outside the file is read, and no part is
unpacked past the limits. When a file was made is the clock's word and gives no date.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import BinaryIO

from lxml import etree

from servanda.problems import Problem

from .aligning import as_markup
from .decoding import decode
from .draft import Draft, Facts, Material
from .rows import table_drafts

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_MEGABYTE = 1 << 20
_LONGEST = 64 << 20
_DOCTYPE = 16_384


def office_sort(stream: BinaryIO) -> str:
    """Return which sort of file a ZIP is: docx, xlsx, odt, or a plain archive."""
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


def read_docx(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of a Word file; tables are read row by row."""
    with _guarded(material) as archive:
        tree = _xml(archive, "word/document.xml")
        outside = _outside(archive, "word/document.xml", material)
        facts = _properties(archive, "docProps/core.xml")
    paragraphs = (_word_paragraph(p) for p in tree.iter(f"{_WORD}p"))
    yield _office_draft("\n\n".join(p for p in paragraphs if p), facts, "docx", outside)


def _word_paragraph(paragraph: etree._Element) -> str:
    pieces: list[str] = []
    for part in paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr", f"{_WORD}noBreakHyphen"):
        name = part.tag.removeprefix(_WORD) if isinstance(part.tag, str) else ""
        pieces.append({"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}.get(name) or part.text or "")
    return "".join(pieces).strip()


def read_odt(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of an OpenDocument text."""
    with _guarded(material) as archive:
        tree = _xml(archive, "content.xml")
        outside = _outside(archive, "content.xml", material)
        facts = _properties(archive, "meta.xml")
    paragraphs = (_open_paragraph(p) for p in tree.iter(f"{_TEXT}p", f"{_TEXT}h"))
    yield _office_draft("\n\n".join(p for p in paragraphs if p), facts, "odt", outside)


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


def _guarded(material: Material) -> zipfile.ZipFile:
    """Open an office file after adding up what its parts unpack to."""
    archive = zipfile.ZipFile(io.BytesIO(material.data))
    infos = archive.infolist()
    whole, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if whole > material.limits.unpacked_bytes:
        raise material.refused("unpacked_bytes", material.limits.unpacked_bytes, "bytes unpacked")
    if whole > _MEGABYTE and whole > max(1, packed) * material.limits.ratio:
        raise material.refused("ratio", material.limits.ratio, "times its packed size")
    return archive


def _xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    parser: etree.XMLParser[etree._Element] = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    return etree.fromstring(archive.read(name), parser)


def _outside(archive: zipfile.ZipFile, name: str, material: Material) -> tuple[Problem, ...]:
    with archive.open(name) as part:
        return material.outside(part.read(_DOCTYPE).decode("utf-8", "replace"))


def _properties(archive: zipfile.ZipFile, name: str) -> Facts:
    """Return the title that the file's properties give."""
    facts = Facts()
    if name in archive.namelist():
        tree = _xml(archive, name)
        title = next(tree.iter(_TITLE), None) if tree is not None else None
        facts.offer("title", title.text if title is not None else None, "document properties")
    return facts


def read_xlsx(material: Material) -> Iterator[Draft | Problem]:
    """Yield a document for each row of each sheet; the first row of a sheet names its columns."""
    import openpyxl

    _guarded(material).close()
    book = openpyxl.load_workbook(io.BytesIO(material.data), read_only=True, data_only=True, keep_links=False)
    for number, sheet in enumerate(book.worksheets):
        if number >= material.limits.parts:
            raise material.refused("parts", material.limits.parts, "sheets")
        yield from table_drafts(sheet.iter_rows(values_only=True), material)


def read_rtf(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of an RTF file."""
    raw = decode(material.data).text
    plain: Callable[..., str] = import_module("striprtf.striprtf").rtf_to_text
    text = plain(raw, errors="replace")
    body = "\n\n".join(line.strip() for line in text.split("\n") if line.strip())
    yield Draft(body, raw, view=as_markup, media_type="application/rtf")
