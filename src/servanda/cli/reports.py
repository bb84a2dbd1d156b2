"""Paths to extracted documents: one way for every command that reads.

Invariant: each input gives at least one ``Report``; a fault in one never stops the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.model import Claim, Document, Source
from servanda.problems import Problem, QueryError

if TYPE_CHECKING:
    from servanda.reading import Limits, Unread
    from servanda.reading import Read as Got

Found = tuple[tuple[Claim, ...], tuple[Problem, ...]]
PATIENCE = 4  # times the limit for reading a document that the rules may take on its text


@dataclass(frozen=True, slots=True)
class Report:
    """One document as read and extracted, or the problems that say why there is none."""

    path: str
    document: Document | None
    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...]
    source: Source | None
    read_by: tuple[str, ...] | None = None  # whose earlier claims these replace; None: of those who speak here
    whole: bool = False  # extracted by the rules without a problem
    known: bool = False  # filed before, and not extracted again
    at: int = 0  # how many bytes of its file were read
    number: int = 0  # its place among the documents of its file, from 1; 0 where it is the only one
    keys: tuple[int, ...] = ()  # under which its reprints are found, where that was worked out


def never(_: Document) -> bool:
    return False


def reports(
    paths: Iterable[str],
    *,
    date: str | None = None,
    language: str | None = None,
    extractor: str = "rules",
    answers: Path | None = None,
    limits: Limits | None = None,
    jobs: int = 1,
    known: Callable[[Document], bool] = never,
    ledger: Path | None = None,
) -> Iterator[Report]:
    """Read and extract each path, folder, archive, feed or address, in order.

    ``jobs`` processes share reading and extraction by rules; documents that are ``known``, and so filed
    in the file ``ledger``, are not extracted.
    """
    if extractor != "rules" or answers is not None:
        from servanda.cli.models import reports_by_model

        yield from reports_by_model(paths, date, language, extractor, answers, limits)
        return
    if jobs > 1:
        from servanda.cli.jobs import shared

        yield from shared(parts_of(paths, date, language, limits), jobs, known, ledger)
        return
    for got in readings(paths, date, language, limits):
        yield known_already(got) if got.document and known(got.document) else report_of(got)


def readings(
    paths: Iterable[str], date: str | None, language: str | None, limits: Limits | None = None
) -> Iterator[Got]:
    """Read each path within the limits given, else within those that the user set."""
    from servanda.reading import limits_in_force, read

    given = day(date, "--date") if date else None
    bounds = limits or limits_in_force()
    for path in paths:
        yield from read(path, date=given, language=language, limits=bounds)


def parts_of(
    paths: Iterable[str], date: str | None, language: str | None, limits: Limits | None
) -> Iterator[Got | Unread]:
    """Open each path as ``readings`` does, but leave members of archives unread."""
    from servanda.reading import limits_in_force, parts

    given = day(date, "--date") if date else None
    bounds = limits or limits_in_force()
    for path in paths:
        yield from parts(path, date=given, language=language, limits=bounds)


def extracted(path: str, document: Document | None, problems: tuple[Problem, ...], source: Source | None) -> Report:
    from servanda.reading import Read

    return report_of(Read(path, document, problems, source))


def report_of(got: Got) -> Report:
    """Return the report on what was read, with what the rules find in it."""
    if got.document is None:
        return Report(got.path, None, (), got.problems, got.source, at=got.at, number=got.number)
    claims, problems = claims_in(got.path, got.document)
    every = (*got.problems, *problems)
    made = Report(got.path, got.document, claims, every, got.source, whole=not problems)
    return replace(made, at=got.at, number=got.number)


def known_already(got: Got) -> Report:
    return Report(got.path, got.document, (), got.problems, got.source, known=True, at=got.at, number=got.number)


def relabelled(report: Report, number: int) -> Report:
    """Return the report under another number in its file."""
    if report.number == number:
        return report
    path = f"{report.path.removesuffix(f'#{report.number}')}#{number}"
    problems = tuple(replace(p, where=path) if p.where == report.path else p for p in report.problems)
    source = report.source
    if source and source.origin == report.path:
        source = replace(source, origin=path)
    return replace(report, path=path, problems=problems, source=source, number=number)


def claims_in(path: str, document: Document) -> Found:
    """Return the claims that the rules find in a document, and what went wrong."""
    from servanda.extracting.extractor import extract
    from servanda.reading import limits_in_force
    from servanda.reading.deadline import OutOfTime, within
    from servanda.reading.limits import setting

    seconds = PATIENCE * limits_in_force().seconds
    try:
        with within(seconds):
            found = extract(document)
    except OutOfTime:
        words = (
            f"the rules take longer than {seconds:g} s ({PATIENCE} times limit seconds); no claims were taken from it."
        )
        return (), (Problem(path, words, "limit", f"Split it, or {setting('seconds')}."),)
    except Exception as error:  # noqa: BLE001 the batch's boundary: one document's fault must not stop the others
        words = f"the extractor failed ({type(error).__name__}: {error}); no claims were taken from it."
        return (), (Problem(path, words, "extractor", "Please report it with the text."),)
    return tuple(found.claims), tuple(replace(p, where=path) for p in found.problems)


def day(words: str, option: str) -> str:
    """Return an ISO day. Raises QueryError naming the option."""
    from datetime import date as calendar

    try:
        return calendar.fromisoformat(words).isoformat()
    except ValueError as error:
        raise QueryError(f"{option} {words}: is not a day. Write it as 2024-11-18.") from error
