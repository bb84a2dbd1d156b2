"""What a run will cost, before it starts, and what it has cost so far.

Without a model's own tokenizer this is an estimate on the high side: letters of one token, by
script. Invariant: a run stops before the request that would pass its budget.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import regex

from servanda.asking.client import Answer
from servanda.asking.instruction import Request
from servanda.asking.settings import Settings

ASCII, OTHER, DENSE = (
    3.5,
    2.0,
    0.9,
)  # code points of one token: plain Latin, other alphabets, one sign a syllable or word
DENSE_SIGN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Devanagari}\p{Bengali}\p{Tamil}\p{Thai}]")
NO_BUDGET = "the budget of {:,} tokens is spent"


def tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few."""
    plain = sum(c.isascii() for c in text)
    dense = sum(1 for _ in DENSE_SIGN.finditer(text))
    return int(plain / ASCII + dense / DENSE + (len(text) - plain - dense) / OTHER) + 1


def tokens_in(request: Request) -> int:
    return sum(tokens(content) + 4 for _, content in request.messages)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will ask: requests, those already answered, tokens in and (at most) out, the price of both."""

    documents: int
    requests: int
    known: int
    tokens_in: int
    tokens_out: int
    price: float

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def __str__(self) -> str:
        told = f"{counted(self.documents, 'document')}, " if self.documents else ""
        told += f"{counted(self.requests, 'request')}"
        asked = f"about {self.tokens_in:,} tokens in, at most {self.tokens_out:,} out"
        price = f", at most {self.price:,.2f}" if self.price else ""
        return f"{told} ({self.known:,} answered before): {asked}{price}."


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def estimate(documents: int, requests: Iterable[Request], known: int, settings: Settings) -> Estimate:
    """Return what the requests that are not yet answered will cost."""
    counts = [tokens_in(request) for request in requests]
    asked, told = sum(counts), len(counts) * settings.answer
    price = (asked * settings.price_in + told * settings.price_out) / 1e6
    return Estimate(documents, len(counts) + known, known, asked, told, price)


class Meter:
    """Tokens used by a run, and whether there are some left. May be used by several threads."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self.held = 0
        self.lock = threading.Lock()

    def reserve(self, wanted: int) -> bool:
        """Set tokens aside for a request; False where they would pass the budget."""
        with self.lock:
            if self.used + self.held + wanted > self.budget:
                return False
            self.held += wanted
            return True

    def settle(self, wanted: int, answer: Answer | None) -> None:
        """Count what a request took: as the server says, else what was set aside; nothing without an answer."""
        with self.lock:
            self.held -= wanted
            if answer is not None:
                self.used += answer.tokens_in + answer.tokens_out or wanted
