"""超时理由 (reading 8): why a soft limit is missed, given by the issuing unit, approved or not by the 专班 office."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.inbox import ExcuseReason
from domain.lifecycle import Event
from domain.limits import LimitKind
from domain.recusal import Subject
from domain.refusal import Refusal
from ledger import paging, recusal
from ledger.lifecycle.moves import note
from ledger.lifecycle.snapshots import NotYours, lock
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.verifications import Deadline, Request


class NoSoftLimit(Refusal, code="no_soft_limit"):
    """The request has no soft limit: a hard one knows no excuse."""


class NothingMissed(Refusal, code="nothing_missed"):
    """The limit was met, or ended without a score: there is nothing to excuse."""


class ExcuseStands(Refusal, code="excuse_stands"):
    """It was given, or decided, already."""


class NoExcuse(Refusal, code="no_excuse"):
    """There is nothing to decide."""


def give(session: Session, request: UUID, unit: str, reason: ExcuseReason, *, now: datetime, actor: str) -> Deadline:
    """Put the reason on the record, before or after the limit. Raises `NoSoftLimit`, `NothingMissed`, `ExcuseStands`;
    `NotYours`."""
    row = session.get(Request, request)
    if row is None or row.unit not in estate(session, unit):
        raise NotYours
    lock(session, row.verification)
    limit = _soft(session, request)
    if limit.excuse is not None:
        raise ExcuseStands
    limit.excuse, limit.excuse_by, limit.excuse_at = reason, actor, now
    detail = {"request": str(request), "reason": reason.value}
    note(session, row.verification, Event.EXCUSE_GIVEN, at=now, actor=actor, detail=detail)
    return limit


def decide(session: Session, request: UUID, approved: bool, *, now: datetime, actor: str) -> Deadline:
    """Approve or refuse. Approved before the limit passes, no 督办 opens for it (reading 11); a 督办 that is open goes
    on. Raises `NoSoftLimit`, `NothingMissed`, `NoExcuse`, `ExcuseStands`; `NotYours` where there is no such request.
    """
    row = session.get(Request, request)
    if row is None:
        raise NotYours
    recusal.check(session, Subject.EXCUSE, request, [row.unit], actor=actor)
    lock(session, row.verification)
    limit = _soft(session, request)
    if limit.excuse is None:
        raise NoExcuse
    if limit.excuse_approved is not None:
        raise ExcuseStands
    limit.excuse_approved, limit.excuse_decided_by, limit.excuse_decided_at = approved, actor, now
    detail = {"request": str(request), "approved": approved}
    note(session, row.verification, Event.EXCUSE_DECIDED, at=now, actor=actor, detail=detail)
    return limit


def waiting(session: Session, page: PageRequest = FIRST) -> Page[Deadline]:
    """Reasons that nobody has decided on and that still matter, oldest first."""
    query = select(Deadline).where(
        Deadline.excuse.is_not(None), Deadline.excuse_approved.is_(None), Deadline.met_at.is_(None), Deadline.closed_at.is_(None)
    )
    return paging.scalars(session, query, (Deadline.excuse_at, Deadline.id), page)


def _soft(session: Session, request: UUID) -> Deadline:
    limit = session.scalar(
        select(Deadline).where(Deadline.request == request, Deadline.kind == LimitKind.SOFT).execution_options(populate_existing=True)
    )
    if limit is None:
        raise NoSoftLimit
    if limit.met_at is not None or limit.closed_at is not None:
        raise NothingMissed
    return limit
