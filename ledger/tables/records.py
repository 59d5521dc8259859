"""台账: voluntary submissions, look-ups outside the system, mismatches, outages (obligations 2.7, 7.3, 11.3, 11.4, reading 21)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.commitments import Evidence
from domain.demands import DemandTold
from domain.records import MismatchStatus, OffSystemResult, VoluntaryReason
from ledger.tables.base import Number, Sealed, Table, UnitCode, choices


class VoluntarySubmission(Table):
    """主动提供 (obligations 2.6, 2.7): accepted always, with marks where something does not fit. Append-only."""

    __tablename__ = "voluntary_submissions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)  #: 序号
    at: Mapped[datetime]
    unit: Mapped[UnitCode] = mapped_column(index=True)
    case: Mapped[UUID | None] = mapped_column("case_id", ForeignKey("cases.id"))  #: None: 无办件
    party: Mapped[UUID | None] = mapped_column("party_id", ForeignKey("parties.id"))  #: None: 非当事人
    proof: Mapped[str | None] = mapped_column(ForeignKey("proof_kinds.code"))  #: None: no proof that a list knows
    listed: Mapped[bool]  #: the catalog lists this proof for the matter
    marks: Mapped[list[str]]  #: `domain.records.VoluntaryMark`
    stated: Mapped[Sealed]  #: JSON: case, person and proof as they were given; the case's key, or a master key without one
    clerk: Mapped[str]
    via_system: Mapped[str | None]
    reason: Mapped[VoluntaryReason] = mapped_column(choices(VoluntaryReason, "reason"))
    confirmed: Mapped[Evidence | None] = mapped_column(choices(Evidence, "confirmed"))  #: None: not by the applicant
    confirmation_digest: Mapped[str | None]
    retain_until: Mapped[datetime]
    __table_args__ = (Index("ix_voluntary_submissions_at", "at", "unit"),)


class OffSystemLookup(Table):
    """系统外查询备案 (obligation 7.3): source, operator, time, result, evidence. Append-only."""

    __tablename__ = "off_system_lookups"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    recorded_at: Mapped[datetime]
    unit: Mapped[UnitCode] = mapped_column(index=True)
    case: Mapped[UUID] = mapped_column("case_id", ForeignKey("cases.id"))
    party: Mapped[UUID] = mapped_column("party_id", ForeignKey("parties.id"))
    proof: Mapped[str] = mapped_column(ForeignKey("proof_kinds.code"))
    source: Mapped[Sealed]  #: which national, provincial or city database, as somebody wrote it
    operator: Mapped[str]
    looked_up_at: Mapped[datetime]
    result: Mapped[OffSystemResult] = mapped_column(choices(OffSystemResult, "result"))
    evidence_digest: Mapped[str]
    recorded_by: Mapped[str]


class Demand(Table):
    """索要证明 (obligations 7.5, 16.2): a proof that was asked of an applicant, or would have been. Append-only, no persons.

    A paper that nobody registered has no code: it is kept as it was called.
    """

    __tablename__ = "demands"
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    recorded_at: Mapped[datetime]
    demanded_at: Mapped[datetime]
    unit: Mapped[UnitCode]  #: who demanded
    matter: Mapped[str] = mapped_column(ForeignKey("matters.code"))
    proof: Mapped[str | None] = mapped_column(ForeignKey("proof_kinds.code"))
    paper: Mapped[str | None]  #: 材料名称 as it was told, where it was told in words
    told_by: Mapped[DemandTold] = mapped_column(choices(DemandTold, "demand_told"))
    listed: Mapped[bool]  #: the list had it for the matter, to be verified
    unlisted: Mapped[bool] = mapped_column(default=False, server_default="false")  #: the list did not have it for the matter
    blocked: Mapped[bool]  #: it was kept from being asked
    evidence_digest: Mapped[str | None]
    recorded_by: Mapped[str]
    __table_args__ = (
        Index("ix_demands_recorded_at", "recorded_at", "unit"),
        Index("ix_demands_demanded_at", "demanded_at", "matter", "unit"),  # what is on the record already, asked for each row of a file
        CheckConstraint("proof IS NOT NULL OR paper IS NOT NULL", name="says_what_was_demanded"),
    )


class Mismatch(Table):
    """不符 (obligations 11.3, 11.4): what was obtained differs from what the applicant states."""

    __tablename__ = "mismatches"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    status: Mapped[MismatchStatus] = mapped_column(choices(MismatchStatus, "status"))
    reported_at: Mapped[datetime]
    reported_by: Mapped[str]
    fields: Mapped[list[str]]  #: names of the fields that differ
    stated: Mapped[Sealed]  #: what the applicant states
    supplement: Mapped[bytes | None]  #: ciphertext: what the applicant added
    check: Mapped[str | None] = mapped_column("check_number", ForeignKey("verifications.number"), unique=True)
    settled_at: Mapped[datetime | None]
    look: Mapped[UUID | None] = mapped_column("look_id", ForeignKey("subject_looks.id"))  #: the person himself said so, in this look
    due_at: Mapped[datetime | None]  #: 校核时限 of what the person said; None also where the year has no calendar
    objection: Mapped[bytes | None]  #: ciphertext
    objected_at: Mapped[datetime | None]
    right_told_at: Mapped[datetime | None]  #: 行政复议 and so on were told (obligation 11.4)
    __table_args__ = (Index("uq_mismatches_open", "verification", unique=True, postgresql_where=text("settled_at IS NULL")),)


class Outage(Table):
    """平台故障区间 (reading 21). A correction is a row of its own; the one that it corrects stays, marked as replaced."""

    __tablename__ = "outages"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    automatic: Mapped[bool]
    reason: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
        Index("uq_outages_standing", "since", "automatic", unique=True, postgresql_where=text("replaced_at IS NULL")),
    )


class ClockSettings(Table):
    """时钟设置: the rate and the origin that every process of this installation has (ledger.timekeeping). One row."""

    __tablename__ = "clock_settings"
    single: Mapped[bool] = mapped_column(primary_key=True, default=True, server_default="true")
    rate: Mapped[float]
    origin: Mapped[datetime]  #: of no effect at rate 1
    set_at: Mapped[datetime]  #: wall clock
    __table_args__ = (CheckConstraint("single", name="one_row"),)


class Pulse(Table):
    """心跳 of what runs each minute: a gap is an outage."""

    __tablename__ = "pulses"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
