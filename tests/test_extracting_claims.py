"""What the extractor says of reports in our own wording; each report is its test's docstring.

A report's first line may give its date, as raw texts do (" date 2025-03-05").
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from servanda.extracting.extractor import extract
from servanda.model import Claim, Document, Kind, Stage
from servanda.reading import read_bytes

Claims = tuple[Claim, ...]


def document_of(text: str) -> Document:
    [got] = read_bytes(text.encode(), "report.txt")
    assert got.document is not None
    return got.document


def report_of(test: Callable[..., None]) -> str:
    """Return a test's docstring as a raw text: a first line with a date has a blank before it."""
    words = inspect.getdoc(test) or ""
    return f" {words}" if words.startswith("date ") else words


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Document:
    return document_of(report_of(request.function))


@pytest.fixture
def claims(report: Document) -> Claims:
    return extract(report).claims


def of_kind(claims: Claims, kind: Kind) -> list[Claim]:
    return [claim for claim in claims if claim.kind == kind]


def about(claims: Claims, words: str) -> list[Claim]:
    """Return the claims of whose titles or quotations the words are a part."""
    return [c for c in claims if words in c.title.lower()] or [
        c for c in claims if any(words in q.words.lower() for q in c.quotations)
    ]


# ---- dates ---------------------------------------------------------------------------------------


def test_a_weekday_in_an_undated_text_gives_no_date(report: Document, claims: Claims) -> None:
    """
    The Defence Ministers of India and South Korea held talks in Seoul on Thursday.
    India and South Korea signed a memorandum of understanding on Friday.
    """
    assert report.date is None
    assert claims
    assert {None} == {claim.when for claim in claims} | {claim.due for claim in claims}


def test_a_weekday_in_a_dated_text_is_the_nearest_one(claims: Claims) -> None:
    """
    date 2025-03-05
    The Defence Ministers of India and South Korea held talks in Seoul on Monday.
    """
    [talks] = of_kind(claims, Kind.MEETING)

    assert "2025-03-03" == talks.when


def test_by_the_end_of_the_year_is_due_on_its_last_day(claims: Claims) -> None:
    """
    date 2025-03-05
    India and Belgium agreed to finalise a defence cooperation framework by the end of the year.
    """
    [framework] = about(claims, "framework")

    assert "2025-12-31" == framework.due
    assert framework.when is None


def test_by_the_end_of_the_year_is_nothing_in_an_undated_text(claims: Claims) -> None:
    """
    India and Belgium agreed to finalise a defence cooperation framework by the end of the year.
    """
    assert {None} == {claim.due for claim in claims}


def test_last_month_is_the_month_before_the_documents(claims: Claims) -> None:
    """
    date 2024-11-19
    Last month the navies of India and Italy carried out a joint exercise off the coast of Goa.
    """
    [exercise] = of_kind(claims, Kind.EXERCISE)

    assert "2024-10" == exercise.when
    assert Stage.DONE == exercise.stage


def test_a_visit_of_three_days_from_wednesday_begins_on_that_day(claims: Claims) -> None:
    """
    date 2022-09-06
    The Indian Defence Minister will pay a three-day visit to Japan from Wednesday.
    """
    [visit] = [c for c in claims if c.form == "visit"]

    assert visit.due is not None
    assert visit.due.startswith("2022-09-07")
    assert Stage.AGREED == visit.stage


# ---- stages --------------------------------------------------------------------------------------


def test_what_was_agreed_to_be_negotiated_is_not_signed(claims: Claims) -> None:
    """
    date 2024-11-19
    India and Italy agreed to negotiate a roadmap for their defence industries and an agreement on ports.
    """
    instruments = of_kind(claims, Kind.INSTRUMENT)

    assert Stage.NEGOTIATING in {claim.stage for claim in instruments}
    assert Stage.SIGNED not in {claim.stage for claim in instruments}


NOT_SIGNED = """
    could sign, may sign, would sign, hope to sign, are expected to sign, are likely to sign, plan to sign, can sign,
    are considering signing, might have signed, refused to sign, failed to sign, have yet to sign, have not yet signed,
    did not sign, never signed, are ready to sign, should sign, were to have signed, put off signing,
    deny that they signed
"""


@pytest.mark.parametrize("words", [words.strip() for words in NOT_SIGNED.split(",")])
def test_a_hedge_or_a_denial_never_promotes_to_signed(words: str) -> None:
    report = f"India and Japan {words} an agreement on joint production of drones."
    stages = {claim.stage for claim in extract(document_of(report)).claims}

    assert set() == stages & {Stage.SIGNED, Stage.ACTIVE, Stage.DONE}


DENIALS = {
    "hi": "भारत और जापान ने समझौते पर हस्ताक्षर नहीं किए।",
    "it": "L'Italia e l'India non hanno firmato il memorandum d'intesa.",
    "fr": "La France et l'Inde n'ont pas signé le mémorandum d'entente.",
    "ja": "日本とインドは覚書に署名しなかった。",
    "ko": "한국과 인도는 양해각서에 서명하지 않았다.",
    "ru": "Россия и Индия не подписали меморандум.",
}


@pytest.mark.parametrize("language", sorted(DENIALS))
def test_what_was_not_signed_is_not_signed_in_any_language(language: str) -> None:
    stages = {claim.stage for claim in extract(Document(DENIALS[language], language=language)).claims}

    assert set() == stages & {Stage.SIGNED, Stage.ACTIVE, Stage.DONE}


def test_what_was_signed_is_signed(claims: Claims) -> None:
    """
    date 2025-04-12
    India and Italy signed a memorandum of understanding on defence cooperation in Rome on Thursday.
    """
    [mou] = of_kind(claims, Kind.INSTRUMENT)

    assert Stage.SIGNED == mou.stage
    assert "mou" == mou.form
    assert "2025-04-10" == mou.when
    assert ("IND", "ITA") == mou.parties


def test_agreements_signed_without_a_name_are_a_claim_without_an_invented_one(report: Document, claims: Claims) -> None:
    """
    date 2025-03-05
    During the economic mission of Belgium to India, several important agreements were signed by the two countries.
    """
    [signed] = of_kind(claims, Kind.INSTRUMENT)

    assert Stage.SIGNED == signed.stage
    assert signed.title in report.text
    assert signed.under is None


def test_a_title_ends_where_a_second_verb_begins(claims: Claims) -> None:
    """
    date 2026-03-05
    Norway and Chile are negotiating an agreement on fisheries and aquaculture and expect to conclude it by the end of
    the year.
    """
    [agreement] = of_kind(claims, Kind.INSTRUMENT)
    assert "agreement on fisheries and aquaculture" == agreement.title


# ---- who offers ----------------------------------------------------------------------------------


def test_the_side_that_offers_stands_in_by(claims: Claims) -> None:
    """
    date 2024-11-19
    Norway has proposed an agreement on fisheries to Peru.
    """
    [proposed] = of_kind(claims, Kind.INSTRUMENT)

    assert ("NOR",) == proposed.by


def test_what_both_agreed_has_no_single_doer(claims: Claims) -> None:
    """
    date 2024-11-19
    Norway and Peru agreed to sign a memorandum of understanding on fisheries.
    """
    [agreed] = of_kind(claims, Kind.INSTRUMENT)

    assert () == agreed.by


# ---- parties -------------------------------------------------------------------------------------


def test_a_corridors_name_makes_no_party(claims: Claims) -> None:
    """
    date 2024-11-19
    India and Italy signed an agreement on the India - Middle East - Europe Economic Corridor.
    """
    assert claims
    assert {("IND", "ITA")} == {claim.parties for claim in claims}


def test_an_ocean_is_no_party(claims: Claims) -> None:
    """
    date 2024-11-19
    France and Japan agreed to hold a joint exercise in the Indian Ocean.
    """
    [exercise] = of_kind(claims, Kind.EXERCISE)

    assert ("FRA", "JPN") == exercise.parties


def test_both_sides_are_the_parties_of_the_report(claims: Claims) -> None:
    """
    date 2025-03-05
    The Defence Ministers of India and Belgium met in New Delhi on Wednesday.
    Both sides agreed to set up a joint working group on maritime security.
    """
    groups = about(claims, "working group")

    assert {("BEL", "IND")} == {group.parties for group in groups}


def test_a_capital_that_speaks_is_its_state_and_no_claim_without_a_second(claims: Claims) -> None:
    """
    date 2025-03-05
    New Delhi said that its parliament would debate the budget next week.
    """
    assert () == claims


# ---- whole documents -----------------------------------------------------------------------------


def test_a_text_printed_twice_is_counted_once(claims: Claims) -> None:
    """
    date 2022-09-06
    India and Japan signed a memorandum of understanding on shipbuilding in Tokyo.
    India and Japan agreed to hold a joint naval exercise next year.

    India and Japan signed a memorandum of understanding on shipbuilding in Tokyo.
    India and Japan agreed to hold a joint naval exercise next year.
    """
    assert 1 == len(of_kind(claims, Kind.INSTRUMENT))
    assert 1 == len(of_kind(claims, Kind.EXERCISE))


def test_a_headline_and_its_report_are_one_claim(claims: Claims) -> None:
    """
    India, Vietnam sign pact on logistics

    India and Vietnam signed a pact on mutual logistics support in Hanoi on 8 June 2022.
    """
    [pact] = of_kind(claims, Kind.INSTRUMENT)

    assert "2022-06-08" == pact.when


def test_claims_come_in_the_order_of_the_text(claims: Claims) -> None:
    """
    date 2025-03-05
    India and France signed a logistics agreement in Paris. India and France agreed to hold a joint exercise in 2026.
    The two countries also agreed to set up a joint centre for cyber security.
    """
    starts = [min(q.start for q in claim.quotations) for claim in claims]

    assert 2 <= len(claims)
    assert sorted(starts) == starts


@pytest.mark.parametrize(
    "words",
    [
        "Police in Mumbai arrested two men after a robbery at a jewellery shop on Tuesday.",
        "India beat Australia by six wickets in the third match at Perth on Sunday.",
        "The Finance Minister presented the budget to parliament and promised lower taxes.",
        "Heavy rain flooded the streets of Chennai, and schools stayed closed on Monday.",
    ],
)
def test_home_affairs_crime_and_sport_hold_no_claim(words: str) -> None:
    assert () == extract(document_of(words)).claims


def test_a_language_without_a_pack_gives_no_claims_and_says_so() -> None:
    found = extract(Document("Svenska och finska ministrar undertecknade ett avtal.", language="sv"))

    assert () == found.claims
    assert ["no-pack"] == [problem.cause for problem in found.problems]


# ---- what a claim can show -----------------------------------------------------------------------


def test_each_claim_can_say_which_head_and_cue_made_it(claims: Claims) -> None:
    """
    date 2025-04-12
    India and Italy signed a memorandum of understanding on defence cooperation in Rome on Thursday.
    """
    [mou] = of_kind(claims, Kind.INSTRUMENT)

    assert mou.because["kind"].startswith("head en.mou")
    assert mou.because["stage"].startswith("cue en.")
    assert "parties" in mou.because


def test_each_slot_with_words_has_their_span(report: Document, claims: Claims) -> None:
    """
    date 2025-04-12
    India and Italy signed a memorandum of understanding on frigates in Rome on Thursday.
    """
    [mou] = of_kind(claims, Kind.INSTRUMENT)
    [when] = mou.slots["when"]

    assert "Thursday" in report.text[when.start : when.stop]
    assert mou.title in report.text


def test_the_rules_alone_still_give_claims(report: Document) -> None:
    """
    date 2025-03-05
    India and Italy signed a memorandum of understanding on defence cooperation in Rome.
    India and Italy agreed to hold a joint exercise in 2026.
    """
    found = extract(report, {}).claims

    assert {Kind.INSTRUMENT, Kind.EXERCISE} <= {claim.kind for claim in found}
    assert {("IND", "ITA")} == {claim.parties for claim in found}
    assert all(claim.verified_against(report) for claim in found)


def test_doubtful_claims_ask_for_review_and_sure_ones_do_not(claims: Claims) -> None:
    """
    date 2025-04-12
    India and Italy signed a memorandum of understanding on defence cooperation in Rome on Thursday.
    Observers in Rome think that a deal between India and Italy on pilot training is one day possible.
    """
    [sure] = [c for c in claims if c.form == "mou"]

    assert not sure.review
    assert all(claim.review == (claim.confidence < sure.confidence) for claim in claims if claim.review)


def test_the_same_report_gives_the_same_claims_again(report: Document, claims: Claims) -> None:
    """
    date 2025-03-05
    India and France signed a logistics agreement in Paris. India and France agreed to hold a joint exercise in 2026.
    """
    assert claims == extract(report).claims
    assert [claim.id for claim in claims] == [claim.id for claim in extract(report).claims]


def test_a_sentence_printed_twice_tells_one_thing_however_far_apart() -> None:
    said = "India and France signed an agreement on fisheries in Paris on Monday."
    between = " ".join(f"The minister of trade of Peru met his counterpart of Chile in round {n}." for n in range(40))
    document = Document(text=f"{said} {between} {said}", date="2024-11-19", language="en")

    [signed] = [c for c in extract(document).claims if c.kind == Kind.INSTRUMENT]

    assert 2 == len(signed.quotations)
