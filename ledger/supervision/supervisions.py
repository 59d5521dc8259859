"""督办 on the record (obligation 10.12): complete when answered and fed back. It opens in `ledger.supervision.opening`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.inbox import SupervisionOutcome
from domain.instants import is_past
from domain.lifecycle import Event
from domain.refusal import Refusal
from ledger.actor import person_of
from ledger.calendars import duty
from ledger.calendars.stand_ins import for_whom
from ledger.cases.cases import key_of
from ledger.deadlines import supervision_basis
from ledger.lifecycle.moves import note
from ledger.lifecycle.snapshots import lock
from ledger.outbox.alarms import clear_alarm
from ledger.succession import estate
from ledger.tables.inbox import Supervision
from ledger.tables.verifications import Deadline
from ledger.vault import Place


class NotYourSupervision(Refusal, code="supervision_unknown"):
    """The 督办 is another unit's, or there is none: both look the same from outside."""


class NotOnDuty(Refusal, code="not_on_duty"):
    """Only the 督办员 on duty, now or when it began, feeds back: the role alone is no appointment (obligation 10.2)."""


class FedBackAlready(Refusal, code="fed_back_already"):
    """The first feedback stands."""


class SupervisionClosed(Refusal, code="supervision_closed"):
    """The requesting unit withdrew: nothing is owed any more."""


def handled(session: Session, request: UUID, *, now: datetime) -> None:
    """The request was answered or returned: one half of what completes 督办 (reading 11)."""
    found = supervision_basis.of_request(session, request)
    if found is not None and found.handled_at is None and found.closed_at is None:
        found.handled_at = now
        _complete(session, found, now)


def in_charge(session: Session, unit: str, person: str, opened: Supervision | None, *, now: datetime) -> bool:
    """True for the 督办员 by duty, not by role (obligation 10.2): on duty now, or when this 督办 began. An acting one is one."""
    if person == duty.supervisor_at(session, unit, now):
        return True
    if opened is None:
        return False
    began = session.get_one(Deadline, opened.deadline).started_at or opened.opened_at
    return person in {opened.supervisor, duty.supervisor_at(session, unit, began)}


def feed_back(
    session: Session, supervision_id: UUID, unit: str, outcome: SupervisionOutcome, text: str, *, now: datetime, actor: str
) -> Supervision:
    """督办反馈: the other half. Late feedback is taken; the miss stays.

    Raises `NotYourSupervision`, `NotOnDuty`, `FedBackAlready`, `SupervisionClosed`; then nothing was written.
    """
    found = session.get(Supervision, supervision_id)
    if found is None or found.unit not in estate(session, unit):
        raise NotYourSupervision
    if not in_charge(session, unit, person_of(actor), found, now=now):
        raise NotOnDuty
    row = lock(session, found.verification)
    session.refresh(found)
    if found.closed_at is not None:
        raise SupervisionClosed
    if found.fed_back_at is not None:
        raise FedBackAlready
    key = key_of(session, row.case)
    found.outcome, found.fed_back_at, found.fed_back_by = outcome, now, actor
    found.feedback = key.encrypt_text(Place("supervisions", "feedback", found.id), text)
    detail = {"supervision": str(found.id), "outcome": outcome.value} | for_whom(session, unit, person_of(actor), now=now)
    note(session, row.number, Event.FEEDBACK, at=now, actor=actor, detail=detail)
    _complete(session, found, now)
    return found


def _complete(session: Session, found: Supervision, now: datetime) -> None:
    if found.handled_at is None or found.fed_back_at is None:
        return
    deadline = session.get_one(Deadline, found.deadline)
    if deadline.missed_at is None and deadline.due_at is not None and not is_past(deadline.due_at, now):
        deadline.met_at = now  # 未定: its year decides it by the same instants
    clear_alarm(session, "supervision_missed", found.verification, now=now)


def close(session: Session, number: str, *, now: datetime) -> None:
    """Nothing is owed any more: withdrawn, re-routed or closed; no score (reading 20)."""
    for found in session.scalars(select(Supervision).where(Supervision.verification == number)):
        if found.closed_at is None and (found.handled_at is None or found.fed_back_at is None):
            supervision_basis.end(session, found, now)
    clear_alarm(session, "supervision_missed", number, now=now)
