"""值守与工作日: who is on duty for a unit, when it is open, which days are worked (obligations 10.2, 10.3, readings 1, 16, 25)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, bindparam, exists, func
from sqlalchemy import text as text_of
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.base import Table, UnitCode
from ledger.tables.registry import Person


class Appointment(Table):
    """督办员 of a unit for a period (obligation 10.2). `acting`: cover for the one who is away; it goes before the regular one.

    Of each kind at most one at any instant: `ledger.calendars.duty` keeps it so under a lock on the unit.
    """

    __tablename__ = "appointments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[UnitCode] = mapped_column(index=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.code"))
    acting: Mapped[bool]
    since: Mapped[datetime]
    until: Mapped[datetime | None]  #: exclusive; None = until further notice; as `since`: cancelled before it began
    handed_to: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"))  #: whose beginning set `until`
    appointed_by: Mapped[str]
    appointed_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
        CheckConstraint("NOT acting OR until IS NOT NULL", name="cover_ends"),
    )


class Absence(Table):
    """离岗: a person is away for a period."""

    __tablename__ = "absences"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.code"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    reported_by: Mapped[str]
    reported_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("until > since", name="ends_after_it_begins"),)


_NOW = bindparam("now", type_=DateTime(timezone=True))
#: When whoever was away is present again.
BACK = func.least(Absence.until, func.coalesce(Absence.cancelled_at, Absence.until))
#: Whether the person is away at `now`.
AWAY = exists().where(Absence.person == Person.code, Absence.since <= _NOW, BACK > _NOW)
#: Whether the person stands in at `now` for her unit's 督办员, and is not away herself: as `ledger.calendars.duty.supervisor_at` has it.
STANDS_IN = (
    exists().where(
        Appointment.person == Person.code,
        Appointment.unit == Person.unit,
        Appointment.acting.is_(True),
        Appointment.since <= _NOW,
        Appointment.until > _NOW,
    )
    & ~AWAY
).label("stands_in")


class Timetable(Table):
    """服务时间 of a unit from an instant on; the newest row that has begun is in force. None: office hours."""

    __tablename__ = "timetables"
    unit: Mapped[UnitCode] = mapped_column(primary_key=True)
    effective_from: Mapped[datetime] = mapped_column(primary_key=True)
    calendar: Mapped[str]
    seasons: Mapped[list[Any]] = mapped_column(JSONB)  #: read by `ledger.calendars.opening_hours`
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class TimetableChange(Table):
    """服务时间变更记录: what was in force from that instant on before and after, and why. Append-only."""

    __tablename__ = "timetable_changes"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    unit: Mapped[UnitCode] = mapped_column(index=True)
    effective_from: Mapped[datetime]
    reason: Mapped[str]
    changed_by: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class CalendarYear(Table):
    """工作日历: one year of one calendar: the days that differ from Monday-to-Friday. No row: not known (reading 25)."""

    __tablename__ = "calendar_years"
    calendar: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    rest: Mapped[list[str]]  #: ISO dates of days off by notice
    work: Mapped[list[str]]  #: ISO dates of make-up working days (调休)
    provisional: Mapped[bool]  #: 暂定: entered before the State Council's notice
    source: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]


class CalendarChange(Table):
    """日历变更记录: what a year was before and after, and why. Append-only."""

    __tablename__ = "calendar_changes"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    calendar: Mapped[str]
    year: Mapped[int]
    reason: Mapped[str]
    changed_by: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class CalendarNotice(Table):
    """放假通知 as it was pasted, and the two who brought it into force. Decided once, then it never changes."""

    __tablename__ = "calendar_notices"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    text: Mapped[str]
    source: Mapped[str]  #: 文号
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    confirmed: Mapped[bool | None]  #: None: it waits for a second person
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    recomputed: Mapped[list[str]]  #: numbers of the verifications whose limits became other ones
    __table_args__ = (
        Index("uq_calendar_notices_waiting", "year", unique=True, postgresql_where=text_of("confirmed IS NULL")),
        CheckConstraint("(confirmed IS NULL) = (decided_at IS NULL)", name="decided_at_an_instant"),
        CheckConstraint("confirmed IS NOT TRUE OR decided_by <> proposed_by", name="confirmed_by_another"),
    )


class RuleChange(Table):
    """解读变更记录: limits that ran under `before` were computed anew under `after`, and why. Append-only."""

    __tablename__ = "rule_changes"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    reason: Mapped[str]
    changed_by: Mapped[str]
    before: Mapped[list[str]]  #: the versions that running limits had
    after: Mapped[str]
    effective_from: Mapped[datetime | None]  #: nothing is judged missed before by what changed; None: before this was kept


class RuleVersion(Table):
    """规则版本: the readings under which limits were computed, so that history can be recomputed."""

    __tablename__ = "rule_versions"
    version: Mapped[str] = mapped_column(primary_key=True)
    readings: Mapped[dict[str, Any]]
    first_used_at: Mapped[datetime]
