"""What a model answered, read strictly: claims that have the shape of the schema, and why others have not.

Prose around the JSON is passed over and told; of JSON that was cut off the whole claims are
kept and the cut is told. Invariant: every value that leaves here is a word of the codebook, a
code, a date in EDTF, or text that can be written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import regex

from servanda.asking.instruction import slots
from servanda.codebook import codebook, organisations
from servanda.language.edtf import is_edtf
from servanda.language.packs import lexicon, pack

THINKING = regex.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", regex.DOTALL | regex.IGNORECASE)
CLAIMS = regex.compile(r'"claims"\s*:\s*\[')
LIMITS = {"title": 300, "word": 200, "values": 40, "claims": 400}
LONGEST = 2_000_000  # code points of an answer that are looked at
DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Draft:
    """One claim as a model gave it, in the codebook's words; ``notes`` tell by slot what was not accepted."""

    values: Mapping[str, Any]
    quotes: tuple[str, ...]
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Answered:
    """What an answer holds. ``fault`` is "" for JSON that is whole; ``dropped`` counts claims by why."""

    drafts: list[Draft] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    fault: str = ""

    @property
    def cut(self) -> bool:
        return self.fault == "cut-off"


def answered(text: str) -> Answered:
    """Return the claims in an answer."""
    records, fault = records_in(THINKING.sub("", text[:LONGEST]))
    made = Answered(fault=fault)
    for record in records[: LIMITS["claims"]]:
        draft = drafted(record)
        if isinstance(draft, str):
            made.dropped[draft] += 1
        else:
            made.drafts.append(draft)
    if len(records) > LIMITS["claims"]:
        made.dropped["too many"] += len(records) - LIMITS["claims"]
    return made


def records_in(text: str) -> tuple[list[Any], str]:
    """Return the raw claims of an answer, and its fault: "", "prose", "cut-off", "no JSON" or "wrong schema"."""
    bare = text.strip().removeprefix("\ufeff").strip()
    whole = loaded(bare)
    if (claims := claims_of(whole)) is not None:
        return claims, ""
    if whole is not None:
        return [], "wrong schema"
    for start in starts(bare):
        if (claims := claims_of(decoded(bare, start))) is not None:
            return claims, "prose"
    if (begun := CLAIMS.search(bare)) is not None:
        return list(whole_ones(bare, begun.end())), "cut-off"
    return [], "cut-off" if bare.startswith(("{", "```")) and "}" not in bare[-3:] else "no JSON"


def loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def decoded(text: str, start: int) -> Any:
    try:
        return DECODER.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None


def starts(text: str, most: int = 50) -> list[int]:
    """Return the places where an object or list may begin."""
    return [found.start() for found, _ in zip(regex.finditer(r"\{|\[(?=\s*\{)", text), range(most), strict=False)]


def claims_of(value: Any) -> list[Any] | None:
    """Return the list of claims in a value: under "claims", or a list of objects that have quotes."""
    if isinstance(value, dict) and isinstance(value.get("claims"), list):
        return list(value["claims"])
    if isinstance(value, list) and value and all(isinstance(v, dict) and "quotes" in v for v in value):
        return value
    return None


def whole_ones(text: str, start: int) -> Iterator[Any]:
    """Yield the claims of a list that was cut off, as far as they are whole."""
    while (opened := text.find("{", start)) >= 0:
        try:
            record, start = DECODER.raw_decode(text, opened)
        except (ValueError, RecursionError):
            return
        yield record


def drafted(record: Any) -> Draft | str:
    """Return a claim in the codebook's words, or why it is none."""
    if not isinstance(record, dict):
        return "wrong schema"
    kind, stage = term(record.get("kind")), term(record.get("stage"))
    title, quotes = word(record.get("title")), quotes_of(record.get("quotes"))
    if kind not in codebook()["kinds"] or stage not in codebook()["stages"] or not title:
        return "wrong schema"
    if not quotes:
        return "no quotation"
    notes: dict[str, str] = {}
    values: dict[str, Any] = {"kind": kind, "stage": stage, "title": title[: LIMITS["title"]]}
    for name, sort in slots():
        if sort not in ("kind", "stage", "title", "quotes"):
            value, note = READERS[sort](record.get(name), values)
            values |= {name: value} if value else {}
            notes |= {name: note} if note else {}
    return Draft(values, tuple(quotes), notes) if values.get("parties") else "no party"


Read = tuple[Any, str]


def word(value: Any) -> str:
    """Return text on one line that can be written anywhere; "" for what is none."""
    if not isinstance(value, str):
        return ""
    bare = value.encode("utf-8", "ignore").decode("utf-8")
    return " ".join(regex.sub(r"[\p{Cc}\p{Co}\p{Cs}]", " ", bare).split())


def term(value: Any) -> str:
    """Return a word as the codebook would write it: small letters, hyphens for blanks."""
    return word(value).casefold().replace(" ", "-").replace("_", "-")


def many(value: Any) -> list[str]:
    listed = value if isinstance(value, (list, tuple)) else [value]
    return list(dict.fromkeys(made for v in listed[: LIMITS["values"]] if (made := word(v))))


def quotes_of(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    told = [q.get("exact") if isinstance(q, dict) else q for q in listed[: LIMITS["values"]]]
    return list(dict.fromkeys(q for q in told if isinstance(q, str) and q.strip()))


@cache
def known_codes() -> frozenset[str]:
    """Return the codes of states and organisations that can be parties."""
    tables = (pack("en").settings(name).get("party", ()) for name in ("countries", "parties"))
    return frozenset(party["code"] for table in tables for party in table) | organisations()


@lru_cache(4096)
def code_of(name: str) -> str | None:
    """Return the code of a party, also where a model writes its English name ("Belgium", "the UK") instead."""
    if name.upper() in known_codes():
        return name.upper()
    bare = name.removeprefix("the ").removeprefix("The ")
    hits = [hit for hit in lexicon("en").hits(bare) if hit.entry.layer == "party" and len(bare) == hit.stop - hit.start]
    codes = {hit.entry.value for hit in hits if hit.entry.data.get("sort") == "name"}
    return codes.pop() if len(codes) == 1 and codes <= known_codes() else None


def read_form(value: Any, values: Mapping[str, Any]) -> Read:
    made = term(value).removeprefix("null").removeprefix("none")
    allowed = codebook()["kinds"][values["kind"]]["forms"]
    return (made, "") if made in allowed else (None, f"{made!r} is no form of {values['kind']}" if made else "")


def read_codes(value: Any, values: Mapping[str, Any]) -> Read:
    asked = {name: code_of(name) for name in many(value)}
    unknown = [name for name, code in asked.items() if code is None]
    kept = tuple(sorted({code for code in asked.values() if code}))
    return kept, f"no party has the code {', '.join(unknown)}" if unknown else ""


def read_by(value: Any, values: Mapping[str, Any]) -> Read:
    asked = {code_of(name) for name in many(value)}
    kept = {code for code in asked if code in values.get("parties", ())}
    return tuple(sorted(kept)), "names who is no party" if asked - kept else ""


def read_words(value: Any, values: Mapping[str, Any]) -> Read:
    return tuple(w[: LIMITS["word"]] for w in many(value)), ""


def read_word(value: Any, values: Mapping[str, Any]) -> Read:
    made = word(value)[: LIMITS["word"]]
    return None if made.casefold() in ("", "null", "none") else made, ""


def read_domains(value: Any, values: Mapping[str, Any]) -> Read:
    asked = [term(name) for name in many(value)]
    kept = sorted(set(asked) & set(codebook()["domains"]))
    return tuple(kept), "has fields that the codebook has not" if len(kept) < len(asked) else ""


def read_date(value: Any, values: Mapping[str, Any]) -> Read:
    made = word(value)
    if not made or made.casefold() in ("null", "none"):
        return None, ""
    return (made, "") if is_edtf(made) else (None, f"{made[:40]!r} is no date")


READERS = {
    "form": read_form,
    "codes": read_codes,
    "by": read_by,
    "words": read_words,
    "word": read_word,
    "domains": read_domains,
    "date": read_date,
}
