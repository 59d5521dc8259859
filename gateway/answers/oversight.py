"""投诉、线索、登记册、评分 as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintStanding, ComplaintStep
from domain.instants import is_past
from domain.lead_path import LeadStanding, LeadStep
from domain.registers import RegisterKind
from gateway.answers.base import Answered, More
from ledger.complaint_steps import StepView
from ledger.tables.oversight import Complaint, Lead, LeadStepRow, RegisterEntry

Term = Annotated[str, Field(description="期限的情况:未定、办理中、已逾期、按时、逾期完成", examples=["办理中"])]


def term_of(due: datetime | None, missing: int | None, done: datetime | None, now: datetime) -> str:
    """How a term stands, in words."""
    if due is None:
        return f"未定({missing} 年的工作日历尚未录入)" if missing else ""
    if done is not None:
        return "逾期完成" if is_past(due, done) else "按时"
    return "已逾期" if is_past(due, now) else "办理中"


class ComplaintStepAnswer(Answered):
    """办理经过的一步。"""

    step: ComplaintStep
    step_name: str
    at: datetime
    person: str
    unit: str
    record: dict[str, Any]
    text: str | None

    @classmethod
    def of(cls, view: StepView) -> ComplaintStepAnswer:
        return cls(
            step=view.step, step_name=view.step.chinese, at=view.at, person=view.person, unit=view.unit, record=view.record,
            text=view.text,
        )  # fmt: skip


class ComplaintAnswer(Answered):
    """一件投诉。反映人和原文不在其中;渠道编号、评价等只有专班办公室看得到。"""

    number: Annotated[str, Field(examples=["TS202603047K3M9QXT"])]
    about: ComplaintAbout
    about_name: str
    channel: ComplaintChannel | None
    channel_name: str | None
    channel_number: str | None
    received_at: datetime
    unit: str | None
    matter: str | None
    proof: str | None
    rating: int | None
    rating_source: str | None
    anonymous: bool | None
    duplicate_of: Annotated[str | None, Field(description="疑似重复的另一件的编号")]
    standing: ComplaintStanding
    standing_name: str
    due_at: datetime | None
    term: Term
    steps: list[ComplaintStepAnswer]

    @classmethod
    def of(cls, row: Complaint, duplicate: str | None, steps: list[StepView], now: datetime, *, whole: bool) -> ComplaintAnswer:
        """`whole`: for the office; a unit sees what it is about and what is asked of it."""
        return cls(
            number=row.number, about=row.about, about_name=row.about.chinese, received_at=row.received_at, unit=row.unit,
            matter=row.matter, proof=row.proof, standing=row.standing, standing_name=row.standing.chinese, due_at=row.due_at,
            term=term_of(row.due_at, row.missing_year, row.done_at, now), steps=[ComplaintStepAnswer.of(one) for one in steps],
            channel=row.channel if whole else None, channel_name=row.channel.chinese if whole else None,
            channel_number=row.channel_number if whole else None, rating=row.rating if whole else None,
            rating_source=row.rating_source if whole else None, anonymous=row.anonymous if whole else None,
            duplicate_of=duplicate if whole else None,
        )  # fmt: skip


class TakenComplaint(Answered):
    """登记的结果。"""

    number: str
    repeated: Annotated[bool, Field(description="此前已以同一渠道编号登记,没有新增")]
    duplicate_of: Annotated[str | None, Field(description="疑似重复的另一件;仍照常登记")]
    due_at: datetime | None


class ComplaintsAnswer(Answered):
    items: list[ComplaintAnswer]
    more: More


class WrittenAnswer(Answered):
    """反映人写的;查阅已留下记录。"""

    text: str
    name: str
    contact: str

    def __repr__(self) -> str:
        return "WrittenAnswer(…)"


class ImportedRow(Answered):
    line: Annotated[int, Field(description="表中行号")]
    number: str | None
    said: Annotated[str, Field(examples=["已登记"])]


class ImportAnswer(Answered):
    """文件导入的结果:不合格的行逐行说明,其余各行照常登记。"""

    taken: int
    repeated: int
    refused: int
    rows: list[ImportedRow]


class LeadStepAnswer(Answered):
    step: LeadStep
    step_name: str
    at: datetime
    person: str
    unit: str | None
    record: dict[str, Any]
    text: str | None


class LeadAnswer(Answered):
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
    numbers: Annotated[list[str], Field(description="核验或投诉的编号,最多 50 个")]
    standing: LeadStanding
    standing_name: str
    due_at: datetime | None
    term: Term
    steps: list[LeadStepAnswer]

    @classmethod
    def of(cls, row: Lead, steps: list[tuple[LeadStepRow, str | None]], now: datetime) -> LeadAnswer:
        answers = [one.at for one, _ in steps if one.step is LeadStep.ANSWER and row.notified_at and one.at >= row.notified_at]
        return cls(
            number=row.number, clause=row.clause, title=row.rule.about.title, looks_at=row.rule.about.evidence, unit=row.unit,
            subject=row.subject, period_start=row.period_start, period_end=row.period_end, counts=row.counts,
            numbers=row.numbers, standing=row.standing, standing_name=row.standing.chinese, due_at=row.due_at,
            term=term_of(row.due_at, row.missing_year, answers[0] if answers else None, now),
            steps=[
                LeadStepAnswer(
                    step=one.step, step_name=one.step.chinese, at=one.at, person=one.person, unit=one.unit, record=one.record,
                    text=text,
                )
                for one, text in steps
            ],
        )  # fmt: skip


class LeadsAnswer(Answered):
    items: list[LeadAnswer]
    more: More


class FieldAnswer(Answered):
    name: str
    kind: str
    needed: bool


class RegisterAnswer(Answered):
    kind: RegisterKind
    obligation: str
    name: str
    by_office: Annotated[bool, Field(description="只由专班办公室登记")]
    moved: Annotated[str, Field(description="不再在此登记的,改在何处登记;原有的照常查看")]
    fields: list[FieldAnswer]


class RegistersAnswer(Answered):
    items: list[RegisterAnswer]


class EntryAnswer(Answered):
    serial: int
    unit: str
    values: dict[str, str]
    entered_at: datetime
    entered_by: str
    replaces: int | None

    @classmethod
    def of(cls, row: RegisterEntry) -> EntryAnswer:
        return cls(
            serial=row.serial, unit=row.unit, values=row.values, entered_at=row.entered_at, entered_by=row.entered_by,
            replaces=row.replaces,
        )  # fmt: skip


class EntriesAnswer(Answered):
    items: list[EntryAnswer]
    next: int | None


class ScorePart(Answered):
    key: str
    name: str
    weight: int
    numerator: str
    denominator: str


class ScoreLine(Answered):
    unit: str
    unit_name: str
    score: Annotated[float | None, Field(description="null:到期的最迟时限太少,不评分")]
    figures: Annotated[dict[str, tuple[int, int]], Field(description="各项的分子、分母")]


class ScoresAnswer(Answered):
    """考核评分。"""

    formula: str
    since: str
    said: Annotated[str, Field(description="公式")]
    parts: list[ScorePart]
    items: list[ScoreLine]


class PublicWeek(Answered):
    """公开数据:小于 5 的数隐去,可据以推算的一并隐去。"""

    week: str
    label: str
    definitions: dict[str, str]
    units: list[dict[str, str]]
    totals: dict[str, str]
