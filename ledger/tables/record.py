"""台账存证: each event's place in the tree, the tree's edge, and the signed heads. Append-only but for the edge."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.base import Table


class RecordLeaf(Table):
    """One event's place. No foreign key: it would lock and rewrite each event's row, and no event ever goes."""

    __tablename__ = "record_leaves"
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  #: from 0, without a gap
    event: Mapped[int] = mapped_column("event_id", BigInteger, unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)  #: SHA-256 of 0x00 and the event's line (`ledger.record.lines`)


class RecordTree(Table):
    """The tree's edge, one row: who holds its lock is the one who gathers."""

    __tablename__ = "record_tree"
    single: Mapped[bool] = mapped_column(primary_key=True, default=True, server_default="true")
    size: Mapped[int] = mapped_column(BigInteger)
    peaks: Mapped[bytes] = mapped_column(LargeBinary)  #: `ledger.record.tree.Tree.peaks`, 32 bytes each
    settled: Mapped[int] = mapped_column(BigInteger)  #: every event up to this id is in the tree or never was committed
    seen: Mapped[int] = mapped_column(BigInteger)  #: the same holds up to here once `waited_for` are over
    waited_for: Mapped[list[str]]  #: the transactions that could still commit an earlier event
    __table_args__ = (CheckConstraint("single", name="one_row"),)


class RecordHead(Table):
    """存证: one signed head for each full hour in which somebody looked; midnight's is the day's."""

    __tablename__ = "record_heads"
    at: Mapped[datetime] = mapped_column(primary_key=True)  #: the full hour, of the regulation's clock
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str]  #: signed, as C2SP's tlog-checkpoint writes it (`ledger.record.heads`)
