"""Hostile input: each is a problem that names its limit, nothing is fetched or run, nothing hangs."""

from __future__ import annotations

import io
import json
import threading
import time
import zipfile
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
        ("a.html", b"<div>" * MILLION + FIRST.encode()),
        ("a.html", b"<p>" + FIRST.encode() + b"<ul><li>" * MILLION),
        ("a.xml", b"<rss>" + b"<a>" * MILLION + FIRST.encode()),
        ("a.json", b"[" * MILLION + b"]" * MILLION),
        ("a.json", b'{"text":' * MILLION),
        ("a.jsonl", b'{"text":"one"}\n{"a":' + b"[" * MILLION + b"]" * MILLION + b"}\n"),
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


def test_macros_are_never_read() -> None:
    """A macro is bytes in a part of its own; the text is read without it."""
    [read] = reads(docx("", **{"word/vbaProject.bin": 'Sub AutoOpen()\nShell "calc"\nEnd Sub'}), "a.docm")

    assert read.document and FIRST == read.document.text


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
