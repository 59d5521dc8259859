"""密钥核对值: by which this ledger knows its own keys and seals again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.base import Table


class KeyCheck(Table):
    """核对值. Append-only. A key has one value for ever; a seal has one for each certificate that was taken into use."""

    __tablename__ = "key_checks"
    name: Mapped[str] = mapped_column(primary_key=True)  #: "master:k1", "destroyed:k1", "lookup", "seal:share", "seal:ca"
    value: Mapped[str] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
