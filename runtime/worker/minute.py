"""每分钟的例行事务, done by the worker itself: as flow runs they would bury the verifications in Prefect.

The flows of the same names do the same from Prefect a few times a day, and by hand. Doing it twice changes nothing,
also by several workers at once.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from prefect.client.orchestration import PrefectClient

from ledger.database import transaction
from reports import issuing
from settings import settings
from tasks.deliver import send_due_callbacks
from tasks.leads import find_leads
from tasks.record import gather_record, watch_head_mails
from tasks.report import mail_reports
from tasks.seals import check_seals
from tasks.steps import in_ledger_thread, place_of
from tasks.sweep import look_ahead, sweep_deadlines

log = logging.getLogger(__name__)

REPORT = "weekly-compliance/main"


class Minute:
    """What comes each minute."""

    def __init__(self, client: PrefectClient) -> None:
        self._client = client

    async def pass_by(self) -> None:
        """Each by itself: one that fails keeps no other from being done."""
        for chore in (
            sweep_deadlines.fn,
            look_ahead.fn,
            send_due_callbacks.fn,
            find_leads.fn,
            gather_record.fn,
            mail_reports.fn,
            watch_head_mails.fn,
            self._order_report,
            check_seals.fn,  # last: it may ask somebody outside
        ):
            try:
                await chore()
            except Exception as error:
                log.warning("%s: %s", chore.__name__, place_of(error))

    async def _order_report(self) -> None:
        """A week's report that is owed (a missed Monday, an order while Prefect was away) gets its run, hourly at most."""
        if await in_ledger_thread(_owed):
            deployment: Any = await self._client.read_deployment_by_name(REPORT)
            hour = f"owed {datetime.now(UTC):%Y-%m-%dT%H}"
            await self._client.create_flow_run_from_deployment(deployment.id, name=hour, idempotency_key=hour)


def _owed() -> bool:
    with transaction() as session:
        return bool(issuing.owed(session, settings().now()))
