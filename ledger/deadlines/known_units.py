"""What many limits ask of the same units, each read once: for one transaction that changes none of it."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from domain.hours import ServiceHours
from domain.limits import next_opening_reminder
from ledger.calendars import duty, opening_hours
from ledger.succession import heir


class KnownUnits:
    """Who stands for a unit today, its hours, and its 督办员."""

    def __init__(self, session: Session) -> None:
        self.heir = cache(lambda unit: heir(session, unit))
        self._timetable = cache(lambda unit: opening_hours.timetable_of(session, unit))
        self._supervisors = cache(lambda unit: duty.supervisors(session, unit))
        self._hours = cache(lambda unit, at: self._timetable(unit)(at))

    def hours(self, unit: str, at: datetime) -> ServiceHours:
        """`opening_hours.hours_of`."""
        return self._hours(unit, at)

    def supervisor(self, unit: str, at: datetime) -> str | None:
        """`duty.supervisor_at`."""
        return self._supervisors(unit)(at)

    def reminder(self, unit: str, now: datetime) -> datetime:
        """When to look again where no limit is ahead: the unit's next opening, never in the past."""
        return next_opening_reminder(now, self.hours(unit, now))
