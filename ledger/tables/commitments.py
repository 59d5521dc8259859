"""告知承诺 (obligations 7.4, 12.1, reading 23): texts, signed commitments, later checks, and who may not commit for now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.commitments import CheckOutcome, Decision, Evidence
from ledger.tables.base import Number, Table, UnitCode, choices


class CommitmentText(Table):
    """承诺书文本 of one proof; a changed text is a new version, and old commitments keep theirs."""

    __tablename__ = "commitment_texts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    proof: Mapped[str] = mapped_column(ForeignKey("proof_kinds.code"))
    version: Mapped[int]
    text: Mapped[str]
    check_days: Mapped[int]  #: working days until the later check
    basis: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    __table_args__ = (UniqueConstraint("proof", "version"),)


class Commitment(Table):
    """承诺: offered, then signed, declined or timed out."""

    __tablename__ = "commitments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    text_id: Mapped[UUID] = mapped_column(ForeignKey("commitment_texts.id"))
    lookup: Mapped[str] = mapped_column(index=True)  #: keyed hash of the person who commits
    offered_at: Mapped[datetime]
    decision: Mapped[Decision | None] = mapped_column(choices(Decision, "decision"))
    decided_at: Mapped[datetime | None]
    recorded_by: Mapped[str | None]
    evidence_kind: Mapped[Evidence | None] = mapped_column(choices(Evidence, "evidence_kind"))
    evidence_digest: Mapped[str | None]  #: SHA-256 of the signed document
    evidence: Mapped[bytes | None]  #: ciphertext: the signature's reference or the signed document
    __table_args__ = (
        UniqueConstraint("verification"),
        CheckConstraint("(decision = 'signed') = (evidence_digest IS NOT NULL)", name="signed_with_evidence"),
    )


class CommitmentCheck(Table):
    """事中事后核查: a task with a date (obligation 12.1)."""

    __tablename__ = "commitment_checks"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    commitment: Mapped[UUID] = mapped_column("commitment_id", ForeignKey("commitments.id"), unique=True)
    verification: Mapped[Number]
    unit: Mapped[UnitCode] = mapped_column(index=True)  #: the requesting unit, which checks
    due_at: Mapped[datetime | None]  #: None = 未定 (reading 25)
    provisional: Mapped[bool] = mapped_column(default=False)  #: its days were counted in a provisional year
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    outcome: Mapped[CheckOutcome | None] = mapped_column(choices(CheckOutcome, "outcome"))
    note: Mapped[bytes | None]  #: ciphertext


class CreditBlock(Table):
    """失信限制: an untrue commitment bars further ones until credit is restored (reading 23)."""

    __tablename__ = "credit_blocks"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lookup: Mapped[str]
    commitment: Mapped[UUID] = mapped_column("commitment_id", ForeignKey("commitments.id"), unique=True)
    proof: Mapped[str | None] = mapped_column(ForeignKey("proof_kinds.code"))  #: only this proof; None = all
    since: Mapped[datetime]
    restored_at: Mapped[datetime | None]
    restored_by: Mapped[str | None]
    restored_why: Mapped[bytes | None]  #: ciphertext
    __table_args__ = (Index("ix_credit_blocks_standing", "lookup", postgresql_where=text("restored_at IS NULL")),)
