"""Every quotation and slot stands in the text at its offsets, whatever the text holds."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.extracting.extractor import extract
from servanda.model import Claim, Document
from servanda.reading import read_bytes

SHARED = Path(__file__).parent.parent.parent / "shared"
IN_CI = bool(os.environ.get("CI"))
ONLY_IN_CI = pytest.mark.skipif(not IN_CI, reason="needs ../shared, which is read only where CI is set")
SAMPLE = 1500

REPORTS = {
    "en": "India and Italy signed a memorandum of understanding on frigates in Rome on 4 May 2024.",
    "hi": "भारत और जापान ने 4 मई 2024 को नई दिल्ली में रक्षा सहयोग पर समझौता ज्ञापन पर हस्ताक्षर किए।",
    "it": "L'Italia e l'India hanno firmato a Roma un memorandum d'intesa sulla difesa il 4 maggio 2024.",
    "fr": "La France et l'Inde ont signé à Paris un mémorandum d'entente sur la défense le 4 mai 2024.",
    "ja": "日本とインドは2024年5月4日、東京で防衛協力に関する覚書に署名した。",
    "ko": "한국과 인도는 2024년 5월 4일 서울에서 국방 협력 양해각서에 서명했다.",
    "ru": "Россия и Индия подписали 4 мая 2024 года в Москве меморандум о взаимопонимании в области обороны.",
}
# Soft hyphen, joiners, marks of direction, emoji of several code points, quotes of every style, letters whose
# small form is longer (İ), digits and letters of full width, combining marks, glued full stops.
INVISIBLE = [
    "\u00ad",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u200e",
    "\u200f",
    "\u202b",
    "\u202c",
    "\u2066",
]
LONG = ["👩‍🚀", "🇮🇳", "🇮🇹🇯🇵", "İ", "ẞ", "ﬁ", "Ａ１", "e\u0301", "क्‍ष", "שלום", "مرحبا", "\n\n", "...", " - "]
NOISE = [*INVISIBLE, *LONG, *"«»„“”‘’「」،؟।。.—()[]\n\r\t\u00a0\u2009\u3000\x00"]


def verified(document: Document, claims: tuple[Claim, ...]) -> bool:
    """True where each quotation and each slot's span lies in the text, and each quotation is its words."""
    spans = [span for claim in claims for found in claim.slots.values() for span in found]
    inside = all(0 <= span.start <= span.stop <= len(document.text) for span in spans)
    return inside and all(claim.verified_against(document) for claim in claims)


def checked(text: str, language: str) -> tuple[Claim, ...]:
    document = Document(text, language=language, date="2024-11-19")
    claims = extract(document).claims
    assert verified(document, claims)
    return claims


@st.composite
def noisy_reports(draw: st.DrawFn) -> tuple[str, str]:
    """Reports of one language with noise put between and inside their words."""
    language = draw(st.sampled_from(sorted(REPORTS)))
    pieces = list(REPORTS[language] * draw(st.integers(1, 2)))
    for _ in range(draw(st.integers(0, 8))):
        noise = draw(st.one_of(st.sampled_from(NOISE), st.text(max_size=4)))
        pieces.insert(draw(st.integers(0, len(pieces))), noise)
    return "".join(pieces), language


@pytest.mark.parametrize("language", sorted(REPORTS))
def test_a_plain_report_gives_a_claim_in_every_language(language: str) -> None:
    claims = checked(REPORTS[language], language)

    assert "mou" in {claim.form for claim in claims}


@given(noisy_reports())
@settings(max_examples=120, deadline=None)
def test_noise_inside_a_report_moves_no_quotation(report: tuple[str, str]) -> None:
    checked(*report)


@given(st.text(max_size=200), st.sampled_from(sorted(REPORTS)))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_read_by_any_pack(text: str, language: str) -> None:
    checked(text, language)


@given(st.permutations(sorted(REPORTS)), st.sampled_from(sorted(REPORTS)))
@settings(max_examples=25, deadline=None)
def test_mixed_scripts_can_be_read_by_any_pack(order: list[str], language: str) -> None:
    checked(" ".join(REPORTS[other] for other in order), language)


@pytest.mark.parametrize("mark", ["\u00ad", "\u200d", "\u200b", "\u2060"])
def test_invisible_marks_inside_words_hide_no_claim(mark: str) -> None:
    text = REPORTS["en"].replace("memorandum", f"memo{mark}randum").replace("signed", f"sig{mark}ned")
    claims = checked(text, "en")

    assert "mou" in {claim.form for claim in claims}


@pytest.mark.parametrize("quotes", ["“”", '""', "«»", "„“", "‘’", "「」", "''"])
def test_quotation_marks_of_every_style_hide_no_claim(quotes: str) -> None:
    text = f"The minister said: {quotes[0]}{REPORTS['en']}{quotes[1]}"

    assert "mou" in {claim.form for claim in checked(text, "en")}


def test_a_sentence_said_a_thousand_times_is_one_claim() -> None:
    claims = checked(f"{REPORTS['en']} " * 1000, "en")

    assert 1 == len([claim for claim in claims if claim.form == "mou"])


def test_a_sentence_without_end_is_read() -> None:
    checked(REPORTS["en"].rstrip(".") + " and" + " the very long road" * 5000, "en")


def test_a_text_of_nothing_but_marks_gives_nothing() -> None:
    assert () == checked("\u200f\u00ad\u200d" * 500, "en")


def corpus() -> Iterator[dict[str, str]]:
    with gzip.open(SHARED / "corpus/news.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@ONLY_IN_CI
def test_every_quotation_of_real_news_equals_its_slice() -> None:
    rows = list(corpus())
    wrong = []
    for row in rows[:: len(rows) // SAMPLE]:
        for got in read_bytes(row["text"].encode(), row["id"], date=(row["date"] or "")[:10] or None):
            if got.document is not None and not verified(got.document, extract(got.document).claims):
                wrong.append(row["id"])

    assert [] == wrong
