"""An operator's hands in Prefect while the whole system runs: told at once in `health`, healed, and the work goes on."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from ledger.database import transaction
from runtime.services import prefect_server
from runtime.worker.reconciler import Reconciler
from tests.endtoend.acting import Api
from tests.patience import wait_until
from tests.stack import Stack

POOL = "/work_pools/proofless"


def repair(stack: Stack) -> list[str]:
    async def inside() -> list[str]:
        async with prefect_server.asking(stack.prefect.url, stack.prefect.secret) as http:
            return await Reconciler(http).repair()

    return asyncio.run(inside())


def test_a_paused_pool_is_named_by_health_and_repaired(stack: Stack, department: Api, office: Api, administrator: Api) -> None:
    waits = department.file("P-HARDSHIP", "演示乙丑")["number"]
    department.wait_for(waits, "awaiting_reply")
    stack.prefect.http.patch(POOL, json={"is_paused": True}).raise_for_status()
    number = department.file("P-HOUSEHOLD", "演示甲子")["number"]
    wait_until(lambda: administrator.http.get("/health").status_code == 503, 40, "health says that work stands")
    found = administrator.http.get("/health").json()
    assert (found["prefect"], len(found["workers"]), found["ok"]) == (True, 1, False)
    assert any("工作池 proofless" in cause and "./run repair" in cause for cause in found["causes"])
    department.wait_for(number, "delivered")  # what is new needs no pool; what was answered does
    office.reply(office.asked(waits)["id"])
    assert department.see(waits)["state"] == "to_be_sealed"
    assert repair(stack) == ["已恢复:工作池 proofless 的暂停"]
    department.wait_for(waits, "delivered")
    wait_until(lambda: administrator.http.get("/health").json()["causes"] == [], 40, "the alarm ends")


def test_the_pool_is_deleted_while_cases_wait_and_others_are_filed(stack: Stack, department: Api, office: Api) -> None:
    waits = department.file("P-HARDSHIP", "演示乙未")["number"]
    department.wait_for(waits, "awaiting_reply")
    deployment = stack.prefect.http.get("/deployments/name/verification/main").raise_for_status().json()["id"]
    stack.prefect.http.delete(f"/deployments/{deployment}").raise_for_status()
    stack.prefect.http.delete(POOL).raise_for_status()
    filed = [department.file("P-HOUSEHOLD", name)["number"] for name in ("演示甲子", "演示癸酉")]
    for number in filed:
        department.wait_for(number, "delivered", seconds=120)
    office.reply(office.asked(waits)["id"])
    department.wait_for(waits, "delivered", seconds=120)


def test_postgresql_says_which_program_each_connection_is_of(stack: Stack, department: Api) -> None:
    department.wait_for(department.file("P-HOUSEHOLD", "演示甲子")["number"], "delivered")
    with transaction() as session:
        asked = "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        names = set(session.execute(text(asked)).scalars())
    assert {"proofless/gateway", "proofless/gateway/listener", "proofless/worker-1", "proofless/worker-1/listener"} <= names
