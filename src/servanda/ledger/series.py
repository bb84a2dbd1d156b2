"""Meetings that recur, from the entries of their sessions.

A series is a pure function of its sessions and of the day asked about; nothing here
reads the store or the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

import regex

from servanda.ledger.days import iso, known, stretch
from servanda.ledger.folding import most
from servanda.ledger.records import SETTLED, Entry, Line, Series, Session
from servanda.ledger.words import plain, read_title
from servanda.model import Kind, Stage, digest

STANDING = frozenset({"working-group", "dialogue", "ministerial", "summit", "conference"})
COUNTED = regex.compile(r"\b2\s?\+\s?2\b")
NUMBER = regex.compile(
    r"^(?:the\s+)?(?:\d+(?:st|nd|rd|th)|\p{L}+(?:st|nd|rd|th)\b)\s+(?:(?:session|round|meeting)\s+of\s+(?:the\s+)?)?",
    regex.I,
)
SHARED = 0.5  # of the words of two names, at which they name one series


def series_key(entry: Entry) -> str | None:
    """Return what all sessions of one series share: the parties and the words of the name; None for a single event."""
    if entry.kind is not Kind.MEETING or not (ordinal_of(entry) or entry.form in STANDING):
        return None
    name = name_words(entry.title)
    return f"{' '.join(entry.parties)}|{' '.join(sorted(name))}" if name else None


def name_words(title: str) -> frozenset[str]:
    """Return the telling words of a series' name; a "2+2" is that, whatever else is said of it."""
    if COUNTED.search(plain(title)):
        return frozenset({"2+2"})
    return frozenset(word for word, weight in read_title(title).words.items() if weight >= 0.6)


def key_words(line: Line) -> frozenset[str]:
    """Return the words of a session's series, as its key holds them."""
    return frozenset((line.series or "|").split("|", 1)[1].split())


def ordinal_of(entry: Entry) -> int | None:
    """Return the number of a session, from any title that its claims bear."""
    return most([n for filed in entry.claims for n in sorted(read_title(filed.claim.title).ordinals)])


def series_of(lines: Sequence[Line], decided: Iterable[Line], as_of: str) -> list[Series]:
    """Return the series among entries: at least two sessions, or one that is numbered above the first."""
    below = list(decided)
    made = [series_from(of, below, as_of) for of in alike(lines)]
    kept = [s for s in made if len(s.sessions) > 1 or any((x.ordinal or 0) > 1 for x in s.sessions)]
    return sorted(kept, key=lambda s: (-len(s.sessions), s.name, s.id))


def alike(lines: Sequence[Line]) -> list[list[Line]]:
    """Group entries whose parties are the same and whose names share half their words, in the order of their ids."""
    groups: dict[tuple[str, ...], list[tuple[frozenset[str], list[Line]]]] = {}
    known: dict[tuple[str, ...], list[Line]] = {}  # by the whole key: what has it again has the same home
    by_word: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for line in sorted(lines, key=lambda line: line.id):
        whole = (*line.parties, line.series or line.id)
        if (found := known.get(whole)) is not None:
            found.append(line)
            continue
        words = key_words(line)
        own = groups.setdefault(line.parties, [])
        near = sorted({place for word in words for place in by_word.get((line.parties, word), ())})
        home = next((own[place] for place in near if one_name(words, own[place][0])), None)
        if home is None:
            for word in words:
                by_word.setdefault((line.parties, word), []).append(len(own))
            home = (words, [])
            own.append(home)
        home[1].append(line)
        known[whole] = home[1]
    return [of for own in groups.values() for _, of in own]


def one_name(words: frozenset[str], others: frozenset[str]) -> bool:
    return len(words & others) >= SHARED * max(1, min(len(words), len(others)))


def series_from(of: Sequence[Line], below: Sequence[Line], as_of: str) -> Series:
    sessions = tuple(sorted((session(line) for line in of), key=session_order))
    lead = min(of, key=lambda line: (len(line.title), line.title))
    cadence = cadence_of(sessions)
    last = max((start(s) or 0 for s in sessions if s.held), default=0)
    expected = last + cadence if cadence and last else None
    now = stretch(as_of)[0] or 0
    planned = any(not s.held and (start(s) or 0) >= now for s in sessions)
    return Series(
        id=digest("series", *sorted(lead.parties), *sorted(key_words(lead))),
        name=bare_name(lead.title),
        parties=lead.parties,
        level=most([line.form for line in of]),
        parent=most([line.under for line in of]),
        sessions=sessions,
        missing=missing(sessions),
        cadence=cadence,
        expected=iso(expected) if expected else None,
        overdue=bool(expected and cadence and not planned and now > expected + cadence // 2),
        unreviewed=unreviewed(of, sessions, below),
    )


def session(line: Line) -> Session:
    return Session(line.id, line.ordinal, line.event, line.stage in (Stage.DONE, Stage.ACTIVE), line.place)


def session_order(of: Session) -> tuple[int, int, str]:
    return (start(of) or 10**7 + (of.ordinal or 0), of.ordinal or 0, of.entry)


def start(of: Session) -> int | None:
    """Return the day number on which a session began, the last it may have been where that is loosely told."""
    first, last = stretch(of.days)
    return first if first is not None else last


def missing(sessions: Sequence[Session]) -> tuple[int, ...]:
    """Return the numbers between dated sessions of which no report gives a date."""
    dated = {s.ordinal for s in sessions if s.ordinal is not None and known(stretch(s.days))}
    return tuple(n for n in range(min(dated), max(dated)) if n not in dated) if dated else ()


def cadence_of(sessions: Sequence[Session]) -> int | None:
    """Return the median number of days from one session to the next, numbered gaps shared out.

    None below two sessions.
    """
    held = [(start(s), s.ordinal) for s in sessions if s.held and start(s) is not None]
    gaps: list[float] = []
    for (before, first), (after, second) in pairwise(held):
        between = second - first if first and second and second > first else 1
        gaps.append(((after or 0) - (before or 0)) / between)
    return round(median(gaps)) if gaps and median(gaps) > 0 else None


def unreviewed(of: Sequence[Line], sessions: Sequence[Session], below: Sequence[Line]) -> tuple[str, ...]:
    """Return what was decided under a session and of which nothing was reported by the next one, nor since."""
    held = [s for s in sessions if s.held and known(stretch(s.days))]
    if len(held) < 2:
        return ()
    names = frozenset(word for line in of for word in key_words(line))
    after = iso(start(held[-1]) or 1)
    under = (line for line in below if line.status not in SETTLED and line.last < after and line.under)
    return tuple(
        line.id for line in under if names and len(name_words(line.under or "") & names) >= SHARED * len(names)
    )


def bare_name(title: str) -> str:
    """Return a session's title without its number."""
    return NUMBER.sub("", title) or title
