"""回避: who has withdrawn from what, by her own word."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.recusal import Subject
from ledger.tables.base import Sealed, Table, UnitCode, choices


class Recusal(Table):
    """回避登记. Append-only: nobody comes back to what she withdrew from."""

    __tablename__ = "recusals"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person: Mapped[str]
    unit: Mapped[UnitCode]
    subject: Mapped[Subject] = mapped_column(choices(Subject, "recusal_subject"))
    key: Mapped[str]
    why: Mapped[Sealed]  #: as somebody wrote it; under a master key, and anew under the next one (rewrapping)
    __table_args__ = (UniqueConstraint("person", "subject", "key"),)
