"""时限的依据, read once however many requests are looked at: calendars, service hours, pauses and outages."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import Session

from domain.calendar import Calendar
from domain.hours import ServiceHours
from domain.intervals import Interval, overlap, union
from domain.readings import Readings
from ledger.calendars import calendars, opening_hours, outages
from ledger.deadlines.pauses import pauses_of
from ledger.tables.verifications import Request

_FAR = datetime.max.replace(tzinfo=UTC)


class Around:
    """What limits depend on besides their request and its case. `since`: the earliest that a request of them was received."""

    def __init__(self, session: Session, since: datetime) -> None:
        self._session, self._since = session, since
        self._timetables: dict[str, Callable[[datetime], ServiceHours]] = {}
        self._pauses: dict[UUID, tuple[Interval, ...]] = {}

    @cached_property
    def calendar(self) -> Calendar:
        return calendars.calendar(self._session)

    def hours(self, unit: str, at: datetime) -> ServiceHours:
        """服务时间 of `unit` from `at` on."""
        if unit not in self._timetables:
            self._timetables[unit] = opening_hours.timetable_of(self._session, unit)
        return self._timetables[unit](at)

    def read_pauses(self, requests: Collection[UUID]) -> None:
        """Of all that are looked at next, in one reading."""
        self._pauses = dict.fromkeys(requests, ()) | pauses_of(self._session, requests)

    def stopped(self, request: Request, readings: Readings) -> tuple[Interval, ...]:
        """When the request's clock stood still, by these readings: supplements (10), and outages where the district deducts them (21)."""
        if request.id not in self._pauses:
            self.read_pauses([request.id])
        found = self._pauses[request.id]
        if readings.outage_deducted:
            found += overlap(self._outages, Interval(request.received_at, _FAR))
        return union(found)

    @cached_property
    def _outages(self) -> list[Interval]:
        return outages.between(self._session, self._since, _FAR)
