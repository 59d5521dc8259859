"""Prefect 服务器: how the server is started, what its clients need to know, its work pool and its deployments.

Only the verification number ever enters it (`docs/decisions`); here is the rest of its discipline: quiet towards the
outside, a password, batches for what it writes, its home under `var`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.failures import Failure
from runtime.services.answering import answers
from runtime.services.blueprint import POOL_TYPE

if TYPE_CHECKING:  # every command passes here, and few of them ask the server: those import it
    import httpx

USER = "admin"
RUNS_KEPT, EVENTS_KEPT = timedelta(days=90), timedelta(days=7)


def api_url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api"


def server_argv(*options: str) -> list[str]:
    """The server with its background services, or with `--no-services` its API and interface alone. Where it listens
    is in its environment. `-P`: the folder of the file holds packages of ours, which the server must not see."""
    return [sys.executable, "-P", str(Path(__file__).with_name("prefect_app.py")), *options]


def server_environment(
    port: int, database_port: int, database_password: str, password: str, home: Path, database_host: str = "127.0.0.1"
) -> dict[str, str]:
    """The server's settings. Holds two passwords."""
    return {
        **client_environment(api_url(port), password, home),
        "PREFECT__SERVER_FINAL": "1",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": (
            f"postgresql+asyncpg://prefect:{database_password}@{database_host}:{database_port}/prefect"
        ),
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": f"{USER}:{password}",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "PREFECT_SERVER_UI_API_URL": api_url(port),
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # Quiet; the second interface, which is not, is not served at all (runtime/services/prefect_app.py).
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Nothing of ours uses blocks, and the pictures of their types lie on other hosts.
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        # Batches. A flush interval below 1 would be cut to 0, and the server would spin.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "100",
        # At rest these three, each five seconds, took a sixth of the server's time: what is late or paused too long is the ledger's
        # business, and a deployment is registered once.
        "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "30",
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "30",
        "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "30",
        # Old runs too, not only old events: off by default, and Prefect's database would grow for ever.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        # In batches of 200, as it is by default, 300,000 old events took longer than a minute: each batch looks past the
        # rows that the earlier ones left dead.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_BATCH_SIZE": "5000",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(int(RUNS_KEPT.total_seconds())),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{EVENTS_KEPT.days}D",
    }


def client_environment(url: str, password: str, home: Path) -> dict[str, str]:
    """What worker, gateway and the `prefect` command need to reach the server. Holds its password."""
    return {
        "PREFECT_API_URL": url,
        "PREFECT_API_AUTH_STRING": f"{USER}:{password}",
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "tasks,connectors,ledger,domain",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "DO_NOT_TRACK": "1",
    }


def is_ready(url: str) -> bool:
    """Whether the server answers and has its database. Needs no password."""
    return answers(f"{url}/ready", 5)


def ensure_pool(url: str, password: str, name: str) -> bool:
    """The work pool, made if there is none (then True). Over the API: the command refuses types that it does not know."""
    import httpx

    try:
        with _client(password) as client:
            answer = client.post(f"{url}/work_pools/", json={"name": name, "type": POOL_TYPE})
    except httpx.HTTPError as error:
        raise _pool_failure(f"Prefect 没有应答({type(error).__name__})") from None
    if answer.status_code not in (201, 409):
        raise _pool_failure(f"Prefect 返回 {answer.status_code}")
    return answer.status_code == 201


def worker_is_online(url: str, password: str, pool: str, worker: str, since: datetime) -> bool:
    """Whether Prefect has had a heartbeat of this worker after `since` (aware)."""
    import httpx

    query = {"workers": {"last_heartbeat_time": {"after_": since.isoformat()}}}
    try:
        with _client(password) as client:
            answer = client.post(f"{url}/work_pools/{pool}/workers/filter", json=query)
            return answer.status_code == 200 and any(row["name"] == worker for row in answer.json())
    except (httpx.HTTPError, ValueError, KeyError):
        return False


def deploy(folder: Path, environment: Mapping[str, str]) -> None:
    """Registers every deployment of `folder`/prefect.yaml. Repeating it changes nothing."""
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        lines = tuple(line for line in done.stdout.splitlines() if line.strip())[-12:]
        raise Failure("登记流程", "prefect deploy 没有成功", "请检查 prefect.yaml 和它所指的流程文件。", lines)


def asking(url: str, password: str) -> httpx.AsyncClient:
    """A client of the server's API, for many questions."""
    import httpx

    from connectors.transport import tls

    return httpx.AsyncClient(base_url=url, auth=(USER, password), timeout=30, verify=tls(), trust_env=False)


def _client(password: str) -> httpx.Client:
    """Loopback only, so proxies of the environment are left aside."""
    import httpx

    from connectors.transport import tls

    return httpx.Client(auth=(USER, password), timeout=5, verify=tls(), trust_env=False)


def _pool_failure(why: str) -> Failure:
    return Failure("建立工作池", why, "请用 ./run status 查看 Prefect 服务器是否在运行。")
