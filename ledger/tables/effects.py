"""What left the house, and who looked: proofs, seal uses, deliveries, refusals, accesses, workers, alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.lifecycle import State
from domain.notices import NoticeChannel, NoticeKind
from domain.proof_form import Form
from domain.reasons import RevokeReason
from domain.seals import SealKind
from ledger.tables.base import Number, Sealed, Table, UnitCode, choices


class SealUse(Table):
    """用印记录 (obligation 9.5): written before signing, unique for a proof's version, completed with the digest after it."""

    __tablename__ = "seal_uses"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    version: Mapped[int]
    seal: Mapped[SealKind] = mapped_column(choices(SealKind, "seal"))
    registered: Mapped[UUID | None] = mapped_column("seal_id", ForeignKey("seals.id"))  #: None: before there was a register
    used_by: Mapped[str]
    started_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    digest: Mapped[str | None]
    #: the proof's place in the lists of revoked ones (ledger.sealing.status_lists), drawn by the database; None: before there were any
    status_serial: Mapped[int | None] = mapped_column(BigInteger, server_default=text("nextval('status_places')"))
    __table_args__ = (
        UniqueConstraint("verification", "version"),
        Index("uq_seal_uses_status_serial", "status_serial", unique=True),
        Index("ix_seal_uses_seal_id", "seal_id", "started_at"),
    )


class Proof(Table):
    """电子证明: the sealed file, encrypted; the QR code's secret is kept as a digest only."""

    __tablename__ = "proofs"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    version: Mapped[int]
    seal_use: Mapped[UUID] = mapped_column(ForeignKey("seal_uses.id"), unique=True)
    digest: Mapped[str] = mapped_column(unique=True)
    code_digest: Mapped[str]
    pdf: Mapped[Sealed]  #: the file, of whatever form: a place in the vault is never renamed
    form: Mapped[Form] = mapped_column(choices(Form, "form"), default=Form.PDF, server_default=Form.PDF.value)  #: as its bytes say
    content: Mapped[Sealed]  #: JSON list of label and value, as printed
    made_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str | None]
    otherwise: Mapped[str] = mapped_column(default="", server_default="")  #: 法律法规另有规定 (obligation 11.1), as it is printed
    __table_args__ = (
        UniqueConstraint("verification", "version"),
        Index("ix_proofs_revoked", "revoked_at", postgresql_where=text("revoked_at IS NOT NULL")),  # few of many
    )


class ProofExtension(Table):
    """证明的延续: what was put behind a proof, encrypted (PAdES B-LTA); the file is the proof and its stages in their order."""

    __tablename__ = "proof_extensions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    proof: Mapped[UUID] = mapped_column("proof_id", ForeignKey("proofs.id"))
    position: Mapped[int]
    digest: Mapped[str] = mapped_column(unique=True)  #: of the whole file up to here
    appended: Mapped[Sealed]
    server: Mapped[str]
    stamped_at: Mapped[datetime]  #: as its timestamp says; wall clock, as the next two
    until: Mapped[datetime]  #: the end of the timestamp's certificate
    due_at: Mapped[datetime]  #: when the next one is
    made_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("proof_id", "position"),)


class RevocationWord(Table):
    """吊销: the newest list of each authority, and each answer by which a certificate was revoked; public, as it came."""

    __tablename__ = "revocation_words"
    about: Mapped[str] = mapped_column(primary_key=True)  #: SHA-256: `connectors.lasting.Sources.words`
    answer: Mapped[bool]
    said_at: Mapped[datetime]  #: as it says itself; wall clock
    word: Mapped[bytes]
    heard_at: Mapped[datetime]


class Revocation(Table):
    """撤销 (obligations 16.8, 17.5): who asked that a delivered proof ends, why, and who confirmed or refused it."""

    __tablename__ = "revocations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    proof: Mapped[UUID] = mapped_column("proof_id", ForeignKey("proofs.id"))
    unit: Mapped[UnitCode | None]  #: the issuing unit; None: on order of the 专班 office
    reason: Mapped[RevokeReason] = mapped_column(choices(RevokeReason, "reason"))
    document: Mapped[str | None]  #: the decision that it rests on
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    confirmed_at: Mapped[datetime | None]  #: from here on the proof is revoked
    confirmed_by: Mapped[str | None]  #: the second person; None where one is enough
    refused_at: Mapped[datetime | None]
    refused_by: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("confirmed_by <> asked_by", name="confirmed_by_another"),
        CheckConstraint("confirmed_at IS NULL OR refused_at IS NULL", name="one_end"),
        CheckConstraint("unit IS NOT NULL OR document IS NOT NULL", name="an_order_has_a_document"),
        Index("uq_revocations_proof_id", "proof_id", unique=True, postgresql_where=text("refused_at IS NULL")),
    )


class Delivery(Table):
    """送达: one record and one id for each message to a requesting unit; a repeat carries the same id.

    Without a callback address the message is there for polling and complete at once.
    """

    __tablename__ = "deliveries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    status: Mapped[State] = mapped_column(choices(State, "status"))
    event: Mapped[int] = mapped_column("event_id", ForeignKey("events.id"), unique=True)
    address: Mapped[UUID | None] = mapped_column("address_id", ForeignKey("callback_addresses.id"))
    made_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    last_answer: Mapped[str | None]
    given_up_at: Mapped[datetime | None]
    again_at: Mapped[datetime | None]  #: 重发: the last time that somebody had it sent again, and who
    again_by: Mapped[str | None]
    __table_args__ = (Index("ix_deliveries_due", "next_attempt_at", postgresql_where=text("next_attempt_at IS NOT NULL")),)


class LicenceOffer(Table):
    """开具 (obligation 6.3): one record and one id for each sealed proof that is offered to 电子证照库; ids only.

    Revoked here, it is taken back there by the same id; what never left ends at once.
    """

    __tablename__ = "licence_offers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    proof: Mapped[UUID] = mapped_column("proof_id", ForeignKey("proofs.id"), unique=True)
    licence_kind: Mapped[str]  #: the library's code
    made_at: Mapped[datetime]
    first_at: Mapped[datetime | None]  #: the first attempt: from here on it may be there
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    last_answer: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    licence_number: Mapped[bytes | None]  #: ciphertext: what the library calls it
    void_at: Mapped[datetime | None]  #: revoked here
    voided_at: Mapped[datetime | None]  #: not valid there (any more)
    given_up_at: Mapped[datetime | None]
    again_at: Mapped[datetime | None]  #: the last time that somebody had it go on, and who
    again_by: Mapped[str | None]
    __table_args__ = (
        Index("ix_licence_offers_due", "next_attempt_at", postgresql_where=text("next_attempt_at IS NOT NULL")),
        Index("ix_licence_offers_made", "made_at"),  # of a week, for the reports
    )


class Notice(Table):
    """通知: to officials, by mail or webhook; one record and one id each (obligation 10.12). Bodies hold no personal data.

    A crash may repeat a webhook under the same id. A mail's beginning is recorded before it leaves: one whose outcome
    is unknown is shown and not sent again by itself.
    """

    __tablename__ = "notices"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[str | None] = mapped_column(ForeignKey("verifications.number"), index=True)
    unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))  #: None: to a configured address
    kind: Mapped[NoticeKind] = mapped_column(choices(NoticeKind, "kind"))
    cause: Mapped[str]  #: the id of what it tells of (the report's, a head's day): told twice, it finds the first notice
    channel: Mapped[NoticeChannel] = mapped_column(choices(NoticeChannel, "channel"))
    recipient: Mapped[str]  #: a person's code, the unit's for a webhook, an address for a report or a head
    about: Mapped[datetime]  #: when it happened, on the regulation's clock
    made_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_answer: Mapped[str | None]
    given_up_at: Mapped[datetime | None]
    again_at: Mapped[datetime | None]  #: 重发: the last time that somebody had it sent again, and who
    again_by: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("kind", "cause", "channel", "recipient"),
        Index("ix_notices_due", "next_attempt_at", postgresql_where=text("next_attempt_at IS NOT NULL")),
    )


class IdempotencyKey(Table):
    """幂等键: the same key with the same body answers with the same verification."""

    __tablename__ = "idempotency_keys"
    unit: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_digest: Mapped[str]
    verification: Mapped[Number]
    made_at: Mapped[datetime]


class RefusalRow(Table):
    """不予受理记录: who asked for what and why it was refused; no personal data. Append-only."""

    __tablename__ = "refusals"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    unit: Mapped[str | None]
    actor: Mapped[str]
    code: Mapped[str]
    obligation: Mapped[str | None]
    detail: Mapped[dict[str, Any]]


class Access(Table):
    """调阅记录 (obligation 15.4): who read which person's data. Append-only."""

    __tablename__ = "accesses"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    unit: Mapped[str | None]
    verification: Mapped[Number]
    what: Mapped[str]


class Worker(Table):
    """Workers and their leases; wall clock of the database."""

    __tablename__ = "workers"
    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]  #: name/incarnation: what the leases of its passes carry
    started_at: Mapped[datetime]
    lease_until: Mapped[datetime]


class Alarm(Table):
    """告警: one record for each thing that operators must know, mailed once."""

    __tablename__ = "alarms"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    message: Mapped[str]
    raised_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    mail_started_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    mail_error: Mapped[str | None]
    __table_args__ = (Index("uq_alarms_standing", "kind", "subject", unique=True, postgresql_where=text("cleared_at IS NULL")),)
