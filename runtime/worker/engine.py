"""Prefect's engine, as this worker calls it: a flow run becomes a task of its event loop."""

from __future__ import annotations

import logging
from typing import Any

from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow_async

log = logging.getLogger(__name__)


async def execute(run: FlowRun, flow: Any) -> bool:
    """True where Prefect has the pass's last state: False, or an error, leaves a run behind that must be repaired."""
    # Without the deployment's id on our copy: the engine would start a thread and a websocket for each run.
    copy = run.model_copy(update={"deployment_id": None})
    try:
        state = await run_flow_async(flow, flow_run=copy, parameters=run.parameters, return_type="state")
    except (Abort, Pause) as signal:
        log.info("run %s: %s", run.name, type(signal).__name__)
        return False
    # A pass never fails by itself (`tasks.passes`): it is the engine that got into trouble after it.
    return not (state.is_failed() or state.is_crashed())


def quiet_engine() -> None:
    """A run that ends in a Scheduled state is no error, though the engine logs it as one."""
    logging.getLogger("prefect.flow_runs").addFilter(lambda record: not str(record.msg).startswith("Finished in state"))
