"""Where the model is and what a run may cost.

Read from the table ``[llm]`` of the user's settings file and from the environment, which
wins: SERVANDA_LLM_URL, _MODEL, _KEY and so on for each field. Invariant: the key is in no
repr, log, cache or message.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from servanda.problems import QueryError
from servanda.reading.settings import settings_file, table

PREFIX = "SERVANDA_LLM_"
CHOICES = {"form": ("strict", "json", "none")}


def cache_folder() -> Path:
    """Return the user's folder for what may be asked for again at a price."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "servanda" / "answers"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is asked.

    ``url`` is the address before ``/chat/completions``. ``form``: what the server is asked to
    hold the answer to: ``strict`` (JSON schema), ``json``, ``none``. ``concurrency`` requests at
    once, ``per_minute`` at most (0: no limit); ``timeout`` and ``patience`` (the longest wait a
    server may ask for) in seconds; ``attempts`` for one request; ``piece`` and ``overlap`` in code
    points of text; ``pieces`` of one document at most; ``answer`` tokens of one answer; ``budget``
    tokens of one run; prices for a million tokens, in whatever currency.
    """

    url: str = ""
    model: str = ""
    key: str = field(default="", repr=False)
    form: str = "strict"
    concurrency: int = 4
    per_minute: int = 0
    timeout: float = 120.0
    patience: float = 120.0
    attempts: int = 5
    piece: int = 12_000
    overlap: int = 800
    pieces: int = 40
    answer: int = 4_000
    budget: int = 2_000_000
    price_in: float = 0.0
    price_out: float = 0.0
    cache: Path = field(default_factory=cache_folder)

    @property
    def name(self) -> str:
        """What the ledger calls the extractor: ``llm/MODEL``."""
        return f"llm/{(self.model or 'unnamed').replace('+', '-')}"


def settings(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Return the settings in force. Raises QueryError naming the setting that cannot be understood."""
    around = os.environ if environment is None else environment
    given: dict[str, Any] = table(file or settings_file(), "llm")
    for f in fields(Settings):
        if (value := around.get(PREFIX + f.name.upper())) is not None:
            given[f.name] = value
    known = {f.name for f in fields(Settings)}
    if unknown := sorted(given.keys() - known):
        raise QueryError(f"[llm] {unknown[0]}: no such setting. There are: {', '.join(sorted(known))}.")
    return Settings(**{name: value_of(name, value) for name, value in given.items()})


def value_of(name: str, value: Any) -> Any:
    """Return a setting in its own type; a number must not be negative, of some there must be one at least."""
    default = getattr(Settings(), name)
    if isinstance(default, Path):
        return Path(str(value)).expanduser()
    if isinstance(default, str):
        return checked_word(name, str(value).strip())
    try:
        number = type(default)(value)
    except (TypeError, ValueError) as error:
        raise QueryError(f"[llm] {name}: {value!r} is not a number.") from error
    least = 0 if name in ("per_minute", "overlap", "price_in", "price_out", "patience") else 1
    if not least <= number < 1e12:
        raise QueryError(f"[llm] {name}: {value!r} is too small or too large.")
    return number


def checked_word(name: str, value: str) -> str:
    """Return a word, checked; never names a key that is wrong."""
    if name == "key" and not (value.isascii() and value.isprintable()):
        raise QueryError("[llm] key: has characters that no key has. Copy it again.")
    if name in CHOICES and value not in CHOICES[name]:
        raise QueryError(f"[llm] {name}: {value!r} is none of: {', '.join(CHOICES[name])}.")
    return value.rstrip("/") if name == "url" else value
