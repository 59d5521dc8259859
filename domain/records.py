"""台账用语: why somebody submits by own will, what an off-system look-up found, where a mismatch stands."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

#: 留存备查 (2.7): the regulation gives no period; ten years is that of administrative files kept for a fixed term.
RETENTION = timedelta(days=3653)

#: What the applicant is told with the result of a check (11.4).
RIGHT_OF_APPEAL = "对核实结果有异议的,可以依法申请行政复议或者提起行政诉讼,也可以通过其他法定途径主张权利。"


class VoluntaryReason(StrEnum):
    """主动提供的原因 (2.6)."""

    AT_HAND = "at_hand"  #: 手头已有
    FASTER = "faster"  #: 希望更快办结
    PREFERS_PAPER = "prefers_paper"  #: 不愿核验
    OTHER = "other"

    @property
    def chinese(self) -> str:
        return {"at_hand": "手头已有", "faster": "希望更快办结", "prefers_paper": "不愿核验", "other": "其他"}[self.value]


class OffSystemResult(StrEnum):
    """系统外查询的结果 (7.3)."""

    CONFIRMED = "confirmed"
    NOT_FOUND = "not_found"
    DIFFERENT = "different"

    @property
    def chinese(self) -> str:
        return {"confirmed": "属实", "not_found": "查无", "different": "不一致"}[self.value]


class AgainReason(StrEnum):
    """重新核验的理由 (reading 20): the same question is asked again."""

    DATA_CHANGED = "data_changed"  #: 情况已变化
    PROOF_UNUSABLE = "proof_unusable"  #: 原证明不能使用
    OTHER = "other"


class MismatchStatus(StrEnum):
    """不符的处理进度 (11.3)."""

    REPORTED = "reported"
    CHECKING = "checking"  #: the issuing unit checks
    CORRECTED = "corrected"  #: its material differs from what was obtained
    UPHELD = "upheld"  #: its material is what was obtained
    UNSETTLED = "unsettled"  #: the check ended without a result
