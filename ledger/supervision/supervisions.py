"""督办 on the record (10.12): opened at the instant that was missed, complete when answered and fed back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.inbox import SupervisionOutcome
from domain.instants import is_past
from domain.lifecycle import Event, State
from domain.notices import NoticeKind
from domain.refusal import Refusal
from domain.roles import Role
from ledger.actor import person_of
from ledger.calendars import duty
from ledger.cases.cases import key_of
from ledger.deadlines import clocks, supervision_basis
from ledger.lifecycle.moves import Lease, move, note
from ledger.lifecycle.snapshots import lock
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.outbox.notifications import notify_office, notify_unit
from ledger.succession import estate, heir
from ledger.tables.inbox import Supervision
from ledger.tables.verifications import Deadline, Request, Verification
from ledger.vault import Place


class NotYourSupervision(Refusal, code="supervision_unknown"):
    """The 督办 is another unit's, or there is none: both look the same from outside."""


class NotOnDuty(Refusal, code="not_on_duty"):
    """Only the 督办员 on duty, now or when it began, feeds back: the role alone is no appointment (10.2)."""


class FedBackAlready(Refusal, code="fed_back_already"):
    """The first feedback stands."""


class SupervisionClosed(Refusal, code="supervision_closed"):
    """The requesting unit withdrew: nothing is owed any more."""


def open_one(
    session: Session, row: Verification, request: Request, since: datetime, *, now: datetime, actor: str, lease: Lease | None
) -> None:
    """Open 督办 at `since`, the instant that was missed; its half hour begins there or at the unit's next opening."""
    owes = heir(session, request.unit)
    deadline = Deadline(id=uuid4(), verification=row.number, request=request.id)
    supervision_basis.set_half_hour(session, deadline, owes, since, now=now)
    session.flush()
    person = duty.supervisor_at(session, owes, deadline.started_at or since)
    opened = Supervision(
        id=uuid4(), verification=row.number, request=request.id, deadline=deadline.id, unit=owes, supervisor=person, opened_at=since
    )
    session.add(opened)
    session.flush()
    until = deadline.due_at.isoformat() if deadline.due_at else "undetermined"
    detail = {"supervision": str(opened.id), "until": until}
    if row.state is State.AWAITING_REPLY:
        move(
            session,
            row.number,
            Event.SUPERVISED,
            State.AWAITING_REPLY,
            State.ESCALATED,
            at=since,
            actor=actor,
            lease=lease,
            detail=detail,
            next_instant=deadline.due_at,
        )
    else:  # a person has the case; a retry goes on under 督办
        note(session, row.number, Event.SUPERVISED, at=since, actor=actor, lease=lease, detail=detail, attention_from=State.ESCALATED)
    if person is None:
        text = f"{owes}:督办开始时没有在岗的督办员,请工作专班办公室督促该单位指定。"
        raise_alarm(session, "no_supervisor", owes, text, now=now)
    for unit, whom in ((owes, person), (asks := heir(session, row.unit), duty.supervisor_at(session, asks, now))):
        notify_unit(
            session,
            NoticeKind.SUPERVISION,
            unit,
            str(opened.id),
            number=row.number,
            about=since,
            now=now,
            persons=[whom] if whom else [],
            roles=_ELSE,
        )


_ELSE = frozenset({Role.SUPERVISOR, Role.AGENT})  #: whom to tell where nobody is appointed


def handled(session: Session, request: UUID, *, now: datetime) -> None:
    """The request was answered or returned: one half of what completes 督办 (reading 11)."""
    found = supervision_basis.of_request(session, request)
    if found is not None and found.handled_at is None and found.closed_at is None:
        found.handled_at = now
        _complete(session, found, now)


def in_charge(session: Session, unit: str, person: str, opened: Supervision | None, *, now: datetime) -> bool:
    """True for the 督办员 by duty, not by role (10.2): on duty now, or when this 督办 began. An acting one is one."""
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
    note(session, row.number, Event.FEEDBACK, at=now, actor=actor, detail={"supervision": str(found.id), "outcome": outcome.value})
    _complete(session, found, now)
    return found


def _complete(session: Session, found: Supervision, now: datetime) -> None:
    if found.handled_at is None or found.fed_back_at is None:
        return
    deadline = session.get_one(Deadline, found.deadline)
    if deadline.missed_at is None and deadline.due_at is not None and not is_past(deadline.due_at, now):
        deadline.met_at = now  # 未定: its year decides it by the same instants
    clear_alarm(session, "supervision_missed", found.verification, now=now)


def tell_office(session: Session, row: Verification, found: Supervision, *, now: datetime, actor: str, lease: Lease | None) -> None:
    """督办超时 reaches the 专班 office, once."""
    deadline = session.get_one(Deadline, found.deadline)
    assert deadline.due_at is not None
    found.office_told_at = now
    detail = {"supervision": str(found.id)}
    values: dict[str, Any] = {}
    if row.state is State.ESCALATED:  # told now, reminded on the unit's next day
        values["next_instant"] = clocks.reminder(session, found.unit, now)
    note(session, row.number, Event.OFFICE_TOLD, at=deadline.due_at, actor=actor, lease=lease, detail=detail, **values)
    text = f"{row.number}:督办超时,请工作专班办公室处理。"
    raise_alarm(session, "supervision_missed", row.number, text, now=deadline.due_at)
    notify_office(session, NoticeKind.SUPERVISION_MISSED, str(found.id), number=row.number, about=deadline.due_at, now=now)


def close(session: Session, number: str, *, now: datetime) -> None:
    """Nothing is owed any more: withdrawn, re-routed or closed; no score (reading 20)."""
    for found in session.scalars(select(Supervision).where(Supervision.verification == number)):
        if found.closed_at is None and (found.handled_at is None or found.fed_back_at is None):
            supervision_basis.end(session, found, now)
    clear_alarm(session, "supervision_missed", number, now=now)


def untold(session: Session, number: str) -> list[Supervision]:
    """督办 whose half hour was missed and that the office does not know of yet."""
    return list(
        session.scalars(
            select(Supervision)
            .join(Deadline, Deadline.id == Supervision.deadline)
            .where(
                Supervision.verification == number,
                Supervision.office_told_at.is_(None),
                Supervision.closed_at.is_(None),
                Deadline.missed_at.is_not(None),
                clocks.known_in_time(),
            )
        )
    )
