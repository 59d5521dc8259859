"""清单编制与调整 as units, the 专班 office and the publisher send them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from domain.adjusting import ProposalKind
from domain.limits import IN_FORCE
from domain.listing import ChangeKind
from domain.methods import Method
from domain.scope import CatalogEntry, Exclusion
from gateway.edge.values import Code, PublicLine, Remark, SchemaIn, Text, fault, names_nobody

Flag = Annotated[bool, Field(strict=True)]
_MOST_CHANGES = 100
_Day = date  #: where a field is called `date` itself


def _in_force(day: date | None) -> date | None:
    if day is not None and day < IN_FORCE.date():
        raise fault("事由发生之日不能早于规则施行之日(2022年6月28日)。")
    return day


Words = Annotated[Text, Field(min_length=2), AfterValidator(names_nobody)]


class EntryIn(SchemaIn):
    """清单条目的全部内容;事项、证明和办事单位的名称取自登记库。"""

    matter: Annotated[Code, Field(description="事项编码", examples=["DEMO-0001"])]
    proof: Annotated[Code, Field(description="证明编码", examples=["P-HOUSEHOLD"])]
    methods: Annotated[
        list[Method], Field(max_length=3, description="核验方式,按先后:data_sharing 数据共享,commitment 告知承诺,issuer 部门核验")
    ]
    basis: Annotated[Text | None, Field(description="设定依据;省略时取自登记库")] = None
    issuing_unit: Annotated[Code | None, Field(description="出具单位(单位编码)")] = None
    source: Annotated[Code | None, Field(description="数据来源")] = None
    parameters: Annotated[dict[PublicLine, PublicLine], Field(max_length=20, description="来源参数")] = {}
    fields: Annotated[list[PublicLine], Field(max_length=60, description="核验内容,只列必需的")] = []
    validity_days: Annotated[int | None, Field(strict=True, ge=1, le=3650, description="有效天数;省略时取自登记库")] = None
    limit_minutes: Annotated[int | None, Field(strict=True, ge=1, le=100_000, description="该证明自身的核验时限(分钟)")] = None
    immediate: Annotated[Flag, Field(description="可立即核验")] = False
    database_backed: Annotated[Flag, Field(description="有数据库依托,尚未对接")] = False
    sealed_when_negative: Annotated[Flag, Field(description="否定结果也盖章")] = False
    commitment_basis: Annotated[Remark, Field(description="应当采取告知承诺的依据")] = ""
    exclusion: Annotated[Exclusion | None, Field(description="不适用情形(规则第二条)")] = None
    exclusion_decided_by: Annotated[PublicLine | None, Field(description="认定机关")] = None
    exclusion_evidence: Annotated[PublicLine | None, Field(description="认定依据")] = None
    outside_region: Annotated[Flag, Field(description="应由区外出具")] = False
    checkable_online: Annotated[Flag, Field(description="能通过网络核验")] = True

    @model_validator(mode="after")
    def _each_method_once(self) -> Self:
        if len(set(self.methods)) != len(self.methods):
            raise fault("同一种核验方式只能写一次。")
        return self

    def as_entry(self, *, matter_name: str, unit: str, reviewed_above: bool, proof_name: str, basis: str, days: int) -> CatalogEntry:
        """The entry, with what the registry says of its matter and its proof."""
        limit = timedelta(minutes=self.limit_minutes) if self.limit_minutes is not None else None
        said = self.model_dump(exclude={"limit_minutes", "methods", "fields", "basis", "validity_days"})
        return CatalogEntry(
            **said,
            methods=tuple(self.methods),
            fields=tuple(self.fields),
            limit=limit,
            issuing_unit_name=None,
            matter_name=matter_name,
            unit=unit,
            reviewed_above=reviewed_above,
            proof_name=proof_name,
            basis=basis if self.basis is None else self.basis,
            validity_days=self.validity_days or days,
        )


class ChangeIn(SchemaIn):
    """一处变动。"""

    kind: Annotated[ChangeKind, Field(description="add 增加,alter 变更,remove 减少")]
    entry: Annotated[EntryIn | None, Field(description="增加、变更后的内容")] = None
    matter: Annotated[Code | None, Field(description="减少的事项编码")] = None
    proof: Annotated[Code | None, Field(description="减少的证明编码")] = None

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        named = (self.matter is not None, self.proof is not None)
        if self.kind is ChangeKind.REMOVE and (self.entry is not None or named != (True, True)):
            raise fault("减少须写明 matter 和 proof,不填 entry。")
        if self.kind is not ChangeKind.REMOVE and (self.entry is None or any(named)):
            raise fault("增加和变更须在 entry 中写明全部内容,不另填 matter 和 proof。")
        return self


class ProposalIn(SchemaIn):
    """清单编制或调整。变动取自草案中该单位的全部变动,或逐条写明。"""

    kind: Annotated[ProposalKind, Field(description="list 清单编制,adjustment 清单调整")]
    unit: Annotated[Code, Field(description="哪个单位的清单(单位编码)", examples=["370402-PERMIT"])]
    reason: Annotated[Words, Field(description="事由", examples=["《办法》修订,不再要求该证明"])]
    reason_date: Annotated[date | None, Field(description="事由发生之日;清单调整必填,三个工作日内报送"), AfterValidator(_in_force)] = None
    document: Annotated[PublicLine, Field(description="依据的文件", examples=["《公共租赁住房管理办法》2026年修订"])]
    law_change: Annotated[
        int | None,
        Field(strict=True, ge=1, description="因法规变动调整的,写明法规变动登记册的序号;没有写明的,看依据的文件或者事由日期和涉及的证明"),
    ] = None
    draft: Annotated[UUID | None, Field(description="草案编号:采用该单位在草案中的全部变动")] = None
    changes: Annotated[list[ChangeIn], Field(max_length=_MOST_CHANGES, description="逐条写明的变动;与 draft 二选一")] = []

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "adjustment",
                    "unit": "370402-PERMIT",
                    "reason": "《办法》修订,不再要求该证明",
                    "reason_date": "2026-03-02",
                    "document": "《公共租赁住房管理办法》2026年修订",
                    "changes": [{"kind": "remove", "matter": "DEMO-0001", "proof": "P-RESIDENCE"}],
                }
            ]
        }
    )

    @model_validator(mode="after")
    def _changes_come_from_one_place(self) -> Self:
        if (self.draft is None) == (not self.changes):
            raise fault("须填写 draft(草案编号)或 changes(逐条变动),且只填一项。")
        if self.kind is ProposalKind.ADJUSTMENT and self.reason_date is None:
            raise fault("清单调整须写明 reason_date(事由发生之日)。")
        return self


class ReportIn(SchemaIn):
    """书面报送。"""


class WhyIn(SchemaIn):
    """退回修改或撤回的理由。"""

    why: Annotated[Words, Field(description="理由", examples=["请补充设定依据"])]


class ConsentIn(SchemaIn):
    """专班办公室同意。"""

    document: Annotated[Remark, Field(description="文件或记录编号")] = ""


class DecisionIn(SchemaIn):
    """工作专班研究记录。"""

    members: Annotated[
        list[PublicLine], Field(min_length=1, max_length=30, description="参加研究的成员单位或成员", examples=[["区司法局", "区大数据局"]])
    ]
    date: Annotated[date, Field(description="研究日期", examples=["2026-03-04"])]
    result: Annotated[Words, Field(description="研究结果", examples=["同意减少"])]
    document: Annotated[PublicLine, Field(description="会议纪要或文号", examples=["专班纪要〔2026〕3号"])]

    @model_validator(mode="after")
    def _within_the_rule(self) -> Self:
        _in_force(self.date)
        return self


class RejectionIn(SchemaIn):
    """不予通过。清单调整由工作专班研究决定,须登记研究记录(members、date、document);清单编制写明理由即可。"""

    why: Annotated[Words, Field(description="理由", examples=["设定依据不足"])]
    members: Annotated[
        list[PublicLine], Field(max_length=30, description="清单调整必填:参加研究的成员单位或成员", examples=[["区司法局", "区大数据局"]])
    ] = []
    date: Annotated[_Day | None, Field(description="清单调整必填:研究日期", examples=["2026-03-04"])] = None
    document: Annotated[Remark, Field(description="清单调整必填:会议纪要或文号", examples=["专班纪要〔2026〕3号"])] = ""

    @model_validator(mode="after")
    def _within_the_rule(self) -> Self:
        _in_force(self.date)
        return self


class VersionIn(SchemaIn):
    """公布。"""

    proposals: Annotated[list[UUID], Field(min_length=1, max_length=200, description="已同意的清单编制和调整")]
    document: Annotated[PublicLine, Field(description="公布的文号或公告名称", examples=["市中政办发〔2026〕1号"])]


class DoneIn(SchemaIn):
    """已完成。"""

    note: Annotated[Remark, Field(description="说明", examples=["办事指南已更新"])] = ""
