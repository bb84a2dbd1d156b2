"""Mutate inputs of every format and read them: no exception, no hang, never nothing.

    python bench/fuzz_reading.py [--seed 1] [--count 100000] [--keep FOLDER]

Prints how many inputs gave which problems and the slowest; keeps inputs that broke a rule. Exits with 1 where any did.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import lzma
import random
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import test_reading_encodings as encodings  # noqa: E402
import test_reading_formats as formats  # noqa: E402
import test_reading_hostile as hostile  # noqa: E402
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


Pack = Callable[[bytes], bytes]
WORD = formats.docx("<w:p><w:r><w:t>words of a treaty</w:t></w:r></w:p>")
SHEET = hostile.workbook("".join(hostile.CELL.format(words) for words in ("text", "words of a treaty")))
MARKUP = "<t:p>words<t:s/>of <t:tab/>a treaty<t:line-break/></t:p>"
LETTER = hostile.LETTER.replace(f"<t:p>{hostile.FIRST}</t:p>", MARKUP).encode()
ATOM = (
    '<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom">'
    '<entry><title>T</title><content type="html">&lt;p&gt;words &a; of a treaty&lt;/p&gt;</content>'
    "<updated>2031-04-05T00:00:00Z</updated></entry></feed>"
)


def parts(packed: bytes, changed: str) -> Pack:
    """Return what puts other bytes into an office file in place of a part."""

    def pack(data: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return formats.zipped({n: data if n == changed else archive.read(n) for n in archive.namelist()})

    return pack


def as_they_are(data: bytes) -> bytes:
    return data


def samples() -> list[tuple[bytes, Pack]]:
    """Return bytes to change, and what they are packed in after that: else packed ones are only ever damaged."""
    page = formats.PAGE.encode()
    mail = formats.mail(formats.zipped({"p.html": page}))
    bare = [
        page,
        formats.zipped({"a.html": page, "b.txt": formats.FIRST}),
        formats.tarred({"a.txt": formats.FIRST.encode()}),
        gzip.compress(page),
        formats.warc(("https://port.example/a", page)),
        mail,
        b"From a@b.example Mon Jan  1 00:00:00 2031\n" + mail + b"\nFrom c@d.example Mon Jan  1 00:00:00 2031\n" + mail,
        WORD,
        SHEET,
        b'title,body\nOne,"words are here"\n',
        b'{"text":"words are here","date":"2031-01-01"}\n{"text":"b"}\n',
        b'{"version":"https://jsonfeed.org/version/1","items":[{"content_html":"<p>b &amp; c</p>","url":"x"}]}',
        b"{\\rtf1\\ansi words \\u2309? \\'e9 {\\*\\x y} \\par more}",
        b"---\ntitle: T\ndate: 2031-01-01\n---\n# T\n\n**a** [b](c)\n> d\n",
        b"<rss><channel><item><title>a</title><description>&lt;p&gt;b&lt;/p&gt;</description></item></channel></rss>",
        ATOM.encode(),
        " date 2031-01-01 राष्\u200dट्रपति ने कहा".encode(),
        "NEW DELHI, Aug 7 (KNN) 日本と韓国は協定に署名した。e\u0301\u1100\u1161".encode("utf-16"),
        "Рурития и Фридония ".encode("cp1251") * 20,
        encodings.as_iscii(encodings.HINDI),
        pdfs.pdf([[(60, 700, "words of a treaty")]]),
    ]
    within: list[tuple[bytes, Pack]] = [
        (page, gzip.compress),
        (page, bz2.compress),
        (page, lzma.compress),
        (page, lambda data: formats.zipped({"a.html": data})),
        (page, lambda data: formats.warc(("https://port.example/a", data))),
        (formats.tarred({"a.txt": formats.FIRST.encode()}), gzip.compress),
        (mail, lambda data: formats.zipped({"a.eml": data})),
        (
            LETTER,
            lambda data: formats.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": data}),
        ),
    ]
    for packed in (WORD, SHEET):
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            within += [(archive.read(name), parts(packed, name)) for name in archive.namelist()]
    return [(data, as_they_are) for data in bare] + within


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
    others = [sample for sample, _ in seeds if sample]
    bad, slowest = 0, 0.0
    for number in range(args.count):
        sample, pack = chance.choice(seeds)
        data = pack(mutated(sample, chance, others))
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
