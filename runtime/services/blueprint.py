"""What must be in Prefect: the pool, its queues, and the deployments of `prefect.yaml` with their schedules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from settings import ROOT

#: The pool's queues, as in prefect.yaml: cases first, batches behind them, so that no single case waits for a batch.
CASES, BATCHES, UPKEEP = QUEUES = "default", "batches", "upkeep"
POOL_TYPE = "proofless"


@dataclass(frozen=True)
class Schedule:
    """When a flow comes by itself."""

    slug: str
    cron: str
    timezone: str


@dataclass(frozen=True)
class Wanted:
    """One deployment as it must be."""

    flow: str
    name: str
    entrypoint: str
    queue: str
    strict: bool  #: Prefect itself refuses parameters that do not fit
    schedules: frozenset[Schedule]
    description: str
    tags: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.flow}/{self.name}"


@lru_cache(maxsize=1)
def wanted(folder: Path = ROOT) -> tuple[Wanted, ...]:
    """Every deployment of `prefect.yaml`. A flow is named as its function, with hyphens, as Prefect's command does it."""
    import yaml  # here: every command passes this module, and few of them compare

    written = yaml.safe_load((folder / "prefect.yaml").read_text("utf-8"))
    return tuple(
        Wanted(
            flow=entry["entrypoint"].partition(":")[2].replace("_", "-"),
            name=entry["name"],
            entrypoint=entry["entrypoint"],
            queue=entry["work_pool"].get("work_queue_name", CASES),
            strict=entry.get("enforce_parameter_schema", True),
            schedules=frozenset(Schedule(row["slug"], row["cron"], row["timezone"]) for row in entry.get("schedules", [])),
            description=entry["description"],
            tags=tuple(entry.get("tags", [])),
        )
        for entry in written["deployments"]
    )
