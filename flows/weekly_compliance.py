"""周报 (article 14): Monday 08:00, and on demand: figures, one typed report, its layouts, kept, mailed."""

from typing import Annotated

from prefect import flow
from pydantic import Field

from tasks.leads import find_leads
from tasks.report import issue, mail_reports, reports_owed, show_reports
from tasks.states import NOWHERE

PeriodText = Annotated[str, Field(pattern=r"^(\d{4}-?W\d{1,2}|\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?)?$")]
ScopeText = Annotated[str, Field(pattern=r"^[\w.\-]{0,64}$")]  # '' the district, or a unit's code


@flow(name="weekly-compliance", retries=0, persist_result=False, result_storage=NOWHERE)
async def weekly_compliance(period: PeriodText = "", scope: ScopeText = "") -> None:
    """Make the report that is asked for; without a period every one that is owed, a missed Monday's too.

    Doing it twice, or again after it was killed at any step, gives one report and one mail to each reader.
    """
    await find_leads()  # today's, where nobody has looked yet: the report tells of them
    made = [await issue(owed) for owed in await reports_owed(period, scope)]
    await mail_reports()
    await show_reports(made)
