"""A document's text cut at its claims and their slots, so that a page can mark each.

Invariant: the pieces joined are the text, whatever overlaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from servanda.codebook import rung
from servanda.ledger import Filed


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text in which nothing begins or ends.

    ``stage`` is the highest of the claims that cover it, ``claim`` the one that a click opens;
    ``anchors`` are the claims whose first quotation begins here, ``slots`` the slots of the
    chosen claim that these words gave.
    """

    words: str
    claim: str | None = None
    stage: str | None = None
    chosen: bool = False
    anchors: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()


def pieces(text: str, claims: Sequence[Filed], chosen: Filed | None = None) -> list[Piece]:
    """Return the text cut wherever a quotation, or a slot of the chosen claim, begins or ends."""
    spans = [(q.start, q.stop, f) for f in claims for q in f.claim.quotations]
    slots = [(s.start, s.stop, slot) for slot, of in (chosen.claim.slots.items() if chosen else ()) for s in of]
    cuts = sorted({0, len(text), *(p for start, stop, _ in (*spans, *slots) for p in (start, stop))})
    cuts = [p for p in cuts if 0 <= p <= len(text)]
    first = {f.id: f.quotation.start for f in claims}
    made = []
    for start, stop in pairwise(cuts):
        over = [f for a, b, f in spans if a <= start and stop <= b]
        top = max(over, key=lambda f: (f is chosen, rung(f.claim.stage), f.id), default=None)
        made.append(
            Piece(
                text[start:stop],
                top.id if top else None,
                str(top.claim.stage) if top else None,
                chosen is not None and chosen in over,
                tuple(dict.fromkeys(f.id for f in over if first[f.id] == start)),
                tuple(dict.fromkeys(slot for a, b, slot in slots if a <= start and stop <= b)),
            )
        )
    return made


def runs(cut: Sequence[Piece]) -> list[tuple[Piece, list[Piece]]]:
    """Return the pieces in runs that one claim covers, each with its first piece: a run is one link."""
    found = (list(of) for _, of in groupby(cut, key=lambda piece: (piece.claim, piece.stage, piece.chosen)))
    return [(of[0], of) for of in found]
