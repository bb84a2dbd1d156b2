"""How the web app bears a large ledger: each page's time and weight, and readers beside an ``add``.

    python bench/bench_web.py LEDGER.db [--only PAGE …] [--times 40]            server time of each page
    python bench/bench_web.py LEDGER.db --browser                               weight, first content in chromium
    python bench/bench_web.py LEDGER.db --readers 50 [--pause 0] [--seconds 30] readers while one ``add`` runs

The ledger is one of ``bench_ledger.py --keep``; the last of the three files reports in it. The server is
``servanda serve`` in a process of its own, so that times are those from the request to the last byte.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda.ledger import Ledger

Addresses = dict[str, list[str]]
Told = tuple[float, int, str]  # milliseconds, status, page
SERVANDA = [sys.executable, "-m", "servanda.cli"]
HEAD = re.compile(rb"HTTP/1\.1 (\d+)")
NAMED = re.compile(rb"\r\ncontent-length: (\d+)", re.I)
STATES = ("India", "Japan", "France", "Italy", "Kenya", "Brazil", "Egypt", "Norway", "Poland", "Turkey")
THINGS = ("ports", "radars", "fisheries", "railways", "vaccines", "satellites", "dams", "archives", "seeds", "ferries")


def addresses(path: Path, count: int) -> Addresses:
    """Return so many addresses of each page, of things that a ledger holds."""
    rng = random.Random(5)
    with Ledger.open(path) as ledger:
        lines = ledger.entries(limit=4 * count)
        some = rng.sample(lines, min(count, len(lines)))
        claims = [ledger.entry(line.id).claims[0] for line in some]
    dyads = [line.parties for line in lines if len(line.parties) == 2]
    pairs = [rng.choice(dyads) for _ in range(count)]
    words = [rng.choice(line.title.split()) for line in some]
    many = range(count)
    single = ("", "dossiers", "series", "network", "map", "compare", "review", "add", "languages", "settings", "keys")
    single += ("judgements", "problems", "audit")
    made = {name or "home": [f"/{name}"] * count for name in single}
    return made | {
        "entries": [f"/entries?page={n + 1}" for n in many],
        "entries of two": [f"/entries?party={one}&party={other}" for one, other in pairs],
        "entries of one": [f"/entries?party={one}&status=open" for one, _ in pairs],
        "entries overdue": [f"/entries?status=overdue&sort=due&page={n + 1}" for n in many],
        "entry": [f"/entries/{line.id}" for line in some],
        "document": [f"/documents/{f.card.id}?claim={f.id}" for f in claims],
        "raw": [f"/documents/{f.card.id}/raw" for f in claims],
        "dossier of two": [f"/dossiers/{one}/{other}" for one, other in pairs],
        "dossier of one": [f"/dossiers/{one}" for one, _ in pairs],
        "series of one": [f"/series?party={one}" for one, _ in pairs],
        "calendar": [f"/calendar?month={2015 + n % 11}-{1 + n % 12:02}" for n in many],
        "due": [f"/due?before={2016 + n % 10}-12-31" for n in many],
        "network of a kind": [f"/network?kind={('meeting', 'instrument', 'trade')[n % 3]}" for n in many],
        "map of one": [f"/map?party={one}" for one, _ in pairs],
        "search": [f"/search?q={word}" for word in words],
    }


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int

    def took(self) -> float:
        """Return the seconds of processor time that it alone took so far, to the microsecond."""
        return time.clock_gettime((~self.pid << 3) | 2)  # the clock of another process (clock_getcpuclockid)

    def worked(self) -> float:
        """Return the seconds of processor time that it and its workers took so far."""
        told = 0.0
        for pid in (self.pid, *children(self.pid)):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            told += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return told


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def served(path: Path, more: Sequence[str] = ()) -> Iterator[Server]:
    """Yield a server on a ledger."""
    command = [*SERVANDA, "serve", "--ledger", str(path), "--port", "0", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r":(\d+) in a browser", said)
    assert found, said
    try:
        yield Server(int(found[1]), process.pid)
    finally:
        process.terminate()
        process.wait(20)


class Reader:
    """A browser's connection: one page after another."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def read(self, address: str) -> tuple[int, int]:
        """Return the status and the length of a page as it came; a closed connection is made anew."""
        try:
            return await self.ask(address)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.streams = None
            return await self.ask(address)

    async def ask(self, address: str) -> tuple[int, int]:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        incoming, outgoing = self.streams
        told = f"GET {address} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip\r\ncookie: servanda_form=x\r\n\r\n"
        outgoing.write(told.encode())
        head = await incoming.readuntil(b"\r\n\r\n")
        status, length = HEAD.match(head), NAMED.search(head)
        assert status is not None, head
        if length is not None:
            await incoming.readexactly(int(length[1]))
            return int(status[1]), int(length[1])
        return int(status[1]), await chunked(incoming)


async def chunked(incoming: asyncio.StreamReader) -> int:
    total = 0
    while size := int(await incoming.readline(), 16):
        await incoming.readexactly(size + 2)
        total += size
    await incoming.readline()
    return total


def high(taken: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(taken)[max(0, int(0.95 * len(taken)) - 1)]


async def each_page(server: Server, pages: Addresses) -> None:
    """Print how long each page takes, one after another, its processor time, and how much is sent."""
    reader = Reader(server.port)
    await counted(server)
    for name, where in pages.items():
        taken, worked, size = list[float](), list[float](), 0
        for address in where:
            began, before = time.perf_counter(), server.took()
            status, length = await reader.read(address)
            taken.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (server.took() - before))
            size = max(size, length)
            assert 200 == status, (status, address)
        told = f"first {taken[0]:7.1f}  median {statistics.median(taken):6.1f}  p95 {high(taken):6.1f} ms"
        told += f"  processor first {worked[0]:7.1f}  p95 {high(worked):6.1f} ms"
        print(f"{name:<20} {told}  {size / 1000:6.1f} kB  load {os.getloadavg()[0]:.1f}", flush=True)


async def counted(server: Server) -> None:
    """Wait until a server that has just begun counts no more, and print how long it counted."""
    quiet, before = 0, server.took()
    while quiet < 4:
        await asyncio.sleep(0.5)
        now = server.took()
        quiet, before = (quiet + 1 if now - before < 0.02 else 0), now
    print(f"{'begun':<20} after {before:.1f} s of processor time", flush=True)


def in_a_browser(server: Server, pages: Addresses) -> None:
    """Print what each page transfers at a first visit, fonts apart, and when its first content is painted."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, where in pages.items():
            page = browser.new_context(base_url=f"http://127.0.0.1:{server.port}").new_page()
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            kinds, sizes = dict[str, str](), dict[str, float]()
            listen(session, kinds, sizes)
            page.goto(where[-1], wait_until="networkidle")
            painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1")
            fonts, rest = sizes.pop("Font", 0.0), sum(sizes.values())
            print(
                f"{name:<20} {rest / 1000:6.1f} kB and fonts {fonts / 1000:6.1f} kB  painted {painted:6.0f} ms",
                flush=True,
            )
            page.context.close()
        browser.close()


def listen(session: Any, kinds: dict[str, str], sizes: dict[str, float]) -> None:
    """Sum up what comes over the network, by kind of thing."""

    def came(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "?")
        sizes[kind] = sizes.get(kind, 0.0) + event["encodedDataLength"]

    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on("Network.loadingFinished", came)


def reports(folder: Path, count: int) -> None:
    """Write reports of about six claims each."""
    rng = random.Random(11)
    for number in range(count):
        one, other = rng.sample(STATES, 2)
        told = [f"{one} and {other} agreed to {verb} on {rng.choice(THINGS)} by the end of 2027." for verb in VERBS]
        text = f"{one} and {other}, report {number}\n\n{one}, {1 + number % 28} March 2026. {' '.join(told)}\n"
        (folder / f"report-{number:04}.txt").write_text(text)


VERBS = ("sign a memorandum of understanding", "hold talks", "conduct joint research", "set up a working group",
         "sign an agreement", "hold a joint exercise")  # fmt: skip


async def reading(
    port: int, pages: Addresses, number: int, until: float, pause: float, told: list[tuple[float, int, str]]
) -> None:
    """Read pages in an order of one's own until the time is up."""
    rng, reader = random.Random(number), Reader(port)
    names = sorted(pages)
    await asyncio.sleep(rng.random() * pause)
    while time.perf_counter() < until:
        name = rng.choice(names)
        began = time.perf_counter()
        status, _ = await reader.read(rng.choice(pages[name]))
        told.append((1000 * (time.perf_counter() - began), status, name))
        if pause:
            await asyncio.sleep(rng.expovariate(1 / pause))


async def warmed(server: Server, pages: Addresses) -> None:
    """Read one of each page a few times, so that a server that has just begun has counted what it counts once."""
    for reader in [Reader(server.port) for _ in range(4)]:
        for where in pages.values():
            await reader.read(where[0])


async def many(server: Server, path: Path, pages: Addresses, readers: int, seconds: float, pause: float) -> None:
    """Print how long pages take for many at once while reports are filed."""
    await warmed(server, pages)
    with tempfile.TemporaryDirectory() as folder:
        reports(Path(folder), 4000)
        adding = subprocess.Popen(
            [*SERVANDA, "add", "--ledger", str(path), folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await asyncio.sleep(4)
        told: list[Told] = []
        before = server.worked()
        until = time.perf_counter() + seconds
        await asyncio.gather(*(reading(server.port, pages, n, until, pause, told) for n in range(readers)))
        cores = (server.worked() - before) / seconds
        running = adding.poll() is None
        adding.terminate()
        adding.wait(30)
    taken = [one[0] for one in told]
    wrong = sum(status != 200 for _, status, _ in told)
    beside = "beside an add all the time" if running else "the add ended before"
    print(f"{readers} readers, {pause:g} s between pages, {beside}: {len(told)} pages in {seconds:g} s, {wrong} errors")
    print(f"    {cores:.2f} processors for the server, {1000 * cores * seconds / len(told):.1f} ms a page")
    print(f"    median {statistics.median(taken):.0f}  p95 {high(taken):.0f}  worst {max(taken):.0f} ms")
    by_page = defaultdict[str, list[float]](list)
    for ms, _, name in told:
        by_page[name].append(ms)
    for name, of in sorted(by_page.items(), key=lambda pair: -high(pair[1]))[:8]:
        print(f"    {name:<20} median {statistics.median(of):6.0f}  p95 {high(of):6.0f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--serve", nargs="*", default=[], help="more options of servanda serve, without their dashes")
    asked = parser.parse_args()
    pages = {k: v for k, v in addresses(asked.ledger, asked.times).items() if not asked.only or k in asked.only}
    more = [f"--{word}" if n % 2 == 0 else word for n, word in enumerate(asked.serve)]
    with served(asked.ledger, more) as server:
        if asked.readers:
            asyncio.run(many(server, asked.ledger, pages, asked.readers, asked.seconds, asked.pause))
        elif asked.browser:
            asyncio.run(counted(server))
            in_a_browser(server, pages)
        else:
            asyncio.run(each_page(server, pages))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
