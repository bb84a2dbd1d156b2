"""Bytes to documents: sniffing, decoding, metadata, cleaning; a problem where that fails.

Invariant: one bad input never stops a batch and is never passed over in silence.
"""

from .decoding import decoded
from .limits import Limits
from .receiving import Read, Unread, opened, parts, read, read_bytes
from .settings import limits_in_force

__all__ = [
    "Limits",
    "Read",
    "Unread",
    "decoded",
    "limits_in_force",
    "opened",
    "parts",
    "read",
    "read_bytes",
]
