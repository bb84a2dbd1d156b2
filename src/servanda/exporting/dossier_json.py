"""A dossier as JSON: the same fields by the same names, absent ones null."""

from __future__ import annotations

import json
from dataclasses import asdict

from servanda.exporting.dossier_parts import Dossier


def as_json(dossier: Dossier, indent: int | None = 2) -> str:
    """Return the dossier as one JSON object; figures become an object, quotations keep their offsets."""
    data = asdict(dossier)
    data["figures"] = dict(dossier.figures)
    return json.dumps(data, ensure_ascii=False, indent=indent)
