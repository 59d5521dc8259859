"""值守、服务时间、工作日历 as the API shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from gateway.answers.base import Answered
from ledger.duty import Gap
from ledger.tables.duty import Absence, Appointment, CalendarYear


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


class HoursAnswer(Answered):
    """服务时间。"""

    unit: str
    effective_from: datetime
    seasons: list[dict[str, Any]]
    recomputed: Annotated[list[str], Field(description="时限随之重新计算的核验编号")]


class YearAnswer(Answered):
    """一年的工作日历。"""

    year: int
    rest: list[date]
    work: list[date]
    provisional: Annotated[bool, Field(description="暂定")]
    source: str
    entered_at: datetime
    recomputed: Annotated[list[str], Field(description="时限随之重新计算的核验编号")] = []

    @classmethod
    def of(cls, row: CalendarYear, recomputed: list[str]) -> YearAnswer:
        return cls(
            year=row.year,
            rest=[date.fromisoformat(day) for day in row.rest],
            work=[date.fromisoformat(day) for day in row.work],
            provisional=row.provisional,
            source=row.source,
            entered_at=row.entered_at,
            recomputed=recomputed,
        )
