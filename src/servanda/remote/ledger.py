"""Ask a served ledger: the reading words of ``Ledger``, judging and adding, over HTTP.

Invariant: what goes wrong is one line that names the address and says what to do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx

from servanda.exporting.dossier_parts import Dossier
from servanda.ledger import Doubt, Hit, Judgement, Line
from servanda.ledger.comparing import Compared
from servanda.model import Document
from servanda.problems import LedgerError, Problem, QueryError
from servanda.reading.settings import settings_file, table
from servanda.remote.decoding import read_as

T = TypeVar("T")
API = 1  # what this program reads; the server tells what it speaks
AT_ONCE = 500
TRIES = 4
PASSING = frozenset({502, 503, 504})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
READING, CONNECTING = 120.0, 10.0  # seconds


def token_for(address: str) -> str | None:
    """Return SERVANDA_TOKEN, else the token of this host under ``[tokens]`` in the settings."""
    host = urlsplit(address).hostname or ""
    known = os.environ.get("SERVANDA_TOKEN") or table(settings_file(), "tokens").get(host)
    return str(known).strip() if known else None


class RemoteLedger:
    """A served ledger. A context manager; methods raise QueryError for what was asked, LedgerError for the rest."""

    def __init__(self, address: str, token: str | None = None, transport: httpx.BaseTransport | None = None) -> None:
        self.where = address.rstrip("/")
        parts = urlsplit(self.where)
        if not parts.hostname or parts.username or parts.query or parts.fragment:
            raise QueryError(f"--ledger {address}: is no address of a ledger. Write it as https://ledger.example.org")
        if parts.scheme.lower() == "http" and parts.hostname not in LOOPBACK:
            told = "would cross the network unencrypted. Give one that begins with https://"
            raise QueryError(f"--ledger {address}: {told}")
        self.token = token
        headers = {"accept": "application/json", "user-agent": f"servanda-cli/{API}"}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        timeout = httpx.Timeout(READING, connect=CONNECTING)
        self.http = httpx.Client(headers=headers, timeout=timeout, transport=transport, follow_redirects=False)
        self._about: dict[str, Any] | None = None

    @classmethod
    def open(cls, address: str) -> RemoteLedger:
        """Return the ledger served at an address, with the token that the user has for it."""
        return cls(address, token_for(address))

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> RemoteLedger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Asking

    def entries(self, query: str = "", limit: int | None = 50, offset: int = 0, as_of: str | None = None) -> list[Line]:
        """Return the entries that a query finds, as lines of a list; page by page where they are many."""
        return self.several("entries", Line, limit, offset, q=query, as_of=as_of)

    def due(
        self, before: str | None = None, limit: int | None = 50, as_of: str | None = None, query: str = ""
    ) -> list[Line]:
        return self.several("due", Line, limit, 0, "entries", q=query, before=before, as_of=as_of)

    def search(
        self, words: str, what: str = "entries", limit: int = 50, as_of: str | None = None
    ) -> list[Line] | list[Hit]:
        if what == "entries":
            return self.several("search", Line, limit, 0, what, q=words, what=what, as_of=as_of)
        return self.several("search", Hit, limit, 0, what, q=words, what=what, as_of=as_of)

    def entry_dossier(self, ref: str, as_of: str | None = None) -> Dossier:
        return self.one(f"entries/{quote(ref, safe='')}/dossier", Dossier, as_of=as_of)

    def dossier(self, parties: Sequence[str], limit: int, as_of: str | None = None) -> Dossier:
        named = "/".join(quote(party, safe="") for party in parties)
        return self.one(f"dossiers/{named}", Dossier, limit=min(limit, 100), as_of=as_of)

    def theme(self, query: str, limit: int, as_of: str | None = None) -> Dossier:
        return self.one("themes", Dossier, q=query, limit=min(limit, 100), as_of=as_of)

    def series_dossier(self, ref: str, as_of: str | None = None) -> Dossier:
        return self.one(f"series/{quote(ref, safe='')}", Dossier, as_of=as_of)

    def judgements(self) -> list[Judgement]:
        return self.several("judgements", Judgement, None)

    def review(self, limit: int = 50) -> list[Doubt]:
        return self.several("review", Doubt, limit, 0, "doubts")

    def compare(self, documents: Sequence[Document]) -> list[Compared]:
        """Compare the texts of documents with the ledger; the server reads their claims."""
        made: list[Compared] = []
        for document in documents:
            sent = {"text": document.text, "date": document.date, "language": document.language}
            made += self.read(list[Compared], self.send("compare", json=sent)["claims"])
        return made

    def export(self, format: str, query: str, as_of: str | None = None) -> Iterator[str]:
        """Yield the lines of a file with every entry that a query finds."""
        self.about()
        asked = present({"q": query, "as_of": as_of})
        with self.faults(), self.http.stream("GET", self.at(f"export/{format}"), params=asked) as answer:
            if answer.status_code != 200:
                answer.read()
                self.refused(answer)
            yield from answer.iter_text()

    # Judging and adding

    def judge(
        self, verb: str, *refs: str, by: str, why: str = "", slot: str | None = None, value: str | None = None
    ) -> Judgement:
        """Pass a judgement; where the ledger has accounts, the account signs it."""
        sent = {"verb": verb, "on": list(refs), "by": by, "why": why, "slot": slot, "value": value}
        return self.read(Judgement, self.send("judgements", json=sent))

    def withdraw(self, ref: str) -> Judgement:
        self.about()
        return self.read(Judgement, self.ask("DELETE", f"judgements/{quote(ref, safe='')}"))

    def add(self, name: str, data: bytes, date: str | None, language: str | None) -> dict[str, Any]:
        """Send a source as it came; return what became of it. The same again changes nothing."""
        headers = {"content-type": "application/octet-stream"}
        asked = {"name": name[-500:], "date": date, "language": language}
        return self.send("sources", params=present(asked), content=data, headers=headers)

    def add_address(self, url: str, date: str | None, language: str | None) -> dict[str, Any]:
        """Let the server fetch an address and file what stands there."""
        return self.send("addresses", json={"url": url, "date": date, "language": language})

    # How

    def about(self) -> dict[str, Any]:
        """Return what the server tells of itself. Raises LedgerError where it is none of ours or another version."""
        if self._about is None:
            try:
                found = self.ask("GET", "about")
            except QueryError as error:
                raise self.stranger() from error
            spoken = found.get("api") if isinstance(found, dict) else None
            if not isinstance(spoken, int):
                raise self.stranger()
            if spoken != API:
                which = "this program" if spoken > API else "the server"
                told = f"speaks version {spoken} of the API, this program version {API}"
                raise LedgerError(f"{self.where}: {told} (Servanda {found.get('servanda')} there). Update {which}.")
            self._about = found
        return self._about

    @property
    def most(self) -> int:
        """The bytes that the server takes at once."""
        return int(self.about().get("upload_bytes", 1 << 25))

    def stranger(self) -> LedgerError:
        return LedgerError(f"{self.where}: no Servanda answers there. Give the address that servanda serve tells.")

    def one(self, path: str, kind: type[T], **asked: Any) -> T:
        self.about()
        return self.read(kind, self.ask("GET", path, params=present(asked)))

    def several(
        self, path: str, kind: type[T], limit: int | None, offset: int = 0, key: str = "", **asked: Any
    ) -> list[T]:
        """Return a list, page by page, up to a limit (None: all of it)."""
        self.about()
        made: list[T] = []
        wanted = None if limit is None else limit + offset
        cursor: str | None = None
        while wanted is None or len(made) < wanted:
            size = AT_ONCE if wanted is None else min(AT_ONCE, wanted - len(made))
            told = self.ask("GET", path, params=present({**asked, "limit": size, "cursor": cursor}))
            made += self.read(list[kind], told[key or path])  # type: ignore[valid-type]
            if not (cursor := told.get("next")):
                break
        return made[offset:]

    def send(self, path: str, **body: Any) -> dict[str, Any]:
        self.about()
        found: dict[str, Any] = self.ask("POST", path, **body)
        return found

    def read(self, kind: type[T], value: Any) -> T:
        try:
            return read_as(kind, value)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            told = f"{self.where}: answered in a way that this version does not know ({error})."
            raise LedgerError(f"{told} Update Servanda here or there.") from error

    def at(self, path: str) -> str:
        return f"{self.where}/api/v1/{path}"

    def ask(self, method: str, path: str, **how: Any) -> Any:
        """Ask once, and again where the trouble may pass; all that is asked may be asked twice."""
        from tenacity import Retrying, retry_if_result, stop_after_attempt, wait_exponential

        waits = wait_exponential(multiplier=0.25, max=4)
        passes = retry_if_result(lambda answer: answer.status_code in PASSING)
        stop = stop_after_attempt(TRIES)
        again = Retrying(stop=stop, wait=waits, retry=passes, retry_error_callback=last)
        with self.faults():
            answer: httpx.Response = again(self.http.request, method, self.at(path), **how)
        if not answer.is_success:
            self.refused(answer)
        try:
            return answer.json()
        except ValueError as error:
            raise self.stranger() from error

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn what the network says into one line."""
        try:
            yield
        except httpx.TimeoutException as error:
            raise LedgerError(f"{self.where}: did not answer in time. Try again; is it reachable from here?") from error
        except httpx.ConnectError as error:
            raise LedgerError(f"{self.where}: cannot be reached ({error}). Check address and network.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            told = str(error) or type(error).__name__
            raise LedgerError(f"{self.where}: the connection broke ({told}). Try again.") from error

    def refused(self, answer: httpx.Response) -> None:
        """Raise what the server says, and what to do about it here."""
        status, words = answer.status_code, detail_of(answer)
        if status == 401 and self.token:
            raise LedgerError(f"{self.where}: does not take this token; it ended or was revoked. Ask for another.")
        if status == 401:
            raise LedgerError(f"{self.where}: needs a token. Set SERVANDA_TOKEN; one is made at {self.where}/account")
        if answer.is_redirect:
            raise LedgerError(f"{self.where}: leads on to {answer.headers.get('location')}. Give that address instead.")
        if status >= 500 or status == 403 or words is None:
            raise LedgerError(f"{self.where}: {words or f'answered {status}. Try again later.'}")
        raise QueryError(words)


def last(tried: Any) -> Any:
    """Return the last answer of several."""
    return tried.outcome.result()


def present(asked: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in asked.items() if value is not None}


def detail_of(answer: httpx.Response) -> str | None:
    """Return the sentence of a problem+json, None where the answer is none."""
    if "problem+json" not in answer.headers.get("content-type", ""):
        return None
    try:
        told = answer.json()
    except ValueError:
        return None
    return str(told.get("detail") or "") or None if isinstance(told, dict) else None


def problems_in(told: dict[str, Any]) -> list[Problem]:
    """Return the problems that the server tells of something sent."""
    found = told.get("problems", ())
    return [Problem(p["where"], p["what"], p.get("cause", "unknown"), p.get("advice", "")) for p in found]
