"""批量核验: one run works on a batch, part by part; each row's own story is its verification's."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from domain.batches import PARTS, PATTERN
from tasks.batch import batch_pass, file_part, go_on, show_progress
from tasks.states import NOWHERE
from tasks.together import together

BatchNumber = Annotated[str, Field(pattern=PATTERN)]  # Prefect itself refuses anything else


@flow(name="batch-verification", retries=0, persist_result=False, result_storage=NOWHERE)
@batch_pass
async def batch_verification(batch: BatchNumber) -> State:
    """核验批次: file a part of the rows, take them on together, show how far it is, and go on.

    May be killed and run again at any moment: each part first asks the ledger what is already done.
    """
    for _ in range(PARTS):  # then other batches have their turn
        part = await file_part(batch)
        if not part.numbers:  # paused, cancelled, or every row was filed
            break
        await together(part.numbers)
        await show_progress(batch, part)
    return await go_on(batch)  # waits for whom it waits, or ends with its last row
