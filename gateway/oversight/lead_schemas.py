"""线索 (article 16): what is sent and what is read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from domain.lead_path import Exemption, LeadStatus, LeadStep
from gateway.edge.schemas import NextCursor, SchemaOut, Term, term_of
from gateway.edge.values import Code, Document, FreeText, Instant, NeededText, PublicLine, SchemaIn, article_clause
from ledger.oversight.exemptions import Remedy
from ledger.tables.oversight import Lead, LeadStepRow


class LeadStepOut(SchemaOut):
    step: LeadStep
    step_name: str
    at: datetime
    person: str
    unit: str | None
    record: dict[str, Any]
    text: str | None


class LeadOut(SchemaOut):
    """一条线索:迹象和证据,不是结论。"""

    number: Annotated[str, Field(examples=["XS202603047K3M9QXT"])]
    clause: str
    title: str
    looks_at: Annotated[str, Field(description="这条规则看什么")]
    unit: str
    subject: str
    period_start: datetime
    period_end: datetime
    counts: dict[str, Any]
    numbers: Annotated[list[str], Field(description="核验或投诉的编号,全部列出;超过 1000 个的列前 1000 个,counts 写明共多少个")]
    standing: LeadStatus
    standing_name: str
    due_at: datetime | None
    term: Term
    steps: list[LeadStepOut]

    @classmethod
    def of(cls, row: Lead, steps: list[tuple[LeadStepRow, str | None]], now: datetime) -> LeadOut:
        answers = [one.at for one, _ in steps if one.step is LeadStep.ANSWER and row.notified_at and one.at >= row.notified_at]
        return cls(
            number=row.number,
            clause=row.clause,
            title=row.rule.about.title,
            looks_at=row.rule.about.evidence,
            unit=row.unit,
            subject=row.subject,
            period_start=row.period_start,
            period_end=row.period_end,
            counts=row.counts,
            numbers=row.numbers,
            standing=row.standing,
            standing_name=row.standing.label,
            due_at=row.due_at,
            term=term_of(row.due_at, row.missing_year, answers[0] if answers else None, now),
            steps=[
                LeadStepOut(
                    step=one.step, step_name=one.step.label, at=one.at, person=one.person, unit=one.unit, record=one.record, text=text
                )
                for one, text in steps
            ],
        )


class LeadsOut(SchemaOut):
    items: list[LeadOut]
    next_cursor: NextCursor


class LeadIn(SchemaIn):
    """人工登记的线索。"""

    clause: Annotated[str, Field(max_length=6, description="涉及条款", examples=["16.10"]), AfterValidator(article_clause)]
    unit: Annotated[Code, Field(description="单位编码", examples=["370402-PERMIT"])]
    subject: Annotated[PublicLine, Field(description="是什么,一句话;不得含个人信息", examples=["3月4日现场检查"])]
    text: Annotated[NeededText, Field(description="依据")]
    numbers: Annotated[
        list[Annotated[str, Field(pattern=r"^HY[0-9]{8}[0-9A-HJKMNP-TV-Z]{8}$")]], Field(max_length=50, description="相关核验编号")
    ] = []


class NotificationIn(SchemaIn):
    """整改通知。"""

    document: Document
    text: Annotated[NeededText, Field(description="整改要求")]
    days: Annotated[int | None, Field(strict=True, ge=1, le=90, description="期限(工作日);null 为本区规定的天数")] = None


class LeadDecisionIn(SchemaIn):
    """一步认定:文书和说明。"""

    text: Annotated[NeededText, Field(description="理由")]
    document: Document | None = None


class RemedyIn(SchemaIn):
    """补救(第十七条第四、五项):何时发现,何时补救;所依据的证明失实的,写明核验编号。"""

    known_at: Annotated[Instant, Field(description="发现损害、影响或差错的时间")]
    remedied_at: Annotated[Instant, Field(description="补救完成的时间")]
    number: Annotated[
        str | None, Field(pattern=r"^HY[0-9]{8}[0-9A-HJKMNP-TV-Z]{8}$", description="内容失实的证明的核验编号(17.5 必填)")
    ] = None

    @property
    def remedy(self) -> Remedy:
        return Remedy(self.known_at, self.remedied_at, self.number)


class ExemptionIn(SchemaIn):
    """不予追究。"""

    exemption: Annotated[Exemption, Field(description="免于追责的情形:17.1 至 17.6")]
    document: Document
    text: Annotated[NeededText, Field(description="依据和理由")]
    remedy: Annotated[RemedyIn | None, Field(description="17.4、17.5 必填;历时和证明、办件的关联由系统记入办理经过")] = None


class CompensationIn(SchemaIn):
    """补偿或赔偿(规则第十六条末款)。"""

    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2, description="金额(元)", examples=["120.00"])]
    document: Document
    text: Annotated[FreeText, Field(description="说明")] = ""
