"""全局 as the API shows it: what leadership reads in a minute."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gateway.edge.schemas import NextCursor, Number, SchemaOut
from gateway.reports.schemas import ReportOut
from ledger.casework.decisions import DecisionKind


class UnitStandingOut(SchemaOut):
    """一个出具单位此刻的情况。"""

    code: Annotated[str, Field(examples=["370402-GUANGMING"])]
    name: str
    waiting: Annotated[int, Field(description="待答复的申请,含已超时的")]
    late: Annotated[int, Field(description="已超过时限、尚未答复的申请")]
    late_since: Annotated[datetime | None, Field(description="其中最早的时限;null 为没有超时")]
    supervised: Annotated[int, Field(description="督办中")]


class StillOut(SchemaOut):
    """因同一原因停住的核验。"""

    code: Annotated[str, Field(description="原因的代号,用于 GET /v1/overview/cases 的 why", examples=["returned_twice"])]
    reason: Annotated[str, Field(examples=["申请两次被退回。"])]
    count: int
    since: Annotated[datetime, Field(description="其中最早停住的时刻")]


class DecisionOut(SchemaOut):
    """等待决定的事项。"""

    kind: Annotated[DecisionKind, Field(description="用于 GET /v1/overview/decisions")]
    name: Annotated[str, Field(examples=["超时理由的认定"])]
    by: Annotated[str, Field(description="由谁决定", examples=["专班办公室"])]
    mine: Annotated[bool, Field(description="由调用人决定")]
    count: int
    since: Annotated[datetime | None, Field(description="其中等待最久的自何时起")]


class WeekFigureOut(SchemaOut):
    """最近一期周报的一个数,与上周比较。"""

    name: Annotated[str, Field(examples=["收到核验"])]
    value: Annotated[str, Field(examples=["204", "99.5%(203/204)"])]
    said: Annotated[str, Field(description="与上周相比", examples=["比上周增加 12"])]
    cases: Annotated[str, Field(description="办件清单的键,用于 GET /v1/reports/{id}/cases;空表示没有清单")]


class OverviewOut(SchemaOut):
    """全局情况:不含个人信息。"""

    at: datetime
    units: Annotated[list[UnitStandingOut], Field(description="有待答复或督办的出具单位,按单位编码的顺序,不排名次")]
    still: Annotated[list[StillOut], Field(description="不会自行继续的核验,按原因,最久的在前")]
    decisions: Annotated[list[DecisionOut], Field(description="等待决定的事项")]
    report: Annotated[ReportOut | None, Field(description="最近一期周报;null 为尚未编制")]
    week: Annotated[list[WeekFigureOut], Field(description="该期周报的主要数字")]


class OverviewCase(SchemaOut):
    """一件核验,不含个人信息。"""

    number: Number
    proof: Annotated[str, Field(description="证明的名称")]
    unit: Annotated[str, Field(description="被核验的出具单位;停住的,为需求单位")]
    since: Annotated[datetime | None, Field(description="收到、超时、督办开始或停住的时刻")]
    reason: Annotated[str, Field(description="停住的原因")]


class OverviewCasesOut(SchemaOut):
    items: list[OverviewCase]
    next_cursor: NextCursor


class AwaitedOut(SchemaOut):
    """一件等待决定的事项,不含个人信息。"""

    key: Annotated[str, Field(description="核验、投诉、线索的编号,或者这件事项在其清单中的编号", examples=["HY20261123H2E82B9R"])]
    about: Annotated[str, Field(description="证明、清单上的名称或文件;空表示没有")]
    unit: Annotated[str, Field(description="涉及的单位;空表示没有")]
    since: Annotated[datetime, Field(description="自何时起等待")]


class AwaitedListOut(SchemaOut):
    items: list[AwaitedOut]
    next_cursor: NextCursor
