"""Records as JSON values: the same names as in ``servanda --json``, absent values left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from servanda.model import Claim


def plain(value: Any) -> Any:
    """Return records, mappings and tuples as dicts and lists without empty values."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {f.name: getattr(value, f.name) for f in fields(value)}
        made = {name: plain(v) for name, v in named.items() if v is not None and v != () and v != ""}
        return {"id": value.id} | made if isinstance(value, Claim) else made
    if isinstance(value, Mapping):
        return {str(key): plain(v) for key, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value))
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return whole(str(value)) if isinstance(value, str) else value


def whole(words: str) -> str:
    """Return words that UTF-8 can carry: a lone surrogate becomes the replacement character."""
    return words.encode("utf-8", "replace").decode("utf-8") if any("\ud800" <= c <= "\udfff" for c in words) else words
