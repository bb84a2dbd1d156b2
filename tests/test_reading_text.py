"""What plain text, XML items, feeds and JSON lines are read as."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda import reading
from servanda.model import Document, Span


def the_document(data: str | bytes, where: str = "report.txt", **given: str) -> Document:
    raw = data.encode() if isinstance(data, str) else data
    [read] = list(reading.read_bytes(raw, where, **given))  # type: ignore[arg-type]
    assert read.document is not None, read.problems
    return read.document


BODY = (
    "Ruritania and Freedonia agreed to draft a port accord.\n\n"
    "The ministers will meet again in the spring of next year to go on with the work."
)


def test_a_date_before_the_first_words_is_the_documents_date_and_no_text():
    document = the_document(" date 2031-04-05 " + BODY)

    assert "2031-04-05" == document.date
    assert "header line" == document.how["date"]
    assert BODY == document.text


def test_an_address_after_the_date_gives_the_publisher():
    document = the_document(" date 2031-04-05 https://www.port-news.example/a/b.html\n" + BODY)

    assert "https://www.port-news.example/a/b.html" == document.url
    assert "port-news.example" == document.publisher
    assert document.text.startswith("Ruritania")


def test_an_address_alone_on_the_first_line_is_no_text():
    document = the_document("https://port-news.example/a\n" + BODY)

    assert "https://port-news.example/a" == document.url
    assert BODY == document.text


def test_a_text_without_a_date_has_none():
    assert the_document(BODY).date is None


def test_a_given_date_goes_before_the_sources_own():
    document = the_document(" date 2031-04-05 " + BODY, date="2031-05-06")

    assert "2031-05-06" == document.date
    assert "given" == document.how["date"]


def test_floods_of_blank_lines_become_one():
    assert BODY == the_document(BODY.replace("\n\n", "\n\n \n\n\t\n\n\n")).text


def test_a_sentence_glued_to_the_next_stays_as_it_is():
    glued = "The envoys arrive on Monday.As well, the fleet will visit the port of Strelsau in June."

    assert glued == the_document(glued).text


def test_a_first_line_that_stands_apart_without_a_stop_is_the_title():
    document = the_document("Ruritania to open a consulate\n\n" + BODY)

    assert "Ruritania to open a consulate" == document.title
    assert document.text.startswith("Ruritania to open a consulate\n\nRuritania and")


def test_a_first_paragraph_of_sentences_is_no_title():
    assert the_document(BODY).title is None


def test_a_headline_printed_twice_stands_once():
    document = the_document("Ruritania opens a consulate\n\nRuritania opens a consulate\n\n" + BODY)

    assert 1 == document.text.count("opens a consulate")


def test_a_paragraph_printed_twice_stands_once():
    assert BODY == the_document(f"{BODY}\n\n{BODY}").text


def test_a_comment_widget_is_no_text():
    text = "रुरिटानिया और फ्रीडोनिया ने बंदरगाह समझौते पर सहमति व्यक्त की है।"
    document = the_document(f"{text}\n\nएक टिप्पणी भेजें\n\n0 टिप्पणियाँ\n")

    assert text == document.text
    assert "hi" == document.language


def test_joiners_inside_devanagari_words_stay_and_other_zero_width_signs_go():
    assert "राष्\u200dट्रपति ने कहा" == the_document("\ufeffराष्\u200dट्र\u200bपति\u200d ने क\u00adहा").text


def test_text_is_composed_and_its_spaces_are_plain():
    assert "café à Genève" == the_document("cafe\u0301\u00a0a\u0300\u2009 Gene\u0300ve").text


def test_an_xml_item_with_escaped_markup_is_one_document_with_its_fields():
    item = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<root><author>RPA</author><date>2031-08-07 14:42:28</date>'
        "<fulldesc>&lt;p&gt;&lt;b&gt;Strelsau, Aug 7&lt;/b&gt; Talks &amp;amp; a signing took place in the palace."
        "&lt;/p&gt;&#13;\n&lt;p&gt;Both sides were pleased with it.&lt;/p&gt;</fulldesc>"
        "<link>https://rpa.example/1</link><source>rpa.example</source><title>Talks in Strelsau</title></root>"
    )
    document = the_document(item, "item.txt")

    assert "2031-08-07" == document.date
    assert "Talks in Strelsau" == document.title
    assert "rpa.example" == document.publisher
    expected = "Strelsau, Aug 7 Talks & a signing took place in the palace.\n\nBoth sides were pleased with it."
    assert f"Talks in Strelsau\n\n{expected}" == document.text


RSS = (
    '<rss version="2.0"><channel><title>Port News</title>'
    "<item><title>One</title><description>The first report of the day.</description>"
    "<pubDate>Tue, 05 Apr 2031 10:00:00 GMT</pubDate><link>https://port.example/1</link></item>"
    "<item><title>Two</title><description>The second report of the day.</description></item></channel></rss>"
)


def test_a_feed_gives_one_numbered_document_an_item():
    reads = list(reading.read_bytes(RSS.encode(), "feed.xml"))

    assert ["feed.xml#1", "feed.xml#2"] == [r.path for r in reads]
    assert ["2031-04-05", None] == [r.document.date for r in reads if r.document]
    assert ["Port News"] * 2 == [r.document.publisher for r in reads if r.document]


def test_a_feed_cut_short_gives_what_it_has_and_one_problem():
    reads = list(reading.read_bytes(RSS[:-60].encode(), "feed.xml"))

    assert 1 == sum(len(r.problems) for r in reads)
    assert 2 == sum(r.document is not None for r in reads)


def test_an_atom_entry_is_read_by_its_namespace():
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><entry><title>Accord</title>'
        '<link href="https://wire.example/a"/><published>2031-02-03T04:05:06Z</published>'
        '<content type="html">&lt;p&gt;An accord was signed.&lt;/p&gt;</content></entry></feed>'
    )
    [read] = list(reading.read_bytes(feed.encode(), "atom"))

    assert read.document is not None
    assert ("Accord", "2031-02-03", "https://wire.example/a", "Wire") == (
        read.document.title,
        read.document.date,
        read.document.url,
        read.document.publisher,
    )


def test_a_bad_json_line_is_a_problem_and_the_others_are_read():
    lines = [
        json.dumps({"text": "First report here.", "date": "2031-01-02"}),
        '{"text": ',
        json.dumps({"text": "Third."}),
    ]
    reads = list(reading.read_bytes("\n".join(lines).encode(), "rows.jsonl"))

    assert ["rows.jsonl#1", "rows.jsonl#2", "rows.jsonl#3"] == [r.path for r in reads]
    assert [True, False, True] == [r.document is not None for r in reads]
    assert "2031-01-02" == reads[0].document.date  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (b"\x00" * 10_000_000, "empty"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 8, "not-text"),
        (bytes(range(256)) * 20, "not-text"),
    ],
)
def test_what_holds_no_text_is_one_problem(data, cause):
    [read] = list(reading.read_bytes(data, "x.txt"))

    assert read.document is None
    assert [cause] == [p.cause for p in read.problems]


def test_bytes_that_are_not_utf8_are_read_and_said():
    [read] = list(reading.read_bytes(b"Ruritania agreed \xff\xfe to sign \xc3\x28 a treaty in Strelsau.", "x.txt"))

    assert read.document is not None
    assert ["encoding"] == [p.cause for p in read.problems]


def test_a_missing_path_is_a_problem(tmp_path: Path):
    [read] = list(reading.read(str(tmp_path / "none.txt")))

    assert ["not-found"] == [p.cause for p in read.problems]


def test_a_folder_is_read_in_sorted_order_and_past_what_is_bad(tmp_path: Path):
    for name, text in (("b.txt", BODY), ("a.txt", ""), ("c.txt", BODY + " More.")):
        (tmp_path / name).write_text(text)
    reads = list(reading.read(str(tmp_path)))

    assert ["a.txt", "b.txt", "c.txt"] == [Path(r.path).name for r in reads]
    assert [False, True, True] == [r.document is not None for r in reads]


def test_a_folder_without_permission_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refused(self: Path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    [read] = list(reading.read(str(tmp_path)))

    assert ["permission"] == [p.cause for p in read.problems]


def test_the_same_bytes_have_the_same_ids():
    first, second = (next(reading.read_bytes(BODY.encode(), "x")) for _ in range(2))

    assert first.document and second.document and first.source
    assert first.document.id == second.document.id
    assert 64 == len(first.source.id)
    assert first.document.source == first.source.id


def quoted(document: Document, words: str, data: bytes) -> str:
    """What stands in the decoded raw text where the words came from."""
    start = document.text.index(words)
    span = document.offsets.raw(Span(start, start + len(words)))
    assert span is not None
    return reading.decoded(data)[span.start : span.stop]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f" date 2031-04-05 \n\n\n\n{BODY}", "The ministers will meet again in the spring"),
        ("<html><body><article><p>" + BODY.replace("\n\n", "</p><p>") + "</p></article></body></html>", "port accord."),
        (json.dumps({"text": BODY}), "agreed to draft a port accord"),
        (f"<root><title>T</title><text>&lt;p&gt;{BODY}&lt;/p&gt;</text></root>", "The ministers will"),
    ],
)
def test_a_quotation_can_be_pointed_to_in_the_raw_text(data, words):
    assert words == quoted(the_document(data), words, data.encode())


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=300))
def test_any_text_is_read_without_an_exception_and_anchors_hold(text):
    for read in reading.read_bytes(text.encode(), "any.txt"):
        assert read.document is not None or read.problems
        if read.document is not None:
            holds(read.document, reading.decoded(text.encode()))


def holds(document: Document, raw: str) -> None:
    last = 0
    for clean, there, length in document.offsets.anchors:
        assert last <= clean and clean + length <= len(document.text)
        pairs = zip(document.text[clean : clean + length], raw[there : there + length], strict=True)
        assert all(a == b or a.isspace() for a, b in pairs)
        last = clean + length


def test_a_text_of_nothing_but_blanks_takes_no_time():
    """200,000 lines of blanks between two sentences."""
    text = "Ruritania agreed." + " \n" * 200_000 + "Freedonia did not."

    assert "Ruritania agreed.\n\nFreedonia did not." == the_document(text).text


def test_a_release_that_begins_with_place_and_day_has_that_date_and_no_title_of_it():
    document = the_document(f"Strelsau, 7 August 2031\n\n{BODY}")

    assert (None, "2031-08-07", "line of its own") == (document.title, document.date, document.how["date"])


def test_a_day_on_its_own_line_under_the_headline_is_the_date():
    document = the_document(f"Ruritania opens a consulate\n\nAugust 7, 2031\n\n{BODY}")

    assert ("Ruritania opens a consulate", "2031-08-07") == (document.title, document.date)


def test_a_day_in_a_sentence_is_not_the_documents_date():
    assert the_document(f"{BODY} It was signed on 7 August 2031.").date is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("India and Italy agreed to sign a treaty.", "en"),
        ("The two sides met again.", "en"),
        ("Индия и Италия подписали соглашение.", "ru"),
        ("भारत और इटली ने समझौते पर हस्ताक्षर किए।", "hi"),
        ("インドとイタリアは条約に署名した。", "ja"),
        ("인도와 이탈리아가 조약에 서명했다.", "ko"),
        ("印度与意大利签署条约，两国外长出席了仪式。", "zh"),
        ("Delhi", None),
        ("12345 67890", None),
    ],
)
def test_the_language_is_named_where_it_is_sure(text, language):
    assert language == the_document(text).language
