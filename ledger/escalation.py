"""超时与督办 on the record (10.12): what passed is stamped with the instant that was due, not with its discovery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.lifecycle import ENDED, WAITING, Event, State
from domain.limits import LimitKind
from domain.notices import NoticeKind
from ledger import clocks, rules, supervisions
from ledger.clocks import miss, open_limits
from ledger.moves import Lease, note, schedule
from ledger.notifications import notify_office
from ledger.sharing import fall_back
from ledger.standings import lock, material
from ledger.tables.inbox import Supervision, Suspension
from ledger.tables.verifications import Deadline, Request, Verification


def escalate(session: Session, number: str, *, now: datetime, actor: str, lease: Lease | None = None) -> None:
    """Record every limit that has passed, open 督办 where it is due, and set the next instant, never a past one.

    1. Each open limit with `due_at <= now` is missed, at `due_at`.
    2. A missed soft or hard limit opens 督办 from that instant, once a request, unless the unit has answered, is
       waiting for a supplement, or has an approved reason for the soft limit (readings 8, 11). It never begins before
       the request came (a promise that had passed by then, reading 3).
    3. A missed 督办 is the 专班 office's, then a reminder each day the unit opens.
    4. The time to pick a licence or to sign a commitment is over: the next method.
    Doing it twice changes nothing, whoever recorded the miss. Without a lease: for a paused verification, whose
    clocks run on, and for one that has ended while its 督办 is still owed.
    """
    row = lock(session, number)
    while _step(session, row, now, lease, actor):
        session.flush()
        session.refresh(row)
    if row.state in WAITING:
        _look_ahead(session, row, now, lease, actor)


def _step(session: Session, row: Verification, now: datetime, lease: Lease | None, actor: str) -> bool:
    """Do the one thing that comes next; False where nothing is left to do."""
    for limit in open_limits(session, row.number):
        assert limit.due_at is not None
        if limit.due_at > now:
            break
        if row.state not in WAITING and limit.kind is not LimitKind.SUPERVISION:
            continue  # answered between the pass's look and ours: delivery ends the limits
        miss(session, limit, actor=actor, lease=lease)
        if limit.kind is LimitKind.CHOICE and row.state in _CHOOSING:
            _give_up_choice(session, row, limit.due_at, lease, actor)
        return True
    if row.state not in ENDED and (found := _unsupervised(session, row)) is not None:
        request, since = found
        supervisions.open_one(session, row, request, since, now=now, actor=actor, lease=lease)
        return True
    for found_late in supervisions.untold(session, row.number):
        supervisions.tell_office(session, row, found_late, now=now, actor=actor, lease=lease)
        return True
    return False


_CHOOSING = frozenset({State.AWAITING_CHOICE, State.AWAITING_COMMITMENT})


def _give_up_choice(session: Session, row: Verification, at: datetime, lease: Lease | None, actor: str) -> None:
    why = "choice_timed_out" if row.state is State.AWAITING_CHOICE else "commitment_timed_out"
    fall_back(session, material(session, row.number), row.state, why, at=at, actor=actor, lease=lease)


def _unsupervised(session: Session, row: Verification) -> tuple[Request, datetime] | None:
    """An open request with a missed limit and no 督办 yet, and the instant from which it counts."""
    if row.state not in {State.AWAITING_REPLY, State.NEEDS_ATTENTION}:
        return None
    request = session.scalar(
        select(Request).where(
            Request.verification == row.number,
            Request.answered_at.is_(None),
            Request.withdrawn_at.is_(None),
            ~select(Supervision.id).where(Supervision.request == Request.id).exists(),
            ~select(Suspension.id).where(Suspension.request == Request.id, Suspension.ended_at.is_(None)).exists(),
        )
    )
    if request is None:
        return None
    missed = select(Deadline).where(
        Deadline.request == request.id,
        Deadline.missed_at.is_not(None),
        Deadline.excuse_approved.is_not(True) | (Deadline.kind == LimitKind.HARD),
    )
    if not rules.readings().soft_supervision:
        missed = missed.where(Deadline.kind == LimitKind.HARD)
    first = session.scalar(missed.order_by(Deadline.missed_at).limit(1))
    if first is None or first.missed_at is None:
        return None
    # Neither before the request came nor while the unit waited for a supplement.
    rested = [pause.end for pause in clocks.pauses(session, request.id)]
    return request, max([first.missed_at, request.received_at, *rested])


def _look_ahead(session: Session, row: Verification, now: datetime, lease: Lease | None, actor: str) -> None:
    """Set the next instant; where none is ahead and the last one has come, remind."""
    ahead = open_limits(session, row.number)
    if row.state in _CHOOSING and not ahead:  # the thinking time ended while a person had the case
        _give_up_choice(session, row, now, lease, actor)
        return
    if ahead:
        assert ahead[0].due_at is not None
        schedule(session, row.number, ahead[0].due_at, lease)
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
