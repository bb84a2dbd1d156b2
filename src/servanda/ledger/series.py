"""Meetings that recur, from the entries of their sessions.

A series is a pure function of its sessions; nothing here reads the store.
"""

from __future__ import annotations

import regex

from servanda.ledger.records import Entry
from servanda.ledger.words import plain, read_title
from servanda.model import Kind

STANDING = frozenset({"working-group", "dialogue", "ministerial", "summit", "conference"})
COUNTED = regex.compile(r"\b2\s?\+\s?2\b")


def series_key(entry: Entry) -> str | None:
    """Return what all sessions of one series share: the parties and the words of the name; None for a single event."""
    title = read_title(entry.title)
    name = " ".join(sorted(word for word, weight in title.words.items() if weight >= 0.6))
    if COUNTED.search(plain(entry.title)):
        name = "2+2"
    if entry.kind is not Kind.MEETING or not name or not (title.ordinals or entry.form in STANDING):
        return None
    return f"{' '.join(entry.parties)}|{name}"
