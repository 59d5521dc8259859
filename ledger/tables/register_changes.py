"""登记变更: what somebody proposed of a register, and the second person who confirmed it or did not."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.register_changes import Register, RegisterChangeKind, RegisterChangeStatus
from ledger.tables.base import Table, choices


class RegisterChange(Table):
    """One change of one row: both names, before and after, both instants. Decided once, then it never changes."""

    __tablename__ = "register_changes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    register: Mapped[Register] = mapped_column(choices(Register, "changed_register"))
    code: Mapped[str]
    kind: Mapped[RegisterChangeKind] = mapped_column(choices(RegisterChangeKind, "change_kind"))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    standing: Mapped[RegisterChangeStatus] = mapped_column(choices(RegisterChangeStatus, "change_standing"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    __table_args__ = (
        Index("uq_register_changes_waiting", "register", "code", unique=True, postgresql_where=text("standing = 'waiting'")),
        CheckConstraint("(standing = 'waiting') = (decided_at IS NULL)", name="decided_at_an_instant"),
        CheckConstraint("standing <> 'confirmed' OR decided_by <> proposed_by", name="confirmed_by_another"),
    )
