"""到期清扫, each minute by the worker itself and from here: catches what was missed while nothing ran; running it twice changes nothing."""

from prefect import flow

from tasks.states import NOWHERE
from tasks.sweep import look_ahead, sweep_deadlines


@flow(name="deadline-sweep", retries=0, persist_result=False, result_storage=NOWHERE)
async def deadline_sweep() -> None:
    """An outage is noticed first; limits that passed are missed, 督办 opens, gaps ahead become alarms."""
    await sweep_deadlines()
    await look_ahead()
