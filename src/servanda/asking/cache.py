"""Answers kept by what was asked: a stopped run goes on where it was, and nothing is paid for twice.

One file an answer, named by the digest of model and messages, written whole or not at all.
Invariant: nothing but a server's answer or a read batch gets in; a key never does.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from servanda.asking.client import Answer


class Answers(Protocol):
    """Where answers are kept by the key of their request."""

    def get(self, key: str) -> Answer | None: ...

    def put(self, key: str, answer: Answer) -> None: ...


class Folder:
    """Answers in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str) -> Answer | None:
        """Return the answer kept; a file that cannot be read counts as none."""
        try:
            kept = json.loads(self.path(key).read_text("utf-8"))
            return Answer(str(kept["text"]), int(kept["tokens_in"]), int(kept["tokens_out"]), bool(kept["cut"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, answer: Answer) -> None:
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        record = {
            "text": answer.text,
            "tokens_in": answer.tokens_in,
            "tokens_out": answer.tokens_out,
            "cut": answer.cut,
        }
        handle, made = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=True))
        Path(made).replace(path)


class Given:
    """Answers got elsewhere, in memory. An answer to a whole document is kept under its file's name."""

    def __init__(self, answers: Mapping[str, Answer], by_path: Mapping[str, Answer] | None = None) -> None:
        self.answers = dict(answers)
        self.by_path = dict(by_path or {})

    def get(self, key: str) -> Answer | None:
        return self.answers.get(key)

    def put(self, key: str, answer: Answer) -> None:
        self.answers[key] = answer
