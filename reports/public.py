"""公开数据: a week's report as everybody may read it, a week later; small counts hidden by `domain.suppression`.

Taken from what was issued, so that the public and the leadership read the same numbers. How many limits were missed can be
computed from what is shown: that tells of a unit, not of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from domain import suppression
from domain.refusal import Refusal
from domain.suppression import Published
from ledger import paging
from ledger.outbox import reports
from ledger.tables.reports import IssuedReport
from reports import periods
from reports.model import Period, UnitRow, from_json

WAIT = timedelta(days=7)  #: after the week's end: until then the facts settle
#: Column -> how it is counted; printed beside the figures.
DEFINITIONS: dict[str, str] = {
    "收到申请": "本周到达出具单位的部门核验申请",
    "答复": "本周答复并送达结果的部门核验申请,不论何时收到",
    "原则时限到期": "本周到期的“原则上”时限;撤回、改派而不再计算的除外,未定的除外",
    "原则时限按时": "其中按时答复的",
    "最迟时限到期": "本周到期的最迟时限;撤回、改派而不再计算的除外,未定的除外",
    "最迟时限按时": "其中按时答复的",
}


class TooEarly(Refusal, code="week_too_early"):
    """The week is not over for so long that its figures may be published."""


class NotIssued(Refusal, code="week_not_issued"):
    """There is no report of that week."""


@dataclass(frozen=True)
class WeekFigures:
    """The table: units by their names of then, and the columns of `DEFINITIONS` as they are published."""

    units: tuple[str, ...]
    published: Published


def issued_of(session: Session, period: Period, *, now: datetime) -> IssuedReport:
    """A week's newest report, from which its figures are. Raises `TooEarly`, `NotIssued`."""
    if now < period.end + WAIT:
        raise TooEarly
    issued = reports.newest(session, period.start, period.end, "")
    if issued is None:
        raise NotIssued
    return issued


def week(session: Session, period: Period, *, now: datetime) -> WeekFigures:
    """The figures of a week; the same of the same report. Raises `TooEarly`, `NotIssued`."""
    issued = issued_of(session, period, now=now)
    rows = [(row.name, counts) for row in from_json(issued.snapshot).units if any(counts := _counts(row))]
    return WeekFigures(tuple(name for name, _ in rows), suppression.published([counts for _, counts in rows]))


def newest(session: Session, now: datetime) -> Period | None:
    """The newest week whose figures everybody may read."""
    issued = paging.every(lambda page: reports.listed(session, "", page, until=now - WAIT), at_once=10)
    found = (periods.of(row.start, row.end) for row in issued)
    return next(filter(periods.is_week, found), None)


def _counts(row: UnitRow) -> tuple[int, ...]:
    soft, hard = row.limits.soft, row.limits.hard
    return row.received, row.answered, soft.whole, soft.part, hard.whole, hard.part
