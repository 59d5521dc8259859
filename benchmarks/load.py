"""Departments at work: cases and verifications filed over HTTP at a steady rate or all at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx

from sandbox.licences import HOUSEHOLD_REGISTER, LIBRARY
from sandbox.licences import State as LicenceState
from sandbox.people import Person

WAIT_SECONDS = 30
SHARED, ASKED = "P-HOUSEHOLD", "P-HARDSHIP"  #: what shared data answer, and what a unit is asked for
#: Everybody whose household register is found by shared data.
PEOPLE = [
    licence.holder
    for licence in LIBRARY
    if licence.type_code == HOUSEHOLD_REGISTER
    and licence.state is LicenceState.VALID
    and isinstance(licence.holder, Person)
    and "多证" not in licence.holder.name
]


@dataclass
class Load:
    """What a load did: seconds from request to proof for each verification, and the whole's length."""

    latencies: list[float] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0.0
    numbers: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0


async def steady(
    base_url: str, key: str, per_second: float, count: int, begin: Callable[[], None] = lambda: None, proof: str = SHARED
) -> Load:
    """`count` verifications, one begun each 1/`per_second` seconds, whatever became of those before. `begin` is called when
    their cases are registered."""
    return await _run(base_url, key, [index / per_second for index in range(count)], begin, proof)


async def burst(base_url: str, key: str, count: int, begin: Callable[[], None] = lambda: None) -> Load:
    """`count` shared-data verifications, all begun at once."""
    return await _run(base_url, key, [0.0] * count, begin, SHARED)


async def _run(base_url: str, key: str, starts: list[float], begin: Callable[[], None], proof: str) -> Load:
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=WAIT_SECONDS + 30, limits=limits, trust_env=False) as http:
        people = [PEOPLE[index % len(PEOPLE)] for index in range(len(starts))]
        cases = [await register_case(http, person) for person in people]
        begin()
        load, began = Load(), time.monotonic()

        async def one(index: int) -> None:
            await asyncio.sleep(max(0.0, began + starts[index] - time.monotonic()))
            sent = time.monotonic()
            number = await verify(http, cases[index], people[index], proof)
            if number is None:
                load.failed += 1
                return
            load.latencies.append(time.monotonic() - sent)
            load.numbers.append(number)

        await asyncio.gather(*(one(index) for index in range(len(starts))))
        load.seconds = time.monotonic() - began
    return load


async def register_case(http: httpx.AsyncClient, *people: Person) -> str:
    now, number = datetime.now(UTC), f"BENCH-{uuid4().hex[:12]}"
    body = {
        "matter": "DEMO-0001",
        "handling": "promised",
        "accepted_at": now.isoformat(),
        "promise_end": (now + timedelta(days=5)).isoformat(),
        "channel": "window",
        "parties": [{"role": "applicant", **as_json(person)} for person in people],
    }
    (await http.put(f"/v1/cases/{number}", json=body)).raise_for_status()
    return number


async def verify(http: httpx.AsyncClient, case: str, person: Person, proof: str) -> str | None:
    """From the request until the sealed PDF is there to be fetched; None where it did not come in time."""
    answer = await http.post(
        "/v1/verifications",
        json={"case_number": case, "proof": proof, "party": as_json(person)},
        headers={"Idempotency-Key": uuid4().hex, "Prefer": f"wait={WAIT_SECONDS}"},
    )
    answer.raise_for_status()
    body = answer.json()
    give_up = time.monotonic() + 4 * WAIT_SECONDS
    while body["state"] != "delivered":
        if time.monotonic() > give_up:
            return None
        await asyncio.sleep(0.25)
        body = (await http.get(f"/v1/verifications/{body['number']}")).raise_for_status().json()
    number: str = body["number"]
    return number


def as_json(person: Person) -> dict[str, str]:
    return {"id_type": "citizen_id", "id_number": person.id_number, "name": person.name}
