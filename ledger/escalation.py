"""超时与督办 on the record (10.12): what passed is stamped with the instant that was due, not with its discovery."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.deadlines import RULE_VERSION, LimitKind, next_reminder, supervision
from domain.lifecycle import WAITING, Event, State
from ledger.alarms import raise_alarm
from ledger.clocks import miss, open_limits
from ledger.moves import Lease, move, note, schedule
from ledger.sharing import fall_back
from ledger.standings import lock, material
from ledger.tables.verifications import Deadline, Request, Verification


def escalate(session: Session, number: str, *, now: datetime, actor: str, lease: Lease | None = None) -> None:
    """Record every limit that has passed, open 督办 where it is due, and set the next instant, never a past one.

    1. Each open limit with `due_at <= now` is missed, at `due_at`.
    2. A missed soft or hard limit opens 督办 for half an hour from that instant, once a request, unless the unit has
       answered meanwhile. It never begins before the request came (a promise that had passed by then, reading 3).
    3. A missed 督办 is the 专班 office's: an alarm, then a reminder each day.
    4. The requesting unit's thinking time among several licences is over: the next method.
    Doing it twice changes nothing. Without a lease: for a paused verification, whose clocks run on.
    """
    row = lock(session, number)
    if row.state not in WAITING:
        return  # answered between the pass's look and ours: delivery ends the limits
    while passed := [limit for limit in open_limits(session, row.number) if limit.due_at <= now]:
        _miss(session, row, passed[0], lease, actor)
        session.flush()
        session.refresh(row)
    if row.state is State.TO_ASK:
        return
    ahead = open_limits(session, row.number)
    if row.state is State.AWAITING_CHOICE and not ahead:  # the thinking time ended while a person had the case
        _give_up_choice(session, row, now, lease, actor)
    elif not ahead and row.next_instant is not None and row.next_instant <= now and row.state in _REMINDABLE:
        note(session, row.number, Event.REMINDED, at=now, actor=actor, lease=lease, next_instant=next_reminder(now))
    elif ahead:
        schedule(session, number, ahead[0].due_at, lease)
    elif row.next_instant is None or row.next_instant <= now:
        schedule(session, number, next_reminder(now), lease)


_REMINDABLE = frozenset({State.ESCALATED, State.NEEDS_ATTENTION})


def _miss(session: Session, row: Verification, limit: Deadline, lease: Lease | None, actor: str) -> None:
    due = limit.due_at
    miss(session, limit, actor=actor, lease=lease)
    if limit.kind is LimitKind.CHOICE:
        if row.state is State.AWAITING_CHOICE:
            _give_up_choice(session, row, due, lease, actor)
    elif limit.kind is LimitKind.SUPERVISION:
        raise_alarm(session, "supervision_missed", row.number, f"{row.number}:督办超时,请工作专班办公室处理。", now=due)
    elif _needs_supervision(session, limit):
        _open_supervision(session, row, limit, lease, actor)


def _give_up_choice(session: Session, row: Verification, at: datetime, lease: Lease | None, actor: str) -> None:
    about = material(session, row.number)
    fall_back(session, about, State.AWAITING_CHOICE, "choice_timed_out", at=at, actor=actor, lease=lease)


def _needs_supervision(session: Session, limit: Deadline) -> bool:
    request = session.get_one(Request, limit.request)
    opened = select(Deadline.id).where(Deadline.request == request.id, Deadline.kind == LimitKind.SUPERVISION)
    return request.answered_at is None and session.scalar(opened) is None


def _open_supervision(session: Session, row: Verification, missed: Deadline, lease: Lease | None, actor: str) -> None:
    since = max(missed.due_at, missed.started_at)
    half_hour = supervision(since)
    session.add(
        Deadline(
            id=uuid4(),
            verification=row.number,
            request=missed.request,
            kind=half_hour.kind,
            started_at=since,
            due_at=half_hour.due,
            rule_version=RULE_VERSION,
            obligations=list(half_hour.obligations),
            note="",
        )
    )
    detail = {"until": half_hour.due.isoformat()}
    if row.state is State.AWAITING_REPLY:
        move(
            session, row.number, Event.SUPERVISED, State.AWAITING_REPLY, State.ESCALATED,
            at=since, actor=actor, lease=lease, detail=detail, next_instant=half_hour.due,
        )  # fmt: skip
    else:  # a person has the case; a retry goes on under 督办
        note(
            session, row.number, Event.SUPERVISED, at=since, actor=actor, lease=lease, detail=detail,
            attention_from=State.ESCALATED,
        )  # fmt: skip
