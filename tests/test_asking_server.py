"""A server that misbehaves: what passes is waited for, what does not is told; nothing is lost or asked for twice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from asking_server import Reply, Server, claim, completion, saying, serving
from servanda.asking.client import AskingError, Client
from servanda.asking.reader import Read, Reader
from servanda.model import Document

TEXT = """India and Belgium signed a memorandum of understanding on ports in Brussels on Monday.
The two countries agreed to hold a joint naval exercise in 2026.
"""
PORTS = saying(claim())


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(lambda body: PORTS) as made:
        yield made


def document(text: str = TEXT) -> Document:
    return Document(text, "Ports", "2025-03-05", "en")


def read(server: Server, folder: Path, text: str = TEXT, **changed: object) -> Read:
    return Reader.asking(server.settings(folder, **changed)).read(document(text), "ports.txt")


def causes(made: Read) -> list[str]:
    return [problem.cause for problem in made.extraction.problems]


def test_an_answer_becomes_a_claim_with_its_quotation(server: Server, tmp_path: Path) -> None:
    [made] = read(server, tmp_path).extraction.claims

    assert ("BEL", "IND") == made.parties
    assert "llm/small" == made.extractor
    assert not made.review
    assert made.verified_against(document())


def test_the_request_has_the_codebook_the_schema_and_the_text_as_data(server: Server, tmp_path: Path) -> None:
    read(server, tmp_path)

    [body] = server.asked
    system, user = (message["content"] for message in body["messages"])
    assert "negotiating" in system and TEXT not in system
    assert TEXT in user and '"date": "2025-03-05"' in user
    assert body["response_format"]["json_schema"]["strict"] is True


def test_too_many_requests_waits_as_long_as_the_server_asks(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(status=429, headers={"retry-after": "1"})]

    assert 1 == len(read(server, tmp_path).extraction.claims)
    assert 1.0 <= server.times[1] - server.times[0]


def test_a_date_in_retry_after_is_a_moment_to_wait_for(server: Server, tmp_path: Path) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    server.line = [Reply(status=503, headers={"retry-after": moment})]

    assert 1 == len(read(server, tmp_path).extraction.claims)
    assert 0.9 <= server.times[1] - server.times[0]


def test_a_server_that_asks_for_more_than_our_patience_is_left_alone(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(status=429, headers={"retry-after": "86400"})]

    made = read(server, tmp_path)

    assert ["unread"] == causes(made)
    assert "86400 seconds" in made.extraction.problems[0].what
    assert 1 == len(server.asked)


def test_an_error_of_the_server_is_tried_again(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(status=500), Reply(status=502)]

    assert 1 == len(read(server, tmp_path).extraction.claims)
    assert 3 == len(server.asked)


def test_a_server_that_always_fails_is_told_and_not_asked_for_ever(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(status=500)] * 9

    made = read(server, tmp_path, attempts=2)

    assert ["unread"] == causes(made)
    assert not made.whole
    assert 2 == len(server.asked)


def test_a_slow_answer_is_given_up_and_tried_again(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(completion(PORTS), slow=1.0)]

    assert 1 == len(read(server, tmp_path, timeout=0.4).extraction.claims)


def test_a_stream_that_never_ends_is_cut_at_the_limit_of_time(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(b" " * 10, endless=True)] * 2
    began = time.monotonic()

    made = read(server, tmp_path, timeout=1.0, attempts=2)

    assert ["unread"] == causes(made)
    assert 10 > time.monotonic() - began


def test_a_stream_that_never_ends_is_cut_at_the_limit_of_size(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(b" " * 3_000_000, endless=True)]

    made = read(server, tmp_path, timeout=30.0)

    assert "the answer has no end" in made.extraction.problems[0].what
    assert 1 == len(server.asked)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>busy</html>", b"{}", b"[]", b'{"choices": []}', b'{"choices": [{"message": null}]}', b"[" * 100_000],
)
def test_a_response_that_is_no_completion_is_tried_again(server: Server, tmp_path: Path, body: bytes) -> None:
    server.line = [Reply(body)]

    assert 1 == len(read(server, tmp_path).extraction.claims)
    assert 2 == len(server.asked)


def test_a_server_without_schemas_is_asked_in_a_plainer_form(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(b'{"error": "response_format json_schema is not supported"}', status=400)] * 2

    assert 1 == len(read(server, tmp_path).extraction.claims)
    assert [True, True, False] == ["response_format" in body for body in server.asked]


def test_a_model_with_another_name_for_its_limit_is_asked_by_that_name(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(b'{"error": {"message": "Use max_completion_tokens instead."}}', status=400)]

    assert 1 == len(read(server, tmp_path).extraction.claims)
    assert "max_completion_tokens" in server.asked[1] and "max_tokens" not in server.asked[1]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_ends_the_run_and_is_named_in_no_message(server: Server, tmp_path: Path, status: int) -> None:
    server.line = [Reply(b"no such key: sk-of-the-tests", status=status)]

    with pytest.raises(AskingError, match="SERVANDA_LLM_KEY") as raised:
        read(server, tmp_path)

    assert "sk-of-the-tests" not in str(raised.value)
    assert "sk-of-the-tests" not in repr(server.settings(tmp_path))


def test_a_key_that_a_server_repeats_is_left_out(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(b"bad request with sk-of-the-tests", status=400)]

    made = read(server, tmp_path)

    assert "(key)" in made.extraction.problems[0].what


def test_the_key_is_sent_and_kept_nowhere(server: Server, tmp_path: Path) -> None:
    read(server, tmp_path)

    assert ["Bearer sk-of-the-tests"] == server.keys
    assert all("sk-of-the-tests" not in file.read_text("utf-8") for file in (tmp_path / "answers").rglob("*.json"))


def test_where_nobody_answers_the_run_ends_with_what_to_do(tmp_path: Path) -> None:
    with serving() as gone:
        settings = gone.settings(tmp_path, attempts=2)

    with pytest.raises(AskingError, match=r"nobody answers at .* SERVANDA_LLM_URL"):
        Reader.asking(settings).read(document())


@pytest.mark.parametrize("text", ["I cannot read this.", '{"answer": 42}', "", "[]"])
def test_an_answer_without_claims_is_asked_for_once_more(server: Server, tmp_path: Path, text: str) -> None:
    server.line = [Reply(completion(text))]

    assert 1 == len(read(server, tmp_path).extraction.claims)
    assert 2 == len(server.asked)


def test_a_model_that_never_gives_claims_is_told_and_asked_again_by_the_next_run(
    server: Server, tmp_path: Path
) -> None:
    server.line = [Reply(completion("I cannot read this."))] * 2
    first = read(server, tmp_path)

    assert (["answer"], False) == (causes(first), first.whole)
    assert 1 == len(read(server, tmp_path).extraction.claims)


def test_what_was_answered_is_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    first, second = read(server, tmp_path), read(server, tmp_path)

    assert first == second
    assert 1 == len(server.asked)


def test_another_date_or_model_is_another_question(server: Server, tmp_path: Path) -> None:
    settings = server.settings(tmp_path)
    keys = {
        Reader.asking(settings).requests(Document(TEXT, None, day, "en"))[0].key for day in ("2025-03-05", "2025-03-06")
    }

    assert 2 == len(keys)


def test_a_spoiled_cache_file_counts_as_none(server: Server, tmp_path: Path) -> None:
    read(server, tmp_path)
    for file in (tmp_path / "answers").rglob("*.json"):
        file.write_text('{"text": "half', "utf-8")

    assert 1 == len(read(server, tmp_path).extraction.claims)
    assert 2 == len(server.asked)


def test_a_run_that_was_stopped_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    """Ten reports; the server goes down for good after the fourth."""
    texts = [TEXT.replace("Monday", f"{day} March 2025") for day in range(1, 11)]
    items = [(n, document(text), f"{n}.txt") for n, text in enumerate(texts)]
    settings = server.settings(tmp_path, concurrency=1, attempts=1)
    server.line = [Reply(completion(PORTS))] * 4 + [Reply(status=401)] * 6

    with pytest.raises(AskingError):
        list(Reader.asking(settings).read_all(items))
    server.line.clear()
    asked = len(server.asked)
    made = list(Reader.asking(settings).read_all(items))

    assert list(range(10)) == [item for item, _ in made]
    assert [1] * 10 == [len(read.extraction.claims) for _, read in made if read]
    assert 6 == len(server.asked) - asked


def test_documents_come_back_in_order_though_asked_at_once(server: Server, tmp_path: Path) -> None:
    server.line = [Reply(completion(PORTS), slow=(8 - n) / 40) for n in range(8)]
    items = [(n, document(f"{TEXT}Number {n}."), f"{n}.txt") for n in range(8)]

    made = list(Reader.asking(server.settings(tmp_path, concurrency=3)).read_all(items))

    assert list(range(8)) == [item for item, _ in made]
    assert 1 < server.most_at_once <= 3


def test_requests_start_no_faster_than_the_rate(server: Server, tmp_path: Path) -> None:
    items = [(n, document(f"{TEXT}Number {n}."), f"{n}.txt") for n in range(4)]

    list(Reader.asking(server.settings(tmp_path, per_minute=300)).read_all(items))

    assert 0.55 <= server.times[-1] - server.times[0]


def test_no_request_passes_the_budget(server: Server, tmp_path: Path) -> None:
    reader = Reader.asking(server.settings(tmp_path, budget=7_000, answer=1_000, concurrency=1))
    items = [(n, document(f"{TEXT}Number {n}."), f"{n}.txt") for n in range(6)]

    made = [read for _, read in reader.read_all(items) if read]

    assert 0 < len(server.asked) < 6
    assert reader.meter.used <= 7_000
    assert "the budget of 7,000 tokens is spent" in made[-1].extraction.problems[0].what


def test_the_estimate_leaves_out_what_is_known_and_names_the_price(server: Server, tmp_path: Path) -> None:
    reader = Reader.asking(server.settings(tmp_path, price_in=1.0, price_out=2.0))
    reader.read(document())

    cost = reader.estimate([document(), document(TEXT * 2)])

    assert (2, 2, 1) == (cost.documents, cost.requests, cost.known)
    assert pytest.approx((cost.tokens_in + 2 * cost.tokens_out) / 1e6) == cost.price


def test_an_answer_that_did_not_fit_is_asked_for_in_halves(server: Server, tmp_path: Path) -> None:
    text = "\n".join(f"India and Belgium signed agreement number {n} on ports." for n in range(40))
    server.line = [Reply(completion('{"claims": [{"kind": "instr', "length"))]

    made = read(server, tmp_path, text)

    assert 3 == len(server.asked)
    assert [] == [cause for cause in causes(made) if cause == "answer"]


def test_a_long_text_is_read_in_pieces_that_overlap(server: Server, tmp_path: Path) -> None:
    lines = [f"India and Belgium signed agreement number {n} on ports." for n in range(60)]

    def say(body: dict[str, object]) -> str:
        told = json.dumps(body, ensure_ascii=False)
        return saying(
            *(
                claim(form="agreement", title=f"agreement number {n} on ports", quotes=[line])
                for n, line in enumerate(lines)
                if line in told
            )
        )

    server.say = say
    made = read(server, tmp_path, "\n".join(lines), piece=1000, overlap=200)

    assert 3 < len(server.asked)
    assert lines == [c.quotations[0].words for c in made.extraction.claims]


def test_what_was_not_shown_to_the_model_is_told(server: Server, tmp_path: Path) -> None:
    made = read(server, tmp_path, TEXT * 100, piece=1000, pieces=2)

    assert 2 == len(server.asked)
    assert "unread" in causes(made)
    assert not made.whole


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    with serving() as server:
        settings = server.settings(tmp_path)

    client = Client(type(settings)(url="localhost/v1", model="small", cache=tmp_path))
    with pytest.raises(AskingError, match="is no address"):
        Reader.asking(client.settings, client).read(document())
