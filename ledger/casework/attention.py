"""待人工处理, 暂停, 撤回: what people do to a verification, each action named and on the record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.lifecycle import ENDED, Event, State
from domain.methods import Method, may_seal
from domain.reasons import CloseReason, ReissueReason, RerouteReason, WithdrawReason
from domain.recusal import Subject
from domain.revocations import REROUTED
from domain.roles import Role
from ledger import recusal
from ledger.casework import mismatches
from ledger.catalog.entries import load_entry
from ledger.deadlines import promises
from ledger.inbox.requests import withdraw_request
from ledger.lifecycle.moves import MoveRefused, move, note, request_wake
from ledger.lifecycle.remedies import FINAL
from ledger.lifecycle.snapshots import UnknownNumber, lock
from ledger.outbox.alarms import clear_alarm, raise_alarm
from ledger.outbox.callbacks_sent import announce
from ledger.succession import heir
from ledger.tables.effects import Proof, SealUse
from ledger.tables.registry import Unit
from ledger.tables.verifications import Verification


class UnitNotUsable(MoveRefused, code="unit_unknown"):
    """改派 names a unit that there is not, or that is not in use."""


def retry(session: Session, number: str, *, now: datetime, actor: str) -> None:
    """重试: go on where it stopped."""
    row = _waiting_for_a_person(session, number)
    back = row.attention_from or State.RECEIVED
    if row.attention in FINAL:
        raise MoveRefused(f"{number}: 重试不会有新的结果,请改派或办结")
    move(session, number, Event.RETRIED, row.state, back, at=now, actor=actor, attention=None, attention_from=None, next_instant=now)
    _leave(session, number, now)


def reroute(session: Session, number: str, unit: str, why: RerouteReason = RerouteReason.OTHER, *, now: datetime, actor: str) -> None:
    """改派: ask another issuing unit. The old request closes without a score, a proof of the old answer is revoked."""
    row = _waiting_for_a_person(session, number)
    _no_own(session, row, actor)
    unit = heir(session, unit)
    target = session.get(Unit, unit)
    if target is None or not target.active:
        raise UnitNotUsable("所填单位不在名录中或已停用,请核对单位编码。")
    if unit == heir(session, row.unit):
        raise MoveRefused(f"{number}: 不能改派给需求单位自己")
    withdraw_request(session, number, now=now, actor=actor)
    promises.run_on(session, row, now=now)
    _revoke(session, number, REROUTED, now)
    # The version that was begun bears the seal of the method that is given up (obligations 9.1, 9.2): the next proof is another.
    begun = session.scalar(select(func.max(SealUse.version)).where(SealUse.verification == number)) or 0
    move(
        session,
        number,
        Event.REROUTED,
        row.state,
        State.TO_ASK,
        at=now,
        actor=actor,
        detail={"unit": unit, "why": RerouteReason(why).value},
        attention=None,
        attention_from=None,
        next_instant=now,
        issuing_unit=unit,
        method=Method.ISSUER,
        result=None,
        proof_version=max(row.proof_version, begun + 1),
    )
    _leave(session, number, now)


def reissue(session: Session, number: str, why: ReissueReason, *, now: datetime, actor: str) -> None:
    """重新制作: a new version of the proof from the same evidence; an older version is revoked.

    Refused where the result is one that this proof is never sealed for (obligation 9.2).
    """
    row = _waiting_for_a_person(session, number)
    if row.result is None:
        raise MoveRefused(f"{number}: 还没有核验结果,不能制作证明")
    if not may_seal(row.result, load_entry(session, row.entry).sealed_when_negative):
        raise MoveRefused(f"{number}: 结果为“{row.result.label}”,按清单不制作证明")
    _revoke(session, number, ReissueReason(why).value, now)
    move(
        session,
        number,
        Event.REISSUED,
        row.state,
        State.TO_BE_SEALED,
        at=now,
        actor=actor,
        detail={"version": row.proof_version + 1},
        proof_version=row.proof_version + 1,
        attention=None,
        attention_from=None,
        next_instant=now,
    )
    _leave(session, number, now)


def close(session: Session, number: str, why: CloseReason, *, now: datetime, actor: str) -> None:
    """办结: a person ends it; the requesting unit is told."""
    row = _waiting_for_a_person(session, number)
    _no_own(session, row, actor)
    withdraw_request(session, number, now=now, actor=actor)
    detail = {"why": CloseReason(why).value}
    closed = move(session, number, Event.CLOSED, row.state, State.CLOSED, at=now, actor=actor, detail=detail)
    announce(session, {number: closed}, State.CLOSED, now=now)
    _end(session, row, now=now, actor=actor)


def withdraw(session: Session, number: str, why: WithdrawReason = WithdrawReason.OTHER, *, now: datetime, actor: str) -> None:
    """撤回 by the requesting unit: clocks end without a score (reading 20). Raises `MoveRefused` once it has ended."""
    row = _locked(session, number)
    if row.state in ENDED:
        raise MoveRefused(f"{number}: 已经结束({row.state.label}),不能撤回")
    withdraw_request(session, number, now=now, actor=actor)
    detail = {"why": WithdrawReason(why).value}
    move(session, number, Event.WITHDRAWN, row.state, State.WITHDRAWN, at=now, actor=actor, detail=detail)
    _end(session, row, now=now, actor=actor)


def pause(session: Session, number: str, *, now: datetime, actor: str, run: UUID | None = None) -> bool:
    """暂停执行: Cancel in Prefect. Never a legal withdrawal; clocks and 督办 run on. True where it was not paused yet.

    `run`: the flow run that was cancelled. Where somebody went on in another meanwhile, that Cancel is past.
    """
    try:
        row = lock(session, number)
    except UnknownNumber:
        return False
    if row.state in ENDED or row.paused_at is not None or run not in (None, row.flow_run):
        return False
    note(session, number, Event.PAUSED, at=now, actor=actor, paused_at=now)
    raise_alarm(session, "paused", number, f"{number}:由运维暂停;恢复请执行 ./run resume {number}。", now=now)
    return True


def resume(session: Session, number: str, *, now: datetime, actor: str) -> None:
    """恢复执行: a new flow run goes on where the case stopped."""
    row = _locked(session, number)
    if row.paused_at is None:
        raise MoveRefused(f"{number}: 没有被暂停,现状为“{row.state.label}”")
    # A new serial: the cancelled run's key would give back the cancelled run.
    serial = row.run_serial + 1
    note(session, number, Event.RESUMED, at=now, actor=actor, paused_at=None, flow_run=None, run_serial=serial)
    clear_alarm(session, "paused", number, now=now)
    request_wake(session, number)


def _locked(session: Session, number: str) -> Verification:
    try:
        return lock(session, number)
    except UnknownNumber as error:
        raise MoveRefused(str(error)) from None


def _waiting_for_a_person(session: Session, number: str) -> Verification:
    row = _locked(session, number)
    if row.state is not State.NEEDS_ATTENTION:
        raise MoveRefused(f"{number}: 现状为“{row.state.label}”,不需要人工处理")
    return row


def _no_own(session: Session, row: Verification, actor: str) -> None:
    """回避: the unit that is asked does not decide that it owes nothing any more."""
    deciders = (Role.OPERATOR, Role.OFFICE)
    recusal.check(
        session,
        Subject.VERIFICATION,
        row.number,
        [row.issuing_unit or load_entry(session, row.entry).issuing_unit],
        actor=actor,
        roles=deciders,
    )


def _revoke(session: Session, number: str, why: str, now: datetime) -> None:
    for proof in session.scalars(select(Proof).where(Proof.verification == number, Proof.revoked_at.is_(None))):
        proof.revoked_at, proof.revoked_why = now, why


def _end(session: Session, row: Verification, *, now: datetime, actor: str) -> None:
    clear_alarm(session, "paused", row.number, now=now)  # what has ended cannot be resumed
    _leave(session, row.number, now)
    session.refresh(row)
    mismatches.settle(session, row, now=now, actor=actor)


def _leave(session: Session, number: str, now: datetime) -> None:
    clear_alarm(session, "needs_attention", number, now=now)
    request_wake(session, number)
