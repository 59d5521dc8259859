"""值守: no worker for two minutes is an alarm, and alarms are mailed to operators, once each.

Runs in every gateway; the ledger sees to it that several of them raise one alarm and send one mail.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from starlette.concurrency import run_in_threadpool

from connectors.faults import PermanentFault, TransientFault
from connectors.mail import OUTCOME_UNKNOWN, send_mail
from ledger import alarms, leases
from ledger.database import transaction
from ledger.tables.effects import Alarm
from settings import Settings

EVERY = 20.0
LIMIT = timedelta(minutes=2)
_KIND, _SUBJECT = "no_worker", "workers"
_MESSAGE = "两分钟内没有任何工作进程在线,核验已停止推进。请检查工作进程:单机运行 ./run status,再运行 ./run up。"

log = logging.getLogger(__name__)


class Watchdog:
    """Looks every 20 seconds."""

    def __init__(self, settings: Settings, began: float | None = None) -> None:
        """`began`: since when it watches, on the monotonic clock; now, where not given."""
        self._settings = settings
        self._began = time.monotonic() if began is None else began

    async def run(self) -> None:
        """For ever; a database that is away is another matter's alarm (`/health`)."""
        while True:
            try:
                await self.look()
            except Exception as error:  # whatever it is: who watches must not be the first to fall asleep
                log.warning("watchdog could not look (%s)", type(error).__name__)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """One look: raise or clear the alarm, then mail what nobody has mailed."""
        await run_in_threadpool(self._judge)
        if not (self._settings.smtp_host and self._settings.mail_operators):
            return
        while (alarm := await run_in_threadpool(self._take)) is not None:
            error = await self._mail(alarm)
            if error != OUTCOME_UNKNOWN:
                await run_in_threadpool(self._record, alarm, error)
            if error:
                return  # the server takes nothing for now: the next look tries again

    def _judge(self) -> None:
        with transaction() as session:
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

    def _take(self) -> Alarm | None:
        with transaction() as session:
            return alarms.take_unmailed(session, now=self._settings.now())

    def _record(self, alarm: Alarm, error: str | None) -> None:
        with transaction() as session:
            alarms.record_mail(session, alarm, error, now=self._settings.now())

    async def _mail(self, alarm: Alarm) -> str | None:
        subject = f"【无证明办事】告警:{_TITLES.get(alarm.kind, alarm.kind)}"
        body = f"{alarm.message}\n\n发生时间:{alarm.raised_at.isoformat(timespec='seconds')}\n告警编号:{alarm.id}\n"
        try:
            await send_mail(self._settings, subject, body, str(alarm.id))
        except (TransientFault, PermanentFault) as fault:
            log.warning("alarm %s not mailed (%s)", alarm.id, fault.code)
            return fault.code
        return None


_TITLES = {
    "no_worker": "没有工作进程",
    "needs_attention": "有核验待人工处理",
    "paused": "有核验被暂停",
    "supervision_missed": "督办超时",
    "source_refused": "数据源拒绝了请求",
    "source_broken": "数据源约定不符",
    "report_not_made": "周报没有编制成功",
    "report_not_mailed": "周报邮件没有送达",
}
