"""How far two claims name the same: words of their titles, bodies, people.

Every measure is a pure, symmetric function of two profiles; what it weighs is for ``matching`` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from rapidfuzz import fuzz

from servanda.ledger.profiles import Profile, bone_of
from servanda.ledger.words import Title, one_person, weighed
from servanda.model import Kind

Point = tuple[str, float, str]  # a reason as a rule gives it (rule, points, words): most are only added up
EMBASSY = frozenset({"embassy", "delegation", "resident", "high", "open", "resumption"})  # as titles are read
NEAR_FIELDS = (
    frozenset({"defence", "defence-industry"}),
    frozenset({"trade", "finance"}),
    frozenset({"diplomacy", "peacekeeping"}),
)
NONE: frozenset[str] = frozenset()
ALIKE = 84  # of a hundred, how far two spellings of one word agree at the least
PLACE = 0.3  # what a place's name in two titles weighs, if it is also where both say that it is


def shared_words(a: Profile, b: Profile) -> dict[str, float]:
    """Return the words that both titles carry, with their weights.

    Fuzzy within a script, by consonants across scripts.
    """
    ours, theirs = a.title, b.title
    others = theirs.words
    both = {word: weight for word, weight in ours.words.items() if word in others}
    if a.place_words and b.place_words:
        for word in a.place_words & b.place_words & both.keys():
            both[word] = min(both[word], PLACE)
    if not ours.letters.isdisjoint(theirs.letters) and (left := theirs.long.difference(both)):
        for word in ours.long.difference(both):
            if any(alike_in_letters(word, other) for other in left):
                both[word] = 1.0
    if written_together := joined(ours, theirs) | joined(theirs, ours):
        both |= dict.fromkeys(written_together - both.keys(), 1.0)
    if a.latin != b.latin:
        spoken = {bone for word, bone in b.bones.items() if word not in both}
        both |= {bone: 1.0 for word, bone in a.bones.items() if word not in both and bone in spoken}
    return both


def alike_in_letters(word: str, other: str) -> bool:
    """True for two words that differ by a letter or two, never the first."""
    return word[0] == other[0] and fuzz.ratio(word, other) >= ALIKE


def joined(ours: Title, theirs: Title) -> AbstractSet[str]:
    """Return the words of one title that the other writes as two ("boatyard", "boat yard")."""
    if ours.heads.isdisjoint(theirs.words):
        return NONE
    heads = ours.heads & theirs.words.keys()
    longer = (word for word in ours.long if len(word) > 6 and word not in theirs.words)
    return {w for w in longer if any(w.startswith(head) and w[len(head) :] in theirs.words for head in heads)}


def alike(a: Profile, b: Profile, shared: Mapping[str, float] | None = None) -> float:
    """Return how far two titles say the same, 0 to 1: half Dice, half how much of the shorter stands in the longer.

    Where both claims name a body that is a side, such names are left out: they have a rule of their own.
    """
    both = shared_words(a, b) if shared is None else shared
    if not both:
        return 0.0
    ours, theirs, common = a.title.weight, b.title.weight, sum(both.values())
    if a.orgs and b.orgs and shared_bodies(a, b):
        bodies = a.org_words | b.org_words
        common = sum(weight for word, weight in both.items() if word not in bodies)
        ours, theirs = (sum(w for word, w in of.title.words.items() if word not in bodies) for of in (a, b))
    if not ours or not theirs:
        return 0.0
    return min(1.0, common / (ours + theirs) + 0.5 * common / max(0.6, min(ours, theirs)))


def other_field(a: Profile, b: Profile) -> bool:
    """True where both say what field a thing is of and no two of their fields are one or near one another."""
    if not a.domains or not b.domains or not a.domains.isdisjoint(b.domains):
        return False
    return not any(near & a.domains and near & b.domains for near in NEAR_FIELDS)


def one_embassy(a: Profile, b: Profile) -> bool:
    """True for two titles that say no more than "the embassy", "the mission": a state has one at another."""
    if a.form != "embassy" or b.form != "embassy" or not a.kind is b.kind is Kind.INSTITUTION:
        return False
    two = a.parties == b.parties and len(a.parties) == 2 and a.by == b.by and bool(a.by)
    return two and says_embassy(a) and says_embassy(b)


def says_embassy(of: Profile) -> bool:
    words = of.title.words
    if words.keys().isdisjoint(EMBASSY) or of.title.ordinals - {1}:
        return False
    return all(weight < 0.6 or word in EMBASSY or word in of.place_words for word, weight in words.items())


def same_bodies(a: Profile, b: Profile) -> bool:
    """True where all bodies that one claim names, the other names too: "the agreement with" them tells which."""
    return bool(a.orgs and b.orgs) and len(shared_bodies(a, b)) >= min(len(a.orgs), len(b.orgs))


def shared_bodies(a: Profile, b: Profile) -> list[str]:
    """Return the bodies that both claims name, in full or short: one key, or most words of the shorter name."""
    return [key for key, words in a.orgs if any(one_body(key, words, *other) for other in b.orgs)]


def one_body(key: str, words: frozenset[str], other: str, others: frozenset[str]) -> bool:
    return key == other or one_name(words, others) or short_for(key, others) or short_for(other, words)


def one_name(words: frozenset[str], others: frozenset[str]) -> bool:
    shorter = min(len(words), len(others))
    return shorter >= 2 and len(words & others) >= 0.6 * shorter


def short_for(key: str, words: frozenset[str]) -> bool:
    """True where one body is called by a telling word of the other's name alone ("Adani", "Adani Group")."""
    return bone_of(key) in words and weighed(key)[1] == 1.0


def same_people(a: Profile, b: Profile) -> list[tuple[str, ...]]:
    """Return the people of one claim whom the other names too."""
    return [person for person in a.persons if any(one_person(person, other) for other in b.persons)]
