"""登记库 as the API shows it. `remarks` says what is still to be done about a row."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from domain.blocking import Organ
from domain.identity import is_uscc
from domain.limits import HandlingType
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, Flag, PublicLine, Remark, SchemaIn, Text, names_nobody, one_line
from gateway.registry.change_schemas import RegisterChangeOut
from ledger.tables.registry import Database, Matter, ProofKind, Unit
from settings import settings

Waits = Annotated[RegisterChangeOut | None, Field(description="待另一人确认的部分:POST /v1/registry/changes/{id}/confirm")]
Remarks = Annotated[list[str], Field(description="待办提示")]


class UnitOut(SchemaOut):
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
    def of(cls, row: Unit, waits: RegisterChangeOut | None = None) -> UnitOut:
        remarks = [] if row.uscc else ["统一社会信用代码待补。"]
        if row.kind == "public_service" and row.drafting_unit is None:
            remarks.append("公共服务单位的清单由行业主管部门组织编制,请补填行业主管部门。")
        return cls(
            code=row.code,
            name=row.name,
            kind=row.kind,
            uscc=row.uscc,
            aliases=row.aliases,
            sector=row.sector,
            kind_name={"government": "政务服务单位", "public_service": "公共服务单位"}.get(row.kind, row.kind),
            uscc_standing="已校验" if row.uscc else "待补",
            drafting_unit=row.drafting_unit,
            region=row.region,
            organ=row.organ,
            takes_part=row.takes_part,
            active=row.active,
            remarks=remarks,
            waits=waits,
        )


class MatterOut(SchemaOut):
    """事项。"""

    code: str
    name: str
    unit: str
    handling: HandlingType
    promised_days: int | None
    reviewed_above: bool
    active: bool
    succeeded_by: Annotated[str | None, Field(description="事项换码后现在的编码;两个编码的办件都可办理")]
    remarks: Remarks
    waits: Waits = None

    @classmethod
    def of(cls, row: Matter, waits: RegisterChangeOut | None = None) -> MatterOut:
        late = row.handling is HandlingType.PROMISED and row.promised_days is None
        return cls(
            code=row.code,
            name=row.name,
            unit=row.unit,
            handling=row.handling,
            promised_days=row.promised_days,
            reviewed_above=row.reviewed_above,
            active=row.active,
            succeeded_by=row.succeeded_by,
            remarks=["承诺件未写明承诺办结时限。"] if late else [],
            waits=waits,
        )


class ProofKindOut(SchemaOut):
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
    otherwise: Annotated[str, Field(description="法律法规对其效力另有规定的,其依据;空为没有")]
    candidate_for_cancellation: Annotated[bool, Field(description="没有设定依据,是取消候选")]
    listed: Annotated[int, Field(description="现行清单中有几个条目")]
    remarks: Remarks
    waits: Waits = None

    @classmethod
    def of(cls, row: ProofKind, listed: int, waits: RegisterChangeOut | None = None) -> ProofKindOut:
        candidate = not row.basis and not row.cancelled
        remarks = ["没有法律法规设定依据,列为取消候选:请补充依据,或予以取消。"] if candidate else []
        if row.cancelled and listed:
            remarks.append(f"证明已取消,现行清单仍有 {listed} 个条目:请报送减少。")
        return cls(
            code=row.code,
            name=row.name,
            aliases=row.aliases,
            basis=row.basis,
            issuing_unit=row.issuing_unit,
            fields=row.fields,
            validity_days=row.validity_days,
            sealed_when_negative=row.sealed_when_negative,
            cancelled=row.cancelled,
            otherwise=row.otherwise,
            candidate_for_cancellation=candidate,
            listed=listed,
            remarks=remarks,
            waits=waits,
        )


class DatabaseOut(SchemaOut):
    """证照、证明数据库。"""

    code: str
    name: str
    owner: str
    source: str | None
    connected_since: date | None
    note: str
    remarks: Remarks

    @classmethod
    def of(cls, row: Database) -> DatabaseOut:
        return cls(
            code=row.code,
            name=row.name,
            owner=row.owner,
            source=row.source,
            connected_since=row.connected_since,
            note=row.note,
            remarks=[] if row.connected_since else ["尚未接入:应接尽接。"],
        )


class UnitsOut(SchemaOut):
    items: list[UnitOut]
    next_cursor: NextCursor


class MattersOut(SchemaOut):
    items: list[MatterOut]
    next_cursor: NextCursor


class ProofKindsOut(SchemaOut):
    items: list[ProofKindOut]
    next_cursor: NextCursor


class DatabasesOut(SchemaOut):
    items: list[DatabaseOut]
    next_cursor: NextCursor


def _checked_uscc(code: str | None) -> str | None:
    if code is not None and not is_uscc(code):
        raise PydanticCustomError("uscc_invalid", "uscc")
    return code


class UnitIn(SchemaIn):
    """单位。"""

    name: Annotated[PublicLine, Field(description="全称", examples=["市中区民政局"])]
    kind: Annotated[Literal["government", "public_service"], Field(description="government 政务服务单位,public_service 公共服务单位")]
    uscc: Annotated[
        str | None,
        Field(max_length=18, description="统一社会信用代码,校验后保存;null 表示待补", examples=["1137040200DEM0001Q"]),
        AfterValidator(_checked_uscc),
    ] = None
    aliases: Annotated[list[PublicLine], Field(max_length=30, description="简称、曾用名:清单中写成这样的即指该单位")] = []
    sector: Annotated[
        str,
        Field(max_length=100, description="行业(公共服务单位)", examples=["供暖"]),
        AfterValidator(one_line),
        AfterValidator(names_nobody),
    ] = ""
    drafting_unit: Annotated[Code | None, Field(description="行业主管部门(单位编码),负责编制其清单;null 表示自行编制")] = None
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$", default_factory=lambda: settings().region, description="行政区划代码;省略为本区")]
    organ: Annotated[Organ, Field(description="community 村(居)民委员会,police 公安派出所,other 其他;决定适用哪份负面清单")] = Organ.OTHER
    takes_part: Annotated[Flag, Field(description="应参加改革:有事项的应有清单")] = True
    active: Annotated[Flag, Field(description="在用")] = True

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "演示供热公司",
                    "kind": "public_service",
                    "uscc": None,
                    "aliases": ["供热公司"],
                    "sector": "供暖",
                    "drafting_unit": "370402-HOUSING",
                }
            ]
        }
    )

    def as_row(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.model_dump()}


class MatterIn(SchemaIn):
    """事项。"""

    name: Annotated[PublicLine, Field(description="名称", examples=["公共租赁住房申请"])]
    unit: Annotated[Code, Field(description="办事单位(单位编码)", examples=["370402-PERMIT"])]
    handling: Annotated[HandlingType, Field(description="办件类型:immediate 即办件,promised 承诺件,other 其他")]
    promised_days: Annotated[int | None, Field(strict=True, ge=1, le=3650, description="承诺办结时限(工作日)")] = None
    reviewed_above: Annotated[Flag, Field(description="区级初审上报,或审核环节在市级以上(规则第二条)")] = False
    active: Annotated[Flag, Field(description="在用")] = True

    def as_row(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.model_dump()}


class ProofIn(SchemaIn):
    """证明种类。"""

    name: Annotated[PublicLine, Field(description="名称", examples=["户籍证明"])]
    aliases: Annotated[list[PublicLine], Field(max_length=30, description="别称:清单中写成这样的即指该证明", examples=[["户口证明"]])] = []
    basis: Annotated[Text, Field(description="设定依据;没有的是取消候选", examples=["《公共租赁住房管理办法》第七条"])] = ""
    issuing_unit: Annotated[Code | None, Field(description="通常由谁出具(单位编码)")] = None
    fields: Annotated[list[PublicLine], Field(max_length=60, description="能证明的内容", examples=[["户主姓名", "住址"]])] = []
    validity_days: Annotated[int, Field(strict=True, ge=1, le=3650, description="有效天数")] = 30
    sealed_when_negative: Annotated[Flag, Field(description="否定结果也盖章")] = False
    cancelled: Annotated[Flag, Field(description="取消:不得再要求提交")] = False
    otherwise: Annotated[
        Remark,
        Field(
            description="法律法规对这种证明的电子形式的效力另有规定的,其依据,印在证明上(规则第十一条);空为没有",
            examples=["《演示法》第三条"],
        ),
    ] = ""

    def as_row(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.model_dump()}


class DatabaseIn(SchemaIn):
    """证照、证明数据库。"""

    name: Annotated[PublicLine, Field(description="名称", examples=["枣庄市电子证照库"])]
    owner: Annotated[Code, Field(description="责任单位(单位编码)", examples=["370402-OFFICE"])]
    source: Annotated[Code | None, Field(description="接入后的数据来源名称", examples=["licence_library"])] = None
    connected_since: Annotated[date | None, Field(description="接入日期;null 表示尚未接入")] = None
    note: Annotated[Text, Field(description="说明,如未接入的原因")] = ""

    def as_row(self, code: str) -> dict[str, Any]:
        return {"code": code, **self.model_dump()}
