"""证明的延续 (obligation 11.1) each night: what is due gets its timestamp. Twice changes nothing; killed, it goes on where it was."""

from prefect import flow

from tasks.lasting import extend_proofs
from tasks.states import NOWHERE


@flow(name="extension", retries=0, persist_result=False, result_storage=NOWHERE)
async def extension() -> None:
    """A year after a proof's last timestamp, or sixty days before its certificate ends, another one follows."""
    await extend_proofs()
