"""What compose starts, started without it: the same commands, variables and secret files, and no others.

Only names of hosts, ports and folders are put in place of the container's own. Redis is missing here, so the API runs
with Prefect's in-memory broker and the separate background services are not started.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg2
import pytest
from docket import Docket, Worker

from runtime.commands import healthy
from runtime.commands import keyfiles as first_keys
from runtime.services import environment, keyfiles, postgres
from runtime.services.postgres import Cluster
from settings import ROOT
from tests.cluster import password
from tests.deployment.compose import environment_of, files_of, services
from tests.patience import wait_until
from tests.ports import free_port
from tests.stack import Program

BROKER = (
    "PREFECT_SERVER_EVENTS_",
    "PREFECT_SERVER_CONCURRENCY_",
    "PREFECT_SERVER_WORKER_CHANNEL_",
    "PREFECT_SERVER_DOCKET_",
    "PREFECT_REDIS_",
)


@dataclass
class Site:
    """A compose project on this machine: keys in `home`, a container's files below `root`/its name."""

    home: Path
    root: Path
    cluster: Cluster
    ports: dict[str, int]
    ending: ExitStack = field(repr=False)

    def variables(self, service: str) -> dict[str, str]:
        """The environment of a container, its folders filled with what compose mounts."""
        inside = self.root / service
        for target, source in files_of(service).items():
            keyfiles.private_folder((inside / target.lstrip("/")).parent)
            keyfiles.write_once(inside / target.lstrip("/"), (self.home / source).read_text())
        given = {name: value for name, value in environment_of(service).items() if not name.startswith(BROKER)}
        for name, value in given.items():
            if value.startswith(("/run/", "/var/", "/tmp/")):
                given[name] = str(inside / value.lstrip("/"))
        here = {
            "PROOFLESS_DATABASE_HOST": "127.0.0.1",
            "PROOFLESS_DATABASE_PORT": str(self.cluster.port),
            "PROOFLESS_PREFECT_API_URL": f"http://127.0.0.1:{self.ports['prefect']}/api",
            "PROOFLESS_SANDBOX_URL": f"http://127.0.0.1:{self.ports['sandbox']}",
            "PROOFLESS_GATEWAY_HOST": "127.0.0.1",
            "PROOFLESS_GATEWAY_PORT": str(self.ports["gateway"]),
            "PROOFLESS_GATEWAY_HEALTH_PORT": str(self.ports["health"]),
            "PROOFLESS_LEASE_SECONDS": "2",
            "PREFECT_SERVER_API_HOST": "127.0.0.1",
            "PREFECT_SERVER_API_PORT": str(self.ports["prefect"]),
        }
        return {**environment.outer(), **given, **here, "PYTHONPATH": str(ROOT)}

    def command(self, service: str) -> list[str]:
        return ["-m", "runtime.services.container", *services()[service]["command"]]

    def run(self, service: str) -> subprocess.CompletedProcess[str]:
        """A container that ends by itself."""
        argv = [sys.executable, *self.command(service)]
        return subprocess.run(argv, cwd=ROOT, env=self.variables(service), capture_output=True, text=True, timeout=170)

    def start(self, service: str) -> Program:
        """A container that stays, once its own health check says that it is well."""
        program = Program(
            service, self.command(service), self.variables(service), self.root / f"{service}.log", lambda _: self.is_well(service)
        )
        self.ending.callback(program.stop)
        program.start()
        return program

    def is_well(self, service: str) -> bool:
        """The health check of docker-compose.yml, run as it stands."""
        test = services()[service]["healthcheck"]["test"]
        assert test[:2] == ["CMD", "python"]
        argv = [
            part.replace(":4200", f":{self.ports['prefect']}")
            .replace(":8080", f":{self.ports['gateway']}")
            .replace(":8081", f":{self.ports['health']}")
            for part in test[2:]
        ]
        return subprocess.run([sys.executable, *argv], cwd=ROOT, env=self.variables(service)).returncode == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Keys as `./run keyfiles` makes them, and a PostgreSQL that holds nothing yet."""
    folder = tmp_path_factory.mktemp("compose")
    home = folder / "var"
    before = dict(os.environ)
    os.environ["PROOFLESS_HOME"] = str(home)
    first_keys.main([])
    os.environ.clear()
    os.environ.update(before)
    chosen = {name: free_port() for name in ("prefect", "gateway", "health", "sandbox")}
    try:
        cluster = postgres.start(home, free_port())
        with ExitStack() as ending:
            yield Site(home, folder, cluster, chosen, ending)
    finally:
        postgres.stop(home)


@pytest.fixture(scope="module")
def set_up(site: Site) -> str:
    """What the set-up job said; it has made everything."""
    done = site.run("setup")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def ask(site: Site, role: str, database: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(host="127.0.0.1", port=site.cluster.port, user=role, password=password(site.home, role), dbname=database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_set_up_job_makes_everything_out_of_nothing_and_may_run_again(site: Site, set_up: str) -> None:
    assert ask(site, "proofless_app", "proofless", "SELECT count(*) FROM verifications") == [(0,)]
    units = ask(site, "proofless_app", "proofless", "SELECT count(*) FROM units")
    assert units[0][0]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(site, "proofless_app", "proofless", "DELETE FROM events RETURNING 1")
    deployments = "SELECT f.name, d.name, d.entrypoint FROM deployment d JOIN flow f ON f.id = d.flow_id ORDER BY 1"
    before = ask(site, "prefect", "prefect", deployments)
    assert ("verification", "main", "flows/verification.py:verification") in before
    assert ask(site, "prefect", "prefect", "SELECT name, type FROM work_pool") == [("proofless", "proofless")]
    for file in (site.home / "secrets", site.home / "owner"):
        for path in file.iterdir():
            content = path.read_text().strip()
            assert not content or content not in set_up

    again = site.run("setup")
    assert again.returncode == 0, again.stdout + again.stderr
    assert ask(site, "prefect", "prefect", deployments) == before
    assert ask(site, "proofless_app", "proofless", "SELECT count(*) FROM units") == units


def test_the_set_up_job_says_what_is_wrong_without_saying_secrets(site: Site) -> None:
    variables = {**site.variables("setup"), "PROOFLESS_OWNER_DIR": str(site.root / "none")}
    (site.root / "wrong").mkdir(exist_ok=True)
    (site.root / "wrong" / "postgres_password").write_text("a-wrong-password")
    variables["PROOFLESS_SECRETS_DIR"] = str(site.root / "wrong")
    argv = [sys.executable, *site.command("setup")]
    done = subprocess.run(argv, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "连接 PostgreSQL失败" in said and "怎么办" in said
    assert "a-wrong-password" not in said and "Traceback" not in said


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_api_worker_and_gateway_are_well_with_what_compose_gives_them(site: Site, set_up: str) -> None:
    api = site.start("prefect-api")
    url = f"http://127.0.0.1:{site.ports['prefect']}"
    secret = keyfiles.read(site.home, "proofless_prefect_password")
    assert httpx.get(f"{url}/api/deployments/name/verification/main", trust_env=False).status_code == 401
    with httpx.Client(base_url=url, auth=("admin", secret), timeout=20, trust_env=False) as http:
        assert http.get("/api/deployments/name/verification/main").json()["work_pool_name"] == "proofless"
        assert "<html" in http.get("/dashboard", headers={"Accept": "text/html"}).text
    # Its file system is read-only: the pages were written where compose says.
    assert (site.root / "prefect-api" / "tmp" / "prefect-ui").is_dir()

    worker, gateway = site.start("worker"), site.start("gateway")
    found = ask(site, "proofless_app", "proofless", "SELECT name FROM workers")
    assert found == [(f"worker-{socket.gethostname()}",)], "replicas would share a name"

    worker.kill()
    wait_until(lambda: not site.is_well("worker"), 20, "a dead worker is seen")
    gateway.stop()
    assert not site.is_well("gateway")
    api.stop()
    assert not site.is_well("prefect-api")


def test_background_services_are_well_while_their_own_heartbeat_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_DOCKET_URL", "memory://heartbeat")

    async def look() -> list[bool]:
        seen = [await healthy.services_live()]
        async with Docket(name="prefect", url="memory://heartbeat") as docket:
            async with Worker(docket) as worker:
                running = asyncio.create_task(worker.run_forever())
                while not await healthy.services_live():
                    await asyncio.sleep(0.1)
                seen.append(True)
                monkeypatch.setattr(socket, "gethostname", lambda: "another-host")
                seen.append(await healthy.services_live())
                running.cancel()
        return seen

    assert asyncio.run(asyncio.wait_for(look(), 60)) == [False, True, False]


def test_a_check_that_nobody_knows_is_not_well() -> None:
    assert healthy.main(["everything"]) == 1
    assert healthy.main(["http", f"http://127.0.0.1:{free_port()}/healthz"]) == 1
