"""保管期限 (obligation 2.7) each night: what is due is listed for a person, what was confirmed is erased. Twice changes nothing."""

from prefect import flow

from tasks.retention import erase_confirmed, list_what_is_due, tidy_looks, watch_objections
from tasks.states import NOWHERE


@flow(name="retention", retries=0, persist_result=False, result_storage=NOWHERE)
async def retention() -> None:
    """What was confirmed before tonight goes first, so that nothing is listed and erased in one night."""
    await erase_confirmed()
    await list_what_is_due()
    await tidy_looks()
    await watch_objections()
