"""The report's own paragraphs out of a web page, without what stands around them.

Invariant: each block is text of the page in its order; nothing is joined over a
block's edge.

The page is walked once into blocks (runs of text between block elements). Paragraph-like
blocks vote for the elements that hold them; from the body we go down as long as one child
holds most of the votes. Blocks inside it remain, but for those that links, classes or a
pack's list show to be boilerplate.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from .boilerplate import Boilerplate

Element = etree._Element
_INLINE = frozenset(
    "a b i em strong span u s small sub sup mark abbr cite q code time font label ins del bdi bdo wbr acronym big tt var kbd samp"
    " dfn data ruby rb rt rp img picture source strike center-inline nobr".split()
)
_SKIPPED = frozenset(
    "script style noscript template svg iframe button select textarea input object embed video audio canvas map math dialog head".split()
)
_BESIDE = frozenset("nav footer aside form figcaption menu".split())
_BESIDE_WORDS = frozenset(
    "related recommend recommended recommendation recommendations share sharing sharebar social socials comment comments disqus newsletter"
    " promo promos promotion promoted advert adverts advertisement advertising ad ads sponsor sponsored sidebar footer breadcrumb breadcrumbs"
    " cookie cookies consent gdpr paywall subscribe subscription subscriptions popup modal toolbar menu navigation nav navbar tag tags taglist"
    " topic topics byline author authors bio caption captions credit credits trending popular mostread readmore teaser teasers ticker widget"
    " widgets outbrain taboola copyright print hidden timestamp dateline meta metadata player gallery slideshow carousel signup login register"
    " skip pagination pager rating poll quiz banner".split()
)
_KEPT_WORDS = re.compile(r"article[-_]?body|story[-_]?body|articleBody|entry-content|post-content|article-content|main-content", re.I)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_STOP = re.compile(r"[.!?।。！？…:;\"”»」’']\s*$")
_BREAK = "\x00"
_BREAKS = re.compile(" ?\x00 ?\x00[ \x00]*")
_MOST = 0.6
_MUCH = 0.3
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())


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
        return self.weight >= 60 and self.linked < 0.5


def main_blocks(body: Element, boilerplate: Boilerplate) -> list[Block]:
    """Return the blocks of the report in the page's body, in order."""
    blocks = _ours(_Walk(body).blocks)
    holder = _holder(body, blocks)
    return [b for b in _within(holder, blocks) if not _is_boilerplate(b, boilerplate)]


class _Walk:
    """One walk over the page; gathers blocks."""

    def __init__(self, body: Element) -> None:
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.links = self.in_link = 0
        self.beside: list[Element] = []
        self.owner = body
        etree.strip_elements(body, *_SKIPPED, etree.Comment, etree.ProcessingInstruction, with_tail=False)
        walk = etree.iterwalk(body, events=("start", "end"))
        skipped: Element | None = None
        for event, element in walk:
            if event == "start":
                if _hidden(element):
                    walk.skip_subtree()
                    skipped = element
                    continue
                self._open(element, element.tag)
                self._say(element.text)
                continue
            if event == "end" and element is not skipped:
                self._close(element, element.tag)
            self._say(element.tail)
        self._flush()

    def _open(self, element: Element, tag: str) -> None:
        if tag == "a":
            self.in_link += 1
        elif tag == "br":
            self.pieces.append(_BREAK)
        elif tag not in _INLINE:
            self._flush()
            self.owner = element
            if _is_beside(element):
                self.beside.append(element)

    def _close(self, element: Element, tag: str) -> None:
        if tag == "a":
            self.in_link -= 1
        elif tag not in _INLINE and tag != "br":
            self._flush()
            parent = element.getparent()
            self.owner = element if parent is None else parent
            if self.beside and self.beside[-1] is element:
                self.beside.pop()

    def _say(self, text: str | None) -> None:
        if text:
            self.pieces.append(text)
            if self.in_link:
                self.links += len(text.strip())

    def _flush(self) -> None:
        """End the block; two line breaks end one as well."""
        if not self.pieces:
            return
        text = " ".join("".join(self.pieces).split())
        self.pieces.clear()
        if text and text != _BREAK:
            share = self.links / len(text)
            for part in _parts(text):
                weight = len(part) + (0 if part.isascii() else len(_CJK.findall(part)))
                self.blocks.append(Block(part, self.owner, int(share * len(part)), tuple(self.beside), weight))
        self.links = 0


def _parts(text: str) -> list[str]:
    if _BREAK not in text:
        return [text]
    lines = _BREAKS.sub("\n\n", text).replace(f" {_BREAK}", "\n").replace(f"{_BREAK} ", "\n").replace(_BREAK, "\n")
    return [part for piece in lines.split("\n\n") if (part := piece.strip())]


def _hidden(element: Element) -> bool:
    style = element.get("style")
    if style and "none" in style and "display:none" in style.replace(" ", ""):
        return True
    return element.get("hidden") is not None


def _is_beside(element: Element) -> bool:
    """Whether the element's name, class, id or role says that it stands beside the report."""
    if element.tag in _BESIDE:
        return True
    names, name = element.get("class"), element.get("id")
    return bool(names and _says_beside(names)) or bool(name and _says_beside(name))


@lru_cache(4096)
def _says_beside(names: str) -> bool:
    words = names.lower().replace("-", " ").replace("_", " ").split()
    return not _BESIDE_WORDS.isdisjoint(words) and not _KEPT_WORDS.search(names)


def _ours(blocks: list[Block]) -> list[Block]:
    """Return the blocks that stand beside nothing; what holds much of the page cannot be beside it."""
    total = sum(b.weight for b in blocks if b.votes)
    held: dict[Element, int] = defaultdict(int)
    for block in blocks:
        if block.votes:
            for element in block.beside:
                held[element] += block.weight
    main = {element for element, weight in held.items() if weight > _MUCH * total}
    return [b for b in blocks if all(element in main for element in b.beside)]


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
    return holder


def _within(holder: Element, blocks: list[Block]) -> list[Block]:
    """Return the blocks inside the holder."""
    known: dict[Element, bool] = {holder: True}

    def inside(element: Element | None) -> bool:
        if element is None:
            return False
        if element not in known:
            known[element] = inside(element.getparent())
        return known[element]

    return [b for b in blocks if inside(b.element)]


def _is_boilerplate(block: Block, boilerplate: Boilerplate) -> bool:
    if block.linked > 0.6 and block.weight < 200:
        return True
    return boilerplate.is_line(block.text)
