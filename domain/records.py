"""台账用语: why somebody submits by own will, what an off-system look-up found, where a mismatch stands."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

#: 留存备查 (obligation 2.7): the regulation gives no period; ten years is that of administrative files kept for a fixed term.
RETENTION = timedelta(days=3653)

#: What the applicant is told with the result of a check (obligation 11.4).
RIGHT_OF_APPEAL = "对核实结果有异议的,可以依法申请行政复议或者提起行政诉讼,也可以通过其他法定途径主张权利。"


class VoluntaryReason(StrEnum):
    """主动提供的原因 (obligation 2.6)."""

    AT_HAND = "at_hand"  #: 手头已有
    FASTER = "faster"  #: 希望更快办结
    PREFERS_PAPER = "prefers_paper"  #: 不愿核验
    OTHER = "other"

    @property
    def label(self) -> str:
        return {"at_hand": "手头已有", "faster": "希望更快办结", "prefers_paper": "不愿核验", "other": "其他"}[self.value]


class VoluntaryMark(StrEnum):
    """What the 台账 says beside a submission: it is accepted all the same (obligation 2.6)."""

    NO_CASE = "no_case"
    NOT_A_PARTY = "not_a_party"
    NAME_DIFFERS = "name_differs"
    NOT_SPARED = "not_spared"  #: the list has it and spares nobody it: it is kept out (obligations 2.3, 2.4, 2.5) or has no method
    UNCONFIRMED = "unconfirmed"  #: without the applicant's own confirmation (reading 17)

    @property
    def label(self) -> str:
        return _MARKS[self.value]


_MARKS = {
    "no_case": "无办件",
    "not_a_party": "非当事人",
    "name_differs": "姓名不一致",
    "not_spared": "清单未免提交",
    "unconfirmed": "无本人确认",
}


class OffSystemResult(StrEnum):
    """系统外查询的结果 (obligation 7.3)."""

    CONFIRMED = "confirmed"
    NOT_FOUND = "not_found"
    DIFFERENT = "different"

    @property
    def label(self) -> str:
        return {"confirmed": "属实", "not_found": "查无", "different": "不一致"}[self.value]


#: 核验结论 may be doubted like a field of the proof (obligation 11.3).
CONCLUSION = "核验结论"


class MismatchStatus(StrEnum):
    """不符的处理进度 (obligation 11.3)."""

    REPORTED = "reported"
    CHECKING = "checking"  #: the issuing unit checks
    CORRECTED = "corrected"  #: its material differs from what was obtained
    UPHELD = "upheld"  #: its material is what was obtained
    UNSETTLED = "unsettled"  #: the check ended without a result


class Cause(StrEnum):
    """为什么重新计算时限: the code that stands with the change (reading 25)."""

    SUPPLEMENT = "supplement"  #: a pause ended (reading 10)
    PROMISE = "promise"  #: the requesting unit moved its promise (reading 10)
    CALENDAR = "calendar"
    HOURS = "hours"
    OUTAGE = "outage"  #: the platform was away, where the district deducts that (reading 21)
    READINGS = "readings"  #: the district reads the text otherwise: a new rule version
