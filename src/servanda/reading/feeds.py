"""RSS, Atom, RDF and any XML whose elements name a text: one document an item.

Invariant: entities are never resolved from outside and never expanded beyond the parser's bounds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from lxml import etree

from servanda.problems import Problem

from . import fields
from .aligning import as_markup_in_markup
from .decoding import Decoded, decode
from .draft import Draft, Facts, Material
from .metadata import day_of
from .pages import fragment_text
from .plain import losses

_ITEMS = ("item", "entry")
_MARKUP = re.compile(r"<(?:/?[a-zA-Z][\w:-]*)(?:\s[^<>]*)?/?>|&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.I)
_ITEM_TAG = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.I)
_BARE_SIGN = re.compile(rb"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|amp|lt|gt|quot|apos);)(?:[a-zA-Z][a-zA-Z0-9]*;)?")
_LIMITS = (etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_ENTITY_LOOP)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_feed(material: Material) -> Iterator[Draft | Problem]:
    """Yield one document for each item of a feed, or the one of an XML file that is an item itself."""
    raw = decode(material.data, material.declared)
    material.bound(raw.text)
    root, problem = _parsed(raw, material)
    if root is None:
        yield problem or material.problem("holds no XML element.", "xml", "Check that the file is complete.")
        return
    items = _items(root)
    drafts = list(_drafts(items, root, raw, material))
    if problem is not None:
        yield _with_count(problem, len(drafts), raw) if problem.cause == "xml" else problem
    yield from material.entities(raw.text)
    if not drafts and problem is None:
        yield material.problem(
            "XML in which no element holds a text.", "no-text", "Name the text element 'text' or 'body'."
        )
    yield from drafts


def _parsed(raw: Decoded, material: Material) -> tuple[etree._Element | None, Problem | None]:
    """Parse strictly, else again as far as it goes, with a problem that says where it broke."""
    text = _DECLARATION.sub("", raw.text.lstrip("\ufeff"), count=1).strip().encode("utf-8", "replace")
    try:
        return etree.fromstring(text, _parser(recover=False)), None
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        what = f"not well-formed at line {line} ({_reason(error)})."
        problem = material.cut(error.msg or "") if error.code in _LIMITS else material.problem(what, "xml")
    try:
        return etree.fromstring(_BARE_SIGN.sub(_escaped, text), _parser(recover=True)), problem
    except etree.XMLSyntaxError:
        return None, problem


def _escaped(sign: re.Match[bytes]) -> bytes:
    """Write as XML allows it what HTML allows: an ampersand by itself, a named letter."""
    letter = html.unescape(sign[0].decode("ascii"))
    return (
        b"&amp;"
        if sign[0] == b"&"
        else f"&#{ord(letter[0])};".encode()
        if letter != sign[0].decode()
        else b"&amp;" + sign[0][1:]
    )


def _parser(recover: bool) -> etree.XMLParser[etree._Element]:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8", recover=recover)


def _reason(error: etree.XMLSyntaxError) -> str:
    return re.sub(r", line \d+, column \d+.*", "", str(error.msg)).strip()


def _with_count(problem: Problem, found: int, raw: Decoded) -> Problem:
    meant = len(_ITEM_TAG.findall(raw.text)) or 1
    advice = f"Read as broken XML instead: {found} of {max(meant, found)} items found."
    return Problem(problem.where, problem.what, problem.cause, advice)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _items(root: etree._Element) -> list[etree._Element]:
    """Return the elements that are documents: a feed's items, else the root, else all elements that hold a text."""
    named = [e for e in root.iter() if _local(e) in _ITEMS]
    if named:
        return named
    return [root] if _text_of(root) is not None else [e for e in root.iter() if _text_of(e) is not None]


def _text_of(item: etree._Element) -> etree._Element | None:
    """Return the item's text element; one with a title in it is an item itself."""
    element = _named(item, fields.elements("text"))
    inner = element if element is not None and len(element) else None
    return None if inner is not None and _named(inner, fields.elements("title")[:3]) is not None else element


def _named(item: etree._Element, names: Iterable[str]) -> etree._Element | None:
    """Return the item's child of the most trusted name that holds anything."""
    children = {_local(c): c for c in reversed(item) if (c.text or "").strip() or len(c) or c.attrib}
    return next((children[name] for name in names if name in children), None)


def _drafts(items: list[etree._Element], root: etree._Element, raw: Decoded, material: Material) -> Iterator[Draft]:
    single = len(items) == 1 and items[0] is root
    channel = _channel(root)
    starts = [m.start() for m in _ITEM_TAG.finditer(raw.text)]
    if len(starts) != len(items):
        starts = [0] * len(items)
    for number, item in enumerate(items, 1):
        body = _body(item)
        facts = _facts(item, channel)
        if not body and not facts.get("title"):
            continue
        draft = Draft(body or facts.values["title"], raw.text, facts, as_markup_in_markup)
        draft.start, draft.stop = starts[number - 1], next((s for s in starts[number : number + 1] if s), None)
        draft.part, draft.alone = (0, True) if single else (number, False)
        draft.media_type = "application/xml"
        draft.problems = losses(raw, material) if item is items[0] else ()
        yield draft


def _channel(root: etree._Element) -> str | None:
    """Return the feed's own title."""
    for holder in (root, *[c for c in root if _local(c) == "channel"]):
        title = next((c for c in holder if _local(c) == "title"), None)
        if title is not None and _local(root) in ("rss", "feed", "rdf", "channel"):
            return _words(title)
    return None


def _words(element: etree._Element | None) -> str:
    """Return the element's text with tags left out and entities resolved."""
    if element is None:
        return ""
    text = "".join(element.itertext())
    return fragment_text(text).strip() if _MARKUP.search(text) else text.strip()


def _body(item: etree._Element) -> str:
    """Return the longest trusted text: a full text before a summary."""
    element = _text_of(item)
    if element is None:
        return ""
    if len(element):
        return fragment_text(etree.tostring(element, encoding="unicode", with_tail=False)).strip()
    return _words(element)


def _facts(item: etree._Element, channel: str | None) -> Facts:
    facts = Facts()
    facts.offer("title", _words(_named(item, fields.elements("title"))), "feed")
    for name in fields.elements("date"):
        facts.offer("date", day_of(_words(_named(item, (name,)))), "feed")
    for name in fields.elements("url"):
        facts.offer("url", _address(item, name), "feed")
    facts.offer("publisher", _words(_named(item, fields.elements("publisher"))), "feed")
    facts.offer("publisher", channel, "feed")
    return facts


def _address(item: etree._Element, name: str) -> str | None:
    for element in item:
        if _local(element) != name or element.get("rel", "alternate") != "alternate":
            continue
        value = element.get("href") or (element.text or "").strip()
        if value.startswith(("http://", "https://")):
            return value
    return None
