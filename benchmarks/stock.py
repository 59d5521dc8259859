"""The named peer: Prefect's own process worker on the same flow, the same server, the same machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx
import psutil

from runtime.services import environment
from runtime.services.context import Context
from runtime.services.processes import launch
from settings import ROOT

POOL = "stock"


def hand_over(context: Context) -> None:
    """Give the deployment to a pool of Prefect's own type `process`."""
    password = context.secret("proofless_prefect_password")
    with httpx.Client(base_url=context.prefect_api, auth=("admin", password), timeout=30, trust_env=False) as http:
        http.post("/work_pools/", json={"name": POOL, "type": "process"}).raise_for_status()
        found = http.get("/deployments/name/verification/main").raise_for_status().json()
        changes = {"work_pool_name": POOL, "job_variables": {"working_dir": str(ROOT)}, "path": str(ROOT)}
        http.patch(f"/deployments/{found['id']}", json=changes).raise_for_status()


def start_stock_worker(context: Context) -> psutil.Process:
    """`prefect worker start`, as its documentation says."""
    program = Path(sys.executable).parent / "prefect"
    argv = [str(program), "worker", "start", "--pool", POOL, "--type", "process", "--name", "stock"]
    variables = {**environment.for_services(context), "PROOFLESS_WORKER_NAME": "stock"}
    variables["PATH"] = f"{program.parent}{os.pathsep}{variables.get('PATH', '')}"
    return launch(argv, variables, context.log("stock"), ROOT)
