"""印章核对 (obligations 9.4, 15.5): what of the register operators must know, and what waited for a seal that is in force again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.faults import Fault
from connectors.seal_ofd import ENDED
from connectors.timestamps import servers_of
from domain.instants import happened
from domain.lifecycle import State
from domain.seals import SealKind
from ledger.casework import attention
from ledger.database import transaction
from ledger.outbox.alarms import clear_alarm, is_standing, keep_alarms
from ledger.sealing import seal_register
from ledger.sealing.sealing import NO_TIMESTAMP
from ledger.tables.verifications import Verification
from settings import settings
from tasks.passes import actor
from tasks.sealing import seals
from tasks.steps import in_ledger_thread, step

WAITS = "seal_not_in_force", "seal_unavailable"  #: why a verification waits (`ledger.lifecycle.remedies`)
EXPIRING, MISSING, OTHER_KEY, UNAVAILABLE = "seal_expiring", "seal_missing", "seal_other_key", "seal_unavailable"
_AT_ONCE = 200  #: what is left goes on in the next minute
_ENDS = "{}的证书至 {} 有效。请申请变更:./run seals renew,由另一人确认后启用。"
_MISSING = "没有在用的{}:待用印的核验等待,不会用印。请在印章登记(/v1/seals)中登记、启用。"
_OTHER_KEY = "本机的密钥不是登记在用的{}:待用印的核验等待,不会用印。请放入登记的密钥,或在印章登记(/v1/seals)中办理变更,由另一人确认后启用。"


@step("印章核对 check the seals")
async def check_seals() -> None:
    """Each minute: alarms about seals that end soon, are missing or cannot be used here; what waited goes on where this process can
    seal again. One alarm for all that wait: each case's own would be a mail for each, of one cause."""
    await in_ledger_thread(_check)


def _check() -> None:
    now = settings().now()
    keys, faults = _at_hand()
    if keys.keys() - _held(keys, now) or any(fault.code == ENDED for fault in faults.values()):
        seals.cache_clear()  # a renewed key, or another electronic seal, may lie there
        keys, faults = _at_hand()
    ready = _held(keys, now)
    with transaction() as session:
        in_force = seal_register.in_force(session, now=now)
        ends = {
            str(one.id): _ENDS.format(one.name, happened(one.valid_until))
            for one in seal_register.expiring(session, now=now)
            if one.valid_until is not None
        }
        keep_alarms(session, EXPIRING, ends, now=now)
        keep_alarms(session, MISSING, {kind.value: _MISSING.format(kind.label) for kind in SealKind if kind not in in_force}, now=now)
        others = keys.keys() & in_force.keys() - ready
        keep_alarms(session, OTHER_KEY, {kind.value: _OTHER_KEY.format(kind.label) for kind in sorted(others)}, now=now)
        keep_alarms(session, UNAVAILABLE, {kind.value: f"{kind.label}:{fault}" for kind, fault in faults.items()}, now=now)
        for row in _waiting(session):
            if row.method is not None and row.method.seal in ready:
                attention.retry(session, row.number, now=now, actor=actor())
        kind, subject, _ = NO_TIMESTAMP
        told = is_standing(session, kind, subject)
    if told and servers_of(settings().seals_dir).answer():  # asked while it is told alone: a server may charge for each timestamp
        with transaction() as session:
            clear_alarm(session, kind, subject, now=now)


def _at_hand() -> tuple[dict[SealKind, str], dict[SealKind, Fault]]:
    """The certificates that this process can seal with now, and what keeps it from sealing with the others."""
    keys, faults = dict[SealKind, str](), dict[SealKind, Fault]()
    for kind in SealKind:
        try:
            seals().ready(kind)
            keys[kind] = seals().key(kind)
        except Fault as fault:
            faults[kind] = fault
    return keys, faults


def _held(keys: Mapping[SealKind, str], now: datetime) -> set[SealKind]:
    """The kinds whose certificate the register has in force."""
    with transaction() as session:
        return {kind for kind, key in keys.items() if seal_register.held(session, kind, key, now=now)}


def _waiting(session: Session) -> list[Verification]:
    query = select(Verification).where(Verification.state == State.NEEDS_ATTENTION, Verification.attention.in_(WAITS))
    query = query.order_by(Verification.filed_at, Verification.number).limit(_AT_ONCE)
    return list(session.scalars(query.with_for_update(skip_locked=True)))  # each by one of the workers that look in this minute
