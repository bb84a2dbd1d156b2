"""What surrounds a candidate: its document, its sentence and those beside it. The same for all heads of a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from servanda.extracting.wording import known_beside, known_sentence
from servanda.language.mentions import Reading, Sentence

TOPICS = ("war", "crime", "sport", "domestic", "opinion", "market")
TENTHS = 10
HEADS = 4


def topic_features(reading: Reading) -> list[str]:
    """Which topics that bear no claims fill the document, by marks per sentence with a head."""
    with_heads = [s for s in reading.sentences if s.heads]
    counts = Counter(t for s in with_heads for t in TOPICS if s.has(t))
    return [f"doc.{t}:{min(4, 5 * n // (len(with_heads) or 1))}" for t, n in counts.items()]


def density_features(reading: Reading) -> list[str]:
    """How thick heads, cues and pairs of parties stand in the document: in texts of war or sport they are thin."""
    sentences = reading.sentences
    whole = len(sentences) or 1
    heads, cues = sum(len(s.heads) for s in sentences), sum(len(s.cues) for s in sentences)
    pairs = sum(len({m.code for m in s.parties}) > 1 for s in sentences)
    return [
        f"doc.heads:{min(8, 4 * heads // whole)}",
        f"doc.cues:{min(8, 4 * cues // whole)}",
        f"doc.pairs:{min(8, TENTHS * pairs // whole)}",
    ]


def document_features(reading: Reading) -> list[str]:
    weights = sorted(reading.weight.values(), reverse=True)
    return [
        f"doc.parties:{min(6, len(weights))}",
        f"doc.share:{TENTHS * sum(weights[:2]) // (sum(weights) or 1)}",
        f"doc.length:{min(6, len(reading.sentences) // 5)}",
        *topic_features(reading),
        *density_features(reading),
    ]


def sentence_features(s: Sentence, words: int, sentences: Sequence[Sentence]) -> list[str]:
    """How much a sentence of so many words holds, and what those before and after it hold."""
    made = [*known_sentence(words, min(4, len(s.heads)), min(4, len(s.cues)))]
    for name, index in (("before-it", s.index - 1), ("after-it", s.index + 1)):
        if 0 <= index < len(sentences):
            other = sentences[index]
            heads, cues, parties = (min(3, len(found)) for found in (other.heads, other.cues, other.parties))
            made += known_beside(name, heads, cues, parties)
            made += [f"{name}.head:{h.entry.value}" for h in other.heads[:HEADS]]
    return made


def often(reading: Reading) -> Counter[str]:
    """Return how many heads of each kind the document has."""
    return Counter(head.entry.value for s in reading.sentences for head in s.heads)
