"""异议: what a person says of a result about himself is checked by the issuing unit, on the way that the requesting unit's reports go
(obligations 11.3, 11.4): the same check, the same revocation, the same new proof. Its own is the term of the 校核 (decision 49).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.records import CONCLUSION
from ledger import rules
from ledger.actor import Filer
from ledger.calendars import terms
from ledger.casework import mismatches
from ledger.lifecycle.snapshots import UnknownNumber, lock
from ledger.outbox.alarms import keep_alarms
from ledger.sealing import publication
from ledger.subject_access.asked import ACTOR, obstacle
from ledger.tables.cases import Party
from ledger.tables.catalog import Entry
from ledger.tables.records import Mismatch
from ledger.tables.registry import Database
from ledger.tables.subject_access import SubjectLook
from ledger.tables.verifications import Lookup, Verification

ALARM = "correction_overdue"


class _Subject(Filer):
    """The person himself, for the unit that asked: nobody's name."""

    @property
    def actor(self) -> str:
        return ACTOR


def raise_one(session: Session, look: SubjectLook, number: str, fields: list[str], stated: str, *, now: datetime) -> Mismatch:
    """异议 to a delivered result about him whom the look is of: a check goes to the unit that answers for it, at once.

    `fields`: of the proof, or 核验结论. Sent twice, the first stands. Raises `UnknownNumber` for what is not about him, what
    `asked.obstacle` says, and `FieldsUnknown` and `NoIssuer` as `mismatches.report`; then nothing was written. The caller holds the look.
    """
    row = lock(session, _his(session, look, number).number)
    earlier = mismatches.newest(session, number)
    if earlier is not None and earlier.look == look.id and earlier.settled_at is None:
        return earlier
    if why := obstacle(row, earlier, publication.find(session, number, now=now)):
        raise why
    due_at, _ = terms.due(session, now, rules.readings().correction_days, now=now)
    filer = _Subject(row.unit, ACTOR)
    owner = _database_owner(session, row)
    return mismatches.report(session, number, fields, stated, None, owner, filer, now=now, look=look.id, due_at=due_at)


def may_be_doubted(entry: Entry) -> list[str]:
    """What of such a proof an objection can name."""
    return [CONCLUSION, *entry.fields]


def determine(session: Session, days: int, *, now: datetime) -> None:
    """A calendar came or changed: the terms of what is being checked, those that waited for it among them."""
    for row in session.scalars(select(Mismatch).where(Mismatch.look.is_not(None), Mismatch.settled_at.is_(None)).with_for_update()):
        row.due_at, _ = terms.due(session, row.reported_at, days, now=now)
    session.flush()


def watch(session: Session, *, now: datetime) -> None:
    """Once a day: what was to be checked by now and is not."""
    owed = Mismatch.look.is_not(None), Mismatch.settled_at.is_(None), is_past(Mismatch.due_at, now)
    numbers = session.scalars(select(Mismatch.verification).where(*owed)).all()
    told = "{}:本人异议的校核已超过期限,请督促出具单位答复。"
    keep_alarms(session, ALARM, {number: told.format(number) for number in numbers}, now=now)


def _his(session: Session, look: SubjectLook, number: str) -> Verification:
    query = (
        select(Verification).join(Party, Party.id == Verification.party).where(Verification.number == number, Party.lookup == look.lookup)
    )
    row = session.scalar(query)
    if row is None:
        raise UnknownNumber(f"没有这个核验编号:{number}")
    return row


def _database_owner(session: Session, row: Verification) -> str | None:
    """Whose data it was, where the list names no issuing unit: the owner of the database that the last look-up read."""
    query = select(Database.owner).join(Lookup, Lookup.source == Database.source).where(Lookup.verification == row.number)
    return session.scalar(query.order_by(Lookup.attempt.desc()).limit(1))
