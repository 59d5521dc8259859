"""业务系统 in the register (obligations 8.1, 8.2): who registers one, what is refused, what its calls say of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.key_scopes import Scope
from gateway.edge.origins import SystemCalls
from ledger.database import transaction
from ledger.registry import keys, unit_changes
from ledger.registry.keys import Caller
from ledger.tables.registry import SystemCall, Unit
from settings import settings
from tests.gateway.conftest import ADMIN, OTHER, REQUESTER, Api
from tests.ledger.acting import all_of, do

SYSTEM = {"name": "演示审批系统", "unit": "370402-PERMIT"}


def put(api: Api, code: str, person: str = ADMIN, **changes: Any) -> dict[str, Any]:
    answer = api.call("PUT", f"/v1/registry/systems/{code}", person, json=SYSTEM | changes)
    return {"status": answer.status_code, **answer.json()}


def listed(api: Api, code: str) -> dict[str, Any]:
    (found,) = api.get(f"/v1/registry/systems?q={code}", ADMIN).json()["items"]
    return dict(found)


def test_a_system_is_connected_once_it_called_and_its_last_call_is_kept(api: Api) -> None:
    """Obligation 8.1."""
    first = put(api, "s-called")
    assert (first["level"], first["should_connect"], first["first_call_at"], first["scopes"]) == ("district", True, None, [])
    assert "还没有密钥" in first["remarks"][0]
    key = do(keys.make, system="s-called", scopes=[Scope.CASES], now=settings().now(), actor="test")
    assert listed(api, "s-called")["scopes"] == ["cases"] and listed(api, "s-called")["remarks"] == ["应对接而尚未对接。"]
    nobody = {"Authorization": f"Bearer {key}"}
    assert api.request("GET", "/v1/me", headers=nobody).status_code == 401
    assert listed(api, "s-called")["first_call_at"] is None, "a call that names nobody is none"
    assert api.request("GET", "/v1/me", headers=nobody | {"Proofless-Acting-Person": REQUESTER}).status_code == 200
    found = listed(api, "s-called")
    assert found["first_call_at"] == found["last_call_at"] is not None and found["remarks"] == []


def test_each_days_first_and_last_call_stay_and_a_minute_costs_one_row(api: Api) -> None:
    put(api, "s-days")
    caller, calls, noon = Caller("x", "370402-PERMIT", frozenset(), "s-days"), SystemCalls(), settings().now().replace(hour=4)
    for after in (0, 59, 60, 119, 200, 24 * 3600):  # seconds
        calls.note(caller, noon + timedelta(seconds=after))
    SystemCalls().note(caller, noon + timedelta(seconds=30))  # another process, later: the day's last call stays the last
    calls.note(Caller("x", "370402-PERMIT", frozenset()), noon)  # a person's own key
    days = sorted(all_of(SystemCall, system="s-days"), key=lambda day: day.first_at)
    assert [((one.first_at - noon).total_seconds(), (one.last_at - noon).total_seconds()) for one in days] == [(0, 200), (86400, 86400)]


def test_what_was_built_above_the_city_need_not_connect_unless_somebody_says_so(api: Api) -> None:
    """Obligation 8.2."""
    assert put(api, "s-above", level="province")["should_connect"] is False
    assert put(api, "s-above", level="nation", should_connect=True)["should_connect"] is True
    assert put(api, "s-above", level="city", should_connect=False, why_not="只在内部使用")["remarks"] == []
    assert put(api, "s-above", level="village")["code"] == "invalid"
    assert put(api, "s-above", why_not="甲的号码是370402188102020017")["code"] == "invalid"


@pytest.mark.parametrize("person", [REQUESTER, OTHER])
def test_registering_is_the_offices_and_the_administrators(api: Api, person: str) -> None:
    assert put(api, "s-mine", person)["code"] == "not_allowed"
    assert api.get("/v1/registry/systems", person).json()["code"] == "not_allowed"


def test_a_system_with_a_key_stays_with_its_unit(api: Api) -> None:
    """Its key names people of the unit: moved, it would act for another's."""
    put(api, "s-moves")
    do(keys.make, system="s-moves", now=settings().now(), actor="test")
    refused = put(api, "s-moves", unit="370402-CIVIL")
    assert (refused["status"], refused["code"]) == (422, "system_refused") and "先吊销密钥" in refused["detail"]
    do(keys.revoke, system="s-moves", now=settings().now())
    moved = put(api, "s-moves", unit="370402-CIVIL")
    assert (moved["unit"], moved["waits"]["after"]) == ("370402-PERMIT", {"unit": "370402-CIVIL"}), "a second person confirms"


def test_a_system_that_was_ended_is_back_in_use_by_two_persons(api: Api) -> None:
    assert put(api, "s-ended")["waits"] is None, "a new one opens nothing: it has no key"
    assert put(api, "s-ended", active=False)["active"] is False
    again = put(api, "s-ended")
    assert again["active"] is False and again["waits"]["after"] == {"active": True}


def test_who_says_that_the_districts_own_need_not_connect_says_why(api: Api) -> None:
    refused = put(api, "s-exempt", should_connect=False)
    assert refused["code"] == "system_refused" and "须写明原因" in refused["detail"]
    assert put(api, "s-exempt", should_connect=False, why_not="即将停用")["should_connect"] is False


@pytest.mark.parametrize("unit", ["X-NONE", "X-CLOSED", "X-MERGED"])
def test_a_system_is_of_a_unit_in_use(api: Api, unit: str) -> None:
    with transaction() as session:
        session.merge(Unit(code="X-CLOSED", name="演示停用单位", kind="government", active=False))
        if session.get(Unit, "X-MERGED") is None:
            session.add(Unit(code="X-MERGED", name="演示并入单位", kind="government"))
            session.flush()
            at = settings().now()
            unit_changes.merge(session, "X-MERGED", "370402-CIVIL", at=at, document="x", now=at, actor="test")
    refused = put(api, "s-of-nobody", unit=unit)
    assert (refused["code"], refused["status"]) == ("system_refused", 422) and "不在名录中或已停用" in refused["detail"]


def test_the_entered_register_says_where_systems_are_registered_now(api: Api) -> None:
    values = {"系统": "演示系统", "层级": "区级", "已对接": "否"}
    refused = api.post("/v1/entered-registers/systems", ADMIN, json={"values": values, "unit": "370402-PERMIT"}).json()
    assert refused["code"] == "entry_refused" and "/v1/registry/systems" in refused["detail"]
    kinds = {one["kind"]: one["moved"] for one in api.get("/v1/entered-registers", ADMIN).json()["items"]}
    assert [kind for kind, moved in kinds.items() if moved] == ["systems"]
