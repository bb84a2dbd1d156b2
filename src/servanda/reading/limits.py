"""What a reader may spend on one input; past a limit it gives a problem that names the limit.

Every limit is a plain number that settings can change. Sizes are bytes, times seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one input may cost. No reader goes past them, whatever the input says of itself."""

    document_bytes: int = 64 << 20
    """Longest single document (a page, a mail, a PDF); longer ones are refused."""
    unpacked_bytes: int = 1 << 30
    """Most that one compressed member or office file may unpack to."""
    ratio: int = 200
    """Most that a compressed member may grow by, once past a megabyte."""
    depth: int = 4
    """How many archives (or mails) may lie in one another."""
    members: int = 1_000_000
    """Most members in one archive, rows in one table, items in one feed."""
    parts: int = 1_000
    """Most parts in one mail."""
    nesting: int = 256
    """Deepest nesting of elements or JSON values."""
    pages: int = 2_000
    """Most pages read of one PDF."""
    seconds: float = 30.0
    """Longest that one document may take; also the limit for one fetch."""
    redirects: int = 5
    """Most redirects followed for one address."""
    allow_private: bool = False
    """Whether addresses on loopback, link-local and private networks may be fetched."""
