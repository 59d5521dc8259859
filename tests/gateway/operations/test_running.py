"""运行情况: each line against what was done to a ledger, through the API that the page stands on."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.lifecycle import State
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.lifecycle.snapshots import step_context
from ledger.methods import sharing
from ledger.outbox import alarms
from settings import settings
from tests.gateway.casework import ask, lease, look_up, release
from tests.gateway.conftest import ADMIN, ISSUER, Api


def running(api: Api) -> dict[str, Any]:
    answer = api.get("/v1/running", ADMIN)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def one_of(items: list[dict[str, Any]], key: str, value: str) -> dict[str, Any]:
    (found,) = (one for one in items if one[key] == value)
    return found


def fail(api: Api, code: str) -> str:
    """The source does not answer about a new verification, which the next method takes on."""
    api.begin()
    number = api.filed()
    held, now = lease(number), settings().now()
    with transaction() as session:
        sharing.take_up(session, [held], "worker:test", now=now)
    with transaction() as session:
        about = step_context(session, number)
        sharing.fall_back(session, about, State.LOOKING_UP, f"source_failed:{code}", at=now, actor="worker:test", lease=held, failing=True)
    release(number)
    return number


def test_a_source_is_ill_from_its_failure_to_its_next_answer(api: Api) -> None:
    assert one_of(running(api)["sources"], "source", "licence_library")["answered"] == 0  # the list names it, nobody asked
    api.begin()
    look_up(api.filed())
    well = one_of(running(api)["sources"], "source", "licence_library")
    assert (well["answered"], well["failed"], well["failure"], well["number"]) == (1, 0, None, None)
    assert well["name"] != "licence_library" and well["seconds"] == 0
    fail(api, "slow")
    newest = fail(api, "breaker_open")
    with transaction() as session:
        run = uuid4()
        session.execute(text("UPDATE verifications SET flow_run = :run WHERE number = :number"), {"run": run, "number": newest})
    ill = one_of(running(api)["sources"], "source", "licence_library")
    assert (ill["answered"], ill["failed"], ill["failure"], ill["number"]) == (1, 2, "breaker_open", newest)
    assert ill["flow_run"] == str(run)
    api.begin()
    look_up(api.filed())
    again = one_of(running(api)["sources"], "source", "licence_library")
    assert (again["answered"], again["failed"], again["failure"], again["number"]) == (2, 2, None, None)


def test_a_queue_has_its_oldest_request_and_what_nobody_took(api: Api) -> None:
    filed = []
    for _ in range(2):
        api.begin()
        number = api.filed(proof="P-HARDSHIP")
        filed.append((number, ask(number)))
    (oldest, request), _ = filed
    api.post(f"/v1/inbox/{request}/claim", ISSUER)
    before = one_of(running(api)["queues"], "oldest", oldest)
    assert (before["waiting"], before["unclaimed"], before["late"]) == (2, 1, 0)
    with transaction() as session:
        session.execute(text("UPDATE requests SET withdrawn_at = :now WHERE id = :id"), {"now": settings().now(), "id": request})
    after = one_of(running(api)["queues"], "unit", before["unit"])
    assert (after["waiting"], after["unclaimed"], after["oldest"]) == (1, 1, filed[1][0])


def test_workers_are_there_or_gone_with_what_they_do(api: Api) -> None:
    api.begin()
    number = api.filed()
    with transaction() as session:
        leases.enlist(session, "worker-7", "worker-7/a")
        leases.enlist(session, "worker-8", "worker-8/a")
    with transaction() as session:
        assert leases.acquire(session, number, "worker-7/a") is not None
        leases.dismiss(session, "worker-8", "worker-8/a")
    found = running(api)
    assert [(one["name"], one["alive"], one["busy"]) for one in found["workers"]] == [("worker-7", True, 1), ("worker-8", False, 0)]
    assert found["line"]["busy"] == 1
    with transaction() as session:
        leases.dismiss(session, "worker-7", "worker-7/a")
    assert [one["alive"] for one in running(api)["workers"]] == [False, False]


def test_an_alarm_has_its_title_and_its_run(api: Api) -> None:
    api.begin()
    number, now, run = api.filed(), settings().now(), uuid4()
    with transaction() as session:
        session.execute(text("UPDATE verifications SET flow_run = :run WHERE number = :number"), {"run": run, "number": number})
        alarms.raise_alarm(session, "paused", number, f"{number}:由运维暂停。", now=now)
        alarms.raise_alarm(session, "duty_gap", "370402-GUANGMING", "值守有空缺。", now=now)
    found = running(api)["alarms"]
    paused = one_of(found, "subject", number)
    assert (paused["title"], paused["flow_run"]) == ("有核验被暂停", str(run))
    gap = one_of(found, "subject", "370402-GUANGMING")
    assert (gap["title"], gap["flow_run"]) == ("值守有空缺", None)
    with transaction() as session:
        alarms.clear_alarms(session, ["paused", "duty_gap"], [number, "370402-GUANGMING"], now=now)
    assert running(api)["alarms"] == []


def test_an_alarm_that_people_could_not_read_is_none() -> None:
    with pytest.raises(ValueError, match="of_no_title"), transaction() as session:
        alarms.raise_alarm(session, "of_no_title", "x", "x", now=settings().now())


def test_the_largest_tables_are_those_that_postgresql_says(api: Api) -> None:
    found = running(api)
    with transaction() as session:
        every = text(
            "SELECT tablename, pg_total_relation_size(format('%I', tablename)::regclass) FROM pg_tables WHERE schemaname = 'public'"
        )
        sizes = dict(session.execute(every).tuples().all())
    listed = [one["size"] for one in found["tables"]]
    assert listed == sorted(listed, reverse=True) and listed[0] == max(sizes.values())
    assert all(sizes[one["name"]] == one["size"] for one in found["tables"]) and sum(listed) < found["size"]
