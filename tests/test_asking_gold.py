"""With perfect answers nothing is lost on the way: what is lost is the model's, never ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asking_server import serving
from servanda.asking.instruction import shown
from servanda.asking.reader import Reader

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT / "bench"))

pytestmark = pytest.mark.skipif(
    not os.environ.get("CI"), reason="reads ../shared, which stands beside the project only in CI"
)


@pytest.mark.parametrize("part", ["seeds", "train"])
def test_perfect_answers_come_whole_through_server_pieces_and_checks(part: str, tmp_path: Path) -> None:
    """The server answers about each piece with the gold claims whose quotations stand in it, optional ones left out."""
    from bench_answers import documents, perfect, scored
    from servanda.cli.records import extracted_record

    known = [(data, path, document) for data, path, document in documents(SHARED / "gold" / part, part != "seeds")]
    claims = {shown(document.text): data["claims"] for data, _, document in known}

    def say(body: dict[str, Any]) -> str:
        told = body["messages"][1]["content"].partition("\n")[2].partition("\n")[2].rpartition("\n")[0]
        of = [claim for text, found in claims.items() if told in text for claim in found]
        made = [p for claim in of if not claim.get("optional") and (p := perfect(claim, told))]
        return json.dumps({"claims": made}, ensure_ascii=False)

    with serving(say) as server:
        reader = Reader.asking(server.settings(tmp_path, timeout=30.0))
        read = reader.read_all(((path, document), document, path.name) for _, path, document in known)
        lines = [
            json.dumps(extracted_record(str(path), document, made.extraction.claims, ()))
            for (path, document), made in read
            if made
        ]

    assert 0.98 <= scored(SHARED / "score.py", SHARED / "gold" / part, lines, False)["claim"]["f"]


def test_the_bench_says_the_same() -> None:
    command = [sys.executable, str(ROOT / "bench/bench_answers.py"), str(SHARED / "gold/seeds"), "--undated"]
    out = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout

    assert "answers  claim P 1.000 R 1.000" in out
