"""A dossier as one HTML file that needs nothing else: no script, no network, prints well."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files

from servanda.exporting.dossier_parts import Cited, Dossier, Section, Statement
from servanda.exporting.dossier_text import origin


@cache
def style() -> str:
    return files("servanda.exporting").joinpath("dossier.css").read_text("utf-8")


def as_html(dossier: Dossier) -> str:
    """Return the dossier as a page; every word of a document is escaped, only http(s) addresses become links."""
    return "\n".join(page(dossier)) + "\n"


def page(dossier: Dossier) -> Iterator[str]:
    yield f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(dossier.title)}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{style()}</style></head><body>\n<h1>{escape(dossier.title)}</h1>"
    yield f"<p>As of {escape(dossier.as_of)}.</p>"
    if dossier.figures:
        pairs = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in dossier.figures)
        yield f"<dl>{pairs}</dl>"
    for section in dossier.sections:
        yield from section_lines(section)
    rests = "<br>".join(map(escape, dossier.coverage))
    yield f"<footer><h2>What this rests on</h2><p>{rests}</p></footer></body></html>"


def section_lines(section: Section) -> Iterator[str]:
    yield f"<section><h2>{escape(section.heading)}</h2>"
    if section.note:
        yield f'<p class="note">{escape(section.note)}</p>'
    yield "<ul>"
    for said in section.statements:
        yield f"<li>{statement_line(said)}{''.join(map(quotation_line, said.quotations))}</li>"
    yield "</ul>"
    if section.more:
        command = escape(f"servanda entries '{section.query}'")
        yield f'<p class="note">… and {section.more} more: <code>{command}</code></p>'
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
