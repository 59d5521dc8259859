"""What all answers share: the base model, the problem, masked parties, names behind codes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.instants import is_past
from domain.roles import IdType, PartyRole
from ledger.casework.views import PartyView

Number = Annotated[str, Field(description="核验编号", examples=["HY202603047K3M9QXT"])]

NextCursor = Annotated[str | None, Field(description="下一页的 cursor;null 表示没有更多")]


class SchemaOut(BaseModel):
    model_config = ConfigDict(frozen=True)


class ErrorLine(SchemaOut):
    field: Annotated[str, Field(description="哪一项", examples=["party.id_number"])]
    text: Annotated[str, Field(description="哪里不合格")]


class BlockLine(SchemaOut):
    """清单规则对一个条目的一处意见。"""

    matter: Annotated[str, Field(description="事项编码")]
    proof: Annotated[str, Field(description="证明编码")]
    code: Annotated[str, Field(examples=["no_basis"])]
    obligation: Annotated[str, Field(description="规则条款", examples=["2.1"])]
    text: Annotated[str, Field(description="哪里不符合")]
    remedy: Annotated[str, Field(description="怎么办")]


class ProblemOut(SchemaOut):
    """RFC 9457 problem. `code` 稳定不变,供程序判断;其余文字供人阅读。"""

    type: Annotated[str, Field(examples=["/docs#case_closed"])]
    title: str
    status: int
    code: Annotated[str, Field(examples=["case_closed"])]
    detail: Annotated[str, Field(description="发生了什么")]
    remedy: Annotated[str, Field(description="怎么办")]
    instance: str | None = None
    errors: list[ErrorLine] | None = None
    blocks: Annotated[list[BlockLine] | None, Field(description="清单规则的意见(changes_blocked)")] = None


class MaskedParty(SchemaOut):
    """当事人(脱敏)。"""

    role: PartyRole
    id_type: IdType
    id_number: Annotated[str, Field(examples=["370402**********17"])]
    name: Annotated[str, Field(examples=["演***"])]

    @classmethod
    def of(cls, party: PartyView) -> MaskedParty:
        return cls(role=party.role, id_type=party.id_type, id_number=party.id_number, name=party.name)


class Named(SchemaOut):
    code: str
    name: str


Term = Annotated[str, Field(description="期限的情况:未定、办理中、已逾期、按时、逾期完成", examples=["办理中"])]


def term_of(due: datetime | None, missing: int | None, done: datetime | None, now: datetime) -> str:
    """How a term stands, in words."""
    if due is None:
        return f"未定({missing} 年的工作日历尚未录入)" if missing else ""
    if done is not None:
        return "逾期完成" if is_past(due, done) else "按时"
    return "已逾期" if is_past(due, now) else "办理中"
