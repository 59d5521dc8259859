"""运行情况: sources, queues, workers and tables now, as operators read them beside Prefect. Numbers of cases, never a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ledger.casework import overview
from ledger.casework.overview import OPEN_REQUEST, UnitStanding
from ledger.lifecycle import afloat, fresh
from ledger.succession import HEIR
from ledger.tables.catalog import Entry
from ledger.tables.effects import Worker
from ledger.tables.registry import Unit
from ledger.tables.retention import RetentionItem
from ledger.tables.verifications import Request, Verification

LOOKED_BACK = timedelta(hours=1)  #: over which sources are judged
_REMEMBERED = timedelta(days=1)  #: for which a worker that is gone is still named
_NOW = func.clock_timestamp()


@dataclass(frozen=True)
class SourceStanding:
    """One share source of the list in force within the last hour. `seconds`: of 95 in 100 answers at most.

    `failure`: the code of the newest failure, where nothing was answered after it; `breaker_open`: it is not asked for a while.
    `number`: the verification that met it.
    """

    source: str
    answered: int
    seconds: float | None
    answered_at: datetime | None
    failed: int
    failed_at: datetime | None
    failure: str | None
    number: str | None


@dataclass(frozen=True)
class Queue:
    """What waits with one issuing unit: `oldest` came in at `since`."""

    unit: UnitStanding
    since: datetime | None
    oldest: str | None


@dataclass(frozen=True)
class WorkerStanding:
    """A worker; its lease and since when it works on the wall clock of the database. `busy`: verifications that it is at work on."""

    name: str
    alive: bool
    started_at: datetime
    lease_until: datetime
    busy: int


@dataclass(frozen=True)
class Line:
    """新受理 that no pass has looked at, 即办件 apart; what is being worked on; what is due for over a minute and not begun."""

    short: int
    others: int
    busy: int
    not_begun: int


@dataclass(frozen=True)
class TableSize:
    """`size` in bytes with its indexes; `rows` as PostgreSQL last counted them."""

    name: str
    size: int
    rows: int


@dataclass(frozen=True)
class Keeping:
    """保管期限 over: on the list, confirmed and not yet erased, and since when the longest of both."""

    listed: int
    confirmed: int
    since: datetime | None


_ANSWERS = """
    SELECT source, count(*), max(answered_at),
           percentile_disc(0.95) WITHIN GROUP (ORDER BY CAST(extract(epoch FROM answered_at - asked_at) AS double precision))
    FROM lookups WHERE answered_at > :since GROUP BY source
"""
_FAILURES = """
    SELECT DISTINCT ON (source) source, count(*) OVER (PARTITION BY source), at, substr(why, length('source_failed:') + 1), verification
    FROM (SELECT detail->>'source' AS source, at, detail->>'why' AS why, verification, id
          FROM events WHERE event = 'fell_back' AND at > :since AND starts_with(detail->>'why', 'source_failed:')) failed
    ORDER BY source, at DESC, id DESC
"""
_SIZES = """
    SELECT relname, pg_total_relation_size(relid), n_live_tup FROM pg_stat_user_tables WHERE schemaname = 'public'
    ORDER BY 2 DESC, 1 LIMIT :limit
"""


def sources(session: Session, *, now: datetime) -> list[SourceStanding]:
    """Those that the list in force names, and whoever else was asked; in the order of their names."""
    since = {"since": now - LOOKED_BACK}
    answers: dict[str, Any] = {row[0]: row[1:] for row in session.execute(text(_ANSWERS), since)}
    failures: dict[str, Any] = {row[0]: row[1:] for row in session.execute(text(_FAILURES), since)}
    listed = session.scalars(select(Entry.source).where(Entry.until_version.is_(None), Entry.source.is_not(None)).distinct())
    found = []
    for source in sorted({*answers, *failures, *(one for one in listed if one)}):
        answered, answered_at, seconds = answers.get(source, (0, None, None))
        failed, failed_at, code, number = failures.get(source, (0, None, None, None))
        over = failed_at is None or (answered_at is not None and answered_at > failed_at)
        found.append(
            SourceStanding(source, answered, seconds, answered_at, failed, failed_at, None if over else code, None if over else number)
        )
    return found


def queues(session: Session, *, now: datetime) -> list[Queue]:
    """Issuing units with something open, in their official order."""
    oldest = (
        select(HEIR, Request.received_at, Request.verification)
        .select_from(Request)
        .join(Unit, Unit.code == Request.unit)
        .where(OPEN_REQUEST)
        .distinct(HEIR)
        .order_by(HEIR, Request.received_at, Request.id)
    )
    found = {unit: rest for unit, *rest in session.execute(oldest).tuples()}
    return [Queue(one, *found.get(one.code, (None, None))) for one in overview.units(session, None, now=now)]


def workers(session: Session) -> list[WorkerStanding]:
    """Those that live, and those that went within a day."""
    busy = select(func.count()).where(Verification.lease_owner == Worker.owner, Verification.lease_until > _NOW).scalar_subquery()
    query = select(Worker.name, Worker.lease_until > _NOW, Worker.started_at, Worker.lease_until, busy)
    rows = session.execute(query.where(Worker.lease_until > _NOW - _REMEMBERED).order_by(Worker.name))
    return [WorkerStanding(*row) for row in rows]


def line(session: Session) -> Line:
    """What waits for the workers themselves."""
    return Line(*fresh.waiting(session), afloat.at_work(session), afloat.not_begun(session))


def tables(session: Session, limit: int = 8) -> tuple[int, list[TableSize]]:
    """The ledger's size in bytes, and its largest tables."""
    rows = session.execute(text(_SIZES), {"limit": limit})
    return session.scalar(text("SELECT pg_database_size(current_database())")) or 0, [TableSize(*row) for row in rows]


def keeping(session: Session) -> Keeping:
    """What waits to be confirmed or erased."""
    confirmed = func.count().filter(RetentionItem.confirmed_at.is_not(None))
    every, sure, since = session.execute(
        select(func.count(), confirmed, func.min(RetentionItem.due_at)).where(RetentionItem.erased_at.is_(None))
    ).one()
    return Keeping(every - sure, sure, since)
