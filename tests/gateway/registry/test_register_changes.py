"""登记变更: roles and names that proofs bear take two persons; who changed what is read with before and after."""

from __future__ import annotations

import ast
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from domain.register_changes import Register, RegisterChangeStatus
from ledger.database import transaction
from ledger.lifecycle import snapshots
from ledger.registry import register_changes, registry
from ledger.registry.register_checks import RegisterRefused
from ledger.tables.register_changes import RegisterChange
from ledger.tables.registry import Person, Unit
from settings import ROOT, settings
from tests.gateway.conftest import ADMIN, PUBLISHER, REQUESTER, Api
from tests.ledger.acting import all_of, do

SECOND, UNIT = "second-admin", "370402-PERMIT"


@pytest.fixture(scope="module", autouse=True)
def second(served: Api) -> None:
    do(registry.put_people, [{"code": SECOND, "unit": "370402-JUSTICE", "name": "演示第二人", "roles": ["administrator"]}])


def imported(*rows: dict[str, Any], register: Register = Register.PEOPLE) -> list[RegisterChange]:
    return do(register_changes.put, register, rows, actor="operator:clerk", now=settings().now())


def person(**changes: Any) -> dict[str, Any]:
    return {"code": f"p-{uuid4().hex[:8]}", "unit": UNIT, "name": "演示新人", "roles": ["office"]} | changes


def confirm(api: Api, change: RegisterChange | str, who: str = ADMIN) -> Any:
    return api.post(f"/v1/registry/changes/{change if isinstance(change, str) else change.id}/confirm", who)


def test_roles_of_an_import_open_nothing_until_somebody_confirms(api: Api) -> None:
    row = person()
    (change,) = imported(row)
    assert api.get("/v1/leads", row["code"]).json()["code"] == "not_allowed"
    assert imported(row)[0].id == change.id, "the same file again"
    done = confirm(api, change).json()
    assert (done["standing"], done["before"], done["after"]) == ("confirmed", {"roles": []}, {"roles": ["office"]})
    assert (done["proposed_by"], done["decided_by"]) == ("operator:clerk", f"person:{ADMIN}") and done["proposed_at"] <= done["decided_at"]
    assert api.get("/v1/leads", row["code"]).status_code == 200
    traced = api.get("/v1/traces", ADMIN, params={"place": "people", "subject": row["code"]}).json()["items"]
    assert [(one["by"], one["before"]) for one in traced][:1] == [(f"person:{ADMIN}", {"roles": []})]
    assert confirm(api, change, SECOND).json()["code"] == "register_change_refused"


def test_what_is_given_up_works_at_once_and_what_is_gained_waits(api: Api) -> None:
    row = person(roles=["office", "agent"])
    confirm(api, imported(row)[0])
    (change,) = imported(row | {"roles": ["agent", "publisher"]})
    assert all_of(Person, code=row["code"])[0].roles == ["agent"]
    assert imported(row | {"roles": ["agent"]}) == [] and confirm(api, change).json()["code"] == "register_change_refused"
    assert all_of(Person, code=row["code"])[0].roles == ["agent"]
    (moved,) = imported(row | {"roles": ["agent"], "unit": "370402-CIVIL"})
    assert all_of(Person, code=row["code"])[0].unit == UNIT
    assert confirm(api, moved).status_code == 200 and all_of(Person, code=row["code"])[0].unit == "370402-CIVIL"
    assert imported(row | {"roles": ["agent"], "unit": "370402-CIVIL", "active": False}) == []
    assert not all_of(Person, code=row["code"])[0].active
    (back,) = imported(row | {"roles": ["agent"], "unit": "370402-CIVIL", "active": True})
    assert back.after == {"active": True} and not all_of(Person, code=row["code"])[0].active


def test_nobody_confirms_the_own_roles_or_the_own_proposal(api: Api) -> None:
    (change,) = imported({"code": SECOND, "unit": "370402-JUSTICE", "name": "演示第二人", "roles": ["administrator", "publisher"]})
    assert "自己的岗位" in confirm(api, change, SECOND).json()["detail"]
    assert confirm(api, change, REQUESTER).json()["code"] == "not_allowed" == confirm(api, change, PUBLISHER).json()["code"]
    assert api.post(f"/v1/registry/changes/{change.id}/refuse", ADMIN).json()["standing"] == "refused"
    body = {"name": "演示更正后的名称", "kind": "government"}
    waits = api.call("PUT", "/v1/registry/units/370402-ARCHIVE", ADMIN, json=body).json()["waits"]
    assert "另一人" in confirm(api, waits["id"]).json()["detail"]
    assert confirm(api, str(uuid4())).json()["code"] == "register_change_unknown"
    assert confirm(api, waits["id"], SECOND).json()["after"] == {"name": "演示更正后的名称"}


def test_a_name_that_proofs_bear_prints_only_when_two_have_said_so(api: Api) -> None:
    number = api.filed()
    before = do(snapshots.step_context, number).unit_name
    sent = {"name": f"演示改名{uuid4().hex[:6]}", "kind": "government"}
    answer = api.call("PUT", f"/v1/registry/units/{UNIT}", ADMIN, json=sent).json()
    assert answer["name"] == before == do(snapshots.step_context, number).unit_name and answer["waits"]["after"] == {"name": sent["name"]}
    assert confirm(api, answer["waits"]["id"], SECOND).status_code == 200
    assert do(snapshots.step_context, number).unit_name == sent["name"]
    for register, code, body in (
        ("matters", "DEMO-0001", {"name": "演示改名事项", "unit": UNIT, "handling": "promised"}),
        ("proofs", "P-HOUSEHOLD", {"name": "演示改名证明", "basis": "《演示办法》"}),
    ):
        found = api.call("PUT", f"/v1/registry/{register}/{code}", ADMIN, json=body).json()
        assert found["name"] != body["name"] == found["waits"]["after"]["name"]
        assert api.post(f"/v1/registry/changes/{found['waits']['id']}/refuse", ADMIN).status_code == 200


def test_who_signs_a_proof_is_called_otherwise_only_when_two_have_said_so(api: Api) -> None:
    """A proof bears the name of who answered; and a row with another name gives its roles to another human being."""
    row = person(roles=["agent"])
    confirm(api, imported(row)[0])
    (change,) = imported(row | {"name": "演示另一人", "mail": "other@example.org"})
    assert all_of(Person, code=row["code"])[0].name == "演示新人" and change.after == {"name": "演示另一人"}
    assert confirm(api, change).json()["before"] == {"name": "演示新人"}
    assert all_of(Person, code=row["code"])[0].name == "演示另一人"


def test_what_changed_meanwhile_is_proposed_anew(api: Api) -> None:
    row = person(roles=[])
    imported(row)
    (change,) = imported(row | {"roles": ["agent"]})
    do(registry.put_people, [row | {"roles": ["supervisor"]}])
    assert "已经不同" in confirm(api, change).json()["detail"]


def test_a_new_unit_is_not_in_use_until_confirmed_and_a_name_is_taken_however_it_is_written(api: Api) -> None:
    taken = do(registry.unit_names)["370402-CIVIL"]
    code = f"X-{uuid4().hex[:6]}"
    for spelt in (taken, f" {taken[:3]} {taken[3:]}".strip(), f"({taken})"):
        with pytest.raises(RegisterRefused):
            imported({"code": code, "name": spelt, "kind": "government"}, register=Register.UNITS)
        if spelt == spelt.strip():
            sent = {"name": spelt, "kind": "government"}
            assert api.call("PUT", f"/v1/registry/units/{code}", ADMIN, json=sent).json()["code"] == "unit_name_taken"
    made = api.call("PUT", f"/v1/registry/units/{code}", ADMIN, json={"name": f"演示新单位{code}", "kind": "government"}).json()
    assert made["active"] is False and made["waits"]["after"] == {"active": True}
    confirm(api, made["waits"]["id"], SECOND)
    assert all_of(Unit, code=code)[0].active


def test_the_first_installation_says_so(api: Api) -> None:
    found = api.get("/v1/registry/changes?standing=installed&limit=1000", ADMIN).json()["items"]
    roles = {one["code"]: one["after"]["roles"] for one in found if one["registry"] == "people"}
    assert roles[ADMIN] == ["administrator", "office", "operator"] and {one["decided_by"] for one in found} == {"system:up"}


def test_nobody_makes_the_installation_new_again(api: Api) -> None:
    """Who takes their roles from all who could confirm would give the next ones alone."""
    with transaction() as session:
        who = select(Person).where(Person.active.is_(True), Person.roles.overlap(["administrator", "office"])).order_by(Person.code)
        confirming = [{"code": one.code, "unit": one.unit, "name": one.name, "roles": one.roles} for one in session.scalars(who)]
    assert len(confirming) > 1
    for gone in ({"active": False}, {"roles": ["agent"]}):
        with pytest.raises(register_changes.NobodyLeft):
            imported(*(one | gone for one in confirming))
    assert api.get("/v1/registry/changes", ADMIN).status_code == 200, "nothing was written"
    assert imported(person())[0].standing is RegisterChangeStatus.WAITING


def test_what_waits_is_not_confirmed_by_who_proposed_it_before_another_added_to_it(api: Api) -> None:
    code, name = f"X-{uuid4().hex[:6]}", f"演示新单位{uuid4().hex[:6]}"
    row = {"name": name, "kind": "government"}
    api.call("PUT", f"/v1/registry/units/{code}", ADMIN, json=row)
    (change,) = imported({"code": code, "name": f"{name}改", "kind": "government"}, register=Register.UNITS)
    assert change.after == {"active": True, "name": f"{name}改"}
    assert "另一人" in confirm(api, change, ADMIN).json()["detail"]
    assert confirm(api, change, SECOND).json()["standing"] == "confirmed"


def test_the_record_is_decided_once_and_never_goes(api: Api) -> None:
    (change,) = imported(person())
    confirm(api, change)
    for statement, says in (
        ("UPDATE register_changes SET decided_by = 'x'", "已经决定"),
        ("DELETE FROM register_changes", "denied|只增不改"),
    ):
        with transaction() as session, pytest.raises(DBAPIError, match=says):
            session.execute(text(statement))
    with transaction() as session, pytest.raises(DBAPIError, match="confirmed_by_another"):
        session.execute(
            text("INSERT INTO register_changes VALUES (:id, 'people', 'x', 'put', '{}', '{}', now(), 'a', 'confirmed', now(), 'a')"),
            {"id": uuid4()},
        )
    assert RegisterChangeStatus.CONFIRMED.label == "已确认"


def test_traces_are_read_in_pages_by_the_office_and_administrators(api: Api) -> None:
    assert api.get("/v1/traces", REQUESTER).json()["code"] == "not_allowed"
    first, second = api.get("/v1/traces?limit=4", ADMIN).json()["items"][:2], api.pages("/v1/traces", ADMIN, limit=1)
    assert [next(second), next(second)] == [[first[0]], [first[1]]]
    assert api.get("/v1/traces", ADMIN, params={"by": "nobody"}).json() == {"items": [], "next_cursor": None}


#: Who may write a register without a second person, and why.
ALONE = {
    "ledger/registry/register_changes.py": "the way itself",
    "catalog/directory.py": "what a list of matters says; printed only once three persons have published the list",
}


def test_nobody_writes_a_register_beside_the_way() -> None:
    names = {"put_units", "put_people", "put_systems", "put_matters", "put_proofs", "put_databases"}
    for folder in ("catalog", "gateway", "ledger", "runtime", "tasks", "flows"):
        for path in (ROOT / folder).rglob("*.py"):
            known = str(path.relative_to(ROOT))
            used = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
            assert known in ALONE or not used & names, known
