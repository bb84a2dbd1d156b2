"""Our own code reads the quoted words again: do they name these parties, this date, this stage?

What it finds nothing of in the whole report is left out (a date, a name) or, where it
belongs to the claim, sends the claim to review with the reason. Nothing is ever put in the
place of what a model said. Invariant: a claim made here has a quotation in the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import regex

from servanda.asking.answers import Draft
from servanda.asking.quotations import WORD, Found, Page, folded_words
from servanda.codebook import rung
from servanda.extracting.candidates import Candidate, candidates
from servanda.extracting.linear import models
from servanda.extracting.stages import settle_stage
from servanda.language.cast import cast_of
from servanda.language.dates import DateMention, bounds, dates_in
from servanda.language.mentions import Reading, Sentence, read
from servanda.language.packs import languages
from servanda.model import Claim, Document, Kind, Span, Stage

SURE, UNCHECKED, DOUBTED = 0.85, 0.6, 0.4
NAMED = ("orgs", "persons", "items", "where", "under", "source")
DATED = ("when", "due", "period")
HELD = {Stage.DONE, Stage.ACTIVE, Stage.SIGNED}
LIKELY = 0.25  # chance of a stage, or one further on, below which a model is doubted; by bench_checks.py
LARGE = 200_000  # code points
STEM = 4  # letters that forms of one word share
SPOKEN_TO = regex.compile(
    r"<\|\w+\|>|\[/?INST\]|</?(?:system|assistant)>|^\s*(?:system|assistant)\s*:|"
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:above|previous|prior|earlier|instructions?|rules)\b|"
    r"\byou are (?:now )?(?:an?|the) (?:ai|assistant|language model)\b|\"claims\"\s*:\s*\[",
    regex.IGNORECASE | regex.MULTILINE,
)


@dataclass(slots=True)
class Remarks:
    """What was found wrong with one claim: ``doubts`` send it to review, ``notes`` only tell."""

    doubts: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    spans: dict[str, tuple[Span, ...]] = field(default_factory=dict)


class Checker:
    """One report, against which the claims of a model are checked."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.page = Page(document.text)
        self.spoken_to = SPOKEN_TO.search(document.text) is not None

    @cached_property
    def reading(self) -> Reading | None:
        """The report as our own code reads it; None where no pack reads its language."""
        document = self.document
        if (document.language or "en") not in languages():
            return None
        made = read(document.text, document.language or "en", document.date, document.title)
        cast_of(made)
        return made

    @cached_property
    def dates(self) -> list[DateMention]:
        return dates_in(self.document.text, self.document.language or "en", self.document.date)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The beginnings of the report's words, its title's too: forms of one word share them."""
        words = (word for text in (self.document.text, self.document.title or "") for word, _ in folded_words(text))
        return frozenset(word[:STEM] for word in words)

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(m.code for s in self.reading.sentences for m in s.parties) if self.reading else frozenset()

    @cached_property
    def heads(self) -> list[Candidate]:
        """The things that our own code sees in the report; not looked for in a text longer than any report."""
        return list(candidates(self.reading)) if self.reading and len(self.document.text) <= LARGE else []

    def quoted(self, spans: Iterable[Span]) -> list[Sentence]:
        """Return the sentences in which quotations stand."""
        wanted = list(spans)
        sentences = self.reading.sentences if self.reading else []
        return [s for s in sentences if any(s.start < span.stop and span.start < s.stop for span in wanted)]

    def worded(self, value: str) -> bool:
        """True where most words of a name stand in the report, in whatever form."""
        words = [word for word, _ in folded_words(value)]
        return sum(word[:STEM] in self.stems for word in words) * 5 >= 3 * len(words) > 0

    def claim(self, draft: Draft, within: Span, extractor: str) -> Claim | str:
        """Return the claim of a draft, or why it is none: none of its quotations stands in the report."""
        found = [self.page.find(quote, within) for quote in draft.quotes]
        sound = [f for f in found if isinstance(f, Found)]
        if not sound:
            return f"quotation {found[0]}" if found else "no quotation"
        spans = apart(span for f in sound for span in f.spans)
        values, remarks = dict(draft.values), Remarks(notes=dict(draft.notes))
        self.note_quotations(found, remarks)
        self.check_names(values, remarks)
        self.check_parties(values["parties"], spans, remarks)
        self.check_dates(values, spans, remarks)
        self.check_stage(Stage(values["stage"]), spans, remarks)
        self.check_likelihood(Kind(values["kind"]), Stage(values["stage"]), spans, remarks)
        return self.made(values, spans, remarks, extractor)

    def made(self, values: dict[str, Any], spans: list[Span], remarks: Remarks, extractor: str) -> Claim:
        doubts = remarks.doubts
        confidence = DOUBTED if doubts else SURE if self.reading else UNCHECKED
        because = {slot: f"model: {note}" for slot, note in remarks.notes.items()}
        because |= {slot: f"doubted: {doubt}" for slot, doubt in doubts.items()}
        return Claim(
            document=self.document.id,
            kind=Kind(values.pop("kind")),
            stage=Stage(values.pop("stage")),
            quotations=tuple(self.document.quote(span) for span in spans),
            language=self.document.language,
            confidence=confidence,
            review=bool(doubts),
            extractor=extractor,
            slots=remarks.spans,
            because=because,
            **values,
        )

    def note_quotations(self, found: list[Found | str], remarks: Remarks) -> None:
        if any(isinstance(f, Found) and f.how == "near" for f in found):
            remarks.doubts["quotes"] = "quoted inexactly; the nearest words of the report stand here"
        if lost := sum(isinstance(f, str) for f in found):
            remarks.notes["quotes"] = f"{lost} more quotation{'s' if lost > 1 else ''} not in the report, left out"
        if self.spoken_to:
            remarks.doubts["source"] = "the report holds words addressed to a language model"

    def check_names(self, values: dict[str, Any], remarks: Remarks) -> None:
        """Leave out names and places that the report has no words for; a title of other words is doubtful."""
        for slot in NAMED:
            value = values.get(slot)
            kept: Any
            if isinstance(value, tuple):
                kept = tuple(v for v in value if self.worded(v))
            else:
                kept = value if value is None or self.worded(value) else None
            if kept != value:
                remarks.notes[slot] = "left out what the report has no words for"
            if kept:
                values[slot] = kept
            else:
                values.pop(slot, None)
        if not self.worded(values["title"]):
            remarks.doubts["title"] = "not in the words of the report"

    def check_parties(self, parties: tuple[str, ...], spans: list[Span], remarks: Remarks) -> None:
        """A party must be named: in the quoted sentences or elsewhere in the report, somewhere at least one in them."""
        if len(parties) < 2:
            remarks.doubts["parties"] = "names one party only"
        if self.reading is None:
            remarks.notes["language"] = "no pack reads this language; parties, dates and stage were not checked"
            return
        mentions = [m for s in self.quoted(spans) for m in s.parties]
        remarks.spans["parties"] = tuple(Span(m.start, m.stop) for m in mentions if m.code in parties)
        absent = [code for code in parties if code not in self.codes]
        others = {m.code for m in mentions}
        if absent:
            remarks.doubts["parties"] = f"the report nowhere names {' or '.join(absent)}"
        elif len(others) > 1 and not others & set(parties):
            remarks.doubts["parties"] = f"the quoted words name {', '.join(sorted(others))}"

    def check_dates(self, values: dict[str, Any], spans: list[Span], remarks: Remarks) -> None:
        """Leave out a date for which the report has no words; one that stands away from the quotation is noted."""
        for slot in DATED:
            if (value := values.get(slot)) is None:
                continue
            near = [m for m in self.dates if any(abs_gap(m.span, span) < 300 for span in spans)]
            said = [m for m in near if says(m, value)]
            if said:
                remarks.spans[slot] = (said[0].span,)
            elif any(says(m, value) for m in self.dates) or value == self.document.date:
                remarks.notes[slot] = "said elsewhere in the report"
            else:
                del values[slot]
                remarks.doubts[slot] = f"{value} was left out: the report has no words for it"

    def check_stage(self, stage: Stage, spans: list[Span], remarks: Remarks) -> None:
        """A stage above every cue in the quoted words is a promotion, and doubtful."""
        cues = [
            cue
            for s in self.quoted(spans)
            for cue in s.cues
            if any(cue.start < q.stop and q.start < cue.stop for q in spans)
        ]
        told = Counter(Stage(cue.entry.value) for cue in cues)
        remarks.spans["stage"] = tuple(cue.span for cue in cues if cue.entry.value == stage)
        if not told or stage in told:
            return
        if rung(stage) >= 0 and rung(stage) > max(map(rung, told)) and not (stage in HELD and set(told) & HELD):
            remarks.doubts["stage"] = f"the quoted words say {' or '.join(sorted(told))}, the model {stage}"
        elif rung(stage) < 0:
            remarks.notes["stage"] = f"the quoted words say {' or '.join(sorted(told))}"

    def check_likelihood(self, kind: Kind, stage: Stage, spans: list[Span], remarks: Remarks) -> None:
        """A stage that our own reading of the quoted things holds to be too far is doubtful."""
        heads = [h for h in self.heads if h.kind == kind and any(span.covers(h.span) for span in spans)]
        if rung(stage) < 0 or not heads or "stage" in remarks.doubts:
            return
        for head in heads:
            settle_stage(head, models(), self.document.text)
        if max(sum(p for s, p in h.stages.items() if rung(s) < 0 or rung(s) >= rung(stage)) for h in heads) < LIKELY:
            likeliest = max(heads[0].stages, key=lambda s: heads[0].stages[s])
            remarks.doubts["stage"] = f"our own reading is {likeliest}, the model says {stage}"


def says(mention: DateMention, value: str) -> bool:
    """True where words can mean a date: one of their readings lies in it, or ends with it ("by March").

    A date more exact than the words would be a guess.
    """
    low, high = bounds(value)
    for reading in (mention.value, mention.past, mention.future):
        first, last = bounds(reading) if reading else (None, None)
        if first and last and (low is None or low <= first or high == last) and (high is None or last <= high):
            return True
    return False


def abs_gap(a: Span, b: Span) -> int:
    """Return how many code points lie between two stretches; 0 where they meet."""
    return max(0, a.start - b.stop, b.start - a.stop)


def apart(spans: Iterable[Span]) -> list[Span]:
    """Return stretches in the order given, without those that meet an earlier one."""
    kept: list[Span] = []
    for span in spans:
        if not any(span.meets(other) for other in kept):
            kept.append(span)
    return kept


def plain_words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.casefold()))
