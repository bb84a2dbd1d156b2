"""A server of the tests' own that speaks the OpenAI interface on the loopback, and misbehaves when told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from servanda.asking import Settings

Say = Callable[[dict[str, Any]], str]


def completion(text: str, reason: str = "stop") -> bytes:
    """Return a chat completion that says a text."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 900, "completion_tokens": 100}}).encode()


@dataclass
class Reply:
    """One response. ``endless`` sends the body for ever; ``slow`` waits so many seconds before it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    endless: bool = False


@dataclass
class Server:
    """What was asked, and what will be said: the replies in line first, then what ``say`` makes of the request."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    line: list[Reply] = field(default_factory=list)
    say: Say = lambda body: '{"claims": []}'
    most_at_once: int = 0
    busy: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def settings(self, folder: Path, **changed: Any) -> Settings:
        """Return settings for this server, impatient and with a cache of their own."""
        given: dict[str, Any] = {"timeout": 2.0, "cache": folder / "answers", "attempts": 4, "key": "sk-of-the-tests"}
        return Settings(url=self.url, model="small", **(given | changed))

    def reply(self, body: dict[str, Any], key: str) -> Reply:
        with self.lock:
            self.asked.append(body)
            self.keys.append(key)
            self.times.append(time.monotonic())
            if self.line:
                return self.line.pop(0)
        return Reply(completion(self.say(body)))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    of: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.of.lock:
            self.of.busy += 1
            self.of.most_at_once = max(self.of.most_at_once, self.of.busy)
        try:
            self.answer(self.of.reply(body, self.headers.get("authorization", "")))
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with self.of.lock:
                self.of.busy -= 1

    def answer(self, reply: Reply) -> None:
        time.sleep(reply.slow)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.endless:
            self.send_header("connection", "close")
            self.end_headers()
            while True:
                self.wfile.write(reply.body)
                time.sleep(0.05)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)


@contextmanager
def serving(say: Say | None = None) -> Iterator[Server]:
    """Run a server on a free port of the loopback."""
    server = Server()
    if say is not None:
        server.say = say
    handler = type("Bound", (Handler,), {"of": server})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_port}/v1"
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def claim(**slots: Any) -> dict[str, Any]:
    """Return a claim as a model would answer it."""
    made: dict[str, Any] = {
        "kind": "instrument",
        "form": "mou",
        "stage": "signed",
        "title": "memorandum of understanding on ports",
        "parties": ["BEL", "IND"],
        "by": [],
        "orgs": [],
        "persons": [],
        "items": [],
        "domains": ["transport"],
        "when": None,
        "due": None,
        "period": None,
        "where": None,
        "under": None,
        "source": None,
        "quotes": ["India and Belgium signed a memorandum of understanding on ports"],
    }
    return made | slots


def saying(*claims: dict[str, Any]) -> str:
    return json.dumps({"claims": list(claims)}, ensure_ascii=False)
