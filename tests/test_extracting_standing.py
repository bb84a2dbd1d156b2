"""How a document's parties stand in it."""

from __future__ import annotations

import pytest

from servanda.extracting.candidates import candidates
from servanda.extracting.extractor import Setting, describe_phrase, settle_parties
from servanda.extracting.standing import LONG_AGO, Standing, sorts
from servanda.extracting.surroundings import document_features, sentence_features
from servanda.language.mentions import Reading, read

TEXT = (
    "Norway and Peru opened talks. Norway has asked for a treaty. It rained. It rained again. "
    "The treaty is ready. Chile sent a letter to Norway."
)


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read(TEXT, "en")


def test_the_party_most_named_stands_first(reading: Reading) -> None:
    assert "NOR" == Standing.of(reading).ranking[0]


def test_the_title_is_the_first_sentence(reading: Reading) -> None:
    assert {"NOR", "PER"} == Standing.of(reading).title


def test_shares_are_tenths_of_all_that_is_named(reading: Reading) -> None:
    standing = Standing.of(reading)
    assert 10 == standing.share(("NOR", "PER", "CHL"))
    assert standing.share(("CHL",)) == standing.least(("NOR", "CHL")) < standing.share(("NOR",))


def test_a_party_unnamed_has_no_share(reading: Reading) -> None:
    assert 0 == Standing.of(reading).share(("JPN",))


def test_it_is_known_how_long_ago_a_party_was_named(reading: Reading) -> None:
    standing = Standing.of(reading)
    assert [0, 0, 1, 2, 3, 0] == [standing.since("NOR", i) for i in range(6)]
    assert LONG_AGO == standing.since("CHL", 4)


def test_a_text_without_parties_has_a_standing_too() -> None:
    assert 0 == Standing.of(read("It rained.", "en")).share(("NOR",))


@pytest.mark.parametrize(
    ("codes", "told"),
    [(("NOR",), "s"), (("IMF", "PER"), "bs"), (("IMF", "WB"), "bb"), (("A", "B", "C", "D", "E"), "ssss")],
)
def test_states_are_told_from_bodies_of_states(codes: tuple[str, ...], told: str) -> None:
    assert told == sorts(codes)


def test_thin_texts_are_told_from_thick_ones(reading: Reading) -> None:
    thin = read("Norway lost to Peru. It rained. It rained. It rained. It rained. It rained. The crowd left.", "en")
    assert "doc.heads:0" in document_features(thin)
    assert "doc.heads:0" not in document_features(reading)


def test_a_sentence_tells_of_those_beside_it(reading: Reading) -> None:
    told = sentence_features(reading.sentences[1], 6, reading.sentences)
    assert "before-it.head:meeting" in told
    assert not any(f.startswith("before-it") for f in sentence_features(reading.sentences[0], 5, reading.sentences))


def test_features_are_words_the_same_each_time(reading: Reading) -> None:
    def told() -> list[list[str]]:
        setting = Setting.of(TEXT, "en", None, None)
        found = [*candidates(setting.reading)]
        for c in found:
            describe_phrase(c, setting)
            settle_parties(c, setting, set(), {})
        return [c.all_features() for c in found]

    assert told() == told()
    assert all(isinstance(f, str) for features in told() for f in features)
