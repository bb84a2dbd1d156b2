"""The ledger: claims of many documents become undertakings with a history, a due date and an answer to "was it kept?".

    with Ledger.open("my.db") as ledger:
        ledger.file(source, documents, claims, problems)        # one transaction; twice is harmless
        ledger.entries("party:IND party:ITA status:overdue")    # -> list[Line]
        ledger.entry(line.id)                                   # -> Entry: history, status, claims with quotations
        ledger.why(line.id), ledger.nearly(line.id)             # why merged, and what nearly was
        ledger.due(before="2025-12-31")                         # soonest first
        ledger.judge("same", one, other, by="A. Officer", why="...")
        ledger.review()                                         # uncertain pairs and doubtful claims
        ledger.check(), ledger.rebuild()

Facts are only appended or withdrawn; entries are a pure function of them.
"""

from servanda.ledger.query import EXAMPLE, Query, parse
from servanda.ledger.records import (
    Card,
    Checked,
    Conflict,
    Doubt,
    DueDate,
    Entry,
    Filed,
    Filing,
    History,
    Hit,
    Judgement,
    Line,
    Look,
    Match,
    Nearly,
    Reason,
    Status,
    StatusName,
    Step,
    Verdict,
)
from servanda.ledger.schema import default_path
from servanda.ledger.store import Ledger

__all__ = [
    "EXAMPLE",
    "Card",
    "Checked",
    "Conflict",
    "Doubt",
    "DueDate",
    "Entry",
    "Filed",
    "Filing",
    "History",
    "Hit",
    "Judgement",
    "Ledger",
    "Line",
    "Look",
    "Match",
    "Nearly",
    "Query",
    "Reason",
    "Status",
    "StatusName",
    "Step",
    "Verdict",
    "default_path",
    "parse",
]
