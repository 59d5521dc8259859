"""通知: what officials are told of, and how (10.12)."""

from __future__ import annotations

from enum import StrEnum


class NoticeChannel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


class NoticeKind(StrEnum):
    """What happened; the text of a notice is fixed for its kind and names the verification's number alone."""

    ASKED = "asked"  #: 新的核验申请
    WARNING = "warning"  #: 临近时限
    SUPERVISION = "supervision"  #: 督办
    SUPERVISION_MISSED = "supervision_missed"  #: 督办超时, to the 专班 office
    RETURNED = "returned"  #: 退回
    SUPPLEMENT = "supplement"  #: 补正
    COMMITMENT_CHECK = "commitment_check"  #: 承诺核查到期
    DUTY_GAP = "duty_gap"  #: 值守空缺
    CALENDAR = "calendar"  #: 日历将用尽
