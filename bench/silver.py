"""Write annotated corpus texts as codes and offsets, so that the project can train on them and hold no words of theirs.

    python bench/silver.py FOLDER [--corpus ../shared/corpus/news.jsonl.gz]

FOLDER holds annotations in the gold's form; the digits of a file's name are the row of the corpus that its text
came from. Each claim keeps its codes and dates, and the places of its quotes, its title's words and its people's names.
What is written can be read by ``gold.silver_documents`` and gives the documents that were annotated.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import regex

from gold import WORD, GoldClaim, GoldDocument, corpus_text, gold_document, places, silver_documents, text_digest

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
CODES = ("kind", "form", "stage", "parties", "by", "when", "due", "period", "domains")
PEOPLE = ("persons", "persons_any")


def title_places(claim: GoldClaim, text: str) -> tuple[list[list[int]], int]:
    """Return where a title stands in the text: whole, else word by word; and how many of its words do not."""
    title = claim.data.get("title") or ""
    whole = places(text, title)
    if whole and set(claim.title_words()) == set(map(str.casefold, WORD.findall(text, *whole[0]))):
        return [list(whole[0])], 0
    near = min((a for a, _ in claim.places), default=0)
    found, missing = [], 0
    for word in sorted(claim.title_words()):
        stands = [m.span() for m in WORD.finditer(text) if m[0].casefold() == word]
        if stands:
            found.append(list(min(stands, key=lambda s: abs(s[0] - near))))
        else:
            missing += 1
    return joined(sorted(found), text), missing


def joined(spans: list[list[int]], text: str) -> list[list[int]]:
    """Spans in order, those with no word between them as one."""
    made: list[list[int]] = []
    for start, stop in spans:
        if (
            made
            and start >= made[-1][1]
            and not regex.search(r"[\p{L}\p{M}\p{N}]", text, pos=made[-1][1], endpos=start)
        ):
            made[-1][1] = stop
        else:
            made.append([start, stop])
    return made


def people_places(claim: GoldClaim, names: list[Any], text: str) -> list[Any] | None:
    """Return where each name, or each of each list, stands nearest to the quotes; None where one stands nowhere."""
    found: list[Any] = []
    near = min((a for a, _ in claim.places), default=0)
    for name in names:
        if isinstance(name, list):
            where: Any = people_places(claim, name, text)
        else:
            stands = places(text, name)
            where = list(min(stands, key=lambda s: abs(s[0] - near))) if stands else None
        if where is None:
            return None
        found.append(where)
    return found


def coded_claim(claim: GoldClaim, text: str) -> dict[str, Any]:
    slots = [name for code in CODES for name in (code, code + "_any")]
    made = {name: claim.data[name] for name in slots if name in claim.data}
    if claim.optional:
        made["optional"] = True
    title, missing = title_places(claim, text)
    made |= {"title": title} if title else {}
    made |= {"title_elsewhere": missing} if missing else {}
    made |= {name: people_places(claim, claim.data[name], text) for name in PEOPLE if name in claim.data}
    return made | {"quotes": [list(p) for p in claim.places]}


def coded(document: GoldDocument, row: int) -> dict[str, Any]:
    text, title = document.text, document.title
    made: dict[str, Any] = {
        "corpus": row,
        "sha256": text_digest(text),
        "date": document.date,
        "language": document.language,
    }
    if title and title in text:
        made["title"] = [text.index(title), text.index(title) + len(title)]
    return made | {"claims": [coded_claim(c, text) for c in document.claims]}


def differences(a: GoldDocument, b: GoldDocument) -> list[str]:
    """What training would see differently in two readings of one document."""
    wrong = [name for name in ("name", "text", "date", "language") if getattr(a, name) != getattr(b, name)]
    if len(a.claims) != len(b.claims):
        return [*wrong, "claims"]
    for x, y in zip(a.claims, b.claims, strict=True):
        named = {w for w in y.title_words() if w[0] != "#"}
        titles = named <= x.title_words() and len(y.title_words()) == len(x.title_words())
        same = (x.kinds, x.stages, x.parties, x.places, x.optional) == (
            y.kinds,
            y.stages,
            y.parties,
            y.places,
            y.optional,
        ) and titles
        wrong += [] if same else [f"claim {x.data.get('title')!r}"]
    return wrong


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder", type=Path)
    ap.add_argument("--corpus", type=Path, default=SHARED / "corpus/news.jsonl.gz")
    args = ap.parse_args()
    annotated: dict[str, dict[int, GoldDocument]] = defaultdict(dict)
    for file in sorted(args.folder.rglob("*.json")):
        row = int(file.stem.partition("-")[2])
        document = gold_document(file)
        if document is not None and document.text == corpus_text(args.corpus, row):
            annotated[document.language][row] = document
        else:
            print(f"{file}: not annotated from row {row} of the corpus; left out.")
    failed = 0
    for language, documents in sorted(annotated.items()):
        target = HERE / "silver" / f"{language}.jsonl"
        target.parent.mkdir(exist_ok=True)
        lines = [
            json.dumps(coded(documents[row], row), ensure_ascii=False, separators=(",", ":"))
            for row in sorted(documents)
        ]
        target.write_text("\n".join(lines) + "\n", "utf-8")
        for made in silver_documents(target, args.corpus):
            wrong = differences(documents[int(made.name.partition("-")[2])], made)
            failed += bool(wrong)
            if wrong:
                print(f"{made.name}: read differently: {', '.join(wrong)}")
        print(f"{target.name}: {len(lines)} documents, {sum(len(d.claims) for d in documents.values())} claims")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
