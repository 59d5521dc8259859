"""A report of the fresh ledger, and the cases behind its figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ledger.database import transaction
from reports import cases, figures, periods
from reports.model import Period, Report, UnitRow

WEEK = periods.week_from(date(2026, 3, 2))
MONDAY = WEEK.end + timedelta(hours=8)  # when leadership reads it


def report(period: Period = WEEK, scope: str = "", now: datetime | None = None) -> Report:
    with transaction() as session:
        return figures.compute(session, period, scope, now or period.end + timedelta(hours=8), issuer="区大数据局")


def row(found: Report, unit: str) -> UnitRow:
    return next(one for one in found.units if one.code == unit)


def listed(key: str, period: Period = WEEK, scope: str = "", now: datetime | None = None, limit: int = 500) -> cases.Cases:
    """Every page of a list in one."""
    lines: list[cases.CaseLine] = []
    offset: int | None = 0
    while offset is not None:
        with transaction() as session:
            page = cases.cases(session, period, scope, key, now=now or period.end + timedelta(hours=8), offset=offset, limit=limit)
        lines += page.lines
        offset = page.next_offset
    return cases.Cases(page.part, page.whole, tuple(lines), None)
