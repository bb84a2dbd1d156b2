"""Paths to extracted documents: one way for every command that reads.

Invariant: each input gives at least one ``Report``; a fault in one never stops the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from servanda.model import Claim, Document, Source
from servanda.problems import Problem, QueryError


@dataclass(frozen=True, slots=True)
class Report:
    """One document as read and extracted, or the problems that say why there is none."""

    path: str
    document: Document | None
    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...]
    source: Source | None
    read_by: tuple[str, ...] | None = None  # whose earlier claims these replace; None: of those who speak here


def reports(
    paths: Iterable[str],
    *,
    date: str | None = None,
    language: str | None = None,
    extractor: str = "rules",
    answers: Path | None = None,
) -> Iterator[Report]:
    """Read and extract each path, folder, archive, feed or address, in order."""
    from servanda.reading import read

    if extractor != "rules" or answers is not None:
        from servanda.cli.models import reports_by_model

        yield from reports_by_model(paths, date, language, extractor, answers)
        return
    given = day(date, "--date") if date else None
    for path in paths:
        for got in read(path, date=given, language=language):
            yield extracted(got.path, got.document, got.problems, got.source)


def extracted(path: str, document: Document | None, problems: tuple[Problem, ...], source: Source | None) -> Report:
    from servanda.extracting.extractor import extract

    if document is None:
        return Report(path, None, (), problems, source)
    try:
        found = extract(document)
    except Exception as error:  # noqa: BLE001 the batch's boundary: one document's fault must not stop the others
        words = f"the extractor failed ({type(error).__name__}: {error}); no claims were taken from it."
        fault = Problem(path, words, "extractor", "Please report it with the text.")
        return Report(path, document, (), (*problems, fault), source)
    return Report(path, document, found.claims, (*problems, *(replace(p, where=path) for p in found.problems)), source)


def day(words: str, option: str) -> str:
    """Return an ISO day. Raises QueryError naming the option."""
    from datetime import date as calendar

    try:
        return calendar.fromisoformat(words).isoformat()
    except ValueError as error:
        raise QueryError(f"{option} {words}: is not a day. Write it as 2024-11-18.") from error
