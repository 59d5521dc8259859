"""回避登记 as it is read."""

from __future__ import annotations

from datetime import datetime

from domain.recusal import Subject
from gateway.answers.base import Answered, More
from ledger.tables.recusals import Recusal


class RecusalAnswer(Answered):
    """一项回避登记。"""

    subject: Subject
    subject_name: str
    key: str
    person: str
    unit: str
    at: datetime
    why: str | None

    @classmethod
    def of(cls, row: Recusal, why: str | None) -> RecusalAnswer:
        return cls(
            subject=row.subject, subject_name=row.subject.chinese, key=row.key, person=row.person, unit=row.unit, at=row.at, why=why
        )


class RecusalsAnswer(Answered):
    """回避登记,最新的在前。"""

    items: list[RecusalAnswer]
    more: More
