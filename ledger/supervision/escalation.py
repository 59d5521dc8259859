"""超时与督办 on the record (obligation 10.12): what passed is stamped with the instant that was due, not with its discovery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.instants import is_past
from domain.lifecycle import WAITING, Event, State
from domain.limits import LimitKind
from domain.notices import NoticeKind
from ledger.deadlines import clocks
from ledger.deadlines.known_units import KnownUnits
from ledger.lifecycle.moves import Lease, note
from ledger.lifecycle.moves_of_many import schedule_all
from ledger.lifecycle.snapshots import lock, lock_all, step_context
from ledger.methods.sharing import fall_back
from ledger.outbox.notifications import notify_office
from ledger.supervision import opening
from ledger.tables.verifications import Deadline, Verification

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
    _escalate(session, [lock(session, number)], now, lease, actor)


def escalate_all(session: Session, numbers: Iterable[str], *, now: datetime, actor: str, skip_locked: bool = False) -> set[str]:
    """`escalate` for many in one transaction; gives which. `skip_locked`: without those that somebody works on at this moment."""
    rows = lock_all(session, numbers, skip_locked=skip_locked)
    _escalate(session, rows, now, None, actor)
    return {row.number for row in rows}


def catch_up(session: Session, row: Verification, *, now: datetime, actor: str = CLOCK, lease: Lease | None = None) -> None:
    """Steps 1 to 3 of `escalate`, before anybody answers, returns or withdraws: the record says the same whether a
    sweep came first or the person. `row` is locked, and fresh afterwards."""
    _catch_up(session, [row], KnownUnits(session), now, lease, actor)


def _escalate(session: Session, rows: list[Verification], now: datetime, lease: Lease | None, actor: str) -> None:
    units = KnownUnits(session)
    _catch_up(session, rows, units, now, lease, actor)
    running = clocks.open_limits_of(session, [row.number for row in rows])
    for row in rows:
        if _end_choice(session, row, running[row.number], now, lease, actor):
            running[row.number] = clocks.open_limits(session, row.number)
    _look_ahead(session, [row for row in rows if row.state in WAITING], running, units, now, lease, actor)


def _catch_up(session: Session, rows: list[Verification], units: KnownUnits, now: datetime, lease: Lease | None, actor: str) -> None:
    """Of each: what has passed, then the 督办 that follows, then what of its half hour has passed too, then the office."""
    left = rows
    while left:
        running = clocks.open_limits_of(session, [row.number for row in left])
        passed = [limit for row in left for limit in _passed(row, running[row.number], now)]
        clocks.miss_all(session, passed, actor=actor, lease=lease)
        owed = opening.owed(session, left)
        opening.open_all(session, owed, units, now=now, actor=actor, lease=lease)
        again = {one.row.number for one in owed}
        late = opening.untold(session, [row for row in left if row.number not in again])
        opening.tell_office(session, late, units, now=now, actor=actor, lease=lease)
        if passed or owed or late:
            session.flush()
            lock_all(session, [row.number for row in left])
        left = [row for row in left if row.number in again]


def _passed(row: Verification, running: Iterable[Deadline], now: datetime) -> Iterator[Deadline]:
    for limit in running:
        assert limit.due_at is not None
        if not is_past(limit.due_at, now):
            return
        if limit.kind is LimitKind.CHOICE or (row.state not in WAITING and limit.kind is not LimitKind.SUPERVISION):
            continue  # answered between the pass's look and ours: delivery ends the limits
        yield limit


def _end_choice(session: Session, row: Verification, running: list[Deadline], now: datetime, lease: Lease | None, actor: str) -> bool:
    """True where the time for one had passed."""
    ended = False
    for limit in running:
        if limit.kind is LimitKind.CHOICE and limit.due_at is not None and is_past(limit.due_at, now) and row.state in WAITING:
            clocks.miss(session, limit, actor=actor, lease=lease)
            if row.state in _CHOOSING:
                _give_up_choice(session, row, limit.due_at, lease, actor)
            session.flush()
            session.refresh(row)
            ended = True
    return ended


_CHOOSING = frozenset({State.AWAITING_CHOICE, State.AWAITING_COMMITMENT})


def _give_up_choice(session: Session, row: Verification, at: datetime, lease: Lease | None, actor: str) -> None:
    why = "choice_timed_out" if row.state is State.AWAITING_CHOICE else "commitment_timed_out"
    fall_back(session, step_context(session, row.number), row.state, why, at=at, actor=actor, lease=lease)


def _look_ahead(
    session: Session,
    rows: list[Verification],
    running: Mapping[str, list[Deadline]],
    units: KnownUnits,
    now: datetime,
    lease: Lease | None,
    actor: str,
) -> None:
    """Set the next instant; where no limit is ahead and the last instant has come, remind."""
    ahead: dict[str, datetime] = {}
    for row in rows:
        choosing = any(limit.kind is LimitKind.CHOICE for limit in running[row.number])
        if row.state in _CHOOSING and not choosing:  # the thinking time ended while a person had the case
            _give_up_choice(session, row, now, lease, actor)
            continue
        if (limit_at := clocks.first_kept(running[row.number])) is not None:
            if lease is not None or row.next_instant != limit_at:  # a pass is told here that its lease is lost
                ahead[row.number] = limit_at
            continue
        if row.next_instant is not None and row.next_instant > now:
            continue
        following = units.reminder(row.issuing_unit or row.unit, now)
        if row.next_instant is None or row.state is State.AWAITING_REPLY:
            ahead[row.number] = following
            continue
        note(session, row.number, Event.REMINDED, at=now, actor=actor, lease=lease, next_instant=following)
        if row.state is State.ESCALATED:
            cause = f"{row.number}/{now.astimezone(LOCAL).date().isoformat()}"
            notify_office(session, NoticeKind.SUPERVISION_MISSED, cause, number=row.number, about=now, now=now)
    schedule_all(session, ahead, lease)
