"""The invariants that stand outside the ledger, as properties: quoted, unguessed, never stopped, offline."""

from __future__ import annotations

import socket
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.extracting.extractor import extract
from servanda.ledger import Ledger
from servanda.model import Document, Quotation, Source
from servanda.reading import read

STATES = ("France", "Japan", "Norway", "Peru", "Kenya", "India")
VERBS = ("agreed to negotiate", "signed", "discussed", "proposed", "will sign", "cancelled")
THINGS = ("a treaty on fisheries", "a memorandum of understanding", "a roadmap", "an air services agreement")
undated = st.lists(
    st.builds("{} and {} {} {}.".format, *(st.sampled_from(s) for s in (STATES, STATES, VERBS, THINGS))),
    min_size=1,
    max_size=6,
).map(" ".join)


@settings(max_examples=25, deadline=None)
@given(undated, st.one_of(st.none(), st.just("2024-05-08")))
def test_no_date_party_or_quotation_is_without_words(text: str, day: str | None) -> None:
    for claim in extract(Document(text=text, language="en", date=day)).claims:
        assert (None, None, None) == (claim.when, claim.due, claim.period)
        assert all(code in {"FRA", "JPN", "NOR", "PER", "KEN", "IND"} for code in claim.parties)
        assert all(text[q.start : q.stop] == q.words for q in claim.quotations)


@settings(max_examples=15, deadline=None)
@given(undated, st.integers(0, 5))
def test_a_claim_whose_words_do_not_stand_in_the_text_is_never_filed(text: str, shift: int) -> None:
    document = Document(text=text, language="en")
    false = [
        replace(c, quotations=(Quotation(q.start + 1 + shift, q.stop + 1 + shift, q.words),))
        for c in extract(document).claims
        for q in c.quotations[:1]
    ]
    with Ledger.in_memory() as ledger:
        ledger.file(Source("0" * 64, "report.txt", "2024-05-08T00:00:00Z", len(text), "text/plain"), [document], false)

        assert [] == ledger.entries(limit=None)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=4))
def test_no_bad_file_stops_the_good_one_or_passes_in_silence(noise: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(noise):
            (Path(folder) / f"bad-{number}.txt").write_bytes(b"\xff\xd8\xff\xe0" + data)
        (Path(folder) / "good.txt").write_text("France and Japan signed a treaty.", "utf-8")
        found = list(read(folder))

    assert 1 == sum(r.document is not None and "treaty" in r.document.text for r in found)
    assert all(r.document is not None or r.problems for r in found)
    assert len(noise) + 1 <= len(found)


def test_reading_and_extracting_open_no_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    report = tmp_path / "report.txt"
    report.write_text("France and Japan signed a treaty.", "utf-8")

    [only] = read(str(report))

    assert only.document is not None
    assert extract(only.document).claims
