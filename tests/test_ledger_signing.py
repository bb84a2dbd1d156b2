"""Of a contract that was due to be signed, signing keeps the promise; of goods that were due, it does not."""

from __future__ import annotations

import pytest

from servanda.ledger import Ledger, StatusName
from servanda.model import Claim, Document, Kind, Quotation, Source, Stage, digest

TITLE = "second contract for howitzers of the Thunder class"


def told(ledger: Ledger, date: str, words: str, stage: Stage, **slots: str) -> None:
    """File one report of one claim."""
    document = Document(words, date=date, language="en")
    quotation = Quotation(0, len(words), words)
    claim = Claim(document.id, Kind.TRADE, stage, TITLE, ("KOR", "POL"), (quotation,), "procurement", **slots)  # type: ignore[arg-type]
    ledger.file(Source(digest(words), words[:9], date, len(words), "text/plain"), [document], [claim])


@pytest.mark.parametrize(
    ("promise", "status"),
    [
        ("Poland expects to sign the second contract for howitzers by June 2025.", StatusName.KEPT_LATE),
        ("Korea is to deliver the howitzers of the second contract by June 2025.", StatusName.OVERDUE),
    ],
)
def test_signing_keeps_what_was_due_to_be_signed(promise: str, status: StatusName) -> None:
    with Ledger.in_memory() as ledger:
        told(ledger, "2025-01-10", promise, Stage.AGREED, due="2025-06-30")
        told(
            ledger,
            "2025-08-02",
            "Poland and Korea signed the second contract for howitzers.",
            Stage.SIGNED,
            when="2025-08-01",
        )
        ledger.look(("KOR", "POL"), "the ministries' sites", "2025-09-01")

        [line] = ledger.entries(as_of="2025-12-01")
        assert status == line.status
