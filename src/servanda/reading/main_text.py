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
_INLINE = fields.names("html", "inline")
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
_PARAGRAPH = 60
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


def main_blocks(body: Element, title: str, boilerplate: Boilerplate) -> list[Block]:
    """Return the blocks of the report in the page's body, in order; ``title`` is its headline."""
    blocks = _ours(_Walk(body).blocks)
    inside = _within(_holder(body, blocks), blocks)
    first = next((i for i, within in enumerate(inside) if within), len(blocks))
    kept = [*_lead(blocks[:first], title), *(b for b, within in zip(blocks, inside, strict=True) if within)]
    return [b for b in kept if not _is_boilerplate(b, boilerplate)]


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
        for event, element in walk:
            if event == "start":
                if self._open(element, element.tag):
                    walk.skip_subtree()
                    text = None
                else:
                    text = element.text
            else:
                self._close(element, element.tag)
                text = element.tail
            if text:
                self.pieces.append(text)
                if self.in_link:
                    self.links += len(text.strip())
        self._flush()

    def _open(self, element: Element, tag: object) -> bool:
        """Begin an element; return True where nothing in it can be the report's."""
        if tag == "a":
            self.in_link += 1
        elif tag == "br":
            self.pieces.append(_BREAK)
        elif tag in _INLINE:
            if tag == "span" and (names := element.get("class")):
                if "br" in names.split():
                    self.pieces.append(_BREAK)
                return not _FOR_READERS.isdisjoint(names.split())
        else:
            self._flush()
            self.owner = element
            if _is_beside(element):
                self.beside.append(element)
                return _is_apart(element)
        return False

    def _close(self, element: Element, tag: object) -> None:
        if tag == "a":
            self.in_link -= 1
        elif tag not in _INLINE and tag != "br":
            self._flush()
            parent = element.getparent()
            self.owner = element if parent is None else parent
            if self.beside and self.beside[-1] is element:
                self.beside.pop()

    def _flush(self) -> None:
        """End the block; two line breaks end one as well."""
        if not self.pieces:
            return
        text = "".join(self.pieces)
        self.pieces.clear()
        if not text.isspace() and (text := " ".join(text.split())) != _BREAK and text:
            share = self.links / len(text)
            for part in _parts(text):
                weight = len(part) + (0 if part.isascii() else len(_CJK.findall(part)))
                self.blocks.append(Block(part, self.owner, int(share * len(part)), tuple(self.beside), weight))
        self.links = 0


def _parts(text: str) -> list[str]:
    """Cut a block's text at empty lines; single line breaks stay in it."""
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
    """Whether the element's name, class or id says that it stands beside the report."""
    if element.tag in _BESIDE or _hidden(element):
        return True
    names, name = element.get("class"), element.get("id")
    return bool(names and _says_beside(names)) or bool(name and _says_beside(name))


def _is_apart(element: Element) -> bool:
    """Whether it surely stands beside the report: by its name, and without a headline or an article in it."""
    if element.tag not in ("nav", "footer") and not _surely_beside(_names(element)):
        return False
    return element.tag != "body" and element.find(".//h1") is None and element.find(".//article") is None


@lru_cache(4096)
def _says_beside(names: str) -> bool:
    return not _BESIDE_WORDS.isdisjoint(_words(names)) and not _KEPT_WORDS.search(names)


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


def _lead(before: list[Block], title: str) -> list[Block]:
    """Return the paragraphs between the headline and the report's holder: its lead often stands apart."""
    letters = _letters(title)
    heads = [i for i, b in enumerate(before) if letters and b.weight < 400 and _letters(b.text) == letters]
    return [b for b in before[heads[-1] + 1 :] if b.votes and b.linked < _FEW_LINKS] if heads else []


def _letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def _is_boilerplate(block: Block, boilerplate: Boilerplate) -> bool:
    if block.linked > 0.6 and block.weight < 200:
        return True
    return boilerplate.is_line(block.text)
