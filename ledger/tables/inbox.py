"""收件箱里发生的事: returns, supplements, 督办, attachments (obligations 10.10, 10.11, 10.12, reading 10)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.inbox import AttachmentUse, SupervisionOutcome
from ledger.tables.base import Number, Sealed, Table, UnitCode, choices


class Return(Table):
    """退回 (obligations 10.10, 10.11): why it is not this unit's duty, whose it may be, and what the requesting unit did with it."""

    __tablename__ = "returns"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    request: Mapped[UUID] = mapped_column("request_id", ForeignKey("requests.id"), unique=True)
    unit: Mapped[UnitCode]  #: who returned it
    at: Mapped[datetime]
    by: Mapped[str]
    reason: Mapped[Sealed]
    suggested_unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    unsure_why: Mapped[bytes | None]  #: ciphertext: 无法确定 and why
    limit_at: Mapped[datetime | None]  #: 30 minutes from the same start (obligation 10.10); None = 未定
    late: Mapped[bool]
    forwarded_to: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    forwarded_at: Mapped[datetime | None]
    forwarded_by: Mapped[str | None]
    by_standing_rule: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        CheckConstraint("(suggested_unit IS NULL) <> (unsure_why IS NULL)", name="unit_or_why_not"),
        CheckConstraint("suggested_unit IS NULL OR suggested_unit <> unit", name="not_itself"),
        Index("ix_returns_at", "at"),
    )


class Suspension(Table):
    """补正 (reading 10): the clock rests from `asked_at` to `ended_at`, to the second."""

    __tablename__ = "suspensions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    request: Mapped[UUID] = mapped_column("request_id", ForeignKey("requests.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    what: Mapped[Sealed]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    supply: Mapped[bytes | None]  #: ciphertext: what the requesting unit supplied; None where it ended otherwise
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= asked_at", name="ends_after_it_begins"),
        Index("ix_suspensions_asked", "asked_at"),
        Index("uq_suspensions_open", "request_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )


class Supervision(Table):
    """督办 (obligation 10.12): half an hour from the instant that was missed; complete when answered and fed back (reading 11).

    One for a request, unless an outage takes the miss back and another limit passes later.
    """

    __tablename__ = "supervisions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    request: Mapped[UUID] = mapped_column("request_id", ForeignKey("requests.id"), index=True)
    deadline: Mapped[UUID] = mapped_column("deadline_id", ForeignKey("deadlines.id"), unique=True)
    unit: Mapped[UnitCode]
    supervisor: Mapped[str | None] = mapped_column(ForeignKey("people.code"))  #: None: nobody was on duty (a gap)
    opened_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]  #: the request was answered or returned
    outcome: Mapped[SupervisionOutcome | None] = mapped_column(choices(SupervisionOutcome, "outcome"))
    feedback: Mapped[bytes | None]  #: ciphertext
    fed_back_at: Mapped[datetime | None]
    fed_back_by: Mapped[str | None]
    office_told_at: Mapped[datetime | None]  #: 督办超时 reached the 专班 office
    closed_at: Mapped[datetime | None]  #: withdrawn, re-routed, closed, or its miss was lifted: no score
    __table_args__ = (
        Index("ix_supervisions_opened", "opened_at"),
        Index("ix_supervisions_owed", "unit", postgresql_where=text("closed_at IS NULL AND (handled_at IS NULL OR fed_back_at IS NULL)")),
        Index("uq_supervisions_standing", "request_id", unique=True, postgresql_where=text("closed_at IS NULL")),
    )


#: 督办 that somebody still owes: its answer, or the feedback on it.
OWED = and_(Supervision.closed_at.is_(None), or_(Supervision.handled_at.is_(None), Supervision.fed_back_at.is_(None)))


class Attachment(Table):
    """附件: a file that somebody put on the record, checked for type and size, encrypted."""

    __tablename__ = "attachments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    request: Mapped[UUID | None] = mapped_column("request_id", ForeignKey("requests.id"), index=True)
    use: Mapped[AttachmentUse] = mapped_column(choices(AttachmentUse, "use"))
    name: Mapped[Sealed]
    media_type: Mapped[str]
    size: Mapped[int]
    digest: Mapped[str]
    content: Mapped[Sealed]
    added_by: Mapped[str]
    added_at: Mapped[datetime]
