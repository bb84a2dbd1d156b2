"""HTML pages and fragments: the report's paragraphs and the facts in the head.

Invariant: the body holds only text that stands in the page; scripts are never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from servanda.problems import Problem

from .aligning import as_markup
from .boilerplate import boilerplate
from .decoding import BYTE_ORDER_MARK, Decoded, decode
from .draft import Draft, Facts, Material, Refused
from .fonts import before_unicode
from .main_text import report_in
from .page_head import fuller, page_facts, shown_day, timed_day
from .plain import losses

_FEW = 2048
_SUBSET = re.compile(r"(\s*(?:<\?[^>]*>\s*)?<!DOCTYPE[^>\[]*)\[[^\]]*\]\s*>", re.I)
_TAG = re.compile(r"<[a-zA-Z](?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?|[\"'])*+")
_ATTRIBUTE = re.compile(r"[\s/]*+[^\s/=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s]*+))?")
_LONG = 2_000  # code points of a tag from which its attributes are counted
_PARTS = b" \t\n\f\r/="  # one of these stands before each attribute, or in the one before it
_PAIR = 1e-8  # seconds that the parser takes to compare two attributes, about
_BODY = re.compile(r"<body\b", re.I)


def read_page(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of an HTML page."""
    raw = decode(material.data, material.declared)
    material.bound(raw.text)
    _bound_attributes(raw.text, material)
    tree, cut = _tree(raw, material)
    if tree is None:
        yield material.problem("holds no HTML element.", "no-text", "Check that the page is complete.")
        return
    facts = Facts()
    article = page_facts(tree, facts)
    body = tree.find("body")
    report = report_in(tree if body is None else body, facts.get("title") or "", boilerplate())
    facts.offer("title", report.heading, "heading")
    if facts.get("date") is None:
        facts.offer("date", shown_day(report.near), "shown beside the headline")
        facts.offer("date", timed_day(tree), "time element")
    text = fuller("\n\n".join(block.text for block in report.blocks), article)
    start = _line_start(raw.text, report.blocks[0].element.sourceline if report.blocks else None)
    told = (*material.entities(raw.text), *before_unicode(material.data, text, material))
    problems = (*losses(raw, material), *told, *cut)
    yield Draft(text, raw.text, facts, as_markup, start, media_type="text/html", problems=problems)


def _bound_attributes(text: str, material: Material) -> None:
    """Refuse a page whose parsing would not end in time: each attribute of a tag is compared with all before it.

    The parser cannot be interrupted, so what it has to do is counted before; most pages have too few signs
    that could part attributes for a look at their tags.
    """
    most = len(material.data) - len(material.data.translate(None, _PARTS))
    if most**2 // 2 * _PAIR <= material.limits.seconds / 2:
        return
    pairs = 0
    for tag in _TAG.finditer(text):
        if tag.end() - tag.start() > _LONG:
            pairs += len(_ATTRIBUTE.findall(tag[0])) ** 2 // 2
    if pairs * _PAIR > material.limits.seconds / 2:
        raise Refused(material.late())


def _line_start(text: str, line: int | None) -> int:
    """Return where a line (from 1) of the text starts, so that scripts that repeat the report are passed over."""
    if line is None or line < 2:
        return match.start() if (match := _BODY.search(text)) else 0
    low, high, left = 0, len(text), line - 1
    while high - low > _FEW:
        middle = (low + high) // 2
        breaks = text.count("\n", low, middle)
        low, high, left = (low, middle, left) if breaks >= left else (middle, high, left - breaks)
    for _ in range(left):
        low = text.find("\n", low) + 1
    return low


def _tree(raw: Decoded, material: Material) -> tuple[etree._Element | None, list[Problem]]:
    """Return the page's root, and where the parser read no further why."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, collect_ids=False, remove_comments=True, remove_pis=True
    )
    text, plainly = raw.text, raw.encoding == "utf-8" and raw.how != BYTE_ORDER_MARK and not raw.lost
    if declared := _SUBSET.match(text):  # the parser knows none of it, and takes its end for text
        text = declared[1] + ">" + "\n" * declared[0].count("\n", declared.end(1)) + text[declared.end() :]
    try:
        tree = etree.fromstring(material.data if plainly and not declared else text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None, []
    return tree, [material.cut(error.message) for error in parser.error_log.filter_from_fatals()][:1]


def fragment_text(markup: str) -> str:
    """Return the text of a piece of HTML, paragraphs apart by blank lines."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(markup, main_content=False, list_bullets=False, alt_texts=False))
