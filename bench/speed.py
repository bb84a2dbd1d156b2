"""Time raw text to claims on real news, beside spaCy's Matcher in the same run.

    python bench/speed.py [--documents 1500] [--profile] [--no-long] [--no-spacy]

Prints sentences and documents a second of one core's own time (so that other programs on the machine
do not count), for all texts in a language with a pack and for each; memory; the time for texts of 0.5 to 5 MB; and
spaCy's blank English with a Matcher of 200 patterns made of the English pack, on the English texts.
Sentences are those of our own splitter, for both. With --profile: where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import gzip
import json
import pstats
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from servanda.extracting.extractor import extract
from servanda.language.dates import dates_in
from servanda.language.packs import languages, lexicon, lexicon_entries, pack
from servanda.language.sentences import sentences_in
from servanda.model import Document
from servanda.reading import read_bytes

SHARED = Path(__file__).parent.parent.parent / "shared"
SIZES = (0.5, 1.0, 2.0, 5.0)
PATTERNS = 200
MEGA = 1_000_000


@dataclass(slots=True)
class Sum:
    """Documents and sentences read, and the seconds of this process for reading and for extracting."""

    documents: int = 0
    sentences: int = 0
    claims: int = 0
    reading: float = 0.0
    extracting: float = 0.0

    def add(self, sentences: int, claims: int, reading: float, extracting: float) -> None:
        self.documents += 1
        self.sentences += sentences
        self.claims += claims
        self.reading += reading
        self.extracting += extracting

    def line(self, name: str) -> str:
        whole = (self.reading + self.extracting) or 1e-9
        return (
            f"{name:8} {self.documents:6} documents {self.sentences:7} sentences {self.claims:6} claims  "
            f"{self.sentences / whole:7,.0f} sentences/s  {self.documents / whole:6,.0f} documents/s  "
            f"(reading {self.reading / whole:.0%})"
        )


def news(file: Path) -> Iterator[tuple[str, str | None]]:
    """Yield (text, date) of the corpus, line by line."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["text"], (row["date"] or "")[:10] or None


def sampled(file: Path, number: int) -> list[tuple[str, str | None]]:
    """Return about so many texts, evenly from the whole corpus; all for 0."""
    found = list(news(file))
    return found[:: max(1, len(found) // number)] if number else found


def timed(texts: list[tuple[str, str | None]]) -> dict[str, Sum]:
    """Read and extract each text; return the sums by language, and "all"."""
    sums: dict[str, Sum] = defaultdict(Sum)
    readable = languages()
    for text, day in texts:
        began = time.process_time()
        for got in read_bytes(text.encode(), "report.txt", date=day):
            read = time.process_time()
            claims = extract(got.document).claims if got.document else ()
            done = time.process_time()
            language = got.document.language if got.document else None
            known = language if language in readable else None
            sentences = sum(1 for _ in sentences_in(got.document.text, known)) if got.document and known else 0
            for name in ("all", known) if known else ("no pack",):
                sums[name].add(sentences, len(claims), read - began, done - read)
            began = time.process_time()
    return sums


def warm() -> None:
    """Load every pack and the language detector, which a run does once."""
    for language in languages():
        lexicon(language)
        dates_in("4. 5. 2024", language, None)
        extract(Document("India and Italy signed an agreement on 4 May 2024.", language=language))
    list(read_bytes(b"India and Italy signed an agreement.", "report.txt"))


def peak() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def english(texts: list[tuple[str, str | None]]) -> list[str]:
    return [text for text, _ in texts if text[:2000].isascii()]


def show_long(texts: list[str]) -> None:
    """Print the time for one document of each size, made of the corpus's texts; none stands in it twice."""
    whole = "\n\n".join(dict.fromkeys(texts))
    for size in SIZES:
        text = whole[: int(size * MEGA)]
        sums = timed([(text, "2024-11-19")])
        s = sums["all"]
        spent = s.reading + s.extracting
        rate = f"{spent:6.1f} s, {spent / size:5.2f} s/MB"
        print(f"a text of {size:3.1f} MB: {rate}, {s.claims} claims, memory {peak():.0f} MB")


def spacy_line(texts: list[str]) -> str:
    """Time spaCy's blank English with a Matcher of patterns from the English pack."""
    try:
        import spacy
        from spacy.matcher import Matcher
    except ImportError:
        return "spaCy is not installed: pip install -e '.[bench]' to see it beside."
    nlp = spacy.blank("en")
    matcher = Matcher(nlp.vocab)
    forms = [f for entry, forms, _ in lexicon_entries(pack("en")) if entry.layer in ("head", "cue") for f in forms]
    plain = [f for f in dict.fromkeys(forms) if "*" not in f][:PATTERNS]
    for form in plain:
        matcher.add(form, [[{"LOWER": token.lower_} for token in nlp.make_doc(form)]])
    began, hits, sentences = time.process_time(), 0, 0
    for doc in nlp.pipe(texts):
        hits += len(matcher(doc))
    spent = time.process_time() - began
    sentences = sum(len(list(sentences_in(text, "en"))) for text in texts)
    rate = sentences / spent
    return (
        f"spaCy {spacy.__version__} Matcher, {len(plain)} patterns: {rate:,.0f} sentences/s, {hits} matches, no claims"
    )


def profiled(texts: list[tuple[str, str | None]]) -> None:
    profile = cProfile.Profile()
    profile.runcall(timed, texts)
    pstats.Stats(profile).sort_stats("tottime").print_stats(20)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--shared", type=Path, default=SHARED)
    ap.add_argument("--documents", type=int, default=1500, help="about so many of the corpus; 0 for all")
    ap.add_argument("--profile", action="store_true")
    ap.add_argument("--no-long", action="store_true")
    ap.add_argument("--no-spacy", action="store_true")
    args = ap.parse_args()
    texts = sampled(args.shared / "corpus/news.jsonl.gz", args.documents)
    warm()
    print(f"packs loaded: memory {peak():.0f} MB")
    if args.profile:
        profiled(texts)
        return
    sums = timed(texts)
    for name, s in sorted(sums.items(), key=lambda pair: -pair[1].documents):
        print(s.line(name))
    print(f"memory {peak():.0f} MB")
    if not args.no_spacy:
        print(spacy_line(english(texts)))
    if not args.no_long:
        show_long(english(list(news(args.shared / "corpus/news.jsonl.gz"))))


if __name__ == "__main__":
    main()
