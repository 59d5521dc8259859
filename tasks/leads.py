"""线索: once a day every rule of article 16 looks at the week that runs and the one before, and every other minute those
that look at seconds. Twice changes nothing."""

from __future__ import annotations

from ledger.database import transaction
from ledger.oversight import leads
from settings import settings
from tasks.steps import in_ledger_thread, step


@step("查找线索 find leads")
async def find_leads() -> int | None:
    """How many of the daily ones are new; None where today was done already."""
    return await in_ledger_thread(_find)


def _find() -> int | None:
    with transaction() as session:
        leads.find_at_once(session, settings().now())
    with transaction() as session:
        return leads.find_daily(session, settings().now())
