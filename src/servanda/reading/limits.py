"""What a reader may spend on one input; past a limit it gives a problem that names the limit.

Invariant: every limit is a plain number that settings can change; sizes are bytes, times seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


def variable(limit: str) -> str:
    """Return what a limit is called in the environment."""
    return f"SERVANDA_LIMITS_{limit.upper()}"


def setting(limit: str) -> str:
    """Return where a limit is set, in words for advice."""
    return f"raise {limit} under [limits] in the settings, or {variable(limit)}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one input may cost. No reader goes past them, whatever the input says of itself."""

    document_bytes: int = 64 << 20
    """Longest single document (a page, a mail, a PDF, a row); longer ones are refused."""
    text: int = 4_000_000
    """Longest text of one document, in code points."""
    unpacked_bytes: int = 256 << 20
    """Most that one compressed member, and all parts of one office file together, may unpack to."""
    ratio: int = 200
    """Most that compressed data may grow by, once past a megabyte."""
    depth: int = 4
    """How many archives and mails may lie in one another."""
    members: int = 10_000_000
    """Most members of one archive, records of one file."""
    parts: int = 1_000
    """Most parts of one mail, sheets of one workbook."""
    nesting: int = 200
    """Deepest nesting of elements or values."""
    elements: int = 1_000_000
    """Most elements of one page or feed, values of one JSON file, elements of one part of an office file."""
    pages: int = 2_000
    """Most pages read of one PDF."""
    rows: int = 1_000_000
    """Most rows read of one sheet."""
    seconds: float = 30.0
    """Longest that one document, or one fetch, may take."""
    redirects: int = 5
    """Most redirects followed for one address."""
    allow_private: bool = False
    """Whether addresses on loopback, link-local and private networks may be fetched."""
