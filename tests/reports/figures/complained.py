"""投诉举报 as rows by chance: of a unit or of none, passed to another, found to be about something else, answered, closed, open."""

from __future__ import annotations

import random
from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome, ComplaintStatus, ComplaintStep
from ledger.tables.oversight import Complaint, ComplaintStepRow
from tests.reports.figures.month import DAY, Month


def fill(session: Session, month: Month, units: Sequence[str]) -> None:
    chance = random.Random(18)
    earlier: UUID | None = None
    for number in range(min(month.some(240), 500)):
        at = month.instant(chance)
        entered = at + chance.random() * 6 * DAY
        assessed = entered + chance.random() * 20 * DAY if chance.random() < 0.5 else None
        done = entered + chance.random() * 20 * DAY if chance.random() < 0.7 else None
        closed = done + chance.choice([0, 3]) * DAY if done and chance.random() < 0.8 else None
        row = Complaint(
            id=uuid4(),
            number=f"TS-Y{number}",
            channel=chance.choice(list(ComplaintChannel)),
            about=chance.choice([ComplaintAbout.OTHER, *ComplaintAbout]),
            about_since=assessed if assessed and chance.random() < 0.7 else entered,
            assessed_at=assessed,
            received_at=at,
            entered_at=entered,
            entered_by="x",
            unit=chance.choice([None, *units]),
            handler=chance.choice(units) if chance.random() < 0.5 else None,
            written=b"x",
            anonymous=True,
            data_key=b"x",
            master_key="x",
            duplicates=earlier if chance.random() < 0.2 else None,
            standing=ComplaintStatus.CLOSED if closed else ComplaintStatus.ANSWERED if done else ComplaintStatus.RECEIVED,
            due_at=at + 15 * DAY,
            done_at=done,
        )
        session.add(row)
        session.flush()
        if closed:
            record = {"outcome": chance.choice(list(ComplaintOutcome)).value}
            values = {"complaint": row.id, "step": ComplaintStep.CLOSE, "at": closed, "person": "x", "unit": "x", "record": record}
            session.add(ComplaintStepRow(id=uuid4(), **values))
            session.flush()
        if row.handler and chance.random() < 0.7:  # else its channel asked it, and the office has not
            record = {"to": row.handler, "asked": "x"}
            passed = {"complaint": row.id, "step": ComplaintStep.PASS, "at": entered, "person": "x", "unit": "x", "record": record}
            session.add(ComplaintStepRow(id=uuid4(), **passed))
            session.flush()
        earlier = row.id
