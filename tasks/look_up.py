"""数据共享查询 (7.2): ask the share source, keep what it answered, and go on by the outcome."""

from __future__ import annotations

import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from prefect.runtime import task_run

from connectors.faults import PermanentFault, TransientFault
from connectors.share import ShareSource, load_sources
from domain.lifecycle import State
from domain.methods import Follow
from domain.share import Finding, Question
from domain.status import Status
from ledger.database import transaction
from ledger.lifecycle.moves import Lease
from ledger.lifecycle.snapshots import StepContext, snapshot, snapshot_now, step_context
from ledger.methods import sharing
from ledger.outbox.alarms import clear_alarm, raise_alarm
from settings import settings
from tasks.passes import actor, lease_of, present
from tasks.steps import TRIES, in_ledger_thread, step


@lru_cache(maxsize=1)
def sources() -> dict[str, ShareSource]:
    """The configured share sources by name, loaded once a process; a wrong file stops the worker at its start."""
    environment = {**os.environ, "PROOFLESS_SANDBOX_URL": settings().sandbox_url}
    return load_sources(settings().sources_dir, environment, Path(os.environ.get("PROOFLESS_SECRETS_DIR", ".")))


@step("数据共享查询 look up", outside=True)
async def look_up_share(number: str) -> Status:
    """One bounded attempt at the source. When the last try fails too, the next method follows (reading 22)."""
    lease = lease_of(number)
    about = await in_ledger_thread(_to_be_looked_up, lease)
    if about is None:
        return await in_ledger_thread(present, number)
    asked_at = settings().now()
    try:
        if not _source(about).takes(about.subject):
            return await in_ledger_thread(_not_held, lease)
        found = await _source(about).look_up(about.subject, _question(about))
    except TransientFault as fault:
        if fault.code != "breaker_open" and (task_run.run_count or 1) < TRIES:
            raise  # a source at rest is not waited for
        return await in_ledger_thread(_source_failed, lease, fault.code)
    except PermanentFault as fault:
        # Our configuration or their contract: operators must know; the citizen's case goes on with the next method.
        return await in_ledger_thread(_source_failed, lease, fault.code, str(fault))
    return await in_ledger_thread(_record, lease, about, found, asked_at)


def _source(about: StepContext) -> ShareSource:
    name = about.entry.source or ""
    if name not in sources():
        raise PermanentFault(f"数据源 {name}", "not_configured", "清单所列数据源没有配置,请运维补充配置文件")
    return sources()[name]


def _question(about: StepContext) -> Question:
    return Question(
        verification=about.number,
        matter_name=about.entry.matter_name,
        purpose=f"办理{about.entry.matter_name}",
        parameters=about.entry.parameters,
        chosen=about.chosen,
    )


def _to_be_looked_up(lease: Lease) -> StepContext | None:
    with transaction() as session:
        if not snapshot(session, lease.number).to_be_looked_up:
            return None
        return step_context(session, lease.number)


def _subject(about: StepContext) -> str:
    """What an alarm about a source is about: one proof from it. Another proof's good answer says nothing of this one."""
    return f"{about.entry.source}/{about.entry.proof}"


def _record(lease: Lease, about: StepContext, found: Finding, asked_at: datetime) -> Status:
    now = settings().now()
    with transaction() as session:
        follow = sharing.record_finding(session, lease, found, asked_at=asked_at, now=now, actor=actor())
        if follow is Follow.NEXT_METHOD_AND_ALARM:
            text = f"数据源 {found.source} 拒绝了我们的请求({found.outcome.value}):请核对接入权限和配置。"
            raise_alarm(session, "source_refused", _subject(about), text, now=now)
        else:
            for kind in ("source_refused", "source_broken"):
                clear_alarm(session, kind, _subject(about), now=now)
        return snapshot_now(session, lease.number)


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
            raise_alarm(session, "source_broken", _subject(about), alarm, now=now)
        return snapshot_now(session, lease.number)
