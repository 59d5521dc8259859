"""周报存档: what was ordered, each report as it was issued, and the scores for the assessment with who signed them off."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.base import Table


class ReportOrder(Table):
    """周报的编制要求: somebody wants this version, and why; done when the report of that version is there.

    The reason stands here because only period and scope go through the queue.
    """

    __tablename__ = "report_orders"
    start: Mapped[datetime] = mapped_column(primary_key=True)
    end: Mapped[datetime] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)  #: '' the district, or a unit's code
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]  #: of a second or later version: why it was computed anew
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[str]


class IssuedReport(Table):
    """周报, as it was issued: the snapshot of its figures and the very bytes that were handed out.

    One for each period, scope and version: made twice, it is one. What later knowledge corrects is another version.
    """

    __tablename__ = "reports"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    start: Mapped[datetime]
    end: Mapped[datetime]
    scope: Mapped[str]
    version: Mapped[int]
    scope_name: Mapped[str]  #: how district or unit was called
    issue: Mapped[str]  #: 期号
    definitions: Mapped[str]  #: the version of what the figures mean
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    snapshot: Mapped[str] = mapped_column(deferred=True)  #: reports.model.Report.as_json
    digest: Mapped[str]  #: SHA-256 of the snapshot
    html: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    xlsx: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    __table_args__ = (UniqueConstraint("start", "end", "scope", "version"),)


class ScoreSheet(Table):
    """考核评分表 (obligation 19.2): the scores of a period, a draft until another person signs them off, once.

    What they say never changes; what later knowledge corrects is another version, which is a draft again.
    """

    __tablename__ = "score_sheets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    first: Mapped[date]
    last: Mapped[date]  #: that day too
    version: Mapped[int]
    formula: Mapped[str]  #: its version
    content: Mapped[str] = mapped_column(deferred=True)  #: reports.scores.Scores.as_json
    digest: Mapped[str]  #: SHA-256 of the content
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]
    signed_as: Mapped[str | None]  #: 姓名(单位), as that day knew them
    __table_args__ = (
        UniqueConstraint("first", "last", "version"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL) AND (signed_at IS NULL) = (signed_as IS NULL)", name="signed_whole"),
        CheckConstraint("signed_by <> made_by", name="signed_by_another"),
    )
