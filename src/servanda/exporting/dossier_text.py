"""A dossier as plain text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.exporting.dossier_parts import Cited, Dossier, Section, Statement

SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#"})


def as_text(dossier: Dossier) -> str:
    """Return the dossier for a terminal: no markup, quotations indented under what they show."""
    return "\n".join(text_lines(dossier)) + "\n"


def text_lines(dossier: Dossier) -> Iterator[str]:
    yield f"{dossier.title}  (as of {dossier.as_of})"
    yield ""
    yield from (f"  {name}: {value}" for name, value in dossier.figures)
    for section in dossier.sections:
        yield ""
        yield section.heading.upper() + (f" — {section.note}" if section.note else "")
        for said in section.statements:
            yield from text_statement(said)
        if section.more:
            yield f"  … and {section.more} more: servanda entries '{section.query}'"
    yield ""
    yield from dossier.coverage


def text_statement(said: Statement) -> Iterator[str]:
    marks = "".join(f"  [{mark}]" for mark in said.marks)
    day = f"{said.day}  " if said.day and not said.status else ""
    status = f"[{said.status}] " if said.status else ""
    yield f"  {day}{status}{said.words}{marks}" + (f"  {said.entry[:8]}" if said.entry else "")
    if said.because:
        yield f"      {said.because}"
    for quotation in said.quotations:
        yield f"      “{' '.join(quotation.words.split())}”"
        yield f"        — {origin(quotation)}"


def origin(quotation: Cited) -> str:
    """Return who says it and when: publisher, date, title, address, as far as known."""
    known = [
        "told by hand" if quotation.by_hand else "",
        quotation.publisher,
        quotation.date or "no date",
        quotation.title,
        quotation.url,
    ]
    return ", ".join(part for part in known if part)


def as_markdown(dossier: Dossier) -> str:
    """Return the dossier as CommonMark; words of documents are escaped."""
    return "\n".join(markdown_lines(dossier)) + "\n"


def markdown_lines(dossier: Dossier) -> Iterator[str]:
    yield f"# {escaped(dossier.title)}"
    yield ""
    yield f"As of {dossier.as_of}."
    if dossier.figures:
        yield ""
        yield from (f"- {escaped(name)}: {escaped(value)}" for name, value in dossier.figures)
    for section in dossier.sections:
        yield from markdown_section(section)
    yield from ("", "## What this rests on", "")
    yield from (escaped(line) for line in dossier.coverage)


def markdown_section(section: Section) -> Iterator[str]:
    yield from ("", f"## {escaped(section.heading)}", "")
    if section.note:
        yield from (escaped(section.note), "")
    for said in section.statements:
        yield from markdown_statement(said)
    if section.more:
        yield from ("", f"… and {section.more} more: `servanda entries '{section.query}'`")


def markdown_statement(said: Statement) -> Iterator[str]:
    head = f"**{said.status}** " if said.status else f"{said.day} " if said.day else ""
    marks = "".join(f" *({escaped(mark)})*" for mark in said.marks)
    yield f"- {head}{escaped(said.words)}{marks}" + (f" `{said.entry[:8]}`" if said.entry else "")
    if said.because:
        yield f"  {escaped(said.because)}"
    for quotation in said.quotations:
        yield ""
        yield f"  > “{escaped(' '.join(quotation.words.split()))}”"
        yield f"  > — {markdown_origin(quotation)}"
    if said.quotations:
        yield ""


def markdown_origin(quotation: Cited) -> str:
    if not quotation.url or any(c in quotation.url for c in "()<> "):
        return escaped(origin(quotation))
    named = ", ".join(p for p in (quotation.publisher, quotation.date or "no date", quotation.title) if p)
    return f"[{escaped(named)}]({quotation.url})"


def escaped(words: str) -> str:
    return words.translate(SPECIAL)
