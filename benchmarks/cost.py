"""What one verification costs, in bursts and in a batch, beside another build and beside DBOS on the same steps.

Cases are registered before anything is counted. Time that the installation takes at rest is left out: it is measured first,
and what falls into the same span is taken off. Another build is asked from outside, as ours is.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from benchmarks import budget, load
from benchmarks.load import Load
from runtime.services.processes import PATIENT, end
from settings import ROOT

DBOS = "dbos==3.4.0"
_REST_SECONDS = 10
_SETTLE_SECONDS = 3  #: in which Prefect's services write what came


@dataclass(frozen=True)
class Installation:
    """One that runs, of whatever build."""

    home: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{json.loads((self.home / 'run' / 'ports.json').read_text())['gateway']}"

    @property
    def key(self) -> str:
        return (self.home / "sandbox" / "requester_key").read_text().strip()


@dataclass(frozen=True)
class Cost:
    """Of one verification: milliseconds by process, and how many a second."""

    milliseconds: Mapping[str, float]
    per_second: float
    failed: int

    @property
    def whole(self) -> float:
        return sum(self.milliseconds.values())


def burst(at: Installation, count: int) -> Cost:
    """`count` begun at once."""
    return _measured(at, count, lambda begin: asyncio.run(load.burst(at.url, at.key, count, begin)))


def steady(at: Installation, per_second: float, count: int, proof: str = load.SHARED) -> Cost:
    """One begun each 1/`per_second` seconds."""
    return _measured(at, count, lambda begin: asyncio.run(load.steady(at.url, at.key, per_second, count, begin, proof)))


def batch(at: Installation, rows: int) -> Cost:
    """One batch of `rows` cases, until its last row has ended."""
    return _measured(at, rows, lambda begin: asyncio.run(_batch(at, rows, begin)))


def asked(at: Installation, count: int) -> dict[tuple[str, str], float]:
    """Statements and transactions of one shared-data verification, two a second, by application, with the registration of
    its case; what is asked at rest in the same time is taken off."""
    with budget.counting(at.home) as resting:
        time.sleep(_REST_SECONDS)
    with budget.counting(at.home) as found:
        began = time.monotonic()
        asyncio.run(load.steady(at.url, at.key, 2.0, count))
        lasted = time.monotonic() - began
    return {key: max(0.0, (value - resting[key] * lasted / _REST_SECONDS) / count) for key, value in found.items()}


@contextmanager
def dbos_instead(home: Path, packages: Path) -> Iterator[None]:
    """Our worker is ended, and DBOS's takes what is filed; its packages are installed into a folder of their own."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(packages), DBOS]
    subprocess.run(install, check=True, capture_output=True)
    with _instead(home, "benchmarks.dbos_worker", str(packages), budget.make_database(home, "dbos")) as peer:
        assert peer.stdout is not None and peer.stdout.readline().strip() == "ready"
        yield


def timed_worker(home: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    """Our worker is ended, and the same with a clock at each step takes its place."""
    return _instead(home, "benchmarks.worker_by_step")


@contextmanager
def _instead(home: Path, module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A program that takes the worker's place, until the end of this; what comes after it may end it before."""
    worker = psutil.Process(json.loads((home / "run" / "worker.process.json").read_text())["pid"])
    variables = worker.environ()
    end(worker, PATIENT)
    program = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(program, env=variables, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
        try:
            (home / "run" / "worker.process.json").write_text(json.dumps({"pid": peer.pid}))  # so that it is counted as the worker
            yield peer
        finally:
            peer.terminate()


def by_step(at: Installation, peer: subprocess.Popen[str], count: int, proof: str) -> dict[str, list[float]]:
    """Of one verification inside the worker, one a second: milliseconds, statements and transactions of each part. What the process
    took besides is `rest`, without what it takes when nothing is filed."""
    asyncio.run(load.steady(at.url, at.key, 1.0, 3, proof=proof))  # what is imported and compiled only once
    start = _laps(peer)
    time.sleep(_REST_SECONDS)
    idle = _laps(peer)["whole"][0] - start["whole"][0]
    began: list[tuple[float, dict[str, list[float]]]] = []
    asyncio.run(load.steady(at.url, at.key, 1.0, count, lambda: began.append((time.monotonic(), _laps(peer))), proof))
    time.sleep(_SETTLE_SECONDS)
    ((since, before),), after = began, _laps(peer)
    found: dict[str, list[float]] = {}
    for name, values in after.items():
        found[name] = [(now - then) / count for now, then in zip(values, before.get(name, [0.0] * 3), strict=True)]
    whole, _ = found.pop("whole"), found.pop("idle", None)
    rest = whole[0] - sum(part[0] for part in found.values()) - idle / _REST_SECONDS * (time.monotonic() - since) / count
    found["rest"] = [max(0.0, rest), 0, 0]
    return {name: [1000 * part[0], *part[1:]] for name, part in found.items() if any(part)}


def _laps(peer: subprocess.Popen[str]) -> dict[str, list[float]]:
    assert peer.stdin is not None and peer.stdout is not None
    peer.stdin.write("\n")
    peer.stdin.flush()
    laps: dict[str, list[float]] = json.loads(peer.stdout.readline())
    return laps


@dataclass(frozen=True)
class Found:
    """Everything of one run of the bench. `older` and `peer` were measured in turns with ours."""

    light: Cost
    departmental: Cost
    burst: list[Cost]
    batch: Cost
    asked: Mapping[tuple[str, str], float]
    steps: Mapping[str, Mapping[str, list[float]]]  #: inside the worker, by kind of verification
    peer: list[Cost]
    older: list[Cost]
    older_name: str


def _measured(at: Installation, count: int, act: Callable[[Callable[[], None]], Load]) -> Cost:
    before = budget.spent(at.home)
    time.sleep(_REST_SECONDS)
    rest = {name: seconds / _REST_SECONDS for name, seconds in _since(before, at).items()}
    began: list[tuple[float, dict[str, float]]] = []
    done = act(lambda: began.append((time.monotonic(), budget.spent(at.home))))
    time.sleep(_SETTLE_SECONDS)
    ((start, spent),) = began
    lasted = time.monotonic() - start
    milliseconds = {name: 1000 * max(0.0, seconds - rest.get(name, 0) * lasted) / count for name, seconds in _since(spent, at).items()}
    return Cost(milliseconds, done.per_second, done.failed)


def _since(before: Mapping[str, float], at: Installation) -> dict[str, float]:
    return {name: max(0.0, seconds - before.get(name, 0.0)) for name, seconds in budget.spent(at.home).items()}


async def _batch(at: Installation, rows: int, begin: Callable[[], None]) -> Load:
    headers = {"Authorization": f"Bearer {at.key}"}
    async with httpx.AsyncClient(base_url=at.url, headers=headers, timeout=120, trust_env=False) as http:
        people = [load.PEOPLE[index % len(load.PEOPLE)] for index in range(rows)]
        cases = [await load.register_case(http, person) for person in people]
        body = {
            "purpose": "bench",
            "responsible": "demo-permit-1",
            "rows": [
                {"case_number": case, "proof": load.SHARED, "party": load.as_json(person)}
                for case, person in zip(cases, people, strict=True)
            ],
        }
        begin()
        sent = time.monotonic()
        answer = await http.post("/v1/batches", json=body, headers={"Idempotency-Key": uuid4().hex})
        place = answer.raise_for_status().headers["Location"]
        while not (now := (await http.get(place)).raise_for_status().json())["ended_at"]:
            await asyncio.sleep(0.25)
        done = sum(row["count"] for row in now["states"] if row["state"] == "delivered")
        lasted = time.monotonic() - sent
        return Load([lasted] * done, rows - done, lasted)
