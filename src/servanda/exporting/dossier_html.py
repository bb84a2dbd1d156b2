"""A dossier as one HTML file that needs nothing else: no script, no network, prints well."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from servanda.exporting.dossier import Cited, Dossier, Section, Statement
from servanda.exporting.dossier_text import origin

STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #777; }
body { font: 16px/1.5 Georgia, "Noto Serif", "Noto Serif Devanagari", serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dt { color: var(--quiet); } dd { margin: 0; }
ul { list-style: none; padding: 0; } li { margin: 1rem 0; } .because, .note, footer { color: var(--quiet); font-size: .9rem; }
blockquote { margin: .4rem 0 .4rem 1rem; padding-left: .8rem; border-left: 3px solid var(--line); } cite { display: block; font-size: .85rem; }
.status { font: 600 .75rem/1 system-ui, sans-serif; border: 1px solid; border-radius: 3px; padding: .15rem .4rem; }
.overdue, .not-kept { color: #b00; } .kept { color: #070; } .due-soon, .kept-late { color: #a60; } .mark { font-style: italic; color: #a60; }
@media print { body { margin: 0; max-width: none; } li { break-inside: avoid; } a { color: inherit; text-decoration: none; } }
"""


def as_html(dossier: Dossier) -> str:
    """Return the dossier as a page; every word of a document is escaped, only http(s) addresses become links."""
    return "\n".join(page(dossier)) + "\n"


def page(dossier: Dossier) -> Iterator[str]:
    yield f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(dossier.title)}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{STYLE}</style></head><body>\n<h1>{escape(dossier.title)}</h1>\n<p>As of {escape(dossier.as_of)}.</p>"
    if dossier.figures:
        pairs = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in dossier.figures)
        yield f"<dl>{pairs}</dl>"
    for section in dossier.sections:
        yield from section_lines(section)
    yield f"<footer><h2>What this rests on</h2><p>{'<br>'.join(map(escape, dossier.coverage))}</p></footer></body></html>"


def section_lines(section: Section) -> Iterator[str]:
    yield f"<section><h2>{escape(section.heading)}</h2>"
    if section.note:
        yield f'<p class="note">{escape(section.note)}</p>'
    yield "<ul>"
    for said in section.statements:
        yield f"<li>{statement_line(said)}{''.join(map(quotation_line, said.quotations))}</li>"
    yield "</ul>"
    if section.more:
        yield f"<p class=\"note\">… and {section.more} more: <code>servanda entries '{escape(section.query)}'</code></p>"
    yield "</section>"


def statement_line(said: Statement) -> str:
    status = f'<span class="status {said.status}">{said.status}</span> ' if said.status else ""
    day = f"<time>{escape(said.day)}</time> " if said.day and not said.status else ""
    marks = "".join(f' <span class="mark">{escape(mark)}</span>' for mark in said.marks)
    because = f'<div class="because">{escape(said.because)}</div>' if said.because else ""
    entry = f" <code>{escape(said.entry[:8])}</code>" if said.entry else ""
    return f"{status}{day}{escape(said.words)}{marks}{entry}{because}"


def quotation_line(quotation: Cited) -> str:
    language = f' lang="{escape(quotation.language)}"' if quotation.language else ""
    said = escape(origin(quotation))
    if quotation.url and quotation.url.lower().startswith(("https://", "http://")):
        said = f'<a href="{escape(quotation.url)}" rel="nofollow noreferrer">{said}</a>'
    return f"<blockquote{language}>“{escape(quotation.words)}”<cite>{said}</cite></blockquote>"
