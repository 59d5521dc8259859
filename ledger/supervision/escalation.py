"""超时与督办 on the record (10.12): what passed is stamped with the instant that was due, not with its discovery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.lifecycle import WAITING, Event, State
from domain.limits import LimitKind
from domain.notices import NoticeKind
from ledger.deadlines import clocks, supervision_basis
from ledger.deadlines.clocks import miss, open_limits
from ledger.lifecycle.moves import Lease, note, schedule
from ledger.lifecycle.snapshots import lock, step_context
from ledger.methods.sharing import fall_back
from ledger.outbox.notifications import notify_office
from ledger.supervision import supervisions
from ledger.tables.inbox import Supervision, Suspension
from ledger.tables.verifications import Request, Verification

#: Who records what passed before a person acted: not that person.
CLOCK = "system:clock"


def escalate(session: Session, number: str, *, now: datetime, actor: str, lease: Lease | None = None) -> None:
    """Record every limit that has passed, open 督办 where it is due, and set the next instant, never a past one.

    1. Each open limit with `due_at < now` is missed, at `due_at`.
    2. A missed soft or hard limit opens 督办 from that instant, once a request, unless the unit has answered, is
       waiting for a supplement, or has an approved reason for the soft limit (readings 8, 11).
    3. A missed 督办 is the 专班 office's, then a reminder each day the unit opens.
    4. The time to pick a licence or to sign a commitment is over: the next method.
    Doing it twice changes nothing, whoever recorded the miss. Without a lease: for a paused verification, whose
    clocks run on, and for one that has ended while its 督办 is still owed.
    """
    row = lock(session, number)
    catch_up(session, row, now=now, actor=actor, lease=lease)
    _end_choice(session, row, now, lease, actor)
    if row.state in WAITING:
        _look_ahead(session, row, now, lease, actor)


def catch_up(session: Session, row: Verification, *, now: datetime, actor: str = CLOCK, lease: Lease | None = None) -> None:
    """Steps 1 to 3 of `escalate`, before anybody answers, returns or withdraws: the record says the same whether a
    sweep came first or the person. `row` is locked, and fresh afterwards."""
    while _step(session, row, now, lease, actor):
        session.flush()
        session.refresh(row)


def _step(session: Session, row: Verification, now: datetime, lease: Lease | None, actor: str) -> bool:
    """Do the one thing that comes next; False where nothing is left to do."""
    for limit in open_limits(session, row.number):
        assert limit.due_at is not None
        if not is_past(limit.due_at, now):
            break
        if limit.kind is LimitKind.CHOICE or (row.state not in WAITING and limit.kind is not LimitKind.SUPERVISION):
            continue  # answered between the pass's look and ours: delivery ends the limits
        miss(session, limit, actor=actor, lease=lease)
        return True
    if (found := _unsupervised(session, row)) is not None:
        request, since = found
        supervisions.open_one(session, row, request, since, now=now, actor=actor, lease=lease)
        return True
    for found_late in supervisions.untold(session, row.number):
        supervisions.tell_office(session, row, found_late, now=now, actor=actor, lease=lease)
        return True
    return False


def _end_choice(session: Session, row: Verification, now: datetime, lease: Lease | None, actor: str) -> None:
    for limit in open_limits(session, row.number):
        if limit.kind is LimitKind.CHOICE and limit.due_at is not None and is_past(limit.due_at, now) and row.state in WAITING:
            miss(session, limit, actor=actor, lease=lease)
            if row.state in _CHOOSING:
                _give_up_choice(session, row, limit.due_at, lease, actor)
            session.flush()
            session.refresh(row)


_CHOOSING = frozenset({State.AWAITING_CHOICE, State.AWAITING_COMMITMENT})


def _give_up_choice(session: Session, row: Verification, at: datetime, lease: Lease | None, actor: str) -> None:
    why = "choice_timed_out" if row.state is State.AWAITING_CHOICE else "commitment_timed_out"
    fall_back(session, step_context(session, row.number), row.state, why, at=at, actor=actor, lease=lease)


def _unsupervised(session: Session, row: Verification) -> tuple[Request, datetime] | None:
    """An open request with a missed limit and no 督办 yet, and the instant from which it counts."""
    if row.state not in {State.AWAITING_REPLY, State.NEEDS_ATTENTION}:
        return None
    request = session.scalar(
        select(Request).where(
            Request.verification == row.number,
            Request.answered_at.is_(None),
            Request.withdrawn_at.is_(None),
            ~select(Supervision.id).where(Supervision.request == Request.id, Supervision.closed_at.is_(None)).exists(),
            ~select(Suspension.id).where(Suspension.request == Request.id, Suspension.ended_at.is_(None)).exists(),
        )
    )
    since = supervision_basis.ground(session, request) if request is not None else None
    return (request, since) if request is not None and since is not None else None


def _look_ahead(session: Session, row: Verification, now: datetime, lease: Lease | None, actor: str) -> None:
    """Set the next instant; where no limit is ahead and the last instant has come, remind."""
    choosing = any(limit.kind is LimitKind.CHOICE for limit in open_limits(session, row.number))
    if row.state in _CHOOSING and not choosing:  # the thinking time ended while a person had the case
        _give_up_choice(session, row, now, lease, actor)
        return
    ahead = clocks.next_limit(session, row.number)
    if ahead is not None:
        schedule(session, row.number, ahead, lease)
        return
    if row.next_instant is not None and row.next_instant > now:
        return
    following = clocks.reminder(session, row.issuing_unit or row.unit, now)
    if row.next_instant is None or row.state is State.AWAITING_REPLY:
        schedule(session, row.number, following, lease)
        return
    note(session, row.number, Event.REMINDED, at=now, actor=actor, lease=lease, next_instant=following)
    if row.state is State.ESCALATED:
        cause = f"{row.number}/{now.date().isoformat()}"
        notify_office(session, NoticeKind.SUPERVISION_MISSED, cause, number=row.number, about=now, now=now)
