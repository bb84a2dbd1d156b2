"""Archives, compressed files and web archives: the members they hold, one at a time.

Invariant: nothing is written to disk, no link is followed, and no member is unpacked
past the limits, whatever sizes the archive states.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, BinaryIO, TypeVar, cast

from servanda.problems import Problem

from .deadline import begin_again
from .draft import Facts, Material, Member

Item = TypeVar("Item")
_MEGABYTE = 1 << 20
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError,
    ValueError,
)  # fmt: skip


def read_zip(material: Material) -> Iterator[Member | Problem]:
    """Yield the files of a ZIP in its order."""
    try:
        archive = zipfile.ZipFile(material.stream if material.stream.seekable() else io.BytesIO(material.data))
    except _DAMAGED as error:
        yield material.problem(f"a damaged ZIP ({error}).", "damaged", "Get it again.")
        return
    with archive:
        for info in _counted(archive.infolist(), material):
            if not info.is_dir():
                yield _from_zip(archive, info, material)


def _from_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, material: Material) -> Member | Problem:
    where = f"{material.where}/{info.filename}"
    if unsafe := _unsafe(info.filename):
        return Problem(where, unsafe, "unsafe-name", "It is left out.")
    if info.flag_bits & 1:
        return Problem(where, "encrypted.", "encrypted", "Unpack it with its password first.")
    try:
        with archive.open(info) as file:
            return _bounded(file, info.filename, info.compress_size, material)
    except (*_DAMAGED, RuntimeError) as error:
        return Problem(where, f"cannot be unpacked ({error}).", "damaged", "Get the archive again.")


def read_tar(material: Material) -> Iterator[Member | Problem]:
    """Yield the plain files of a TAR in its order; links and devices are problems."""
    try:
        with tarfile.open(fileobj=material.stream, mode="r|") as archive:
            for info in _counted(archive, material):
                if not info.isdir():
                    yield _from_tar(archive, info, material)
    except _DAMAGED as error:
        yield material.problem(f"a damaged TAR ({error}).", "damaged", "What stands before the damage was read.")


def _from_tar(archive: tarfile.TarFile, info: tarfile.TarInfo, material: Material) -> Member | Problem:
    where = f"{material.where}/{info.name}"
    if unsafe := _unsafe(info.name):
        return Problem(where, unsafe, "unsafe-name", "It is left out.")
    file = archive.extractfile(info) if info.isfile() else None
    if file is None:
        return Problem(where, "a link or device.", "unsafe-name", "It is left out.")
    return _bounded(file, info.name, None, material)


def _unsafe(name: str) -> str | None:
    """Say what is wrong with a member's name, if anything."""
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":"):
        return "a name that points out of the archive."
    return None


def _counted(members: Iterable[Item], material: Material) -> Iterator[Item]:
    for number, member in enumerate(members, 1):
        if number > material.limits.members:
            raise material.refused("members", material.limits.members, "members")
        begin_again()
        yield member


def _bounded(file: IO[bytes], name: str, packed: int | None, material: Material) -> Member | Problem:
    """Return the member, or a problem where it unpacks to more than the limits allow."""
    where = f"{material.where}/{name}"
    most = min(material.limits.document_bytes, material.limits.unpacked_bytes)
    if packed is not None:
        most = min(most, max(_MEGABYTE, packed * material.limits.ratio))
    data = file.read(most + 1)
    if len(data) <= most:
        return Member(name, data)
    if most in (material.limits.document_bytes, material.limits.unpacked_bytes):
        return material.refused("document_bytes", most, "bytes unpacked", where).problem
    return material.refused("ratio", material.limits.ratio, "times its packed size", where).problem


class _Watched:
    """The unpacked side of a compressed stream; stops where it grows past the limits."""

    def __init__(self, file: IO[bytes], material: Material) -> None:
        self.file, self.material, self.given = file, material, 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; Refused past the limit for growth."""
        data = self.file.read(size)
        self.given += len(data)
        taken = max(1, self.material.stream.tell())
        if self.given > _MEGABYTE and self.given > taken * self.material.limits.ratio:
            raise self.material.refused("ratio", self.material.limits.ratio, "times its packed size")
        return data

    def readline(self, size: int = -1) -> bytes:
        line = self.file.readline(size)
        self.given += len(line)
        return line

    def seek(self, offset: int, whence: int = 0) -> int:
        self.given = 0
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def seekable(self) -> bool:
        return False


def opened(material: Material, sort: str) -> BinaryIO:
    """Return the unpacked stream of a gzip, bzip2 or xz file; it refuses to grow past the limits."""
    openers: dict[str, Callable[[BinaryIO], IO[bytes]]] = {
        "gzip": lambda stream: cast(IO[bytes], gzip.GzipFile(fileobj=stream)),
        "bzip2": lambda stream: cast(IO[bytes], bz2.BZ2File(stream)),
        "xz": lambda stream: cast(IO[bytes], lzma.LZMAFile(stream)),  # noqa: SIM115
    }
    material.stream.seek(0)
    return cast(BinaryIO, _Watched(openers[sort](material.stream), material))


def read_warc(material: Material) -> Iterator[Member | Problem]:
    """Yield the pages of a web archive (responses and resources), with the addresses they came from."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    material.stream.seek(0)
    types = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    most = material.limits.document_bytes
    try:
        for record in _counted(ArchiveIterator(material.stream, record_types=types, parse_http=True), material):
            address = record.headers.get("WARC-Target-URI") or "?"
            data = record.reader.read(most + 1)
            if len(data) > most:
                yield material.refused("document_bytes", most, "bytes long", f"{material.where}/{address}").problem
            elif data.strip() and _is_text(record.http_content_type):
                yield _page(address.strip("<>"), data, record.http_charset)
    except _DAMAGED as error:
        yield material.problem(
            f"a damaged web archive ({error}).", "damaged", "What stands before the damage was read."
        )


def _is_text(content_type: str | None) -> bool:
    """Pictures, styles and scripts that a page was saved with are no reports."""
    kind = (content_type or "text/html").lower()
    return not kind.startswith(("image/", "video/", "audio/", "font/", "text/css")) and "javascript" not in kind


def _page(address: str, data: bytes, charset: str | None) -> Member:
    facts = Facts()
    facts.offer("url", address if address.startswith("http") else None, "web archive")
    return Member(address, data, facts, charset)
