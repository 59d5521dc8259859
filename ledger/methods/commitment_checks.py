"""承诺的核查 (obligation 12.1, reading 23): a task with a date for the requesting unit; untruth bars that person until restored."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL, MissingYear
from domain.commitments import CheckOutcome
from domain.instants import is_past
from domain.lifecycle import Event, State
from domain.limits import promise_is_provisional
from domain.notices import NoticeKind
from domain.records import Cause
from domain.recusal import Subject
from domain.refusal import Refusal
from domain.roles import Role
from ledger import paging, recusal, rules
from ledger.calendars.calendars import calendar
from ledger.cases.cases import key_of
from ledger.deadlines.clocks import numbers
from ledger.lifecycle.moves import note
from ledger.lifecycle.snapshots import lock
from ledger.outbox.alarms import raise_alarm
from ledger.outbox.notifications import notify_unit
from ledger.paging import EARLIEST, FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.commitments import Commitment, CommitmentCheck, CommitmentText, CreditBlock
from ledger.tables.verifications import Verification
from ledger.vault import Place


class CheckUnknown(Refusal, code="check_unknown"):
    """The check is another unit's, or there is none."""


class CreditBlockUnknown(Refusal, code="block_unknown"):
    """There is no such block."""


class CheckDone(Refusal, code="check_done"):
    """It was checked already; the first conclusion stands."""


def plan(session: Session, commitment: UUID, row: Verification, days: int, *, signed_at: datetime) -> None:
    """A check by the requesting unit, `days` working days after the signature."""
    check = CommitmentCheck(id=uuid4(), commitment=commitment, verification=row.number, unit=row.unit)
    check.due_at, check.provisional = _check_due(session, signed_at, days)
    session.add(check)


def _check_due(session: Session, signed_at: datetime, days: int) -> tuple[datetime | None, bool]:
    """When the check is due, and whether a provisional year says so."""
    known = calendar(session)
    try:
        due = known.due_of_workdays(signed_at.astimezone(LOCAL).date(), days)
    except MissingYear as missing:
        text = f"{missing.year} 年的工作日历尚未录入,有承诺核查的期限暂记“未定”。请录入日历,期限将自动补算。"
        raise_alarm(session, "calendar_missing", str(missing.year), text, now=signed_at)
        return None, False  # `recompute` fills it in when the calendar comes (reading 25)
    return due, promise_is_provisional(signed_at, due, known)


def recompute(session: Session, *, now: datetime, actor: str) -> None:
    """A calendar came or changed: the dates of checks that are still to be done follow, each change on the record."""
    open_ones = (
        select(CommitmentCheck, Commitment.decided_at, CommitmentText.check_days)
        .join(Commitment, Commitment.id == CommitmentCheck.commitment)
        .join(CommitmentText, CommitmentText.id == Commitment.text_id)
        .where(CommitmentCheck.done_at.is_(None))
        .order_by(CommitmentCheck.verification)
    )
    for row, signed_at, days in session.execute(open_ones).tuples().all():
        assert signed_at is not None
        before, after = (row.due_at, row.provisional), _check_due(session, signed_at, days)
        if before == after:
            continue
        row.due_at, row.provisional = after
        changed = numbers("commitment_check", {"due_at": (before[0], after[0]), "provisional": (before[1], after[1])})
        detail = {"reason": Cause.CALENDAR.value, "changes": [changed]}
        note(session, row.verification, Event.RECALCULATED, at=now, actor=actor, detail=detail)


def check(session: Session, check_id: UUID, unit: str, outcome: CheckOutcome, remark: str, *, now: datetime, actor: str) -> CommitmentCheck:
    """核查结论. 不实: the person may not commit again until credit is restored (reading 23).

    Raises `CheckUnknown`, `CheckDone`.
    """
    row = session.get(CommitmentCheck, check_id, with_for_update=True)
    if row is None or row.unit not in estate(session, unit):
        raise CheckUnknown
    if row.done_at is not None:
        raise CheckDone
    verification = lock(session, row.verification)
    key = key_of(session, verification.case)
    row.outcome, row.done_at, row.done_by = outcome, now, actor
    row.note = key.encrypt_text(Place("commitment_checks", "note", row.id), remark)
    detail = {"check": str(row.id), "outcome": outcome.value}
    note(session, row.verification, Event.COMMITMENT_CHECKED, at=now, actor=actor, detail=detail)
    if outcome is CheckOutcome.UNTRUE:
        commitment = session.get_one(Commitment, row.commitment)
        proof = None
        if not rules.readings().commitment_block_all:
            proof = session.get_one(CommitmentText, commitment.text_id).proof
        session.add(CreditBlock(id=uuid4(), lookup=commitment.lookup, commitment=commitment.id, proof=proof, since=now))
    session.flush()
    return row


def restore(session: Session, block: UUID, why: str, *, now: datetime, actor: str) -> CreditBlock:
    """信用修复: the person may commit again. Restoring again changes nothing. Raises `CreditBlockUnknown`."""
    row = session.get(CreditBlock, block, with_for_update=True)
    if row is None:
        raise CreditBlockUnknown
    if row.restored_at is None:
        commitment = session.get_one(Commitment, row.commitment)
        about = session.get_one(Verification, commitment.verification)
        recusal.check(session, Subject.CREDIT, block, [about.unit], actor=actor)  # whose check it was
        key = key_of(session, about.case)
        row.restored_at, row.restored_by = now, actor
        row.restored_why = key.encrypt_text(Place("credit_blocks", "restored_why", row.id), why)
    return row


def remind(session: Session, now: datetime) -> None:
    """Remind the requesting unit of checks whose date has come, once each."""
    query = select(CommitmentCheck).where(_owed(), is_past(CommitmentCheck.due_at, now))
    for row in session.scalars(query):
        assert row.due_at is not None
        notify_unit(
            session,
            NoticeKind.COMMITMENT_CHECK,
            row.unit,
            str(row.id),
            number=row.verification,
            about=row.due_at,
            now=now,
            roles=frozenset({Role.AGENT}),
        )


def checks(session: Session, unit: str, page: PageRequest = FIRST, *, done: bool) -> Page[CommitmentCheck]:
    """The unit's checks: those that are owed by their date, or those that are done, newest first."""
    row = CommitmentCheck
    query = select(row).where(row.unit.in_(estate(session, unit)))
    if done:
        return paging.scalars(session, query.where(row.done_at.is_not(None)), (row.done_at.desc(), row.id.desc()), page)
    due = func.coalesce(row.due_at, EARLIEST)
    return paging.scalars(session, query.where(_owed()), (due, row.id), page)


def _owed() -> ColumnElement[bool]:
    """Not done. What was withdrawn or closed before it was delivered stood in for nothing: nobody need check it."""
    relied = select(Verification.number).where(Verification.number == CommitmentCheck.verification, Verification.state.not_in(_UNUSED))
    return CommitmentCheck.done_at.is_(None) & relied.exists()


_UNUSED = (State.WITHDRAWN, State.CLOSED)


def blocks(session: Session, page: PageRequest = FIRST) -> Page[tuple[CreditBlock, str]]:
    """Who may not commit for now, with the verification that it rests on; newest first."""
    query = (
        select(CreditBlock, Commitment.verification)
        .join(Commitment, Commitment.id == CreditBlock.commitment)
        .where(CreditBlock.restored_at.is_(None))
    )
    return paging.tuples(session, query, (CreditBlock.since.desc(), CreditBlock.id.desc()), page)
