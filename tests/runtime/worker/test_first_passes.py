"""新受理 taken from the ledger: in turn, fairly, one worker each; Prefect told once, in whatever state it has come to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from sqlalchemy import create_engine, event, text

from domain.lifecycle import State
from domain.limits import HandlingType
from domain.status import Status
from ledger.actor import Filer
from ledger.casework import attention
from ledger.database import engine, transaction
from ledger.lifecycle import fresh, leases
from runtime.services.blueprint import CASES
from runtime.worker.new_runs import NewRuns
from runtime.worker.runs import Runs
from settings import settings
from tasks import states
from tests.ledger.acting import at_once, do, row, set_columns
from tests.ledger.filing import NOW, UNIT, file
from tests.stack import PrefectServer

OTHER = Filer("370402-JUSTICE", "demo-justice-1")


def taken(limit: int, worker: str = "w1/a") -> list[str]:
    return [one.lease.number for one in do(fresh.take, worker, limit)]


def test_of_two_workers_each_takes_its_own(ledger: str) -> None:
    numbers = {file() for _ in range(6)}
    found = at_once(*[lambda worker=worker: taken(3, worker) for worker in ("w1/a", "w2/b")])
    assert sorted(number for some in found for number in some) == sorted(numbers)
    assert taken(9) == []
    assert do(leases.claim_wakes) == [] and do(fresh.waiting) == (0, 0)


def test_a_units_own_rush_waits_behind_the_others_and_what_is_short_goes_first(ledger: str) -> None:
    rush = [file(now=NOW + timedelta(seconds=second)) for second in range(5)]
    other = file(filer=OTHER, now=NOW + timedelta(minutes=1))
    short = file(handling=HandlingType.IMMEDIATE, promise_end=None, now=NOW + timedelta(minutes=2))
    assert do(fresh.waiting) == (1, 6)
    assert set(taken(1)) == {short}
    assert set(taken(2)) == {rush[0], other}
    assert set(taken(2)) == set(rush[1:3])


def test_beside_a_rush_only_what_is_short_is_taken_one_by_one(ledger: str) -> None:
    file(), file(filer=OTHER)
    short = [file(handling=HandlingType.IMMEDIATE, promise_end=None, now=NOW + timedelta(seconds=second)) for second in range(2)]
    found = do(fresh.take, "w1/a", 9, short=True)
    assert {one.lease.number for one in found} == set(short)
    assert do(fresh.take, "w1/a", 9, short=True) == [] and do(fresh.waiting) == (0, 2)
    assert len(do(fresh.take, "w1/a", 9, short=False)) == 2


@pytest.mark.parametrize("short", [None, False, True])
def test_a_line_that_has_grown_since_the_statistics_were_made_is_put_in_order_once(ledger: str, owner_url: str, short: bool | None) -> None:
    """A rush's first minute: planned for a line of one, it was made again for each that waited, 140 ms for two hundred."""
    for second in range(30):
        file(now=NOW + timedelta(seconds=second), **{"handling": HandlingType.IMMEDIATE, "promise_end": None} if second % 2 else {})
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(text("UPDATE verifications SET wake_requested_at = NULL"))
        connection.execute(text("ANALYZE verifications, cases"))
        connection.execute(text("UPDATE verifications SET wake_requested_at = clock_timestamp()"))
    owner.dispose()
    asked = list[tuple[str, Any]]()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine(), "before_cursor_execute", note)
    try:
        assert len(do(fresh.take, "w1/a", 3, short=short)) == 3
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    with transaction() as session:
        cursor = session.connection().connection.cursor()
        ((statement, parameters),) = [one for one in asked if one[0].startswith("UPDATE verifications")]
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        ((plans,),) = cursor.fetchall()
        session.rollback()
    assert {node["Actual Loops"] for node in nodes(plans[0]["Plan"]) if node["Node Type"] in ("WindowAgg", "Sort")} == {1}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def test_what_is_paused_leased_withdrawn_or_has_its_run_is_left(ledger: str) -> None:
    paused, withdrawn, leased, told, mine = (file() for _ in range(5))
    do(attention.pause, paused, now=NOW, actor="test")
    do(attention.withdraw, withdrawn, now=NOW, actor="test")
    assert do(leases.acquire, leased, "w2/b") is not None
    set_columns(leased, wake_requested_at=NOW)
    do(leases.bind_run, told, UUID(int=1), 0)
    assert taken(9) == [mine]
    assert set(do(leases.claim_wakes)) == {withdrawn, told}


def test_a_long_line_is_none_that_is_lost(ledger: str) -> None:
    number = file(now=settings().now() - timedelta(minutes=10))
    set_columns(number, wake_requested_at=datetime.now(UTC) - timedelta(minutes=10))
    assert do(leases.suspects) == []
    set_columns(number, wake_requested_at=None)
    assert [one.number for one in do(leases.suspects)] == [number], "in no line, and nobody works on it"


def test_how_long_it_will_be_waited_for_is_told_by_its_place_and_by_what_has_ended_since_the_line_began(ledger: str) -> None:
    alone = file(now=NOW)
    assert do(fresh.expected_seconds, alone, now=NOW) is None, "nothing has ended yet: nobody knows"
    do(attention.withdraw, file(now=NOW), now=NOW + timedelta(seconds=5), actor="test")
    rush = [file(now=NOW + timedelta(seconds=second)) for second in range(1, 4)]
    other = file(filer=OTHER, now=NOW + timedelta(seconds=9))

    def told(number: str) -> float | None:
        return do(fresh.expected_seconds, number, now=NOW + timedelta(seconds=10))

    assert (told(alone), told(rush[2])) == (10, 50), "one in ten seconds: the fifth in fifty"
    assert told(other) == 20, "behind one of the rush, not behind all"
    assert taken(1) == [alone] and told(alone) is None


@pytest.fixture
def server(ledger: str, prefect: PrefectServer) -> Iterator[PrefectServer]:
    """No worker polls it."""
    with temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_API_AUTH_STRING: f"admin:{prefect.secret}"}):
        yield prefect
    prefect.clear()


def made(number: str, now: Status, *more: Status) -> list[UUID]:
    async def inside() -> list[UUID]:
        async with get_client() as client:
            new = NewRuns(client)
            return [await new.make(number, 0, states.ended(one), [UNIT]) for one in (now, *more)]

    return asyncio.run(inside())


def test_prefect_learns_the_number_and_the_unit_alone_and_repeats_make_one_run(server: PrefectServer) -> None:
    number = file()
    delivered = Status(number, State.DELIVERED, None, None)
    first, again = made(number, delivered, Status(number, State.CLOSED, None, None))
    assert first == again
    run = server.run_of(first)
    assert (run["name"], run["parameters"], run["tags"]) == (number, {"number": number}, [UNIT])
    assert (run["state_type"], server.history(first)) == ("COMPLETED", ["已送达", "人工办结"])
    assert (run["work_pool_name"], run["work_queue_name"]) == (settings().work_pool, CASES)


def test_one_that_ended_before_prefect_heard_of_it_is_told_all_the_same(server: PrefectServer) -> None:
    number = file()
    do(attention.withdraw, number, now=NOW, actor="test")

    async def align() -> None:
        async with get_client() as client:
            await Runs(client).align(number)

    asyncio.run(align())
    run = row(number).flow_run
    assert run is not None and server.history(run) == ["已撤回"]
