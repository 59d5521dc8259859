"""回避 (obligations 4.1, 18.2, 19.1): nobody decides about the own unit, nor where she has withdrawn herself.

What is decided about: a complaint, a lead, an excuse and so on. The unit whose conduct it is about is the one concerned;
a unit that was merged is its successor's (ledger.succession), before this is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum


class Subject(StrEnum):
    """What somebody decides about; its key is what people call it by."""

    COMPLAINT = "complaint"  #: 投诉编号
    LEAD = "lead"  #: 线索编号
    EXCUSE = "excuse"  #: 收件箱申请
    PROPOSAL = "proposal"  #: 清单编制、调整
    QUESTION = "question"  #: 清单待确认
    RETENTION = "retention"  #: 到期清册的一项
    HOLD = "hold"  #: 暂停销毁
    CREDIT = "credit"  #: 承诺限制
    VERIFICATION = "verification"  #: 待人工处理的核验
    INSPECTION = "inspection"  #: 督导检查: the unit that is inspected
    OUTAGE = "outage"  #: 平台故障: its beginning
    HOURS = "hours"  #: 此前的服务时间: the unit's code
    LOOKUP_BLOCK = "lookup_block"  #: 查询限制: its number
    CALENDAR = "calendar"  #: 单位自用的工作日历: its name

    @property
    def label(self) -> str:
        return _SUBJECTS[self.value]


_SUBJECTS = {
    "complaint": "投诉",
    "lead": "线索",
    "excuse": "超时理由",
    "proposal": "清单编制或调整",
    "question": "清单待确认",
    "retention": "到期清册",
    "hold": "暂停销毁",
    "credit": "承诺限制",
    "verification": "核验",
    "inspection": "督导检查",
    "outage": "平台故障",
    "hours": "服务时间",
    "calendar": "工作日历",
    "lookup_block": "查询限制",
}

#: What a person can withdraw from beforehand; of the others only the rule itself speaks.
BY_HERSELF = frozenset(Subject) - {Subject.OUTAGE, Subject.HOURS, Subject.CALENDAR}
_MOST_NAMED = 5


def must_recuse(own: str, concerned: Collection[str], recused: bool) -> bool:
    """True where a person of the unit `own` may not decide."""
    return recused or own in concerned


def why_not(own_name: str | None, subject: Subject, others: Sequence[str]) -> str:
    """Why somebody may not decide, and who can. `own_name`: of the unit concerned, None where she withdrew herself;
    `others`: 姓名(单位) of those who may."""
    why = f"这项{subject.label}涉及本单位({own_name})" if own_name else f"您已就这项{subject.label}登记回避"
    return f"{why},不能由您办理。{who_else(others)}"


def who_else(others: Sequence[str]) -> str:
    """Who may decide. Where the whole office is of the unit concerned the 工作专班 (obligation 4.1) names somebody of another member."""
    if not others:
        return "现有人员均须回避:请由工作专班负责人从其他成员单位指定人员,经管理员登记岗位并由第二人确认后办理。"
    more = f"等 {len(others)} 人" if len(others) > _MOST_NAMED else ""
    return f"可由{'、'.join(others[:_MOST_NAMED])}{more}办理。"
