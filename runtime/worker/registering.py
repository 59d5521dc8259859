"""登记: one deployment of the blueprint made in Prefect, or made anew, over its API: as `prefect deploy` makes it, without
starting a process, and no other deployment is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx

from runtime.services.blueprint import Wanted
from settings import settings


@lru_cache(maxsize=16)
def parameters_of(entrypoint: str) -> dict[str, Any]:
    """The schema by which Prefect refuses parameters that a flow does not take."""
    from prefect.utilities.callables import parameter_schema

    from runtime.worker.runs import load_flow

    made = parameter_schema(load_flow(entrypoint)).model_dump(mode="json")
    return {name: value for name, value in made.items() if value or name == "properties"}


async def register(http: httpx.AsyncClient, want: Wanted, there: Mapping[str, Any] | None) -> None:
    """Make `want`. What somebody switched off in the one that is `there` stays off, and schedules of others stay."""
    flow = (await http.post("/flows/", json={"name": want.flow})).raise_for_status().json()
    before = {row["slug"]: row for row in there["schedules"]} if there else {}
    ours = [
        {
            "slug": one.slug,
            "schedule": {"cron": one.cron, "timezone": one.timezone},
            "active": before[one.slug]["active"] if one.slug in before else True,
        }
        for one in want.schedules
    ]
    kept = ("slug", "schedule", "active", "parameters", "max_scheduled_runs")
    theirs = [{name: row[name] for name in kept} for slug, row in before.items() if slug not in {one.slug for one in want.schedules}]
    body = {
        "flow_id": flow["id"],
        "name": want.name,
        "entrypoint": want.entrypoint,
        "work_pool_name": settings().work_pool,
        "work_queue_name": want.queue,
        "description": want.description,
        "tags": list(want.tags),
        "parameters": {},
        "enforce_parameter_schema": want.strict,
        "parameter_openapi_schema": parameters_of(want.entrypoint),
        "schedules": ours + theirs,
    }
    (await http.post("/deployments/", json=body)).raise_for_status()
