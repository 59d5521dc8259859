"""The real Prefect server as `up` starts it, once: healthy, closed, with pool and deployment. And its settings."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.settings import get_current_settings
from prefect.settings.legacy import _get_settings_fields

from runtime.failures import Failure
from runtime.progress import Progress
from runtime.services import environment, prefect_server, supervised
from runtime.services.context import Context
from runtime.services.postgres import Cluster
from runtime.services.processes import Supervisor
from tests.patience import wait_until
from tests.ports import free_port

FLOW = "from prefect import flow\n\n@flow\nasync def trivial(number: str = '') -> None: ...\n"
PROJECT = """
name: test
deployments:
- name: verification
  entrypoint: trivial.py:trivial
  work_pool: {name: proofless}
  schedules:
  - cron: "* * * * *"
"""


HEAD_OF_3_8_8 = "d4a7e1c93f52"  #: the last migration of Prefect 3.8.8, which earlier installations left behind


def test_prefect_knows_every_setting_that_it_is_given(tmp_path: Path) -> None:
    """A misspelt variable is ignored without a word, and a server that should be quiet calls home."""
    given = prefect_server.server_environment(4200, 5432, "x", "y", tmp_path)
    known = set(_get_settings_fields(type(get_current_settings())))
    assert {name for name in given if name not in known} == {"PREFECT__SERVER_FINAL", "DO_NOT_TRACK"}


def left_by_an_earlier_server(context: Context, cluster: Cluster) -> UUID:
    """Prefect's database as 3.8.8 made it, with a run that waits; gives the run."""
    command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y", "-r", HEAD_OF_3_8_8]
    variables = {**environment.outer(), **environment.prefect_server_variables(context)}
    subprocess.run(command, env=variables, cwd=context.home, check=True, capture_output=True)
    flow, run, state, due = uuid4(), uuid4(), uuid4(), datetime.now(UTC) + timedelta(days=1)
    database = cluster.connect("prefect")
    with database.cursor() as row:
        row.execute("SELECT version_num FROM alembic_version")
        assert row.fetchone() == (HEAD_OF_3_8_8,)
        row.execute("INSERT INTO flow (id, name, tags) VALUES (%s, 'verification', '[]')", (str(flow),))
        row.execute(
            "INSERT INTO flow_run (id, flow_id, name, state_type, state_name, state_timestamp, run_count, parameters)"
            " VALUES (%s, %s, 'HY20260304AAAAAAAA', 'SCHEDULED', '等待出具单位', now(), 1, %s)",
            (str(run), str(flow), '{"number": "HY20260304AAAAAAAA"}'),
        )
        row.execute(
            "INSERT INTO flow_run_state (id, flow_run_id, type, timestamp, name, message, state_details)"
            " VALUES (%s, %s, 'SCHEDULED', now(), '等待出具单位', '', %s)",
            (str(state), str(run), json.dumps({"flow_run_id": str(run), "scheduled_time": due.isoformat()})),
        )
        row.execute("UPDATE flow_run SET state_id = %s WHERE id = %s", (str(state), str(run)))
    database.close()
    return run


def test_the_server_with_its_pool_and_a_deployment(basement: Cluster, tmp_path: Path, progress: Progress) -> None:
    port = free_port()
    ports = {"postgres": basement.port, "prefect": port, "gateway": 1, "health": 3, "sandbox": 2}
    context = Context(basement.home, ports, progress)
    password = context.secret("proofless_prefect_password")
    supervisor = Supervisor(tmp_path / "run", progress)
    waits = left_by_an_earlier_server(context, basement)
    try:
        supervisor.start(supervised.prefect(context))
        url = context.prefect_api
        assert prefect_server.ensure_pool(url, password, "proofless") is True
        assert prefect_server.ensure_pool(url, password, "proofless") is False
        with pytest.raises(Failure, match="401"):
            prefect_server.ensure_pool(url, "wrong", "proofless")
        assert not prefect_server.worker_is_online(url, password, "proofless", "worker-1", datetime.now(UTC))

        (tmp_path / "trivial.py").write_text(FLOW)
        (tmp_path / "prefect.yaml").write_text(PROJECT)
        prefect_server.deploy(tmp_path, environment.for_services(context))
        with pytest.raises(Failure, match="prefect deploy") as caught:
            (tmp_path / "prefect.yaml").write_text(PROJECT.replace("trivial.py:", "missing.py:"))
            prefect_server.deploy(tmp_path, environment.for_services(context))
        assert any("missing.py" in line for line in caught.value.details)

        with httpx.Client(base_url=url, trust_env=False, timeout=10) as client:
            assert client.post("/deployments/filter", json={}).status_code == 401
            kept = client.get(f"/flow_runs/{waits}", auth=("admin", password)).raise_for_status().json()
            assert (kept["name"], kept["state_name"]) == ("HY20260304AAAAAAAA", "等待出具单位")
            rows = client.post("/deployments/filter", json={}, auth=("admin", password)).json()
            assert [(row["name"], row["entrypoint"], row["work_pool_name"]) for row in rows] == [
                ("verification", "trivial.py:trivial", "proofless")
            ]
            # Prefect's scheduler fails on SQLAlchemy 2.1, only in its log: sweeps would never run.
            count = partial(client.post, "/flow_runs/count", json={}, auth=("admin", password))
            wait_until(lambda: count().json() > 0, 90, "a scheduled run is there")
            page = client.get(f"{context.prefect_ui}/ui-settings").json()
            assert (page["api_url"], page["auth"], page["available_uis"]) == (url, "BASIC", ["v1"])
    finally:
        supervisor.stop()
    assert not prefect_server.is_ready(context.prefect_api)
    log = context.log("prefect").read_text()
    assert password not in log
    assert context.secret("prefect_database_password") not in log
