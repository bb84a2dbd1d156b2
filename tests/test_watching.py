"""Watching feeds, pages and folders, against a real server on loopback that also misbehaves."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from commands import servanda
from servanda import reading
from servanda.ledger import Ledger
from servanda.problems import ServandaError
from servanda.reading import Limits, Read
from servanda.watching import Look, Memory, Watched, Watcher, watch_list

TEXT = "Ruritania and Freedonia agreed to draft a port accord at the meeting in Strelsau."
OPEN = Limits(allow_private=True, seconds=2.0, document_bytes=1 << 20)
Answer = Callable[[BaseHTTPRequestHandler], None]


def item(n: int) -> str:
    return f"<item><title>Report {n}</title><description>{TEXT} Part {n}.</description></item>"


def feed(*numbers: int) -> bytes:
    return f"<rss><channel><title>Port</title>{''.join(map(item, numbers))}</channel></rss>".encode()


class Server:
    """A server whose answers a test sets by path; counts what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.heard: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked[self.path] += 1
                outer.heard.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                answer = outer.answers.get(self.path)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    answer(self) if answer else self.send_error(404)

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}{path}"

    def gives(self, path: str, data: bytes, status: int = 200, **headers: str) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            etag = headers.get("etag")
            same = etag is not None and handler.headers.get("if-none-match") == etag
            handler.send_response(304 if same else status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            if "content_length" not in headers:
                handler.send_header("content-length", "0" if same else str(len(data)))
            handler.end_headers()
            if not same:
                handler.wfile.write(data)

        self.answers[path] = answer


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def watcher(slept: list[float] | None = None, memory: Memory | None = None) -> Watcher:
    waits = slept if slept is not None else []
    return Watcher(memory or Memory(), OPEN, delay=0.0, sleep=waits.append)


def looked(things: list[Read | Look]) -> Look:
    [look] = [t for t in things if isinstance(t, Look)]
    return look


def titles(things: list[Read | Look]) -> list[str | None]:
    return [t.document.title for t in things if isinstance(t, Read) and t.document]


def test_a_feed_gives_only_new_items_on_the_second_look(server: Server):
    source = Watched("feed", server.url("/feed"), parties=("FRD", "RUR"))
    watch = watcher()
    server.gives("/feed", feed(1, 2))
    first = list(watch.look(source))
    server.gives("/feed", feed(1, 2, 3))
    second = list(watch.look(source))

    assert (["Report 1", "Report 2"], ["Report 3"]) == (titles(first), titles(second))
    assert ("new", 2, ("FRD", "RUR")) == (looked(first).outcome, looked(first).found, looked(first).parties)


def test_an_unchanged_feed_is_asked_for_by_its_etag_and_the_look_is_recorded(server: Server):
    server.gives("/feed", feed(1), etag='"one"', last_modified="Sat, 05 Apr 2031 10:00:00 GMT")
    watch = watcher()
    list(watch.look(Watched("feed", server.url("/feed"))))
    again = list(watch.look(Watched("feed", server.url("/feed"))))

    assert "unchanged" == looked(again).outcome
    assert '"one"' == server.heard[-1][1]["if-none-match"]
    assert "Sat, 05 Apr 2031 10:00:00 GMT" == server.heard[-1][1]["if-modified-since"]


def test_what_was_seen_is_remembered_over_runs(server: Server, tmp_path: Path):
    server.gives("/feed", feed(1))
    source = Watched("feed", server.url("/feed"))
    list(watcher(memory=Memory.at(tmp_path / "memory.json")).look(source))
    server.gives("/feed", feed(1, 2))

    assert ["Report 2"] == titles(list(watcher(memory=Memory.at(tmp_path / "memory.json")).look(source)))


def test_changed_content_under_one_address_is_a_new_document(server: Server):
    source = Watched("page", server.url("/page"))
    watch = watcher()
    server.gives("/page", f"<p>{TEXT}</p>".encode())
    list(watch.look(source))
    server.gives("/page", f"<p>{TEXT} It was signed on Monday.</p>".encode())
    [read, look] = list(watch.look(source))

    assert isinstance(read, Read) and read.document
    assert read.document.text.endswith("signed on Monday.")
    assert isinstance(look, Look) and "new" == look.outcome


def test_robots_txt_is_obeyed(server: Server):
    server.gives("/robots.txt", b"User-agent: *\nDisallow: /private\nCrawl-delay: 7\n")
    server.gives("/private/feed", feed(1))
    server.gives("/feed", feed(1))
    slept: list[float] = []
    watch = watcher(slept)
    refused = list(watch.look(Watched("feed", server.url("/private/feed"))))
    allowed = list(watch.look(Watched("feed", server.url("/feed"))))

    assert "refused" == looked(refused).outcome
    assert 0 == server.asked["/private/feed"]
    assert ["Report 1"] == titles(allowed)
    assert 6 < max(slept) <= 7


def test_the_agent_says_who_it_is(server: Server):
    server.gives("/feed", feed(1))
    list(watcher().look(Watched("feed", server.url("/feed"))))

    assert server.heard[-1][1]["user-agent"].startswith("servanda/")


def in_forty_seconds() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)


@pytest.mark.parametrize(
    ("said", "least", "most"), [("17", 17, 17), ("a moment", 5, 40), ("soon", 1, 1), ("9999", 300, 300)]
)
def test_a_busy_server_is_asked_again_when_it_says(server: Server, said: str, least: float, most: float):
    """By a number of seconds or by a moment; what says neither waits a second, and none waits for hours."""
    answers = [429, 200]
    wait = in_forty_seconds() if said == "a moment" else said

    def busy_first(handler: BaseHTTPRequestHandler) -> None:
        status = answers.pop(0)
        handler.send_response(status)
        handler.send_header("retry-after", wait)
        data = feed(1) if status == 200 else b""
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    server.answers["/feed"] = busy_first
    slept: list[float] = []
    things = list(watcher(slept).look(Watched("feed", server.url("/feed"))))

    assert ["Report 1"] == titles(things)
    assert least <= max(slept) <= most


def test_a_server_that_keeps_failing_is_a_failed_look(server: Server):
    server.gives("/feed", b"", status=503)
    look = looked(list(watcher().look(Watched("feed", server.url("/feed")))))

    assert "failed" == look.outcome
    assert ["http-503"] == [p.cause for p in look.problems]
    assert 4 == server.asked["/feed"]


def test_a_followed_feed_gives_the_pages_behind_it(server: Server):
    link = f"<item><title>Short</title><description>Short.</description><link>{server.url('/page')}</link></item>"
    server.gives("/feed", f"<rss><channel>{link}</channel></rss>".encode())
    server.gives("/page", f"<html><h1>The whole report</h1><p>{TEXT}</p></html>".encode())

    assert ["The whole report"] == titles(list(watcher().look(Watched("feed", server.url("/feed"), follow=True))))


def test_a_folder_gives_new_and_changed_files(tmp_path: Path):
    (tmp_path / "a.txt").write_text(TEXT)
    watch, source = watcher(), Watched("folder", str(tmp_path))
    first = looked(list(watch.look(source)))
    (tmp_path / "b.txt").write_text(TEXT + " More.")
    second = looked(list(watch.look(source)))
    third = looked(list(watch.look(source)))

    assert [("new", 1), ("new", 1), ("unchanged", 0)] == [(x.outcome, x.found) for x in (first, second, third)]


def test_one_failed_source_does_not_stop_the_others(server: Server, tmp_path: Path):
    server.gives("/feed", feed(1))
    sources = [Watched("folder", str(tmp_path / "none")), Watched("feed", server.url("/feed"))]
    looks = [t for t in watcher().once(sources) if isinstance(t, Look)]

    assert ["failed", "new"] == [look.outcome for look in looks]


def test_a_schedule_looks_again_when_the_time_has_come(tmp_path: Path):
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    watch = Watcher(Memory(), OPEN, sleep=sleep, clock=lambda: now[0])
    often, seldom = (Watched("folder", str(tmp_path / name), every=t) for name, t in (("a", 10.0), ("b", 25.0)))
    looks: list[str] = []
    for thing in watch.forever([often, seldom]):
        if isinstance(thing, Look):
            looks.append(Path(thing.origin).name)
        if len(looks) == 6:
            break

    assert ["a", "b", "a", "a", "b", "a"] == looks


def test_a_watch_list_names_what_to_look_at(tmp_path: Path):
    path = tmp_path / "watch.toml"
    path.write_text(
        'delay = 2\nevery = 60\n[[feed]]\nurl = "https://port.example/rss"\nparties = ["RUR", "FRD"]\nfollow = true\n'
        '[[folder]]\npath = "/reports"\nevery = 5\n'
    )
    sources, delay = watch_list(path)

    assert 2.0 == delay
    assert [
        Watched("feed", "https://port.example/rss", 60.0, ("FRD", "RUR"), True),
        Watched("folder", "/reports", 5.0),
    ] == sources


@pytest.mark.parametrize("text", ["", "not toml", '[[feed]]\nurl = "file:///etc"', "feed = 3", '[[page]]\npath = "x"'])
def test_a_bad_watch_list_is_said_in_one_line(tmp_path: Path, text: str):
    path = tmp_path / "watch.toml"
    path.write_text(text)

    with pytest.raises(ServandaError) as error:
        watch_list(path)
    assert "\n" not in str(error.value)


def problem_of(url: str, limits: Limits = OPEN) -> str:
    [read] = list(reading.read(url, limits=limits))
    assert read.document is None
    return read.problems[0].what


def test_a_page_is_read_from_its_address(server: Server):
    server.gives("/2031/04/05/accord", f"<p>{TEXT}</p>".encode("utf-16"), content_type="text/html; charset=utf-16")
    [read] = list(reading.read(server.url("/2031/04/05/accord"), limits=OPEN))

    assert read.document is not None
    assert (TEXT, "2031-04-05") == (read.document.text, read.document.date)


def test_a_slow_server_is_left_at_the_limit(server: Server):
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    server.answers["/slow"] = drip
    start = time.monotonic()

    assert "limit seconds" in problem_of(server.url("/slow"), Limits(allow_private=True, seconds=0.5))
    assert time.monotonic() - start < 2


def test_an_endless_answer_is_left_at_the_limit(server: Server):
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"words and words " * 4096)

    server.answers["/endless"] = endless

    assert "limit document_bytes" in problem_of(server.url("/endless"))


def test_a_packed_bomb_is_left_at_the_limit(server: Server):
    server.gives("/bomb", gzip.compress(b"0" * 50_000_000), content_encoding="gzip")

    assert "limit document_bytes" in problem_of(server.url("/bomb"))


def test_redirects_in_a_circle_end_at_the_limit(server: Server):
    server.gives("/a", b"", status=302, location="/b")
    server.gives("/b", b"", status=302, location="/a")

    assert "limit redirects" in problem_of(server.url("/a"))


def test_a_body_shorter_than_it_says_is_a_problem(server: Server):
    server.gives("/short", b"only this", content_length="1000")

    assert "cannot be fetched" in problem_of(server.url("/short"))


def test_a_redirect_to_a_file_or_another_scheme_is_refused(server: Server):
    server.gives("/file", b"", status=302, location="file:///etc/hostname")

    assert "not http" in problem_of(server.url("/file"))


def test_a_name_that_leads_home_is_refused_however_it_gets_there(server: Server, monkeypatch: pytest.MonkeyPatch):
    home = [(2, 1, 6, "", ("127.0.0.1", server.http.server_port))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **options: home)

    assert "not public" in problem_of("http://innocent.example/", Limits(seconds=2.0))
    assert 0 == sum(server.asked.values())


def test_a_missing_page_is_a_problem_with_its_status(server: Server):
    assert "404" in problem_of(server.url("/none"))


def listed(folder: Path, *urls: str) -> Path:
    path = folder / "watch.toml"
    path.write_text("delay = 0\n" + "".join(f'[[feed]]\nurl = "{url}"\nparties = ["BEL", "IND"]\n' for url in urls))
    return path


def test_the_command_refuses_a_private_address_and_looks_where_that_is_allowed(server: Server, tmp_path: Path):
    text = "<item><title>Ports</title><description>India and Belgium held talks on ports.</description></item>"
    server.gives("/feed", f"<rss><channel>{text}</channel></rss>".encode())
    words = ("watch", listed(tmp_path, server.url("/feed")), "--once", "--ledger", tmp_path / "l.db")

    refused = servanda(*words)
    assert (1, 0) == (refused.status, sum(server.asked.values()))
    assert "--allow-private" in refused.err and "failed" in refused.out
    assert Ledger.open(tmp_path / "l.db").search("ports", "documents") == []

    allowed = servanda(*words, "--allow-private")
    assert (0, "") == (allowed.status, allowed.err)
    assert 1 == len(Ledger.open(tmp_path / "l.db").search("ports", "documents"))


def test_a_private_address_is_allowed_by_the_settings_too(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    server.gives("/feed", feed(1))
    monkeypatch.setenv("SERVANDA_LIMITS_ALLOW_PRIVATE", "true")
    ran = servanda("watch", listed(tmp_path, server.url("/feed")), "--once", "--ledger", tmp_path / "l.db")

    assert (0, "") == (ran.status, ran.err)


def test_every_look_is_noted_for_the_parties_watched_but_a_failed_one_tells_nothing(server: Server, tmp_path: Path):
    """What is overdue is *unwatched* where nobody looked: a refused or failed look is no look."""
    server.gives("/feed", feed(1))
    servanda("watch", listed(tmp_path, server.url("/none")), "--once", "--allow-private", "--ledger", tmp_path / "l.db")
    with Ledger.open(tmp_path / "l.db") as ledger, ledger.looking() as connection:
        assert [] == connection.exec_driver_sql("SELECT parties FROM looks").fetchall()
    servanda("watch", listed(tmp_path, server.url("/feed")), "--once", "--allow-private", "--ledger", tmp_path / "l.db")
    with Ledger.open(tmp_path / "l.db") as ledger, ledger.looking() as connection:
        [look] = connection.exec_driver_sql("SELECT parties, day, what FROM looks").fetchall()

    assert ("BEL IND", server.url("/feed")) == (look[0], look[2])


def test_a_public_name_that_redirects_home_is_refused_there(server: Server, monkeypatch: pytest.MonkeyPatch):
    """The first host is let through as if it were public; where it leads is not."""
    from servanda.reading import fetching

    server.gives("/go", b"", status=302, location=server.url("/secret"))
    server.gives("/secret", b"the secret words")
    real = fetching.public_addresses

    def resolved(host: str, port: int, limits: Limits) -> list[str]:
        return ["127.0.0.1"] if host == "public.example" else real(host, port, limits)

    monkeypatch.setattr(fetching, "public_addresses", resolved)
    address = f"http://public.example:{server.http.server_port}/go"

    assert "not public" in problem_of(address, Limits(seconds=2.0))
    assert (1, 0) == (server.asked["/go"], server.asked["/secret"])


def test_a_body_longer_than_it_says_ends_where_it_says(server: Server):
    page = f"<p>{TEXT}</p>".encode()
    server.gives("/long", page + b"<p>more that was not announced</p>", content_length=str(len(page)))
    [read] = list(reading.read(server.url("/long"), limits=OPEN))

    assert read.document is not None and TEXT == read.document.text


def test_a_body_that_is_not_packed_as_it_says_is_a_problem(server: Server):
    server.gives("/packed", b"this is no gzip at all", content_encoding="gzip")

    assert "badly packed" in problem_of(server.url("/packed"))


@pytest.mark.parametrize(
    ("path", "cause"),
    [("/slow", "limit"), ("/endless", "limit"), ("/round", "limit"), ("/bomb", "limit"), ("/short", "unreachable")],
)
def test_a_watch_goes_on_past_a_source_that_misbehaves(path: str, cause: str, server: Server):
    """Each is one failed look with a problem that says why, and the next source is looked at."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"words and words " * 4096)

    server.answers |= {"/slow": drip, "/endless": endless}
    server.gives("/round", b"", status=302, location="/round")
    server.gives("/bomb", gzip.compress(b"0" * 50_000_000), content_encoding="gzip")
    server.gives("/short", b"only this", content_length="1000")
    server.gives("/feed", feed(1))
    limits = Limits(allow_private=True, seconds=0.5, document_bytes=1 << 20)
    watch = Watcher(Memory(), limits, delay=0.0, sleep=lambda _: None)
    looks = [t for t in watch.once([Watched("page", server.url(p)) for p in (path, "/feed")]) if isinstance(t, Look)]

    assert ["failed", "new"] == [look.outcome for look in looks]
    assert [cause] == [p.cause for p in looks[0].problems]
