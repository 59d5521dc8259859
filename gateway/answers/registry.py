"""登记库 as the API shows it. `remarks` says what is still to be done about a row."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.blocking import Organ
from domain.limits import HandlingType
from gateway.answers.base import Answered, More
from gateway.answers.register_changes import RegisterChangeAnswer
from ledger.tables.registry import Database, Matter, ProofKind, Unit

Waits = Annotated[RegisterChangeAnswer | None, Field(description="待另一人确认的部分:POST /v1/registry/changes/{id}/confirm")]
Remarks = Annotated[list[str], Field(description="待办提示")]


class UnitAnswer(Answered):
    """单位。"""

    code: str
    name: str
    kind: str
    kind_name: str
    uscc: str | None
    uscc_standing: Annotated[str, Field(description="已校验、待补", examples=["待补"])]
    aliases: list[str]
    sector: str
    drafting_unit: Annotated[str | None, Field(description="行业主管部门;null 表示自行编制清单")]
    region: str
    organ: Organ
    takes_part: bool
    active: bool
    remarks: Remarks
    waits: Waits = None

    @classmethod
    def of(cls, row: Unit, waits: RegisterChangeAnswer | None = None) -> UnitAnswer:
        remarks = [] if row.uscc else ["统一社会信用代码待补。"]
        if row.kind == "public_service" and row.drafting_unit is None:
            remarks.append("公共服务单位的清单由行业主管部门组织编制,请补填行业主管部门。")
        return cls(
            code=row.code, name=row.name, kind=row.kind, uscc=row.uscc, aliases=row.aliases, sector=row.sector,
            kind_name={"government": "政务服务单位", "public_service": "公共服务单位"}.get(row.kind, row.kind),
            uscc_standing="已校验" if row.uscc else "待补", drafting_unit=row.drafting_unit, region=row.region,
            organ=row.organ, takes_part=row.takes_part, active=row.active, remarks=remarks, waits=waits,
        )  # fmt: skip


class MatterAnswer(Answered):
    """事项。"""

    code: str
    name: str
    unit: str
    handling: HandlingType
    promised_days: int | None
    reviewed_above: bool
    active: bool
    remarks: Remarks
    waits: Waits = None

    @classmethod
    def of(cls, row: Matter, waits: RegisterChangeAnswer | None = None) -> MatterAnswer:
        late = row.handling is HandlingType.PROMISED and row.promised_days is None
        return cls(
            code=row.code, name=row.name, unit=row.unit, handling=row.handling, promised_days=row.promised_days,
            reviewed_above=row.reviewed_above, active=row.active, remarks=["承诺件未写明承诺办结时限。"] if late else [],
            waits=waits,
        )  # fmt: skip


class ProofKindAnswer(Answered):
    """证明种类。"""

    code: str
    name: str
    aliases: list[str]
    basis: str
    issuing_unit: str | None
    fields: list[str]
    validity_days: int
    sealed_when_negative: bool
    cancelled: bool
    candidate_for_cancellation: Annotated[bool, Field(description="没有设定依据,是取消候选")]
    listed: Annotated[int, Field(description="现行清单中有几个条目")]
    remarks: Remarks
    waits: Waits = None

    @classmethod
    def of(cls, row: ProofKind, listed: int, waits: RegisterChangeAnswer | None = None) -> ProofKindAnswer:
        candidate = not row.basis and not row.cancelled
        remarks = ["没有法律法规设定依据,列为取消候选:请补充依据,或予以取消。"] if candidate else []
        if row.cancelled and listed:
            remarks.append(f"证明已取消,现行清单仍有 {listed} 个条目:请报送减少。")
        return cls(
            code=row.code, name=row.name, aliases=row.aliases, basis=row.basis, issuing_unit=row.issuing_unit,
            fields=row.fields, validity_days=row.validity_days, sealed_when_negative=row.sealed_when_negative,
            cancelled=row.cancelled, candidate_for_cancellation=candidate, listed=listed, remarks=remarks, waits=waits,
        )  # fmt: skip


class DatabaseAnswer(Answered):
    """证照、证明数据库。"""

    code: str
    name: str
    owner: str
    source: str | None
    connected_since: date | None
    note: str
    remarks: Remarks

    @classmethod
    def of(cls, row: Database) -> DatabaseAnswer:
        return cls(
            code=row.code, name=row.name, owner=row.owner, source=row.source, connected_since=row.connected_since,
            note=row.note, remarks=[] if row.connected_since else ["尚未接入:应接尽接。"],
        )  # fmt: skip


class UnitsAnswer(Answered):
    items: list[UnitAnswer]
    more: More


class MattersAnswer(Answered):
    items: list[MatterAnswer]
    more: More


class ProofKindsAnswer(Answered):
    items: list[ProofKindAnswer]
    more: More


class DatabasesAnswer(Answered):
    items: list[DatabaseAnswer]
    more: More
