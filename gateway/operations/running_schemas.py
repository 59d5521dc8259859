"""运行情况 as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from gateway.edge.schemas import Number, SchemaOut

_Run = Annotated[UUID | None, Field(description="该核验在 Prefect 中的执行;null 为还没有")]


class AlarmOut(SchemaOut):
    """未解除的告警。"""

    kind: Annotated[str, Field(examples=["source_broken"])]
    title: Annotated[str, Field(examples=["数据源约定不符"])]
    subject: Annotated[str, Field(description="关于什么:核验编号、单位编码、数据源等")]
    message: Annotated[str, Field(description="情况和办法")]
    raised_at: datetime
    mailed_at: Annotated[datetime | None, Field(description="何时邮件告知运维;null 为尚未")]
    flow_run: _Run


class SourceStandingOut(SchemaOut):
    """一个数据共享来源近一小时的情况。"""

    source: Annotated[str, Field(description="来源的配置名")]
    name: str
    answered: Annotated[int, Field(description="应答次数")]
    seconds: Annotated[float | None, Field(description="应答用时(秒),95% 不超过;null 为没有应答")]
    answered_at: datetime | None
    failed: Annotated[int, Field(description="没有应答、转下一种方式的次数")]
    failed_at: datetime | None
    failure: Annotated[str | None, Field(description="最近一次失败的代码,其后已有应答的为 null;breaker_open 为暂停调用", examples=["slow"])]
    number: Annotated[str | None, Field(description="遇到这次失败的核验")]
    flow_run: _Run


class QueueOut(SchemaOut):
    """一个出具单位待答复的申请。"""

    unit: Annotated[str, Field(description="单位编码")]
    name: str
    waiting: Annotated[int, Field(description="待答复,含已超时的")]
    unclaimed: Annotated[int, Field(description="其中无人认领的")]
    late: Annotated[int, Field(description="其中已超过时限的")]
    since: Annotated[datetime | None, Field(description="最久的一件自何时等待")]
    oldest: Annotated[Number | None, Field(description="最久的一件")]
    flow_run: _Run


class WorkerOut(SchemaOut):
    """一个工作进程。"""

    name: str
    alive: Annotated[bool, Field(description="租约有效")]
    started_at: datetime
    lease_until: Annotated[datetime, Field(description="租约到何时,在线的不断延长")]
    busy: Annotated[int, Field(description="正在办理的核验")]


class LineOut(SchemaOut):
    """等待工作进程的核验。"""

    short: Annotated[int, Field(description="新受理的即办件")]
    others: Annotated[int, Field(description="其余新受理的")]
    busy: Annotated[int, Field(description="正在办理的")]
    not_begun: Annotated[int, Field(description="到期超过一分钟仍未开始的")]


class TableSizeOut(SchemaOut):
    """台账的一张表。"""

    name: str
    size: Annotated[int, Field(description="字节,含索引")]
    rows: Annotated[int, Field(description="行数,PostgreSQL 的估计")]


class KeepingOut(SchemaOut):
    """保管期限届满的。"""

    listed: Annotated[int, Field(description="在到期清册上、等待确认的")]
    confirmed: Annotated[int, Field(description="已确认、等待销毁的")]
    since: Annotated[datetime | None, Field(description="其中最早届满的;null 为没有")]


class RunningOut(SchemaOut):
    """运行情况:不含个人信息。"""

    at: datetime
    alarms: Annotated[list[AlarmOut], Field(description="未解除的告警,最久的在前")]
    line: LineOut
    workers: Annotated[list[WorkerOut], Field(description="在线的,以及一天内离线的")]
    sources: Annotated[list[SourceStandingOut], Field(description="现行清单所列的和近一小时查询过的")]
    queues: Annotated[list[QueueOut], Field(description="有待答复申请的出具单位")]
    size: Annotated[int, Field(description="台账数据库的字节数")]
    tables: Annotated[list[TableSizeOut], Field(description="最大的几张表")]
    keeping: KeepingOut
