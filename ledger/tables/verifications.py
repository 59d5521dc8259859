"""核验: the verification, its events, look-ups, requests and limits. State is written by `ledger.lifecycle.moves` alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.inbox import ExcuseReason
from domain.lifecycle import ENDED, Event, State
from domain.limits import LimitKind
from domain.methods import Answer, Method, Result
from domain.share import ShareOutcome
from ledger.tables.base import Number, Sealed, Table, UnitCode, choices

_STANDING = text("met_at IS NULL AND missed_at IS NULL AND closed_at IS NULL")
_IS_OPEN = text("state NOT IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(ENDED))))


class Verification(Table):
    """核验: one case × one party × one proof."""

    __tablename__ = "verifications"
    number: Mapped[str] = mapped_column(primary_key=True)
    case: Mapped[UUID] = mapped_column("case_id", ForeignKey("cases.id"), index=True)
    party: Mapped[UUID] = mapped_column("party_id", ForeignKey("parties.id"))
    entry: Mapped[int] = mapped_column("entry_id", ForeignKey("entries.id"))
    unit: Mapped[UnitCode]  #: 需求单位
    filed_at: Mapped[datetime]
    filed_by: Mapped[str]
    via_system: Mapped[str | None]
    batch: Mapped[str | None] = mapped_column(ForeignKey("batches.number"))  #: 批次: it was filed as a row of this one

    state: Mapped[State] = mapped_column(choices(State, "state"))
    follows: Mapped[str | None] = mapped_column(ForeignKey("verifications.number"))  #: it checks that one (obligation 11.3)
    replaces: Mapped[str | None] = mapped_column(
        ForeignKey("verifications.number")
    )  #: its proof takes the place of that one's, which is revoked
    again_why: Mapped[str | None]  #: force_new: why the same question is asked again (reading 20)
    method: Mapped[Method | None] = mapped_column(choices(Method, "method"))
    result: Mapped[Result | None] = mapped_column(choices(Result, "result"))
    issuing_unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    share_failed: Mapped[bool] = mapped_column(default=False)
    chosen: Mapped[bytes | None]  #: the licence picked among several; ciphertext
    authorisation: Mapped[bytes | None]  #: 持证人授权 as it was handed over; ciphertext under the case's key
    proof_version: Mapped[int] = mapped_column(default=1)
    ended_at: Mapped[datetime | None]

    next_instant: Mapped[datetime | None]  #: the regulation's clock: when something is due
    paused_at: Mapped[datetime | None]  #: 由运维暂停
    failed_passes: Mapped[int] = mapped_column(default=0)
    attention: Mapped[str | None]  #: a fixed code: why it waits for a person
    attention_note: Mapped[bytes | None]  #: ciphertext: what that person must know of the case's data
    attention_from: Mapped[State | None] = mapped_column(choices(State, "attention_from"))

    # Who is at work on it. Wall clock of the database: leases are no business of the regulation's clock.
    lease_owner: Mapped[str | None]
    lease_token: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_until: Mapped[datetime | None]
    wake_requested_at: Mapped[datetime | None]
    wake_claimed_until: Mapped[datetime | None]
    flow_run: Mapped[UUID | None]
    run_serial: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        # What the reports count by. Written once at filing and once at the end; the unit stands in it so that counts of
        # a week need no row.
        Index("ix_verifications_filed", "filed_at", "unit"),
        Index("ix_verifications_mismatched", "unit", "filed_at", postgresql_where=text("result = 'mismatch'")),
        Index("ix_verifications_own", "unit", "filed_at", "number"),  # a unit's list, page by page
        Index("ix_verifications_batch", "batch", postgresql_where=text("batch IS NOT NULL")),
        Index("ix_verifications_replaces", "replaces", postgresql_where=text("replaces IS NOT NULL")),
        Index("ix_verifications_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        # Partial: a year's ended verifications must not slow the search for what is due now.
        Index("ix_verifications_due", "next_instant", postgresql_where=_IS_OPEN),
        Index("ix_verifications_wake", "wake_requested_at", postgresql_where=text("wake_requested_at IS NOT NULL")),
        Index("ix_verifications_lease", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
    )


class EventRow(Table):
    """台账事件: append-only in the database itself; no personal data in clear."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    verification: Mapped[Number]
    event: Mapped[Event] = mapped_column(choices(Event, "event"))
    at: Mapped[datetime]  #: the regulation's clock; of a miss, the instant that was due
    recorded_at: Mapped[datetime]  #: when this row was written
    origin: Mapped[State | None] = mapped_column(choices(State, "origin"))
    target: Mapped[State | None] = mapped_column(choices(State, "target"))
    actor: Mapped[str]
    detail: Mapped[dict[str, Any]]
    __table_args__ = (
        # Of the many kinds the reports read these alone: a source that failed, a miss that was taken back.
        Index("ix_events_reported", "event", "at", postgresql_where=text("event IN ('fell_back', 'lifted')")),
        Index("ix_events_claimed", "at", postgresql_where=text("event = 'claimed'")),  # of many events few: obligation 7.6
    )


class Lookup(Table):
    """数据共享查询 (obligations 7.2, 7.3): what a source answered, kept for the record."""

    __tablename__ = "lookups"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    attempt: Mapped[int]
    source: Mapped[str]
    outcome: Mapped[ShareOutcome] = mapped_column(choices(ShareOutcome, "outcome"))
    message: Mapped[str]
    maker: Mapped[str]
    warnings: Mapped[list[str]]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime]
    fields: Mapped[Sealed]
    candidates: Mapped[Sealed]
    reply: Mapped[Sealed]
    document: Mapped[Sealed]
    __table_args__ = (
        UniqueConstraint("verification", "attempt"),
        # Whole in itself: a report that counts answers must not read the encrypted replies beside them.
        Index("ix_lookups_answered", "answered_at", postgresql_include=["source", "outcome", "asked_at"]),
    )


class Request(Table):
    """核验申请: in an issuing unit's inbox (obligations 10.1, 10.4)."""

    __tablename__ = "requests"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    unit: Mapped[UnitCode]
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    answer: Mapped[Answer | None] = mapped_column(choices(Answer, "answer"))
    fields: Mapped[bytes | None]  #: ciphertext
    note: Mapped[bytes | None]  #: ciphertext
    claimed_by: Mapped[str | None]  #: 认领: who works on it
    claimed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]  #: it left the inbox unanswered: withdrawn, re-routed or returned
    ended_at: Mapped[datetime | None]  #: its clocks ended: sent, answered without result, returned, withdrawn (reading 6)
    __table_args__ = (
        Index("ix_requests_inbox", "unit", "received_at", postgresql_where=text("answered_at IS NULL")),
        Index("ix_requests_received", "received_at", "unit"),
        Index("ix_requests_ended", "ended_at"),  # also what has not ended: NULL
        # At most one open request for a verification: a repeated step finds it instead of asking twice.
        Index("uq_requests_open", "verification", unique=True, postgresql_where=text("answered_at IS NULL AND withdrawn_at IS NULL")),
    )


class Deadline(Table):
    """时限: one limit of one request, with the rule that set it. A miss is recorded at its due instant.

    Without a request: a requesting unit's thinking time, or the promise while the case is in nobody's inbox (reading 9).
    """

    __tablename__ = "deadlines"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    verification: Mapped[Number]
    request: Mapped[UUID | None] = mapped_column("request_id", ForeignKey("requests.id"), index=True)
    kind: Mapped[LimitKind] = mapped_column(choices(LimitKind, "kind"))
    started_at: Mapped[datetime | None]  #: where the clock starts (deemed receipt, reading 1); None = 未定
    target_at: Mapped[datetime | None]  #: before it rolled to an opening (reading 2)
    due_at: Mapped[datetime | None]  #: None = 未定: a year has no calendar (reading 25)
    warn_at: Mapped[datetime | None]
    pausable: Mapped[bool] = mapped_column(default=False)  #: a supplement moves it (reading 10)
    missing_year: Mapped[int | None]
    known_at: Mapped[datetime | None]  #: when it was computed, where its year came later (reading 25)
    provisional: Mapped[bool] = mapped_column(default=False)  #: rests on a provisional year
    rule_version: Mapped[str]
    obligations: Mapped[list[str]]
    note: Mapped[str]
    explanation: Mapped[str] = mapped_column(default="")  #: why it falls on that minute, as computed
    warned_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  #: withdrawn or overtaken: no score either way
    excuse: Mapped[ExcuseReason | None] = mapped_column(choices(ExcuseReason, "excuse"))  #: reading 8
    excuse_by: Mapped[str | None]
    excuse_at: Mapped[datetime | None]
    excuse_approved: Mapped[bool | None]
    excuse_decided_by: Mapped[str | None]
    excuse_decided_at: Mapped[datetime | None]
    __table_args__ = (
        # Of each kind one that runs: a promise that moved after a miss is another limit beside the missed one.
        Index("uq_deadlines_standing", "request_id", "kind", unique=True, postgresql_where=_STANDING),
        Index(
            "uq_deadlines_promise",
            "verification",
            unique=True,
            postgresql_where=text("request_id IS NULL AND kind = 'hard' AND " + _STANDING.text),
        ),
        CheckConstraint("(due_at IS NULL) = (missing_year IS NOT NULL)", name="undetermined_names_the_year"),
        Index("ix_deadlines_open", "due_at", postgresql_where=_STANDING),
        Index("ix_deadlines_due", "due_at", postgresql_where=text("closed_at IS NULL")),  # of a week, for the reports
        Index(  # of what waits for the office: few of very many
            "ix_deadlines_excused",
            "excuse_at",
            postgresql_where=text("excuse IS NOT NULL AND excuse_approved IS NULL AND met_at IS NULL AND closed_at IS NULL"),
        ),
        Index("ix_deadlines_warn", "warn_at", postgresql_where=text("warned_at IS NULL AND " + _STANDING.text)),
        Index("ix_deadlines_undetermined", "missing_year", postgresql_where=text("missing_year IS NOT NULL")),
    )
