"""办理期限 in working days of the district's calendar; 未定 where a year has none (reading 25)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from domain.calendar import LOCAL, MissingYear
from domain.limits import aware
from ledger.alarms import raise_alarm
from ledger.calendars import calendar


def due(session: Session, start: datetime, days: int, *, now: datetime) -> tuple[datetime | None, int | None]:
    """24:00 of the last of so many working days after the day of `start`; or None, and the year that is missing."""
    try:
        return calendar(session).due_of_workdays(aware(start).astimezone(LOCAL).date(), days).astimezone(UTC), None
    except MissingYear as missing:
        text = f"{missing.year} 年的工作日历尚未录入,涉及该年的期限记为“未定”。请执行 ./run calendar 录入。"
        raise_alarm(session, "calendar_missing", str(missing.year), text, now=now)
        return None, missing.year
