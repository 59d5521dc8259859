"""放假通知 as the API shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from gateway.edge.schemas import NextCursor, SchemaOut
from gateway.edge.values import NeededText, PublicLine, SchemaIn, names_nobody
from ledger.arrangements.calendar_notices import Reading
from ledger.tables.duty import CalendarNotice


class ChangedDayOut(SchemaOut):
    """通知改变的一天。"""

    day: date
    before: Annotated[str | None, Field(description="原来:workday、saturday、sunday、holiday;null 表示这一年没有录入")]
    after: str


class NoticeReadingOut(SchemaOut):
    """放假通知的读法,没有录入。"""

    year: int
    whole: Annotated[bool, Field(description="true 全年的安排;false 对已录入安排的变更")]
    changes: list[ChangedDayOut]
    touched: Annotated[int, Field(description="在这几年有时限的核验数")]

    @classmethod
    def of(cls, found: Reading) -> NoticeReadingOut:
        days = [ChangedDayOut(day=one.day, before=one.before and one.before.value, after=one.after.value) for one in found.changes]
        return cls(year=found.year, whole=found.whole, changes=days, touched=found.touched)


class CalendarNoticeOut(SchemaOut):
    """一份放假通知。"""

    id: UUID
    year: int
    text: str
    source: str
    proposed_at: datetime
    proposed_by: Annotated[str, Field(description="录入人")]
    confirmed: Annotated[bool | None, Field(description="true 已确认,false 已退回,null 等待另一人确认")]
    decided_at: datetime | None
    decided_by: str | None
    recomputed: Annotated[list[str], Field(description="时限随之变动的核验编号")]

    @classmethod
    def of(cls, row: CalendarNotice) -> CalendarNoticeOut:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class CalendarNoticesOut(SchemaOut):
    items: list[CalendarNoticeOut]
    next_cursor: NextCursor


class NoticeTextIn(SchemaIn):
    """放假通知全文。"""

    text: Annotated[NeededText, AfterValidator(names_nobody), Field(description="国务院办公厅通知的全文,连同标题")]


class NoticeIn(NoticeTextIn):
    """录入放假通知。"""

    source: Annotated[PublicLine, Field(description="文号", examples=["国办发明电〔2025〕7号"])]
