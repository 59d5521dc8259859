"""值守: work that does not begin within a minute is an alarm with its cause by name; no worker, or no Prefect, for two
minutes is one too; and alarms are mailed to operators, once each.

Runs in every gateway; the ledger sees to it that several of them raise one alarm and send one mail.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from connectors.faults import PermanentFault, TransientFault
from connectors.mail import OUTCOME_UNKNOWN, send_mail
from domain.alarms import TITLES
from domain.prefect_alarms import AWAY, BLOCKED, NOT_BEGUN
from ledger import timekeeping
from ledger.database import transaction
from ledger.lifecycle import afloat, leases
from ledger.outbox import alarms
from ledger.tables.effects import Alarm
from settings import Settings

EVERY = 20.0
LIMIT = timedelta(minutes=2)
_KIND, _SUBJECT = "no_worker", "workers"
_AWAY_MESSAGE = "两分钟内 Prefect 服务器没有应答,新发起和到期的核验等它恢复。请检查 Prefect:单机运行 ./run status,再运行 ./run up。"
_MESSAGE = "两分钟内没有任何工作进程在线,核验已停止推进。请检查工作进程:单机运行 ./run status,再运行 ./run up。"

log = logging.getLogger(__name__)


class Watchdog:
    """Looks every 20 seconds."""

    def __init__(self, settings: Settings, began: float | None = None, prefect: Callable[[], Awaitable[bool]] | None = None) -> None:
        """`began`: since when it watches, on the monotonic clock; now, where not given. `prefect`: whether it answers."""
        self._settings, self._prefect = settings, prefect
        self._began = time.monotonic() if began is None else began
        self._answered = self._began  #: when Prefect did last

    async def run(self) -> None:
        """For ever; a database that is away is another matter's alarm (`/health`)."""
        while True:
            try:
                await self.look()
            except Exception as error:  # whatever it is: who watches must not be the first to fall asleep
                log.warning("watchdog could not look (%s)", type(error).__name__)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """One look: raise or clear the alarms, then mail what nobody has mailed."""
        if self._prefect is None or await self._prefect():
            self._answered = time.monotonic()
        await run_in_threadpool(_judge_clock)
        await run_in_threadpool(self._judge)
        await run_in_threadpool(self._judge_work)
        if not (self._settings.smtp_host and self._settings.mail_operators):
            return
        while (alarm := await run_in_threadpool(self._take)) is not None:
            error = await self._mail(alarm)
            if error != OUTCOME_UNKNOWN:
                await run_in_threadpool(self._record, alarm, error)
            if error:
                return  # the server takes nothing for now: the next look tries again

    def _judge(self) -> None:
        with transaction(technical=True) as session:
            gap = leases.seconds_without_worker(session)
            # The count begins with this process at the earliest: after a night's rest nobody is alarmed by the night.
            watched = time.monotonic() - self._began
            alone = watched if gap is None else min(gap, watched)
            now = self._settings.now()
            if alone > LIMIT.total_seconds():
                log.error("no worker for %d seconds", alone)
                alarms.raise_alarm(session, _KIND, _SUBJECT, _MESSAGE, now=now)
            elif gap == 0:
                alarms.clear_alarm(session, _KIND, _SUBJECT, now=now)
            away = time.monotonic() - self._answered
            if away > LIMIT.total_seconds():
                log.error("Prefect does not answer for %d seconds", away)
                alarms.raise_alarm(session, AWAY, "prefect", _AWAY_MESSAGE, now=now)
            elif away < EVERY:
                alarms.clear_alarm(session, AWAY, "prefect", now=now)

    def _judge_work(self) -> None:
        """Due and not begun within a minute, whatever the cause: by its name where it is known."""
        with transaction(technical=True) as session:
            waiting = afloat.not_begun(session)
            standing = {"work": f"有 {waiting} 件核验到期超过一分钟仍未开始处理。原因:{_cause(session)}"} if waiting else {}
            alarms.keep_alarms(session, NOT_BEGUN, standing, now=self._settings.now())

    def _take(self) -> Alarm | None:
        with transaction(technical=True) as session:
            return alarms.take_unmailed(session, now=self._settings.now())

    def _record(self, alarm: Alarm, error: str | None) -> None:
        with transaction(technical=True) as session:
            alarms.record_mail(session, alarm, error, now=self._settings.now())

    async def _mail(self, alarm: Alarm) -> str | None:
        subject = f"【无证明办事】告警:{TITLES.get(alarm.kind, alarm.kind)}"
        body = f"{alarm.message}\n\n发生时间:{alarm.raised_at.isoformat(timespec='seconds')}\n告警编号:{alarm.id}\n"
        try:
            await send_mail(self._settings, subject, body, str(alarm.id))
        except (TransientFault, PermanentFault) as fault:
            log.warning("alarm %s not mailed (%s)", alarm.id, fault.code)
            return fault.code
        return None


def _judge_clock() -> None:
    with transaction(technical=True) as session:
        if not timekeeping.watch(session, f"接口服务 {socket.gethostname()}"):
            log.error("this gateway's clock is off")


def _cause(session: Session) -> str:
    """Why nothing begins, in words that name no case."""
    known = [one.message for one in alarms.standing_alarms(session) if one.kind in (_KIND, AWAY, BLOCKED)]
    if known:
        return "".join(known)
    if not leases.living_workers(session):
        return "没有工作进程在线。请运行 ./run status,再运行 ./run up。"
    if busy := afloat.at_work(session):
        return f"工作进程正在办理 {busy} 件,其余排队;持续出现请增加工作进程。"
    return "不明。请查看工作进程的日志,并运行 ./run repair。"
