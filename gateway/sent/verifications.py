"""核验 as callers send it."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from domain.reasons import AgainReason, WithdrawReason
from gateway.sent.values import Code, Sent, SentParty


class SentVerification(Sent):
    """核验:为在办办件的一名当事人核验一项证明。"""

    case_number: Annotated[Code, Field(description="办件编号", examples=["SZ-2026-000123"])]
    matter: Annotated[Code | None, Field(description="事项编码;可省略,填写时须与办件一致")] = None
    proof: Annotated[Code, Field(description="证明编码", examples=["P-HOUSEHOLD"])]
    party: Annotated[SentParty, Field(description="被核验人,须是该办件的当事人")]
    force_new: Annotated[
        AgainReason | None,
        Field(
            description="同一办件、证明、当事人已有在办或有效的核验时,省略则返回原核验;确需重新核验的填写理由:"
            "data_changed 情况已变化,proof_unusable 原证明不能使用,other 其他"
        ),
    ] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "case_number": "SZ-2026-000123",
                    "proof": "P-HOUSEHOLD",
                    "party": {"id_type": "citizen_id", "id_number": "370402188102020017", "name": "演示甲子"},
                }
            ]
        }
    )


class SentChoice(Sent):
    """需求单位在多个证照中的选择。"""

    identifier: Annotated[
        str | None, Field(max_length=200, description="所选证照的编号(见 candidates);null 表示都不是,转为下一种核验方式")
    ]


class SentWithdrawal(Sent):
    """撤回。"""

    reason: Annotated[WithdrawReason, Field(description="撤回理由,固定用语:applicant_withdrew 申请人撤回申请,filed_in_error 发起有误,no_longer_needed 不再需要,other 其他")]
