"""Which documents were extracted to their end, and by which rules: they need not be extracted again.

Derived, and only a saving: a ledger without this table is whole. Invariant: a mark is
written in the transaction that files the claims it speaks of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

from servanda.model import Document, digest

TABLE = """CREATE TABLE IF NOT EXISTS extracted
    (document TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID"""
NOTE = text("INSERT OR REPLACE INTO extracted VALUES (:document, :mark)")
READ = text("SELECT mark FROM extracted WHERE document = :document")
RULES = ("model.py", "codebook.py", "codebook.toml", "language", "extracting", "packs")


def mark_of(document: Document) -> str:
    """Return what tells this extraction from any other that could give other claims."""
    return digest("extracted", rules(), document.language)


@cache
def rules() -> str:
    """Return a digest of all that extraction by rules rests on: its code, weights and packs."""
    house = Path(__file__).parent.parent
    files = [file for name in RULES for file in ([house / name] if "." in name else sorted((house / name).rglob("*")))]
    told = hashlib.sha256()
    for file in files:
        if file.is_file() and file.suffix in (".py", ".toml", ".json"):
            told.update(f"{file.relative_to(house)}\0".encode() + file.read_bytes())
    return told.hexdigest()


def note(connection: Connection, whole: Sequence[Document]) -> None:
    """Note that the rules of now read these documents to their end."""
    if whole:
        connection.execute(text(TABLE))
        connection.execute(NOTE, [{"document": document.id, "mark": mark_of(document)} for document in whole])


def is_extracted(connection: Connection, document: Document) -> bool:
    """True where a document was filed with all that the rules find in it now."""
    there = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'extracted'")).scalar()
    return bool(there) and connection.execute(READ, {"document": document.id}).scalar() == mark_of(document)
