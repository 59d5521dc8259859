"""办理期限 in working days of the district's calendar; 未定 where a year has none (reading 25)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import adjusting
from domain.calendar import LOCAL, MissingYear
from domain.hours import ServiceHours
from domain.limits import aware
from domain.roles import Role
from ledger import rules
from ledger.calendars import opening_hours
from ledger.calendars.calendars import calendar
from ledger.outbox.alarms import raise_alarm
from ledger.tables.registry import Person


def due(session: Session, start: datetime, days: int, *, now: datetime) -> tuple[datetime | None, int | None]:
    """24:00 of the last of so many working days after the day of `start`; or None, and the year that is missing."""
    try:
        return calendar(session).due_of_workdays(aware(start).astimezone(LOCAL).date(), days).astimezone(UTC), None
    except MissingYear as missing:
        text = f"{missing.year} 年的工作日历尚未录入,涉及该年的期限记为“未定”。请执行 ./run calendar 录入。"
        raise_alarm(session, "calendar_missing", str(missing.year), text, now=now)
        return None, missing.year


def report_due(session: Session, day: date) -> datetime:
    """报送期限 of an adjustment whose 事由 arose on `day` (obligation 5.5). Raises `MissingYear` while a year has no calendar."""
    return adjusting.report_due(day, calendar(session), _office_closing(session, day))


def report_due_if_known(session: Session, day: date | None) -> datetime | None:
    """The same; None (未定) while a year has no calendar, and where nobody says the day."""
    with suppress(MissingYear):
        return report_due(session, day) if day is not None else None
    return None


def _office_closing(session: Session, day: date) -> ServiceHours | None:
    """Whose closing ends the time to report to the 工作专班办公室 (obligation 5.5), where the district reads it so (reading 12)."""
    if not rules.readings().report_by_close:
        return None
    unit = session.scalar(
        select(Person.unit).where(Person.roles.any(Role.OFFICE.value), Person.active.is_(True)).order_by(Person.unit).limit(1)  # type: ignore[arg-type]
    )
    return opening_hours.hours_of(session, unit or "", datetime.combine(day, time(), LOCAL))
