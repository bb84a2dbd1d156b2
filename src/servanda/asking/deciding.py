"""A model as judge of what is in doubt: two claims that may be one, one claim that may be wrong.

It sees the registered words and their quotations, as data, and answers yes, no or unsure.
Invariant: what it does not decide plainly is left to people.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from servanda.asking.answers import decoded, loaded, starts, word
from servanda.asking.instruction import Request, exactly, request, shown, wording
from servanda.asking.settings import Settings
from servanda.ledger import Doubt, Filed
from servanda.model import digest

VERDICTS = ("yes", "no", "unsure")
SCHEMA = exactly({"verdict": {"type": "string", "enum": list(VERDICTS)}, "why": {"type": "string"}})
VERBS = {(2, "yes"): "same", (2, "no"): "different", (1, "yes"): "accept", (1, "no"): "reject"}
FINER = ("form", "by", "when", "due", "period", "where", "under", "items")
LONGEST = 200  # code points of a reason


@dataclass(frozen=True, slots=True)
class Decision:
    """What a model decided: the judgement's verb, "" where it did not, and its reason."""

    verb: str
    why: str


def request_on(doubt: Doubt, settings: Settings) -> Request:
    """Return what a model is asked about a doubt."""
    question = wording()["judge_pair" if len(doubt.on) == 2 else "judge_claim"].strip()
    told = [json.dumps(record_of(filed), ensure_ascii=False, indent=1) for filed in doubt.on]
    mark = digest("fence", *told)
    data = "\n".join(f"=== CLAIM {mark} ===\n{shown(words)}\n=== END {mark} ===" for words in told)
    messages = (("system", wording()["judge_role"].strip()), ("user", f"{question}\n{data}"))
    return request(messages, SCHEMA, settings)


def record_of(filed: Filed) -> dict[str, Any]:
    """Return what a judge may know of a claim."""
    claim, card = filed.claim, filed.card
    finer = {slot: value for slot in FINER if (value := getattr(claim, slot))}
    said = {"kind": claim.kind, "stage": claim.stage, "title": claim.title, "parties": claim.parties, **finer}
    report = {"date": card.date, "publisher": card.publisher, "title": card.title, "language": card.language}
    return {"registered": said, "quotations": [q.words for q in claim.quotations], "report": report}


def decision(doubt: Doubt, answer: str) -> Decision:
    """Return what an answer decides; an answer that is not plain decides nothing."""
    record = loaded(answer.strip())
    if not isinstance(record, dict):
        found = [decoded(answer, start) for start in starts(answer)]
        record = next((r for r in found if isinstance(r, dict) and "verdict" in r), {})
    verdict = word(record.get("verdict")).casefold()
    return Decision(VERBS.get((len(doubt.on), verdict), ""), word(record.get("why"))[:LONGEST])
