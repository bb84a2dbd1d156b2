"""The report's own paragraphs out of a web page, without what stands around them.

Invariant: each block is text of the page in its order; nothing is joined over a
block's edge.

The page is walked once into blocks (runs of text between block elements). Paragraph-like
blocks vote for the elements that hold them; from the body we go down as long as one child
holds most of the votes. The blocks inside it remain, and the lead above it, but for those
that links, classes or a pack's list show to be boilerplate.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from . import fields
from .boilerplate import Boilerplate

Element = etree._Element
_INLINE = fields.names("html", "inline") | {"br"}
_SKIPPED = fields.names("html", "skipped")
_BESIDE = fields.names("html", "beside")
_BESIDE_WORDS = fields.names("html", "beside_words")
_SURELY_BESIDE = fields.names("html", "surely_beside_words")
_KEPT_WORDS = re.compile(r"(?:article|story|entry|post|main)[-_]?(?:body|content|text)", re.I)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BREAK = "\x00"
_BREAKS = re.compile(" ?\x00 ?\x00[ \x00]*")
_FOR_READERS = frozenset(["sr-only", "visually-hidden", "screen-reader-text"])
_MOST = 0.6
_MUCH = 0.3
_FEW_LINKS = 0.4
_SIGNS = re.compile(r"[\W_]+")
_PARAGRAPH = 60
_SHORT = 160
_FIRST_FEW = 8
_HEADINGS = frozenset(["h1", "h2", "h3"])
_PARAGRAPHS = frozenset(["p", "li", "dd", "blockquote", "pre"])


@dataclass(slots=True)
class Block:
    """A run of text in one block element.

    ``beside`` are the elements around it that may stand beside the report; ``weight``
    counts letters, those of Chinese, Japanese and Korean twice.
    """

    text: str
    element: Element
    links: int
    beside: tuple[Element, ...]
    weight: int

    @property
    def linked(self) -> float:
        """The share of the text that is links."""
        return self.links / max(1, len(self.text))

    @property
    def votes(self) -> bool:
        """Whether it looks like a paragraph of a report."""
        return self.weight >= _PARAGRAPH and self.linked < 0.5


@dataclass(frozen=True, slots=True)
class Report:
    """The report's blocks in order, and the short ones around its headline, where sites print the day."""

    blocks: list[Block]
    near: list[str]

    @property
    def heading(self) -> str | None:
        """The first heading of the report, for pages that name no title."""
        tagged = (b.text for b in self.blocks[:_FIRST_FEW] if b.element.tag in _HEADINGS)
        return next((text for text in tagged if len(text) < _SHORT), None)


def report_in(body: Element, title: str, boilerplate: Boilerplate) -> Report:
    """Return the report in the page's body; ``title`` is its headline."""
    walked = _walked(body)
    blocks = _ours(walked) or [b for b in walked if not any(_surely_beside(_names(e)) for e in b.beside)]
    holder = _holder(body, blocks)
    inside = _within(holder, blocks)
    first = next((i for i, within in enumerate(inside) if within), len(blocks))
    kept = [*_lead(blocks[:first], title, holder), *(b for b, within in zip(blocks, inside, strict=True) if within)]
    return Report([b for b in kept if not _is_boilerplate(b, boilerplate)], _near(walked, kept, title))


def _near(walked: list[Block], kept: list[Block], title: str) -> list[str]:
    """Return the short blocks between the headline (or a few before the report) and the report's first paragraphs."""
    paragraphs = [i for i, b in enumerate(walked) if b.votes and any(b is k for k in kept[:_FIRST_FEW])]
    if not paragraphs:
        return []
    last = paragraphs[:2][-1]
    heads = _headlines(walked[:last], title)
    start = heads[-1] if heads else max(0, paragraphs[0] - _FIRST_FEW)
    return [b.text for b in walked[start:last] if len(b.text) < _SHORT]


def _walked(body: Element) -> list[Block]:
    """Return the blocks of the page, in one walk over it."""
    blocks: list[Block] = []
    pieces: list[str] = []
    beside: list[Element] = []
    owner, links, in_link = body, 0, 0
    etree.strip_elements(body, *_SKIPPED, with_tail=False)
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        starts = event == "start"
        text = element.text if starts else element.tail
        if tag == "a":
            in_link += 1 if starts else -1
        elif tag in _INLINE:
            if starts and (tag == "br" or tag == "span") and (sign := _sign(element, tag)) is not None:
                pieces.append(sign)
                if not sign:
                    walk.skip_subtree()
                    continue
        else:
            if pieces:
                _flush(blocks, pieces, owner, links, beside)
            links = 0
            if starts:
                owner = element
                if _is_beside(element):
                    beside.append(element)
                    if _is_apart(element):
                        walk.skip_subtree()
                        continue
            else:
                parent = element.getparent()
                owner = element if parent is None else parent
                if beside and beside[-1] is element:
                    beside.pop()
        if text and (pieces or not text.isspace()):
            pieces.append(text)
            if in_link:
                links += len(text.strip())
    _flush(blocks, pieces, owner, links, beside)
    return blocks


def _sign(element: Element, tag: str) -> str | None:
    """Return what an inline element stands for: a break, nothing (words for screen readers), or None for its words."""
    if tag == "br":
        return _BREAK
    names = (element.get("class") or "").split()
    if "br" in names:
        return _BREAK
    return "" if names and not _FOR_READERS.isdisjoint(names) else None


def _flush(blocks: list[Block], pieces: list[str], owner: Element, links: int, beside: list[Element]) -> None:
    """End a block; two line breaks end one as well."""
    text = "".join(pieces)
    pieces.clear()
    if owner.tag == "pre":
        text = text.replace("\n", _BREAK)
    text = " ".join(text.split())
    if text and text != _BREAK:
        share = links / len(text)
        for part in _parts(text):
            weight = len(part) + (0 if part.isascii() else len(_CJK.findall(part)))
            blocks.append(Block(part, owner, int(share * len(part)), tuple(beside), weight))


def _parts(text: str) -> list[str]:
    """Cut a block's text at empty lines; single line breaks stay in it."""
    if _BREAK not in text:
        return [text]
    lines = _BREAKS.sub("\n\n", text).replace(f" {_BREAK}", "\n").replace(f"{_BREAK} ", "\n").replace(_BREAK, "\n")
    return [part for piece in lines.split("\n\n") if (part := piece.strip())]


def _is_beside(element: Element) -> bool:
    """Whether the element's name, class, id or style says that it stands beside the report, or is not shown."""
    if element.tag in _BESIDE:
        return True
    if not element.keys():
        return False
    get = element.get
    names, name, style = get("class"), get("id"), get("style")
    if (names and _says_beside(names)) or (name and _says_beside(name)):
        return True
    return get("hidden") is not None or bool(style and "none" in style and "display:none" in style.replace(" ", ""))


@lru_cache(8192)
def _says_beside(names: str) -> bool:
    return not _BESIDE_WORDS.isdisjoint(_words(names)) and not _KEPT_WORDS.search(names)


def _is_apart(element: Element) -> bool:
    """Whether it surely stands beside the report: by its name, and without a headline or an article in it."""
    if element.tag not in ("nav", "footer") and not _surely_beside(_names(element)):
        return False
    return element.tag != "body" and element.find(".//h1") is None and element.find(".//article") is None


@lru_cache(4096)
def _surely_beside(names: str) -> bool:
    return not _SURELY_BESIDE.isdisjoint(_words(names)) and not _KEPT_WORDS.search(names)


def _words(names: str) -> list[str]:
    return names.lower().replace("-", " ").replace("_", " ").split()


def _names(element: Element) -> str:
    return f"{element.tag!s} {element.get('class') or ''} {element.get('id') or ''}"


def _ours(blocks: list[Block]) -> list[Block]:
    """Return the blocks that stand beside nothing; what holds much of the page cannot be beside it.

    Elements of one name and class count together: a report may be cut into many of them.
    """
    total = sum(b.weight for b in blocks if b.votes)
    held: dict[str, int] = defaultdict(int)
    for block in blocks:
        if block.beside and block.votes:
            for names in {_names(element) for element in block.beside}:
                held[names] += block.weight
    main = {names for names, weight in held.items() if weight > (_MOST if _surely_beside(names) else _MUCH) * total}
    return [b for b in blocks if all(_names(element) in main for element in b.beside)]


def _holder(body: Element, blocks: list[Block]) -> Element:
    """Go down from the body while one child holds most of the votes."""
    votes: dict[Element, int] = defaultdict(int)
    children: dict[Element, set[Element]] = defaultdict(set)
    for block in blocks:
        if block.votes:
            element: Element | None = block.element
            while element is not None and element is not body:
                votes[element] += block.weight
                parent = element.getparent()
                if parent is not None:
                    children[parent].add(element)
                element = parent
    holder, total = body, sum(b.weight for b in blocks if b.votes)
    while children[holder]:
        best = max(children[holder], key=lambda child: votes[child])
        if votes[best] < _MOST * total:
            break
        holder, total = best, votes[best]
    parent = holder.getparent()
    return holder if parent is None or holder is body or holder.tag not in _PARAGRAPHS else parent


def _within(holder: Element, blocks: list[Block]) -> list[bool]:
    """Say for each block whether it is inside the holder."""
    known: dict[Element, bool] = {holder: True}

    def inside(element: Element | None) -> bool:
        if element is None:
            return False
        if element not in known:
            known[element] = inside(element.getparent())
        return known[element]

    return [inside(b.element) for b in blocks]


def _lead(before: list[Block], title: str, holder: Element) -> list[Block]:
    """Return the paragraphs between the headline and the report's holder: its lead often stands apart.

    On a page without a headline they are those beside the holder, in the same element.
    """
    heads = _headlines(before, title)
    lead = [b for b in before[heads[-1] + 1 if heads else 0 :] if b.votes and b.linked < _FEW_LINKS]
    parent = holder.getparent()
    if heads or parent is None:
        return lead
    return [b for b, within in zip(lead, _within(parent, lead), strict=True) if within and not title]


def _headlines(blocks: list[Block], title: str) -> list[int]:
    """Return the places of the blocks that say the title, whatever signs and blanks are between its letters."""
    letters = _letters(title)
    alike = (i for i, b in enumerate(blocks) if abs(len(b.text) - len(title)) <= _FIRST_FEW and letters)
    return [i for i in alike if _letters(blocks[i].text) == letters]


def _letters(text: str) -> str:
    return _SIGNS.sub("", text).casefold()


def _is_boilerplate(block: Block, boilerplate: Boilerplate) -> bool:
    if block.linked > 0.6 and block.weight < 200:
        return True
    return boilerplate.is_line(block.text)
