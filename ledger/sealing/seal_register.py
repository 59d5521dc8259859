"""印章登记 (obligations 9.4, 15.5): the one way in which a seal goes through its life, each step with its event in one transaction.

Whoever asks for 制作 or 注销 never confirms it: here, and in the database. What the key is good for is decided where a seal is
used (`ledger.sealing.sealing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.clear_text import LINE
from domain.instants import is_past
from domain.limits import aware
from domain.refusal import Refusal
from domain.seals import IN_FORCE, RENEWAL, SEAL_STEPS, WAITING, KeyKind, SealKind, SealStanding, SealStep
from ledger import paging
from ledger.actor import person_of
from ledger.paging import FIRST, Page, PageRequest
from ledger.sealing.certificates import SealRefused, read
from ledger.tables.effects import SealUse
from ledger.tables.registry import Unit
from ledger.tables.seals import RegisteredSeal, SealEvent

#: Of a row of `seals` in SQL, at the instant `:now`: what `is_valid` says of one in `IN_FORCE`.
VALID = "standing IN ('in_use', 'cancelling') AND valid_from <= :now AND valid_until >= :now"


class SealUnknown(Refusal, code="seal_unknown"):
    """There is no such seal."""


@dataclass(frozen=True)
class Filing:
    """备案: its number, and the day."""

    number: str
    on: date


def apply(
    session: Session, kind: SealKind, name: str, unit: str, replaces: UUID | None = None, *, now: datetime, actor: str
) -> RegisteredSeal:
    """申请 of a seal for a unit; `replaces`: the one of this kind whose place it takes when it is 启用. Raises SealRefused, SealUnknown."""
    known = session.get(Unit, unit)
    if known is None or not known.active:
        raise SealRefused("所填单位不在名录中或已停用,请核对单位编码。")
    if replaces is not None and find(session, replaces).kind is not kind:
        raise SealRefused("被变更的印章与申请的印章不是同一种。")
    row = RegisteredSeal(id=uuid4(), kind=kind, name=name, unit=unit, standing=SealStanding.APPLIED, replaces=replaces)
    session.add(row)
    session.flush()
    _record(session, row, SealStep.APPLY, None, now, actor, {})
    return row


def ask_making(
    session: Session, seal: UUID, pem: str, key: KeyKind, reference: str, filing: Filing | None = None, *, now: datetime, actor: str
) -> RegisteredSeal:
    """制作, asked for with the certificate; another person confirms. Raises SealRefused, SealUnknown."""
    row, certificate = lock(session, seal), read(pem)
    if certificate.development != (key is KeyKind.DEVELOPMENT):
        raise SealRefused("演示证书只能登记为演示密钥,正式证书不得登记为演示密钥。")
    if is_past(certificate.valid_until, now):
        raise SealRefused("证书已过有效期。")
    if not reference or len(reference) > LINE or "pin" in reference.lower():
        raise SealRefused("密钥标识为空、过长或含有口令:只写文件名或密码模块中的标签,口令另存。")
    same = select(RegisteredSeal.id).where(
        RegisteredSeal.fingerprint == certificate.fingerprint,
        RegisteredSeal.standing != SealStanding.WITHDRAWN,
        RegisteredSeal.id != row.id,
    )
    if session.scalar(same) is not None:
        raise SealRefused("这份证书已登记在另一枚印章上。")
    row.key_kind, row.key_reference, row.certificate = key, reference, certificate.pem
    row.subject, row.serial_number, row.fingerprint = certificate.subject, certificate.serial_number, certificate.fingerprint
    row.valid_from, row.valid_until = certificate.valid_from, certificate.valid_until
    row.making_asked_by = actor
    if filing is not None:
        _set_filing(row, filing, now)
    _take(session, row, SealStep.MAKE, now, actor, {"fingerprint": certificate.fingerprint, "key": key.value})
    return row


def confirm(session: Session, seal: UUID, *, now: datetime, actor: str) -> RegisteredSeal:
    """Another person confirms the 制作 or the 注销 that waits. Made with its filing known, it is 备案 at once.

    Raises SealRefused (also for who asked), SealUnknown.
    """
    row = lock(session, seal)
    if row.standing not in WAITING:
        raise SealRefused(f"印章现状为“{row.standing.label}”,没有待确认的制作或注销。")
    making = row.standing is SealStanding.MAKING
    asked = (row.making_asked_by if making else row.cancelling_asked_by) or ""
    if person_of(asked) == person_of(actor):
        raise SealRefused("制作、注销须由提出人以外的另一人确认。")
    if making:
        row.making_confirmed_by = actor
    else:
        row.cancelling_confirmed_by, row.ended_at = actor, aware(now)
    _take(session, row, WAITING[row.standing][0], now, actor, {"asked_by": asked})
    if making and row.filing_number and row.filed_on:
        _take(session, row, SealStep.FILE, now, actor, {"number": row.filing_number, "on": row.filed_on.isoformat()})
    return row


def refuse(session: Session, seal: UUID, *, now: datetime, actor: str) -> RegisteredSeal:
    """What waits is not confirmed; who asked may take it back so. Raises SealRefused, SealUnknown."""
    row = lock(session, seal)
    if row.standing not in WAITING:
        raise SealRefused(f"印章现状为“{row.standing.label}”,没有待确认的制作或注销。")
    step = WAITING[row.standing][1]
    _take(session, row, step, now, actor, {})
    return row


def file(session: Session, seal: UUID, filing: Filing, *, now: datetime, actor: str) -> RegisteredSeal:
    """备案. Raises SealRefused, SealUnknown."""
    row = lock(session, seal)
    _set_filing(row, filing, now)
    _take(session, row, SealStep.FILE, now, actor, {"number": filing.number, "on": filing.on.isoformat()})
    return row


def start(session: Session, seal: UUID, *, now: datetime, actor: str) -> RegisteredSeal:
    """启用: in force from here on; the one of this kind that was in force until now is 变更. Raises SealRefused, SealUnknown."""
    row = lock(session, seal)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"seal in force {row.kind}"))))  # two at once: one after the other
    if row.valid_from is None or row.valid_until is None or is_past(row.valid_until, now) or now < row.valid_from:
        raise SealRefused("证书尚未生效或已过有效期,不能启用。")
    query = select(RegisteredSeal).where(RegisteredSeal.kind == row.kind, RegisteredSeal.standing.in_(IN_FORCE))
    before = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if before is not None:
        if row.replaces != before.id:
            raise SealRefused("同一种印章已有一枚在用。请先注销它,或在申请时写明变更(replaces)。")
        before.ended_at = aware(now)
        _take(session, before, SealStep.CHANGE, now, actor, {"by": str(row.id)})
    row.started_at = aware(now)
    _take(session, row, SealStep.START, now, actor, {"replaces": str(before.id)} if before is not None else {})
    return row


def ask_cancellation(session: Session, seal: UUID, reason: str, *, now: datetime, actor: str) -> RegisteredSeal:
    """注销, asked for; it stays in force until another person confirms. Raises SealRefused, SealUnknown."""
    row = lock(session, seal)
    row.cancelling_asked_by = actor
    _take(session, row, SealStep.CANCEL, now, actor, {"reason": reason})
    return row


def withdraw(session: Session, seal: UUID, *, now: datetime, actor: str) -> RegisteredSeal:
    """撤回 of what was never in use. Raises SealRefused, SealUnknown."""
    row = lock(session, seal)
    _take(session, row, SealStep.WITHDRAW, now, actor, {})
    return row


def lock(session: Session, seal: UUID) -> RegisteredSeal:
    """For a step: who takes the instant of an end after this has seen every use that began before. Raises SealUnknown."""
    row = session.get(RegisteredSeal, seal, with_for_update=True, populate_existing=True)
    if row is None:
        raise SealUnknown
    return row


def find(session: Session, seal: UUID) -> RegisteredSeal:
    """Raises SealUnknown."""
    row = session.get(RegisteredSeal, seal)
    if row is None:
        raise SealUnknown
    return row


def listed(session: Session, page: PageRequest = FIRST) -> Page[RegisteredSeal]:
    """By kind; what is in force or on the way there first, then what has ended."""
    row = RegisteredSeal
    ended = row.standing.in_([SealStanding.CHANGED, SealStanding.CANCELLED, SealStanding.WITHDRAWN])
    return paging.scalars(session, select(row), (row.kind, ended, row.id), page)


def story(session: Session, seal: UUID) -> Sequence[SealEvent]:
    """Every step, in order."""
    return session.scalars(select(SealEvent).where(SealEvent.seal == seal).order_by(SealEvent.serial)).all()


def in_force(session: Session, *, now: datetime) -> dict[SealKind, RegisteredSeal]:
    """What may be sealed with at this instant."""
    rows = session.scalars(select(RegisteredSeal).where(RegisteredSeal.standing.in_(IN_FORCE)))
    return {row.kind: row for row in rows if is_valid(row, now)}


def held(session: Session, kind: SealKind, key: str, *, now: datetime) -> UUID | None:
    """The seal in force of this kind with this certificate (SHA-256), which nobody ends before this transaction has; None: it is not."""
    query = select(RegisteredSeal).where(
        RegisteredSeal.kind == kind, RegisteredSeal.fingerprint == key, RegisteredSeal.standing.in_(IN_FORCE)
    )
    row = session.scalar(query.with_for_update(read=True).execution_options(populate_existing=True))
    return row.id if row is not None and is_valid(row, now) else None


def is_valid(row: RegisteredSeal, now: datetime) -> bool:
    """Within its certificate's validity."""
    return row.valid_from is not None and row.valid_until is not None and row.valid_from <= now and not is_past(row.valid_until, now)


def expiring(session: Session, *, now: datetime) -> list[RegisteredSeal]:
    """In use, and its certificate ends within `RENEWAL`, or has ended."""
    query = select(RegisteredSeal).where(RegisteredSeal.standing.in_(IN_FORCE), RegisteredSeal.valid_until <= now + RENEWAL)
    return list(session.scalars(query.order_by(RegisteredSeal.valid_until)))


def _set_filing(row: RegisteredSeal, filing: Filing, now: datetime) -> None:
    if filing.on > now.astimezone(LOCAL).date():
        raise SealRefused("备案日期晚于今天。")
    row.filing_number, row.filed_on = filing.number, filing.on


def _take(session: Session, row: RegisteredSeal, step: SealStep, now: datetime, actor: str, detail: dict[str, Any]) -> None:
    origin = row.standing
    target = SEAL_STEPS.get((origin, step))
    if target is None:
        raise SealRefused(f"印章现状为“{origin.label}”,不能{step.label}。")
    if step is SealStep.REFUSE_MAKING:
        row.filing_number = row.filed_on = None
    if step is SealStep.REFUSE_CANCELLATION:
        row.cancelling_asked_by = None
    row.standing = target
    session.flush()
    _record(session, row, step, origin, now, actor, detail)


def _record(
    session: Session, row: RegisteredSeal, step: SealStep, origin: SealStanding | None, now: datetime, actor: str, detail: dict[str, Any]
) -> None:
    target = SEAL_STEPS[origin, step]
    session.add(SealEvent(seal=row.id, step=step, at=aware(now), actor=actor, origin=origin, target=target, detail=detail))
    session.flush()


def uses(session: Session, seal: UUID, page: PageRequest = FIRST) -> Page[SealUse]:
    """用印记录 of one seal (obligation 9.4), in the order in which they were begun; one without a digest reached nobody."""
    return paging.scalars(session, select(SealUse).where(SealUse.registered == seal), (SealUse.started_at, SealUse.id), page)


def uses_of_each(session: Session) -> dict[UUID, tuple[int, int]]:
    """Of each seal how many uses were begun, and how many ended with a proof."""
    query = select(SealUse.registered, func.count(), func.count(SealUse.digest)).where(SealUse.registered.is_not(None))
    return {seal: (begun, done) for seal, begun, done in session.execute(query.group_by(SealUse.registered)).tuples() if seal}
