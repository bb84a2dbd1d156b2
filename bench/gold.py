"""Gold documents as the benches read them: text, given date, claims with where their quotes stand."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import regex

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def words(text: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFC", text).casefold())


def accepted(claim: dict[str, Any], slot: str) -> list[Any]:
    """Return the values that are right for a slot, the single one and its alternatives."""
    values = list(claim.get(slot + "_any", []))
    if slot in claim and claim[slot] not in values:
        values.insert(0, claim[slot])
    return values or [None]


@dataclass(slots=True)
class GoldClaim:
    """A gold claim with the places of its quotes in the text."""

    data: dict[str, Any]
    places: list[tuple[int, int]] = field(default_factory=list)

    @property
    def optional(self) -> bool:
        return bool(self.data.get("optional"))

    @property
    def kinds(self) -> list[str]:
        return accepted(self.data, "kind")

    @property
    def stages(self) -> list[str]:
        return accepted(self.data, "stage")

    @property
    def parties(self) -> list[tuple[str, ...]]:
        return [tuple(sorted(p)) for p in accepted(self.data, "parties") if p]

    def title_words(self) -> set[str]:
        return set(words(self.data.get("title") or ""))


@dataclass(slots=True)
class GoldDocument:
    name: str
    text: str
    title: str | None
    date: str | None
    language: str
    claims: list[GoldClaim]


def places(text: str, quote: str) -> list[tuple[int, int]]:
    """Return where a quote's words stand in a text, whatever stands between them."""
    found = WORD.findall(quote)
    if not found:
        return []
    pattern = regex.compile(r"[^\p{L}\p{M}\p{N}]+".join(map(regex.escape, found)), regex.IGNORECASE)
    return [m.span() for m in pattern.finditer(text)]


def gold_document(file: Path) -> GoldDocument | None:
    data = json.loads(file.read_text("utf-8"))
    if "document" not in data:
        return None
    about = data["document"]
    text = unicodedata.normalize("NFC", (file.parent / about["text"]).read_text("utf-8"))
    claims = [GoldClaim(c, [p for q in c["quotes"] for p in places(text, q)]) for c in data["claims"]]
    return GoldDocument(file.stem, text, about.get("title"), about.get("date"), about.get("language") or "en", claims)


def gold_documents(folder: Path) -> list[GoldDocument]:
    """Return the gold documents at or below a folder, by name."""
    return [d for f in sorted(folder.rglob("*.json")) if (d := gold_document(f)) is not None]
