"""保管期限: the list of what is due, who confirmed it, what holds it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.retention import HoldReason, Kept
from ledger.tables.base import Table, UnitCode, choices


class RetentionItem(Table):
    """到期清册 (obligation 2.7): one line for each case, submission or complaint whose time is over. It stays when that is gone."""

    __tablename__ = "retention_items"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Kept] = mapped_column(choices(Kept, "kind"))
    subject: Mapped[UUID]
    number: Mapped[str]  #: as people call it
    unit: Mapped[UnitCode | None]
    due_at: Mapped[datetime]
    listed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]
    erased_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("kind", "subject"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint("erased_at IS NULL OR confirmed_at IS NOT NULL", name="erased_only_when_confirmed"),
    )


class Hold(Table):
    """暂停销毁: while one stands, nothing of its subject is erased, whatever was confirmed."""

    __tablename__ = "holds"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Kept] = mapped_column(choices(Kept, "kind"))
    subject: Mapped[UUID]
    number: Mapped[str]
    reason: Mapped[HoldReason] = mapped_column(choices(HoldReason, "reason"))
    document: Mapped[str]
    since: Mapped[datetime]
    set_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    __table_args__ = (Index("ix_holds_standing", "kind", "subject", postgresql_where=text("lifted_at IS NULL")),)
