"""周报存档: what is wanted and not yet made, what was issued, and to whom it was sent.

A report is never changed. Wanting the same twice, making the same twice and sending the same twice give one each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.notices import NoticeKind
from domain.refusal import Refusal
from ledger import paging
from ledger.outbox import notifications
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.paging import FIRST, Page, PageRequest
from ledger.tables.catalog import CatalogVersion
from ledger.tables.registry import Unit
from ledger.tables.reports import IssuedReport, ReportOrder
from ledger.tables.verifications import Verification

Span = tuple[datetime, datetime]  #: [start, end)


class UnknownUnit(Refusal, code="unit_not_registered"):
    """No unit has this code."""


@dataclass(frozen=True)
class Wanted:
    """One report that is to be made. `by`: who ordered it; empty where its time had come."""

    start: datetime
    end: datetime
    scope: str
    version: int = 1
    reason: str = ""
    by: str = ""


@dataclass(frozen=True)
class Content:
    """What is kept of a report besides its period."""

    scope_name: str
    issue: str
    definitions: str
    snapshot: str
    html: bytes
    pdf: bytes
    xlsx: bytes


def newest(session: Session, start: datetime, end: datetime, scope: str) -> IssuedReport | None:
    """The newest version for a period and a scope."""
    query = select(IssuedReport).where(IssuedReport.start == start, IssuedReport.end == end, IssuedReport.scope == scope)
    return session.scalar(query.order_by(IssuedReport.version.desc()).limit(1))


def order(
    session: Session, start: datetime, end: datetime, scope: str, *, reason: str = "", again: bool = False, now: datetime, actor: str
) -> Wanted | None:
    """Put on the record that a report is wanted; None where it is there already. `again`: the next version, for a reason.

    Raises UnknownUnit.
    """
    if scope and session.get(Unit, scope) is None:
        raise UnknownUnit
    there = newest(session, start, end, scope)
    if there is not None and not again:
        return None
    key = {"start": start, "end": end, "scope": scope, "version": there.version + 1 if there else 1}
    row = insert(ReportOrder).values(**key, reason=reason if there else "", ordered_at=now, ordered_by=actor)
    session.execute(row.on_conflict_do_nothing())  # ordered twice: the first reason stands
    return _wanted(session.get_one(ReportOrder, tuple(key.values())))


def ordered(session: Session, span: Span | None = None, scope: str = "") -> list[Wanted]:
    """Orders whose report is not there yet, oldest first; of one period and scope, or all."""
    done = select(IssuedReport.id).where(
        IssuedReport.start == ReportOrder.start,
        IssuedReport.end == ReportOrder.end,
        IssuedReport.scope == ReportOrder.scope,
        IssuedReport.version == ReportOrder.version,
    )
    query = select(ReportOrder).where(~done.exists())
    if span is not None:
        query = query.where(ReportOrder.start == span[0], ReportOrder.end == span[1], ReportOrder.scope == scope)
    return [_wanted(row) for row in session.scalars(query.order_by(ReportOrder.ordered_at))]


def missing(session: Session, weeks: Sequence[Span]) -> list[Wanted]:
    """Of these weeks the district's that have no report. Before anything was listed or filed, none is owed."""
    began = min(filter(None, (session.scalar(select(func.min(CatalogVersion.published_at))), _first_filing(session))), default=None)
    if began is None:
        return []
    return [Wanted(start, end, "") for start, end in weeks if end > began and newest(session, start, end, "") is None]


def keep(
    session: Session, wanted: Wanted, content: Content, readers: Iterable[str], *, now: datetime, actor: str
) -> tuple[IssuedReport, bool]:
    """Keep a report, with the mails to its readers in the same transaction; gives it, and whether it is new."""
    written = session.scalar(
        insert(IssuedReport)
        .values(
            id=uuid4(),
            start=wanted.start,
            end=wanted.end,
            scope=wanted.scope,
            version=wanted.version,
            reason=wanted.reason,
            made_at=now,
            made_by=wanted.by or actor,
            digest=hashlib.sha256(content.snapshot.encode()).hexdigest(),
            **vars(content),
        )
        .on_conflict_do_nothing()
        .returning(IssuedReport.id)
    )
    if written is None:
        where = {"start": wanted.start, "end": wanted.end, "scope": wanted.scope, "version": wanted.version}
        return session.scalars(select(IssuedReport).filter_by(**where)).one(), False
    report = session.get_one(IssuedReport, written)
    send(session, report, readers, now=now)
    return report, True


def send(session: Session, report: IssuedReport, readers: Iterable[str], *, now: datetime) -> int:
    """A mail of its own for each reader who has none of this report; gives how many."""
    return notifications.notify_readers(session, report.id, readers, about=report.end, now=now)


def watch_mails(session: Session, *, now: datetime) -> None:
    """An alarm stands while a report's mail waits for a person: refused, given up, or nobody knows."""
    standings = [notifications.standing_of(row, now) for row in notifications.unsent(session, NoticeKind.REPORT)]
    waiting = [one for one in standings if one in notifications.FOR_A_PERSON]
    if waiting:
        text = f"{len(waiting)} 封周报邮件没有送达或是否送达不明,不会自动重发。请向收件人核实,在周报的邮件(mailings)中重新发送。"
        raise_alarm(session, "report_not_mailed", "reports", text, now=now)
    else:
        clear_alarm(session, "report_not_mailed", "reports", now=now)


def find(session: Session, report: UUID, scope: str | None = None) -> IssuedReport | None:
    """A report, where it is of this scope (None: of any)."""
    row = session.get(IssuedReport, report)
    return row if row is not None and scope in (None, row.scope) else None


def listed(session: Session, scope: str | None, page: PageRequest = FIRST, *, until: datetime | None = None) -> Page[IssuedReport]:
    """Reports of a scope (None: all) whose period ended by `until`, the newest period and version first."""
    query, row = select(IssuedReport), IssuedReport
    if until is not None:
        query = query.where(row.end <= until)
    if scope is not None:
        query = query.where(row.scope == scope)
    return paging.scalars(session, query, (row.end.desc(), row.scope, row.version.desc(), row.id), page)


def _first_filing(session: Session) -> datetime | None:
    return session.scalar(select(func.min(Verification.filed_at)))


def _wanted(row: ReportOrder) -> Wanted:
    return Wanted(row.start, row.end, row.scope, row.version, row.reason, row.ordered_by)
