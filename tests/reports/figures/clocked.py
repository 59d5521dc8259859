"""A month of rows (`month.py`) with what the clocks' figures look at: claims, proofs' own limits, look-ups elsewhere, a merger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.records import OffSystemResult
from ledger.tables.cases import Case
from ledger.tables.catalog import Entry
from ledger.tables.records import OffSystemLookup
from ledger.tables.verifications import Deadline, EventRow, Lookup, Request, Verification
from tests.ledger.acting import do
from tests.reports.figures.month import DAY, MINUTE, Month, Rows, write

MONTH = Month(date(2026, 2, 16), 202614)
[(MERGED, INTO, _)] = MONTH.mergers
RENAMED = MONTH.renamed[0]
IMMEDIATE = 900_001
#: What a limit rests on, several where they end together.
_LIMITS = {"soft": [["10.5"], ["10.7"], ["10.5", "10.7"]], "hard": [["7.7"], ["10.6"], ["10.8"], ["10.6", "7.7"]]}
INSTANT = timedelta(seconds=2.4)  #: 秒: some answers lie exactly there


def fill(month: Month = MONTH, more: Callable[[Rows], None] = lambda rows: None) -> None:
    """Fill the ledger; `more` adds to the rows before they are written."""

    def change(rows: Rows) -> None:
        _change(rows)
        more(rows)

    do(_add_immediate_entry)
    write(month, change)


def _add_immediate_entry(session: Session) -> None:
    """可立即核验 (obligation 7.6)."""
    pattern = session.scalars(select(Entry).where(Entry.matter == "DEMO-0001", Entry.proof == "P-HOUSEHOLD")).one()
    values = {column.key: getattr(pattern, column.key) for column in Entry.__mapper__.column_attrs if column.key != "id"}
    session.add(Entry(**values | {"id": IMMEDIATE, "matter": "DEMO-0001", "proof": "P-ARCHIVE", "immediate": True}))


def _change(rows: Rows) -> None:
    chance, month = rows.chance, rows.month
    for row in rows.found[Verification]:
        row["entry"] = IMMEDIATE if chance.random() < 0.4 else row["entry"]
    for row in rows.found[Lookup][::7]:
        row["answered_at"] = row["asked_at"] + INSTANT
    for row in rows.found[Deadline]:
        if row["kind"] in _LIMITS:
            row["obligations"] = ["10.8"] if row["request"] is None else chance.choice(_LIMITS[row["kind"]])
        elif row["kind"] == "supervision":
            row["obligations"] = ["10.12"]
    for request in rows.found[Request]:
        if chance.random() < 0.5:
            _claims(rows, request)
    party, proof = rows.found[Verification][0]["party"], "P-HOUSEHOLD"
    for _ in range(month.some(80)):
        at = month.instant(chance)
        rows.add(
            OffSystemLookup,
            id=rows.id(),
            recorded_at=at,
            unit=chance.choice([*month.asking, month.mergers[0][0]]),
            case=rows.found[Case][0]["id"],
            party=party,
            proof=proof,
            source=b"x",
            operator="x",
            looked_up_at=at - chance.random() * DAY,
            result=chance.choice(list(OffSystemResult)),
            evidence_digest="x",
            recorded_by="x",
        )


def _claims(rows: Rows, request: dict[str, Any]) -> None:
    """Claimed, and taken over by a colleague: then the column forgets the first one."""
    chance, asked = rows.chance, request["received_at"]
    at = asked + chance.choice([timedelta(), MINUTE, 5 * MINUTE, 5 * MINUTE + timedelta.resolution, chance.random() * DAY])
    for place in range(chance.choice([1, 1, 2])):
        again = at + place * 20 * MINUTE
        detail = {"request": str(request["id"])}
        rows.add(
            EventRow,
            verification=request["verification"],
            event="claimed",
            at=again,
            recorded_at=at,
            origin=None,
            target=None,
            actor="x",
            detail=detail,
        )
        request |= {"claimed_by": "x", "claimed_at": again}
