"""Which documents print one text? Near-duplicates: found by minhash, decided by their shingles.

A signature is a pure function of the text; two texts are reprints where their shingles
agree for the most part. Short texts are reprints only where they are equal.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection
from hashlib import blake2b
from zlib import crc32

from servanda.ledger.words import tokens

BINS = 64
ROWS = 4  # bins in a band: two texts that share no band are not compared
SHINGLE = 4  # words
SHORT = 24  # words
ALIKE = 0.7  # Jaccard of four-word shingles
Signature = frozenset[int]
Keys = tuple[int, ...]


def signature(text: str) -> Signature:
    """Return the hashes of the text's shingles; for a short text one digest."""
    words = tokens(text)
    if len(words) < SHORT:
        return frozenset([number(" ".join(words))])
    starts = range(len(words) - SHINGLE + 1)
    return frozenset(crc32(" ".join(words[at : at + SHINGLE]).encode("utf-8", "surrogatepass")) for at in starts)


def keys(signed: Signature) -> Keys:
    """Return the key of the very same text, then those of texts like it."""
    return (whole(signed), *bands(signed))


def whole(signed: Signature) -> int:
    """Return the key that only texts of the very same shingles have."""
    return int.from_bytes(blake2b(array("q", sorted(signed)).tobytes(), digest_size=8).digest(), "big", signed=True)


def bands(signed: Signature) -> list[int]:
    """Return the keys under which a text's reprints are found: one-permutation minhash, four bins to a band."""
    if len(signed) == 1:
        return list(signed)
    least = minhash(signed)
    parts = [least[start : start + ROWS] for start in range(0, BINS, ROWS)]
    full = sorted({number(f"{place}:{part}") for place, part in enumerate(parts) if min(part) >= 0})
    return full or [number(str(least))]  # a text of a few dozen words may fill no band


def minhash(signed: Collection[int]) -> tuple[int, ...]:
    """Return the smallest hash in each bin, -1 for an empty bin."""
    least = [-1] * BINS
    for hashed in signed:
        slot, value = hashed % BINS, hashed // BINS
        if least[slot] < 0 or value < least[slot]:
            least[slot] = value
    return tuple(least)


def alike(one: Signature, other: Signature) -> bool:
    """True where two signatures are of one text."""
    shared = len(one & other)
    return shared >= ALIKE * (len(one) + len(other) - shared)


def number(text: str) -> int:
    """Return a digest that fits a database's integer."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
