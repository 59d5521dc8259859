"""保留期: whether Prefect's own vacuum keeps up; where it stands still, its database grows for ever and nobody sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ledger.database import transaction
from ledger.outbox.alarms import keep_alarms
from runtime.services.prefect_server import EVENTS_KEPT, RUNS_KEPT
from settings import settings
from tasks.steps import in_ledger_thread

KIND = "prefect_retention"
GRACE = timedelta(days=1)  #: the vacuum comes each hour
_MESSAGE = (
    "Prefect 中有 {count} {what}超过 {days} 天保留期没有清除,其数据库会一直增长。请查看 Prefect 服务器的日志,用 ./run status 看各表大小。"
)


class Retention:
    """Looks each hour."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def look(self) -> None:
        """An alarm for what is older than it may be, until it is gone."""
        now, found = datetime.now(UTC), dict[str, str]()
        ended = {"flow_runs": {"end_time": {"before_": (now - RUNS_KEPT - GRACE).isoformat()}}}
        if count := (await self._ask("/flow_runs/count", ended)):
            found["runs"] = _MESSAGE.format(count=count, what="次运行", days=RUNS_KEPT.days)
        old = {"since": (now - timedelta(days=3650)).isoformat(), "until": (now - EVENTS_KEPT - GRACE).isoformat()}
        events = await self._ask("/events/filter", {"filter": {"occurred": old}, "limit": 1})
        if events["total"]:
            found["events"] = _MESSAGE.format(count=events["total"], what="条事件", days=EVENTS_KEPT.days)
        await in_ledger_thread(_report, found)

    async def _ask(self, path: str, body: object) -> Any:
        return (await self._http.post(path, json=body)).raise_for_status().json()


def _report(found: dict[str, str]) -> None:
    with transaction() as session:
        keep_alarms(session, KIND, found, now=settings().now())
