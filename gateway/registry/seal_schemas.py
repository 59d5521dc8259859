"""印章登记 as the API shows and takes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from domain.seals import KeyKind, SealKind, SealStanding, SealStep
from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import Code, GivenNumber, PublicLine, SchemaIn
from ledger.sealing.certificates import MOST
from ledger.sealing.seal_register import Filing
from ledger.tables.seals import RegisteredSeal, SealEvent

_KEYS = "密钥存放:" + "、".join(f"{one.value} {one.label}" for one in KeyKind)


class SealStepOut(SchemaOut):
    """印章的一步,登记后不能更改。"""

    step: SealStep
    step_name: Annotated[str, Field(examples=["提出制作"])]
    at: datetime
    by: str
    detail: Annotated[dict[str, Any], Field(description="指纹、备案编号、理由等")]

    @classmethod
    def of(cls, row: SealEvent) -> SealStepOut:
        return cls(step=row.step, step_name=row.step.label, at=row.at, by=row.actor, detail=row.detail)


class SealOut(SchemaOut):
    """登记的一枚印章。"""

    id: UUID
    kind: SealKind
    kind_name: Annotated[str, Field(examples=["证照数据共享查询核验专用章"])]
    name: str
    unit: Annotated[str, Field(description="制作和管理单位")]
    standing: SealStanding
    standing_name: Annotated[str, Field(examples=["在用"])]
    key_kind: KeyKind | None
    key_reference: Annotated[str | None, Field(description="密钥文件名,或密码模块中的标签")]
    subject: Annotated[str | None, Field(description="证书主体")]
    serial_number: Annotated[str | None, Field(description="证书序列号,十六进制")]
    fingerprint: Annotated[str | None, Field(description="证书的 SHA-256,十六进制")]
    valid_from: datetime | None
    valid_until: datetime | None
    filing_number: Annotated[str | None, Field(description="备案编号")]
    filed_on: date | None
    replaces: Annotated[UUID | None, Field(description="变更的是哪一枚")]
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: RegisteredSeal) -> SealOut:
        names = cls.model_fields.keys() - {"kind_name", "standing_name", "steps"}
        return cls(**{name: getattr(row, name) for name in names}, kind_name=row.kind.label, standing_name=row.standing.label)


class SealStoryOut(SealOut):
    """一枚印章和它的每一步。"""

    certificate: Annotated[str | None, Field(description="证书,PEM")]
    steps: list[SealStepOut] = []

    @classmethod
    def told(cls, row: RegisteredSeal, events: Iterable[SealEvent]) -> SealStoryOut:
        return cls(**SealOut.of(row).model_dump(), certificate=row.certificate, steps=[SealStepOut.of(one) for one in events])


class SealsOut(SchemaOut):
    items: list[SealOut]
    next_cursor: NextCursor


class SealIn(SchemaIn):
    """申请一枚印章。"""

    kind: Annotated[SealKind, Field(description="share 证照数据共享查询核验专用章,issuer 电子证明核实信息专用章")]
    name: Annotated[PublicLine, Field(description="印章名称", examples=["市中区证照数据共享查询核验专用章"])]
    unit: Annotated[Code, Field(description="制作和管理单位(单位编码)", examples=["370402-OFFICE"])]
    replaces: Annotated[UUID | None, Field(description="变更:启用后代替哪一枚;省略为新设")] = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "share", "name": "市中区证照数据共享查询核验专用章", "unit": "370402-OFFICE"}]}
    )


class SealFilingIn(SchemaIn):
    """备案。"""

    number: Annotated[GivenNumber, Field(description="备案编号", examples=["鲁枣市中章备〔2026〕1号"])]
    on: Annotated[date, Field(description="备案日期", examples=["2026-03-02"])]

    def as_filing(self) -> Filing:
        return Filing(self.number, self.on)


class SealMakingIn(SchemaIn):
    """提出制作。"""

    certificate: Annotated[str, Field(min_length=1, max_length=MOST, description="印章的证书,PEM;不得含密钥")]
    key_kind: Annotated[KeyKind, Field(description=_KEYS)]
    key_reference: Annotated[PublicLine, Field(description="密钥文件名,或密码模块中的标签;不得含口令", examples=["share.key.pem"])]
    filing: Annotated[SealFilingIn | None, Field(description="已经备案的,一并填写;确认制作后即为已备案")] = None


class SealCancellationIn(SchemaIn):
    """提出注销。"""

    reason: Annotated[PublicLine, Field(description="理由;不得含个人信息", examples=["密钥介质遗失"])]
