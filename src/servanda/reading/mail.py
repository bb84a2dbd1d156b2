"""Mails and mailboxes: the message's own text, then its attachments.

Invariant: a mail gives its text first; attachments follow in their order and are read
as any other bytes; nothing in them is run.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import cast

from servanda.problems import Problem

from .aligning import as_markup
from .decoding import decode
from .draft import Draft, Facts, Material, Member
from .metadata import day_of, host_of
from .pages import fragment_text

_FROM = b"From "


def read_mail(material: Material) -> Iterator[Draft | Member | Problem]:
    """Yield the mail's text and its attachments."""
    if material.data.count(b"\n--") > 3 * material.limits.parts:
        raise material.refused("parts", material.limits.parts, "parts in one mail")
    message = email.message_from_bytes(material.data, policy=email.policy.default)
    parts = list(_parts(message, material))
    body = _body(parts, message, material)
    attached = [m for p in parts if (m := _attachment(p)) is not None]
    if body is not None:
        body.alone = not attached
        yield body
    elif not attached:
        yield material.problem("a mail without text.", "no-text", "Check that it was saved whole.")
    yield from attached


def _parts(message: EmailMessage, material: Material) -> Iterator[EmailMessage]:
    """Yield the parts that are no wrappers, within the limits for number and depth."""
    stack: list[tuple[EmailMessage, int]] = [(message, 0)]
    seen = 0
    while stack:
        part, depth = stack.pop()
        seen += 1
        if seen > material.limits.parts:
            raise material.refused("parts", material.limits.parts, "parts in one mail")
        if depth > material.limits.nesting:
            raise material.refused("nesting", material.limits.nesting, "parts in one another")
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            stack += [
                (cast(EmailMessage, p), depth + 1) for p in reversed(cast(list[EmailMessage], part.get_payload()))
            ]
        else:
            yield part


def _body(parts: list[EmailMessage], message: EmailMessage, material: Material) -> Draft | None:
    """Return the mail's own text: the plain one, else the HTML one."""
    own = [p for p in parts if p.get_content_maintype() == "text" and p.get_content_disposition() != "attachment"]
    chosen = next((p for p in own if p.get_content_subtype() == "plain"), None) or next(iter(own), None)
    if chosen is None:
        return None
    text = _text(chosen)
    if chosen.get_content_subtype() == "html":
        text = fragment_text(text)
    raw = decode(material.data).text
    return Draft(text, raw, _facts(message), as_markup, media_type="message/rfc822")


def _text(part: EmailMessage) -> str:
    payload = cast(bytes, part.get_payload(decode=True) or b"")
    return decode(payload, part.get_content_charset()).text


def _facts(message: EmailMessage) -> Facts:
    facts = Facts()
    facts.offer("title", _header(message, "subject"), "mail header")
    facts.offer("date", day_of(_header(message, "date")), "mail header")
    sender = _header(message, "from")
    host = host_of("http://" + sender.rpartition("@")[2].strip("> ")) if "@" in sender else None
    facts.offer("publisher", host or sender.strip(), "mail header")
    return facts


def _header(message: EmailMessage, name: str) -> str:
    """Return a header's words; a malformed one has none."""
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""


def _attachment(part: EmailMessage) -> Member | None:
    """Return an attached file or mail; pictures in the text are none."""
    try:
        name = part.get_filename()
    except (ValueError, AttributeError, TypeError):
        name = None
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        whole = inner[0] if isinstance(inner, list) and inner else None
        return Member(name or "attached.eml", cast(EmailMessage, whole).as_bytes()) if whole is not None else None
    if part.get_content_disposition() != "attachment" and not name:
        return None
    if part.get_content_maintype() in ("image", "audio", "video"):
        return None
    return Member(
        name or "attachment", cast(bytes, part.get_payload(decode=True) or b""), declared=part.get_content_charset()
    )


def read_mbox(material: Material) -> Iterator[Member | Problem]:
    """Yield the mails of a mailbox, one at a time."""
    material.stream.seek(0)
    lines: list[bytes] = []
    size = number = 0
    while line := material.stream.readline(material.limits.document_bytes):
        if line.startswith(_FROM) and (not lines or not lines[-1].strip()):
            if lines:
                number += 1
                yield Member(f"{number}.eml", b"".join(lines))
            lines, size = [], 0
            continue
        lines.append(line[1:] if line.startswith((b">From ", b">>From ")) else line)
        size += len(line)
        if size > material.limits.document_bytes:
            raise material.refused("document_bytes", material.limits.document_bytes, "bytes in one mail")
    if lines:
        yield Member(f"{number + 1}.eml", b"".join(lines))
