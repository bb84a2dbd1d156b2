"""Documents to claims by way of a language model: pieces, answers, checks.

Invariant: each document comes back once, in order, with problems beside its claims where a
piece of it was not read; answers that are known are not asked for again.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from servanda.asking.answers import Answered, answered
from servanda.asking.batches import ONLY
from servanda.asking.cache import Answers, Folder, Given
from servanda.asking.checking import Checker
from servanda.asking.client import Answer, AskingError, Client, RefusedError
from servanda.asking.cost import NO_BUDGET, Estimate, Meter, estimate, tokens_in
from servanda.asking.instruction import Request, request_for
from servanda.asking.joining import distinct
from servanda.asking.pieces import Piece, halves, pieces
from servanda.asking.settings import Settings
from servanda.extracting.extractor import Extraction
from servanda.model import Claim, Document
from servanda.problems import Problem

T = TypeVar("T")
DEEPEST = 3  # how often a piece is halved because its answer did not fit
UNREADABLE = ("no JSON", "wrong schema")
FAULTS = {
    "prose": "the model wrote prose around its JSON; the JSON was read.",
    "cut-off": "the model's answer was cut off; the claims that were whole were taken.",
    "no JSON": "the model's answer holds no JSON; no claims were taken.",
    "wrong schema": "the model's answer is JSON of another form; no claims were taken.",
}
DROPPED = {
    "quotation absent": "quoted words that are not in the report",
    "quotation short": "quoted too few words",
    "quotation long": "quoted too many words",
    "no quotation": "had no quotation",
    "wrong schema": "had not the form that was asked for",
    "no party": "named nobody whom the codebook knows",
    "too many": "were too many for one answer",
}


@dataclass(slots=True)
class Outcome:
    """What came of one piece: its answer, read, or why there is none."""

    piece: Piece
    answered: Answered | None = None
    why: str = ""


@dataclass(slots=True)
class Read:
    """A document as a model read it; ``whole`` is false where a piece went unread.

    What is missing from a document that is not whole says nothing.
    """

    extraction: Extraction
    whole: bool = True


@dataclass(slots=True)
class Reader:
    """Reads documents with the model of the settings.

    ``answers`` are those at hand; without ``client`` nobody is asked, and what is not at hand
    is a problem.
    """

    settings: Settings
    answers: Answers
    client: Client | None = None
    meter: Meter = field(default_factory=lambda: Meter(0))

    @classmethod
    def asking(cls, settings: Settings, client: Client | None = None) -> Reader:
        """Return a reader that asks the server of the settings. Raises AskingError where they name none."""
        if not settings.url or not settings.model:
            missing = "SERVANDA_LLM_URL" if not settings.url else "SERVANDA_LLM_MODEL"
            raise AskingError(f"No language model is set. Set {missing}; see docs/language-models.md.")
        return cls(settings, Folder(settings.cache), client or Client(settings), Meter(settings.budget))

    @classmethod
    def answered_by(cls, given: Given, settings: Settings) -> Reader:
        """Return a reader of answers got elsewhere."""
        return cls(settings, given)

    def pieces(self, document: Document) -> list[Piece]:
        return pieces(document, self.settings.piece, self.settings.overlap, self.settings.pieces)[0]

    def requests(self, document: Document) -> list[Request]:
        return [request_for(piece, self.settings) for piece in self.pieces(document)]

    def estimate(self, documents: Sequence[Document]) -> Estimate:
        """Return what reading these will cost, the answers at hand left out."""
        every = {request.key: request for document in documents for request in self.requests(document)}
        asked = [request for key, request in every.items() if self.answers.get(key) is None]
        return estimate(len(documents), asked, len(every) - len(asked), self.settings)

    def read_all(self, items: Iterable[tuple[T, Document | None, str]]) -> Iterator[tuple[T, Read | None]]:
        """Yield each item with what the model read in its document (None: it has none), in order.

        An item is anything, its document, and the name of its file. Some documents ahead are
        asked about at the same time.
        """
        window: deque[tuple[T, Document | None, str, list[Future[list[Outcome]]]]] = deque()
        pool = ThreadPoolExecutor(max(1, self.settings.concurrency))
        whole = False
        try:
            for item, document, name in items:
                window.append((item, document, name, self.begun(pool, document, name)))
                if len(window) > 2 * self.settings.concurrency:
                    yield self.ended(*window.popleft())
            while window:
                yield self.ended(*window.popleft())
            whole = True
        finally:
            if not whole and self.client is not None:  # stopped from outside, or by what ends the run
                self.client.stop()
            pool.shutdown(wait=True, cancel_futures=True)

    def begun(self, pool: ThreadPoolExecutor, document: Document | None, name: str) -> list[Future[list[Outcome]]]:
        if document is None or self.whole_answer(name) is not None:
            return []
        return [pool.submit(self.outcomes, piece) for piece in self.pieces(document)]

    def ended(
        self, item: T, document: Document | None, name: str, futures: list[Future[list[Outcome]]]
    ) -> tuple[T, Read | None]:
        if document is None:
            return item, None
        if (given := self.whole_answer(name)) is not None:
            whole = pieces(document, len(document.text) + 1, 0, 1)[0][0]
            return item, self.safely(document, name, [Outcome(whole, answered(given.text))])
        return item, self.safely(document, name, [o for future in futures for o in future.result()])

    def safely(self, document: Document, name: str, outcomes: Sequence[Outcome]) -> Read:
        """Return what was read of a document; a fault of ours in checking it stops no other."""
        try:
            return self.read_of(document, name, outcomes)
        except Exception as error:  # noqa: BLE001 the batch's boundary: one document's fault must not stop the others
            words = f"checking the model's answer failed ({type(error).__name__}: {error}); nothing was taken from it."
            fault = Problem(name or "document", words, "answer", "Please report it with the text.")
            return Read(Extraction((), (fault,)), whole=False)

    def read(self, document: Document, name: str = "") -> Read:
        """Return one document as the model read it."""
        [(_, made)] = self.read_all([(None, document, name)])
        assert made is not None
        return made

    def whole_answer(self, name: str) -> Answer | None:
        """Return the answer given for a whole document by its name, or for the only one."""
        if not isinstance(self.answers, Given):
            return None
        known = self.answers.by_path
        return known.get(Path(name).name) or (known.get(ONLY) if len(known) == 1 else None)

    def outcomes(self, piece: Piece, depth: int = 0) -> list[Outcome]:
        """Return what came of a piece; one whose answer did not fit is asked about in halves."""
        try:
            answer, read = self.understood(request_for(piece, self.settings))
        except RefusedError as refusal:
            return [Outcome(piece, None, str(refusal))]
        parts = halves(piece) if (answer.cut or read.cut) and depth < DEEPEST else [piece]
        if len(parts) > 1 and self.client is not None:
            return [outcome for part in parts for outcome in self.outcomes(part, depth + 1)]
        return [Outcome(piece, read)]

    def understood(self, request: Request) -> tuple[Answer, Answered]:
        """Return an answer and what it holds; one that holds no claims of any form is asked for once more."""
        answer = self.answer(request)
        read = answered(answer.text)
        if read.fault in UNREADABLE and self.client is not None:
            answer = self.answer(request, again=True)
            read = answered(answer.text)
        return answer, read

    def answer(self, request: Request, again: bool = False) -> Answer:
        """Return the answer at hand, else ask for it within the budget and keep it. Raises RefusedError."""
        known = None if again else self.answers.get(request.key)
        if known is not None:
            return known
        if self.client is None:
            raise RefusedError("there is no answer to it among those given")
        wanted = tokens_in(request) + request.answer
        if not self.meter.reserve(wanted):
            raise RefusedError(NO_BUDGET.format(self.meter.budget))
        answer: Answer | None = None
        try:
            answer = self.client.ask(request)
        finally:
            self.meter.settle(wanted, answer)
        self.answers.put(request.key, answer)
        return answer

    def read_of(self, document: Document, name: str, outcomes: Sequence[Outcome]) -> Read:
        """Return a document's claims, checked, and what went wrong on the way."""
        where = name or document.url or document.title or "document"
        checker = Checker(document)
        claims: list[Claim] = []
        dropped: Counter[str] = Counter()
        for outcome in outcomes:
            claims += self.checked(outcome, checker, dropped)
        found = [p for o in outcomes if (p := problem_of(o, where)) is not None] + self.unread(document, where)
        if sum(dropped.values()):
            found.append(dropped_problem(dropped, len(claims), where))
        if checker.spoken_to:
            found.append(
                Problem(
                    where,
                    "holds words addressed to a language model; all that the model says of it is doubtful.",
                    "addressed",
                )
            )
        whole = not any(p.cause in ("unread", "answer") for p in found)
        return Read(Extraction(tuple(distinct(claims)), tuple(found)), whole)

    def checked(self, outcome: Outcome, checker: Checker, dropped: Counter[str]) -> list[Claim]:
        if outcome.answered is None:
            return []
        dropped.update(outcome.answered.dropped)
        made = [checker.claim(d, outcome.piece.span, self.settings.name) for d in outcome.answered.drafts]
        dropped.update(why for why in made if isinstance(why, str))
        return [claim for claim in made if isinstance(claim, Claim)]

    def unread(self, document: Document, where: str) -> list[Problem]:
        """Return a problem for the end of a document that has more pieces than are asked about."""
        rest = pieces(document, self.settings.piece, self.settings.overlap, self.settings.pieces)[1]
        if rest is None:
            return []
        what = f"the last {len(rest):,} of {len(document.text):,} characters were not shown to the model."
        return [Problem(where, what, "unread", "Raise SERVANDA_LLM_PIECES to read them.")]


def problem_of(outcome: Outcome, where: str) -> Problem | None:
    """Return what went wrong with a piece, or None."""
    part = f"part {outcome.piece.number} of {outcome.piece.of}: " if outcome.piece.of > 1 else ""
    if outcome.answered is None:
        return Problem(
            where, f"{part}not read by the model: {outcome.why}.", "unread", "Give the same command again to go on."
        )
    fault = outcome.answered.fault
    return Problem(where, part + FAULTS[fault], "prose" if fault == "prose" else "answer") if fault else None


def dropped_problem(dropped: Counter[str], kept: int, where: str) -> Problem:
    """Return one problem that counts what the model said and was not taken."""
    reasons = ", ".join(f"{n} {DROPPED.get(why, why)}" for why, n in dropped.most_common())
    total = sum(dropped.values())
    return Problem(where, f"{total} of the model's {total + kept} claims were dropped: {reasons}.", "dropped")


def offline(settings: Settings, given: Given) -> Reader:
    """Return a reader of given answers, named after the model where one is set."""
    return Reader.answered_by(given, settings if settings.model else replace(settings, model="given"))
