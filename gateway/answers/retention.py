"""到期清册 and 暂停销毁, as the 专班 office reads them: numbers alone, no person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.retention import HoldReason, Kept, RetentionStanding
from gateway.answers.base import Answered
from ledger.retention import RetentionLine
from ledger.tables.retention import Hold


class HoldAnswer(Answered):
    """一项暂停。"""

    id: UUID
    kind: Kept
    kind_name: str
    number: Annotated[str, Field(description="办件或投诉编号")]
    reason: HoldReason
    reason_name: str
    document: str
    since: datetime
    set_by: str
    lifted_at: datetime | None

    @classmethod
    def of(cls, row: Hold) -> HoldAnswer:
        return cls(
            id=row.id, kind=row.kind, kind_name=row.kind.chinese, number=row.number, reason=row.reason,
            reason_name=row.reason.chinese, document=row.document, since=row.since, set_by=row.set_by, lifted_at=row.lifted_at,
        )  # fmt: skip


class HoldsAnswer(Answered):
    items: list[HoldAnswer]


class RetentionItemAnswer(Answered):
    """清册中的一项。"""

    id: UUID
    kind: Kept
    kind_name: str
    number: Annotated[str, Field(description="办件、投诉编号或台账序号")]
    unit: str | None
    due_at: Annotated[datetime, Field(description="保管期限届满的时间")]
    standing: RetentionStanding
    standing_name: str
    confirmed_at: datetime | None
    confirmed_by: str | None
    erased_at: datetime | None
    holds: list[HoldAnswer]

    @classmethod
    def of(cls, line: RetentionLine) -> RetentionItemAnswer:
        row = line.item
        return cls(
            id=row.id, kind=row.kind, kind_name=row.kind.chinese, number=row.number, unit=row.unit, due_at=row.due_at,
            standing=line.standing, standing_name=line.standing.chinese, confirmed_at=row.confirmed_at,
            confirmed_by=row.confirmed_by, erased_at=row.erased_at, holds=[HoldAnswer.of(hold) for hold in line.holds],
        )  # fmt: skip


class RetentionAnswer(Answered):
    items: list[RetentionItemAnswer]
    more: bool


class ErasureAnswer(Answered):
    """确认了几项;当夜销毁,此前可以暂停。"""

    confirmed: int
