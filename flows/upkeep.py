"""例行维护, each minute by the worker itself and from here, whether or not a case moves. Doing it twice changes nothing."""

from prefect import flow

from tasks.deliver import send_due_callbacks
from tasks.leads import find_leads
from tasks.offer import offer_proofs
from tasks.seals import check_seals
from tasks.states import NOWHERE


@flow(name="upkeep", retries=0, persist_result=False, result_storage=NOWHERE)
async def upkeep() -> None:
    """Callbacks that were not received before are sent again, under the same ids; once a day leads are looked for;
    the seals are checked against their register."""
    await send_due_callbacks()
    await find_leads()
    await offer_proofs()
    await check_seals()
