"""运行状况: what operators read, in counts, codes and numbers, without persons' names or numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.lifecycle import OPEN, Event, State
from ledger.cases.cases import key_of
from ledger.lifecycle.remedies import REMEDIES
from ledger.outbox import notifications
from ledger.tables.effects import Alarm, Delivery
from ledger.tables.registry import CallbackAddress
from ledger.tables.verifications import EventRow, Verification
from ledger.vault import Place
from settings import settings

PAUSED = ("由运维暂停。", "查明原因后“恢复”。")
UNKNOWN_NOTICE = ("有通知邮件发出后结果不明,不会自动重发。", "请向收件人核实是否收到,再“确认”(/v1/notices)。")
UNDELIVERED = ("送达通知多次失败,已停止发送;结果可正常查询。", "请该单位修复接收地址,再“重发”;地址有变的重新登记,登记后自动重发。")


@dataclass(frozen=True)
class Stuck:
    """One thing that does not go on by itself: why, what to do, since when."""

    number: str
    unit: str
    code: str
    reason: str
    remedy: str
    since: datetime


def stuck(session: Session, limit: int = 500) -> list[Stuck]:
    """待人工处理, 暂停 and messages given up, oldest first."""
    since = (
        select(func.max(EventRow.at))
        .where(EventRow.verification == Verification.number, EventRow.target == State.NEEDS_ATTENTION)
        .scalar_subquery()
    )
    waiting = session.execute(select(Verification, since).where(Verification.state == State.NEEDS_ATTENTION).limit(limit))
    found = [Stuck(row.number, row.unit, row.attention or "", *_why(session, row), at or row.filed_at) for row, at in waiting]
    paused = select(Verification).where(Verification.state.in_(OPEN), Verification.paused_at.is_not(None)).limit(limit)
    found += [Stuck(row.number, row.unit, Event.PAUSED.value, *PAUSED, row.paused_at) for row in session.scalars(paused) if row.paused_at]
    given_up = (
        select(Delivery, Verification.unit)
        .join(Verification, Verification.number == Delivery.verification)
        .join(CallbackAddress, CallbackAddress.id == Delivery.address)
        .where(CallbackAddress.active.is_(True), Delivery.given_up_at.is_not(None))
        .limit(limit)
    )
    found += [
        Stuck(row.verification, unit, "delivery_given_up", *UNDELIVERED, row.given_up_at)
        for row, unit in session.execute(given_up)
        if row.given_up_at
    ]
    found += [
        Stuck(notice.verification or "", notice.unit, "notice_unknown", *UNKNOWN_NOTICE, notice.made_at)
        for notice in notifications.unknown(session, now=settings().now())
        if notice.verification and notice.unit
    ]
    return sorted(found, key=lambda item: item.since)[:limit]


def _why(session: Session, row: Verification) -> tuple[str, str]:
    """The reason and the remedy, with what whoever repairs it must know of the case's data."""
    reason, remedy = REMEDIES.get(row.attention or "", ("", ""))
    if row.attention_note is not None:
        place = Place("verifications", "attention_note", row.number)
        reason += f"({key_of(session, row.case).decrypt_text(place, row.attention_note)})"
    return reason, remedy


def runs_of(session: Session, numbers: Collection[str]) -> dict[str, UUID]:
    """The runs in Prefect that took these on, where one did."""
    query = select(Verification.number, Verification.flow_run).where(Verification.number.in_(numbers))
    return {number: run for number, run in session.execute(query).tuples() if run is not None}


def open_counts(session: Session) -> dict[State, int]:
    """How many verifications stand in each open state; ended ones are left out, or each look would read them all."""
    rows = session.execute(select(Verification.state, func.count()).where(Verification.state.in_(OPEN)).group_by(Verification.state))
    return dict.fromkeys(sorted(OPEN), 0) | dict(rows.tuples().all())


def oldest_due(session: Session) -> datetime | None:
    """The earliest instant at which an open verification is due, on the regulation's clock."""
    due: datetime | None = session.scalar(select(func.min(Verification.next_instant)).where(Verification.state.in_(OPEN)))
    return due


def alarm_counts(session: Session) -> dict[str, int]:
    """Standing alarms by kind."""
    rows = session.execute(select(Alarm.kind, func.count()).where(Alarm.cleared_at.is_(None)).group_by(Alarm.kind))
    return dict(rows.tuples().all())


def settled(session: Session, numbers: list[str]) -> list[str]:
    """Those of `numbers` that need nobody to wait any longer: ended, or a person must act."""
    still = OPEN - {State.AWAITING_CHOICE, State.NEEDS_ATTENTION}
    query = select(Verification.number).where(Verification.number.in_(numbers), Verification.state.not_in(still))
    return list(session.scalars(query))
