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
from uuid import uuid4

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext
from prefect.flow_engine import run_flow_async

from benchmarks.load import PEOPLE, as_json, register_case
from flows.verification import verification
from runtime.worker.new_runs import DEPLOYMENT
from tasks.look_up import sources
from tasks.sealing import seals


async def _file(url: str, count: int) -> list[str]:
    headers = {"Authorization": f"Bearer {os.environ['BENCH_KEY']}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as http:
        numbers: list[str] = []
        for index in range(count):
            person = PEOPLE[index % len(PEOPLE)]
            body = {"case_number": await register_case(http, person), "proof": "P-HOUSEHOLD", "party": as_json(person)}
            answer = await http.post("/v1/verifications", json=body, headers={"Idempotency-Key": uuid4().hex})
            numbers.append(answer.raise_for_status().json()["number"])
        return numbers


async def _run(numbers: list[str]) -> float:
    sources(), seals()
    async with AsyncClientContext.get_or_create(), get_client() as client:
        # Our worker makes a run when there is something to tell of it; here each is made as its engine would want it.
        deployment = await client.read_deployment_by_name(DEPLOYMENT)
        runs = [await client.create_flow_run_from_deployment(deployment.id, parameters={"number": one}, name=one) for one in numbers]
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
    filed = asyncio.run(_file(sys.argv[1], int(sys.argv[2]) + 3))
    sys.stdout.write(json.dumps({"cpu_ms": asyncio.run(_run(filed))}) + "\n")
