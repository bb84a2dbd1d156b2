"""How the ledger bears many claims: rebuild, adding one document, queries; at 10 k, 100 k and 1 M claims.

    python bench/bench_ledger.py [--sizes 10000 100000] [--folder DIR] [--keep]

Claims are made by a seeded generator: dyads, kinds, titles and the number of reports of
one undertaking are skewed as in news (a few dyads have most of it; most things are told
once). Prints seconds, claims a second, peak memory, and percentiles of the queries; beside
the seconds on the wall those of the processor, for a machine that others use too. A ledger
that is in the folder already is only asked.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from servanda.exporting.dossier import dyad
from servanda.ledger import Ledger
from servanda.ledger.filing import claim_row, words_of
from servanda.ledger.rows import document_row, source_row
from servanda.ledger.schema import claims, documents, sources
from servanda.model import Claim, Document, Kind, Quotation, Source, Stage, ordered

STATES = [
    "USA",
    "CHN",
    "IND",
    "RUS",
    "JPN",
    "DEU",
    "FRA",
    "GBR",
    "ITA",
    "KOR",
    "TUR",
    "BRA",
    "SAU",
    "ARE",
    "IRN",
    "ISR",
    "AUS",
    "IDN",
    "PAK",
    "UKR",
    "EGY",
    "ZAF",
    "POL",
    "ESP",
    "CAN",
    "MEX",
    "VNM",
    "THA",
    "MYS",
    "SGP",
    "PHL",
    "LKA",
    "BGD",
    "NPL",
    "KAZ",
    "UZB",
    "AZE",
    "ARM",
    "GEO",
    "GRC",
    "SRB",
    "HUN",
    "CZE",
    "ROU",
    "BGR",
    "SWE",
    "NOR",
    "FIN",
    "DNK",
    "NLD",
    "BEL",
    "CHE",
    "AUT",
    "PRT",
    "IRL",
    "NGA",
    "KEN",
    "ETH",
    "TZA",
    "GHA",
    "MAR",
    "DZA",
    "TUN",
    "QAT",
    "KWT",
    "OMN",
    "IRQ",
    "JOR",
]
KINDS = (
    (Kind.MEETING, 30, ("talks", "visit", "summit", "ministerial", "working-group", "dialogue")),
    (Kind.INSTRUMENT, 22, ("agreement", "mou", "treaty", "roadmap", "action-plan", "framework", "protocol")),
    (Kind.TRADE, 15, ("supply", "procurement", "investment", "loan", "grant", "export")),
    (Kind.COOPERATION, 14, (None,)),
    (Kind.PROJECT, 8, ("co-production", "facility", "research")),
    (Kind.EXERCISE, 4, ("exercise", "patrol", "port-call")),
    (Kind.TRAINING, 3, ("training", "education")),
    (Kind.INSTITUTION, 2, ("centre", "embassy", "attache")),
    (Kind.OPERATION, 2, ("aid", "disaster-relief")),
)
FIELDS = (
    "defence",
    "trade",
    "energy",
    "maritime",
    "security",
    "technology",
    "education",
    "transport",
    "finance",
    "culture",
    "research",
    "investment",
)
STAGES = (Stage.PROPOSED, Stage.DISCUSSED, Stage.NEGOTIATING, Stage.AGREED, Stage.SIGNED, Stage.ACTIVE, Stage.DONE)
SYLLABLES = [
    "ka",
    "ri",
    "to",
    "mon",
    "del",
    "var",
    "shi",
    "pur",
    "lan",
    "gor",
    "ben",
    "tir",
    "sa",
    "mu",
    "zen",
    "fal",
    "dra",
    "nok",
    "hel",
    "vis",
    "quin",
    "bor",
    "tal",
    "mer",
    "jan",
]
FIRST_DAY = date(2015, 1, 1)
DAYS = 365 * 11


def zipf(rng: random.Random, count: int, power: float = 1.0) -> int:
    """Return a place from 0 to count - 1, the first much likelier than the last."""
    return min(count - 1, int(count ** (rng.random() ** power)) - 1)


def words(rng: random.Random, count: int) -> list[str]:
    made: set[str] = set()
    while len(made) < count:
        made.add("".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))))
    return sorted(made)


class World:
    """The undertakings of an invented world, and the reports of them."""

    def __init__(self, seed: int, size: int) -> None:
        self.rng = random.Random(seed)
        self.vocabulary = words(self.rng, 6000)
        self.people = words(self.rng, 3000)
        self.papers = [f"{word.title()} Times" for word in words(self.rng, 120)]
        self.dyads = sorted({ordered(self.rng.sample(STATES, 2)) for _ in range(1500)})
        self.rng.shuffle(self.dyads)
        self.size = size

    def reports(self) -> Iterator[tuple[Document, list[Claim]]]:
        """Yield documents with their claims, about six each, until there are as many claims as asked for."""
        made = 0
        open_: dict[tuple[str, ...], list[dict[str, object]]] = {}
        number = 0
        while made < self.size:
            number += 1
            about = self.parties()
            things = open_.setdefault(about, [])
            chosen = [self.thing(things) for _ in range(min(self.rng.randint(1, 11), self.size - made))]
            document, claims_of = self.report(number, about, chosen)
            made += len(claims_of)
            yield document, claims_of

    def parties(self) -> tuple[str, ...]:
        if self.rng.random() < 0.05:
            return ordered(self.rng.sample(STATES[:30], self.rng.choice((3, 3, 4, 5, 8))))
        return self.dyads[zipf(self.rng, len(self.dyads), 0.75)]

    def thing(self, things: list[dict[str, object]]) -> dict[str, object]:
        """Return something told before, lately most likely, or something new."""
        if things and self.rng.random() < 0.4:
            return things[-1 - zipf(self.rng, len(things))]
        kind, _, forms = self.rng.choices(KINDS, weights=[row[1] for row in KINDS])[0]
        form = self.rng.choice(forms)
        full = [
            self.vocabulary[zipf(self.rng, len(self.vocabulary), 0.7)]
            for _ in range(self.rng.choice((0, 1, 1, 2, 2, 3)))
        ]
        title = " ".join((*full, self.rng.choice(FIELDS), form or "cooperation"))
        day = self.rng.randrange(DAYS)
        persons = tuple(
            self.people[zipf(self.rng, len(self.people))].title() for _ in range(self.rng.choice((0, 0, 1, 2)))
        )
        made: dict[str, object] = {
            "kind": kind,
            "form": form,
            "title": title,
            "day": day,
            "persons": persons,
            "stage": self.rng.randrange(4),
        }
        things.append(made)
        return made

    def report(
        self, number: int, about: tuple[str, ...], chosen: list[dict[str, object]]
    ) -> tuple[Document, list[Claim]]:
        day = FIRST_DAY + timedelta(days=max(int(str(thing["day"])) for thing in chosen))
        sentences = [f"Report {number}, {place}: {thing['title']} was spoken of." for place, thing in enumerate(chosen)]
        body = " ".join(sentences)
        document = Document(
            body, f"News {number}", day.isoformat(), "en", self.rng.choice(self.papers), None, f"s{number}"
        )
        made: dict[str, Claim] = {}
        for sentence, thing in zip(sentences, chosen, strict=True):
            made.setdefault(str(thing["title"]), self.claim(document, body.index(sentence), sentence, thing, about))
        return document, list(made.values())

    def claim(
        self, document: Document, start: int, sentence: str, thing: dict[str, object], about: tuple[str, ...]
    ) -> Claim:
        thing["stage"] = min(6, int(str(thing["stage"])) + self.rng.choice((0, 0, 1)))
        told = FIRST_DAY + timedelta(days=int(str(thing["day"])))
        thing["day"] = min(DAYS - 1, int(str(thing["day"])) + self.rng.choice((0, 1, 5, 40, 200)))
        stage = STAGES[int(str(thing["stage"]))]
        return Claim(
            document=document.id,
            kind=Kind(str(thing["kind"])),
            form=thing["form"],  # type: ignore[arg-type]
            stage=stage,
            title=str(thing["title"]),
            parties=about,
            quotations=(Quotation(start, start + len(sentence), sentence),),
            persons=thing["persons"],  # type: ignore[arg-type]
            domains=("trade",),
            when=told.isoformat() if self.rng.random() < 0.5 else None,
            due=(told + timedelta(days=self.rng.randrange(400))).isoformat()
            if stage < Stage.SIGNED and self.rng.random() < 0.2
            else None,
        )


def load(ledger: Ledger, world: World) -> None:
    """Put the facts in, without deriving anything: ``rebuild`` does that."""
    filed = "2026-01-01T00:00:00Z"
    batch: list[tuple[Document, list[Claim]]] = []
    for row in world.reports():
        batch.append(row)
        if len(batch) == 2000:
            write(ledger, batch, filed)
            batch = []
    write(ledger, batch, filed)


def write(ledger: Ledger, batch: list[tuple[Document, list[Claim]]], filed: str) -> None:
    with ledger.writing() as connection:
        connection.execute(
            insert(sources), [source_row(Source(d.source, "made", filed, 1, "text/plain"), filed) for d, _ in batch]
        )
        connection.execute(insert(documents), [document_row(d, filed) for d, _ in batch])
        connection.execute(insert(claims), [claim_row(c, filed) for _, of in batch for c in of])
        first = connection.exec_driver_sql("SELECT max(n) FROM claims").scalar_one() - sum(len(of) for _, of in batch)
        rows = [{"n": first + place, **words_of(c)} for place, c in enumerate((c for _, of in batch for c in of), 1)]
        connection.execute(text("INSERT INTO claim_words(rowid, title, words) VALUES (:n, :title, :words)"), rows)


def percentile(work: Callable[[int], object], times: int = 40) -> str:
    """Return the median and the 95th percentile of a piece of work, in milliseconds: on the wall, of the processor."""
    wall: list[float] = []
    worked: list[float] = []
    for number in range(times):
        start, busy = time.perf_counter(), time.process_time()
        work(number)
        wall.append(1000 * (time.perf_counter() - start))
        worked.append(1000 * (time.process_time() - busy))
    return f"{middle_and_high(wall)}   processor {middle_and_high(worked)}"


def middle_and_high(taken: list[float]) -> str:
    return f"median {statistics.median(taken):7.1f} ms  p95 {sorted(taken)[int(0.95 * len(taken)) - 1]:7.1f} ms"


def processor_seconds() -> float:
    """Return the processor time that this process and its ended children took."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measure(size: int, folder: Path, again: bool) -> None:
    world = World(7, size)
    path = folder / f"ledger-{size}.db"
    loaded = path.exists()
    with Ledger.open(path) as ledger:
        if not loaded:
            start = time.perf_counter()
            load(ledger, world)
            print(f"{size:>9,} claims loaded in {time.perf_counter() - start:.0f} s", flush=True)
        if again or not loaded:
            build(ledger, world, path)
        queries(ledger, world)


def build(ledger: Ledger, world: World, path: Path) -> None:
    start, worked = time.perf_counter(), processor_seconds()
    count = ledger.rebuild()
    taken, worked = time.perf_counter() - start, processor_seconds() - worked
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = (own + (os.cpu_count() or 1) * child) / 1e6  # of the children the largest is known
    print(
        f"{world.size:>9,} claims -> {count:,} entries: rebuild {taken:.1f} s "
        f"({1e6 * worked / world.size:.0f} us of processor time a claim, {worked:.0f} s), peak {peak:.2f} GB, "
        f"file {path.stat().st_size / 1e6:,.0f} MB",
        flush=True,
    )


def queries(ledger: Ledger, world: World) -> None:
    rng = random.Random(3)
    pairs = [world.dyads[zipf(rng, len(world.dyads), 0.75)] for _ in range(200)]
    day = "2026-01-01"

    def about(number: int) -> str:
        one, other = pairs[number]
        return f"party:{one} party:{other}"

    def add(number: int) -> object:
        fresh = World(1000 + number, 6)
        fresh.dyads = world.dyads
        document, made = next(fresh.reports())
        return ledger.file(Source(f"new{number}", "made", day, 1, "text/plain"), [document], made)

    def one_party(number: int) -> object:
        return ledger.entries(f"party:{pairs[number][0]} status:overdue", as_of=day)

    some = ledger.entries(limit=200, as_of=day)
    work: dict[str, Callable[[int], object]] = {
        "entries of a dyad": lambda n: ledger.entries(about(n), as_of=day),
        "overdue of a party": one_party,
        "counts of a dyad": lambda n: ledger.counts(about(n), day),
        "due of a dyad": lambda n: ledger.due("2026-12-31", as_of=day, query=about(n)),
        "due of all": lambda n: ledger.due("2026-12-31", as_of=day),
        "search one word": lambda n: ledger.search(world.vocabulary[zipf(rng, 6000)], as_of=day),
        "search two words": lambda n: ledger.search(f"{world.vocabulary[zipf(rng, 6000)]} agreement", as_of=day),
        "search a common word": lambda n: ledger.search("agreement", as_of=day),
        "one entry": lambda n: ledger.entry(some[n % len(some)].id, day),
        "dossier of a dyad": lambda n: dyad(ledger, pairs[n][0], pairs[n][1], day),
        "add one document": add,
    }
    for name, task in work.items():
        task(0)
        print(f"          {name:<22} {percentile(task)}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rebuild", action="store_true", help="make again the entries of ledgers that are there")
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="servanda-bench-"))
    try:
        for size in asked.sizes:
            measure(size, folder, asked.rebuild)
    finally:
        if not asked.keep and not asked.folder:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
