"""A rush: three times what the machine can do, for a minute, and beside it what another unit asks for 即办件.

What comes first is the rush of one unit's 承诺件, filed and not waited for. The other unit's clerk asks once a second and
waits for the proof, before the rush and in it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
from sqlalchemy import func, select

from benchmarks import load
from benchmarks.load import Load, as_json
from benchmarks.waiting import quantile
from domain.lifecycle import OPEN
from ledger.database import transaction
from ledger.registry import keys
from ledger.tables.verifications import Verification
from sandbox.licences import DISABILITY, LIBRARY
from sandbox.licences import State as LicenceState
from sandbox.people import Person
from settings import settings

_CLERK, _MATTER, _PROOF = "demo-civil-1", "DEMO-0003", "P-DISABILITY"
_PEOPLE = [
    licence.holder
    for licence in LIBRARY
    if licence.type_code == DISABILITY and licence.state is LicenceState.VALID and isinstance(licence.holder, Person)
]
_TOGETHER = 8  #: cases registered, and filings under way, at one time


@dataclass(frozen=True)
class Rush:
    """`capacity` and `offered`: verifications a second. Seconds from the other unit's request to its proof, 95th percentile."""

    capacity: float
    offered: float
    filed: int
    waiting: int  #: of them when the minute was over
    alone: float
    meanwhile: float
    failed: int


def measure(url: str, key: str, burst: int, seconds: int) -> Rush:
    """Alone for half of `seconds`, then `seconds` of the rush; waits until all of it is done."""
    with transaction() as session:
        other = keys.make(session, person=_CLERK, now=settings().now(), actor="system:bench")
    capacity = asyncio.run(load.burst(url, key, burst)).per_second
    alone = asyncio.run(_steady(url, other, seconds // 2))
    filed, waiting, meanwhile, took = asyncio.run(_rush(url, key, other, 3 * capacity, seconds))
    return Rush(
        capacity,
        filed / took,
        filed,
        waiting,
        quantile(sorted(alone.latencies), 95),
        quantile(sorted(meanwhile.latencies), 95),
        alone.failed + meanwhile.failed,
    )


async def _rush(url: str, key: str, other: str, per_second: float, seconds: int) -> tuple[int, int, Load, float]:
    async with _department(url, key) as http:
        count, turns = round(per_second * seconds), asyncio.Semaphore(_TOGETHER)
        people = [load.PEOPLE[index % len(load.PEOPLE)] for index in range(count)]

        async def case_of(person: Person) -> str:
            async with turns:
                return await load.register_case(http, person)

        cases = await asyncio.gather(*map(case_of, people))
        began = time.monotonic()

        async def file(index: int) -> None:
            await asyncio.sleep(max(0.0, began + index / per_second - time.monotonic()))
            async with turns:
                body = {"case_number": cases[index], "proof": load.SHARED, "party": as_json(people[index])}
                (await http.post("/v1/verifications", json=body, headers={"Idempotency-Key": uuid4().hex})).raise_for_status()

        async def filing() -> float:
            await asyncio.gather(*map(file, range(count)))
            return time.monotonic() - began

        took, meanwhile = await asyncio.gather(filing(), _steady(url, other, seconds))
        left = waiting = await asyncio.to_thread(_open)
        while left:
            await asyncio.sleep(1)
            left = await asyncio.to_thread(_open)
    return count, waiting, meanwhile, took


async def _steady(url: str, key: str, count: int) -> Load:
    """One 即办件 a second, each waited for."""
    done, began = Load(), time.monotonic()
    async with _department(url, key) as http:

        async def one(index: int) -> None:
            person = _PEOPLE[index % len(_PEOPLE)]
            await asyncio.sleep(max(0.0, began + index - time.monotonic()))
            case = await _case(http, person)
            sent = time.monotonic()
            if await load.verify(http, case, person, _PROOF) is None:
                done.failed += 1
            else:
                done.latencies.append(time.monotonic() - sent)

        await asyncio.gather(*map(one, range(count)))
    return done


async def _case(http: httpx.AsyncClient, person: Person) -> str:
    now, number = datetime.now(UTC), f"RUSH-{uuid4().hex[:12]}"
    body = {
        "matter": _MATTER,
        "handling": "immediate",
        "accepted_at": now.isoformat(),
        "promise_end": (now + timedelta(days=1)).isoformat(),
        "channel": "window",
        "parties": [{"role": "applicant", **as_json(person)}],
    }
    (await http.put(f"/v1/cases/{number}", json=body)).raise_for_status()
    return number


@asynccontextmanager
async def _department(url: str, key: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, trust_env=False) as http:
        yield http


def _open() -> int:
    with transaction() as session:
        waiting = select(func.count()).where(Verification.state.in_(OPEN), Verification.filed_at > settings().now() - timedelta(hours=1))
        return session.scalar(waiting) or 0
