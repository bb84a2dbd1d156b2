"""Feeds of every version, whole and broken, and every format inside another."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from servanda import reading
from servanda.reading import Read

FIRST = "Ruritania and Freedonia agreed to draft a port accord at the meeting in Strelsau."
OTHER = "The ministers of both states will meet again in the spring of next year to go on."
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
ATOM = "http://www.w3.org/2005/Atom"


def item(title: str, text: str, more: str = "") -> str:
    link = "https://port.example/1"
    return f"<item><title>{title}</title><link>{link}</link><description>{text}</description>{more}</item>"


def rss(version: str, more: str = "<pubDate>Sat, 05 Apr 2031 10:00:00 GMT</pubDate>") -> str:
    items = item("One", FIRST, more) + item("Two", OTHER, more)
    return f'<?xml version="1.0"?><rss version="{version}"><channel><title>Port News</title>{items}</channel></rss>'


def rdf(space: str, more: str) -> str:
    items = item("One", FIRST, more) + item("Two", OTHER, more)
    return f'<rdf:RDF {RDF} {DC} xmlns="{space}"><channel><title>Port News</title></channel>{items}</rdf:RDF>'


def atom(space: str, day: str) -> str:
    entries = "".join(
        f'<entry><title>{title}</title><link href="https://port.example/1"/><{day}>2031-04-05T10:00:00Z</{day}>'
        f'<content type="html">&lt;p&gt;{text}&lt;/p&gt;</content></entry>'
        for title, text in (("One", FIRST), ("Two", OTHER))
    )
    return f'<feed xmlns="{space}"><title>Port News</title>{entries}</feed>'


DATED = "<dc:date>2031-04-05T10:00:00+00:00</dc:date>"
FEEDS = {
    "RSS 0.90": rdf("http://my.netscape.com/rdf/simple/0.9/", ""),
    "RSS 0.91": rss("0.91", ""),
    "RSS 0.92": rss("0.92", ""),
    "RSS 1.0": rdf("http://purl.org/rss/1.0/", DATED),
    "RSS 2.0": rss("2.0"),
    "Atom 0.3": atom("http://purl.org/atom/ns#", "issued"),
    "Atom 1.0": atom(ATOM, "published"),
    "RSS 2.0 with whole texts": rss("2.0").replace(
        "<rss ", '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    ).replace("description>", "content:encoded>"),
}  # fmt: skip
UNDATED = ("RSS 0.90", "RSS 0.91", "RSS 0.92")


def reads(data: bytes, where: str = "file") -> list[Read]:
    return list(reading.read_bytes(data, where))


@pytest.mark.parametrize("version", FEEDS)
def test_a_feed_of_any_version_gives_its_items_with_their_facts(version: str) -> None:
    found = [read.document for read in reads(FEEDS[version].encode())]

    assert [("One", f"One\n\n{FIRST}"), ("Two", f"Two\n\n{OTHER}")] == [(d.title, d.text) for d in found if d]
    for document in found:
        assert document is not None
        assert (document.publisher, document.url) == ("Port News", "https://port.example/1")
        assert document.date == (None if version in UNDATED else "2031-04-05")


BROKEN = {
    "cut off": FEEDS["RSS 2.0"].rpartition("</description>")[0],
    "a bare ampersand": FEEDS["RSS 2.0"].replace("port accord", "port & rail accord"),
    "a letter that only HTML names": FEEDS["RSS 2.0"].replace("Strelsau", "Str&eacute;lsau"),
    "an element that is not closed": FEEDS["RSS 2.0"].replace("</channel></rss>", ""),
    "a prefix that nobody declared": FEEDS["RSS 2.0"].replace("<pubDate>", "<x:y>z</x:y><pubDate>"),
    "words before the declaration": "\n\n  " + FEEDS["Atom 1.0"],
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_feed_gives_what_stands_in_it(fault: str) -> None:
    found = reads(BROKEN[fault].encode())

    assert ["One", "Two"] == [read.document.title for read in found if read.document]


MAIL = f"From: desk@port.example\nTo: all@port.example\nSubject: Port accord\n\n{FIRST}\n"


def packed(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def open_document() -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = f"<office:body><office:text><text:p>{FIRST}</text:p></office:text></office:body>"
    content = f'<office:document-content xmlns:office="{office}" xmlns:text="{text}">{body}</office:document-content>'
    return packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


def web_archive() -> bytes:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>" + FIRST.encode() + b"</p>"
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://port.example/1\r\n"
    kind = f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(page)}\r\n\r\n"
    return (head + kind).encode() + page + b"\r\n\r\n"


INSIDE = {
    "a.html": f"<html><body><p>{FIRST}</p></body></html>".encode(),
    "b.odt": open_document(),
    "c.rtf": f"{{\\rtf1 {FIRST}}}".encode(),
    "d.eml": MAIL.encode(),
    "e.mbox": f"From desk Sat Apr  5 10:00:00 2031\n{MAIL}\n".encode(),
    "f.warc": web_archive(),
    "g.warc.gz": gzip.compress(web_archive()),
    "h.zip": packed({"in.txt": FIRST.encode()}),
    "i.jsonl": f'{{"text": "{FIRST}"}}\n'.encode(),
    "j.xml": f"<rss><channel><item><description>{FIRST}</description></item></channel></rss>".encode(),
    "k.md": f"# Accord\n\n{FIRST}\n".encode(),
    "l.txt.xz": lzma.compress(FIRST.encode()),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_tape_gives_the_documents_of_every_format_in_it(pack: type[bytes]) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in INSIDE.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    found = reads(pack(made.getvalue()), "all.tar")

    assert [] == [str(problem) for read in found for problem in read.problems]
    assert len(INSIDE) == len(found)
    assert all(read.document and FIRST in read.document.text for read in found)


def test_an_archive_that_holds_an_empty_one_says_so() -> None:
    found = reads(packed({"a.txt": FIRST.encode(), "b.zip": packed({})}), "all.zip")

    assert [True, False] == [read.document is not None for read in found]
    assert "holds no document." == found[1].problems[0].what
