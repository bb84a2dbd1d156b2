"""Clean text knows where it came from: anchors hold through every step."""

from __future__ import annotations

import html
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from servanda import reading
from servanda.model import Span
from servanda.reading.aligning import aligned, as_json, as_markup, as_markup_in_markup
from servanda.reading.cleaning import cleaned
from servanda.reading.tracing import Traced, composed, joined

WORDS = st.text(st.sampled_from("ab é\u0301ा्षक \u00a0\u200b\u00ad\r\n\t.,अहमद"), max_size=120)


def true_to(raw: str, traced: Traced) -> bool:
    """Whether every anchor lies in both texts, ascends, and pairs equal characters (or blanks)."""
    last = 0
    for here, there, run in traced.anchors:
        pairs = list(zip(traced.text[here : here + run], raw[there : there + run], strict=True))
        if here < last or len(pairs) != run or not all(a == b or a.isspace() for a, b in pairs):
            return False
        last = here + run
    return True


@settings(max_examples=200, deadline=None)
@given(WORDS, st.lists(st.tuples(st.integers(0, 120), st.integers(0, 9), st.text("xy", max_size=3)), max_size=6))
def test_edits_keep_every_anchor_true(raw, wanted):
    edits, at = [], 0
    for start, length, new in sorted(wanted):
        start, stop = max(at, min(start, len(raw))), min(len(raw), max(at, start) + length)
        if start <= stop and new != raw[start:stop]:
            edits.append((start, stop, new if len(new) != 1 or stop - start != 1 else ""))
            at = stop
    assert true_to(raw, Traced.whole(raw).edit(edits))


@settings(max_examples=200, deadline=None)
@given(WORDS)
def test_cleaning_keeps_every_anchor_true_and_is_done_once(raw):
    once = cleaned(Traced.whole(raw))

    assert true_to(raw, once)
    assert once.text == cleaned(Traced.whole(once.text)).text


def test_a_single_sign_exchanged_for_another_keeps_its_place():
    traced = Traced.whole("a-b").edit([(1, 2, " ")])

    assert ("a b", ((0, 0, 3),)) == (traced.text, traced.anchors)


def test_a_stretch_cut_out_of_a_stretch_points_to_the_beginning_of_both():
    traced = Traced.whole("one two three", 100).cut(4, 13).cut(4, 9)

    assert ("three", ((0, 108, 5),)) == (traced.text, traced.anchors)


def test_parts_joined_keep_their_places():
    traced = joined([Traced.whole("one", 10), Traced.whole("two", 50)], "\n\n")

    assert ((0, 10, 3), (5, 50, 3)) == traced.anchors


def test_composition_goes_through_the_middle_text():
    assert ((0, 7, 2), (2, 20, 1)) == composed([(0, 5, 3)], ((5, 7, 2), (7, 20, 4)))


LINE = st.text(
    st.characters(categories=("L", "N", "P", "Zs", "Sm"), exclude_characters="\x00"), min_size=1, max_size=60
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=5))
def test_text_is_found_again_only_where_it_says_the_same(lines):
    body = "\n\n".join(line for raw in lines if (line := " ".join(raw.split())))
    page = "<html><body>" + "".join(f"<p>{html.escape(line)}</p>\n" for line in body.split("\n\n")) + "</body></html>"
    wrapped = json.dumps({"text": body})

    assert true_to(page, Traced(body, aligned(body, page, as_markup)))
    assert true_to(wrapped, Traced(body, aligned(body, wrapped, as_json)))
    escaped = f"<item>{html.escape(page)}</item>"
    assert true_to(escaped, Traced(body, aligned(body, escaped, as_markup_in_markup)))


def test_words_cut_by_tags_and_entities_are_followed():
    page = "<p>Ruritania &amp; <b>Freedonia</b>&rsquo;s <a href='x'>new</a> port&nbsp;accord was signed.</p>"
    body = "Ruritania & Freedonia’s new port accord was signed."
    anchors = aligned(body, page, as_markup)

    assert len(body) - sum(run for _, _, run in anchors) <= 5
    start = body.index("accord was")
    span = Traced(body, anchors).offsets.raw(Span(start, start + 10))
    assert span is not None
    assert "accord was" == page[span.start : span.stop]


def test_letters_that_the_source_writes_in_parts_do_not_break_the_trace():
    page = "<p>Die Mitglieder der Gesellschaft fu\u0308r Kunst trafen sich am Freitag in Strelsau zum Fest.</p>"
    [read] = list(reading.read_bytes(page.encode(), "p"))

    assert read.document is not None
    assert "für Kunst" in read.document.text
    start = read.document.text.index("Freitag in Strelsau")
    span = read.document.offsets.raw(Span(start, start + 19))
    assert span is not None
    assert "Freitag in Strelsau" == page[span.start : span.stop]
