"""HTML pages and fragments: the report's paragraphs and the facts in the head.

Invariant: the body holds only text that stands in the page; scripts are never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from servanda.problems import Problem

from .aligning import as_markup
from .decoding import decode
from .draft import Draft, Facts, Material
from .plain import losses

_BODY = re.compile(r"<body\b", re.I)


def read_page(material: Material) -> Iterator[Draft | Problem]:
    """Yield the one document of an HTML page."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    raw = decode(material.data, material.declared)
    tree = HTMLTree.parse(raw.text)
    facts = Facts()
    body = extract_plain_text(tree, main_content=True, list_bullets=False, alt_texts=False)
    start = match.start() if (match := _BODY.search(raw.text)) else 0
    yield Draft(body, raw.text, facts, as_markup, start, media_type="text/html", problems=losses(raw, material))


def fragment_text(markup: str) -> str:
    """Return the text of a piece of HTML, paragraphs apart by blank lines."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(markup, main_content=False, list_bullets=False, alt_texts=False))
