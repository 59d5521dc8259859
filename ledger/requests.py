"""部门核验 on the record (10.1, 10.4): the request in an issuing unit's inbox, its limits, its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN, Event, State
from domain.methods import Answer, Method, Result, next_method, verdict
from ledger import clocks
from ledger.alarms import clear_alarm
from ledger.moves import Lease, move, request_wake
from ledger.remedies import call_a_person
from ledger.standings import load, lock, material
from ledger.tables.verifications import Deadline, Request
from ledger.vault import CaseKey, Place


class NotYours(Exception):
    """The request is another unit's, or there is none: both look the same from outside."""


class AlreadyAnswered(Exception):
    """A second answer is refused; the first one stands."""


class RequestWithdrawn(Exception):
    """The requesting unit withdrew, or the request went to another unit."""


class FieldsMissing(Exception):
    """属实 without the fields that the proof needs."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("、".join(names))
        self.names = names


@dataclass(frozen=True)
class Reply:
    """An issuing unit's structured answer; `fields` and `note` are personal data."""

    answer: Answer
    fields: dict[str, str]
    note: str = ""

    def __repr__(self) -> str:
        return f"Reply({self.answer})"


def ask(session: Session, lease: Lease, *, now: datetime, actor: str) -> None:
    """Put the request into the issuing unit's inbox and start its clocks (reading 6). Asking again changes nothing."""
    row = load(session, lease.number)
    if row.state is not State.TO_ASK:
        return
    about = material(session, lease.number)
    assert row.issuing_unit is not None  # the catalog's constraint
    request = Request(id=uuid4(), verification=row.number, unit=row.issuing_unit, received_at=now)
    session.add(request)
    session.flush()
    following = clocks.set_limits(session, row, request, about.entry, now=now)
    move(
        session,
        row.number,
        Event.ASKED,
        State.TO_ASK,
        State.AWAITING_REPLY,
        at=now,
        actor=actor,
        lease=lease,
        detail={"request": str(request.id), "unit": row.issuing_unit},
        next_instant=following,
    )


def reply(session: Session, request_id: UUID, unit: str, data: Reply, *, now: datetime, actor: str) -> None:
    """Take an issuing unit's answer and ask for a pass. Of two answers at the same instant one is refused.

    Raises `NotYours`, `AlreadyAnswered`, `RequestWithdrawn` and `FieldsMissing`; then nothing was written.
    """
    request = session.get(Request, request_id)
    if request is None or request.unit != unit:
        raise NotYours
    # The verification's row is locked, so that nobody moves it between our look and our move; then we look again.
    row = lock(session, request.verification)
    session.refresh(request)
    if request.answered_at is not None:
        raise AlreadyAnswered
    if request.withdrawn_at is not None or row.state not in OPEN:
        raise RequestWithdrawn
    about = material(session, row.number)
    missing = [name for name in about.entry.fields if not data.fields.get(name, "").strip()]
    if data.answer is Answer.TRUE and missing:
        raise FieldsMissing(missing)
    needed = {name: value for name, value in data.fields.items() if name in about.entry.fields}
    request.answered_at, request.answered_by, request.answer = now, actor, data.answer
    request.fields = about.key.encrypt(
        Place("requests", "fields", request.id), json.dumps(needed, ensure_ascii=False).encode()
    )
    request.note = about.key.encrypt_text(Place("requests", "note", request.id), data.note)
    outcome = verdict(data.answer, about.entry.sealed_when_negative)
    following = next_method(about.entry.methods, Method.ISSUER)
    target = _after(outcome.result, outcome.sealed, following)
    move(
        session,
        row.number,
        Event.REPLIED,
        row.state,
        target,
        at=now,
        actor=actor,
        detail={"request": str(request.id), "answer": data.answer.value},
        result=outcome.result,
        attention="cannot_verify" if target is State.NEEDS_ATTENTION else None,
        attention_from=State.AWAITING_REPLY if target is State.NEEDS_ATTENTION else None,
        next_instant=now,
        method=following if target is State.LOOKING_UP else row.method,
    )
    clear_alarm(session, "supervision_missed", row.number, now=now)
    clear_alarm(session, "needs_attention", row.number, now=now)
    if outcome.result is None:
        # The unit has answered: its clock is not that of whoever goes on.
        clocks.end_limits(session, row.number, now=now, actor=actor, answered=True)
    if target is State.NEEDS_ATTENTION:
        call_a_person(session, row.number, "cannot_verify", now=now)
    request_wake(session, row.number)


def _after(result: Result | None, sealed: bool, following: Method | None) -> State:
    if result is None:  # 无法核验: the next method, or a person
        return State.LOOKING_UP if following is Method.DATA_SHARING else State.NEEDS_ATTENTION
    return State.TO_BE_SEALED if sealed else State.TO_BE_DELIVERED


def withdraw_request(session: Session, number: str, *, now: datetime, actor: str) -> None:
    """Close the open request and what is left of its limits without a score (reading 20; a re-route)."""
    request = open_request(session, number)
    if request is not None:
        request.withdrawn_at = now
    clocks.end_limits(session, number, now=now, actor=actor, answered=False)
    clear_alarm(session, "supervision_missed", number, now=now)


def open_request(session: Session, number: str) -> Request | None:
    """The request that still waits for an answer, or None."""
    return session.scalar(
        select(Request).where(
            Request.verification == number, Request.answered_at.is_(None), Request.withdrawn_at.is_(None)
        )
    )


def answered_request(session: Session, number: str) -> Request | None:
    """The newest request that was answered, or None."""
    return session.scalar(
        select(Request)
        .where(Request.verification == number, Request.answered_at.is_not(None))
        .order_by(Request.answered_at.desc())
        .limit(1)
    )


def answered_fields(session: Session, number: str, key: CaseKey) -> dict[str, str]:
    """The fields of the newest answer: name as printed -> value."""
    request = answered_request(session, number)
    if request is None or request.fields is None:
        return {}
    fields: dict[str, str] = json.loads(key.decrypt(Place("requests", "fields", request.id), request.fields))
    return fields


@dataclass(frozen=True)
class InboxItem:
    """One line of an inbox; `row` and `due_at` order it, `due_at` is None where no limit binds any more."""

    request: Request
    due_at: datetime | None


def inbox(session: Session, unit: str, *, answered: bool = False, limit: int = 100) -> list[InboxItem]:
    """收件箱 of a unit: what is due first comes first (10.4)."""
    due = (
        select(func.min(Deadline.due_at))
        .where(
            Deadline.request == Request.id,
            Deadline.met_at.is_(None),
            Deadline.closed_at.is_(None),
            Deadline.missed_at.is_(None),
        )
        .scalar_subquery()
    )
    query = select(Request, due).where(Request.unit == unit)
    if answered:
        query = query.where(Request.answered_at.is_not(None)).order_by(Request.answered_at.desc())
    else:
        query = query.where(Request.answered_at.is_(None), Request.withdrawn_at.is_(None)).order_by(
            due.asc().nulls_last(), Request.received_at
        )
    return [InboxItem(request, due_at) for request, due_at in session.execute(query.limit(limit))]
