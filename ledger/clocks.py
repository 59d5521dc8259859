"""时限 on the record (article 10): set with the request, moved by pauses, ended, missed at the instant that was due."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import and_, not_, select
from sqlalchemy.orm import Session

from domain.deadlines import RULE_VERSION, LimitKind, Situation, limits, next_reminder
from domain.lifecycle import Event
from domain.scope import CatalogEntry
from ledger.moves import Lease, note
from ledger.tables.cases import Case
from ledger.tables.inbox import Suspension
from ledger.tables.verifications import Deadline, Request, Verification


def set_limits(session: Session, row: Verification, request: Request, entry: CatalogEntry, *, now: datetime) -> datetime:
    """Start the clocks of a request that has just come (reading 6); gives when it is due next."""
    case = session.get_one(Case, row.case)
    situation = Situation(
        handling=case.handling,
        received=now,
        promise_end=case.promise_end,
        database_backed=entry.database_backed,
        share_failed=row.share_failed,
    )
    bounds = limits(situation)
    for limit in bounds:
        session.add(
            Deadline(
                id=uuid4(),
                verification=row.number,
                request=request.id,
                kind=limit.kind,
                started_at=now,
                target_at=limit.due,
                due_at=limit.due,
                rule_version=RULE_VERSION,
                obligations=list(limit.obligations),
                note=limit.note,
            )
        )
    return min((limit.due for limit in bounds), default=next_reminder(now))


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


def open_limits(session: Session, number: str) -> list[Deadline]:
    """Limits that run: neither met nor missed nor closed, not 未定, not resting for a supplement; the earliest first."""
    resting = select(Suspension.id).where(Suspension.request == Deadline.request, Suspension.ended_at.is_(None)).exists()
    return list(
        session.scalars(
            select(Deadline)
            .where(
                Deadline.verification == number,
                Deadline.met_at.is_(None),
                Deadline.missed_at.is_(None),
                Deadline.closed_at.is_(None),
                Deadline.due_at.is_not(None),
                not_(and_(Deadline.pausable, resting)),
            )
            .order_by(Deadline.due_at)
        )
    )
