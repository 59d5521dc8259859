"""限额的计数、查询限制: how much was done in the windows that run, and whose look-ups are stopped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.mismatch_rate import Asker
from domain.quotas import Deed, QuotaOf, Window
from ledger.tables.base import Number, Table, UnitCode, choices


class QuotaUse(Table):
    """限额的计数: one row a holder, deed and window, counted up in the transaction that does the deed. Deleted with time."""

    __tablename__ = "quota_uses"
    quota_of: Mapped[QuotaOf] = mapped_column(choices(QuotaOf, "quota_of"), primary_key=True)
    holder: Mapped[str] = mapped_column(primary_key=True)  #: a code; of a case its id, of a matter its code
    deed: Mapped[Deed] = mapped_column(choices(Deed, "deed"), primary_key=True)
    lasts: Mapped[Window] = mapped_column(choices(Window, "lasts"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    unit: Mapped[str]
    count: Mapped[int]
    __table_args__ = (Index("ix_quota_uses_old", "lasts", "since"),)


class LookupBlock(Table):
    """查询限制: too many names did not belong to their numbers. Each change leaves a trace of the database's own."""

    __tablename__ = "lookup_blocks"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    asker: Mapped[Asker] = mapped_column(choices(Asker, "asker"))
    holder: Mapped[str]
    unit: Mapped[UnitCode] = mapped_column(index=True)
    since: Mapped[datetime]
    verification: Mapped[Number]  #: the mismatch with which it began
    differing: Mapped[int]
    right: Mapped[int]  #: persons whose names were right, among the same answers
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_why: Mapped[str | None]  #: in clear: about the key, never about a person whom it asked about
    __table_args__ = (
        Index("uq_lookup_blocks_standing", "asker", "holder", unique=True, postgresql_where=text("lifted_at IS NULL")),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_why IS NULL)", name="lifted_says_why"),
    )
