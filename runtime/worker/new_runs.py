"""新运行: the one place where a verification's flow run is made, in whatever state it is to begin with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State, StateType
from prefect.exceptions import PrefectHTTPStatusError

from runtime.services.blueprint import CASES
from settings import settings
from tasks import states

DEPLOYMENT = "verification/main"
TOGETHER_FLOW = "verification-rush"  #: without a deployment: nobody starts it but the line itself


class NewRuns:
    """Makes them, remembering the deployment's id: looked up again where Prefect no longer takes it."""

    def __init__(self, client: PrefectClient) -> None:
        self._client = client
        self._known: tuple[UUID, UUID] | None = None

    async def make(self, number: str, serial: int, state: State, tags: list[str]) -> UUID:
        """The run of this verification, in this state from its beginning. One of this serial that is there already is
        brought into it: whoever asks twice, because he died between, finds his first.

        Raises what Prefect's client raises: ObjectNotFound where there is no deployment, its own errors, httpx's.
        """
        body: dict[str, Any] = {
            "name": number,
            "work_pool_name": settings().work_pool,
            "work_queue_name": CASES,
            "parameters": {"number": number},
            "idempotency_key": f"{number}#{serial}",
            "tags": tags,
        }
        # One that begins as scheduled is expected at its next instant, and the list of runs does not show it before.
        first = State(type=StateType.RUNNING, name=states.WORKING) if state.is_scheduled() else state
        answer = await self._created(body | {"state": _as_json(first)})
        run = UUID(answer.json()["id"])
        if answer.status_code != 201 or first is not state:
            await self._client.set_flow_run_state(run, state, force=True)
        return run

    async def _created(self, body: dict[str, Any]) -> httpx.Response:
        again = self._known is not None
        try:
            return await self._client.request("POST", "/flow_runs/", json=body | await self._deployment())
        except PrefectHTTPStatusError:
            self._known = None
            if again:
                return await self._created(body)
            if "work_pool_name" not in body:
                raise
            # Its pool or queue was deleted: outside of them it is found, and moved when they are made anew.
            return await self._created({name: value for name, value in body.items() if not name.startswith("work_")})

    async def make_together(self, numbers: list[str], state: State) -> UUID:
        """A run that tells of several; by its parameters each is found."""
        flow = (await self._client.request("POST", "/flows/", json={"name": TOGETHER_FLOW})).json()["id"]
        body = {"name": f"集中办理 {len(numbers)} 件", "flow_id": flow, "parameters": {"numbers": numbers}, "state": _as_json(state)}
        return UUID((await self._client.request("POST", "/flow_runs/", json=body)).json()["id"])

    async def _deployment(self) -> dict[str, str]:
        if self._known is None:
            found = await self._client.read_deployment_by_name(DEPLOYMENT)
            self._known = found.id, found.flow_id
        return {"deployment_id": str(self._known[0]), "flow_id": str(self._known[1])}


def _as_json(state: State) -> dict[str, Any]:
    scheduled = state.state_details.scheduled_time
    details = {"scheduled_time": scheduled.isoformat()} if scheduled else {}
    return {"type": state.type.value, "name": state.name, "message": state.message, "state_details": details}
