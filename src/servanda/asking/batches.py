"""Requests and answers as JSON lines: the batch files of the OpenAI interface, and answers got by hand.

An answer's line is one of: a line of a batch's output (``custom_id`` and ``response``); an object
with ``custom_id`` or ``path`` and either ``claims`` or ``answer`` (the model's words); where the file
answers one document only, neither is needed. Invariant: a line that cannot be used is told.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from servanda.asking.cache import Given
from servanda.asking.client import Answer, answer_of
from servanda.asking.instruction import Request
from servanda.problems import Problem, QueryError

ENDPOINT = "/v1/chat/completions"
ONLY = ""  # the name under which an answer without a name is kept


def batch_line(request: Request, form: str) -> dict[str, Any]:
    """Return a request as a line of a batch's input; its key comes back as ``custom_id``."""
    return {"custom_id": request.key, "method": "POST", "url": ENDPOINT, "body": request.body(form)}


def given(file: Path) -> tuple[Given, list[Problem]]:
    """Return the answers in a file and a problem for each line that holds none.

    Raises QueryError where there is no file.
    """
    try:
        lines = file.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise QueryError(f"{file}: {error.strerror}. Give a file of answers, one JSON object a line.") from error
    except UnicodeDecodeError as error:
        raise QueryError(f"{file}: is not UTF-8 text at byte {error.start}.") from error
    made, problems = Given({}), list[Problem]()
    for number, line in enumerate(lines, 1):
        if line.strip():
            fault = take(line, made)
            problems += [Problem(f"{file}:{number}", f"{fault}; the line was passed over.", "answer")] if fault else []
    return made, problems


def take(line: str, made: Given) -> str:
    """Put the answer of a line among the others; return what is wrong with it, or ""."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(record, dict):
        return "is no object"
    answer = answer_in_line(record)
    if isinstance(answer, str):
        return answer
    if isinstance(record.get("custom_id"), str):
        made.answers[record["custom_id"]] = answer
    else:
        made.by_path[Path(str(record.get("path") or ONLY)).name] = answer
    return ""


def answer_in_line(record: dict[str, Any]) -> Answer | str:
    """Return the answer that a line holds, or what is wrong with it."""
    if isinstance(record.get("claims"), list):
        return Answer(json.dumps({"claims": record["claims"]}))
    if isinstance(record.get("answer"), (str, dict)):
        return Answer(record["answer"] if isinstance(record["answer"], str) else json.dumps(record["answer"]))
    response = record.get("response")
    if not isinstance(response, dict):
        return f"has no answer ({str(record['error'])[:100]})" if record.get("error") else "has no answer"
    if response.get("status_code", 200) != 200:
        return f"was answered with {response.get('status_code')}"
    try:
        return answer_of(response["body"])
    except (KeyError, IndexError, TypeError, AttributeError):
        return "is no chat completion"
