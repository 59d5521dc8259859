"""What the whole system holds in memory after many verifications against after few: what grows with each is a leak.

Most are rows of batches, the fastest way in; after each batch some come one by one, as departments file them. A page that several
processes share is counted once (proportional set size). PostgreSQL's shared buffers are its own from its start, of a size that is set:
they are counted whole at both looks, or the first would be of a cache that is not full yet. What was touched of them is told beside.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import httpx
import psutil

from benchmarks import load
from benchmarks.results import Row
from runtime.services.context import Context
from runtime.services.pidfiles import recall

_ROWS, _SINGLES = 500, 20  #: of each round
_PARTIES = 50  #: of one case, the most that a case may have
_SETTLE_SECONDS = 30  #: in which what was sent is written and what is kept for a moment goes
_SHARED_BUFFERS = "/dev/zero"  #: where Linux shows what a process maps with its children and without a file


@dataclass(frozen=True)
class Memory:
    """`few`, `many`: verifications, delivered and not. Megabytes then, by process, and what of PostgreSQL's buffers was not touched yet."""

    few: int
    many: int
    failed: int
    before: dict[str, float]
    after: dict[str, float]
    untouched: tuple[float, float]

    @property
    def whole(self) -> tuple[float, float]:
        return sum(self.before.values()), sum(self.after.values())

    @property
    def touched(self) -> tuple[float, float]:
        return self.whole[0] - self.untouched[0], self.whole[1] - self.untouched[1]


def measure(context: Context, key: str, few: int, many: int, note: Callable[[str], None]) -> Memory:
    """File until `few` have ended and look, then until `many` have."""
    done = failed = 0
    found: list[tuple[int, dict[str, float], float]] = []
    for aim in (few, many):
        while done < aim:
            note(f"{done} / {many} 件")
            failed += asyncio.run(_batch(context.gateway_url, key))
            failed += asyncio.run(load.burst(context.gateway_url, key, _SINGLES)).failed
            done += _ROWS + _SINGLES
        time.sleep(_SETTLE_SECONDS)
        found.append((done, *held(context)))
    (first, before, new), (last, after, still) = found
    return Memory(first, last, failed, before, after, (new, still))


def held(context: Context) -> tuple[dict[str, float], float]:
    """Megabytes of each process with its children, and what of PostgreSQL's shared buffers none has touched."""
    found: dict[str, float] = {}
    size = touched = 0.0
    for record in recall(context.run_folder):
        if (process := record.process()) is None:
            continue
        for one in (process, *process.children(recursive=True)):
            try:
                found[record.name] = found.get(record.name, 0.0) + one.memory_full_info().pss / 1e6
                buffers = [place for place in one.memory_maps() if place.path == _SHARED_BUFFERS] if record.name == "postgres" else []
            except psutil.NoSuchProcess:
                continue
            size = max(size, sum(place.size for place in buffers) / 1e6)
            touched += sum(place.pss for place in buffers) / 1e6
    found["postgres"] += size - touched
    return found, size - touched


def rows(found: Memory) -> list[Row]:
    (before, after), (few, many) = found.whole, found.touched
    dearest = sorted(found.after.items(), key=lambda one: -one[1])
    told = ", ".join(f"{name} {found.before.get(name, 0):.0f} → {now:.0f}" for name, now in dearest)
    return [
        Row(f"memory of the whole system after {found.few} verifications, after {found.many}", f"{before:.0f}, {after:.0f} MB", "", None),
        Row("the same by process, MB", told, "", None),
        Row("after many / after few", f"{after / before:.2f}", "≤ 1.1", after / before <= 1.1),
        Row("the same, PostgreSQL's shared buffers as far as they were touched", f"{few:.0f}, {many:.0f} MB: {many / few:.2f}", "", None),
        Row("not delivered", str(found.failed), "0", found.failed == 0),
    ]


async def _batch(url: str, key: str) -> int:
    """One batch until its last row has ended; gives how many were not delivered."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, trust_env=False) as http:
        rows = [
            {"case_number": case, "proof": load.SHARED, "party": load.as_json(person)}
            for case in [await load.register_case(http, *load.PEOPLE[:_PARTIES]) for _ in range(_ROWS // _PARTIES)]
            for person in load.PEOPLE[:_PARTIES]
        ]
        body = {"purpose": "bench", "responsible": "demo-permit-1", "rows": rows}
        answer = await http.post("/v1/batches", json=body, headers={"Idempotency-Key": uuid4().hex})
        place = answer.raise_for_status().headers["Location"]
        while not (now := (await http.get(place)).raise_for_status().json())["ended_at"]:
            await asyncio.sleep(0.5)
        return len(rows) - sum(row["count"] for row in now["states"] if row["state"] == "delivered")
