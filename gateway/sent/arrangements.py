"""值守、服务时间、工作日历 as units and the 专班 office send them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from gateway.sent.values import Code, Instant, PublicLine, Sent
from ledger.calendars import DISTRICT


class SentAppointment(Sent):
    """指定督办员。"""

    person: Annotated[Code, Field(description="人员编码", examples=["demo-guangming-2"])]
    since: Annotated[Instant | None, Field(description="起,不早于现在;省略为现在")] = None
    until: Annotated[Instant | None, Field(description="止(不含);代理督办必填。另有止期的正式指定期满后,由原督办员继续")] = None
    acting: Annotated[bool, Field(strict=True, description="true 代理督办")] = False


class SentEnding(Sent):
    """结束指定。"""

    until: Annotated[Instant | None, Field(description="到何时为止,不早于现在;省略为现在")] = None


class SentAbsence(Sent):
    """离岗。"""

    person: Annotated[Code, Field(description="人员编码")]
    since: Annotated[Instant | None, Field(description="起,不早于现在;省略为现在")] = None
    until: Annotated[Instant, Field(description="止(不含)")]


class SentCancellation(Sent):
    """销假。"""


Spans = Annotated[
    list[Annotated[list[Annotated[str, Field(max_length=5)]], Field(min_length=2, max_length=2)]],
    Field(max_length=6, examples=[[["08:30", "12:00"], ["13:30", "17:30"]]]),
]


class SentSeason(Sent):
    """一年中一段时间的服务时间;没有列出的日子不开门。"""

    first: Annotated[str, Field(max_length=5, description="起(MM-DD)")] = "01-01"
    last: Annotated[str, Field(max_length=5, description="止(MM-DD,含)")] = "12-31"
    workday: Annotated[Spans, Field(description="工作日")]
    saturday: Annotated[Spans, Field(description="周六")] = []
    sunday: Annotated[Spans, Field(description="周日")] = []
    holiday: Annotated[Spans, Field(description="放假日")] = []


class SentHours(Sent):
    """服务时间,自某一时刻起。"""

    effective_from: Annotated[Instant | None, Field(description="生效时间;省略为即刻。早于现在的,只能由工作专班办公室或管理员设定")] = None
    seasons: Annotated[list[SentSeason], Field(min_length=1, max_length=12, description="合起来应覆盖全年")]
    calendar: Annotated[Code, Field(description="所用的工作日历;银行、医院等可以用自己的日历")] = DISTRICT
    reason: Annotated[PublicLine, Field(description="设定或变更的理由", examples=["夏季作息"])]
    unit: Annotated[Code | None, Field(description="单位编码;省略为本单位,其他单位的只能由工作专班办公室或管理员设定")] = None


class SentYear(Sent):
    """一年的工作日历。"""

    rest: Annotated[list[date], Field(max_length=120, description="放假日")]
    work: Annotated[list[date], Field(max_length=30, description="调休上班的周六、周日")] = []
    provisional: Annotated[bool, Field(strict=True, description="true 暂定:通知尚未公布")] = False
    source: Annotated[PublicLine, Field(description="依据", examples=["国办发明电〔2025〕7号"])]
    reason: Annotated[PublicLine, Field(description="录入或变更的理由", examples=["国务院办公厅公布放假安排"])]
