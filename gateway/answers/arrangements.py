"""值守、服务时间、工作日历 as the API shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from gateway.answers.base import Answered
from ledger.duty import Gap
from ledger.tables.duty import Absence, Appointment, CalendarYear, Timetable, TimetableChange


class AppointmentAnswer(Answered):
    """督办员的一次指定。"""

    id: UUID
    person: str
    acting: bool
    since: datetime
    until: datetime | None

    @classmethod
    def of(cls, row: Appointment) -> AppointmentAnswer:
        return cls(id=row.id, person=row.person, acting=row.acting, since=row.since, until=row.until)


class AbsenceAnswer(Answered):
    """离岗。"""

    id: UUID
    person: str
    since: datetime
    until: datetime
    cancelled_at: datetime | None

    @classmethod
    def of(cls, row: Absence) -> AbsenceAnswer:
        return cls(id=row.id, person=row.person, since=row.since, until=row.until, cancelled_at=row.cancelled_at)


class GapAnswer(Answered):
    """值守缺口。"""

    kind: str
    kind_name: str
    since: datetime
    until: Annotated[datetime | None, Field(description="null 表示直到查看期末")]

    @classmethod
    def of(cls, gap: Gap) -> GapAnswer:
        return cls(kind=gap.kind.value, kind_name=gap.kind.chinese, since=gap.since, until=gap.until)


class DutyAnswer(Answered):
    """本单位的值守。"""

    unit: str
    supervisor_now: Annotated[str | None, Field(description="此刻的督办员;null 表示缺岗")]
    agents_now: Annotated[list[str], Field(description="此刻在岗的代办员")]
    appointments: list[AppointmentAnswer]
    gaps: Annotated[list[GapAnswer], Field(description="今后七天的缺口")]


class TimetableAnswer(Answered):
    """自某一时刻起的服务时间。"""

    effective_from: datetime
    calendar: Annotated[str, Field(description="所用的工作日历;district 为全区的")]
    seasons: list[dict[str, Any]]
    set_by: str
    set_at: datetime

    @classmethod
    def of(cls, row: Timetable) -> TimetableAnswer:
        return cls(
            effective_from=row.effective_from, calendar=row.calendar, seasons=row.seasons, set_by=row.set_by, set_at=row.set_at
        )


class TimetableChangeAnswer(Answered):
    """服务时间的一次设定或变更。"""

    at: datetime
    effective_from: datetime
    reason: str
    changed_by: str
    before: Annotated[dict[str, Any], Field(description="此前自该时刻起的服务时间;空表示默认的机关作息")]
    after: dict[str, Any]

    @classmethod
    def of(cls, row: TimetableChange) -> TimetableChangeAnswer:
        return cls(
            at=row.at, effective_from=row.effective_from, reason=row.reason, changed_by=row.changed_by, before=row.before,
            after=row.after,
        )  # fmt: skip


class HoursAnswer(Answered):
    """一个单位的服务时间。"""

    unit: str
    in_words: Annotated[str, Field(description="现行的服务时间和以后的变更", examples=["工作日 08:30–12:00、13:30–17:30"])]
    timetables: Annotated[list[TimetableAnswer], Field(description="最新的在前;空表示默认的机关作息")]
    changes: Annotated[list[TimetableChangeAnswer], Field(description="变更记录,最新的在前")]
    recomputed: Annotated[list[str], Field(description="时限随之变动的核验编号")] = []


class YearAnswer(Answered):
    """一年的工作日历。"""

    calendar: Annotated[str, Field(description="district 为全区的")]
    year: int
    rest: list[date]
    work: list[date]
    provisional: Annotated[bool, Field(description="暂定")]
    source: str
    entered_at: datetime
    recomputed: Annotated[list[str], Field(description="时限随之变动的核验编号")] = []

    @classmethod
    def of(cls, row: CalendarYear, recomputed: list[str]) -> YearAnswer:
        return cls(
            calendar=row.calendar,
            year=row.year,
            rest=[date.fromisoformat(day) for day in row.rest],
            work=[date.fromisoformat(day) for day in row.work],
            provisional=row.provisional,
            source=row.source,
            entered_at=row.entered_at,
            recomputed=recomputed,
        )
