"""Gold documents as the benches read them: text, given date, claims with where their quotes stand.

Silver documents are texts of the corpus with claims annotated for training: the project
keeps no words of them, only codes and offsets into the corpus' texts (``bench/silver.py``
writes them). Read with the corpus beside them they are the same ``GoldDocument``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
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
    named: frozenset[str] | None = None

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
        return set(words(self.data.get("title") or "")) if self.named is None else set(self.named)


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


# ---- silver --------------------------------------------------------------------------------------


@cache
def corpus_rows(corpus: Path) -> list[str]:
    """Return the corpus' lines, unread."""
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        return lines.readlines()


def corpus_text(corpus: Path, row: int) -> str:
    """Return a corpus text as annotated: its title and a blank line before it where it does not begin with it."""
    data = json.loads(corpus_rows(corpus)[row])
    title, text = data["title"], data["text"]
    whole = f"{title}\n\n{text}" if title and not text.startswith(title) else text
    return unicodedata.normalize("NFC", whole.replace("\r\n", "\n").replace("\r", "\n"))


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def silver_claim(data: dict[str, Any], text: str) -> GoldClaim:
    """Read a claim of offsets; a title word that does not stand in the text is known by its number only."""
    named = {word for start, stop in data.get("title", ()) for word in words(text[start:stop])}
    named |= {f"#{n}" for n in range(data.get("title_elsewhere", 0))}
    slots = {k: v for k, v in data.items() if k not in ("title", "title_elsewhere", "quotes")}
    slots |= {k: names_at(slots[k], text) for k in ("persons", "persons_any") if slots.get(k) is not None}
    return GoldClaim(slots, [(a, b) for a, b in data["quotes"]], frozenset(named))


def names_at(found: list[Any], text: str) -> list[Any]:
    """Read names, or lists of names, by their places."""
    return [text[f[0] : f[1]] if len(f) == 2 and isinstance(f[0], int) else names_at(f, text) for f in found]


def silver_documents(file: Path, corpus: Path) -> Iterator[GoldDocument]:
    """Yield the silver documents of a file. Raises ValueError where the corpus' text is not the one annotated."""
    for line in file.read_text("utf-8").splitlines():
        data = json.loads(line)
        text = corpus_text(corpus, data["corpus"])
        if text_digest(text) != data["sha256"]:
            raise ValueError(f"{file}: row {data['corpus']} of {corpus} is not the text that was annotated.")
        name, start, stop = f"{data['language']}-{data['corpus']:05d}", *data.get("title", (0, 0))
        claims = [silver_claim(c, text) for c in data["claims"]]
        yield GoldDocument(name, text, text[start:stop] or None, data["date"], data["language"], claims)
