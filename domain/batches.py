"""批量核验: many cases, one proof each, filed together for one purpose that a named person answers for.

Each row is a verification like any other, with its own checks, limits and proof; the batch is what goes with all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.numbers import ALPHABET
from domain.refusal import Refusal

MOST_ROWS = 30_000
MOST_JSON_ROWS = 2_000  #: of a body in JSON, which is read while others wait; more come as a file
PART = 200  #: rows that one part of a run files and takes on: between parts it looks whether it is to go on
PARTS = 3  #: parts of one turn; then the run waits behind other batches
AT_ONCE = 25  #: rows that are filed in one transaction, each in a savepoint of its own
LONGEST_OWN, MOST_OWN = 500, 60  #: characters of a cell, and columns, that are kept and given back
PREFIX = "PL"
PATTERN = rf"^{PREFIX}[0-9]{{8}}[{ALPHABET}]{{8}}$"
LOOK_AGAIN = timedelta(minutes=15)  #: how often the run of a batch whose rows wait for others counts anew
#: Purposes are kept in clear, and so short that they say one thing.
PURPOSE = 200


class BatchStatus(StrEnum):
    WORKING = "working"
    PAUSED = "paused"  #: no further row is filed until it goes on; what is filed goes its way
    CANCELLED = "cancelled"  #: no further row is ever filed
    ENDED = "ended"  #: every row has its result, or why it has none

    @property
    def label(self) -> str:
        return {"working": "办理中", "paused": "已暂停", "cancelled": "已取消", "ended": "已办结"}[self.value]


MAY_FOLLOW: Mapping[BatchStatus, frozenset[BatchStatus]] = MappingProxyType(
    {
        BatchStatus.WORKING: frozenset({BatchStatus.PAUSED, BatchStatus.CANCELLED, BatchStatus.ENDED}),
        BatchStatus.PAUSED: frozenset({BatchStatus.WORKING, BatchStatus.CANCELLED}),
        BatchStatus.CANCELLED: frozenset(),
        BatchStatus.ENDED: frozenset(),
    }
)


class RowStatus(StrEnum):
    """What became of one row."""

    PENDING = "pending"  #: not filed yet
    REFUSED = "refused"
    AT_WORK = "at_work"
    DONE = "done"  #: its verification has ended: delivered, withdrawn or closed
    DROPPED = "dropped"  #: never filed: the batch was cancelled before its turn

    @property
    def label(self) -> str:
        return {"pending": "待发起", "refused": "未受理", "at_work": "办理中", "done": "已办结", "dropped": "随批次取消"}[self.value]


class BatchUnknown(Refusal, code="batch_unknown"):
    """没有这个批次, or it is another unit's."""


class BatchStands(Refusal, code="batch_state"):
    """What is asked does not fit where the batch stands."""

    def __init__(self, now: BatchStatus) -> None:
        super().__init__(f"批次现状为“{now.label}”,不能这样办理。")


class BatchQuotaSpent(Refusal, code="batch_quota_spent"):
    """A batch over the unit's quota of the day is refused whole, with what is left."""

    def __init__(self, limit: int, left: int, asked: int, retry_after: int) -> None:
        super().__init__(
            f"本单位每天批量核验以 {limit} 行为限,今天还可提交 {max(0, left)} 行,这一批有 {asked} 行,没有收下。",
            remedy="请减少行数,或在次日提交;确需更多的,请工作专班办公室调整限额。",
            retry_after=retry_after,
        )


class ResponsibleUnknown(Refusal, code="responsible_unknown"):
    """The person who is to answer for the batch is not one of the unit's."""


class BatchTooEarly(Refusal, code="batch_not_ended"):
    """A result is asked for while rows are at work: it says how far they are."""

    def __init__(self, said: str) -> None:
        super().__init__(f"批次尚未办结:{said}。")
