"""印章登记 (obligations 9.4, 15.5): each seal with its certificate, and every step of its life."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.seals import KeyKind, SealKind, SealStanding, SealStep
from ledger.tables.base import Table, UnitCode, choices

_IN_FORCE = text("standing IN ('in_use', 'cancelling')")


class RegisteredSeal(Table):
    """One seal with one certificate: what takes its place is another row. One of a kind is in use at a time."""

    __tablename__ = "seals"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[SealKind] = mapped_column(choices(SealKind, "kind"))
    name: Mapped[str]
    unit: Mapped[UnitCode]
    standing: Mapped[SealStanding] = mapped_column(choices(SealStanding, "standing"))
    key_kind: Mapped[KeyKind | None] = mapped_column(choices(KeyKind, "key_kind"))
    key_reference: Mapped[str | None]  #: the file's name, or the label in the module: nothing secret
    certificate: Mapped[str | None]  #: PEM
    subject: Mapped[str | None]
    serial_number: Mapped[str | None]  #: hexadecimal
    fingerprint: Mapped[str | None]  #: SHA-256 of the certificate, hexadecimal
    valid_from: Mapped[datetime | None]  #: of the certificate
    valid_until: Mapped[datetime | None]
    filing_number: Mapped[str | None]  #: 备案编号
    filed_on: Mapped[date | None]
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("seals.id"))
    making_asked_by: Mapped[str | None]
    making_confirmed_by: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cancelling_asked_by: Mapped[str | None]
    cancelling_confirmed_by: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("making_confirmed_by <> making_asked_by", name="made_by_another"),
        CheckConstraint("cancelling_confirmed_by <> cancelling_asked_by", name="cancelled_by_another"),
        CheckConstraint("standing IN ('applied', 'making', 'withdrawn') OR making_confirmed_by IS NOT NULL", name="made_by_two"),
        CheckConstraint("standing <> 'cancelled' OR cancelling_confirmed_by IS NOT NULL", name="cancelled_by_two"),
        CheckConstraint("standing IN ('applied', 'withdrawn') OR fingerprint IS NOT NULL", name="made_with_a_certificate"),
        CheckConstraint("(standing IN ('changed', 'cancelled')) = (ended_at IS NOT NULL)", name="ended_at_an_instant"),
        Index("uq_seals_fingerprint", "fingerprint", unique=True, postgresql_where=text("standing <> 'withdrawn'")),
        Index("uq_seals_in_force", "kind", unique=True, postgresql_where=_IN_FORCE),
    )


class SealEvent(Table):
    """One step of a seal's life; append-only."""

    __tablename__ = "seal_events"
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    seal: Mapped[UUID] = mapped_column("seal_id", ForeignKey("seals.id"), index=True)
    step: Mapped[SealStep] = mapped_column(choices(SealStep, "step"))
    at: Mapped[datetime]
    actor: Mapped[str]
    origin: Mapped[SealStanding | None] = mapped_column(choices(SealStanding, "origin"))
    target: Mapped[SealStanding] = mapped_column(choices(SealStanding, "target"))
    detail: Mapped[dict[str, Any]]
