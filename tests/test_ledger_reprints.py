"""One text printed by many papers."""

from __future__ import annotations

from servanda.ledger.reprints import alike, bands, signature

TEXT = " ".join(
    f"On day {n} the two ministers met in town {n * 7} and spoke of port number {n * 3}." for n in range(20)
)


def same(one: str, other: str) -> bool:
    first, second = signature(one), signature(other)
    return bool(set(bands(first)) & set(bands(second))) and alike(first, second)


def test_a_reprint_with_another_headline_and_a_cut_end_is_the_same_text():
    assert same(TEXT, "Exclusive from our reporter. " + TEXT[: int(len(TEXT) * 0.95)])


def test_case_and_spaces_do_not_matter():
    assert same(TEXT, "  ".join(TEXT.upper().split()))


def test_two_reports_of_one_event_in_other_words_are_two_texts():
    assert not same(
        TEXT, TEXT.replace("the two ministers met", "both sides held talks").replace("spoke of", "went over")
    )


def test_short_texts_are_reprints_only_where_they_are_equal():
    assert same("India and Italy signed.", "India and Italy signed")
    assert not same("India and Italy signed.", "India and Italy signed it.")


def test_a_hindi_text_is_compared_by_its_words():
    hindi = "भारत और इटली ने बंदरगाहों पर समझौता किया है और दोनों देश इसे अगले वर्ष लागू करेंगे ऐसा मंत्री ने कहा " * 3

    assert same(hindi, hindi.strip())
