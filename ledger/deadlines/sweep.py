"""到期清扫: what has passed is recorded set-based at its due instant; 督办 opens, warnings go out. Twice changes nothing.

Passes do the same for one verification when Prefect starts them. Whoever comes first does it, the other finds it done.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import and_, func, not_, or_, select, union_all, update
from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.lifecycle import WAITING, Event, State
from domain.limits import LimitKind
from domain.notices import NoticeKind
from domain.roles import Role
from ledger import rules
from ledger.deadlines import clocks
from ledger.deadlines.clocks import STANDING, known_in_time
from ledger.deadlines.pauses import rests
from ledger.lifecycle.moves_of_many import Step, note_all
from ledger.outbox.notifications import Telling, notify_units
from ledger.tables.inbox import Supervision, Suspension
from ledger.tables.verifications import Deadline, Request, Verification

_OF_IT = Verification.number == Deadline.verification  #: joined, not asked by EXISTS: under an OR that reads them all


def earliest_due(session: Session) -> datetime | None:
    """When a limit is due or a warning goes out next, on the regulation's clock."""
    # Ordered with a limit, not min(): the index gives the first row that fits, where min() would read them all.
    runs = select(Deadline.due_at).join(Verification, _OF_IT).where(*STANDING, _RUNS)
    due = session.scalar(runs.order_by(Deadline.due_at).limit(1))
    warns = select(Deadline.warn_at).join(Verification, _OF_IT).where(*STANDING, Deadline.warned_at.is_(None), _WARNS)
    warn = session.scalar(warns.where(Deadline.warn_at.is_not(None)).order_by(Deadline.warn_at).limit(1))
    return min((instant for instant in (due, warn) if instant is not None), default=None)


def record_misses(session: Session, *, now: datetime, actor: str, limit: int = 1000) -> list[str]:
    """Every limit that has passed is missed, at its due instant; gives the numbers, the earliest first.

    A verification that somebody works on at this moment is skipped: that pass, or the next sweep, records it. The
    second statement looks again at everything: a supplement may have been asked for until the first one had its lock.
    """
    due = (
        select(Deadline.id)
        .join(Verification, _OF_IT)
        .where(*STANDING, is_past(Deadline.due_at, now), _RUNS)
        .order_by(Deadline.due_at)
        .limit(limit)
        .with_for_update(of=Verification, skip_locked=True)
    )
    chosen = list(session.scalars(due))
    missed = session.execute(
        update(Deadline)
        .where(Deadline.id.in_(chosen), _OF_IT, *STANDING, is_past(Deadline.due_at, now), _RUNS)
        .values(missed_at=Deadline.due_at)
        .returning(Deadline.verification, Deadline.request, Deadline.kind, Deadline.obligations, Deadline.due_at)
        .execution_options(synchronize_session=False)
    )
    found = sorted((clocks.missed(session, *row) for row in missed.tuples().all()), key=lambda one: one.at)
    note_all(session, Event.MISSED, found, actor=actor)
    return list(dict.fromkeys(one.number for one in found))


def to_escalate(session: Session, *, now: datetime, limit: int = 500) -> list[str]:
    """Verifications for which `escalation.escalate` has something to do, the longest overdue first: 督办 to open or to
    report, thinking time over."""
    excused = and_(Deadline.excuse_approved.is_(True), Deadline.excuse_decided_at <= Deadline.missed_at)
    soft = and_(Deadline.kind == LimitKind.SOFT, func.coalesce(not_(excused), True))
    kinds = or_(Deadline.kind == LimitKind.HARD, and_(soft, Deadline.rule_version.not_in(rules.without_soft_supervision(session))))
    unsupervised = (
        select(Request.verification, Deadline.missed_at.label("since"))
        .join(Verification, Verification.number == Request.verification)
        .join(Deadline, Deadline.request == Request.id)
        .where(
            Request.answered_at.is_(None),
            Request.withdrawn_at.is_(None),
            Verification.state.in_((State.AWAITING_REPLY, State.NEEDS_ATTENTION)),
            Deadline.missed_at.is_not(None),
            known_in_time(),
            kinds,
            ~select(Supervision.id).where(Supervision.request == Request.id, Supervision.closed_at.is_(None)).exists(),
            ~select(Suspension.id).where(Suspension.request == Request.id, Suspension.ended_at.is_(None)).exists(),
        )
    )
    untold = (
        select(Supervision.verification, Deadline.missed_at)
        .join(Deadline, Deadline.id == Supervision.deadline)
        .where(Supervision.office_told_at.is_(None), Supervision.closed_at.is_(None), Deadline.missed_at.is_not(None), known_in_time())
    )
    undecided = (
        select(Deadline.verification, Deadline.due_at)
        .join(Verification, Verification.number == Deadline.verification)
        .where(
            *STANDING,
            Deadline.kind == LimitKind.CHOICE,
            is_past(Deadline.due_at, now),
            Verification.state.in_((State.AWAITING_CHOICE, State.AWAITING_COMMITMENT)),
        )
    )
    found = union_all(unsupervised, untold, undecided).order_by("since").limit(limit)
    return list(dict.fromkeys(session.scalars(found)))


def warn(session: Session, *, now: datetime, actor: str, limit: int = 500) -> int:
    """临期提醒: each limit once, to the issuing unit's 代办员; gives how many."""
    due = (
        select(Deadline, Request, Verification.state)
        .join(Request, Request.id == Deadline.request)
        .join(Verification, _OF_IT)
        .where(*STANDING, Deadline.warned_at.is_(None), Deadline.warn_at <= now, not_(is_past(Deadline.due_at, now)), _WARNS)
        .order_by(Deadline.warn_at)
        .limit(limit)
        .with_for_update(of=Verification, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    found = session.execute(due).tuples().all()
    steps, told = [], defaultdict[State, list[Telling]](list)
    for row, request, state in found:
        detail = {"kind": row.kind.value, "until": row.due_at.isoformat() if row.due_at else ""}
        steps.append(Step(row.verification, now, detail))
        # A limit that has moved is warned of again: the instant belongs to what is told.
        told[state].append(Telling(request.unit, f"{row.id}/{row.warn_at}", row.verification, row.due_at or now))
    warned = update(Deadline).where(Deadline.id.in_([row.id for row, _, _ in found])).values(warned_at=now)
    session.execute(warned.execution_options(synchronize_session=False))
    note_all(session, Event.WARNED, steps, actor=actor)
    for state, tellings in told.items():
        notify_units(session, NoticeKind.WARNING, tellings, now=now, roles=_WARNED[state])
    return len(found)


#: 督办 is owed in any state; other limits bind while somebody is waited for: delivery ends them by itself.
_RUNS = and_(Deadline.kind != LimitKind.CHOICE, or_(Deadline.kind == LimitKind.SUPERVISION, Verification.state.in_(WAITING)), not_(rests()))
#: Who is warned: under 督办, which a soft limit may have opened, the 督办员 too.
_WARNED = {State.AWAITING_REPLY: frozenset({Role.AGENT}), State.ESCALATED: frozenset({Role.AGENT, Role.SUPERVISOR})}
_WARNS = and_(
    Deadline.kind.in_((LimitKind.SOFT, LimitKind.HARD)), Deadline.request.is_not(None), Verification.state.in_(_WARNED), not_(rests())
)
