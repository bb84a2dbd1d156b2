"""EDTF dates as people write them, exactly as precise as they are known."""

from __future__ import annotations

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def dated(edtf: str | None) -> str:
    """Return an EDTF date as people write it: ``18 Nov 2024``, ``Nov 2024``, ``7–9 Sep 2022``, ``2025–2029``."""
    first, slash, last = (edtf or "").partition("/")
    if not slash:
        return one_date(first)
    begin, end = one_date(first), one_date(last)
    shared = next((n for n in (2, 1) if begin.split()[-n:] == end.split()[-n:] and len(begin.split()) > n), 0)
    begin = " ".join(begin.split()[:-shared]) if shared else begin
    return f"{begin}–{end}" if " " not in begin + end or begin.isdigit() else f"{begin} – {end}"


def one_date(words: str) -> str:
    """Return one date of an EDTF string; what is no plain year, month or day stays as it is."""
    parts = words[:10].split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 3 or len(parts[0]) != 4:
        return words
    if len(parts) == 1 or not 1 <= int(parts[1]) <= 12:
        return words
    month = f"{MONTHS[int(parts[1]) - 1]} {parts[0]}"
    return f"{int(parts[2])} {month}" if len(parts) == 3 else month
