"""办件: the case that every look-up belongs to, and its parties (obligation 15.4)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.limits import HandlingType
from domain.roles import Channel, IdType, PartyRole
from ledger.tables.base import Sealed, Table, UnitCode, choices


class Case(Table):
    """办件. Its data key, wrapped by a master key, opens every personal field below it; without it they are gone."""

    __tablename__ = "cases"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[UnitCode]
    number: Mapped[str]
    matter: Mapped[str] = mapped_column(ForeignKey("matters.code"))
    handling: Mapped[HandlingType] = mapped_column(choices(HandlingType, "handling"))
    accepted_at: Mapped[datetime]
    promise_end: Mapped[datetime | None]
    promise_derived: Mapped[bool]  #: 推算: computed from promised days (reading 4)
    promised_days: Mapped[int | None]  #: working days, where no instant came; kept so that a new calendar recomputes it
    channel: Mapped[Channel] = mapped_column(choices(Channel, "channel"))
    origin_system: Mapped[str | None]
    registered_at: Mapped[datetime]
    registered_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    data_key: Mapped[bytes]
    master_key: Mapped[str]  #: which master key wraps `data_key`, for rotation
    __table_args__ = (
        UniqueConstraint("unit", "number"),
        Index("ix_cases_registered", "unit", "registered_at", "number"),  # a unit's list, page by page
        Index("ix_cases_open", "unit", "registered_at", "number", postgresql_where=text("closed_at IS NULL")),
    )


class Party(Table):
    """当事人."""

    __tablename__ = "parties"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case: Mapped[UUID] = mapped_column("case_id", ForeignKey("cases.id"))
    role: Mapped[PartyRole] = mapped_column(choices(PartyRole, "role"))
    id_type: Mapped[IdType] = mapped_column(choices(IdType, "id_type"))
    lookup: Mapped[str] = mapped_column(index=True)  #: keyed hash of type and number: finds without showing
    name: Mapped[Sealed]
    id_number: Mapped[Sealed]
    __table_args__ = (UniqueConstraint("case_id", "lookup"),)


class NameCorrection(Table):
    """姓名更正: a slip in a party's name, mended before anything was asked about it. Append-only."""

    __tablename__ = "name_corrections"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case: Mapped[UUID] = mapped_column("case_id", ForeignKey("cases.id"), index=True)
    party: Mapped[UUID] = mapped_column("party_id", ForeignKey("parties.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    before: Mapped[Sealed]
    after: Mapped[Sealed]
