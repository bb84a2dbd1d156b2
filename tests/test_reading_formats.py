"""Every format that lands on a desk gives its documents, or says why not."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda import reading
from servanda.reading import Limits, Read

FIRST = "Ruritania and Freedonia agreed to draft a port accord at the meeting in Strelsau."
SECOND = "The ministers will meet again in the spring of next year to go on with the work."
PAGE = (
    "<!doctype html><html><head><title>Port accord | Port News</title>"
    "<meta property='og:site_name' content='Port News'>"
    "<meta property='article:published_time' content='2031-04-05T10:00:00Z'></head>"
    "<body><nav><a href='/'>Home</a></nav>"
    f"<article><h1>Port accord</h1><p>{FIRST}</p><p>{SECOND}</p></article>"
    "<footer>All rights reserved</footer></body></html>"
)


def reads(data: bytes, where: str = "file", limits: Limits | None = None) -> list[Read]:
    return list(reading.read_bytes(data, where, limits=limits))


def texts(found: list[Read]) -> list[str]:
    return [r.document.text for r in found if r.document]


def causes(found: list[Read]) -> list[str]:
    return [p.cause for r in found for p in r.problems]


def zipped(members: dict[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def test_a_page_gives_its_report_and_facts():
    [read] = reads(PAGE.encode())

    assert read.document is not None
    assert f"Port accord\n\n{FIRST}\n\n{SECOND}" == read.document.text
    assert ("Port accord", "2031-04-05", "Port News") == (
        read.document.title,
        read.document.date,
        read.document.publisher,
    )


def test_json_ld_goes_before_meta():
    ld = json.dumps({"@type": "NewsArticle", "headline": "Accord of ports", "datePublished": "2031-04-04"})
    page = PAGE.replace("</head>", f'<script type="application/ld+json">{ld}</script></head>')
    [read] = reads(page.encode())

    assert read.document is not None
    assert ("2031-04-04", "json-ld") == (read.document.date, read.document.how["date"])


def test_a_copyright_line_is_no_date():
    page = PAGE.replace("<meta property='article:published_time' content='2031-04-05T10:00:00Z'>", "")
    [read] = reads(page.replace("All rights reserved", "© 2031 Port News, 1 January 2031").encode())

    assert read.document is not None
    assert read.document.date is None


@pytest.mark.parametrize(
    "page",
    [
        f"<html><body><p>{FIRST}</p><p>{SECOND}</p></body></html>",
        f"<body>{FIRST}<br><br>{SECOND}</body>",
        f"<div><div>{FIRST}</div><div>{SECOND}</div></div>",
        f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{FIRST}</p><p>{SECOND}</p></body></html>',
    ],
)
def test_pages_without_helpful_marks_are_read_whole(page):
    assert [f"{FIRST}\n\n{SECOND}"] == texts(reads(page.encode()))


def test_comments_and_cookie_walls_are_no_text():
    wall = (
        "<div id='onetrust-consent'><p>"
        + "We store cookies for your convenience and that of others. " * 9
        + "</p></div>"
    )
    talk = (
        "<section class='comments'>"
        + "<p>I do not agree with this accord, and neither should you.</p>" * 9
        + "</section>"
    )
    page = PAGE.replace("<article>", wall + "<article>").replace("</article>", "</article>" + talk)

    assert [f"Port accord\n\n{FIRST}\n\n{SECOND}"] == texts(reads(page.encode()))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_is_its_content(pack):
    [read] = reads(pack(PAGE.encode()), "page.html.z")

    assert read.document is not None
    assert "page.html.z" == read.path
    assert "Port accord" == read.document.title


def test_an_archive_gives_each_member_a_number_and_a_bad_one_does_not_stop_it():
    data = zipped({"a.html": PAGE, "b.bin": bytes(range(256)) * 9, "c.txt": SECOND})
    found = reads(data, "all.zip")

    assert ["all.zip#1", "all.zip#2", "all.zip#3"] == [r.path for r in found]
    assert [True, False, True] == [r.document is not None for r in found]
    assert "all.zip/b.bin" == found[1].problems[0].where


def test_a_feed_in_an_archive_in_an_archive_is_reached():
    feed = f"<rss><channel><item><title>One</title><description>{FIRST}</description></item></channel></rss>"
    data = zipped({"in.tar": tarred({"feed.xml": feed.encode()}), "b.txt": SECOND.encode()})

    assert [f"One\n\n{FIRST}", SECOND] == texts(reads(data, "all.zip"))


def test_names_that_point_out_of_an_archive_and_links_are_refused():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    data = zipped({"../up.txt": FIRST, "/abs.txt": FIRST, "in.tar": packed.getvalue(), "ok.txt": SECOND})

    assert ["unsafe-name"] * 3 == causes(reads(data))
    assert [SECOND] == texts(reads(data))


def test_a_bomb_is_refused_by_the_limit_that_it_breaks():
    bomb = zipped({"bomb.txt": b"0" * 30_000_000})
    [read] = reads(bomb, "bomb.zip")

    assert "limit ratio" in read.problems[0].what
    [read] = reads(gzip.compress(b"0" * 30_000_000), "bomb.gz")
    assert "limit ratio" in read.problems[0].what


def test_an_office_file_that_unpacks_to_far_more_is_refused():
    data = zipped({"word/document.xml": "<w/>", "word/media/image.bin": b"0" * 30_000_000})
    [read] = reads(data, "bomb.docx")

    assert "limit ratio" in read.problems[0].what
    [read] = reads(data, "bomb.docx", Limits(unpacked_bytes=1_000_000))
    assert "limit unpacked_bytes" in read.problems[0].what


def test_more_members_rows_or_records_than_the_limit_are_refused_by_name():
    few = Limits(members=2, rows=2)

    assert "limit members" in reads(zipped({f"{n}.txt": FIRST for n in range(4)}), "a.zip", few)[-1].problems[0].what
    assert "limit rows" in reads(("title,text\n" + f"One,{FIRST}\n" * 4).encode(), "a.csv", few)[-1].problems[0].what
    assert "limit members" in reads((json.dumps({"text": FIRST}) + "\n").encode() * 4, "a", few)[-1].problems[0].what


def test_archives_in_archives_end_at_the_limit_for_depth():
    data: bytes = FIRST.encode()
    for _ in range(8):
        data = zipped({"in.zip": data})
    [read] = reads(data)

    assert "limit depth" in read.problems[0].what


def test_a_damaged_archive_is_a_problem():
    data = zipped({"a.txt": FIRST * 50})

    assert ["damaged"] == causes(reads(data[:-30]))
    assert ["damaged"] == causes(reads(tarred({"a.txt": FIRST.encode() * 50})[:600]))


def warc(*pages: tuple[str, bytes]) -> bytes:
    records = []
    for url, page in pages:
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2031-05-05T00:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:{len(records)}>\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http)}\r\n\r\n"
        )
        records.append(head.encode() + http + b"\r\n\r\n")
    return b"".join(records)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_web_archive_gives_its_pages_with_their_addresses(pack):
    data = pack(warc(("https://port.example/a", PAGE.encode()), ("https://port.example/b", PAGE.encode())))
    found = reads(data, "all.warc")

    assert ["all.warc#1", "all.warc#2"] == [r.path for r in found]
    assert ["https://port.example/a", "https://port.example/b"] == [r.document.url for r in found if r.document]


def mail(attachment: bytes | None = None) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = "Port accord", "Desk <desk@port.example>"
    message["Date"] = "Sat, 05 Apr 2031 10:00:00 +0000"
    message.set_content(f"{FIRST}\n\n{SECOND}\n")
    if attachment:
        message.add_attachment(attachment, maintype="application", subtype="octet-stream", filename="a.bin")
    return message.as_bytes()


def test_a_mail_gives_its_text_and_headers():
    [read] = reads(mail(), "a.eml")

    assert read.document is not None
    assert ("Port accord", "2031-04-05", "port.example") == (
        read.document.title,
        read.document.date,
        read.document.publisher,
    )
    assert read.document.text.endswith(f"{FIRST}\n\n{SECOND}")


def test_a_mails_attachments_are_documents():
    found = reads(mail(zipped({"page.html": PAGE})), "a.eml")

    assert ["a.eml#1", "a.eml#2"] == [r.path for r in found]
    assert 2 == len(texts(found))


def test_a_mailbox_gives_each_mail():
    box = b"".join(b"From desk Sat Apr  5 10:00:00 2031\n" + mail() + b"\n" for _ in range(3))

    assert 3 == len(texts(reads(box, "box")))


def test_a_mail_of_ten_thousand_parts_is_refused():
    parts = b"--x\nContent-Type: text/plain\n\nhello\n" * 10_000
    data = b"From: a@b.example\nTo: c@d.example\nSubject: s\nContent-Type: multipart/mixed; boundary=x\n\n"
    [read] = reads(data + parts + b"--x--\n")

    assert "limit parts" in read.problems[0].what


def test_table_rows_are_documents_by_named_or_guessed_columns():
    rows = f'title,published_at,link,body\nOne,2031-04-05,https://port.example/1,"{FIRST}"\nTwo,,,"{SECOND}"\n'
    found = reads(rows.encode(), "rows.csv")

    assert ["rows.csv#1", "rows.csv#2"] == [r.path for r in found]
    assert ["2031-04-05", None] == [r.document.date for r in found if r.document]
    guessed = f"id\theadline\tnachricht\n1\tOne\t{FIRST} {SECOND}\n"
    assert [f"One\n\n{FIRST} {SECOND}"] == texts(reads(guessed.encode(), "rows.tsv"))


def test_a_table_row_without_a_text_is_a_problem():
    assert ["no-text"] == causes(reads(b"title,body\nOne,\n", "rows.csv"))


def test_sheets_of_a_workbook_are_tables(tmp_path: Path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["title", "date", "text"])
    book.active.append(["One", "2031-04-05", FIRST])
    book.save(tmp_path / "b.xlsx")
    [read] = list(reading.read(str(tmp_path / "b.xlsx")))

    assert read.document is not None
    assert ("One", "2031-04-05") == (read.document.title, read.document.date)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str) -> bytes:
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Port accord</dc:title></cp:coreProperties>'
    )
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document, "docProps/core.xml": core})


def test_a_word_file_gives_its_paragraphs_and_title():
    data = docx(
        f'<w:p><w:r><w:t>{FIRST[:20]}</w:t></w:r><w:r><w:t xml:space="preserve">{FIRST[20:]}</w:t></w:r></w:p>'
        f"<w:p><w:r><w:t>{SECOND}</w:t></w:r></w:p>"
    )
    [read] = reads(data, "a.docx")

    assert read.document is not None
    assert f"{FIRST}\n\n{SECOND}" == read.document.text
    assert ("Port accord", None) == (read.document.title, read.document.date)


def test_an_opendocument_text_gives_its_paragraphs():
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
        f"<text:p>{FIRST[:20]}<text:span>{FIRST[20:]}</text:span></text:p><text:p>{SECOND}</text:p>"
        "</office:text></office:body></office:document-content>"
    )
    data = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})

    assert [f"{FIRST}\n\n{SECOND}"] == texts(reads(data, "a.odt"))


def test_rich_text_is_read():
    data = (
        "{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 Arial;}}\\f0 " + FIRST + "\\par " + SECOND + "\\u2309?\\par}"
    ).encode()

    assert [f"{FIRST}\n\n{SECOND}अ"] == texts(reads(data, "a.rtf"))


def test_markdown_marks_are_left_out_and_traced():
    data = f"# Port accord\n\n**Ruritania** and [Freedonia](https://f.example) agreed.\n\n- {SECOND}\n"
    [read] = reads(data.encode(), "a.md")

    assert read.document is not None
    assert f"Port accord\n\nRuritania and Freedonia agreed.\n\n{SECOND}" == read.document.text
    assert "Port accord" == read.document.title
    for clean, raw, length in read.document.offsets.anchors:
        assert read.document.text[clean : clean + length] == data[raw : raw + length]


def test_an_entity_is_never_fetched_nor_blown_up(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    item = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]><r><title>T</title><text>{FIRST} &x;</text></r>'
    lol = "".join(f'<!ENTITY l{i} "{("&l" + str(i - 1) + ";") * 10}">' for i in range(1, 10))
    laughs = f'<!DOCTYPE r [<!ENTITY l0 "lol">{lol}]><r><text>{FIRST} &l9;</text></r>'

    assert all("secret words" not in text for text in texts(reads(item.encode())))
    assert all(len(text) < 10_000 for text in texts(reads(laughs.encode())))


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 300_000,
        b"<div>" * 300_000 + b"words",
        b"[" * 300_000,
        b'{"a":' * 300_000,
        b"<!doctype html>" + b"<b><p>" * 100_000,
        b"{\\rtf1" + b"{" * 300_000,
    ],
)
def test_deep_nesting_is_read_or_said(data):
    assert all(r.document or r.problems for r in reads(data))


def test_a_document_past_the_limit_names_it():
    [read] = reads(b"a " * 600, limits=Limits(document_bytes=1000))

    assert "limit document_bytes" in read.problems[0].what


@pytest.mark.parametrize(
    ("line", "date", "place", "agency"),
    [
        ("STRELSAU, April 5, 2031 (RPA) - ", "2031-04-05", "STRELSAU", "RPA"),
        ("Strelsau, Aug 7 (RPA) ", None, "Strelsau", "RPA"),
        ("STRELSAU (RPA) — ", None, "STRELSAU", "RPA"),
        ("", None, None, None),
    ],
)
def test_a_dateline_gives_place_and_agency_and_a_date_only_with_its_year(line, date, place, agency):
    [read] = reads(f"{line}{FIRST}\n\n{SECOND}".encode(), "a.txt")

    assert read.document is not None
    assert (date, place, agency) == (
        read.document.date,
        read.document.how.get("place"),
        read.document.how.get("agency"),
    )


def test_an_address_with_a_day_dates_the_document():
    [read] = list(reading.read_bytes(FIRST.encode(), "a.txt", url="https://port.example/2031/03/14/accord"))

    assert read.document is not None
    assert ("2031-03-14", "address") == (read.document.date, read.document.how["date"])


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://port.example/a", "gopher://port.example"])
def test_other_schemes_than_http_are_refused(address):
    assert ["scheme"] == causes(list(reading.read(address)))


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/", "http://localhost:9/", "http://169.254.1.1/", "http://[::1]:9/", "http://10.0.0.1/", "http://0.0.0.0/",
     "http://[::ffff:192.168.1.1]/", "http://[64:ff9b::a00:1]/"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address):
    assert ["private-address"] == causes(list(reading.read(address)))


def test_a_lone_surrogate_in_json_is_left_out():
    """Found by mutation."""
    [read] = reads(b'{"text": "Ruritania \\ud800 agreed to draft an accord."}', "a.json")

    assert read.document is not None
    assert "Ruritania agreed to draft an accord." == read.document.text


@pytest.mark.parametrize(
    "data",
    [
        b"title,body\n",
        b"WARC/1.0\r\n\r\n",
        b"\x81\x8d\x8f\x90\x9d plain",
        b"{\\rtf1 \\u99999999999 }",
        zipped({}),
        b"<rss></rss>",
        b"[]",
        b"From ",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"%PDF-",
    ],
)
def test_what_mutation_found_is_never_passed_over(data):
    found = reads(data)

    assert found
    assert all(r.document or r.problems for r in found)


MUTATED = [
    PAGE.encode(),
    mail(),
    warc(("https://port.example/a", PAGE.encode())),
    zipped({"a.html": PAGE}),
    docx("<w:p/>"),
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(MUTATED), st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=6)), min_size=1, max_size=6)
)
def test_mutated_inputs_are_read_or_said(data, changes):
    """bench/fuzz_reading.py does the same a hundred thousand times."""
    for at, new in changes:
        data = data[: at % (len(data) + 1)] + new + data[at % (len(data) + 1) + len(new) :]
    found = reads(data)

    assert found
    assert all(r.document or r.problems for r in found)


def test_a_json_feed_gives_its_items():
    item = {
        "content_html": f"<p>{FIRST}</p>",
        "title": "One",
        "url": "https://port.example/1",
        "date_published": "2031-04-05",
    }
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Port", "items": [item, item | {"title": "Two"}]}
    found = reads(json.dumps(feed).encode(), "feed.json")

    assert ["One", "Two"] == [r.document.title for r in found if r.document]
    assert "2031-04-05" == found[0].document.date  # type: ignore[union-attr]


@pytest.mark.parametrize("text", [f"[1] {FIRST}", f"{{draft}} {FIRST}", f"From Monday on, {FIRST}", f"Note: {FIRST}"])
def test_a_text_is_no_other_format_for_its_first_sign(text):
    assert [text] == texts(reads(text.encode()))


def test_an_office_file_of_the_old_kind_says_what_it_is():
    [read] = reads(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "a.doc")

    assert "an old Office file" in read.problems[0].what
