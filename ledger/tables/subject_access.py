"""本人查询: each look of a person at who asked about him, from the code that a clerk made to its end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.subject_access import Identified
from ledger.tables.base import Table, UnitCode, choices


class SubjectLook(Table):
    """本人查询. Whom it is about is a keyed hash, as of parties, and ends as theirs does; of code and token the digests alone."""

    __tablename__ = "subject_looks"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  #: 查询编号: names it, opens nothing
    lookup: Mapped[str] = mapped_column(index=True)
    code_digest: Mapped[str]
    identified: Mapped[Identified] = mapped_column(choices(Identified, "identified"))
    unit: Mapped[UnitCode]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    expires_at: Mapped[datetime]
    wrong: Mapped[int] = mapped_column(default=0, server_default="0")  #: codes that were tried and wrong
    opened_at: Mapped[datetime | None]  #: by the right code, once
    token_digest: Mapped[str | None] = mapped_column(unique=True)  #: of what the browser holds from then on
    shown_at: Mapped[datetime | None]  #: the list was shown, and each verification in it has its event
    ended_at: Mapped[datetime | None]  #: by the person, or by a later code
    __table_args__ = (Index("ix_subject_looks_made", "made_by", "made_at"),)
