"""Features put into words, once for all that are alike: few answers make up most of what is asked of a candidate.

Each function gives the same strings, the very objects, for the same answers. Nothing here looks at a text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import compress
from sys import intern

from servanda.model import Kind, Stage

KNOWN = 8000
STEM = 6


def worded(mark: str, letters: int | None = None) -> Callable[[str], str]:
    """Return what writes a mark before a word, or before its first letters, which endings leave alone."""
    return lru_cache(KNOWN)(lambda word: f"{mark}{word[:letters]}")


stem_before, stem_behind = worded("b=", STEM), worded("a=", STEM)  # in a head's clause
word_before, word_behind = worded("sb:"), worded("sa:")  # in its sentence
stem_in = worded("ph=", STEM)  # in its noun phrase


def cased(written: str) -> str:
    """How a head is written: "U" all large, "C" with a large first letter, else "l"."""
    return "U" if written.isupper() and len(written) > 1 else "C" if written[0].isupper() else "l"


@lru_cache(KNOWN)
def known_head(
    name: str, kind: str, form: str | None, part: str, language: str, size: int, weak: bool
) -> Sequence[str]:
    """What is said of a head wherever it stands."""
    made = (
        "bias",
        f"head:{name}",
        f"kind:{kind}",
        f"form:{form}",
        f"part:{part}",
        f"lang:{language}",
        f"head.length:{size}",
    )
    return (*made, "weak") if weak else made


@lru_cache(KNOWN)
def known_cue(stage: str, far: int, kind: str) -> Sequence[str]:
    """What is said of the cue that governs a head by its stage and how far it stands."""
    return f"cue.stage:{stage}", f"cue.far:{far}", f"cue.stage&far:{stage}{far}", f"cue.stage&kind:{stage}&{kind}"


@lru_cache(KNOWN)
def among_heads(heads: int, nth: int) -> Sequence[str]:
    """How many heads a sentence has, and which of them this is."""
    return f"heads:{heads}", f"head.nth:{nth}"


@lru_cache(KNOWN)
def known_neighbour(name: str, sort: str, gap: int, breaks: int, kind: str) -> Sequence[str]:
    """What is said of the head before or after: its kind, and how far it stands."""
    return f"{name}:{sort}{gap}{breaks}", f"{name}&kind:{sort}&{kind}"


@lru_cache(KNOWN)
def known_place(position: str, name: str) -> Sequence[str]:
    """Where in the text a head stands."""
    return f"at:{position}", f"at&head:{position}&{name}"


@lru_cache(KNOWN)
def known_parties(named: int, clause: int, weak: bool, kind: str) -> Sequence[str]:
    """How many parties a head's sentence and clause name."""
    return (
        f"in.sentence:{named}",
        f"in.clause:{clause}",
        f"in.sentence&weak:{min(3, named)}{weak}",
        f"in.clause&kind:{min(3, clause)}{kind}",
    )


@lru_cache(KNOWN)
def said_before(again: int, same: int) -> Sequence[str]:
    """How often a head and its kind were met before."""
    return f"again:{again}", f"again.kind:{same}"


@lru_cache(KNOWN)
def to_the_left(last: str, three: str, kind: str) -> Sequence[str]:
    return f"left:{last}", f"left3:{three}", f"left&kind:{last}>{kind}"


@lru_cache(KNOWN)
def to_the_right(first: str, kind: str) -> Sequence[str]:
    return f"right:{first}", f"right&kind:{kind}<{first}"


@lru_cache(KNOWN)
def link_to(name: str, letter: str) -> str:
    return f"link:{name}&{letter}"


@lru_cache(KNOWN)
def known_writing(written: str, first: bool, kind: str, name: str) -> Sequence[str]:
    """How a head is written, and whether its sentence begins with it."""
    case = cased(written)
    return f"written:{written.lower()}", f"case:{case}{first}", f"case&kind:{case}{kind}", f"case&head:{case}{name}"


@lru_cache(KNOWN)
def known_figures(before: bool, behind: bool, kind: str) -> Sequence[str]:
    """Whether figures stand near a head."""
    return f"figures.b:{before}", f"figures.a:{behind}", f"figures&kind:{before}{behind}{kind}"


@lru_cache(KNOWN)
def known_often(often: int, kind: str) -> Sequence[str]:
    """How many heads of a kind the document has."""
    return f"doc.often:{often}", f"doc.often&kind:{often}{kind}"


@lru_cache(KNOWN)
def known_sentence(words: int, heads: int, cues: int) -> Sequence[str]:
    """How long a sentence is and how many heads and cues it has."""
    return (
        f"s.words:{min(8, words // 6)}",
        f"s.words&heads:{min(5, words // 8)}{heads}",
        f"s.cues:{cues}",
        f"s.cues&heads:{min(3, cues)}{min(3, heads)}",
    )


@lru_cache(KNOWN)
def known_beside(name: str, heads: int, cues: int, parties: int) -> Sequence[str]:
    """What the sentence before or after has."""
    return f"{name}.heads:{heads}", f"{name}.cues:{cues}", f"{name}.parties:{parties}"


@lru_cache(KNOWN)
def known_phrase(length: int, kind: Kind) -> Sequence[str]:
    """How many words a noun phrase has."""
    return f"ph.words:{min(8, length)}", f"ph.words&kind:{min(5, length)}{kind}"


@lru_cache(KNOWN)
def known_rule(stage: Stage, kind: str) -> Sequence[str]:
    return f"rule:{stage}", f"rule&kind:{stage}&{kind}"


@lru_cache(KNOWN)
def any_cue(stage: str, behind: bool, breaks: int, kind: Kind) -> Sequence[str]:
    """The stage of a cue that may govern a head, its side, and the clause breaks between."""
    side = "b" if behind else "a"
    return f"any:{stage}{side}", f"an:{stage}{side}{breaks}", f"ank:{stage}{side}{breaks}{kind}"


@lru_cache(KNOWN)
def known_stand(
    side: str, far: int, breaks: int, sort: str, beside: str, kind: Kind, form: str | None, name: str
) -> Sequence[str]:
    """How a mention of a party stands to a head."""
    near = f"{min(far, 3)}{min(breaks, 1)}"
    made = (
        f"{side}:{far}",
        f"{side}.breaks:{breaks}",
        f"{side}.far&breaks:{far}{breaks}",
        f"sort:{sort}",
        f"{side}&sort:{sort}",
        f"beside:{beside}",
        f"{side}&beside:{beside}",
        f"beside&kind:{beside}&{kind}",
        f"sort&beside:{sort}&{beside}",
        f"{side}&beside&far:{beside}{near}",
        f"{side}&beside&form:{beside}&{form}",
        f"{side}&sort&kind:{sort}&{kind}",
        f"{side}&head:{name}&{near}",
    )
    return tuple(map(intern, made))


@lru_cache(KNOWN)
def known_rank(rank: int, named: int, share: int, since: int) -> Sequence[str]:
    """A party's rank and share in the document, and how often its sentence names it, or how long ago it was named."""
    here = (f"rank:{rank}", f"share:{share}{named > 0}")
    if named:
        return (*here, f"named:{named}", f"rank&in:{min(rank, 3)}")
    return (*here, "out", f"rank&out:{min(rank, 3)}", f"since:{since}", f"since&rank:{since}{min(rank, 3)}")


@lru_cache(KNOWN)
def known_sort(sort: str, code: str, here: bool, kind: Kind) -> Sequence[str]:
    """Whether a party is a state or a body of states; which body it is."""
    made = (f"is:{sort}{here}", f"is&kind:{sort}&{kind}", f"is&kind&here:{sort}&{kind}&{here}")
    return (*made, f"body:{code}&{here}", f"body&kind:{code}&{kind}") if sort == "b" else made


@lru_cache(KNOWN)
def known_before(place: str, before: str, here: bool, spoken: bool, titled: bool, last: bool) -> Sequence[str]:
    """Where a party stands in its sentence and in the one before; whether the title or what was said last names it."""
    made = [place] if place else []
    made += [f"previous:{before}{here}{spoken}"] if before else []
    return (*made, *[f"member:title{here}"] * titled, *[f"member:last{here}"] * last)


@lru_cache(KNOWN)
def known_size(size: int, some: int, named: int) -> Sequence[str]:
    """How large a set of parties is, and how many of them and of all its sentence names."""
    return f"size&in:{size}{some}", f"in&here:{some}{named}"


@lru_cache(KNOWN)
def known_marks(size: int, inside: int, spoken: str, marked: tuple[bool, ...]) -> Sequence[str]:
    """Whether a set is the chief pair, the last spoken of, the title's, the first three, all here; is of many."""
    some = min(3, inside)
    told = (
        f"dyad&in:{inside}&{spoken}",
        f"last&in:{some}",
        f"title-set:{size}{some}&{spoken}",
        f"first-three:{some}&{spoken}",
        f"all-here:{size}",
        f"size&many:{size}&{some}",
    )
    return tuple(compress(told, marked))


@lru_cache(KNOWN)
def known_are(are: str, some: int, kind: Kind, form: str | None) -> Sequence[str]:
    """Whether a set is of states or of bodies of states, a letter each."""
    return f"are:{are}", f"are&kind:{are}&{kind}", f"are&form:{are}&{form}", f"are&in:{are}&{some}"


@lru_cache(KNOWN)
def known_run(whole: bool, length: int, alone: bool, kind: Kind, visit: bool) -> Sequence[str]:
    """Whether a set takes a list whole or tears it apart, and whether it takes no other."""
    how, more = "whole" if whole else "torn", "alone" if alone else "more"
    return f"run:{how}", f"run:{how}{length}{more}", f"run:{how}{more}&{kind}&{visit}"


@lru_cache(KNOWN)
def known_share(taken: int, left: int, as_large: bool, kind: Kind, form: str | None) -> Sequence[str]:
    """Whether a set takes all whom the noun phrase names."""
    return (
        f"phrase:{min(3, taken)}of{min(3, taken + left)}",
        f"phrase.left:{min(2, left)}&{kind}",
        f"phrase.all:{left == 0}&{as_large}&{form}",
    )


@lru_cache(KNOWN)
def known_choice(size: int, inside: int, kind: Kind) -> Sequence[str]:
    """What is said of the parties chosen: how many they are, and how many of them the sentence names."""
    return f"p.size:{size}", f"p.in:{inside}", f"p.in&kind:{inside}{kind}"


@lru_cache(KNOWN)
def known_standing(size: int, share: int, least: int, since: int, kind: Kind) -> Sequence[str]:
    """What is said of how the parties chosen stand in the document: their share, how long ago one was named."""
    return (
        f"p.share:{share}",
        f"p.share&size:{share // 2}{size}",
        f"p.least:{least}",
        f"p.since:{since}",
        f"p.since&kind:{since}{kind}",
    )


@lru_cache(KNOWN)
def known_sorts(are: str, kind: Kind, form: str | None, stage: Stage) -> Sequence[str]:
    """Whether the parties chosen are states or bodies of states."""
    return f"p.are:{are}", f"p.are&kind:{are}&{kind}", f"p.are&form:{are}&{form}", f"p.are&stage:{are}&{stage}"


@lru_cache(KNOWN)
def known_first(first: int, kind: Kind, likely: int) -> Sequence[str]:
    """A candidate's first grade, and how many of the text's are likely."""
    return f"first:{first}", f"first&kind:{first}{kind}", f"likely:{likely}"


@lru_cache(KNOWN)
def known_rival(name: str, lead: int, side: str, above: str, rival: Kind, kind: Kind) -> Sequence[str]:
    """How a candidate stands to the best of its rivals: by what lead, on which side that stands, of what kind it is."""
    return f"{name}:{lead}{side}", f"{name}.kinds:{rival}&{kind}&{side}{above}"
