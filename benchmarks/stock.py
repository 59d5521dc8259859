"""The named peer: Prefect's own process worker on the same flow, the same server, the same machine."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from sqlalchemy import select

from ledger.database import transaction
from ledger.lifecycle.fresh import FRESH
from ledger.tables.verifications import Verification
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


@contextmanager
def runs_made(context: Context) -> Iterator[None]:
    """Each verification that is filed meanwhile gets its run at once, as the gateway made it for every worker before our own
    took what is new from the ledger."""
    password, done, known = context.secret("proofless_prefect_password"), threading.Event(), set[str]()

    def make() -> None:
        with httpx.Client(base_url=context.prefect_api, auth=("admin", password), timeout=30, trust_env=False) as http:
            found = http.get("/deployments/name/verification/main").raise_for_status().json()["id"]
            while not done.wait(0.1):
                with transaction() as session:
                    new = set(session.scalars(select(Verification.number).where(FRESH))) - known
                for number in sorted(new):
                    body = {"name": number, "parameters": {"number": number}}
                    http.post(f"/deployments/{found}/create_flow_run", json=body).raise_for_status()
                known.update(new)

    maker = threading.Thread(target=make)
    maker.start()
    try:
        yield
    finally:
        done.set()
        maker.join()


def start_stock_worker(context: Context) -> psutil.Process:
    """`prefect worker start`, as its documentation says."""
    program = Path(sys.executable).parent / "prefect"
    argv = [str(program), "worker", "start", "--pool", POOL, "--type", "process", "--name", "stock"]
    variables = {**environment.for_services(context), "PROOFLESS_WORKER_NAME": "stock"}
    variables["PATH"] = f"{program.parent}{os.pathsep}{variables.get('PATH', '')}"
    return launch(argv, variables, context.log("stock"), ROOT)
