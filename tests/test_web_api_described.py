"""The API holds to its own description, whatever is asked of it (schemathesis, seeded and bounded)."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra servanda[web] is not installed")
pytest.importorskip("schemathesis", reason="schemathesis is not installed")

import schemathesis
from hypothesis import HealthCheck, settings

from ledger_reports import ledger_of, report, said
from servanda.web import app_for

HOST = {"host": "localhost"}
MEANT = "positive_data_acceptance"  # a query may be well-formed and yet ask for what is not there


def described() -> Any:
    """Return the description of the API on a small ledger."""
    pact = said("India and Italy signed a pact.", "instrument", "signed", "IND ITA", "pact", due="2999-12")
    doubt = said("India and Chile may sign it.", "instrument", "signed", "IND CHL", "pact", review=True)
    visit = said("The 3rd dialogue met in Rome.", "meeting", "done", "IND ITA", "3rd dialogue", when="2026-03-02")
    ledger = ledger_of(report("2026-03-01", pact, doubt), report("2026-03-02", visit))
    ledger.judge("note", ledger.entries("party:ITA")[0].id, by="A. Officer", value="by phone")
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app_for(ledger), headers=HOST)


@described().parametrize()
@settings(max_examples=3, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_the_api_answers_as_it_is_described(case: Any) -> None:
    checks = schemathesis.checks.CHECKS.get_all()
    case.call_and_validate(headers=HOST, excluded_checks=[check for check in checks if MEANT == check.__name__])
