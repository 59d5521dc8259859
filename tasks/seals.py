"""印章核对 (obligations 9.4, 15.5): what of the register operators must know, and what waited for a seal that is in force again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.faults import PermanentFault
from domain.instants import happened
from domain.lifecycle import State
from domain.seals import SealKind
from ledger.casework import attention
from ledger.database import transaction
from ledger.outbox.alarms import keep_alarms
from ledger.sealing import seal_register
from ledger.tables.verifications import Verification
from settings import settings
from tasks.passes import actor
from tasks.sealing import seals
from tasks.steps import in_ledger_thread, step

WAITS = "seal_not_in_force"  #: why a verification waits (`ledger.lifecycle.remedies`)
EXPIRING, MISSING, OTHER_KEY = "seal_expiring", "seal_missing", "seal_other_key"
_AT_ONCE = 200  #: what is left goes on in the next minute


@step("印章核对 check the seals")
async def check_seals() -> None:
    """Each minute: alarms about seals that end soon or are missing; what waited goes on where this process can seal again."""
    kinds = await in_ledger_thread(_alarms)
    if kinds:
        await in_ledger_thread(_go_on)


def _alarms() -> list[SealKind]:
    """Gives the kinds for which something waits."""
    now = settings().now()
    with transaction() as session:
        missing = sorted(set(SealKind) - seal_register.in_force(session, now=now).keys())
        ends = {
            str(one.id): f"{one.name}的证书至 {happened(one.valid_until)} 有效。请申请变更:./run seals renew,由另一人确认后启用。"
            for one in seal_register.expiring(session, now=now)
            if one.valid_until is not None
        }
        keep_alarms(session, EXPIRING, ends, now=now)
        text = "没有在用的{}:待用印的核验等待,不会用印。请在印章登记(/v1/seals)中登记、启用。"
        keep_alarms(session, MISSING, {kind.value: text.format(kind.label) for kind in missing}, now=now)
        waiting = sorted({row.method.seal for row in _waiting(session) if row.method is not None})
        # One alarm for all that wait for a seal: each case's own would be a mail for each, of one cause.
        other = (
            "本机的密钥不是登记在用的{}:待用印的核验等待,不会用印。请放入登记的密钥,或在印章登记(/v1/seals)中办理变更,由另一人确认后启用。"
        )
        keep_alarms(session, OTHER_KEY, {kind.value: other.format(kind.label) for kind in waiting if kind not in missing}, now=now)
        return waiting


def _go_on() -> None:
    seals.cache_clear()  # a renewed key may lie there
    try:
        mine = {kind: seals().key(kind) for kind in SealKind}
    except PermanentFault:
        return  # the pass that seals next says what is the matter
    now = settings().now()
    with transaction() as session:
        ready = {kind for kind in SealKind if seal_register.held(session, kind, mine[kind], now=now)}
        for row in _waiting(session):
            if row.method is not None and row.method.seal in ready:
                attention.retry(session, row.number, now=now, actor=actor())


def _waiting(session: Session) -> list[Verification]:
    query = select(Verification).where(Verification.state == State.NEEDS_ATTENTION, Verification.attention == WAITS)
    return list(session.scalars(query.order_by(Verification.filed_at, Verification.number).limit(_AT_ONCE)))
