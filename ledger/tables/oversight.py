"""监督: complaints, leads with their steps and origins, and the registers that people enter (articles 14–19)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Identity, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, aliased, mapped_column

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintStatus, ComplaintStep
from domain.lead_path import LeadStatus, LeadStep
from domain.leads import LeadRule
from domain.origins import OriginOf
from domain.registers import RegisterKind
from ledger.tables.base import Sealed, Table, UnitCode, choices


class Complaint(Table):
    """投诉举报 (obligations 18.1, 18.2). What the reporter wrote and who it is stand encrypted under a data key of its own."""

    __tablename__ = "complaints"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[ComplaintChannel] = mapped_column(choices(ComplaintChannel, "complaint_channel"))
    channel_number: Mapped[str | None]  #: the channel's own number
    about: Mapped[ComplaintAbout] = mapped_column(choices(ComplaintAbout, "complaint_about"))
    about_since: Mapped[datetime] = mapped_column(index=True)  #: from when it is about that: entered so, or held so since
    assessed_at: Mapped[datetime | None]  #: when somebody last said what it is about; None: it stands as the channel wrote
    received_at: Mapped[datetime]  #: when the channel had it
    entered_at: Mapped[datetime] = mapped_column(index=True)
    entered_by: Mapped[str]
    unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"), index=True)  #: 被反映单位
    handler: Mapped[str | None] = mapped_column(
        ForeignKey("units.code"), index=True
    )  #: 承办单位: to which it was passed, or is to be, as its channel says
    matter: Mapped[str | None] = mapped_column(ForeignKey("matters.code"))
    proof: Mapped[str | None] = mapped_column(ForeignKey("proof_kinds.code"))
    rating: Mapped[int | None]  #: 好差评: one to five stars
    rating_source: Mapped[str | None]  #: where the rating stands, and by which number
    layout: Mapped[str | None]  #: of the system's export that it came in, by which its outcome goes back
    written: Mapped[Sealed]  #: JSON: name, contact, text
    anonymous: Mapped[bool]
    data_key: Mapped[bytes]
    master_key: Mapped[str]
    text_hash: Mapped[str | None] = mapped_column(index=True)  #: keyed: finds a copy without showing it
    contact_hash: Mapped[str | None] = mapped_column(index=True)
    duplicates: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id"))  #: 疑似重复 of that one
    standing: Mapped[ComplaintStatus] = mapped_column(choices(ComplaintStatus, "complaint_standing"))
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    missing_year: Mapped[int | None]  #: 未定: this year has no calendar
    done_at: Mapped[datetime | None]  #: answered by the unit, or closed by the office without
    __table_args__ = (
        UniqueConstraint("channel", "channel_number"),
        CheckConstraint("(due_at IS NULL) = (missing_year IS NOT NULL)", name="undetermined_names_the_year"),
        CheckConstraint("rating IS NULL OR (rating BETWEEN 1 AND 5 AND rating_source IS NOT NULL)", name="rating_has_its_source"),
    )


class ComplaintStepRow(Table):
    """办理经过 of a complaint. Append-only; a text is encrypted under the complaint's key."""

    __tablename__ = "complaint_steps"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    complaint: Mapped[UUID] = mapped_column("complaint_id", ForeignKey("complaints.id"), index=True)
    step: Mapped[ComplaintStep] = mapped_column(choices(ComplaintStep, "complaint_step"))
    at: Mapped[datetime]
    person: Mapped[str]
    unit: Mapped[str]
    record: Mapped[dict[str, Any]]  #: unit and what is asked of it, outcome
    text: Mapped[bytes | None]  #: ciphertext


class Lead(Table):
    """线索 (article 16): a sign with its evidence, and where it stands. One for a rule, unit, subject and week."""

    __tablename__ = "leads"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    rule: Mapped[LeadRule] = mapped_column(choices(LeadRule, "lead_rule"))
    rules_version: Mapped[str]
    clause: Mapped[str]
    unit: Mapped[UnitCode] = mapped_column(index=True)
    subject: Mapped[str]
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    found_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    numbers: Mapped[list[str]]  #: of verifications or complaints, never persons
    standing: Mapped[LeadStatus] = mapped_column(choices(LeadStatus, "lead_standing"))
    due_at: Mapped[datetime | None]  #: until when the unit is to answer; None before a 整改通知, and while 未定
    missing_year: Mapped[int | None]
    term_days: Mapped[int | None]
    notified_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("rule", "unit", "subject", "period_start"),
        Index("ix_leads_open", "rule", "unit", "subject", postgresql_where=text("standing IN ('found', 'notified', 'answered')")),
    )


class LeadStepRow(Table):
    """办理经过 of a lead: who did what and when. Append-only; a text is encrypted by a master key, anew by the next one."""

    __tablename__ = "lead_steps"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    lead: Mapped[UUID] = mapped_column("lead_id", ForeignKey("leads.id"), index=True)
    step: Mapped[LeadStep] = mapped_column(choices(LeadStep, "lead_step"))
    at: Mapped[datetime]
    person: Mapped[str]
    unit: Mapped[str | None]
    record: Mapped[dict[str, Any]]  #: document, term, exemption, amount
    text: Mapped[bytes | None]  #: ciphertext


class Origin(Table):
    """来处 (obligations 16.7, 16.9): that there was another one, never which. Deleted once no rule looks at it any more."""

    __tablename__ = "origins"
    what: Mapped[OriginOf] = mapped_column(choices(OriginOf, "origin_of"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)


class RegisterEntry(Table):
    """登记册条目 (obligations 6.1, 8.1, 14.1, 15.1, 15.3, 19.1). Append-only: a correction is a row that replaces another."""

    __tablename__ = "register_entries"
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    register: Mapped[RegisterKind] = mapped_column(choices(RegisterKind, "register_kind"))
    unit: Mapped[UnitCode] = mapped_column(index=True)
    values: Mapped[dict[str, str]]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    replaces: Mapped[int | None] = mapped_column(ForeignKey("register_entries.serial"), unique=True)

    @classmethod
    def stands(cls) -> ColumnElement[bool]:
        """No later row replaces it."""
        later = aliased(cls)
        return ~select(later.serial).where(later.replaces == cls.serial).exists()

    @classmethod
    def stood(cls, instant: datetime) -> ColumnElement[bool]:
        """It was entered by then, and no row of then replaced it."""
        later = aliased(cls)
        replaced = select(later.serial).where(later.replaces == cls.serial, later.entered_at <= instant).exists()
        return (cls.entered_at <= instant) & ~replaced
