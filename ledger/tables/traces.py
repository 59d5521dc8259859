"""留痕: what was before and after, of registers, keys, limits, proofs and seal uses. A trigger writes it, nobody else can."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.base import Table


class Trace(Table):
    """Append-only, and written by the database as its owner: a change made beside the code leaves one too."""

    __tablename__ = "traces"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))  #: the database's clock
    by: Mapped[str]  #: `ledger.actor`, or the database's role
    place: Mapped[str]  #: the table
    subject: Mapped[str]  #: the row's code or id
    before: Mapped[dict[str, Any] | None]  #: what changed, as it was; None: a new row
    after: Mapped[dict[str, Any]]
    __table_args__ = (Index("ix_traces_subject", "place", "subject"),)
