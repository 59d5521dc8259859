"""部门核验 on the record (10.1, 10.4): the request in an issuing unit's inbox, its limits, its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.deadlines import RULE_VERSION, LimitKind, Situation, limits, next_reminder
from domain.lifecycle import OPEN, Event, State
from domain.methods import Answer, Method, Result, next_method, verdict
from ledger.alarms import clear_alarm
from ledger.moves import Lease, move, note, request_wake
from ledger.remedies import call_a_person
from ledger.standings import load, lock, material
from ledger.tables.cases import Case
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
    case = session.get_one(Case, row.case)
    request = uuid4()
    session.add(Request(id=request, verification=row.number, unit=row.issuing_unit, received_at=now))
    session.flush()
    situation = Situation(
        handling=case.handling,
        received=now,
        promise_end=case.promise_end,
        database_backed=about.entry.database_backed,
        share_failed=row.share_failed,
    )
    bounds = limits(situation)
    for limit in bounds:
        session.add(
            Deadline(
                id=uuid4(),
                verification=row.number,
                request=request,
                kind=limit.kind,
                started_at=now,
                due_at=limit.due,
                rule_version=RULE_VERSION,
                obligations=list(limit.obligations),
                note=limit.note,
            )
        )
    move(
        session,
        row.number,
        Event.ASKED,
        State.TO_ASK,
        State.AWAITING_REPLY,
        at=now,
        actor=actor,
        lease=lease,
        detail={"request": str(request), "unit": row.issuing_unit},
        next_instant=min((limit.due for limit in bounds), default=next_reminder(now)),
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
        end_limits(session, row.number, now=now, actor=actor, answered=True)
    if target is State.NEEDS_ATTENTION:
        call_a_person(session, row.number, "cannot_verify", now=now)
    request_wake(session, row.number)


def _after(result: Result | None, sealed: bool, following: Method | None) -> State:
    if result is None:  # 无法核验: the next method, or a person
        return State.LOOKING_UP if following is Method.DATA_SHARING else State.NEEDS_ATTENTION
    return State.TO_BE_SEALED if sealed else State.TO_BE_DELIVERED


def end_limits(
    session: Session, number: str, *, now: datetime, actor: str, answered: bool, lease: Lease | None = None
) -> None:
    """End every open limit: met where `answered`, else without a score (reading 20).

    A limit that has passed is missed either way, whether or not a pass has noticed it yet.
    """
    for limit in open_limits(session, number):
        if limit.due_at < now and limit.kind is not LimitKind.CHOICE:
            miss(session, limit, actor=actor, lease=lease)
        elif answered:
            limit.met_at = now
        else:
            limit.closed_at = now


def miss(session: Session, limit: Deadline, *, actor: str, lease: Lease | None) -> None:
    """Put a miss on the record, stamped with the instant that was due."""
    limit.missed_at = limit.due_at
    detail = {"kind": limit.kind.value, "obligations": ",".join(limit.obligations)}
    note(session, limit.verification, Event.MISSED, at=limit.due_at, actor=actor, lease=lease, detail=detail)


def withdraw_request(session: Session, number: str, *, now: datetime, actor: str) -> None:
    """Close the open request and what is left of its limits without a score (reading 20; a re-route)."""
    request = open_request(session, number)
    if request is not None:
        request.withdrawn_at = now
    end_limits(session, number, now=now, actor=actor, answered=False)
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


def open_limits(session: Session, number: str) -> list[Deadline]:
    """Limits that are neither met nor missed nor closed, the earliest first."""
    return list(
        session.scalars(
            select(Deadline)
            .where(
                Deadline.verification == number,
                Deadline.met_at.is_(None),
                Deadline.missed_at.is_(None),
                Deadline.closed_at.is_(None),
            )
            .order_by(Deadline.due_at)
        )
    )


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
