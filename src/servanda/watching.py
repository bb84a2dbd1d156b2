"""Feeds, pages and folders looked at again and again: what is new in them, and when it was looked.

Invariant: every look at every source is reported, whatever came of it; that somebody
looked is what "unwatched" and "silent" rest on.
"""

from __future__ import annotations

import hashlib
import json
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import tenacity

from servanda.problems import Problem, ServandaError
from servanda.reading.fetching import USER_AGENT, Fetched, answered
from servanda.reading.limits import Limits
from servanda.reading.receiving import Read, read, read_bytes

_KINDS = {"feed": "url", "page": "url", "folder": "path"}
_PASSING = frozenset([429, 500, 502, 503, 504])
_LONGEST_WAIT = 300.0
_ATTEMPTS = 4
_REMEMBERED = 5_000
_LONGEST_ROBOTS = 500_000


@dataclass(frozen=True, slots=True)
class Watched:
    """One source to look at. ``every`` are seconds; ``parties`` are the states whose news it brings (none: any)."""

    kind: str
    origin: str
    every: float = 3600.0
    parties: tuple[str, ...] = ()
    follow: bool = False
    """For a feed: whether to fetch the page behind each new item."""


@dataclass(frozen=True, slots=True)
class Look:
    """That a source was looked at: when (UTC, ISO), and what came of it.

    ``outcome`` is "new", "unchanged", "refused" (robots.txt) or "failed"; only the first
    two say that there was no other news. ``found`` counts the new documents.
    """

    origin: str
    at: str
    outcome: str
    found: int = 0
    parties: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Memory:
    """What is remembered of a source between looks; kept as JSON in a file of the user's."""

    path: Path | None = None
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def at(cls, path: Path | None) -> Memory:
        """Return what the file remembers; nothing where there is none or it is damaged."""
        try:
            return cls(path, json.loads(path.read_text("utf-8")) if path is not None else {})
        except (OSError, ValueError):
            return cls(path)

    def of(self, origin: str) -> dict[str, Any]:
        return self.sources.setdefault(origin, {})

    def save(self) -> None:
        """Write the file whole or not at all."""
        if self.path is not None:
            new = self.path.with_name(self.path.name + ".new")
            new.write_text(json.dumps(self.sources), "utf-8")
            new.replace(self.path)


def watch_list(path: Path) -> tuple[list[Watched], float]:
    """Return the sources of a TOML list and the delay between two fetches from one host (seconds).

    Raises ServandaError where the list cannot be read; the message names the entry.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ServandaError(
            f"{path}: cannot be read as a watch list ({error}). See 'servanda watch --help'."
        ) from error
    sources = [_watched(kind, entry, path) for kind in _KINDS for entry in _entries(table, kind, path)]
    if not sources:
        raise ServandaError(f"{path}: names no [[feed]], [[page]] or [[folder]]. Add one.")
    every = float(table.get("every", 3600))
    return [replace(s, every=s.every or every) for s in sources], float(table.get("delay", 5))


def _entries(table: dict[str, Any], kind: str, path: Path) -> list[dict[str, Any]]:
    entries = table.get(kind, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ServandaError(f"{path}: '{kind}' is no list of tables. Write [[{kind}]] before each.")
    return entries


def _watched(kind: str, entry: dict[str, Any], path: Path) -> Watched:
    origin = entry.get(_KINDS[kind])
    if not isinstance(origin, str) or (kind != "folder" and not origin.startswith(("http://", "https://"))):
        raise ServandaError(f"{path}: a [[{kind}]] has no {_KINDS[kind]} that can be watched ({origin!r}). Give one.")
    parties = tuple(sorted(str(p) for p in entry.get("parties", ())))
    return Watched(kind, origin, float(entry.get("every", 0)), parties, bool(entry.get("follow", False)))


@dataclass(slots=True)
class Watcher:
    """Looks at sources politely: robots.txt, a delay for each host, conditional requests, retries."""

    memory: Memory = field(default_factory=Memory)
    limits: Limits = field(default_factory=Limits)
    delay: float = 5.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    fetched: dict[str, float] = field(default_factory=dict)
    robots: dict[str, RobotFileParser] = field(default_factory=dict)

    def once(self, sources: list[Watched]) -> Iterator[Read | Look]:
        """Look at each source once; yield its new documents, then the look itself."""
        for source in sources:
            yield from self.look(source)

    def forever(self, sources: list[Watched]) -> Iterator[Read | Look]:
        """Look at each source whenever its time has come, until the caller stops asking."""
        due = dict.fromkeys(sources, self.clock())
        while due:
            source = min(due, key=lambda s: due[s])
            self.sleep(max(0.0, due[source] - self.clock()))
            due[source] = self.clock() + source.every
            yield from self.look(source)

    def look(self, source: Watched) -> Iterator[Read | Look]:
        """Look at one source; yield its new documents, then the look."""
        found = 0
        problems: list[Problem] = []
        outcome = "unchanged"
        for thing in self._folder(source) if source.kind == "folder" else self._address(source):
            if isinstance(thing, str):
                outcome = thing
                continue
            found += thing.document is not None
            problems += thing.problems
            yield thing
        outcome = "new" if found else outcome
        self.memory.save()
        yield Look(source.origin, _now(), outcome, found, source.parties, tuple(problems))

    def _folder(self, source: Watched) -> Iterator[Read | str]:
        """Yield the documents whose bytes were not seen before."""
        for each in read(source.origin, limits=self.limits):
            if each.document is None and any(p.where == source.origin and p.cause != "empty" for p in each.problems):
                yield "failed"
            if self._is_new(source, each):
                yield each

    def _address(self, source: Watched) -> Iterator[Read | str]:
        known = self.memory.of(source.origin)
        answer = self._asked(source.origin, known)
        if isinstance(answer, Problem):
            yield "refused" if answer.cause == "robots" else "failed"
            yield Read(source.origin, problems=(answer,))
            return
        digest = hashlib.sha256(answer.data).hexdigest()
        if answer.status == 304 or known.get("digest") == digest:
            return
        for each in read_bytes(
            answer.data, source.origin, url=answer.url, declared=answer.declared, limits=self.limits
        ):
            if self._is_new(source, each):
                yield from self._followed(each) if source.follow else [each]
        known.update(digest=digest, etag=answer.headers.get("etag"), modified=answer.headers.get("last-modified"))

    def _followed(self, item: Read) -> Iterator[Read]:
        """Yield the page behind a feed's item, or the item where the page cannot be had."""
        url = item.document.url if item.document else None
        answer = self._asked(url, {}) if url else None
        if not isinstance(answer, Fetched) or url is None:
            yield replace(item, problems=(*item.problems, answer)) if isinstance(answer, Problem) else item
            return
        yield from read_bytes(answer.data, url, url=answer.url, declared=answer.declared, limits=self.limits)

    def _is_new(self, source: Watched, each: Read) -> bool:
        """Whether the document, or the trouble, was not seen at this source before; remembers it."""
        known = self.memory.of(source.origin).setdefault("seen", {})
        key = each.document.id if each.document else f"{each.path} {'; '.join(map(str, each.problems))}"
        if key in known:
            return False
        known[key] = 1
        for old in list(known)[:-_REMEMBERED]:
            del known[old]
        return True

    def _asked(self, url: str, known: dict[str, Any]) -> Fetched | Problem:
        """Ask for an address as its host allows; statuses that mean trouble become problems."""
        if not self._allowed(url):
            return Problem(
                url, "the host's robots.txt asks not to read it.", "robots", "Ask the publisher, or leave it out."
            )
        headers = {"if-none-match": known.get("etag"), "if-modified-since": known.get("modified")}
        answer = self._retried(url, {name: value for name, value in headers.items() if value})
        if isinstance(answer, Fetched) and answer.status >= 400:
            return Problem(url, f"the server answered {answer.status}.", f"http-{answer.status}", "Check the address.")
        return answer

    def _retried(self, url: str, headers: dict[str, str]) -> Fetched | Problem:
        """Ask again, later each time or when the server says, where the trouble may pass."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_result(_may_pass),
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=_wait,
            sleep=self.sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        answer: Fetched | Problem = retrying(self._polite, url, headers)
        return answer

    def _polite(self, url: str, headers: dict[str, str]) -> Fetched | Problem:
        """Ask once, not sooner after the last time than the host's delay."""
        host = urlsplit(url).netloc
        robots = self.robots.get(host)
        delay = max(self.delay, float((robots.crawl_delay(USER_AGENT) if robots else 0) or 0))
        if host in self.fetched:
            self.sleep(max(0.0, self.fetched[host] + min(delay, _LONGEST_WAIT) - self.clock()))
        answer = answered(url, self.limits, headers)
        self.fetched[host] = self.clock()
        return answer

    def _allowed(self, url: str) -> bool:
        """Ask robots.txt, once a host. One that has none is free; one whose server fails is left alone (RFC 9309)."""
        parts = urlsplit(url)
        if parts.netloc not in self.robots:
            parser = RobotFileParser()
            answer = self._retried(f"{parts.scheme}://{parts.netloc}/robots.txt", {})
            if isinstance(answer, Problem):
                return True  # the fetch itself will say what is wrong
            lines = answer.data[:_LONGEST_ROBOTS].decode("utf-8", "replace").splitlines() if answer.status < 400 else []
            parser.parse(["User-agent: *", "Disallow: /"] if answer.status >= 500 else lines)
            self.robots[parts.netloc] = parser
        return self.robots[parts.netloc].can_fetch(USER_AGENT, url)


def _may_pass(answer: Fetched | Problem) -> bool:
    return answer.cause == "unreachable" if isinstance(answer, Problem) else answer.status in _PASSING


def _wait(state: tenacity.RetryCallState) -> float:
    """Return the seconds to wait: what Retry-After says, else 1, 2, 4; never past the longest wait."""
    answer = state.outcome.result() if state.outcome else None
    said = answer.headers.get("retry-after", "") if isinstance(answer, Fetched) else ""
    seconds = float(said) if said.isdigit() else _until(said)
    return min(2.0 ** (state.attempt_number - 1) if seconds is None else seconds, _LONGEST_WAIT)


def _until(said: str) -> float | None:
    """Return the seconds until the moment that a Retry-After names (RFC 9110, 10.2.3); None where it names none."""
    try:
        moment = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
