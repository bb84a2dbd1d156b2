"""PDFs with a text layer give paragraphs; those without say so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from servanda import reading
from servanda.reading import Limits
from servanda.reading import pdf as reader
from servanda.reading.pdf import paragraphs_of

HINDI = Path(__file__).parent / "data" / "hindi.pdf"
PARAGRAPHS = [
    "रुरिटानिया और फ्रीडोनिया ने राजधानी में हुई बैठक के दौरान बंदरगाह समझौते का मसौदा तैयार करने पर सहमति व्यक्त की। "
    "दोनों पक्षों ने कहा कि यह समझौता समुद्री व्यापार को सुगम बनाएगा और नाविकों के प्रशिक्षण को बढ़ावा देगा।",
    "विदेश मंत्रियों की अगली बैठक वर्ष के अंत तक आयोजित की जाएगी। "
    "इस बैठक में द्विपक्षीय रक्षा सहयोग, अंतरिक्ष कार्यक्रम और संयुक्त अनुसंधान पर विस्तृत चर्चा होगी।",
    "संयुक्त कार्य समूह का ग्यारहवाँ सत्र फ्रीडोनिया में संपन्न हुआ और सह-अध्यक्षों ने प्रोटोकॉल पर हस्ताक्षर किए। "
    "राष्ट्रपति ने इस पहल का स्वागत किया।",
]


def pdf(pages: list[list[tuple[int, int, str]]], info: str = "") -> bytes:
    """A PDF that writes each (x, y, words) in Helvetica 11; ``info`` goes into its properties."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", f"<<{info}>>"]
    kids = []
    for lines in pages:
        stream = "".join(f"BT /F1 11 Tf {x} {y} Td ({words}) Tj ET\n" for x, y, words in lines)
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        resources = "<</Font<</F1 3 0 R>>>>"
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {number + 1} 0 R/Resources{resources}>>"
        objects += [page, f"<</Length {len(stream)}>>stream\n{stream}endstream"]
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(kids)}]>>"
    body = "%PDF-1.4\n" + "".join(f"{i} 0 obj {obj} endobj\n" for i, obj in enumerate(objects, 1))
    return (body + "trailer<</Root 1 0 R/Info 4 0 R>>\n%%EOF").encode()


def the_text(data: bytes) -> str:
    [read] = list(reading.read_bytes(data, "a.pdf"))
    assert read.document is not None, read.problems
    return read.document.text


def test_each_hindi_paragraph_is_intact():
    [read] = list(reading.read(str(HINDI)))

    assert read.document is not None
    assert "\n\n".join(PARAGRAPHS) == read.document.text
    assert "hi" == read.document.language


LEFT = [
    "The two governments agreed",
    "to negotiate a port accord",
    "and to hold a joint exer-",
    "cise of both their navies.",
]
RIGHT = [
    "A joint working group will",
    "be set up by the end of the",
    "year to prepare the text of",
    "all of these documents.",
]


def test_columns_are_read_one_after_the_other_though_written_line_by_line():
    page = [
        (x, 700 - 14 * i, line)
        for i, pair in enumerate(zip(LEFT, RIGHT, strict=True))
        for x, line in zip((60, 320), pair, strict=True)
    ]

    assert (
        "The two governments agreed to negotiate a port accord and to hold a joint exercise of both their navies.\n\n"
        "A joint working group will be set up by the end of the year to prepare the text of all of these documents."
    ) == the_text(pdf([page]))


def test_running_heads_and_page_numbers_are_dropped():
    pages = [
        [
            (60, 800, "Joint statement of the governments"),
            (60, 700, f"This is what the ministers said on day {n}, at length."),
            (290, 30, f"Page {n} of 4"),
        ]
        for n in range(1, 5)
    ]
    text = the_text(pdf(pages))

    assert "Joint statement" not in text
    assert "Page" not in text
    assert 4 == text.count("This is what the ministers said")


def test_a_hyphen_that_belongs_to_the_word_stays():
    assert "the co-production of jets" == paragraphs_of([["the co-", "production of jets"]])
    assert "a cooperation deal" == paragraphs_of([["a cooper-", "ation deal"]])


def test_a_scan_says_that_it_is_one():
    [read] = list(reading.read_bytes(pdf([[]]), "scan.pdf"))

    assert ["scan"] == [p.cause for p in read.problems]


def test_the_day_a_file_was_made_counts_only_where_the_text_names_it():
    line = [(60, 700, "Done at Strelsau on 5 April 2031, in two copies, both of them authentic.")]

    assert "2031-04-05" == date_of(pdf([line], "/CreationDate(D:20310405101112Z)/Title(Port accord)"))
    assert date_of(pdf([line], "/CreationDate(D:20330101101112Z)")) is None


def date_of(data: bytes) -> str | None:
    [read] = list(reading.read_bytes(data, "a.pdf"))
    assert read.document is not None
    return read.document.date


def test_a_pdf_that_takes_too_long_is_stopped_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch):
    data = pdf([[(60, 700, "The two governments agreed to negotiate a port accord.")]])
    reader._child().stop()
    monkeypatch.setattr(reader, "COMMAND", [sys.executable, "-c", "import time; time.sleep(60)"])
    [read] = list(reading.read_bytes(data, "slow.pdf", limits=Limits(seconds=0.2)))
    monkeypatch.undo()

    assert "limit seconds" in read.problems[0].what
    assert the_text(data).startswith("The two governments")


def test_a_damaged_pdf_is_a_problem():
    [read] = list(reading.read_bytes(b"%PDF-1.7\n" + b"rubbish " * 99, "a.pdf"))

    assert ["damaged"] == [p.cause for p in read.problems]
