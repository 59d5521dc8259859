"""值守、服务时间、工作日历 as the API shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from gateway.edge.schemas import Named, SchemaOut
from gateway.edge.values import Code, Instant, PublicLine, SchemaIn
from ledger.calendars.calendars import DISTRICT
from ledger.calendars.duty import Gap
from ledger.tables.duty import Absence, Appointment, CalendarYear, Timetable, TimetableChange


class AppointmentOut(SchemaOut):
    """督办员的一次指定。"""

    id: UUID
    person: str
    acting: bool
    since: datetime
    until: datetime | None
    stands_in_for: Annotated[str | None, Field(description="代理的,代理谁:起始时刻的正式督办员")]
    appointed_by: str
    appointed_at: datetime

    @classmethod
    def of(cls, row: Appointment, stands_in_for: str | None) -> AppointmentOut:
        return cls(
            id=row.id,
            person=row.person,
            acting=row.acting,
            since=row.since,
            until=row.until,
            stands_in_for=stands_in_for if row.acting else None,
            appointed_by=row.appointed_by,
            appointed_at=row.appointed_at,
        )


class AbsenceOut(SchemaOut):
    """离岗。"""

    id: UUID
    person: str
    since: datetime
    until: datetime
    cancelled_at: datetime | None

    @classmethod
    def of(cls, row: Absence) -> AbsenceOut:
        return cls(id=row.id, person=row.person, since=row.since, until=row.until, cancelled_at=row.cancelled_at)


class GapOut(SchemaOut):
    """值守缺口。"""

    kind: str
    kind_name: str
    since: datetime
    until: Annotated[datetime | None, Field(description="null 表示直到查看期末")]

    @classmethod
    def of(cls, gap: Gap) -> GapOut:
        return cls(kind=gap.kind.value, kind_name=gap.kind.label, since=gap.since, until=gap.until)


class DutyOut(SchemaOut):
    """本单位的值守。"""

    unit: str
    supervisor_now: Annotated[str | None, Field(description="此刻的督办员;null 表示缺岗")]
    stands_in_for: Annotated[str | None, Field(description="此刻的督办员为代理的,所代理的督办员")]
    agents_now: Annotated[list[str], Field(description="此刻在岗的代办员")]
    people: Annotated[list[Named], Field(description="本单位在册人员")]
    appointments: list[AppointmentOut]
    absences: Annotated[list[AbsenceOut], Field(description="此刻和今后的离岗")]
    gaps: Annotated[list[GapOut], Field(description="今后七天的缺口")]


class TimetableOut(SchemaOut):
    """自某一时刻起的服务时间。"""

    effective_from: datetime
    calendar: Annotated[str, Field(description="所用的工作日历;district 为全区的")]
    seasons: list[dict[str, Any]]
    set_by: str
    set_at: datetime

    @classmethod
    def of(cls, row: Timetable) -> TimetableOut:
        return cls(effective_from=row.effective_from, calendar=row.calendar, seasons=row.seasons, set_by=row.set_by, set_at=row.set_at)


class TimetableChangeOut(SchemaOut):
    """服务时间的一次设定或变更。"""

    at: datetime
    effective_from: datetime
    reason: str
    changed_by: str
    before: Annotated[dict[str, Any], Field(description="此前自该时刻起的服务时间;空表示默认的机关作息")]
    after: dict[str, Any]

    @classmethod
    def of(cls, row: TimetableChange) -> TimetableChangeOut:
        return cls(
            at=row.at, effective_from=row.effective_from, reason=row.reason, changed_by=row.changed_by, before=row.before, after=row.after
        )


class HoursOut(SchemaOut):
    """一个单位的服务时间。"""

    unit: str
    in_words: Annotated[str, Field(description="现行的服务时间和以后的变更", examples=["工作日 08:30–12:00、13:30–17:30"])]
    timetables: Annotated[list[TimetableOut], Field(description="最新的在前;空表示默认的机关作息")]
    changes: Annotated[list[TimetableChangeOut], Field(description="变更记录,最新的在前")]
    recomputed: Annotated[list[str], Field(description="时限随之变动的核验编号")] = []


class YearOut(SchemaOut):
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
    def of(cls, row: CalendarYear, recomputed: list[str]) -> YearOut:
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


class AppointmentIn(SchemaIn):
    """指定督办员。"""

    person: Annotated[Code, Field(description="人员编码", examples=["demo-guangming-2"])]
    since: Annotated[Instant | None, Field(description="起,不早于现在;省略为现在")] = None
    until: Annotated[Instant | None, Field(description="止(不含);代理督办必填。另有止期的正式指定期满后,由原督办员继续")] = None
    acting: Annotated[bool, Field(strict=True, description="true 代理督办")] = False


class EndingIn(SchemaIn):
    """结束指定。"""

    until: Annotated[Instant | None, Field(description="到何时为止,不早于现在;省略为现在")] = None


class AbsenceIn(SchemaIn):
    """离岗。"""

    person: Annotated[Code, Field(description="人员编码")]
    since: Annotated[Instant | None, Field(description="起,不早于现在;省略为现在")] = None
    until: Annotated[Instant, Field(description="止(不含)")]


class CancellationIn(SchemaIn):
    """销假。"""


Spans = Annotated[
    list[Annotated[list[Annotated[str, Field(max_length=5)]], Field(min_length=2, max_length=2)]],
    Field(max_length=6, examples=[[["08:30", "12:00"], ["13:30", "17:30"]]]),
]


class SeasonIn(SchemaIn):
    """一年中一段时间的服务时间;没有列出的日子不开门。"""

    first: Annotated[str, Field(max_length=5, description="起(MM-DD)")] = "01-01"
    last: Annotated[str, Field(max_length=5, description="止(MM-DD,含)")] = "12-31"
    workday: Annotated[Spans, Field(description="工作日")]
    saturday: Annotated[Spans, Field(description="周六")] = []
    sunday: Annotated[Spans, Field(description="周日")] = []
    holiday: Annotated[Spans, Field(description="放假日")] = []


class HoursIn(SchemaIn):
    """服务时间,自某一时刻起。"""

    effective_from: Annotated[Instant | None, Field(description="生效时间;省略为即刻。早于现在的,只能由工作专班办公室或管理员设定")] = None
    seasons: Annotated[list[SeasonIn], Field(min_length=1, max_length=12, description="合起来应覆盖全年")]
    calendar: Annotated[Code, Field(description="所用的工作日历;银行、医院等可以用自己的日历")] = DISTRICT
    reason: Annotated[PublicLine, Field(description="设定或变更的理由", examples=["夏季作息"])]
    unit: Annotated[Code | None, Field(description="单位编码;省略为本单位,其他单位的只能由工作专班办公室或管理员设定")] = None


class YearIn(SchemaIn):
    """一年的工作日历。"""

    rest: Annotated[list[date], Field(max_length=120, description="放假日")]
    work: Annotated[list[date], Field(max_length=30, description="调休上班的周六、周日")] = []
    provisional: Annotated[bool, Field(strict=True, description="true 暂定:通知尚未公布")] = False
    source: Annotated[PublicLine, Field(description="依据", examples=["国办发明电〔2025〕7号"])]
    reason: Annotated[PublicLine, Field(description="录入或变更的理由", examples=["国务院办公厅公布放假安排"])]
