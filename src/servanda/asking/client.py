"""Ask a server that speaks the OpenAI interface, and bear with it.

What passes (429, 5xx, a timeout, a broken line) is tried again, later each time and not before
the server allows; what does not pass ends the request or the run. Invariant: no answer is
waited for longer than ``timeout``, none longer than ``LARGEST`` bytes is kept, and the key
stands in no message.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event, stop_after_attempt
from tenacity.wait import wait_random_exponential

from servanda.asking.instruction import Request
from servanda.asking.settings import Settings
from servanda.problems import ServandaError

LARGEST = 8_000_000  # bytes of one answer
PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
FORMS = {"strict": "json", "json": "none"}  # what is asked of a server that does not know a form of answer
BACKOFF = wait_random_exponential(multiplier=0.5, max=30)


class AskingError(ServandaError):
    """Ends a run that asks a model: no server, no key, no such model. Says what to do."""


class RefusedError(Exception):
    """One request that the server does not answer, and why; the run goes on."""


class PassingError(Exception):
    """Trouble that may pass; ``wait`` is how many seconds the server asks for."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``cut`` is true where the server says that the answer did not fit; tokens as it counts them."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    cut: bool = False


class Pace:
    """Lets requests start so many a minute, and none before a moment that the server named."""

    def __init__(self, per_minute: int) -> None:
        self.gap = 60 / per_minute if per_minute else 0.0
        self.next = 0.0
        self.lock = threading.Lock()
        self.stopped = threading.Event()

    def turn(self) -> None:
        """Wait for one's turn."""
        with self.lock:
            now = time.monotonic()
            start = max(now, self.next)
            self.next = start + self.gap
        self.stopped.wait(max(0.0, start - now))

    def hold(self, seconds: float) -> None:
        """Let nobody start for so long."""
        with self.lock:
            self.next = max(self.next, time.monotonic() + seconds)


class Client:
    """One server. May be used by several threads at once."""

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None = None) -> None:
        self.settings = settings
        self.form = settings.form
        self.limit_name = "max_tokens"
        self.pace = Pace(settings.per_minute)
        headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
        timeout = httpx.Timeout(settings.timeout, connect=min(10.0, settings.timeout))
        self.http = httpx.Client(headers=headers, timeout=timeout, transport=transport, follow_redirects=False)

    def stop(self) -> None:
        """Ask nothing more; what was asked already is still heard, for it is paid for."""
        self.pace.stopped.set()

    def close(self) -> None:
        self.http.close()

    def ask(self, request: Request) -> Answer:
        """Return the answer. Raises RefusedError for this request, AskingError for all of them."""
        attempts = Retrying(
            retry=retry_if_exception_type(PassingError),
            stop=stop_after_attempt(self.settings.attempts),
            wait=self.wait,
            sleep=sleep_using_event(self.pace.stopped),
            reraise=True,
        )
        try:
            return attempts(self.once, request)
        except UnreachedError as trouble:
            raise AskingError(f"{trouble}. Start the server, or set SERVANDA_LLM_URL.") from trouble
        except PassingError as trouble:
            raise RefusedError(f"{trouble}, {self.settings.attempts} times") from trouble

    def wait(self, state: RetryCallState) -> float:
        """Return how long to wait: what the server asks for where it does, else longer each time."""
        trouble = state.outcome.exception() if state.outcome else None
        asked = trouble.wait if isinstance(trouble, PassingError) else 0.0
        if asked > self.settings.patience:
            raise RefusedError(f"the server asks for {asked:.0f} seconds of patience")
        if asked:
            self.pace.hold(asked)
        return asked or BACKOFF(state)

    def once(self, request: Request) -> Answer:
        """Ask once; a server that does not know a form of request is asked in a plainer one."""
        while True:
            self.pace.turn()
            if self.pace.stopped.is_set():
                raise RefusedError("the run was stopped")
            status, headers, content = self.post(self.body(request))
            if status == 200:
                return answer_in(content)
            if status not in (400, 404, 422) or not self.plainer(content):
                raise self.trouble(status, headers, content)

    def body(self, request: Request) -> dict[str, Any]:
        made = request.body(self.form)
        made[self.limit_name] = made.pop("max_tokens")
        return made

    def plainer(self, content: bytes) -> bool:
        """Ask for less from now on, where the server's words say what it does not know; False where they do not."""
        words = content[:4000].decode("utf-8", "replace").casefold()
        if "max_completion_tokens" in words and self.limit_name == "max_tokens":
            self.limit_name = "max_completion_tokens"
            return True
        if (
            any(name in words for name in ("response_format", "json_schema", "json_object", "schema"))
            and self.form in FORMS
        ):
            self.form = FORMS[self.form]
            return True
        return False

    def post(self, body: Mapping[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        """Return status, headers and content, read to the end or to the limits of time and size."""
        until = time.monotonic() + self.settings.timeout
        try:
            with self.http.stream("POST", f"{self.settings.url}/chat/completions", json=body) as response:
                return response.status_code, response.headers, self.content(response, until)
        except httpx.ConnectError as error:
            raise UnreachedError(f"nobody answers at {self.settings.url}") from error
        except httpx.TimeoutException as error:
            raise PassingError(f"no answer in {self.settings.timeout:.0f} seconds") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise AskingError(
                f"{self.settings.url}: is no address of a server. Set SERVANDA_LLM_URL, as http://localhost:11434/v1."
            ) from error
        except httpx.HTTPError as error:
            raise PassingError(f"the connection broke ({type(error).__name__})") from error

    def content(self, response: httpx.Response, until: float) -> bytes:
        parts, size = list[bytes](), 0
        for part in response.iter_bytes():
            size += len(part)
            if size > LARGEST:
                raise RefusedError("the answer has no end")
            if time.monotonic() > until:
                raise PassingError(f"the answer was not whole after {self.settings.timeout:.0f} seconds")
            parts.append(part)
        return b"".join(parts)

    def trouble(self, status: int, headers: httpx.Headers, content: bytes) -> Exception:
        """Return what a status means: for this attempt, this request or the whole run."""
        if status in PASSING:
            return PassingError(f"the server said {status}", retry_after(headers))
        said = self.without_key(content[:300].decode("utf-8", "replace"))
        if status in (401, 403):
            return AskingError(f"{self.settings.url}: refuses the key ({status}). Set SERVANDA_LLM_KEY.")
        if status in (301, 302, 307, 308, 404, 405):
            return AskingError(f"{self.settings.url}: has no model {self.settings.model!r} to ask ({status}: {said}).")
        return RefusedError(f"the server said {status}: {said}")

    def without_key(self, words: str) -> str:
        """Return a server's words on one line; a key that it repeats is left out."""
        plain = " ".join(words.split())
        return plain.replace(self.settings.key, "(key)") if self.settings.key else plain


class UnreachedError(PassingError):
    """Nobody answered at all."""


def retry_after(headers: httpx.Headers) -> float:
    """Return the seconds that a Retry-After header asks for: a number, or a date (RFC 9110, 10.2.3); 0 without one."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def answer_in(content: bytes) -> Answer:
    """Return the answer in the body of a response. Raises PassingError where there is none."""
    try:
        return answer_of(json.loads(content))
    except (ValueError, RecursionError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise PassingError("the server's response is no chat completion") from error


def answer_of(body: Any) -> Answer:
    """Return the answer in a chat completion. For what is none it raises KeyError, IndexError,
    TypeError or AttributeError.
    """
    choice = body["choices"][0]
    text = choice["message"].get("content") or ""
    usage = body.get("usage") or {}
    counts = [v if isinstance(v := usage.get(name), int) else 0 for name in ("prompt_tokens", "completion_tokens")]
    return Answer(str(text), counts[0], counts[1], choice.get("finish_reason") == "length")
