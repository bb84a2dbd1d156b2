"""The codebook as data: kinds and forms, the ladder of stages, domains, organisations.

Everything here is read from ``codebook.toml``; nothing is decided in code.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from servanda.model import Kind, Stage

LADDER = (Stage.PROPOSED, Stage.DISCUSSED, Stage.NEGOTIATING, Stage.AGREED, Stage.SIGNED, Stage.ACTIVE, Stage.DONE)
RUNGS = {stage: place for place, stage in enumerate(LADDER)}


@cache
def codebook() -> dict[str, Any]:
    """Return the whole codebook as read from its TOML file."""
    return tomllib.loads(files("servanda").joinpath("codebook.toml").read_text("utf-8"))


def rung(stage: Stage) -> int:
    """Return the place of a stage on the ladder, 0 to 6; -1 for stalled and ended, which stand beside it."""
    return RUNGS.get(stage, -1)


def forms(kind: Kind) -> tuple[str, ...]:
    return tuple(codebook()["kinds"][kind]["forms"])


def domains() -> tuple[str, ...]:
    return tuple(codebook()["domains"])


@cache
def organisations() -> frozenset[str]:
    return frozenset(codebook()["organisations"]["codes"])


def is_party(code: str) -> bool:
    """True for an ISO 3166-1 alpha-3 shape or the code of an organisation that acts as a party."""
    return code in organisations() or (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper())
