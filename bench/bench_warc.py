"""Add a large web archive, made by repeating the real pages beside the project, and measure all its processes.

    python bench/bench_warc.py [--megabytes 200] [--jobs 2] [--pages FOLDER] [--keep FILE.warc.gz]

Each repetition of a page stands under an address of its own, so that every record is a new
document (and a reprint). Prints documents a second, the peak of resident memory of all
processes together, and how busy the cores were: processor time of ``add`` and its helpers
over wall time, out of as many cores as there are. Others' work on the machine lowers that, so
it also prints the share of what others left: of its own time and the time the cores were idle.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).resolve().parents[2] / "shared" / "pages"
PACE = 0.5  # seconds between two looks at the memory


class Page:
    """A page that is packed once, and put into as many records as are asked for."""

    def __init__(self, page: bytes) -> None:
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
        self.body = http + page
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        self.packed = packer.compress(self.body + b"\r\n\r\n") + packer.flush()

    def record(self, address: str) -> bytes:
        """Return one WARC response record, packed as a gzip member of its own."""
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\n"
            "Content-Type: application/http; msgtype=response\r\n"
            f"WARC-Date: 2031-04-05T00:00:00Z\r\nContent-Length: {len(self.body)}\r\n\r\n"
        ).encode()
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
        whole = zlib.crc32(b"\r\n\r\n", zlib.crc32(self.body, zlib.crc32(head)))
        ends = struct.pack("<LL", whole, len(head) + len(self.body) + 4)
        return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + start + self.packed + ends


def written(file: Path, folder: Path, megabytes: int) -> int:
    """Write the archive; return how many records it holds."""
    pages = [(path.stem, Page(gzip.decompress(path.read_bytes()))) for path in sorted(folder.glob("*.gz"))]
    number = 0
    with file.open("wb") as out:
        while pages and out.tell() < megabytes * 1_000_000:
            for name, page in pages:
                number += 1
                out.write(page.record(f"https://desk.example/{number}/{name}"))
    return number


def family(root: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield root
    try:
        children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident(root: int) -> tuple[int, int]:
    """Return the bytes of memory that a process and all below it hold: each page once, and once for each process."""
    once = each = 0
    for process in family(root):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:
            continue
        held = {line.split(":")[0]: 1024 * int(line.split()[1]) for line in lines}
        once, each = once + held.get("Pss", 0), each + held.get("Rss", 0)
    return once, each


def spent(process: int) -> float:
    """Return the processor seconds of a process itself, without those it started."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle() -> float:
    """Return the seconds that all cores were idle since the machine started (Linux; else 0)."""
    try:
        return int(Path("/proc/stat").read_text().split()[4]) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


@dataclass
class Watched:
    """The most memory that was seen (each page once, once for each process), and the filing process's own time."""

    once: int = 0
    each: int = 0
    own: float = 0.0

    def watch(self, process: subprocess.Popen[str]) -> None:
        while process.poll() is None:
            once, each = resident(process.pid)
            self.once, self.each = max(self.once, once), max(self.each, each)
            self.own = max(self.own, spent(process.pid))
            time.sleep(PACE)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--megabytes", type=int, default=200)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--pages", type=Path, default=PAGES)
    asked.add_argument("--keep", type=Path, help="an archive to use, made where it is not there")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = given.keep or Path(folder) / "pages.warc.gz"
        if not archive.exists():
            print(f"{written(archive, given.pages, given.megabytes):,} records written", flush=True)
        return measured(archive, Path(folder) / "ledger.db", given.jobs)


def measured(archive: Path, ledger: Path, jobs: int) -> int:
    command = [sys.executable, "-m", "servanda.cli", "add", "--jobs", str(jobs), "--ledger", ledger, archive]
    start, rested, seen = time.monotonic(), idle(), Watched()
    with subprocess.Popen([str(word) for word in command], stderr=subprocess.PIPE, text=True) as process:
        threading.Thread(target=seen.watch, args=(process,), daemon=True).start()
        complaints = len((process.stderr or io.StringIO()).readlines())
        status = process.wait()
    wall, rested = time.monotonic() - start, idle() - rested
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = used.ru_utime + used.ru_stime
    busy = own / wall
    cores = os.cpu_count() or 1
    print(f"{archive.stat().st_size / 1e6:.0f} MB in {wall:.0f} s, status {status}, {complaints} problems told")
    peak = f"peak {seen.each / 1e6:.0f} MB in all processes, {seen.once / 1e6:.0f} MB with shared pages once"
    print(f"{peak}; the largest alone {used.ru_maxrss / 1e3:.0f} MB")
    print(f"{own:.0f} s of processor time, of which the process that files took {seen.own:.0f}")
    print(f"{busy:.2f} of {cores} cores busy ({busy / cores:.0%}); {own / (own + rested):.0%} of what others left")
    return status


if __name__ == "__main__":
    sys.exit(main())
