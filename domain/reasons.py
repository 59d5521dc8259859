"""理由: why somebody did something to a verification, in fixed words.

Events are never changed and are shown to operators in Prefect: what a person would write freely about a case has no
place there. Where a text is needed it is kept encrypted beside the act (a return, a supplement, a feedback).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """A fixed word with its Chinese."""

    @property
    def label(self) -> str:
        return REASON_WORDS[type(self)][self]


class WithdrawReason(Reason):
    """撤回理由."""

    APPLICANT_WITHDREW = "applicant_withdrew"
    FILED_IN_ERROR = "filed_in_error"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER = "other"


class PromiseReason(Reason):
    """变更承诺时限的理由 (reading 10)."""

    MATERIAL = "material"
    SPECIAL_PROCEDURE = "special_procedure"
    FIELD_CHECK = "field_check"
    APPLICANT = "applicant"
    FORCE_MAJEURE = "force_majeure"
    CORRECTION = "correction"
    OTHER = "other"


class AgainReason(Reason):
    """重新核验的理由 (reading 20): the same question is asked again."""

    DATA_CHANGED = "data_changed"
    PROOF_UNUSABLE = "proof_unusable"
    OTHER = "other"


class CloseReason(Reason):
    """办结理由."""

    VERIFIED_OFFLINE = "verified_offline"
    CANNOT_BE_VERIFIED = "cannot_be_verified"
    APPLICANT_WITHDREW = "applicant_withdrew"
    FILED_IN_ERROR = "filed_in_error"
    OTHER = "other"


class ReissueReason(Reason):
    """重新制作的理由."""

    CONTENT_ERROR = "content_error"
    LAYOUT_ERROR = "layout_error"
    SEAL_ERROR = "seal_error"
    OTHER = "other"


class RerouteReason(Reason):
    """改派理由."""

    NOT_ITS_DUTY = "not_its_duty"
    UNIT_CHANGED = "unit_changed"
    CANNOT_VERIFY = "cannot_verify"
    NO_OTHER_METHOD = "no_other_method"
    OTHER = "other"


class RevokeReason(Reason):
    """撤销电子证明的理由 (obligations 16.8, 17.5)."""

    CONTENT_ERROR = "content_error"
    ISSUED_IN_ERROR = "issued_in_error"
    FACTS_CHANGED = "facts_changed"
    DECEIT = "deceit"
    SEAL_ERROR = "seal_error"
    DECIDED = "decided"


REASON_WORDS: Mapping[type[Reason], Mapping[Reason, str]] = MappingProxyType(
    {
        WithdrawReason: {
            WithdrawReason.APPLICANT_WITHDREW: "申请人撤回申请",
            WithdrawReason.FILED_IN_ERROR: "发起有误",
            WithdrawReason.NO_LONGER_NEEDED: "不再需要",
            WithdrawReason.OTHER: "其他",
        },
        PromiseReason: {
            PromiseReason.MATERIAL: "申请人补充材料",
            PromiseReason.SPECIAL_PROCEDURE: "听证、检验、检测、鉴定、专家评审等",
            PromiseReason.FIELD_CHECK: "需实地核查",
            PromiseReason.APPLICANT: "应申请人要求",
            PromiseReason.FORCE_MAJEURE: "不可抗力",
            PromiseReason.CORRECTION: "登记有误,更正",
            PromiseReason.OTHER: "其他",
        },
        AgainReason: {AgainReason.DATA_CHANGED: "情况已变化", AgainReason.PROOF_UNUSABLE: "原证明不能使用", AgainReason.OTHER: "其他"},
        CloseReason: {
            CloseReason.VERIFIED_OFFLINE: "已在线下核验",
            CloseReason.CANNOT_BE_VERIFIED: "确实无法核验",
            CloseReason.APPLICANT_WITHDREW: "申请人撤回申请",
            CloseReason.FILED_IN_ERROR: "发起有误",
            CloseReason.OTHER: "其他",
        },
        ReissueReason: {
            ReissueReason.CONTENT_ERROR: "内容有误",
            ReissueReason.LAYOUT_ERROR: "版面有误",
            ReissueReason.SEAL_ERROR: "用印有误",
            ReissueReason.OTHER: "其他",
        },
        RerouteReason: {
            RerouteReason.NOT_ITS_DUTY: "不属原单位职责",
            RerouteReason.UNIT_CHANGED: "单位或职责已调整",
            RerouteReason.CANNOT_VERIFY: "原单位无法核验",
            RerouteReason.NO_OTHER_METHOD: "没有其他核验方式",
            RerouteReason.OTHER: "其他",
        },
        RevokeReason: {
            RevokeReason.CONTENT_ERROR: "内容有误",
            RevokeReason.ISSUED_IN_ERROR: "不应出具",
            RevokeReason.FACTS_CHANGED: "所证明的事实已变化",
            RevokeReason.DECEIT: "以虚假陈述或者材料取得",
            RevokeReason.SEAL_ERROR: "用印有误",
            RevokeReason.DECIDED: "依行政复议、诉讼等决定撤销",
        },
    }
)
