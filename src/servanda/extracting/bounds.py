"""What no weight may break: which stages a thing cannot have for what its clause says.

What could or may be is not signed, active or done; what is denied is neither that nor
agreed; what stands under "agreed to negotiate" is being negotiated, every item of the
list, until another verb takes over.
"""

from __future__ import annotations

from collections.abc import Iterator

from servanda.extracting.candidates import Candidate
from servanda.language.packs import Hit, pack
from servanda.model import Stage

FIRM = frozenset((Stage.SIGNED, Stage.ACTIVE, Stage.DONE))
FORBIDS = {"hedge": FIRM, "negation": FIRM | {Stage.AGREED}}
NEAR = 3


def governed_places(c: Candidate) -> Iterator[int]:
    """Where a word of doubt would bear on a head: before it, and before the cue that governs it from before."""
    yield c.head.start
    yield from (g.cue.start for g in c.governors[:1] if not g.behind)


def bears_on(mark: Hit, c: Candidate, text: str) -> bool:
    """True where a mark stands shortly before the head or its cue in the same clause; "May" is a month."""
    if text[mark.start].isupper() and mark.start > c.sentence.start:
        return False
    s = c.sentence
    if mark.start >= c.head.stop and verb_ends_clause(c):
        return not s.breaks_between(c.head.stop, mark.start)
    return any(
        mark.stop <= place and s.distance(mark.stop, place) <= NEAR and not s.breaks_between(mark.stop, place)
        for place in governed_places(c)
    )


def verb_ends_clause(c: Candidate) -> bool:
    """True in hi, ja, ko: what denies a verb stands behind its object, at the end of the clause."""
    return pack(c.head.entry.id.partition(".")[0]).adpositions == "after"


def under_negotiation(c: Candidate) -> bool:
    """True where the last verb before a head, other things of its list apart, is one of negotiating."""
    cues = [cue for cue in c.sentence.cues if cue.stop <= c.head.start and cue.entry.data.get("side") != "after"]
    return bool(cues) and Stage.NEGOTIATING == cues[-1].entry.value


def forbidden(c: Candidate, text: str) -> frozenset[Stage]:
    """Return the stages that a candidate's words rule out."""
    ruled_out: frozenset[Stage] = frozenset()
    for name, stages in FORBIDS.items():
        if any(bears_on(mark, c, text) for mark in c.sentence.marked(name)):
            ruled_out |= stages
    if under_negotiation(c) and not c.is_verb:
        ruled_out |= FIRM
    return ruled_out
