"""Hostile input: each is a problem that names its limit, nothing is fetched or run, nothing hangs."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from servanda import reading
from servanda.problems import Problem
from servanda.reading import Limits, Read, opening
from servanda.reading.deadline import OutOfTime, begin_again, within
from servanda.reading.draft import Material

FIRST = "Ruritania and Freedonia agreed to draft a port accord at the meeting in Strelsau."
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MILLION = 1_000_000
DEEP = MILLION - 100  # within the limit for elements


def reads(data: bytes, where: str = "file", limits: Limits | None = None) -> list[Read]:
    return list(reading.read_bytes(data, where, limits=limits))


def told(found: list[Read]) -> str:
    return " ".join(p.what for r in found for p in r.problems)


def zipped(members: dict[str, str], sizes: dict[str, int] | None = None) -> bytes:
    """Return a ZIP; ``sizes`` are what it says that members unpack to."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        for info in archive.filelist:
            info.file_size = (sizes or {}).get(info.filename, info.file_size)
    return packed.getvalue()


def docx(head: str, tail: str = "", **more: str) -> bytes:
    body = f"<w:body><w:p><w:r><w:t>{FIRST}{tail}</w:t></w:r></w:p></w:body>"
    document = f'<?xml version="1.0"?>{head}<w:document xmlns:w="{WORD}">{body}</w:document>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **more})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", b"<div>" * DEEP + FIRST.encode()),
        ("a.html", b"<p>" + FIRST.encode() + b"<ul><li>" * (DEEP // 2)),
        ("a.xml", b"<rss>" + b"<a>" * DEEP + FIRST.encode()),
        ("a.json", b"[" * DEEP + b"]" * DEEP),
        ("a.json", b'{"text":' * DEEP),
        ("a.jsonl", b'{"text":"one"}\n{"a":' + b"[" * DEEP + b"]" * DEEP + b"}\n"),
        ("a.eml", b"From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\n"
         + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(900))),
    ],
)  # fmt: skip
def test_nesting_past_the_limit_is_named(name: str, data: bytes) -> None:
    assert "limit nesting" in told(reads(data, name))


def test_rich_text_nested_a_million_deep_is_read() -> None:
    [read] = reads(b"{\\rtf1 " + b"{" * MILLION + FIRST.encode() + b"}" * MILLION)

    assert read.document and read.document.text == FIRST


@pytest.mark.parametrize(
    ("name", "frame"),
    [("a.txt", "%s"), ("a.html", "<p>%s</p>"), ("a.json", '{"text": "%s"}'), ("a.csv", "title,text\nOne,%s\n"),
     ("a.xml", "<rss><item><description>%s</description></item></rss>")],
)  # fmt: skip
def test_two_hundred_megabytes_in_one_line_are_refused_by_the_limit(name: str, frame: str) -> None:
    line = FIRST * (200 * MILLION // len(FIRST))

    assert "limit document_bytes" in told(reads((frame % line).encode(), name))


def test_a_line_within_the_limit_but_too_long_for_the_parser_says_so() -> None:
    assert "limit of the parser" in told(reads(b"<p>" + FIRST.encode() * 150_000, "a.html"))


LAUGHS = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


TAGS = [
    lambda n: " ".join(f"a{i}=1" for i in range(n)),
    lambda n: "".join(f"a{i}='>'" for i in range(n)),
    lambda n: "\n".join(f'a{i} = "<"' for i in range(n)),
    lambda n: "/".join(f"a{i}" for i in range(n)),
]


@pytest.mark.parametrize("attributes", TAGS)
def test_a_tag_that_would_keep_the_parser_busy_for_hours_is_not_parsed(attributes: Callable[[int], str]) -> None:
    """Each attribute is compared with all before it, where nothing can interrupt."""
    start = time.monotonic()
    found = reads(f"<p {attributes(100_000)}>{FIRST}</p>".encode(), "a.html")

    assert "limit seconds" in told(found)
    assert time.monotonic() - start < 5


def test_a_picture_in_an_attribute_is_no_attack() -> None:
    [read] = reads(f"<img src='data:image/png;base64,{'A b=' * 200_000}'><p>{FIRST}</p>".encode(), "a.html")

    assert read.document and FIRST == read.document.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", "<p>" * 2_000),
        ("a.xml", "<rss>" + "<a/>" * 2_000 + "</rss>"),
        ("a.json", '{"a":[' + "[]," * 2_000 + "[]]}"),
        ("a.jsonl", '{"text":"one"}\n{"a":[' + "{}," * 2_000 + "{}]}\n"),
        ("a.csv", "title,text\n" + "," * 4_000),
        ("a.docx", ""),
    ],
)  # fmt: skip
def test_more_elements_than_the_limit_are_refused_before_they_fill_the_memory(name: str, data: str) -> None:
    made = docx("", "<x/>" * 2_000) if name == "a.docx" else data.encode()

    assert "limit elements" in told(reads(made, name, Limits(elements=1_000)))


def test_the_items_of_a_feed_take_no_longer_than_there_are_of_them() -> None:
    """Their bytes are digested once, not once for each item."""
    digested: list[int] = []
    item = f"<item><title>T</title><description>{FIRST}</description></item>"
    feed = f"<rss>{item * 50}</rss>".encode()
    with pytest.MonkeyPatch.context() as patch:
        real = hashlib.sha256
        patch.setattr("servanda.reading.draft.hashlib.sha256", lambda data: digested.append(len(data)) or real(data))
        found = reads(feed, "a.xml")

    assert 50 == len(found)
    assert 1 == digested.count(len(feed))


def test_a_billion_laughs_are_not_laughed_and_told() -> None:
    feed = f"<!DOCTYPE r [{LAUGHS}]><rss><item><title>T</title><description>{FIRST} &l11;</description></item></rss>"
    found = reads(feed.encode())

    assert "entities that grow out of all proportion (limit of the parser)" in told(found)
    [read] = reads(docx(f"<!DOCTYPE w [{LAUGHS}]>", " &l11;"))
    assert read.document and len(read.document.text) < 2 * len(FIRST)


def test_an_entity_from_outside_is_never_fetched_and_told(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    head = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>'
    feed = f"{head}<rss><item><title>T</title><description>{FIRST} &x;</description></item></rss>".encode()
    for data in (feed, docx(head, " &x;")):
        found = reads(data)

        assert "never fetched" in told(found)
        assert all("secret" not in r.document.text for r in found if r.document)


def test_words_that_a_document_type_declares_are_told_where_they_are_missing() -> None:
    """An entity is never put in: the text would say what its author may have hidden or blown up."""
    head = '<!DOCTYPE r [<!ENTITY org "the Port Council">]>'
    text = f"{FIRST} It told &org; so."
    feed = f"<?xml version='1.0'?><!-- one -->{head}<rss><item><description>{text}</description></item></rss>"
    page = f"<?xml version='1.0'?>\n{head}\n<html><body><p>{text}</p></body></html>"
    for data in (feed.encode(), page.encode(), docx(head, " It told &org; so.")):
        found = reads(data)

        assert "uses entities of its own (&org;)" in told(found)
        assert [text] == [r.document.text for r in found if r.document]
    assert "" == told(reads(feed.replace("&org;", "them").encode()))


def test_a_usual_document_type_is_no_problem() -> None:
    page = (
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/x.dtd">'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{FIRST}</p></body></html>'
    )
    rss = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://n.example/rss.dtd">'

    assert "" == told(reads(page.encode()))
    assert "" == told(
        reads(f"{rss}<rss><channel><item><description>{FIRST}</description></item></channel></rss>".encode())
    )


SHEET = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": "<x/>" * 99}


def test_a_workbook_that_unpacks_to_ten_gigabytes_is_refused_by_the_limit() -> None:
    assert "limit unpacked_bytes" in told(reads(zipped(SHEET, {"xl/worksheets/sheet1.xml": 10 << 30}), "a.xlsx"))


CELL = "<row><c t='inlineStr'><is><t>{}</t></is></c></row>"
JUNK = {
    "between rows": CELL.format("text") + CELL.format(FIRST) + "<x/>" * 3_000,
    "rows out of reach": CELL.format("text") + "<row r='999999999999'><c><v>1</v></c></row>",
}


def workbook(rows: str, **parts: str) -> bytes:
    """Return a workbook of one sheet that claims to be as large as a sheet can be."""
    import openpyxl

    made, packed = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(made)
    told = "<dimension ref='A1:XFD1048576'/>"
    space = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
    sheet = f"<worksheet {space}>{told}<sheetData>{rows}</sheetData></worksheet>"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if "worksheets/" in name else old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return packed.getvalue()


def test_a_sheet_is_no_larger_than_its_rows() -> None:
    [read] = reads(workbook(CELL.format("text") + CELL.format(FIRST)), "a.xlsx")

    assert read.document and FIRST == read.document.text


@pytest.mark.parametrize("junk", JUNK)
def test_a_sheet_that_would_fill_the_memory_or_never_end_is_refused_by_the_limit(junk: str) -> None:
    found = reads(workbook(JUNK[junk]), "a.xlsx", Limits(elements=1_000, rows=1_000))

    assert ("limit rows" if "reach" in junk else "limit elements") in told(found)


MODULE = 'Sub AutoOpen()\nShell "calc"\nEnd Sub'
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
LETTER = (
    f"<o:document-content xmlns:o='{OPEN}:office:1.0' xmlns:t='{OPEN}:text:1.0'>"
    f"<o:body><o:text><t:p>{FIRST}</t:p></o:text></o:body></o:document-content>"
)
PROGRAMMED = {
    "docm": docx("", **{"word/vbaProject.bin": MODULE}),
    "xlsm": workbook(CELL.format("text") + CELL.format(FIRST), **{"xl/vbaProject.bin": MODULE}),
    "odt": zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": LETTER,
            "Basic/Standard/Module1.xml": MODULE,
        }
    ),
}


@pytest.mark.parametrize("kind", PROGRAMMED)
def test_macros_are_never_run_and_told(kind: str) -> None:
    """A macro is bytes in a part of its own; the text is read without it."""
    found = reads(PROGRAMMED[kind], f"a.{kind}")

    assert [FIRST] == [r.document.text for r in found if r.document]
    assert ["macros"] == [p.cause for r in found for p in r.problems]
    assert "not run" in told(found)


LOOPS = [
    "<</Type/Pages/Count 1/Kids[2 0 R]>>",
    "<</Type/Pages/Count 9999999/Kids[4 0 R]>>",
]


@pytest.mark.parametrize("tree", LOOPS)
def test_a_pdf_whose_pages_lead_back_to_themselves_ends(tree: str) -> None:
    form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 3 0 R>>>>"
    drawn = f"<<{form}/Length 5>>stream\n/X Do\nendstream"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 3 0 R/Resources<</XObject<</X 3 0 R>>>>>>"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", tree, drawn, page]
    body = "%PDF-1.4\n" + "".join(f"{n} 0 obj {one} endobj\n" for n, one in enumerate(objects, 1))
    start = time.monotonic()
    found = reads((body + "trailer<</Root 1 0 R>>\n%%EOF").encode(), "a.pdf", Limits(seconds=5.0))

    assert told(found)
    assert time.monotonic() - start < 20


# Time


def endless(material: Material) -> object:
    while True:
        time.sleep(0.001)


def stubborn(material: Material) -> object:
    """Takes the first alarm for an error of its own."""
    try:
        endless(material)
    except Exception:  # noqa: BLE001 - what the test is about
        endless(material)


@pytest.mark.parametrize("reader", [endless, stubborn])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_reader_that_hangs_is_ended_at_the_limit_and_the_next_is_read(
    reader: object, elsewhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the main thread and in another, as the web app has them; one bad member does not stop the archive."""
    real = opening._reader
    monkeypatch.setattr(opening, "_reader", lambda sort: reader if sort == "rtf" else real(sort))
    monkeypatch.setattr("servanda.reading.receiving.GRACE", 0.0)
    data = zipped({"a.rtf": "{\\rtf1 words}", "b.txt": FIRST})
    found: list[Read] = []

    def work() -> None:
        found.extend(reads(data, "a.zip", Limits(seconds=0.3)))

    start = time.monotonic()
    if elsewhere:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(20)
    else:
        work()

    assert time.monotonic() - start < 15
    assert "takes longer than 0.3 s (limit seconds)." == found[0].problems[0].what
    assert "a.zip/a.rtf" == found[0].problems[0].where
    assert found[1].document and FIRST == found[1].document.text


def test_cleaning_that_hangs_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servanda.reading.receiving.finished", lambda *_: endless(Material(io.BytesIO(), "a")))
    monkeypatch.setattr("servanda.reading.receiving.GRACE", 0.0)
    [read] = reads(FIRST.encode(), "a.txt", Limits(seconds=0.2))

    assert read.document is None
    assert "limit seconds" in read.problems[0].what


def test_a_bound_that_was_left_raises_nothing_any_more() -> None:
    for _ in range(50):
        with within(0.05):
            pass
    time.sleep(0.1)


def test_what_comes_to_something_new_has_its_whole_time_again() -> None:
    with within(0.3):
        for _ in range(4):
            time.sleep(0.15)
            begin_again()
    with pytest.raises(OutOfTime), within(0.1):
        endless(Material(io.BytesIO(), "a"))


def test_every_refusal_names_a_limit_that_can_be_set() -> None:
    material = Material(io.BytesIO(), "a")
    known = Limits.__dataclass_fields__
    for problem in (material.late(), material.deep(), material.refused("rows", 3, "rows").problem):
        assert isinstance(problem, Problem)
        named = problem.what.partition("(limit ")[2].partition(")")[0]
        assert named in known
        assert f"SERVANDA_LIMITS_{named.upper()}" in problem.advice


def test_a_deep_record_does_not_stop_the_others() -> None:
    lines = [
        json.dumps({"text": FIRST}),
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
        json.dumps({"text": FIRST + "!"}),
    ]
    found = reads("\n".join(lines).encode(), "a.jsonl")

    assert [True, False, True] == [r.document is not None for r in found]


def test_an_archive_whose_list_of_members_would_fill_the_memory_is_refused() -> None:
    """A thousand times the same member of five bytes: the list is the archive."""
    data = zipped({f"{n}.txt": "words" for n in range(1_000)})

    assert "bytes in the list of its members (limit document_bytes)" in told(
        reads(data, "a.zip", Limits(document_bytes=10_000))
    )
