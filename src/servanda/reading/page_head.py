"""Facts that a web page states of itself: JSON-LD, OpenGraph and meta elements, headings, address.

Invariant: read in that order of trust; a modification time or a copyright line is never a publication date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from . import fields
from .draft import Facts
from .metadata import day_of

Tree = etree._Element
_ARTICLES = ("article", "posting", "report", "newsarticle", "review", "blogposting")
_DATE_METAS = fields.trusted("meta", "date")
_TITLE_METAS = fields.trusted("meta", "title")
_SITE_METAS = fields.trusted("meta", "publisher")
_URL_METAS = ("og:url",)
_BROKEN_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_NOT_PUBLISHED = re.compile(
    r"©|\(c\)|copyright|updated|modified|aktualisiert|mis à jour|actualizado|обновлен|अपडेट", re.I
)
_PUBLISHED = etree.XPath('//*[@itemprop="datePublished" or (name()="time" and @pubdate)]')
_FULLER = 100
_LONGEST = 1000
_SITE_TAIL = re.compile(r"\s+[|–—·•:»-]+\s+[^|–—·•»]{2,40}$")


def page_facts(tree: Tree, facts: Facts) -> dict[str, Any]:
    """Offer what the page says of itself; return its JSON-LD article ({} where there is none)."""
    article = next(iter(sorted(_linked(tree), key=_rank)), {})
    metas = _metas(tree)
    facts.offer("url", _canonical(tree, metas), "link element")
    _offer_titles(tree, facts, article, metas)
    _offer_dates(tree, facts, article, metas)
    _offer_publishers(facts, article, metas)
    return article


def _linked(tree: Tree) -> Iterator[dict[str, Any]]:
    """Yield the article objects of the page's JSON-LD, whatever holds them."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        try:
            yield from _articles(_loaded(script.text), 0)
        except (json.JSONDecodeError, RecursionError):
            if match := _BROKEN_DATE.search(script.text):
                yield {"@type": "Article", "datePublished": match[1]}


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        return json.loads(_bare(text), strict=False)


def _bare(text: str) -> str:
    """JSON-LD without the comments and semicolons that templates leave around it."""
    text = re.sub(
        r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*.*?\*/)?\s*|\s*(?:-->|(?://\s*)?\]\]>|;)?\s*$", "", text, flags=re.S
    )
    return re.sub(r",(\s*[}\]])", r"\1", text)


def _articles(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, list) and depth < 6:
        for item in value:
            yield from _articles(item, depth + 1)
    elif isinstance(value, dict) and depth < 6:
        if _rank(value) < 3:
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "article"):
            if key in value and key != "itemListElement":
                yield from _articles(value[key], depth + 1)


def _rank(thing: dict[str, Any]) -> int:
    """0 for an article with its date, 1 for an article, 2 for a page with a date, 3 for anything else."""
    types = thing.get("@type") or ""
    names = " ".join(map(str, types)) if isinstance(types, list) else str(types)
    if any(word in names.lower() for word in _ARTICLES):
        return 0 if thing.get("datePublished") else 1
    return 2 if thing.get("datePublished") and "page" in names.lower() else 3


def _metas(tree: Tree) -> dict[str, str]:
    """Return the meta elements by name; of several of one name the first counts."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = (meta.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _canonical(tree: Tree, metas: dict[str, str]) -> str | None:
    links = (e.get("href") for e in tree.iter("link") if (e.get("rel") or "").lower() == "canonical")
    for address in (*links, *(metas.get(name) for name in _URL_METAS)):
        if address and address.startswith(("http://", "https://")):
            return address
    return None


def _offer_titles(tree: Tree, facts: Facts, article: dict[str, Any], metas: dict[str, str]) -> None:
    headings = [" ".join("".join(h.itertext()).split()) for h in tree.iter("h1")]
    heading = next((h for h in headings if len(h) >= 3), None) if len(headings) == 1 else None
    element = next(tree.iter("title"), None)
    window = (element.text if element is not None else None) or ""
    headline = _text(article.get("headline")) or ""
    shown = _letters(metas.get("og:title", ""))
    if shown in {_letters(h) for h in headings} - {_letters(headline)} and _letters(window).startswith(
        _letters(headline)
    ):
        headline = ""  # one headline for search engines (JSON-LD, window), another for readers (OpenGraph, h1)
    facts.offer("title", headline, "json-ld")
    for name in _TITLE_METAS:
        facts.offer("title", _without_site(metas.get(name), metas, heading), f"meta {name}")
    facts.offer("title", heading, "h1")
    facts.offer("title", _without_site(window, metas, heading), "title element")


def _letters(text: str) -> str:
    """The letters and digits of a text, to compare headlines by."""
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def _text(value: Any) -> str | None:
    import html

    return html.unescape(re.sub(r"<[^>]+>", "", value)) if isinstance(value, str) else None


def _without_site(title: str | None, metas: dict[str, str], heading: str | None) -> str | None:
    """Return a title without the site's name after it, where the heading or the site's name shows it."""
    if not title:
        return None
    title = " ".join(title[:_LONGEST].split())
    site = metas.get("og:site_name", "")
    if heading and len(heading) > 10 and title.startswith(heading):
        return heading
    tail = _SITE_TAIL.search(title)
    if tail and site and site.casefold() in tail[0].casefold():
        return title[: tail.start()]
    return title


def _offer_dates(tree: Tree, facts: Facts, article: dict[str, Any], metas: dict[str, str]) -> None:
    facts.offer("date", day_of(_text(article.get("datePublished"))), "json-ld")
    for name in _DATE_METAS:
        if name in metas:
            facts.offer("date", day_of(metas[name]), f"meta {name}")
    for element in _PUBLISHED(tree) if facts.get("date") is None else ():
        words = element.get("datetime") or element.get("content") or "".join(element.itertext())
        facts.offer("date", day_of(words), "itemprop")
    facts.offer("date", day_of(_text(article.get("dateCreated"))), "json-ld")


def timed_day(tree: Tree) -> str | None:
    """Return the one day that all the page's time elements give."""
    days = {day for t in tree.iter("time") if (day := day_of(t.get("datetime"))) is not None}
    return next(iter(days)) if len(days) == 1 else None


def shown_day(near: list[str]) -> str | None:
    """Return the day that the page shows beside the headline; that of an update or a copyright is none."""
    for words in near:
        if not _NOT_PUBLISHED.search(words) and (day := day_of(words)) is not None:
            return day
    return None


def fuller(text: str, article: dict[str, Any]) -> str:
    """Return the text, or the JSON-LD article's own where the page shows far less of it (a page built by scripts)."""
    told = _text(article.get("articleBody")) or ""
    return told if len(told) > _FULLER and len(told) > 3 * len(text) else text


def _offer_publishers(facts: Facts, article: dict[str, Any], metas: dict[str, str]) -> None:
    publisher = article.get("publisher")
    publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
    name = publisher.get("name") if isinstance(publisher, dict) else publisher
    facts.offer("publisher", _text(name if not isinstance(name, list) else next(iter(name), None)), "json-ld")
    for meta in _SITE_METAS:
        value = metas.get(meta)
        facts.offer("publisher", value if value and not value.startswith("http") else None, f"meta {meta}")
