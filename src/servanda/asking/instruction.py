"""What a model is told, and what is asked of it: instruction, schema and request, all from data.

The vocabulary comes from ``codebook.toml``, so that it cannot drift; the slots and rules from
``instruction.toml``. Invariant: the report's text stands only between two marker lines that
its own words cannot contain.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import regex

from servanda.asking.pieces import Piece
from servanda.asking.settings import Settings
from servanda.codebook import codebook
from servanda.model import Document, digest

UNSEEN = regex.compile(r"(?![\u200c\u200d\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]")
TURNS = regex.compile(
    r"<\|(?=[\w|])|<(?=/?(?:s|INST|SYS|system|user|assistant|start_of_turn|end_of_turn)\b)|\[(?=/?INST\])",
    regex.IGNORECASE,
)
SORTS = {"codes": "list", "by": "list", "words": "list", "domains": "list", "quotes": "list"}


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask: the messages, and the schema of the answer. ``key`` is a digest of what is asked of whom."""

    key: str
    messages: tuple[tuple[str, str], ...]
    schema: Mapping[str, Any]
    model: str
    answer: int

    def body(self, form: str) -> dict[str, Any]:
        """Return the body of the HTTP request, in the form of the OpenAI interface."""
        made: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": role, "content": content} for role, content in self.messages],
            "temperature": 0,
            "max_tokens": self.answer,
        }
        if form == "strict":
            schema = {"name": "answer", "strict": True, "schema": dict(self.schema)}
            made["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif form == "json":
            made["response_format"] = {"type": "json_object"}
        return made


def request(messages: tuple[tuple[str, str], ...], schema: Mapping[str, Any], settings: Settings) -> Request:
    key = digest("request", settings.model, settings.answer, *(part for message in messages for part in message))
    return Request(key, messages, schema, settings.model, settings.answer)


def request_for(piece: Piece, settings: Settings) -> Request:
    """Return what a model is asked about a piece of a document."""
    return request((("system", instruction()), ("user", user_turn(piece))), claims_schema(), settings)


@cache
def wording() -> dict[str, Any]:
    return tomllib.loads(files("servanda.asking").joinpath("instruction.toml").read_text("utf-8"))


@cache
def slots() -> tuple[tuple[str, str], ...]:
    """Return the name and sort of each slot, in the order of the schema."""
    return tuple((slot["name"], slot["sort"]) for slot in wording()["slot"])


@cache
def instruction() -> str:
    """Return the system turn: role, unit, rules, vocabulary, slots and the schema of the answer."""
    book, told = codebook(), wording()
    forms = "\n".join(
        f"- {k}: {v['means']}. Forms: {', '.join(v['forms']) or 'none'}" for k, v in book["kinds"].items()
    )
    parts = [
        told["role"],
        "WHAT A CLAIM IS\n" + book["unit"].strip(),
        "NOT CLAIMS\n" + book["not_claims"].strip(),
        "RULES\n" + told["rules"].strip(),
        "KINDS\n" + forms,
        "STAGES, in order; the last two stand beside it\n" + listed({k: v["means"] for k, v in book["stages"].items()}),
        "DOMAINS\n" + listed(book["domains"]),
        "ORGANISATIONS THAT ARE PARTIES\n" + ", ".join(book["organisations"]["codes"]),
        "SLOTS\n" + listed({slot["name"]: slot["means"] for slot in told["slot"]}),
        told["answer"].strip() + "\n" + json.dumps({"claims": [example_shape()]}, ensure_ascii=False),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def listed(meanings: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {means}" for name, means in meanings.items())


def example_shape() -> dict[str, Any]:
    return {name: ["…"] if sort in SORTS else "…" for name, sort in slots()}


@cache
def claims_schema() -> dict[str, Any]:
    """Return the JSON schema of an answer, in the strict form: every property required, none besides."""
    claim = exactly({name: slot_schema(sort) for name, sort in slots()})
    return exactly({"claims": {"type": "array", "items": claim}})


def exactly(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def slot_schema(sort: str) -> dict[str, Any]:
    book = codebook()
    every_form = sorted({form for kind in book["kinds"].values() for form in kind["forms"]})
    closed = {"kind": list(book["kinds"]), "stage": list(book["stages"]), "form": [*every_form, None]}
    if sort in closed:
        return {"type": ["string", "null"] if sort == "form" else "string", "enum": closed[sort]}
    if sort == "domains":
        return {"type": "array", "items": {"type": "string", "enum": list(book["domains"])}}
    if sort in SORTS:
        return {"type": "array", "items": {"type": "string"}}
    return {"type": "string"} if sort == "title" else {"type": ["string", "null"]}


def user_turn(piece: Piece) -> str:
    """Return the user turn: what is known of the report, and its text between marker lines."""
    known = piece.document
    about = {"language": known.language, "date": known.date, "title": shown(known.title or "") or None}
    part = f" This is part {piece.number} of {piece.of}; parts overlap." if piece.of > 1 else ""
    return f"About the report: {json.dumps(about, ensure_ascii=False)}.{part}\n{fenced(piece.text, known)}"


def fenced(text: str, document: Document) -> str:
    """Return words as data between marker lines that bear a digest of the document, which it cannot hold itself."""
    mark = digest("fence", document.text, text)
    return f"=== REPORT {mark} ===\n{shown(text)}\n=== END {mark} ==="


def shown(text: str) -> str:
    """Return a text without what no reader sees, and with turn tokens of models made harmless."""
    return TURNS.sub(lambda found: f"{found[0]} ", UNSEEN.sub("", text))
