"""投诉举报 (obligations 18.1, 18.2): what is sent and what is read. What people write freely is encrypted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from catalog.complaint_layouts import Layout
from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome, ComplaintStatus, ComplaintStep
from gateway.edge.schemas import NextCursor, SchemaOut, Term, term_of
from gateway.edge.values import Code, FreeText, GivenNumber, Instant, NeededText, PublicLine, SchemaIn
from ledger.oversight.complaint_assessment import Assessment
from ledger.oversight.complaint_steps import StepView
from ledger.tables.oversight import Complaint


class ComplaintStepOut(SchemaOut):
    """办理经过的一步。"""

    step: ComplaintStep
    step_name: str
    at: datetime
    person: str
    unit: str
    record: dict[str, Any]
    text: str | None

    @classmethod
    def of(cls, view: StepView) -> ComplaintStepOut:
        return cls(
            step=view.step, step_name=view.step.label, at=view.at, person=view.person, unit=view.unit, record=view.record, text=view.text
        )


class ComplaintOut(SchemaOut):
    """一件投诉。反映人和原文不在其中;渠道编号、评价等只有专班办公室看得到。"""

    number: Annotated[str, Field(examples=["TS202603047K3M9QXT"])]
    about: ComplaintAbout
    about_name: str
    channel: ComplaintChannel | None
    channel_name: str | None
    channel_number: str | None
    received_at: datetime
    assessed_at: Annotated[datetime | None, Field(description="认定反映事由的时间;null:还没有认定,按来源所写")]
    unit: Annotated[str | None, Field(description="被反映的单位")]
    handler: Annotated[str | None, Field(description="承办的单位:转办给谁,尚未转办的为来源系统写明的;与被反映的单位可以不同")]
    matter: str | None
    proof: str | None
    rating: int | None
    rating_source: str | None
    anonymous: bool | None
    duplicate_of: Annotated[str | None, Field(description="疑似重复的另一件的编号")]
    standing: ComplaintStatus
    standing_name: str
    due_at: datetime | None
    term: Term
    outcome: Annotated[ComplaintOutcome | None, Field(description="办结的结果;null:没有办结")]
    outcome_name: str | None
    stated_outcome_name: Annotated[str | None, Field(description="来源所说的结果;不是办结")]
    steps: list[ComplaintStepOut]

    @classmethod
    def of(cls, row: Complaint, duplicate: str | None, steps: list[StepView], now: datetime, *, whole: bool) -> ComplaintOut:
        """`whole`: for the office; a unit sees what it is about and what is asked of it."""
        outcome = _said(steps, ComplaintStep.CLOSE, "outcome")
        stated = _said(steps, ComplaintStep.RECEIVE, "stated")
        return cls(
            number=row.number,
            about=row.about,
            about_name=row.about.label,
            received_at=row.received_at,
            assessed_at=row.assessed_at if whole else None,
            unit=row.unit,
            handler=row.handler,
            matter=row.matter,
            proof=row.proof,
            standing=row.standing,
            standing_name=row.standing.label,
            due_at=row.due_at,
            term=term_of(row.due_at, row.missing_year, row.done_at, now),
            outcome=outcome,
            outcome_name=outcome.label if outcome else None,
            stated_outcome_name=stated.label if stated else None,
            steps=[ComplaintStepOut.of(one) for one in steps],
            channel=row.channel if whole else None,
            channel_name=row.channel.label if whole else None,
            channel_number=row.channel_number if whole else None,
            rating=row.rating if whole else None,
            rating_source=row.rating_source if whole else None,
            anonymous=row.anonymous if whole else None,
            duplicate_of=duplicate if whole else None,
        )


def _said(steps: list[StepView], step: ComplaintStep, name: str) -> ComplaintOutcome | None:
    """An outcome that such a step, where it may be read, put on the record."""
    return next((ComplaintOutcome(one.record[name]) for one in steps if one.step is step and name in one.record), None)


class TakenComplaint(SchemaOut):
    """登记的结果。"""

    number: str
    repeated: Annotated[bool, Field(description="此前已以同一渠道编号登记,没有新增")]
    duplicate_of: Annotated[str | None, Field(description="疑似重复的另一件;仍照常登记")]
    due_at: datetime | None


class ComplaintsOut(SchemaOut):
    items: list[ComplaintOut]
    next_cursor: NextCursor


class WrittenOut(SchemaOut):
    """反映人写的;查阅已留下记录。"""

    text: str
    name: str
    contact: str

    def __repr__(self) -> str:
        return "WrittenOut(…)"


class ImportedRow(SchemaOut):
    line: Annotated[int, Field(description="表中行号")]
    number: str | None
    said: Annotated[str, Field(examples=["已登记"])]


class ImportOut(SchemaOut):
    """文件导入的结果:不合格的行逐行说明,其余各行照常登记。"""

    layout: Annotated[str | None, Field(description="识别出的格式;null:通用投诉表", examples=["hotline"])]
    taken: int
    repeated: int
    passed_over: Annotated[int, Field(description="不是差评、不作为投诉登记的评价")]
    refused: int
    rows: list[ImportedRow]


class ComplaintLayoutOut(SchemaOut):
    """一个系统的导出格式。"""

    layout: Annotated[str, Field(examples=["hotline"])]
    name: str
    channel: ComplaintChannel
    columns: Annotated[list[str], Field(description="各栏,按次序")]
    known_by: Annotated[list[str], Field(description="据以识别的栏")]
    outcomes: Annotated[dict[str, list[str]], Field(description="办理结果 → 对方的说法,第一个用于回传;open:尚未办结")]

    @classmethod
    def of(cls, name: str, one: Layout) -> ComplaintLayoutOut:
        outcomes = {str(outcome): list(words) for outcome, words in one.outcomes.items()}
        return cls(
            layout=name, name=one.name, channel=one.channel, columns=list(one.columns), known_by=list(one.known_by), outcomes=outcomes
        )


class ComplaintLayoutsOut(SchemaOut):
    items: list[ComplaintLayoutOut]


About = Annotated[
    ComplaintAbout,
    Field(
        description="反映什么:still_asked 仍索要证明,invented 要求清单以外的证明,no_help 不核验或超时,wrong_content "
        "内容有误,paper_refused 拒收申请人主动提供的材料,misused 挪作他用,other 其他"
    ),
]


class AssessmentIn(SchemaIn):
    """反映事由的认定:以核实的为准,不以来源所写的为准。"""

    about: About
    unit: Annotated[Code | None, Field(description="被反映的单位(编码);省略为不变,null 为没有写明", examples=["370402-PERMIT"])] = None
    matter: Annotated[Code | None, Field(description="事项编码;省略为不变,null 为没有写明")] = None
    proof: Annotated[Code | None, Field(description="证明编码;省略为不变,null 为没有写明或者没有登记")] = None
    seen: Annotated[
        Instant | None, Field(description="据以认定的 assessed_at(null:当时没有认定);此后别人又认定过的,不予记录。省略为不核对")
    ] = None

    def assessment(self) -> Assessment:
        said = {name: getattr(self, name) for name in self.model_fields_set - {"about", "seen"}}
        return Assessment(self.about, said, (self.seen,) if "seen" in self.model_fields_set else None)


_ASSESSED = Field(description="同时认定反映事由;省略为不认定")


class ComplaintIn(SchemaIn):
    """一件投诉举报。姓名、联系方式可以不填(匿名);内容、姓名和联系方式加密保存,被反映的单位看不到。"""

    channel: Annotated[
        ComplaintChannel, Field(description="渠道:platform 监督平台,rating 好差评,letter 信函,mail 邮件,hotline 12345,other 其他")
    ]
    channel_number: Annotated[
        GivenNumber | None, Field(description="该渠道的编号;再次登记同一编号视为同一件", examples=["GD-2026-0001"])
    ] = None
    about: About
    received_at: Annotated[Instant, Field(description="渠道收到的时间", examples=["2026-03-04T09:00:00+08:00"])]
    unit: Annotated[Code | None, Field(description="被反映的单位(编码)", examples=["370402-PERMIT"])] = None
    matter: Annotated[Code | None, Field(description="事项编码")] = None
    proof: Annotated[Code | None, Field(description="证明编码")] = None
    text: Annotated[FreeText, Field(description="反映的内容;评价可以没有")] = ""
    name: Annotated[FreeText, Field(max_length=100, description="反映人")] = ""
    contact: Annotated[FreeText, Field(max_length=100, description="联系方式")] = ""
    rating: Annotated[int | None, Field(strict=True, ge=1, le=5, description="评价星级")] = None
    rating_source: Annotated[PublicLine | None, Field(description="评价来源:系统和编号,有评价的必填")] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "hotline",
                    "channel_number": "GD-2026-0001",
                    "about": "still_asked",
                    "received_at": "2026-03-04T09:00:00+08:00",
                    "unit": "370402-PERMIT",
                    "matter": "DEMO-0001",
                    "proof": "P-HOUSEHOLD",
                    "text": "窗口仍要求提交户籍证明。",
                }
            ]
        }
    )

    def __repr__(self) -> str:
        return "ComplaintIn(…)"


class PassingIn(SchemaIn):
    """转办。"""

    unit: Annotated[Code, Field(description="由哪个单位答复(编码)", examples=["370402-PERMIT"])]
    asked: Annotated[
        PublicLine,
        Field(max_length=100, description="请该单位做什么;单位看得到,不得写可辨认反映人的内容", examples=["请说明为何仍要求提交户籍证明"]),
    ]
    assessment: Annotated[AssessmentIn | None, _ASSESSED] = None


class TextIn(SchemaIn):
    """一段说明,加密保存。"""

    text: Annotated[NeededText, Field(description="说明")]


class ComplaintClosingIn(SchemaIn):
    """投诉办结。"""

    outcome: Annotated[ComplaintOutcome, Field(description="founded 属实,partly 部分属实,unfounded 不属实,not_ours 不属本规则范围")]
    text: Annotated[NeededText, Field(description="办理情况")]
    assessment: Annotated[AssessmentIn | None, _ASSESSED] = None
