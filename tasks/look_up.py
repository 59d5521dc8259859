"""数据共享查询 (obligation 7.2): ask the share source, keep what it answered, and go on by the outcome."""

from __future__ import annotations

import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from connectors.faults import PermanentFault, TransientFault
from connectors.share import ShareSource, load_sources
from domain.lifecycle import State
from domain.methods import AFTER_SHARE, Follow
from domain.seals import SealKind
from domain.share import Finding, Question
from domain.status import Status
from ledger.database import transaction
from ledger.lifecycle.moves import Lease, why_refused
from ledger.lifecycle.snapshots import StepContext, snapshot, snapshot_now, step_context
from ledger.methods import sharing
from ledger.outbox.alarms import clear_alarms, raise_alarm
from ledger.sealing import straight
from ledger.sealing.sealing import Evidence, NoSealInForce, Use
from settings import settings
from tasks.passes import actor, hand, lease_of, present
from tasks.precedence import give_way
from tasks.sealing import with_key
from tasks.steps import in_ledger_thread, is_last_try, step

SOURCE_ALARMS = ("source_refused", "source_broken")


@lru_cache(maxsize=1)
def sources() -> dict[str, ShareSource]:
    """The configured share sources by name, loaded once a process; a wrong file stops the worker at its start."""
    environment = {**os.environ, "PROOFLESS_SANDBOX_URL": settings().sandbox_url}
    return load_sources(settings().sources_dir, environment, Path(os.environ.get("PROOFLESS_SECRETS_DIR", ".")))


@step("数据共享查询 look up", outside=True)
async def look_up_share(number: str) -> Status:
    """One bounded attempt at the source. When the last try fails too, the next method follows (reading 22)."""
    lease = lease_of(number)
    # Handed on once: after a pause it is asked again whether anything is still to be looked up.
    first, hand().about = hand().about, None
    about = first or await in_ledger_thread(_to_be_looked_up, lease)
    if about is None:
        return await in_ledger_thread(present, number)
    await give_way()
    asked_at = settings().now()
    try:
        if not source_of(about).takes(about.subject):
            return await in_ledger_thread(_not_held, lease)
        found = await source_of(about).look_up(about.subject, question_of(about))
    except TransientFault as fault:
        if fault.code != "breaker_open" and not is_last_try():
            raise  # a source at rest is not waited for
        return await in_ledger_thread(_source_failed, lease, fault.code)
    except PermanentFault as fault:
        # Our configuration or their contract: operators must know; the citizen's case goes on with the next method.
        return await in_ledger_thread(_source_failed, lease, fault.code, str(fault))
    if first is not None and is_complete(about, found):
        try:
            hand().begun = await in_ledger_thread(_record_found, lease, about, found, asked_at)
        except (NoSealInForce, PermanentFault):  # the answer is kept, and the seal's own step says what is the matter
            return await in_ledger_thread(record, lease, about, found, asked_at)
        return Status(number, State.TO_BE_SEALED, about.method, settings().now())
    return await in_ledger_thread(record, lease, about, found, asked_at)


def is_complete(about: StepContext, found: Finding) -> bool:
    """Whether it can be sealed as it is."""
    return AFTER_SHARE[found.outcome] is Follow.SEAL and all(found.fields.get(name) for name in about.entry.fields)


def source_of(about: StepContext) -> ShareSource:
    name = about.entry.source or ""
    if name not in sources():
        raise PermanentFault(f"数据源 {name}", "not_configured", "清单所列数据源没有配置,请运维补充配置文件")
    return sources()[name]


def question_of(about: StepContext) -> Question:
    return Question(
        verification=about.number,
        matter_name=about.entry.matter_name,
        purpose=f"办理{about.entry.matter_name}",
        parameters=about.entry.parameters,
        chosen=about.chosen,
        # It works once, and was used when several were found: the pick is asked about as without one.
        authorisation=about.authorisation if about.chosen is None else None,
    )


def _to_be_looked_up(lease: Lease) -> StepContext | None:
    with transaction() as session:
        if not snapshot(session, lease.number).to_be_looked_up:
            return None
        return step_context(session, lease.number)


def subject_of(about: StepContext) -> str:
    """What an alarm about a source is about: one proof from it. Another proof's good answer says nothing of this one."""
    return f"{about.entry.source}/{about.entry.proof}"


def record(lease: Lease, about: StepContext, found: Finding, asked_at: datetime) -> Status:
    now = settings().now()
    with transaction() as session:
        follow = sharing.record_finding(session, lease, found, asked_at=asked_at, now=now, actor=actor())
        if follow is Follow.NEXT_METHOD_AND_ALARM:
            text = f"数据源 {found.source} 拒绝了我们的请求({found.outcome.value}):请核对接入权限和配置。"
            raise_alarm(session, "source_refused", subject_of(about), text, now=now)
        else:
            clear_alarms(session, SOURCE_ALARMS, [subject_of(about)], now=now)
        return snapshot_now(session, lease.number)


def _record_found(lease: Lease, about: StepContext, found: Finding, asked_at: datetime) -> tuple[Use, Evidence]:
    now = settings().now()

    def begin(key: str) -> tuple[Use, Evidence]:
        with transaction() as session:
            begun = straight.found(session, [(lease, about, found, asked_at)], key, now=now, actor=actor())
            if not begun:
                raise why_refused(session, lease.number, State.LOOKING_UP, lease)
            clear_alarms(session, SOURCE_ALARMS, [subject_of(about)], now=now)
            return begun[lease.number]

    return with_key(SealKind.SHARE, begin)


def _not_held(lease: Lease) -> Status:
    """No source keeps licences by such a number: the issuing unit is asked instead, and nobody is refused."""
    with transaction() as session:
        about = step_context(session, lease.number)
        sharing.fall_back(session, about, State.LOOKING_UP, sharing.NOT_HELD, at=settings().now(), actor=actor(), lease=lease)
        return snapshot_now(session, lease.number)


def _source_failed(lease: Lease, code: str, alarm: str = "") -> Status:
    now = settings().now()
    with transaction() as session:
        about = step_context(session, lease.number)
        sharing.fall_back(session, about, State.LOOKING_UP, f"source_failed:{code}", at=now, actor=actor(), lease=lease, failing=True)
        if alarm:
            raise_alarm(session, "source_broken", subject_of(about), alarm, now=now)
        return snapshot_now(session, lease.number)
