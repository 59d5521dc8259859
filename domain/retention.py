"""保管期限 (obligations 2.7, 15.4): what is kept, what stops its end, and how far an end has come."""

from __future__ import annotations

from enum import StrEnum

#: What stands where something stood whose key was destroyed.
ERASED = "已按期销毁"


class Kept(StrEnum):
    """What is kept under one key and ends as a whole."""

    CASE = "case"
    VOLUNTARY = "voluntary"  #: 主动提供 without a case; with one it goes with its case
    COMPLAINT = "complaint"
    BATCH = "batch"  #: what was sent for many at once; of a row about a case that ends before, that row ends with it

    @property
    def label(self) -> str:
        return {"case": "办件", "voluntary": "主动提供台账", "complaint": "投诉", "batch": "批次"}[self.value]


class HoldReason(StrEnum):
    """为何暂停销毁."""

    RECONSIDERATION = "reconsideration"
    LITIGATION = "litigation"
    AUDIT = "audit"
    INVESTIGATION = "investigation"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _REASONS[self.value]


_REASONS = {"reconsideration": "行政复议", "litigation": "诉讼", "audit": "审计", "investigation": "监察调查", "other": "其他"}


class RetentionStatus(StrEnum):
    """到期清册 of one thing: how far its end has come."""

    LISTED = "listed"
    HELD = "held"
    CONFIRMED = "confirmed"
    ERASED = "erased"

    @property
    def label(self) -> str:
        return {"listed": "待确认", "held": "暂停销毁", "confirmed": "已确认,待销毁", "erased": "已销毁"}[self.value]
