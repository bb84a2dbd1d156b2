"""Running commands as a user would, in this process or in one of their own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from servanda.cli import main

REPORT = """ date 2025-03-05
India and Belgium agreed to hold a joint exercise in 2026.
India and Belgium signed a memorandum of understanding in New Delhi on Monday.
"""


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return self.err.splitlines()


def servanda(*words: str | Path, stdin: bytes = b"") -> Ran:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    before = sys.argv, sys.stdin
    sys.argv = ["servanda", *map(str, words)]
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.argv, sys.stdin = before
    return Ran(status, out.getvalue(), err.getvalue())


def started(*words: str | Path) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    command = [sys.executable, "-m", "servanda.cli", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ.copy())


def finished(*words: str | Path) -> Ran:
    """Run a command as a process of its own."""
    process = started(*words)
    out, err = process.communicate(timeout=120)
    return Ran(process.returncode, out, err)
