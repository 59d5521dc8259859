"""核验: the one flow that matters. It reads like article 10."""

from typing import Annotated

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from domain.numbers import PATTERN
from tasks.ask import ask_issuing_unit
from tasks.deliver import deliver
from tasks.escalate import escalate_if_overdue
from tasks.look_up import look_up_share
from tasks.passes import one_pass
from tasks.sealing import seal
from tasks.states import NOWHERE, ended, waiting
from tasks.take_up import take_up

VerificationNumber = Annotated[str, Field(pattern=PATTERN)]  # Prefect itself refuses anything else


@flow(name="verification", retries=0, persist_result=False, result_storage=NOWHERE)
@one_pass
async def verification(number: VerificationNumber) -> State:
    """核验: from the department's request to the delivered proof.

    May run again at any moment: each step first asks the ledger what is already done.
    """
    status = await take_up(number)  # scope, method; or how far an earlier pass came
    if status.waiting:  # for a reply, a choice, a person
        status = await escalate_if_overdue(number)  # 督办; sets the next instant
    if status.to_be_looked_up:  # 数据共享; falls back to the issuing unit
        status = await look_up_share(number)
    if status.needs_issuer:  # 部门核验
        status = await ask_issuing_unit(number)
    if status.waiting:
        return waiting(status)  # Scheduled at the next instant: ends here, costs nothing
    if status.to_be_sealed:
        await seal(number)  # the seal that the method demands
    status = await deliver(number)  # "no record" and a refusal are delivered too
    return ended(status)
