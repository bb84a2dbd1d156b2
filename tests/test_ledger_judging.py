"""What people decide holds, can be undone, and survives what machines change."""

from __future__ import annotations

import pytest

from ledger_reports import FILED, Report, file, ledger_of, report, said
from servanda.exporting.dossier_parts import statement
from servanda.ledger import Ledger, StatusName
from servanda.model import Stage
from servanda.problems import QueryError

BY = "A. Officer"


def claim_of(day: str, title: str, stage: str = "agreed", kind: str = "instrument", **slots: object) -> Report:
    return report(day, said(f"On {day}: {title}, {stage}.", kind, stage, "IND ITA", title, **slots))


ONE = claim_of("2024-11-19", "agreement on ports")
TWIN = claim_of("2025-01-19", "ports agreement")
OTHER = claim_of("2025-02-19", "torpedo sale", kind="trade")


def ids(*reports: Report) -> list[str]:
    return [r.claims[0].id for r in reports]


def groups(ledger: Ledger) -> list[list[str]]:
    return sorted(sorted(f.id for f in e.claims) for e in ledger.entries_in_full(ledger.entries()))


def test_same_puts_two_entries_together():
    ledger = ledger_of(ONE, OTHER)
    ledger.judge("same", *ids(ONE, OTHER), by=BY, why="The sale is what the agreement is about.")

    assert [sorted(ids(ONE, OTHER))] == groups(ledger)
    assert () == ledger.check().problems


def test_different_takes_them_apart():
    ledger = ledger_of(ONE, TWIN)
    assert 1 == len(groups(ledger))
    ledger.judge("different", *ids(ONE, TWIN), by=BY)

    assert 2 == len(groups(ledger))
    assert () == ledger.check().problems


def test_a_judgement_withdrawn_is_as_if_it_had_not_been():
    ledger = ledger_of(ONE, TWIN, OTHER)
    before = groups(ledger)
    passed = ledger.judge("different", *ids(ONE, TWIN), by=BY)
    ledger.withdraw(passed.id)

    assert before == groups(ledger)
    assert [passed.id] == [j.id for j in ledger.judgements()]


def test_of_circular_judgements_the_later_ones_hold_and_the_earliest_is_reported():
    ledger = ledger_of(ONE, TWIN, OTHER)
    ledger.judge("same", *ids(ONE, TWIN), by=BY, at="2026-01-01T00:00:00Z")
    ledger.judge("same", *ids(TWIN, OTHER), by=BY, at="2026-01-02T00:00:00Z")
    ledger.judge("different", *ids(ONE, OTHER), by=BY, at="2026-01-03T00:00:00Z")
    [problem] = ledger.judgement_problems()

    assert "contradicts a later judgement" in problem.what
    assert 2 == len(groups(ledger))


def test_accept_lets_a_doubtful_claim_count():
    doubtful = claim_of("2025-04-10", "agreement on ports", "signed", review=True)
    ledger = ledger_of(ONE, doubtful)
    ledger.judge("accept", doubtful.claims[0].id, by=BY)

    assert Stage.SIGNED == ledger.entry(ids(ONE)[0]).stage


def test_reject_takes_a_claim_out_of_every_entry():
    ledger = ledger_of(ONE, OTHER)
    ledger.judge("reject", ids(OTHER)[0], by=BY)

    assert [ids(ONE)] == groups(ledger)
    with pytest.raises(QueryError, match="rejected or withdrawn"):
        ledger.entry(ids(OTHER)[0])


def test_a_corrected_slot_is_used_for_matching_too():
    ledger = ledger_of(ONE, claim_of("2025-01-20", "agreement on boats"))
    assert 2 == len(groups(ledger))
    ledger.judge(
        "correct",
        claim_of("2025-01-20", "agreement on boats").claims[0].id,
        by=BY,
        slot="title",
        value="agreement on ports",
    )

    assert 1 == len(groups(ledger))
    assert () == ledger.check().problems


@pytest.mark.parametrize(
    ("slot", "value", "says"),
    [
        ("stage", "finished", "codebook"),
        ("colour", "red", "no slot"),
        ("due", "soon", "not a date"),
        ("domains", "magic", "codebook"),
        ("title", "", "may not be empty"),
        ("kind", "", "codebook"),
    ],
)
def test_a_correction_outside_the_codebook_is_refused_saying_why(slot, value, says):
    with pytest.raises(QueryError, match=says):
        ledger_of(ONE).judge("correct", ids(ONE)[0], by=BY, slot=slot, value=value)


def test_an_empty_value_makes_a_slot_absent():
    dated = claim_of("2024-11-19", "agreement on ports", due="2025-05-01")
    ledger = ledger_of(dated)
    ledger.judge("correct", dated.claims[0].id, by=BY, slot="due", value="")

    assert None is ledger.entry(dated.claims[0].id).due


def test_a_due_date_set_by_a_person_counts():
    ledger = ledger_of(ONE, OTHER)
    ledger.judge("due", ids(ONE)[0], by=BY, value="2025-01-31", at="2024-12-01T00:00:00Z")
    entry = ledger.entry(ids(ONE)[0], "2025-06-01")

    assert StatusName.OVERDUE == entry.status.name
    assert [BY] == [j.by for j in ledger.judgements() if j.id == entry.history.dues[0].judged_by]


def test_a_note_stands_with_its_entry():
    ledger = ledger_of(ONE)
    ledger.judge("note", ids(ONE)[0], by=BY, value="Ask the embassy in May.")

    assert ["Ask the embassy in May."] == [n.value for n in ledger.entry(ids(ONE)[0]).notes]


def test_judgements_survive_a_newer_extractor_that_gives_other_ids():
    ledger = ledger_of(ONE, OTHER)
    ledger.judge("same", *ids(ONE, OTHER), by=BY)
    newer = Report(ONE.document, (claim_of("2024-11-19", "agreement on ports", form="agreement").claims[0],))
    renamed = Report(
        ONE.document, tuple(c.__class__(**{**fields(c), "title": "agreement about ports"}) for c in newer.claims)
    )
    file(ledger, renamed)

    assert 1 == len(groups(ledger))
    assert ledger.entry(ids(ONE)[0]).id == ledger.entry(renamed.claims[0].id).id
    assert () == ledger.check().problems


def fields(claim: object) -> dict[str, object]:
    return {name: getattr(claim, name) for name in claim.__dataclass_fields__}


def test_a_judgement_on_a_claim_that_is_gone_is_reported_and_harms_nothing():
    ledger = ledger_of(ONE, OTHER)
    ledger.judge("same", *ids(ONE, OTHER), by=BY)
    file(ledger, Report(OTHER.document, ()))
    [problem] = ledger.judgement_problems()

    assert "is gone" in problem.what
    assert [ids(ONE)] == groups(ledger)


def test_judging_one_claim_the_same_as_itself_is_refused():
    with pytest.raises(QueryError, match="2 different"):
        ledger_of(ONE).judge("same", *ids(ONE, ONE), by=BY)


def test_review_shows_uncertain_pairs_until_somebody_judges():
    near = report("2024-12-19", said("A deal on radar.", "trade", "agreed", "IND ITA", "radar deal"))
    far = report("2025-03-02", said("Radar for corvettes.", "trade", "agreed", "IND ITA", "radar for corvettes"))
    ledger = ledger_of(near, far)
    [doubt] = ledger.review()
    assert 2 == len(doubt.on)
    ledger.judge("different", *(f.id for f in doubt.on), by=BY)

    assert [] == ledger.review()


def test_what_a_person_knows_by_telephone_is_filed_and_marked():
    ledger = ledger_of(ONE)
    what = claim_of("2025-05-05", "agreement on ports", "signed").claims[0]
    ledger.write_down(
        "The ministry says that the ports agreement was signed today.", what, BY, day="2025-05-05", at=FILED
    )
    entry = ledger.entry(ids(ONE)[0])

    assert Stage.SIGNED == entry.stage
    assert [BY] == [f.card.publisher for f in entry.claims if f.by_hand]
    assert () == ledger.check().problems


def test_owner_and_next_step_are_fields_that_the_last_word_sets():
    ledger = ledger_of(ONE)
    what = claim_of("2025-05-05", "agreement on ports", "signed").claims[0]
    ledger.write_down("Signed, by phone.", what, BY, day="2025-05-05", at=FILED, owner="Desk West", next_step="archive")
    ledger.judge("next", ids(ONE)[0], by=BY, value="publish", at="2026-02-01T00:00:00Z")
    ledger.rebuild()
    entry = ledger.entry(ids(ONE)[0])

    assert ("Desk West", "publish") == (entry.owner.value, entry.next_step.value)
    assert "next: publish" in statement(entry).marks


def test_an_update_told_by_hand_stands_in_the_entry_that_it_names():
    ledger = ledger_of(ONE)
    other = said("All is done.", "cooperation", "done", "IND ITA", "harbour matters")
    [claim] = report("2025-06-01", other).claims
    ledger.write_down("All is done.", claim, BY, day="2025-06-01", at=FILED, of=ids(ONE)[0])

    assert 1 == len(ledger.entries())
    assert [BY] == [f.card.publisher for f in ledger.entry(ids(ONE)[0]).claims if f.by_hand]


def test_an_empty_owner_is_refused_with_what_to_write():
    with pytest.raises(QueryError, match="who follows it up"):
        ledger_of(ONE).judge("owner", ids(ONE)[0], by=BY, value=" ")


def test_of_two_judgements_in_one_second_the_later_one_holds():
    for _ in range(3):
        ledger = ledger_of(ONE, OTHER)
        ledger.judge("same", *ids(ONE, OTHER), by=BY)
        ledger.judge("different", *ids(ONE, OTHER), by=BY)

        assert 2 == len(groups(ledger))
