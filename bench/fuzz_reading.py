"""Mutate inputs of every format and read them: no exception, no hang, never nothing.

    python bench/fuzz_reading.py [--seed 1] [--count 100000] [--keep FOLDER]

Prints how many inputs gave which problems and the slowest; keeps inputs that broke a rule. Exits with 1 where any did.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import test_reading_formats as formats  # noqa: E402
import test_reading_pdf as pdfs  # noqa: E402
from servanda import reading  # noqa: E402
from servanda.reading import Limits  # noqa: E402

HANG = 5  # seconds
TOKENS = [
    b"<", b">", b"&", b"&#x110000;", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"{", b"}", b"[", b"]",
    b"\\ud800", b"\r\n", b"\n\n", b"--", b"<![CDATA[", b"]]>", b"<!--", b"<p", b"</p>", b"<script>",
    b"999999999999", b"-1", b"\xed\xa0\x80", b"stream", b"charset=utf-7", b"charset=base64",
    b'encoding="utf-16"', b"Content-Type: multipart/mixed; boundary=\n", b"9999-99-99",
]  # fmt: skip


def samples() -> list[bytes]:
    page = formats.PAGE.encode()
    return [
        page,
        formats.zipped({"a.html": page, "b.txt": formats.FIRST}),
        formats.tarred({"a.txt": formats.FIRST.encode()}),
        gzip.compress(page),
        formats.warc(("https://port.example/a", page)),
        formats.mail(formats.zipped({"p.html": page})),
        formats.docx("<w:p><w:r><w:t>words</w:t></w:r></w:p>"),
        b'title,body\nOne,"words are here"\n',
        b'{"text":"words are here","date":"2031-01-01"}\n{"text":"b"}\n',
        b"{\\rtf1\\ansi words \\u2309? \\par more}",
        b"# T\n\n**a** [b](c)\n",
        b"<rss><channel><item><title>a</title><description>&lt;p&gt;b&lt;/p&gt;</description></item></channel></rss>",
        " date 2031-01-01 राष्\u200dट्रपति ने कहा".encode(),
        "Рурития и Фридония ".encode("cp1251") * 20,
        pdfs.pdf([[(60, 700, "words of a treaty")]]),
    ]


def mutated(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Return the data after one to twenty changes."""
    new = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 3, 6, 20])):
        at = chance.randrange(len(new) + 1)
        end = min(len(new), at + chance.randrange(1, 60))
        match chance.randrange(6):
            case 0:
                new[at:at] = chance.choice(TOKENS)
            case 1:
                del new[at:end]
            case 2:
                new[at:at] = new[at:end] * chance.choice([1, 2, 50])
            case 3:
                other = chance.choice(others)
                start = chance.randrange(len(other))
                new[at:at] = other[start : start + chance.randrange(80)]
            case 4 if at < len(new):
                new[at] ^= 1 << chance.randrange(8)
            case 5 if chance.random() < 0.3:
                del new[at:]
    return bytes(new)


def broken_rule(data: bytes, causes: Counter[str]) -> str | None:
    """Read the data; return which rule that broke, if any."""
    try:
        found = list(reading.read_bytes(data, "fuzz", limits=Limits(seconds=HANG)))
    except Exception as error:  # noqa: BLE001 - any exception is what is looked for
        return repr(error)
    problems = [problem for read in found for problem in read.problems]
    causes.update(problem.cause for problem in problems)
    if any("(limit seconds)" in problem.what for problem in problems):
        return f"took longer than {HANG} s"
    if not found or not all(read.document or read.problems for read in found):
        return "passed over in silence"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"))
    args = parser.parse_args()
    chance, seeds, causes = random.Random(args.seed), samples(), Counter[str]()
    bad, slowest = 0, 0.0
    for number in range(args.count):
        data = mutated(chance.choice(seeds), chance, seeds)
        start = time.perf_counter()
        if rule := broken_rule(data, causes):
            bad += 1
            args.keep.mkdir(exist_ok=True)
            (args.keep / f"{args.seed}-{number}").write_bytes(data)
            print(number, rule)
        slowest = max(slowest, time.perf_counter() - start)
    print(f"{args.count} inputs, {bad} broke a rule, slowest {slowest:.2f} s; problems {dict(causes.most_common())}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
