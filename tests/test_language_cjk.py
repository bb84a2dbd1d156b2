"""What the language core knows of scripts without blanks (Japanese) and of words with particles (Korean)."""

from __future__ import annotations

import pytest

from servanda.extracting.candidates import candidates
from servanda.extracting.parties import choices
from servanda.extracting.standing import Standing
from servanda.language.mentions import read
from servanda.language.packs import lexicon, longest, pack
from servanda.language.people import people_in
from servanda.language.sentences import sentences_in, words_in


def found(language: str, layer: str, text: str) -> list[tuple[str, str]]:
    """Return (words, value) of the longest matches of a layer."""
    hits = longest(h for h in lexicon(language).hits(text) if h.entry.layer == layer)
    return [(text[h.start : h.stop], h.entry.value) for h in hits if h.entry.value]


def people(language: str, text: str) -> list[tuple[str, str]]:
    return [(p.name, p.code) for p in people_in(read(text, language).sentences[0], text, pack(language))]


def test_letters_of_ascii_end_where_other_signs_begin() -> None:
    assert [("EU", "EU")] == found("ja", "party", "日EU以外のEUと話した"[5:])
    assert [] == found("ja", "party", "NEUTRALと書いた")


def test_letters_of_full_width_are_the_same_letters() -> None:
    assert [("ＥＵ", "EU"), ("ＮＡＴＯ", "NATO")] == found("ja", "party", "ＥＵとＮＡＴＯが声明を出した")


def test_a_word_of_two_states_names_both() -> None:
    mentions = read("日印両国は協定に署名した。", "ja").sentences[0].parties

    assert ["IND", "JPN"] == [m.code for m in mentions]


def test_kana_are_a_particle_only_behind_a_word_written_otherwise() -> None:
    """The first と joins two names; the second belongs to こと, the third to とても."""
    marks = read("日本とインドのことは、とても大切だ。", "ja").sentences[0].marks

    assert [2] == [m.start for m in marks["with"]]
    assert "of" not in marks


def test_a_korean_word_is_found_under_its_particles_and_without_them() -> None:
    assert [("인도", "IND")] == found("ko", "party", "인도와의 관계")
    assert [] == found("ko", "party", "인도양에서 훈련했다")


def test_the_particle_behind_a_korean_name_is_a_mark_of_its_own() -> None:
    sentence = read("한국은 인도와 협정에 서명했다.", "ko").sentences[0]

    assert sentence.mark_after("with", sentence.parties[1].stop, 0) is not None


@pytest.mark.parametrize(
    ("text", "count"),
    [("協力覚書に署名した", 5), ("サプライチェーンの強化", 3), ("two words", 2), ("두 단어", 2)],
)
def test_words_without_blanks_are_counted_by_script_and_by_two_han_signs(text: str, count: int) -> None:
    assert count == len(words_in(text, 0, len(text)))


def test_a_full_stop_within_a_quotation_that_goes_on_ends_no_sentence() -> None:
    text = "首相は「協力する。」と述べた。会談は終わった。"

    assert ["首相は「協力する。」と述べた。", "会談は終わった。"] == [text[a:b] for a, b in sentences_in(text, "ja")]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ja", "日本の山田花子防衛相はフィリピンのサントス国防相と会談。", [("山田花子", "JPN"), ("サントス", "PHL")]),
        ("ja", "スハルディ・インドネシア大統領を迎えた。", [("スハルディ", "IDN")]),
        ("ja", "両国外相が会談した。", []),
        ("ko", "정하늘 국방부 장관은 노바크 폴란드 국방장관과 만났다.", [("정하늘", "KOR"), ("노바크", "POL")]),
        ("ko", "양국 장관은 만났다.", []),
    ],
)
def test_a_name_stands_before_its_office(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert expected == people(language, text)


@pytest.mark.parametrize("language", ["ja", "ko"])
@pytest.mark.parametrize(("table", "layer"), [("heads", "head"), ("cues", "cue")])
def test_each_example_matches_its_entry_and_no_reject_does(language: str, table: str, layer: str) -> None:
    for entry in pack(language).settings(table).get(layer, ()):
        for example in entry.get("examples", ()):
            assert entry["id"] in matched(language, layer, example), (entry["id"], example)
        for reject in entry.get("rejects", ()):
            assert entry["id"] not in matched(language, layer, reject), (entry["id"], reject)


def matched(language: str, layer: str, text: str) -> set[str]:
    return {h.entry.id for h in longest(h for h in lexicon(language).hits(text) if h.entry.layer == layer)}


@pytest.mark.parametrize("language", ["ja", "ko"])
def test_lists_bear_the_names_that_the_english_pack_gives_them(language: str) -> None:
    assert set() == set(pack(language).marks()) - set(pack("en").marks())
    assert set(pack("en").settings("domains")["domains"]) == set(pack(language).settings("domains")["domains"])


@pytest.mark.parametrize("language", ["ja", "ko"])
@pytest.mark.parametrize("table", ["heads", "cues"])
def test_an_entry_that_has_an_english_twin_says_the_same(language: str, table: str) -> None:
    """Trained weights know entries by the part of the id that packs share."""
    layer = table.removesuffix("s")
    english = {e["id"].partition(".")[2]: e for e in pack("en").settings(table)[layer]}
    for entry in pack(language).settings(table)[layer]:
        twin = english.get(entry["id"].partition(".")[2])
        if twin is not None:
            told = [[e.get(key) for key in ("kind", "form", "part", "stage")] for e in (entry, twin)]
            assert told[1] == told[0], entry["id"]


def test_the_day_of_a_month_is_no_state() -> None:
    assert [("米国", "USA")] == found("ja", "party", "20日米国で会談した")
    assert [("ベトナム", "VNM")] == found("ja", "party", "同日、ベトナムで会談した")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "日中韓首脳が会談した。"),
        ("ja", "日本、中国、韓国の3カ国首脳は会談した。"),
        ("ko", "한국, 일본, 중국 정상은 회담했다."),
    ],
)
def test_parties_named_only_together_are_never_parted(language: str, text: str) -> None:
    reading = read(text, language)

    for candidate in candidates(reading):
        options = {c.parties for c in choices(candidate, reading, Standing.of(reading), set())}
        assert {("CHN", "JPN", "KOR")} == {o for o in options if set(o) <= {"CHN", "JPN", "KOR"}}


def test_parties_named_together_and_apart_may_be_parted() -> None:
    reading = read("日中韓首脳会談に先立ち、日本と中国の外相が会談した。", "ja")

    met = list(candidates(reading))[-1]
    assert ("CHN", "JPN") in {c.parties for c in choices(met, reading, Standing.of(reading), set())}
