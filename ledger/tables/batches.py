"""批量核验: batches, their rows as they were sent, and how many rows a unit may send in a day."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.batches import BatchStatus
from ledger.tables.base import Sealed, Table, UnitCode, choices


class Batch(Table):
    """批次. Its data key opens what was sent; without it the rows are gone, and which verifications there were stays."""

    __tablename__ = "batches"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[UnitCode]
    purpose: Mapped[str]
    responsible: Mapped[str] = mapped_column(ForeignKey("people.code"))
    filed_by: Mapped[str]
    via_system: Mapped[str | None]
    filed_at: Mapped[datetime]
    status: Mapped[BatchStatus] = mapped_column(choices(BatchStatus, "batch_status"))
    rows: Mapped[int]
    counted: Mapped[int]  #: rows that were to be filed: they count for the unit's quota of the day
    heads: Mapped[Sealed]  #: the sender's own columns in the sender's order, JSON
    callback: Mapped[bool]  #: one message to the unit's system when it has ended
    key: Mapped[str]  #: the Idempotency-Key, of this unit's batches
    body_digest: Mapped[str]
    data_key: Mapped[bytes]
    master_key: Mapped[str]
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None]
    paused_why: Mapped[str | None]  #: a fixed code where it was nobody's wish
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    worked_rows: Mapped[int] = mapped_column(default=0)  #: by the parts of its runs, and in how long:
    worked_seconds: Mapped[float] = mapped_column(default=0.0)  #: from these the end is estimated

    next_instant: Mapped[datetime | None]  #: the regulation's clock: when its run is to look; None: it has nothing more to do
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]  #: the database's wall clock
    flow_run: Mapped[UUID | None]
    run_serial: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        UniqueConstraint("unit", "key"),
        CheckConstraint("(status = 'ended') <= (ended_at IS NOT NULL)", name="ended_says_when"),
        Index("ix_batches_own", "unit", "filed_at", "number"),  # a unit's list, page by page
        Index("ix_batches_due", "next_instant", postgresql_where=text("next_instant IS NOT NULL")),
        Index("ix_batches_open", "number", postgresql_where=text("ended_at IS NULL")),
    )


class BatchRow(Table):
    """One row as it was sent, and what became of it: a verification, or why not."""

    __tablename__ = "batch_rows"
    batch: Mapped[str] = mapped_column(ForeignKey("batches.number"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)  #: of the file, or of the list in a body
    sent: Mapped[Sealed]  #: JSON: the sender's own cells, and what is asked; empty once erased
    refusal: Mapped[str | None]  #: a code of the table of problems
    said: Mapped[str | None]  #: fixed words, where the code alone does not say it
    verification: Mapped[str | None] = mapped_column(ForeignKey("verifications.number"), index=True)
    repeated: Mapped[bool] = mapped_column(default=False)  #: the same was asked before: that verification answers
    __table_args__ = (
        CheckConstraint("refusal IS NULL OR verification IS NULL", name="refused_or_filed"),
        Index("ix_batch_rows_pending", "batch", "line", postgresql_where=text("refusal IS NULL AND verification IS NULL")),
    )


class BatchQuota(Table):
    """批量限额: rows that a unit may send in a day, where the 专班 office set another number than everybody's."""

    __tablename__ = "batch_quotas"
    unit: Mapped[str] = mapped_column(ForeignKey("units.code"), primary_key=True)
    rows_a_day: Mapped[int]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
