"""Cancel in Prefect is 暂停执行: the case stops before its next effect, says so, and goes on after `resume`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2.extensions
import pytest

from ledger.database import transaction
from ledger.lifecycle import leases
from runtime.services.postgres import Cluster
from tests.endtoend.acting import Api, well_again
from tests.endtoend.counting import assert_delivered_once, count
from tests.patience import wait_until
from tests.stack import Stack

CANCELLED = "由运维暂停"


def run_of(number: str) -> UUID:
    """The flow run that tells this verification's story."""
    found: list[UUID] = []

    def bound() -> bool:
        with transaction() as session:
            run = leases.binding(session, number).flow_run
        found[:] = [run] if run else []
        return run is not None

    wait_until(bound, 15, f"{number} has a flow run")
    return found[0]


def state_of(stack: Stack, number: str) -> tuple[str, str]:
    run = stack.prefect.run_of(run_of(number))
    return run["state_type"], run["state_name"]


def cancel(stack: Stack, number: str) -> UUID:
    """As the UI's button does it."""
    run = run_of(number)
    body = {"state": {"type": "CANCELLING", "name": "Cancelling"}, "force": False}
    stack.prefect.http.post(f"/flow_runs/{run}/set_state", json=body).raise_for_status()
    return run


def assert_paused(stack: Stack, department: Api, administrator: Api, number: str, state: str) -> None:
    """The ledger, Prefect, `stuck` and `health` all say that it is paused, and where it stopped."""
    wait_until(lambda: department.see(number)["paused"], 15, f"{number} paused")
    wait_until(lambda: state_of(stack, number) == ("CANCELLED", CANCELLED), 15, "the run cancelled")
    assert department.see(number)["state"] == state
    assert department.story(number)[-1] == "paused"
    line = administrator.stuck(number)
    assert (line["code"], "运维暂停" in line["reason"], "恢复" in line["remedy"]) == ("paused", True, True)
    wait_until(lambda: administrator.get("/health")["alarms"].get("paused"), 5, "health counts it")


def resume(administrator: Api, number: str) -> None:
    administrator.http.post(f"/v1/stuck/{number}/resume").raise_for_status()


def wait_runs_again(stack: Stack, cancelled: UUID, number: str) -> None:
    """Another run: the cancelled one stays in Prefect as it is."""
    wait_until(lambda: run_of(number) != cancelled, 15, "a new flow run")
    assert stack.prefect.run_of(cancelled)["state_type"] == "CANCELLED"


def test_while_it_waits(stack: Stack, department: Api, office: Api, administrator: Api) -> None:
    number = department.file("P-HARDSHIP", "演示壬申")["number"]
    due = department.wait_for(number, "awaiting_reply")["due_at"]
    wait_until(lambda: state_of(stack, number)[0] == "SCHEDULED", 15, "the run waits")
    cancelled = cancel(stack, number)
    assert_paused(stack, department, administrator, number, "awaiting_reply")
    assert department.see(number)["due_at"] == due, "the clock runs on"

    office.reply(office.asked(number)["id"])
    time.sleep(4)  # longer than a poll, a reconciliation and a look for cancelled runs
    assert state_of(stack, number) == ("CANCELLED", CANCELLED)
    assert department.see(number)["state"] == "to_be_sealed", "a reply is taken, and starts nothing"

    resume(administrator, number)
    department.wait_for(number, "delivered")
    assert_delivered_once(number)
    wait_runs_again(stack, cancelled, number)


def test_while_it_looks_up(stack: Stack, department: Api, administrator: Api) -> None:
    # Each of a look-up's four calls: the pass is inside for six seconds, longer than a Cancel takes to be seen.
    stack.fault("licence_library", fault="slow", seconds=1.6)
    number = department.file("P-HOUSEHOLD", "演示癸酉")["number"]
    wait_until(lambda: state_of(stack, number)[0] == "RUNNING", 15, "the pass at work")
    cancelled = cancel(stack, number)
    assert_paused(stack, department, administrator, number, "looking_up")
    assert count("lookups", number) == 0, "the answer came after the pause"
    well_again(stack)
    resume(administrator, number)
    department.wait_for(number, "delivered")
    assert_delivered_once(number)
    wait_runs_again(stack, cancelled, number)


def test_between_signing_and_keeping(stack: Stack, department: Api, administrator: Api, superuser: psycopg2.extensions.connection) -> None:
    """The seal's use is on the record, the signature is made, the proof is not kept: `resume` continues that use."""
    with locked(superuser, "proofs"):
        number = department.file("P-HOUSEHOLD", "演示甲戌")["number"]
        wait_until(lambda: waiting_for(superuser, "proofs"), 20, "the signed proof about to be kept")
        cancel(stack, number)
        wait_until(lambda: department.see(number)["paused"], 15, "paused")
    assert_paused(stack, department, administrator, number, "to_be_sealed")
    assert (count("seal_uses", number), count("proofs", number)) == (1, 0)
    resume(administrator, number)
    department.wait_for(number, "delivered")
    assert_delivered_once(number)
    assert department.story(number).count("seal_started") == 1


def test_between_signing_and_delivering(
    stack: Stack,
    department: Api,
    administrator: Api,
    superuser: psycopg2.extensions.connection,
    second_superuser: psycopg2.extensions.connection,
) -> None:
    """The pass is held while it keeps the proof; the pause queues behind it and comes before the delivery."""
    # PostgreSQL wakes who waits for a row, and keeps it from nobody meanwhile: on a busy machine the pass's next
    # transaction may be the faster one, which the test below is about.
    for person in ("演示乙亥", "演示丁丑", "演示戊寅"):
        number = cancelled_while_it_keeps(stack, department, superuser, second_superuser, person)
        wait_until(lambda one=number: settled(department.see(one)), 15, f"{number} paused or delivered")
        if department.see(number)["paused"]:
            break
    assert_paused(stack, department, administrator, number, "to_be_delivered")
    assert (count("proofs", number), count("deliveries", number)) == (1, 0)
    assert department.http.get(f"/v1/verifications/{number}/proof.pdf").status_code == 404
    resume(administrator, number)
    department.wait_for(number, "delivered")
    assert_delivered_once(number)


def cancelled_while_it_keeps(
    stack: Stack, department: Api, first: psycopg2.extensions.connection, second: psycopg2.extensions.connection, person: str
) -> str:
    with ExitStack() as row:
        with locked(first, "proofs"):
            number: str = department.file("P-HOUSEHOLD", person)["number"]
            wait_until(lambda: waiting_for(first, "proofs"), 20, "the signed proof about to be kept")
            run_of(number)  # shown as running by now
            row.enter_context(held_row(second, number))
        wait_until(lambda: waiting_for_a_row(first, "%WITH given%"), 20, "the proof kept, not yet committed")
        cancel(stack, number)
        wait_until(lambda: waiting_for_a_row(first, "SELECT verifications.%"), 20, "the pause behind it")
    return number


def settled(seen: dict[str, Any]) -> bool:
    return bool(seen["paused"]) or seen["state"] == "delivered"


def test_a_cancel_that_comes_too_late_leaves_no_run_behind(stack: Stack, department: Api) -> None:
    """Delivered in the ledger while Prefect says Cancelling: the run must end all the same."""
    number = department.file("P-HOUSEHOLD", "演示丙子", wait=20)["number"]
    run = run_of(number)
    wait_until(lambda: stack.prefect.run_of(run)["state_type"] == "COMPLETED", 15, "completed")
    body = {"state": {"type": "CANCELLING", "name": "Cancelling"}, "force": True}
    stack.prefect.http.post(f"/flow_runs/{run}/set_state", json=body).raise_for_status()
    wait_until(lambda: state_of(stack, number) == ("COMPLETED", "已送达"), 15, "the run ended as the ledger says")
    assert_delivered_once(number)


def test_a_run_that_is_nobodys_is_ended(stack: Stack, department: Api) -> None:
    """Started by hand in the UI for a number that has its run, or for none at all: else it would be due for ever."""
    number = department.file("P-HARDSHIP", "演示丁丑")["number"]
    department.wait_for(number, "awaiting_reply")
    wait_until(lambda: state_of(stack, number)[0] == "SCHEDULED", 15, "the run waits")
    for stray in (number, "HY20260304AAAAAAAA"):
        run = start_by_hand(stack, stray)
        wait_until(lambda run=run: stack.prefect.run_of(run)["state_type"] == "CANCELLED", 15, "the stray run ended")
    assert state_of(stack, number)[0] == "SCHEDULED"
    assert department.see(number)["paused"] is False


def start_by_hand(stack: Stack, number: str) -> str:
    deployment = stack.prefect.http.get("/deployments/name/verification/main").raise_for_status().json()["id"]
    answer = stack.prefect.http.post(f"/deployments/{deployment}/create_flow_run", json={"parameters": {"number": number}})
    found: str = answer.raise_for_status().json()["id"]
    return found


@pytest.fixture
def superuser(installation: tuple[Path, Cluster], ledger: str) -> Iterator[psycopg2.extensions.connection]:
    connection = installation[1].connect(ledger)
    yield connection
    connection.close()


second_superuser = superuser


@contextmanager
def locked(connection: psycopg2.extensions.connection, table: str) -> Iterator[None]:
    """Nobody writes into the table; everybody reads it."""
    with connection.cursor() as cursor:
        cursor.execute(f"BEGIN; LOCK TABLE {table} IN SHARE MODE")
        try:
            yield
        finally:
            cursor.execute("COMMIT")


def waiting_for(connection: psycopg2.extensions.connection, table: str) -> bool:
    return _any(connection, "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = %s::regclass", table)


@contextmanager
def held_row(connection: psycopg2.extensions.connection, number: str) -> Iterator[None]:
    """Nobody changes this verification."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM verifications WHERE number = %s FOR NO KEY UPDATE", (number,))
        try:
            yield
        finally:
            cursor.execute("COMMIT")


def waiting_for_a_row(connection: psycopg2.extensions.connection, words: str) -> bool:
    """Somebody, by a statement of these words, wants to change a verification that another transaction holds. Not asked
    within a transaction, for which the picture of what others do stands still."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
    return _any(connection, waits, words)


def _any(connection: psycopg2.extensions.connection, query: str, *values: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone() is not None
