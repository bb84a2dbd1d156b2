"""Which documents print one text? Near-duplicates by one-permutation minhash.

A signature is a pure function of the text; two texts are reprints where their
signatures agree in most places. Short texts are reprints only where they are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from zlib import crc32

from servanda.ledger.words import tokens

BINS = 64
ROWS = 4  # bins in a band: two texts that share no band are not compared
SHINGLE = 4  # words
SHORT = 24  # words
ALIKE = 0.7  # of the bins that both fill: about Jaccard 0.7 of four-word shingles


def signature(text: str) -> tuple[int, ...]:
    """Return the smallest hash in each bin over the text's shingles, -1 for an empty bin.

    For a short text one digest.
    """
    words = tokens(text)
    if len(words) < SHORT:
        return (number(" ".join(words)),)
    least = [-1] * BINS
    for place in range(len(words) - SHINGLE + 1):
        hashed = crc32(" ".join(words[place : place + SHINGLE]).encode("utf-8", "surrogatepass"))
        slot, value = hashed % BINS, hashed // BINS
        if least[slot] < 0 or value < least[slot]:
            least[slot] = value
    return tuple(least)


def bands(signed: Sequence[int]) -> list[int]:
    """Return the keys under which a text's reprints are found."""
    if len(signed) == 1:
        return [signed[0]]
    parts = [signed[start : start + ROWS] for start in range(0, BINS, ROWS)]
    full = sorted({number(f"{place}:{part}") for place, part in enumerate(parts) if min(part) >= 0})
    return full or [number(str(signed))]  # a text of a few dozen words may fill no band


def alike(one: Sequence[int], other: Sequence[int]) -> bool:
    """True where two signatures are of one text."""
    if len(one) != len(other) or len(one) == 1:
        return one == other
    both = [(a, b) for a, b in zip(one, other, strict=True) if a >= 0 and b >= 0]
    return len(both) >= BINS // 4 and sum(a == b for a, b in both) >= ALIKE * len(both)


def number(text: str) -> int:
    """Return a digest that fits a database's integer."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
