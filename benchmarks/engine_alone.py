"""A bare loop that hands due flow runs to Prefect's engine: what a run costs without any worker.

`python -m benchmarks.engine_alone GATEWAY COUNT`, with the environment of a service and BENCH_KEY. No worker runs
meanwhile. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from uuid import uuid4

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext
from prefect.flow_engine import run_flow_async

from benchmarks.load import PEOPLE, as_json, register_case
from flows.verification import verification
from settings import settings
from tasks.look_up import sources
from tasks.sealing import seals


async def _file(url: str, count: int) -> None:
    headers = {"Authorization": f"Bearer {os.environ['BENCH_KEY']}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as http:
        for index in range(count):
            person = PEOPLE[index % len(PEOPLE)]
            body = {"case_number": await register_case(http, person), "proof": "P-HOUSEHOLD", "party": as_json(person)}
            answer = await http.post("/v1/verifications", json=body, headers={"Idempotency-Key": uuid4().hex})
            answer.raise_for_status()


async def _run(count: int) -> float:
    sources(), seals()
    async with AsyncClientContext.get_or_create(), get_client() as client:
        found = await client.get_scheduled_flow_runs_for_work_pool(settings().work_pool, scheduled_before=datetime.now(UTC))
        runs = [item.flow_run for item in found if "number" in item.flow_run.parameters][: count + 3]
        for run in runs[:3]:
            await _one(run)
        cpu = time.process_time()
        for run in runs[3:]:
            await _one(run)
        return 1000 * (time.process_time() - cpu) / len(runs[3:])


async def _one(run: FlowRun) -> None:
    copy = run.model_copy(update={"deployment_id": None})
    await run_flow_async(verification, flow_run=copy, parameters=run.parameters, return_type="state")


if __name__ == "__main__":
    asyncio.run(_file(sys.argv[1], int(sys.argv[2]) + 3))
    sys.stdout.write(json.dumps({"cpu_ms": asyncio.run(_run(int(sys.argv[2])))}) + "\n")
