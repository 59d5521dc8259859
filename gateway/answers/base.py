"""What all answers share: the base model, the problem, masked parties, names behind codes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.roles import IdType, PartyRole
from ledger.views import PartyView

Number = Annotated[str, Field(description="核验编号", examples=["HY202603047K3M9QXT"])]

More = Annotated[bool, Field(description="后面还有:以 offset 继续")]


class Answered(BaseModel):
    model_config = ConfigDict(frozen=True)


class ErrorLine(Answered):
    field: Annotated[str, Field(description="哪一项", examples=["party.id_number"])]
    text: Annotated[str, Field(description="哪里不合格")]


class BlockLine(Answered):
    """清单规则对一个条目的一处意见。"""

    matter: Annotated[str, Field(description="事项编码")]
    proof: Annotated[str, Field(description="证明编码")]
    code: Annotated[str, Field(examples=["no_basis"])]
    obligation: Annotated[str, Field(description="规则条款", examples=["2.1"])]
    text: Annotated[str, Field(description="哪里不符合")]
    remedy: Annotated[str, Field(description="怎么办")]


class ProblemAnswer(Answered):
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


class MaskedParty(Answered):
    """当事人(脱敏)。"""

    role: PartyRole
    id_type: IdType
    id_number: Annotated[str, Field(examples=["370402**********17"])]
    name: Annotated[str, Field(examples=["演***"])]

    @classmethod
    def of(cls, party: PartyView) -> MaskedParty:
        return cls(role=party.role, id_type=party.id_type, id_number=party.id_number, name=party.name)


class Named(Answered):
    code: str
    name: str
