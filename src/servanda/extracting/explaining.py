"""Why a claim was made, and how near a sentence came to one.

Everything here is read off what the extractor did: the head and cue with their pack
entries, the words that name the parties, and the features that weighed most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from servanda.extracting.candidates import Candidate
from servanda.extracting.linear import Weights
from servanda.extracting.rivals import rival_features
from servanda.language.mentions import Reading

MOST = 5
REFERENCES = ("both_sides", "pronoun", "counterpart", "multilateral", "self_pronoun")


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one head came to a claim: ``chance`` (0 to 1) against ``needed``, and what weighed for and against."""

    words: str
    head: str
    kind: str
    stage: str
    parties: tuple[str, ...]
    chance: float
    needed: float
    verdict: str
    helped: tuple[tuple[str, float], ...]
    hindered: tuple[tuple[str, float], ...]


def named_by(c: Candidate, reading: Reading) -> str:
    """The words of the sentence that name a candidate's parties, or where else they come from."""
    s = c.sentence
    named = [reading.text[m.start : m.stop] for m in s.parties if m.code in c.parties]
    spoken = [reading.text[m.start : m.stop] for name in REFERENCES for m in s.marked(name)]
    missing = sorted(set(c.parties) - {m.code for m in s.parties})
    parts = [f"named: {', '.join(dict.fromkeys(named))}"] if named else []
    parts += [f"referred to: {', '.join(dict.fromkeys(spoken))}"] if spoken and missing else []
    parts += [f"from the document: {', '.join(missing)}"] if missing else []
    return "; ".join(parts)


def reasons(c: Candidate, reading: Reading) -> dict[str, str]:
    """Return for each main slot the pack entry, words and reference behind it."""
    head = c.head.entry.id
    governor = c.governors[0] if c.governors else None
    cue = governor.cue if governor else None
    told = "no cue; the head's own or usual stage"
    if cue:
        told = f"cue {cue.entry.id} “{reading.text[cue.start : cue.stop]}”"
    return {
        "kind": f"head {head} “{reading.text[c.head.start : c.head.stop]}” of pack {head[:2]}",
        "stage": f"{told}; chosen by the trained layer with {c.stages.get(c.stage, 1.0):.2f}",
        "parties": f"{named_by(c, reading)} (score {c.party_score:.2f})",
        "title": "noun phrase around the head",
    }


def weighed(features: Iterable[str], weights: Weights) -> list[tuple[str, float]]:
    """The features that the model knows, with their weights, heaviest first."""
    found = {f: weights[f] for f in features if f in weights}
    return sorted(found.items(), key=lambda pair: (-abs(pair[1]), pair[0]))


def verdict(c: Candidate, needed: float) -> str:
    if not c.parties:
        return "no claim: fewer than two parties can be told"
    if c.keep >= needed:
        return "a claim, or one more place that speaks of one"
    return "no claim: what speaks for it weighs too little"


def nearness(
    found: list[Candidate], firsts: list[float], reading: Reading, trained: Mapping[str, Weights], needed: float
) -> list[Nearness]:
    """Return how near each head of a document came to a claim, in reading order."""
    made = []
    rivals = rival_features(found, firsts) if firsts else [[] for _ in found]
    for c, among in zip(found, rivals, strict=True):
        heavy = weighed(c.all_features(), trained.get("keep", {}))
        heavy += weighed(among, trained.get("among", {}))
        heavy.sort(key=lambda pair: -abs(pair[1]))
        made.append(
            Nearness(
                words=reading.text[c.head.start : c.head.stop],
                head=c.head.entry.id,
                kind=c.kind.value,
                stage=c.stage.value,
                parties=c.parties,
                chance=round(c.keep, 3),
                needed=needed,
                verdict=verdict(c, needed),
                helped=tuple(p for p in heavy if p[1] > 0)[:MOST],
                hindered=tuple(p for p in heavy if p[1] < 0)[:MOST],
            )
        )
    return made
