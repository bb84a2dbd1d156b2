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
from .decoding import decode
from .draft import Draft, Facts, Material
from .main_text import main_blocks
from .page_head import page_facts
from .plain import losses

_BODY = re.compile(r"<body\b", re.I)


def read_page(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of an HTML page."""
    raw = decode(material.data, material.declared)
    tree = _tree(raw.text)
    if tree is None:
        yield material.problem("holds no HTML element.", "no-text", "Check that the page is complete.")
        return
    facts = Facts()
    page_facts(tree, facts)
    body = tree.find("body")
    blocks = main_blocks(tree if body is None else body, facts.get("title") or "", boilerplate())
    text = "\n\n".join(block.text for block in blocks)
    start = match.start() if (match := _BODY.search(raw.text)) else 0
    yield Draft(text, raw.text, facts, as_markup, start, media_type="text/html", problems=losses(raw, material))


def _tree(text: str) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, collect_ids=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def fragment_text(markup: str) -> str:
    """Return the text of a piece of HTML, paragraphs apart by blank lines."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(markup, main_content=False, list_bullets=False, alt_texts=False))
