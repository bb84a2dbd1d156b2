"""Legacy encodings, declared and not; pages that declare what they are not; floods of one sign."""

from __future__ import annotations

import time

import pytest

from servanda import reading
from servanda.reading import Read, iscii


def reads(data: bytes, where: str = "file") -> list[Read]:
    return list(reading.read_bytes(data, where))


def texts(found: list[Read]) -> list[str]:
    return [r.document.text for r in found if r.document]


def causes(found: list[Read]) -> list[str]:
    return [p.cause for r in found for p in r.problems]


ENCODED = [
    ("windows-1251", "Рурития и Фридония договорились о проекте соглашения о портах на встрече в Стрельсау. " * 3),
    ("koi8-r", "Рурития и Фридония договорились о проекте соглашения о портах на встрече в Стрельсау. " * 3),
    (
        "iso-8859-1",
        "La Ruritanie et la Fredonie ont décidé de négocier un accord sur les ports à la rencontre d'été. " * 3,
    ),
    ("windows-1250", "Rurytania i Fredonia zgodziły się opracować umowę o portach podczas spotkania w środę. " * 3),
    ("iso-8859-2", "Rurytania i Fredonia zgodziły się opracować umowę o portach podczas spotkania w środę. " * 3),
    ("windows-1253", "Η Ρουριτανία και η Φρεντόνια συμφώνησαν να συντάξουν συμφωνία για τα λιμάνια. " * 3),
    ("windows-1254", "Ruritanya ve Fredonya limanlar için bir anlaşma hazırlamayı görüştü; çalışmalar sürüyor. " * 3),
    ("windows-1255", "רוריטניה ופרידוניה הסכימו לנסח הסכם נמלים בפגישה בעיר הבירה. " * 3),
    ("windows-1256", "اتفقت روريتانيا وفريدونيا على صياغة اتفاق للموانئ خلال الاجتماع في العاصمة. " * 3),
    ("tis-620", "รูริทาเนียและฟรีโดเนียตกลงที่จะร่างข้อตกลงท่าเรือในการประชุมที่เมืองหลวง " * 3),
    ("euc-kr", "루리타니아와 프리도니아는 수도에서 열린 회의에서 항만 협정 초안을 작성하기로 합의했다. " * 3),
    ("shift_jis", "ルリタニアとフリードニアは首都での会談で港湾協定を起草することで合意した。" * 3),
    ("euc-jp", "ルリタニアとフリードニアは首都での会談で港湾協定を起草することで合意した。" * 3),
    ("gb18030", "鲁里坦尼亚和弗里多尼亚在首都会谈中同意起草港口协定。" * 3),
    ("big5", "魯里坦尼亞和弗里多尼亞在首都會談中同意起草港口協定。" * 3),
    ("utf-16", "रुरिटानिया और फ्रीडोनिया बंदरगाह समझौते का मसौदा तैयार करने पर सहमत हुए। " * 3),
    ("utf-16-le", "Ruritania and Freedonia agreed to draft a port accord in the capital. " * 3),
]


@pytest.mark.parametrize(("encoding", "text"), ENCODED)
def test_a_declared_legacy_encoding_is_read_right(encoding, text):
    page = f'<html><head><meta charset="{encoding}"></head><body><p>{text.strip()}</p></body></html>'
    found = reads(page.encode(encoding))

    assert [text.strip()] == texts(found)
    assert [] == causes(found)


@pytest.mark.parametrize(("encoding", "text"), [e for e in ENCODED if e[0] not in ("iso-8859-2", "windows-1254")])
def test_an_undeclared_legacy_encoding_is_detected(encoding, text):
    assert [text.strip()] == texts(reads(text.encode(encoding), "a.txt"))


def as_iscii(text: str) -> bytes:
    """The bytes of a Devanagari text in ISCII, by turning the reader's table round."""
    meant = {iscii.decoded(bytes([byte])): byte for byte in range(0xA1, 0xFB) if byte not in (0xEF, 0xF0)}
    return bytes(meant.get(ch, ord(ch) if ord(ch) < 0x80 else 0x3F) for ch in text)


HINDI = "रुरिटानिया और फ्रीडोनिया बंदरगाह समझौते का मसौदा तैयार करने पर सहमत हुए। मंत्री फिर मिलेंगे।"


def test_a_hindi_page_of_the_iscii_years_is_read():
    page = b"<html><head><meta charset='x-iscii-de'></head><body><p>" + as_iscii(HINDI) + b"</p></body></html>"

    assert [HINDI] == texts(reads(page))
    assert [HINDI] == texts(reads(as_iscii(HINDI), "a.txt"))


@pytest.mark.parametrize(("encoding", "text"), ENCODED[:-2])
def test_no_other_encoding_is_taken_for_iscii(encoding, text):
    assert not iscii.is_likely(text.encode(encoding))


FONTED = "Hkkjr vkSj tkiku us le>kSrs ij gLrk{kj fd, gSaA ea=h fQj feysaxsA"
ASKING = [
    "<p><font face='Kruti Dev 010'>{}</font></p>",
    "<style>p {{ font-family: 'Kruti Dev 010', Mangal; }}</style><p>{}</p>",
    "{{\\rtf1\\ansi{{\\fonttbl{{\\f0\\fnil Kruti Dev 010;}}}}\\f0 {}\\par}}",
]


@pytest.mark.parametrize("frame", ASKING)
def test_a_hindi_text_of_a_font_from_before_unicode_is_told(frame):
    """Its letters are Latin and mean Devanagari only in that font: read as it stands, it is no language."""
    [problem] = [p for r in reads(frame.format(FONTED).encode()) for p in r.problems]

    assert "written for the font Kruti Dev 010" in problem.what


@pytest.mark.parametrize("page", [ASKING[1].format(HINDI), "<p>The font Kruti Dev was taught in Delhi for years.</p>"])
def test_a_font_that_is_only_named_is_no_problem(page):
    assert not [p for r in reads(page.encode()) for p in r.problems]


def test_a_page_saved_as_utf8_is_read_so_whatever_it_declares():
    page = (
        "<meta charset='iso-8859-15'><p>La Fredonie a décidé de négocier un accord à la rencontre d'été à Strelsau.</p>"
    )

    assert ["La Fredonie a décidé de négocier un accord à la rencontre d'été à Strelsau."] == texts(
        reads(page.encode())
    )


@pytest.mark.parametrize(
    "unit", [" ", "\n", " \n", "\u200d", "[", "![", "<!--", "<a href=x>", "&", "date ", "A-\n", "- ", "a: b\n"]
)
@pytest.mark.parametrize(
    "frame",
    ["{}", "# head\n\n{}", "<body><p>{}", "<rss><item><title>a</title><description>{}</description></item></rss>"],
)
def test_what_repeats_itself_takes_no_longer_than_it_is_long(unit: str, frame: str):
    """Patterns that go back and forth would take minutes over these 60,000 characters."""
    data = frame.format(unit * (60_000 // len(unit))).encode()
    start = time.process_time()
    found = reads(data, "repeated.md")

    assert found
    assert time.process_time() - start < 5
