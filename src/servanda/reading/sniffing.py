"""What the bytes are, from the bytes; the name only breaks a tie between kinds of plain text.

Invariant: nothing is read by its name's ending alone.
"""

from __future__ import annotations

import re

from . import fields

_SIGNATURES = (
    (b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b", "gzip"), (b"{\\rtf", "rtf"),
    (b"WARC/", "warc"), (b"\xff\xd8\xff", "a JPEG image"), (b"\x89PNG", "a PNG image"), (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image?"), (b"RIFF", "a sound, image or film?"), (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"), (b"Rar!", "a RAR archive"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"), (b"\x7fELF", "a program"), (b"MZ", "a program?"),
    (b"SQLite format 3", "a SQLite database"),
    (b"ID3", "a sound"), (b"OggS", "a sound"), (b"\x00\x00\x01\x00", "an icon"), (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
)  # fmt: skip
_LEADING = re.compile(rb"(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|\s)*", re.S | re.I)
_ROOT = re.compile(rb"<([a-zA-Z_][\w:.-]*)")
_HTML_ELEMENTS = frozenset(
    b"html head body article div p h1 h2 h3 meta title table section main"
    b" span a b i em strong br ul ol li img script style"
    b" header footer nav center font blockquote pre form link base iframe aside figure".split()
)
_MAIL = re.compile(rb"(?:[A-Za-z][\w-]{1,40}:[^\n]*\n(?:[ \t]+[^\n]*\n)*){3}", re.I)
_MAIL_HEADER = re.compile(rb"^(?:From|Return-Path|Received|Delivered-To|Message-ID|MIME-Version):", re.M | re.I)
_MAILBOX = re.compile(rb"From [^\n]*\d:\d\d[^\n]*\n[A-Za-z][\w-]{1,40}:")
_JSON = re.compile(rb"[\[{]\s*(?:[\"{\[\]}\d-]|true|false|null)")
HEAD = 8192
_HEAD = 4096
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b\x1a"))


def sniffed(data: bytes, name: str = "") -> str:
    """Return the format: a reader's name, or in words what the bytes are where no reader fits."""
    head = data[:_HEAD]
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return "empty"
    for signature, sort in _SIGNATURES:
        if head.startswith(signature) and (not sort.endswith("?") or _is_binary(head)):
            return sort.rstrip("?")
    if len(data) > 262 and data[257:262] == b"ustar":
        return "tar"
    return _text_sort(head, name)


def _text_sort(head: bytes, name: str) -> str:
    if _is_binary(head):
        return "bytes of no known kind"
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head
    start = (head.replace(b"\x00", b"") if wide else head).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start[:1] == b"<":
        return _markup_sort(start)
    if _JSON.match(start):
        return "json"
    if _MAILBOX.match(start):
        return "mbox"
    if (headers := _MAIL.match(start)) and _MAIL_HEADER.search(headers[0]):
        return "mail"
    if table := _table_sort(start):
        return table
    return _by_name(start, name)


def _markup_sort(start: bytes) -> str:
    """Tell HTML from other XML by the first element, or by a doctype."""
    root = _ROOT.match(start, leading.end() if (leading := _LEADING.match(start)) else 0)
    if re.search(rb"<!doctype\s+html|<html\b", start, re.I):
        return "html"
    return "html" if root is None or root[1].lower() in _HTML_ELEMENTS else "xml"


def _table_sort(start: bytes) -> str | None:
    """A table's first row names a text column beside others."""
    cells = [
        c.strip(b" \"'\r").lower().decode("ascii", "replace") for c in re.split(rb"[,;\t|]", start.partition(b"\n")[0])
    ]
    named = [cell.replace(" ", "_") for cell in cells]
    return "csv" if 2 <= len(named) <= 200 and set(named) & set(fields.columns("text")[:-2]) and all(named) else None


def _by_name(start: bytes, name: str) -> str:
    ending = name.lower().rpartition(".")[2]
    if start.startswith((b"# ", b"## ")):
        return "markdown"
    return {"md": "markdown", "markdown": "markdown", "csv": "csv", "tsv": "csv", "tab": "csv"}.get(ending, "text")


def _is_binary(head: bytes) -> bool:
    """Text has hardly any control bytes, unless it is UTF-16 or UTF-32, which shows by its mark or its NULs."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    nuls = head.count(0)
    even, odd = head[::2].count(0), head[1::2].count(0)
    if nuls > 0.2 * len(head) and min(even, odd) < 0.05 * max(even, odd):
        return False
    return len(head) - len(head.translate(None, _CONTROLS)) > 0.01 * len(head) + 1
