"""Which titles of many may write one word otherwise, or in two? Asked of the words once, not of each two titles.

Invariant: a title that has none of the words that ``Spellings.of`` another shares no word with it
by ``alike_in_letters`` or ``joined``, so that what is sought with much work among letters need not be sought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process

from servanda.ledger.likeness import ALIKE
from servanda.ledger.words import Title

LONG = 6  # letters: a longer word may be two
HEAD = 3  # letters that the first of two words has at least


class Spellings:
    """The words of some titles, with what each may be taken for among them."""

    def __init__(self, titles: Iterable[Title]) -> None:
        some = list(titles)
        words = {word for title in some for word in title.words}
        long = {word for title in some for word in title.long}
        self.kin: dict[str, set[str]] = defaultdict(set)
        for one, other in (*written_alike(long), *written_in_two(long, words)):
            self.kin[one].add(other)
            self.kin[other].add(one)

    def of(self, title: Title) -> frozenset[str]:
        """Return the words that may be another spelling of one of a title's."""
        return frozenset().union(*(self.kin[word] for word in title.words if word in self.kin))


def written_alike(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the words that differ by a letter or two, never the first."""
    by_letter: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        by_letter[word[0]].append(word)
    for of in by_letter.values():
        for place, word in enumerate(of):
            found = process.extract(word, of[place + 1 :], scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
            yield from ((word, other) for other, *_ in found)


def written_in_two(long: Iterable[str], words: set[str]) -> Iterator[tuple[str, str]]:
    """Yield long words with the first of two words that together are written like them."""
    for word in sorted(long):
        if len(word) > LONG:
            cuts = range(HEAD, len(word))
            yield from ((word, word[:cut]) for cut in cuts if word[:cut] in words and word[cut:] in words)
