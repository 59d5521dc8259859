"""台账存证 each minute: what a long pause left over holds up nothing else of the minute."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from ledger.database import transaction
from ledger.record import gathering
from ledger.tables.record import RecordHead, RecordLeaf
from ledger.tables.verifications import EventRow
from tasks import record
from tests.ledger.acting import asked

pytestmark = pytest.mark.usefixtures("ledger")


def counted(table: type) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_left_over_is_the_next_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering.gather, "__defaults__", (2,))
    monkeypatch.setattr(gathering, "AT_ONCE", 2)
    monkeypatch.setattr(record, "_BATCHES", 2)
    for _ in range(3):
        asked()
    events = counted(EventRow)
    assert asyncio.run(record.gather_record.alone()) == 4 < events
    assert counted(RecordHead) == 0, "a head is of all that was there"
    while asyncio.run(record.gather_record.alone()):
        pass
    assert counted(RecordLeaf) == events and counted(RecordHead) == 1
