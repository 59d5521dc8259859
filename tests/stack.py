"""Real processes for tests: a Prefect server, the sandbox, a gateway and workers, each to be killed and started again.

    with start_prefect(home, cluster) as prefect:              # 8 s: once a session (fixture `prefect`)
        with start_stack(home, cluster, ledger, prefect, workers=2) as stack:
            stack.start_run(number)
            stack.workers[0].kill()

The environment is the one that `./run up` gives; the ledger is the test's own, so several stacks may follow one
another on one Prefect server: what a stack leaves there is deleted at its end. Two at a time may not: the workers of
one would end the runs of the other, whose numbers their ledger does not know.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest

from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.listen_notify import WAKE_CHANNEL, notify
from runtime.failures import last_lines
from runtime.services import environment, keyfiles, prefect_server, supervised
from runtime.services.pidfiles import runs
from runtime.services.postgres import Cluster
from runtime.services.processes import end, launch
from settings import ROOT
from tests.cluster import password
from tests.patience import wait_until
from tests.ports import free_port
from tests.ready import Launch, services_ready

PATIENCE = 60.0
"""Seconds for anything to start on a machine that others use too."""

GENTLY = ((15, 10.0), (9, 5.0))


@dataclass
class Program:
    """One process of ours and how to see that it is ready: `ready` is given what it logged since this start."""

    name: str
    argv: list[str]
    environment: dict[str, str] = field(repr=False)
    log: Path
    ready: Callable[[str], bool]
    folder: Path = ROOT
    launch: Launch = launch
    process: psutil.Process | None = None
    _from: int = 0

    def start(self, *, wait: bool = True) -> None:
        assert not self.runs(), f"{self.name} runs already"
        self._from = self.log.stat().st_size if self.log.exists() else 0
        self.process = self.launch([sys.executable, *self.argv], self.environment, self.log, self.folder)
        if wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        wait_until(self._ready_or_dead, PATIENCE, f"{self.name} ready; its log: {last_lines(self.log)}")

    def kill(self) -> None:
        """kill -9: no chance to say goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """As `up` and compose do it."""
        if self.process is not None:
            end(self.process, GENTLY)

    def runs(self) -> bool:
        return self.process is not None and runs(self.process)

    def said(self) -> str:
        """What it logged since its last start."""
        return self.log.read_bytes()[self._from :].decode("utf-8", "replace") if self.log.exists() else ""

    def _ready_or_dead(self) -> bool:
        assert self.runs(), f"{self.name} ended: {last_lines(self.log)}"
        return self.ready(self.said())


@dataclass
class PrefectServer:
    """A Prefect server with our pool and deployments. `http` is an authenticated client of its API."""

    program: Program
    url: str
    secret: str = field(repr=False)
    http: httpx.Client = field(repr=False)
    ending: ExitStack = field(repr=False)
    taken: bool = False
    ready: Launch | None = field(default=None, repr=False)
    deployed: list[dict[str, Any]] = field(default_factory=list, repr=False)  #: what `prefect deploy` had made of prefect.yaml

    def launch(self, argv: Sequence[str], environment: Mapping[str, str], log: Path, folder: Path) -> psutil.Process:
        """Starts a gateway, worker or sandbox from the one process that has imported them; the first one waits for that."""
        self.ready = self.ready or self.ending.enter_context(services_ready(environment))
        return self.ready(argv, environment, log, folder)

    def clear(self) -> None:
        """Deletes every flow run, so that the next stack's workers find nothing of the last one's."""
        while self.http.post("/flow_runs/bulk_delete", json={}).raise_for_status().json()["deleted"]:
            pass
        self.taken = False

    def run_of(self, flow_run: UUID) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"/flow_runs/{flow_run}").raise_for_status().json()
        return found

    def runs_of(self, flow_runs: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Those of them that are there, by their ids, in one question."""
        body = {"flow_runs": {"id": {"any_": list(flow_runs)}}}
        return {run["id"]: run for run in self.http.post("/flow_runs/filter", json=body).raise_for_status().json()}

    def history(self, flow_run: UUID) -> list[str]:
        """The names of a run's states, oldest first."""
        rows = self.http.get("/flow_run_states/", params={"flow_run_id": str(flow_run)}).raise_for_status().json()
        return [row["name"] for row in sorted(rows, key=lambda row: str(row["timestamp"]))]


@dataclass
class Stack:
    """What runs, and how a verification gets its flow run without a gateway."""

    prefect: PrefectServer
    folder: Path
    environment: dict[str, str] = field(repr=False)
    sandbox: Program
    sandbox_url: str
    workers: list[Program] = field(default_factory=list)
    gateway: Program | None = None
    gateway_url: str = ""
    launch: Launch = launch

    def start_run(self, number: str) -> UUID:
        """Create the flow run of a filed verification, as a worker does it that tells Prefect of it."""
        body = {"parameters": {"number": number}, "name": number, "idempotency_key": f"{number}#0"}
        deployment = self.prefect.http.get("/deployments/name/verification/main").raise_for_status().json()["id"]
        answer = self.prefect.http.post(f"/deployments/{deployment}/create_flow_run", json=body)
        flow_run = UUID(answer.raise_for_status().json()["id"])
        with transaction() as session:
            leases.bind_run(session, number, flow_run, 0)
            notify(session, WAKE_CHANNEL, number)
        return flow_run

    def fault(self, service: str, **switch: object) -> None:
        """Switch on a fault of the sandbox (`sandbox/faults.py`)."""
        httpx.put(f"{self.sandbox_url}/faults/{service}", json=switch, trust_env=False).raise_for_status()

    def worker(self, name: str) -> Program:
        """One more worker, not started yet. It takes the ledger's and the stack's settings as they are."""
        variables = {**self.environment, "PROOFLESS_WORKER_NAME": name}
        program = Program(
            name,
            ["-m", "runtime.worker"],
            variables,
            self.folder / f"{name}.log",
            lambda said: re.search(r"worker \S+ ready", said) is not None,
            launch=self.launch,
        )
        self.workers.append(program)
        return program


@contextmanager
def start_prefect(home: Path, cluster: Cluster) -> Iterator[PrefectServer]:
    """A Prefect server on the cluster's database `prefect`, with the pool and `prefect.yaml`."""
    port = free_port()
    url, secret = prefect_server.api_url(port), keyfiles.read(home, "proofless_prefect_password")
    variables = prefect_server.server_environment(port, cluster.port, password(home, "prefect"), secret, home)
    program = Program(
        "prefect",
        prefect_server.server_argv()[1:],
        {**environment.outer(), **variables},
        home / "logs" / "prefect.log",
        lambda _: prefect_server.is_ready(url),
        folder=home,
    )
    try:
        program.start()
        limits = httpx.Limits(keepalive_expiry=2)  # the server hangs up after five seconds
        with httpx.Client(base_url=url, auth=("admin", secret), timeout=30, trust_env=False, limits=limits) as http, ExitStack() as ending:
            prefect_server.ensure_pool(url, secret, "proofless")
            client = prefect_server.client_environment(url, secret, home)
            prefect_server.deploy(ROOT, {**environment.outer(), **client, "PYTHONPATH": str(ROOT)})
            deployed = http.post("/deployments/filter", json={}).raise_for_status().json()
            yield PrefectServer(program, url, secret, http, ending, deployed=deployed)
    finally:
        program.stop()


@contextmanager
def start_stack(
    home: Path,
    cluster: Cluster,
    database: str,
    prefect: PrefectServer,
    *,
    workers: int = 1,
    gateway: bool = False,
    anew: bool = False,
    **settings: str,
) -> Iterator[Stack]:
    """Sandbox, `workers` workers named worker-1 … and on request a gateway, all ready; all ended afterwards.

    `settings` are further variables without their prefix: `lease_seconds="3"`. `anew`: each with an interpreter of its
    own that imports everything, as they are started outside of tests; else they are forked (tests/ready.py).
    """
    assert not prefect.taken, "another stack's workers still poll this Prefect server"
    # Here, since every test process imports this module, and most ask for no stack: they bring Prefect and pyHanko.
    from runtime.services.development_keys import ensure_development_seals
    from tasks.sealing import seal_names

    ensure_development_seals(home / "seals", seal_names())
    sandbox_port, gateway_port = free_port(), free_port()
    sandbox_url, gateway_url = f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{gateway_port}"
    folder = home / "stacks" / database
    variables = {
        **environment.outer(),
        **prefect_server.client_environment(prefect.url, prefect.secret, home),
        "PYTHONPATH": str(ROOT),
        "PROOFLESS_HOME": str(folder),
        "PROOFLESS_SECRETS_DIR": str(keyfiles.services_folder(home)),
        "PROOFLESS_SEALS_DIR": str(home / "seals"),
        "PROOFLESS_DATABASE_PORT": str(cluster.port),
        "PROOFLESS_DATABASE_NAME": database,
        "PROOFLESS_PREFECT_API_URL": prefect.url,
        "PROOFLESS_SANDBOX_URL": sandbox_url,
        "PROOFLESS_GATEWAY_PORT": str(gateway_port),
        "PROOFLESS_PUBLIC_URL": gateway_url,
        **{f"PROOFLESS_QUOTA_{whose}": "1000000/day" for whose in ("PERSON", "SYSTEM", "UNIT", "MATTER", "CASE")},  # hasty tests
        **{f"PROOFLESS_{name.upper()}": value for name, value in settings.items()},
    }
    sandbox = Program(
        "sandbox",
        ["-m", "sandbox", "--port", str(sandbox_port)],
        variables,
        folder / "sandbox.log",
        lambda _: supervised.answers(sandbox_url),
        launch=launch if anew else prefect.launch,
    )
    stack = Stack(prefect, folder, variables, sandbox, sandbox_url, launch=sandbox.launch)
    with ExitStack() as ending:
        prefect.taken = True
        ending.callback(prefect.clear)
        ending.callback(sandbox.stop)
        sandbox.start(wait=False)
        if gateway:
            stack.gateway_url = gateway_url
            stack.gateway = Program(
                "gateway",
                ["-m", "gateway"],
                variables,
                folder / "gateway.log",
                lambda _: supervised.answers(gateway_url),
                launch=stack.launch,
            )
            ending.callback(stack.gateway.stop)
            stack.gateway.start(wait=False)
        ending.callback(lambda: [worker.stop() for worker in stack.workers])
        for position in range(workers):
            stack.worker(f"worker-{position + 1}").start(wait=False)
        for program in [sandbox, *([stack.gateway] if stack.gateway else []), *stack.workers]:
            program.wait_ready()
        yield stack


@pytest.fixture(scope="session")
def prefect(installation: tuple[Path, Cluster]) -> Iterator[PrefectServer]:
    """One Prefect server for every test of the session that asks for it."""
    with start_prefect(*installation) as server:
        yield server
