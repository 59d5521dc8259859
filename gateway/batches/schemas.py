"""批量核验 as the API takes and shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from domain.batches import LONGEST_OWN, MOST_JSON_ROWS, MOST_OWN, PURPOSE, BatchStatus, RowStatus
from domain.lifecycle import State
from gateway.edge.problems import PROBLEMS
from gateway.edge.schemas import Named, NextCursor, SchemaOut
from gateway.edge.values import Code, Flag, SchemaIn, Text
from ledger.batches.standing import Progress, RowView
from ledger.tables.batches import Batch, BatchQuota

BatchNumber = Annotated[str, Field(description="批次编号", examples=["PL202603047K3M9QXT"])]
Purpose = Annotated[Text, Field(min_length=2, max_length=PURPOSE, description="用途;以明文保存,不得含个人信息", examples=["低保年度复核"])]
Responsible = Annotated[Code, Field(description="责任人:本单位在册人员的人员编码", examples=["demo-permit-1"])]
WantsCallback = Annotated[Flag, Field(description="办结时向本单位的回调地址发送一条通知;各行不另行通知")]
_Sent = Annotated[str, Field(max_length=LONGEST_OWN)]


class BatchPartyIn(SchemaIn):
    """被核验人;不合格的只是这一行不受理。"""

    id_type: Annotated[_Sent, Field(description="证件类型", examples=["citizen_id"])]
    id_number: Annotated[_Sent, Field(description="证件号码", examples=["370402188102020017"])]
    name: Annotated[_Sent, Field(description="姓名或名称", examples=["演示甲子"])]

    def __repr__(self) -> str:
        return "BatchPartyIn(…)"


class BatchRowIn(SchemaIn):
    """一行:一个在办办件的一名当事人的一项证明。"""

    case_number: Annotated[_Sent, Field(description="办件编号", examples=["SZ-2026-000123"])]
    matter: Annotated[_Sent | None, Field(description="事项编码;可省略,填写时须与办件一致")] = None
    proof: Annotated[_Sent, Field(description="证明编码", examples=["P-HOUSEHOLD"])]
    party: BatchPartyIn
    authorisation: Annotated[_Sent | None, Field(description="持证人授权编号(trxId);加密保存,不在结果中退还")] = None
    own: Annotated[
        dict[Annotated[str, Field(max_length=100)], _Sent],
        Field(max_length=MOST_OWN, description="本单位自己的各列,在结果中原样退还", examples=[{"序号": "1"}]),
    ] = {}

    def __repr__(self) -> str:
        return "BatchRowIn(…)"


class BatchIn(SchemaIn):
    """批量核验。"""

    purpose: Purpose
    responsible: Responsible
    callback: WantsCallback = True
    rows: Annotated[list[BatchRowIn], Field(min_length=1, max_length=MOST_JSON_ROWS, description="各行;更多的以文件上传")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "purpose": "低保年度复核",
                    "responsible": "demo-permit-1",
                    "rows": [
                        {
                            "case_number": "SZ-2026-000123",
                            "proof": "P-HOUSEHOLD",
                            "party": {"id_type": "citizen_id", "id_number": "370402188102020017", "name": "演示甲子"},
                            "own": {"序号": "1"},
                        }
                    ],
                }
            ]
        }
    )


class RowCount(SchemaOut):
    status: RowStatus
    name: Annotated[str, Field(examples=["已办结"])]
    count: int


class StateCount(SchemaOut):
    state: State
    name: Annotated[str, Field(examples=["等待出具单位"])]
    count: int


class BatchLinks(SchemaOut):
    self: str
    rows: str
    results: Annotated[str, Field(description="结果(XLSX);办结后可下载")]
    proofs: Annotated[str, Field(description="电子证明(ZIP);办结后可下载")]


class BatchOut(SchemaOut):
    """批次及进度(不含个人信息)。"""

    number: BatchNumber
    status: BatchStatus
    status_name: Annotated[str, Field(examples=["办理中"])]
    unit: Annotated[str, Field(description="需求单位编码")]
    purpose: str
    responsible: Annotated[str, Field(description="责任人(人员编码)")]
    callback: bool
    filed_at: datetime
    paused_at: datetime | None
    paused_why: Annotated[str | None, Field(description="lookups_blocked 发起核验被暂停(查询限制);null 为人员暂停")]
    cancelled_at: datetime | None
    ended_at: datetime | None
    rows: Annotated[int, Field(description="行数")]
    counts: Annotated[
        list[RowCount], Field(description="各行的情况:pending 待发起,refused 未受理,at_work 办理中,done 已办结,dropped 随批次取消")
    ]
    states: Annotated[list[StateCount], Field(description="已发起各行的核验状态")]
    progress: Annotated[str, Field(description="进度", examples=["共 200 行,未受理 3 行,办理中 57 行,已办结 140 行"])]
    estimated_end_at: Annotated[
        datetime | None, Field(description="按此前速度推算的全部发起完毕的时间;等待出具单位的不计在内;尚不能推算的为 null")
    ]
    links: BatchLinks

    @classmethod
    def of(cls, row: Batch, found: Progress) -> BatchOut:
        here = f"/v1/batches/{row.number}"
        return cls(
            number=row.number,
            status=row.status,
            status_name=row.status.label,
            unit=row.unit,
            purpose=row.purpose,
            responsible=row.responsible,
            callback=row.callback,
            filed_at=row.filed_at,
            paused_at=row.paused_at,
            paused_why=row.paused_why,
            cancelled_at=row.cancelled_at,
            ended_at=row.ended_at,
            rows=row.rows,
            counts=[RowCount(status=status, name=status.label, count=count) for status, count in found.rows.items() if count],
            states=[StateCount(state=state, name=state.label, count=count) for state, count in sorted(found.states.items())],
            progress=found.said,
            estimated_end_at=found.estimated_end,
            links=BatchLinks(self=here, rows=f"{here}/rows", results=f"{here}/results.xlsx", proofs=f"{here}/proofs.zip"),
        )


class BatchLine(SchemaOut):
    """批次清单中的一项。"""

    number: BatchNumber
    status: BatchStatus
    status_name: str
    unit: str
    purpose: str
    responsible: str
    filed_at: datetime
    ended_at: datetime | None
    rows: int

    @classmethod
    def of(cls, row: Batch) -> BatchLine:
        return cls(
            number=row.number,
            status=row.status,
            status_name=row.status.label,
            unit=row.unit,
            purpose=row.purpose,
            responsible=row.responsible,
            filed_at=row.filed_at,
            ended_at=row.ended_at,
            rows=row.rows,
        )


class BatchesOut(SchemaOut):
    items: list[BatchLine]
    next_cursor: NextCursor


class BatchRowOut(SchemaOut):
    """一行的情况(不含个人信息)。"""

    line: Annotated[int, Field(description="文件中的行号;JSON 中为第几行,从 1 起")]
    status: RowStatus
    status_name: Annotated[str, Field(examples=["未受理"])]
    verification_number: Annotated[str | None, Field(description="核验编号", examples=["HY202603047K3M9QXT"])]
    repeated: Annotated[bool, Field(description="此前已有在办或有效的同一核验,以其结果为准")]
    state: Annotated[State | None, Field(description="核验的状态")]
    state_name: Annotated[str | None, Field(examples=["已送达"])]
    code: Annotated[str | None, Field(description="未受理的原因,供程序判断", examples=["case_unknown"])]
    reason: Annotated[str | None, Field(description="未受理的原因")]

    @classmethod
    def of(cls, view: RowView) -> BatchRowOut:
        row = view.row
        return cls(
            line=row.line,
            status=view.status,
            status_name=view.status.label,
            verification_number=row.verification,
            repeated=row.repeated,
            state=view.state,
            state_name=view.state.label if view.state else None,
            code=row.refusal,
            reason=reason_of(row.refusal, row.said),
        )


class BatchRowsOut(SchemaOut):
    items: list[BatchRowOut]
    next_cursor: NextCursor


class BatchQuotaIn(SchemaIn):
    """批量限额。"""

    rows_a_day: Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="每天可提交的行数;0 为不得批量核验", examples=[20000])]


class BatchQuotaOut(SchemaOut):
    """一个单位的批量限额。"""

    unit: Named
    rows_a_day: int
    set_by: Annotated[str, Field(description="由谁设定")]
    set_at: datetime

    @classmethod
    def of(cls, row: BatchQuota, name: str) -> BatchQuotaOut:
        return cls(unit=Named(code=row.unit, name=name), rows_a_day=row.rows_a_day, set_by=row.set_by, set_at=row.set_at)


class BatchQuotasOut(SchemaOut):
    items: list[BatchQuotaOut]
    next_cursor: NextCursor


def reason_of(code: str | None, said: str | None) -> str | None:
    """Why a row was not taken, in words: the rule's own, or the table's."""
    if code is None or said:
        return said
    return PROBLEMS[code].detail if code in PROBLEMS else code
