"""收件箱的版本: one short text that is another whenever the unit's inbox would read otherwise, without opening anything.

Pages ask every few seconds; nearly always nothing happened, and nobody's data need be read to say so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, and_, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain.instants import is_past
from ledger.calendars import duty, stand_ins
from ledger.succession import estate
from ledger.tables.inbox import OWED, Supervision, Suspension
from ledger.tables.verifications import Deadline, Request

_LIMIT: tuple[InstrumentedAttribute[Any], ...] = (
    Deadline.id,
    Deadline.due_at,
    Deadline.warn_at,
    Deadline.missing_year,
    Deadline.provisional,
    Deadline.note,
    Deadline.met_at,
    Deadline.missed_at,
    Deadline.closed_at,
    Deadline.excuse_approved,
)


def version_of(session: Session, unit: str, *, now: datetime) -> str:
    """Which requests wait, whose they are, which rest, how their limits stand, and which instants of theirs have passed.

    What people and units are called is left out: a changed name is read with the next change, or when the page is opened.
    """
    waiting = (
        select(Request.id, Request.verification, Request.claimed_by)
        .where(Request.unit.in_(estate(session, unit)), Request.answered_at.is_(None), Request.withdrawn_at.is_(None))
        .cte("waiting")
    )
    requests = select(_sum(waiting.c.id, waiting.c.claimed_by))
    rests = select(_sum(Suspension.id)).join(waiting, waiting.c.id == Suspension.request).where(Suspension.ended_at.is_(None))
    passed = Deadline.warn_at <= now, is_past(Deadline.due_at, now)  # 黄 from the very instant on (domain.progress)
    # Two sums, not one over either: joined by `or`, each request is looked for by itself.
    of_request = select(_sum(*_LIMIT, *passed)).join(waiting, Deadline.request == waiting.c.id)
    of_case = select(_sum(*_LIMIT, *passed)).join(
        waiting, and_(Deadline.request.is_(None), Deadline.verification == waiting.c.verification)
    )
    query = select(*(one.scalar_subquery() for one in (requests, rests, of_request, of_case)))
    return " ".join(map(str, session.execute(query).one()))


def version_of_supervision(session: Session, unit: str, *, now: datetime) -> str:
    """Beside it: which 督办 are owed and how they stand, who is on duty, and who is away."""
    owed = select(_sum(Supervision.id, Supervision.handled_at, Supervision.fed_back_at, Supervision.office_told_at)).where(
        Supervision.unit.in_(estate(session, unit)), OWED
    )
    away = [one.id for one in stand_ins.absences(session, unit, now) if one.since <= now]
    return f"{session.scalar(owed)} {duty.supervisor_at(session, unit, now)} {away}"


def _sum(*columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """Of the rows in any order: the hash of each, added up, and how many they are."""
    row = func.concat_ws(literal("|"), *(func.coalesce(cast(column, Text), "") for column in columns))
    return func.concat_ws(literal("/"), func.count(), func.coalesce(func.sum(cast(func.hashtextextended(row, 0), Numeric)), 0))
