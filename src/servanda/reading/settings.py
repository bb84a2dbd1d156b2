"""The user's settings file, and what in it and in the environment bounds a reading.

Invariant: the environment wins over the file; a setting that cannot be understood is named, never passed over.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from servanda.problems import QueryError

from .limits import Limits, variable

WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def settings_file() -> Path:
    """Return SERVANDA_SETTINGS, else settings.toml in the user's folder of settings."""
    if named := os.environ.get("SERVANDA_SETTINGS"):
        return Path(named)
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "servanda" / "settings.toml"


def table(file: Path, name: str) -> dict[str, Any]:
    """Return a table of the settings file, empty where there is none.

    Raises QueryError naming the file where it cannot be read.
    """
    if not file.is_file():
        return {}
    try:
        found = tomllib.loads(file.read_text("utf-8")).get(name, {})
    except (OSError, ValueError) as error:
        raise QueryError(f"{file}: {error}. Mend it, or name another in SERVANDA_SETTINGS.") from error
    if not isinstance(found, dict):
        raise QueryError(f"{file}: {name} is no table. Write [{name}] on a line of its own, and the settings below it.")
    return dict(found)


def limits_in_force(
    environment: Mapping[str, str] | None = None, file: Path | None = None, allow_private: bool = False
) -> Limits:
    """Return the limits that the user set; ``allow_private`` allows such addresses whatever is set.

    Raises QueryError naming the limit that cannot be understood.
    """
    around = os.environ if environment is None else environment
    given = table(file or settings_file(), "limits")
    known = [field.name for field in fields(Limits)]
    given |= {name: around[variable(name)] for name in known if variable(name) in around}
    if unknown := sorted(given.keys() - set(known)):
        raise QueryError(f"[limits] {unknown[0]}: no such limit. There are: {', '.join(known)}.")
    values = {name: limit_of(name, value) for name, value in given.items()}
    return Limits(**(values | ({"allow_private": True} if allow_private else {})))


def limit_of(name: str, value: object) -> Any:
    """Return a limit in its own type; a number must be one at least."""
    default = getattr(Limits(), name)
    if isinstance(default, bool):
        if (word := str(value).strip().lower()) not in WORDS:
            raise QueryError(f"[limits] {name}: {value!r} is neither true nor false.")
        return WORDS[word]
    try:
        number = type(default)(str(value).replace("_", ""))
    except ValueError as error:
        raise QueryError(f"[limits] {name}: {value!r} is not a number.") from error
    if not 0 < number < 1e15:
        raise QueryError(f"[limits] {name}: {value!r} is too small or too large.")
    return number
