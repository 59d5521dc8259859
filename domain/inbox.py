"""收件箱: the words for what an issuing unit and its 督办员 may do with a request, and the limits of an attachment."""

from __future__ import annotations

from enum import StrEnum

ATTACHMENT_BYTES = 2 * 1024 * 1024
ATTACHMENTS = 3  #: for one request
TEXT_LIMIT = 500  #: characters of a reason, a supplement, a feedback


class SupervisionOutcome(StrEnum):
    """督办结果 as the 督办员 feeds it back (obligation 10.12)."""

    DONE = "done"  #: 已督促办结
    RETURNED = "returned"  #: 已督促退回转办
    CANNOT = "cannot"  #: 无法按时办结, the text says why

    @property
    def label(self) -> str:
        return {"done": "已督促办结", "returned": "已督促退回", "cannot": "无法按时办结"}[self.value]


class AttachmentUse(StrEnum):
    """附件用途."""

    REPLY = "reply"
    SUPPLEMENT = "supplement"
    COMMITMENT = "commitment"
    MISMATCH = "mismatch"


class ExcuseReason(StrEnum):
    """超时理由 for a soft limit (reading 8)."""

    FIELD_CHECK = "field_check"  #: 需实地核查
    ARCHIVE = "archive"  #: 需查阅纸质档案
    OTHER_UNIT = "other_unit"  #: 需其他单位配合
    OUTAGE = "outage"  #: 系统或网络故障
    OTHER = "other"

    @property
    def label(self) -> str:
        return _EXCUSES[self.value]


_EXCUSES = {
    "field_check": "需实地核查",
    "archive": "需查阅纸质档案",
    "other_unit": "需其他单位配合",
    "outage": "系统或网络故障",
    "other": "其他",
}
