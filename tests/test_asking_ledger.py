"""Models and the ledger: who says what, what is filed once, and whose judgement holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from asking_server import Reply, Server, claim, completion, saying, serving
from commands import servanda
from servanda.asking.joining import agreed, distinct
from servanda.ledger import Ledger
from servanda.model import Claim, Kind, Quotation, Stage

REPORT = """India and Belgium sign memorandum on ports

BRUSSELS, 5 March 2025. India and Belgium signed a memorandum of understanding on ports in Brussels on Monday.
The two countries agreed to hold a joint naval exercise in 2026.
"""
PORTS = claim(quotes=["India and Belgium signed a memorandum of understanding on ports"])
BASES = claim(
    title="talks on tariffs",
    kind="meeting",
    form="talks",
    stage="discussed",
    quotes=["The two countries agreed to hold"],
)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving(lambda body: saying(PORTS)) as made:
        names = {
            "URL": made.url,
            "MODEL": "small",
            "KEY": "sk-of-the-tests",
            "CACHE": str(tmp_path / "answers"),
            "TIMEOUT": "2",
        }
        for name, value in names.items():
            monkeypatch.setenv(f"SERVANDA_LLM_{name}", value)
        monkeypatch.setenv("SERVANDA_SETTINGS", str(tmp_path / "none.toml"))
        yield made


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "ports.txt"
    file.write_text(REPORT, "utf-8")
    return file


def extracted(*words: str | Path) -> dict[str, Any]:
    return dict(json.loads(servanda("extract", "--jsonl", "--date", "2025-03-05", *words).out))


def add(report: Path, *words: str | Path) -> Ledger:
    """Add a report and return the ledger."""
    ledger = report.parent / "desk.db"
    ran = servanda("add", "--ledger", ledger, "--date", "2025-03-05", report, *words)
    assert ran.status in (0, 1), ran.err
    return Ledger.open(ledger)


def claims_of(ledger: Ledger) -> list[Claim]:
    with ledger:
        return [f.claim for entry in ledger.entries_in_full(ledger.entries()) for f in entry.claims]


# The commands


def test_extract_by_a_model_tells_the_cost_before_it_starts(server: Server, report: Path) -> None:
    ran = servanda("extract", "--extractor", "llm", "--date", "2025-03-05", report)

    assert ran.complaints[0].startswith(
        f"Asking small at {server.url}: 1 document, 1 request (0 answered before): about"
    )
    assert "memorandum of understanding on ports" in ran.out
    assert "sk-of-the-tests" not in ran.out + ran.err


def test_a_run_that_may_pass_the_budget_does_not_start(
    server: Server, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVANDA_LLM_BUDGET", "1000")

    ran = servanda("extract", "--extractor", "llm", report)

    assert 2 == ran.status
    assert "SERVANDA_LLM_BUDGET" in ran.err
    assert [] == server.asked


def test_without_a_server_the_command_says_what_to_set(
    report: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SERVANDA_SETTINGS", str(tmp_path / "none.toml"))
    monkeypatch.delenv("SERVANDA_LLM_URL", raising=False)

    ran = servanda("extract", "--extractor", "llm", report)

    assert (2, 1) == (ran.status, len(ran.complaints))
    assert "SERVANDA_LLM_URL" in ran.err


def test_an_extractor_that_there_is_not_is_named(report: Path) -> None:
    ran = servanda("extract", "--extractor", "rules,oracle", report)

    assert (2, True) == (ran.status, "--extractor oracle: no such extractor" in ran.err)


def test_what_prompt_prints_is_what_is_sent(server: Server, report: Path) -> None:
    printed = servanda("prompt", "--json", "--date", "2025-03-05", report).out
    servanda("extract", "--extractor", "llm", "--date", "2025-03-05", report)

    assert [json.loads(printed)] == server.asked


def test_prompt_without_a_model_can_be_read_by_people(report: Path) -> None:
    printed = servanda("prompt", report).out

    assert printed.startswith("--- system ---\n")
    assert REPORT.splitlines()[3] in printed


@pytest.mark.parametrize(
    "line",
    [
        {"path": "ports.txt", "claims": [PORTS]},
        {"path": "somewhere/ports.txt", "answer": f"Here you are: {saying(PORTS)}"},
        {"claims": [PORTS]},
        {"answer": {"claims": [PORTS]}},
    ],
)
def test_answers_got_elsewhere_pass_the_same_checks(report: Path, line: dict[str, Any]) -> None:
    answers = report.parent / "answers.jsonl"
    answers.write_text(json.dumps(line) + "\n", "utf-8")

    [made] = extracted("--answers", answers, report)["claims"]

    assert ["BEL", "IND"] == made["parties"]


def test_a_batch_goes_out_and_comes_back(server: Server, report: Path) -> None:
    """The file of requests as written; the file of answers in the form in which a batch gives it back."""
    [request] = map(json.loads, servanda("prompt", "--batch", "--date", "2025-03-05", report).out.splitlines())
    body = json.loads(completion(saying(PORTS)))
    answers = report.parent / "output.jsonl"
    answers.write_text(
        json.dumps(
            {
                "id": "batch_1",
                "custom_id": request["custom_id"],
                "response": {"status_code": 200, "body": body},
                "error": None,
            }
        ),
        "utf-8",
    )

    made = extracted("--answers", answers, report)

    assert ("POST", "/v1/chat/completions", "small") == (request["method"], request["url"], request["body"]["model"])
    assert 1 == len(made["claims"])
    assert [] == server.asked


def test_lines_of_answers_that_cannot_be_used_are_told(report: Path) -> None:
    answers = report.parent / "answers.jsonl"
    lines = [
        "{half",
        "[]",
        "{}",
        '{"custom_id": "x", "response": {"status_code": 500}}',
        '{"custom_id": "y", "error": {"code": "expired"}}',
        '{"custom_id": "z", "response": {"body": {}}}',
    ]
    answers.write_text("\n".join(lines), "utf-8")

    ran = servanda("extract", "--answers", answers, report)

    assert 6 == sum("the line was passed over" in line for line in ran.complaints)
    assert 1 == ran.status


def test_rules_and_model_agree_and_are_surer(server: Server, report: Path) -> None:
    alone = {c["title"]: c for c in extracted(report)["claims"]}
    both = extracted("--extractor", "rules,llm", "--explain", report)["claims"]
    [ports] = [c for c in both if c["extractor"] == "rules+llm/small"]
    [rest] = [c for c in both if c["extractor"] == "rules"]

    assert ports["confidence"] > max(c["confidence"] for c in alone.values() if c["kind"] == "instrument")
    assert "the rules and llm/small say this" == ports["because"]["agreement"]
    assert "only the rules say this" == rest["because"]["agreement"]


def test_where_the_model_was_not_heard_the_rules_stand_as_they_are(server: Server, report: Path) -> None:
    server.line = [Reply(status=400)]

    both = extracted("--extractor", "rules,llm", report)

    assert extracted(report)["claims"] == both["claims"]
    assert ["unread"] == [p["cause"] for p in both["problems"]]


def test_every_command_of_the_page_on_language_models_runs(
    server: Server, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands as shown, in a folder that has what they name; those of the MCP server are tested with it."""
    page = (Path(__file__).parent.parent / "docs" / "language-models.md").read_text("utf-8")
    folder = report.parent
    (folder / "reports").mkdir()
    (folder / "reports" / "report.txt").write_text(REPORT, "utf-8")
    (folder / "report.txt").write_text(REPORT, "utf-8")
    (folder / "output.jsonl").write_text(json.dumps({"path": "report.txt", "claims": [PORTS]}), "utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SERVANDA_LEDGER", str(folder / "desk.db"))
    shown = [line.split("#")[0].split(">")[0] for line in page.splitlines() if line.startswith("servanda ")]

    ran = {line: servanda(*line.split()[1:]) for line in shown if "mcp" not in line}

    assert 5 == len(ran)
    assert {} == {line: one.err for line, one in ran.items() if one.status}


# The ledger


def test_adding_by_a_model_twice_files_nothing_twice(server: Server, report: Path) -> None:
    once = claims_of(add(report, "--extractor", "llm"))
    twice = claims_of(add(report, "--extractor", "llm"))

    assert once == twice
    assert 1 == len(once) == len(server.asked)


def test_a_model_that_was_not_heard_withdraws_nothing(server: Server, report: Path) -> None:
    before = claims_of(add(report, "--extractor", "llm"))
    report.parent.joinpath("answers").rename(report.parent / "gone")
    server.line = [Reply(status=400)]

    assert before == claims_of(add(report, "--extractor", "llm"))


def test_a_model_that_finds_nothing_withdraws_its_own_claims_only(server: Server, report: Path) -> None:
    rules = claims_of(add(report))
    server.say = lambda body: saying()

    assert rules == claims_of(add(report, "--extractor", "llm"))


def test_the_same_claim_of_two_extractors_is_filed_once_with_both_names(server: Server, report: Path) -> None:
    [rule] = [c for c in claims_of(add(report)) if c.kind is Kind.INSTRUMENT]
    quotes = [q.words for q in rule.quotations]
    server.say = lambda body: saying(claim(title=rule.title, quotes=quotes, stage=rule.stage, form=rule.form))

    found = [c for c in claims_of(add(report, "--extractor", "llm")) if c.kind is Kind.INSTRUMENT]

    assert [rule.id] == [c.id for c in found]
    assert ["rules+llm/small"] == [c.extractor for c in found]


def test_show_tells_who_said_what(server: Server, report: Path) -> None:
    ledger = add(report, "--extractor", "rules,llm")
    with ledger:
        [line] = [line for line in ledger.entries() if line.kind is Kind.INSTRUMENT]

    shown = servanda("show", line.id, "--ledger", ledger.path or "").out

    assert "rules+llm/small" in shown


def test_check_stands_after_models_have_filed(server: Server, report: Path) -> None:
    server.say = lambda body: saying(PORTS, BASES)
    with add(report, "--extractor", "rules,llm") as ledger:
        assert () == ledger.check().problems


# Judging


def judged(server: Server, report: Path, verdict: str) -> Ledger:
    """Return a ledger with one doubtful claim on which a model was asked."""
    server.say = lambda body: saying(claim(when="2001-01-01"))
    add(report, "--extractor", "llm").close()
    server.say = lambda body: json.dumps({"verdict": verdict, "why": "the words say so"})
    ran = servanda("review", "--review", "llm", "--ledger", report.parent / "desk.db")
    assert 0 == ran.status, ran.err
    return Ledger.open(report.parent / "desk.db")


@pytest.mark.parametrize(
    ("verdict", "verbs"), [("yes", ["accept"]), ("no", ["reject"]), ("unsure", []), ("perhaps", [])]
)
def test_a_model_judges_what_is_in_doubt_under_its_own_name(
    server: Server, report: Path, verdict: str, verbs: list[str]
) -> None:
    with judged(server, report, verdict) as ledger:
        assert [(verb, "llm/small") for verb in verbs] == [(j.verb, j.by) for j in ledger.judgements()]


def test_a_person_outranks_a_machine_whoever_came_last(server: Server, report: Path) -> None:
    with judged(server, report, "yes") as ledger:
        [line] = ledger.entries()
        ledger.judge("reject", line.id, by="A. Officer", at="2001-01-01T00:00:00Z")

        assert [] == ledger.entries()


def test_add_can_have_doubts_judged_at_once(server: Server, report: Path) -> None:
    server.say = lambda body: (
        saying(claim(when="2001-01-01")) if "REPORT" in json.dumps(body) else '{"verdict": "no", "why": "x"}'
    )

    with add(report, "--extractor", "llm", "--review", "llm") as ledger:
        assert [("reject", "llm/small")] == [(j.verb, j.by) for j in ledger.judgements()]


def test_another_judge_than_a_model_is_refused(server: Server, report: Path) -> None:
    assert 2 == servanda("review", "--review", "oracle", "--ledger", report.parent / "desk.db").status


# Joining


def made(stage: Stage = Stage.SIGNED, title: str = "memorandum on ports", **slots: Any) -> Claim:
    return Claim(
        "d", Kind.INSTRUMENT, stage, title, ("BEL", "IND"), (Quotation(0, 20, "x" * 20),), confidence=0.8, **slots
    )


def test_a_disagreement_on_the_stage_takes_the_lower_and_is_doubted() -> None:
    [both] = agreed([made(Stage.AGREED)], [made(Stage.SIGNED)], "llm/small")

    assert (Stage.AGREED, True) == (both.stage, both.review)
    assert "the rules say agreed, llm/small says signed" == both.because["stage"]


def test_agreement_fills_what_only_one_says() -> None:
    [both] = agreed([made(when="2025-03-03")], [made(where="Brussels")], "llm/small")

    assert ("2025-03-03", "Brussels", 0.96) == (both.when, both.where, both.confidence)


def test_two_claims_of_one_sentence_are_paired_by_their_titles() -> None:
    rules = [made(title="memorandum on ports"), made(title="memorandum on space")]
    model = [made(title="memorandum on space"), made(title="memorandum on ports")]

    assert ["rules+llm/small"] * 2 == [c.extractor for c in agreed(rules, model, "llm/small")]


STAGES = st.sampled_from(list(Stage))
PLACES = st.lists(st.integers(0, 30), min_size=1, max_size=3)


def at(places: list[int], stage: Stage, title: str) -> Claim:
    quotations = tuple(Quotation(n * 10, n * 10 + 8, "x" * 8) for n in dict.fromkeys(places))
    return replace(made(stage, title), quotations=quotations)


CLAIMS = st.lists(st.builds(at, PLACES, STAGES, st.sampled_from(["memorandum on ports", "pact on space"])), max_size=5)


@limits(max_examples=80, deadline=None)
@given(CLAIMS, CLAIMS)
def test_joining_loses_no_evidence_and_promotes_nothing(rules: list[Claim], model: list[Claim]) -> None:
    both = agreed(rules, model, "llm/small")
    said = {(q.start, c.stage) for c in (*rules, *model) for q in c.quotations}

    assert {start for start, _ in said} == {q.start for c in both for q in c.quotations}
    assert len(both) <= len(rules) + len(model)
    assert {c.stage for c in both} <= {stage for _, stage in said}
    assert all(c.review for c in both if "stage" in c.because)


@limits(max_examples=60, deadline=None)
@given(CLAIMS)
def test_joining_what_is_joined_changes_nothing(claims: list[Claim]) -> None:
    once = distinct(claims)

    assert {q.start for c in claims for q in c.quotations} == {q.start for c in once for q in c.quotations}
    assert once == distinct(once)


# Distilling


def test_accepted_claims_become_silver_and_doubtful_ones_teach_nothing(server: Server, report: Path) -> None:
    server.say = lambda body: saying(
        PORTS, claim(title="treaty on space", parties=["IND", "FRA"], quotes=["The two countries agreed to hold"])
    )
    claims, silver = report.parent / "claims.jsonl", report.parent / "silver"
    claims.write_text(servanda("extract", "--extractor", "llm", "--jsonl", "--date", "2025-03-05", report).out, "utf-8")

    ran = servanda("distil", claims, "--into", silver)
    [file] = (silver / "silver").glob("*.json")
    data = json.loads(file.read_text("utf-8"))

    assert 0 == ran.status
    assert [False, True] == [c.get("optional", False) for c in data["claims"]]
    assert PORTS["quotes"] == data["claims"][0]["quotes"]
    assert (file.parent / data["document"]["text"]).is_file()


def test_a_report_that_was_not_read_whole_teaches_nothing(server: Server, report: Path) -> None:
    server.line = [Reply(completion(saying(PORTS, PORTS)[:-40]))]
    claims = report.parent / "claims.jsonl"
    claims.write_text(servanda("extract", "--extractor", "llm", "--jsonl", report).out, "utf-8")

    ran = servanda("distil", claims, "--into", report.parent / "silver")

    assert "1 document that the model did not read whole left out" in ran.out


def test_what_is_no_extraction_is_refused_by_its_line(report: Path) -> None:
    ran = servanda("distil", report, "--into", report.parent / "silver")

    assert (2, True) == (ran.status, "ports.txt:1: is not JSON" in ran.err)
