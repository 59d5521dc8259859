"""承诺时限 while the case is in nobody's inbox (reading 9): returned, re-routed, not verified, it runs on.

While a unit has a request, the promise is one of that request's limits. From the end of a request without a result
until the next one comes, it is a limit of the case itself, so that its miss is recorded once, where the case lay, and
never against a unit that received the request afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from domain.explaining import explain_promise
from domain.instants import is_past
from domain.lifecycle import OPEN
from domain.limits import Limit, LimitKind, promised
from domain.records import Cause
from ledger import rules
from ledger.calendars.calendars import calendar
from ledger.deadlines.clocks import STANDING, miss, numbers, promise_is_provisional, promise_missing, write
from ledger.lifecycle.moves import Lease
from ledger.tables.cases import Case
from ledger.tables.verifications import Deadline, Request, Verification

_OF_CASE = Deadline.request.is_(None), Deadline.kind == LimitKind.HARD


def run_on(session: Session, row: Verification, *, now: datetime) -> Deadline | None:
    """A request has ended without a result: the promise, if it is still ahead, is the case's own from now on."""
    limit = _limit(session, row, now)
    if limit is None or (limit.due is not None and is_past(limit.due, now)) or _standing(session, row.number) is not None:
        return None
    fresh = Deadline(id=uuid4(), verification=row.number)
    write(session, fresh, limit, explain_promise(limit, rules.readings()), now=now)
    session.flush()
    return fresh


def hand_over(session: Session, row: Verification, *, now: datetime, actor: str, lease: Lease | None) -> None:
    """A request comes to a unit: the promise is that request's from now on, or it has passed and is missed here."""
    own, limit = _standing(session, row.number), _limit(session, row, now)
    if limit is not None and limit.due is not None and is_past(limit.due, now) and not _is_known(session, row.number, limit.due):
        own = own or Deadline(id=uuid4(), verification=row.number)
        write(session, own, limit, explain_promise(limit, rules.readings()), now=now)
        session.flush()
        miss(session, own, actor=actor, lease=lease)
    elif own is not None:
        own.closed_at = now
    session.flush()


def rewrite(session: Session, row: Verification, *, cause: Cause, now: datetime) -> list[dict[str, Any]]:
    """The promise moved, or a calendar came: what changed, as the event tells it."""
    own = _standing(session, row.number)
    if own is None:
        moved = cause is Cause.PROMISE and row.state in OPEN and _lies_with_nobody(session, row.number)
        fresh = run_on(session, row, now=now) if moved else None
        return [numbers(LimitKind.HARD, {"due_at": (None, fresh.due_at)})] if fresh is not None else []
    limit = _limit(session, row, own.started_at or now)
    if limit is None:
        own.closed_at = now
        return [numbers(LimitKind.HARD, {"due_at": (own.due_at, None)})]
    changed = write(session, own, limit, explain_promise(limit, rules.readings()), now=now)
    if row.ended_at is not None and own.due_at is not None:  # delivered while it was 未定: now its year decides
        if is_past(own.due_at, row.ended_at):
            miss(session, own, actor="system:clock", lease=None)
        else:
            own.met_at = row.ended_at
    return [numbers(LimitKind.HARD, changed)] if changed else []


def missed_before(session: Session, requests: Collection[Request]) -> dict[UUID, list[Deadline]]:
    """By request, the promises that had passed when it came: its unit sees red, and is not to blame."""
    query = (
        select(Request.id, Deadline)
        .join(Deadline, Deadline.verification == Request.verification)
        .where(Request.id.in_([request.id for request in requests]), *_OF_CASE, Deadline.missed_at <= Request.received_at)
    )
    found: dict[UUID, list[Deadline]] = {}
    for request, limit in session.execute(query).tuples():
        found.setdefault(request, []).append(limit)
    return found


def was_missed_before() -> ColumnElement[bool]:
    """The same in a query over requests."""
    passed = select(Deadline.id).where(Deadline.verification == Request.verification, *_OF_CASE, Deadline.missed_at <= Request.received_at)
    return passed.correlate(Request).exists()


def of_case(session: Session, number: str) -> list[Deadline]:
    """Every stretch of the promise outside an inbox, oldest first."""
    query = select(Deadline).where(Deadline.verification == number, *_OF_CASE).order_by(Deadline.started_at)
    return list(session.scalars(query))


def _limit(session: Session, row: Verification, start: datetime) -> Limit | None:
    case = session.get_one(Case, row.case)
    return promised(
        start,
        case.promise_end,
        derived=case.promise_derived,
        provisional=promise_is_provisional(case, lambda: calendar(session)),
        missing_year=promise_missing(case, lambda: calendar(session)),
    )


def _standing(session: Session, number: str) -> Deadline | None:
    return session.scalar(select(Deadline).where(Deadline.verification == number, *_OF_CASE, *STANDING))


def _is_known(session: Session, number: str, due: datetime) -> bool:
    """The miss at `due` is recorded already: by the case's own limit, or by that of the unit that had it then."""
    told = select(Deadline.id).where(Deadline.verification == number, *_OF_CASE, Deadline.missed_at == due)
    had = select(Request.id).where(
        Request.verification == number, Request.received_at <= due, or_(Request.ended_at.is_(None), Request.ended_at > due)
    )
    return session.scalar(told.limit(1)) is not None or session.scalar(had.limit(1)) is not None


def _lies_with_nobody(session: Session, number: str) -> bool:
    ended = list(session.scalars(select(Request.ended_at).where(Request.verification == number)))
    return bool(ended) and all(ended)
