"""What a model answers is read strictly: words of the report, of the codebook, of the form asked for, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking_server import claim, saying
from servanda.asking.answers import answered, code_of
from servanda.asking.cache import Given
from servanda.asking.client import Answer
from servanda.asking.quotations import Found, Page
from servanda.asking.reader import Read, Reader
from servanda.asking.settings import Settings
from servanda.model import Claim, Document, Span

TEXT = """India and Belgium signed a memorandum of understanding on ports in Brussels on Monday.
Minister Jan Peeters said the two countries may sign an agreement on space next year.
India and Belgium agreed to hold a joint naval exercise by March 2026.
"""
PORTS = "India and Belgium signed a memorandum of understanding on ports"


def read(answer: str, text: str = TEXT, language: str = "en", date: str | None = "2025-03-05") -> Read:
    """Return what becomes of an answer about a report."""
    document = Document(text, "Ports", date, language)
    reader = Reader.answered_by(Given({}, {"ports.txt": Answer(answer)}), Settings(model="small"))
    return reader.read(document, "ports.txt")


def claims(answer: str, **about: Any) -> tuple[Claim, ...]:
    return read(answer, **about).extraction.claims


def told(made: Read) -> str:
    return " ".join(map(str, made.extraction.problems))


# The form of an answer


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "Here is the JSON you asked for:\n```json\n{}\n```\nI hope that helps!",
        "<think>India {{and}} Belgium ...</think>\n{}",
        "\ufeff{}",
        "The claims are {{as follows}}: {}",
    ],
)
def test_prose_around_the_json_is_passed_over(around: str) -> None:
    assert 1 == len(claims(around.format(saying(claim()))))


def test_of_an_answer_that_was_cut_off_the_whole_claims_are_kept() -> None:
    cut = saying(claim(), claim(title="agreement on space", quotes=["an agreement on space"]))[:-30]

    made = read(cut)

    assert 1 == len(made.extraction.claims)
    assert "cut off" in told(made)
    assert not made.whole


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("", "holds no JSON"),
        ("I cannot help with that.", "holds no JSON"),
        ('{"result": []}', "JSON of another form"),
        ("[1, 2]", "JSON of another form"),
        ("null", "holds no JSON"),
        ('{"claims": {"kind": "meeting"}}', "JSON of another form"),
    ],
)
def test_an_answer_of_another_form_gives_nothing_and_is_told(answer: str, words: str) -> None:
    made = read(answer)

    assert () == made.extraction.claims
    assert words in told(made)
    assert not made.whole


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "friendship"},
        {"kind": None},
        {"stage": "nearly signed"},
        {"title": ""},
        {"title": 7},
        {"parties": []},
        {"parties": ["the sides", "XYZ"]},
        {"parties": {"a": 1}},
        {"quotes": []},
        {"quotes": [3, None]},
    ],
)
def test_a_claim_of_another_form_is_dropped_and_counted(wrong: dict[str, Any]) -> None:
    made = read(saying(claim(**wrong), claim(title="MoU on ports")))

    assert ["MoU on ports"] == [c.title for c in made.extraction.claims]
    assert "1 of the model's 2 claims were dropped" in told(made)


def test_a_finer_slot_that_is_no_word_of_the_codebook_is_left_out_and_noted() -> None:
    [made] = claims(saying(claim(form="handshake", domains=["transport", "sailing"], when="Monday", by=["FRA"])))

    assert (None, ("transport",), None, ()) == (made.form, made.domains, made.when, made.by)
    assert {"form", "domains", "when", "by"} <= made.because.keys()


def test_the_codebooks_words_may_be_written_otherwise() -> None:
    told = claim(
        kind="Instrument", stage="SIGNED", form="MoU", domains=["Defence Industry"], parties=["Belgium", "ind"]
    )
    [made] = claims(saying(told))

    assert ("instrument", "signed", "mou", ("defence-industry",)) == (made.kind, made.stage, made.form, made.domains)
    assert ("BEL", "IND") == made.parties


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("BEL", "BEL"),
        ("Belgium", "BEL"),
        ("the United Kingdom", "GBR"),
        ("eu", "EU"),
        ("Brussels", None),
        ("Belgian", None),
    ],
)
def test_a_party_is_known_by_code_or_name_and_by_nothing_else(name: str, code: str | None) -> None:
    assert code == code_of(name)


def test_the_same_claim_twice_is_one_claim() -> None:
    assert 1 == len(claims(saying(claim(), claim(), claim(title="Memorandum of understanding on ports"))))


def test_two_stages_of_a_thing_stay_two_claims() -> None:
    assert 2 == len(claims(saying(claim(), claim(stage="agreed"))))


# Quotations


def test_an_invented_quotation_drops_its_claim() -> None:
    made = read(saying(claim(quotes=["India and Belgium concluded a treaty of eternal friendship"])))

    assert () == made.extraction.claims
    assert "1 quoted words that are not in the report" in told(made)


def test_a_quotation_of_the_instruction_is_no_quotation() -> None:
    made = read(saying(claim(quotes=['in "agreed to negotiate a roadmap" the roadmap is negotiating'])))

    assert () == made.extraction.claims


def test_an_invented_quotation_beside_a_true_one_is_left_out_and_noted() -> None:
    [made] = claims(saying(claim(quotes=[PORTS, "the ministers shook hands warmly"])))

    assert [PORTS] == [q.words for q in made.quotations]
    assert "1 more quotation not in the report" in made.because["quotes"]


def test_a_quotation_in_another_language_is_none() -> None:
    hindi = "भारत और बेल्जियम ने बंदरगाहों पर समझौता ज्ञापन पर हस्ताक्षर किए।"

    assert () == claims(saying(claim(quotes=[PORTS])), text=hindi, language="hi")


def test_a_title_in_another_language_sends_a_claim_to_review() -> None:
    hindi = "भारत और बेल्जियम ने बंदरगाहों पर समझौता ज्ञापन पर हस्ताक्षर किए।"

    [made] = claims(saying(claim(quotes=[hindi])), text=hindi, language="hi")

    assert made.review
    assert "not in the words of the report" in made.because["title"]


@pytest.mark.parametrize(
    "quote",
    [
        "India and Belgium\n signed a  memorandum of understanding on ports",
        "india and belgium signed a memorandum of understanding on ports",
        "India and Belgium signed a “memorandum of understanding” on ports",
        "India and Bel\u200bgium signed a memorandum of understanding on ports",
    ],
)
def test_white_space_case_and_marks_may_differ(quote: str) -> None:
    [made] = claims(saying(claim(quotes=[quote])))

    assert [PORTS] == [q.words for q in made.quotations]
    assert not made.review


def test_one_clear_nearest_match_is_taken_and_marked() -> None:
    [made] = claims(saying(claim(quotes=["India and Belgium signed a memorandum of understandings on ports"])))

    assert made.review
    assert [PORTS] == [q.words for q in made.quotations]
    assert "inexactly" in made.because["quotes"]


def test_of_two_near_matches_none_is_taken() -> None:
    text = " ".join(f"India and Belgium signed the memorandum on ports of the {side}." for side in ("north", "south"))

    assert "absent" == Page(text).find(
        "India and Belgium sign the memorandum on ports of the soyth", Span(0, len(text))
    )


def test_a_near_match_has_the_same_numbers() -> None:
    text = "India and Belgium will hold the seventh exercise in March 2026 near Goa."

    assert "absent" == Page(text).find(
        "India and Belgium will hold the seventh exercise in March 2025 near Goa", Span(0, len(text))
    )


@pytest.mark.parametrize("quote", ["ports", "on", "India and Belgium " * 40])
def test_too_little_or_too_much_shows_nothing(quote: str) -> None:
    assert isinstance(Page(TEXT).find(quote, Span(0, len(TEXT))), str)


def test_parts_joined_by_dots_are_two_quotations() -> None:
    [made] = claims(saying(claim(quotes=["India and Belgium signed a memorandum [...] in Brussels on Monday"])))

    assert ["India and Belgium signed a memorandum", "in Brussels on Monday"] == [q.words for q in made.quotations]


# What our own code reads in the quoted words


def test_a_party_that_the_report_nowhere_names_is_doubted() -> None:
    [made] = claims(saying(claim(parties=["IND", "FRA"])))

    assert made.review
    assert "nowhere names FRA" in made.because["parties"]


def test_parties_that_the_quoted_words_do_not_name_are_doubted() -> None:
    text = TEXT + "France and Japan opened talks on minerals."

    [made] = claims(saying(claim(parties=["FRA", "JPN"])), text=text)

    assert made.review
    assert "the quoted words name BEL, EU, IND" in made.because["parties"]


def test_a_date_that_has_no_words_is_left_out() -> None:
    [made] = claims(saying(claim(when="2019-06-01")))

    assert made.when is None
    assert made.review
    assert "2019-06-01 was left out" in made.because["when"]


def test_a_date_that_the_words_give_is_kept_with_their_place() -> None:
    [made] = claims(saying(claim(when="2025-03-03")))

    assert "2025-03-03" == made.when
    assert not made.review
    assert "Monday" == "".join(TEXT[s.start : s.stop] for s in made.slots["when"])


def test_a_hedge_is_never_promoted_in_silence() -> None:
    quote = "the two countries may sign an agreement on space next year"

    [made] = claims(saying(claim(stage="signed", title="agreement on space", form="agreement", quotes=[quote])))

    assert made.review
    assert "the model signed" in made.because["stage"]


def test_a_name_that_the_report_has_no_words_for_is_left_out() -> None:
    [made] = claims(
        saying(claim(persons=["Jan Peeters", "Maria Rossi"], where="Brussels", under="Global Ports Initiative"))
    )

    assert (("Jan Peeters",), "Brussels", None) == (made.persons, made.where, made.under)
    assert not made.review


def test_a_language_without_a_pack_is_read_and_marked_as_unchecked() -> None:
    text = "India na Ubelgiji zilitia saini mkataba wa bandari mjini Brussels."

    [made] = claims(saying(claim(title="mkataba wa bandari", quotes=[text])), text=text, language="sw")

    assert "not checked" in made.because["language"]
    assert 0.7 > made.confidence


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*claim(), "claims", "x"]), inner, max_size=8)
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=200)
    | JSON.map(json.dumps)
    | st.lists(JSON, max_size=3).map(lambda made: json.dumps({"claims": made}))
)
def test_whatever_is_answered_no_claim_is_without_its_words(answer: str) -> None:
    made = read(answer)

    assert all(c.verified_against(Document(TEXT)) for c in made.extraction.claims)
    json.dumps([c.title for c in made.extraction.claims]).encode()


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(list(claim())), JSON, max_size=4))
def test_a_true_claim_with_any_slot_spoiled_is_sound_or_dropped(spoiled: dict[str, Any]) -> None:
    for made in claims(saying(claim(**spoiled))):
        assert made.verified_against(Document(TEXT))
        assert all(code.isupper() for code in made.parties)
        json.dumps([made.title, made.orgs, made.where]).encode()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aé ñ\n\u200b.“”भारतकि手को1 ", min_size=1, max_size=80), st.data())
def test_what_is_found_stands_where_it_is_said_to(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    found = Page(text).find(text[start:stop], Span(0, len(text)))

    if isinstance(found, Found):
        assert all(0 <= span.start < span.stop <= len(text) for span in found.spans)
    else:
        assert "absent" != found


def test_deep_nesting_is_no_json() -> None:
    assert "no JSON" == answered("[" * 100_000).fault
