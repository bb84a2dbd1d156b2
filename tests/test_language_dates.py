"""What dates become, and what they must not become, in each language."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.language.dates import DateMention, dates_in
from servanda.language.dates_words import table
from servanda.language.edtf import bounds, ends_later, is_edtf, later
from servanda.model import Span

HERE = Path(__file__).parent
LANGUAGES = ("en", "hi", "fr", "it", "ru", "ja", "ko")
TUESDAY = "2024-11-19"


def cases() -> Iterator[tuple[str, str, str, str, str, str]]:
    for language in LANGUAGES:
        file = HERE / "cases" / f"dates_{language}.toml"
        for text, anchor, words, right, wrong in tomllib.loads(file.read_text("utf-8"))["cases"]:
            yield language, text, anchor, words, right, wrong


ALL = list(cases())


def said(text: str, mention: DateMention) -> str:
    return text[mention.span.start : mention.span.stop]


def only(text: str, language: str = "en", anchor: str | None = TUESDAY) -> DateMention:
    [mention] = dates_in(text, language, anchor)
    return mention


@pytest.mark.parametrize(("language", "text", "anchor", "words", "right", "wrong"), ALL)
def test_words_become_their_date_and_no_other(
    language: str, text: str, anchor: str, words: str, right: str, wrong: str
) -> None:
    mentions = dates_in(text, language, anchor or None)

    assert wrong not in {m.value for m in mentions}
    if not words:
        assert [] == [said(text, m) for m in mentions if m.precision != "duration"]
        return
    [mention] = [m for m in mentions if said(text, m) == words] or pytest.fail(str([said(text, m) for m in mentions]))
    assert (None if right == "-" else right) == mention.value
    assert (right == "-") == bool(mention.reason)


def test_there_are_enough_cases() -> None:
    count = {language: sum(case[0] == language for case in ALL) for language in LANGUAGES}

    assert 200 <= len(ALL)
    assert 60 <= count["en"]
    assert 40 <= count["hi"]
    assert all(20 <= count[language] for language in LANGUAGES)


# --- both tenses --------------------------------------------------------------------------------------


def test_a_weekday_keeps_both_readings() -> None:
    mention = only("They meet on Wednesday.")

    assert ("2024-11-13", "2024-11-20") == (mention.past, mention.future)
    assert mention.weekday
    assert mention.relative


def test_a_weekday_equal_to_the_documents_own_is_that_day_in_both_tenses() -> None:
    mention = only("They meet on Tuesday.")

    assert (TUESDAY, TUESDAY) == (mention.past, mention.future)


def test_hindi_kal_is_yesterday_or_tomorrow() -> None:
    mention = only("वे कल जम्मू जाएंगे।", "hi", "2020-01-09")

    assert ("2020-01-08", "2020-01-10") == (mention.past, mention.future)


def test_hindi_parson_is_two_days_off_either_way() -> None:
    mention = only("वे परसों जाएंगे।", "hi", "2020-01-09")

    assert ("2020-01-07", "2020-01-11") == (mention.past, mention.future)


def test_a_month_without_a_year_keeps_both_readings() -> None:
    mention = only("They meet in March.")

    assert ("2024-03", "2025-03") == (mention.past, mention.future)


def test_the_end_of_a_month_is_the_month_when_past_and_its_last_day_when_due() -> None:
    mention = only("at the end of August", anchor="2025-08-20")

    assert ("2025-08", "2025-08-31") == (mention.past, mention.future)


def test_two_days_apart_joined_by_and_are_no_stretch() -> None:
    assert "2024-03-11/2024-03-25" not in {m.value for m in dates_in("on 11 and 25 March 2024", "en", None)}
    assert ["2024-03-11/2024-03-12"] == [m.value for m in dates_in("on 11 and 12 March 2024", "en", None)]


# --- relations and lengths ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "relation"),
    [
        ("by March", "en", "by"),
        ("before the end of May 2025", "en", "by"),
        ("until 2026", "en", "till"),
        ("since 2019", "en", "since"),
        ("from Wednesday", "en", "from"),
        ("around 2027", "en", "about"),
        ("मार्च के अंत तक", "hi", "by"),
        ("बुधवार से", "hi", "from"),
        ("entro il 2030", "it", "by"),
        ("depuis 2019", "fr", "since"),
        ("до конца 2025 года", "ru", "by"),
        ("2030年までに", "ja", "by"),
        ("2019년부터", "ko", "from"),
    ],
)
def test_a_relation_is_kept(text: str, language: str, relation: str) -> None:
    assert relation == only(text, language).relation


def test_around_a_year_is_marked_approximate() -> None:
    assert "2027~" == only("It opens around 2027.").value


def test_a_visit_of_three_days_from_wednesday_gives_its_length_and_its_beginning() -> None:
    length, begin = dates_in("They are to pay a three-day visit from Wednesday.", "en", "2022-09-06")

    assert ("P3D", "duration") == (length.value, length.precision)
    assert ("2022-09-07", "from") == (begin.future, begin.relation)


def test_the_state_decides_when_a_fiscal_year_begins() -> None:
    text = "exports in FY 2024-25"

    [indian] = dates_in(text, "en", None, state="IND")
    [unknown] = dates_in(text, "en", None)

    assert "2024-04/2025-03" == indian.value
    assert "2024/2025" == unknown.value


def test_the_end_of_a_fiscal_year_of_nobody_is_absent_and_says_why() -> None:
    mention = only("by the end of this fiscal year")

    assert mention.value is None
    assert "fiscal" in mention.reason


def test_a_quarter_of_a_fiscal_year_begins_with_it() -> None:
    [mention] = dates_in("exports rose in Q1 FY25", "en", None, state="IND")

    assert "2024-04/2024-06" == mention.value


def test_an_american_fiscal_year_is_named_by_its_end() -> None:
    [mention] = dates_in("in fiscal year 2025", "en", None, state="USA")

    assert "2024-10/2025-09" == mention.value


# --- offsets and bad input ----------------------------------------------------------------------------


def test_offsets_are_into_the_whole_text() -> None:
    text = "Before. It was signed on 9 October 2023. After 2019."
    [mention] = dates_in(text, "en", None, 8, 40)

    assert "9 October 2023" == said(text, mention)


def test_joiners_inside_words_do_not_hide_a_date() -> None:
    text = "बैठक 9 अक्\u200dटूबर 2023 को हुई।"
    mention = only(text, "hi", None)

    assert "2023-10-09" == mention.value
    assert "9 अक्\u200dटूबर 2023" == said(text, mention)


def test_a_language_without_a_pack_reads_days_in_digits_only() -> None:
    assert ["2024-10-09"] == [m.value for m in dates_in("2024-10-09, lundi, 9 October", "xx", TUESDAY)]


def test_the_31st_of_february_is_no_date() -> None:
    assert [] == [m for m in dates_in("on 31 February 2024", "en", None) if m.precision == "day"]


def test_an_anchor_that_is_no_day_is_none() -> None:
    assert only("last month", anchor="2024-11").value is None


PIECES = st.sampled_from(
    (
        *(
            "9",
            "October",
            "2023",
            "by",
            "the end of",
            "year",
            "next",
            "March",
            "May",
            ",",
            "-",
            "(",
            ")",
            "last",
            "week",
        ),
        *("31", "to", "from", "two", "ago", "FY", "2024-25", "Friday", "early", "12/13/2024", "½", "²", "٣", "\u200d"),
        *("𝟛", "é", "İ", "first", "quarter", "of", "between", "and", "since", "within", "mid", "1990s", "0", "9999"),
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12), st.sampled_from(LANGUAGES), st.sampled_from([None, TUESDAY, "2024-02-29"]))
def test_mentions_lie_within_the_text_in_order_and_apart(pieces: list[str], language: str, anchor: str | None) -> None:
    text = " ".join(pieces)
    mentions = dates_in(text, language, anchor)

    reached = 0
    for mention in mentions:
        assert reached <= mention.span.start < mention.span.stop <= len(text)
        reached = mention.span.stop
    assert mentions == dates_in(text, language, anchor)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12), st.sampled_from([None, TUESDAY, "2024-02-29"]))
def test_every_value_is_edtf_with_ordered_bounds_or_says_why_it_is_absent(
    pieces: list[str], anchor: str | None
) -> None:
    for mention in dates_in(" ".join(pieces), "en", anchor):
        assert (mention.value is None) == bool(mention.reason)
        for value in (mention.value, mention.past, mention.future):
            if value is None or mention.precision == "duration":
                continue
            assert is_edtf(value), value
            first, last = bounds(value)
            assert first is not None
            assert last is not None
            assert first <= last


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_any_text_is_read_without_harm(text: str, language: str) -> None:
    assert all(m.span.stop <= len(text) for m in dates_in(text, language, TUESDAY))


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)), st.sampled_from(LANGUAGES))
def test_an_iso_day_is_itself_in_every_language(day: date, language: str) -> None:
    assert [day.isoformat()] == [m.value for m in dates_in(day.isoformat(), language, None)]


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)), st.integers(0, 6))
def test_the_past_weekday_is_at_most_six_days_back_and_the_future_one_six_ahead(anchor: date, number: int) -> None:
    name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[number]
    mention = only(f"on {name}", anchor=anchor.isoformat())
    past, future = (date.fromisoformat(str(v)) for v in (mention.past, mention.future))

    assert (number, number) == (past.weekday(), future.weekday())
    assert anchor - timedelta(6) <= past <= anchor <= future <= anchor + timedelta(6)


# --- edtf ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edtf", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-11-18", "2024-11-18", "2024-11-18"),
        ("2025/2029", "2025-01-01", "2029-12-31"),
        ("../2025-12-31", None, "2025-12-31"),
        ("2023/..", "2023-01-01", None),
        ("199X", "1990-01-01", "1999-12-31"),
        ("2027~", "2027-01-01", "2027-12-31"),
        ("2025-22", "2025-06-01", "2025-08-31"),
        ("2025-24", "2025-12-01", "2026-02-28"),
        ("2025-33", "2025-01-01", "2025-03-31"),
        ("soon", None, None),
    ],
)
def test_bounds_are_the_first_and_last_possible_day(edtf: str, first: str | None, last: str | None) -> None:
    assert (first, last) == tuple(day and day.isoformat() for day in bounds(edtf))


@pytest.mark.parametrize("text", ["2024-13", "2024-02-30", "2025/2019", "", "..", "../..", "24", "P3D", "2024-10-9"])
def test_what_is_no_edtf(text: str) -> None:
    assert not is_edtf(text)


def test_later_means_surely_later() -> None:
    assert later("2025", "2024-12-31")
    assert not later("2024-12", "2024")


def test_a_due_date_that_slipped_ends_later() -> None:
    assert ends_later("2026", "2025-12-31")
    assert ends_later("2025/..", "2025")
    assert not ends_later("2025-06", "2025")


# --- packs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pack_names_all_months_and_weekdays(language: str) -> None:
    words = table(language)["words"]
    months = {**words.get("month", {}), **table(language).get("cased", {}).get("maybe_month", {})}

    assert language in ("ja", "ko") or {str(n) for n in range(1, 13)} <= set(months)
    assert {str(n) for n in range(1, 8)} <= set(words["weekday"])


@pytest.mark.skipif(not os.environ.get("CI"), reason="reads ../shared, which stands beside the project only in CI")
def test_the_mentions_contain_nearly_all_dates_of_the_gold() -> None:
    bench = HERE.parent / "bench" / "bench_dates.py"
    out = subprocess.run([sys.executable, str(bench)], capture_output=True, text=True, check=True).stdout

    assert 0.90 <= float(out.split()[-1])


def test_a_mention_is_frozen() -> None:
    mention = DateMention(Span(0, 4), "2024", "year")
    with pytest.raises(AttributeError):
        mention.value = "2025"  # type: ignore[misc]
