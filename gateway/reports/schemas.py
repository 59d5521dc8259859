"""周报 as the API shows it: what was issued, what is being made, and to whom it was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, PublicLine, SchemaIn
from ledger.outbox import notifications
from ledger.outbox.reports import Wanted
from ledger.tables.effects import Notice
from ledger.tables.reports import IssuedReport
from reports import letters, periods


class ReportOut(SchemaOut):
    """一份已编制的周报。更正产生新一版,原版不变。"""

    id: UUID
    title: Annotated[str, Field(examples=["市中区“无证明办事”工作周报〔2026〕第10期:2026年第10周(3月2日至3月8日)"])]
    issue: Annotated[str, Field(description="期号", examples=["〔2026〕第10期"])]
    period: Annotated[str, Field(examples=["2026-W10"])]
    unit: Annotated[str | None, Field(description="单位编码;null 为全区")]
    version: Annotated[int, Field(description="同一时段和范围的第几版", examples=[1])]
    definitions: Annotated[str, Field(description="口径版本", examples=["2026-11/1"])]
    reason: Annotated[str, Field(description="重新编制的原因;第 1 版为空")]
    made_at: datetime
    made_by: str
    digest: Annotated[str, Field(description="数据(JSON)的 SHA-256")]

    @classmethod
    def of(cls, row: IssuedReport) -> ReportOut:
        return cls(
            id=row.id,
            title=letters.title(row),
            issue=row.issue,
            period=periods.text(periods.of(row.start, row.end)),
            unit=row.scope or None,
            version=row.version,
            definitions=row.definitions,
            reason=row.reason,
            made_at=row.made_at,
            made_by=row.made_by,
            digest=row.digest,
        )


class ReportsOut(SchemaOut):
    items: list[ReportOut]
    next_cursor: NextCursor


class ReportCaseOut(SchemaOut):
    """一个个案:编号或编码,不含个人信息。"""

    number: Annotated[str, Field(description="核验、投诉、条目、登记册等的编号,或者单位、人员的编码", examples=["HY202603047K3M9QXT"])]
    counted: Annotated[bool, Field(description="计入分子;否则只计入分母")]


class ReportCasesOut(SchemaOut):
    """一个指标的个案。"""

    part: Annotated[int, Field(description="分子")]
    whole: Annotated[int, Field(description="分母")]
    items: list[ReportCaseOut]
    next_cursor: NextCursor


class ReportOrderOut(SchemaOut):
    """编制要求已记录。编制好以后在 GET /v1/reports 中列出;已有的,直接给出。"""

    period: Annotated[str, Field(examples=["2026-W10"])]
    label: Annotated[str, Field(examples=["2026年第10周(3月2日至3月8日)"])]
    unit: Annotated[str | None, Field(description="单位编码;null 为全区")]
    version: int
    report: Annotated[UUID | None, Field(description="已有的周报;null 为正在编制")]
    flow_run: Annotated[UUID | None, Field(description="编制它的运行;流程引擎暂时不可用时为 null,恢复后一小时内自动编制")]

    @classmethod
    def of(cls, start: datetime, end: datetime, scope: str, version: int, report: UUID | None, flow_run: UUID | None) -> ReportOrderOut:
        period = periods.of(start, end)
        return cls(period=periods.text(period), label=period.label, unit=scope or None, version=version, report=report, flow_run=flow_run)

    @classmethod
    def of_order(cls, wanted: Wanted, flow_run: UUID | None) -> ReportOrderOut:
        return cls.of(wanted.start, wanted.end, wanted.scope, wanted.version, None, flow_run)


class MailingOut(SchemaOut):
    """给一位读者的一封邮件。每位读者每份周报只有一封,重新发送也以同一编号。"""

    id: Annotated[UUID, Field(description="邮件编号,即 Message-ID")]
    reader: Annotated[str, Field(examples=["leader@example.cn"])]
    standing: Annotated[str, Field(description="waiting、on_its_way、sent、unknown、given_up", examples=["sent"])]
    standing_name: Annotated[str, Field(examples=["已发送"])]
    attempts: int
    made_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None
    last_answer: Annotated[str | None, Field(description="最近一次的结果", examples=["refused_for_now"])]

    @classmethod
    def of(cls, row: Notice, now: datetime) -> MailingOut:
        standing = notifications.standing_of(row, now)
        return cls(
            id=row.id,
            reader=row.recipient,
            standing=standing.value,
            standing_name=standing.label,
            attempts=row.attempts,
            made_at=row.made_at,
            sent_at=row.sent_at,
            next_attempt_at=row.next_attempt_at,
            last_answer=row.last_answer,
        )


class MailingsOut(SchemaOut):
    items: list[MailingOut]


class ReportOrderIn(SchemaIn):
    """编制周报。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026-W10"}]})

    period: Annotated[
        str,
        Field(min_length=8, max_length=24, description="周次、某日(所在的一周)或日期范围", examples=["2026-W10", "2026-03-02..2026-03-15"]),
    ]
    unit: Annotated[Code | None, Field(description="只编制这个单位的(单位编码);省略为全区,督办员为本单位")] = None


class RecomputationIn(SchemaIn):
    """重新编制。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "指标口径调整"}]})

    reason: Annotated[PublicLine, Field(description="重新编制的原因,印在新一版的说明中;不得写个人信息", examples=["指标口径调整"])]
