"""登记库 over HTTP: who may, what is checked, what a row says is still to be done about it."""

from __future__ import annotations

from typing import Any

import pytest
from stdnum.cn import uscc

from ledger.tables.traces import Trace
from tests.gateway.conftest import ADMIN, OTHER, PUBLISHER, REQUESTER, Api
from tests.ledger.acting import all_of

USCC = "1137040200DEM0001Q"
UNIT = {"name": "演示水务公司", "kind": "public_service", "drafting_unit": "370402-HOUSING", "sector": "供水"}
MATTER = {"name": "演示事项", "unit": "370402-PERMIT", "handling": "promised"}
PROOF = {"name": "演示证明", "aliases": ["演示材料"], "basis": "《演示办法》", "issuing_unit": "370402-CIVIL", "fields": ["内容"]}


def put(api: Api, register: str, code: str, body: dict[str, Any], person: str = ADMIN) -> dict[str, Any]:
    answer = api.call("PUT", f"/v1/registry/{register}/{code}", person, json=body)
    return {"status": answer.status_code, **answer.json()}


@pytest.mark.parametrize("person", [REQUESTER, OTHER, PUBLISHER])
@pytest.mark.parametrize("register", ["units", "matters", "proofs", "databases"])
def test_the_registers_are_the_administrators_and_the_offices(api: Api, register: str, person: str) -> None:
    assert api.get(f"/v1/registry/{register}", person).json()["code"] == "not_allowed"
    assert put(api, register, "X-1", {}, person)["code"] == "not_allowed"
    assert api.get(f"/v1/registry/{register}", ADMIN).status_code == 200


def test_a_unit_is_put_whole_and_found_by_its_words(api: Api) -> None:
    """Obligation 3.1."""
    first = put(api, "units", "X-WATER", UNIT | {"uscc": USCC, "aliases": ["水司"]})
    assert (first["status"], first["uscc_standing"], first["kind_name"], first["remarks"]) == (200, "已校验", "公共服务单位", [])
    again = put(api, "units", "X-WATER", UNIT | {"name": "演示水务集团"})
    assert (again["uscc"], again["aliases"], again["uscc_standing"]) == (None, [], "待补")
    assert again["remarks"] == ["统一社会信用代码待补。"]
    found = api.get("/v1/registry/units", ADMIN, params={"q": "水务 X-WATER"}).json()
    assert [one["name"] for one in found["items"]] == ["演示水务公司"] and found["next_cursor"] is None
    assert again["waits"]["after"] == {"active": True, "name": "演示水务集团"}
    pages = [[one["code"] for one in items] for items in api.pages("/v1/registry/units", ADMIN, limit=2)]
    assert len(pages[0]) == 2 and sum(pages, []) == [one["code"] for one in api.get("/v1/registry/units", ADMIN).json()["items"]]


def test_who_changed_a_register_is_kept_with_before_and_after(api: Api) -> None:
    put(api, "units", "X-TRACE", UNIT | {"name": "演示留痕公司"})
    put(api, "units", "X-TRACE", UNIT | {"name": "演示改名公司"})
    put(api, "units", "X-TRACE", UNIT | {"name": "演示留痕公司", "sector": "供热"})
    added, changed = sorted(all_of(Trace, subject="X-TRACE"), key=lambda one: one.id)
    assert added.before is None and added.by == changed.by == f"person:{ADMIN}"
    assert (changed.before, changed.after) == ({"sector": "供水"}, {"sector": "供热"}), "the name waits for a second person"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"uscc": USCC[:-1] + "0"}, "uscc_invalid"),
        ({"uscc": "123"}, "uscc_invalid"),
        ({"name": "区司法局"}, "unit_name_taken"),
        ({"drafting_unit": "X-NONE"}, "unit_not_registered"),
        ({"drafting_unit": "X-NEW"}, "drafts_itself"),
        ({"drafting_unit": "370402-HEAT"}, "drafts_itself"),
        ({"kind": "army"}, "invalid"),
        ({"region": "37"}, "invalid"),
        ({"region": "３７０４０２"}, "invalid"),
    ],
)
def test_what_is_wrong_with_a_unit_is_refused_by_name(api: Api, changes: dict[str, Any], code: str) -> None:
    """Obligation 3.1."""
    assert put(api, "units", "X-NEW", UNIT | changes)["code"] == code
    assert api.get("/v1/registry/units", ADMIN, params={"q": "X-NEW"}).json()["items"] == []


def test_who_drafts_for_others_drafts_its_own(api: Api) -> None:
    body = {"name": "演示住房和城乡建设局", "kind": "government", "drafting_unit": "370402-CIVIL"}
    refused = put(api, "units", "370402-HOUSING", body)
    assert refused["code"] == "drafts_itself" and "该单位是 370402-HEAT" in refused["detail"]


@pytest.mark.parametrize("code", ["单位甲", "-x", ".x"])
def test_a_code_is_one_that_needs_no_quoting(api: Api, code: str) -> None:
    refused = put(api, "units", code, UNIT)
    assert (refused["status"], refused["code"]) == (422, "register_refused") and "由字母、数字" in refused["detail"]
    assert put(api, "matters", code, MATTER)["code"] == "register_refused"


def test_a_public_service_unit_without_its_department_is_told_so(api: Api) -> None:
    found = put(api, "units", "X-GAS", UNIT | {"name": "演示燃气公司", "drafting_unit": None, "uscc": USCC})
    assert found["remarks"] == ["公共服务单位的清单由行业主管部门组织编制,请补填行业主管部门。"]


def test_a_matter_belongs_to_a_unit(api: Api) -> None:
    found = put(api, "matters", "X-0001", MATTER)
    assert (found["status"], found["remarks"]) == (200, ["承诺件未写明承诺办结时限。"])
    assert put(api, "matters", "X-0001", MATTER | {"promised_days": 5})["remarks"] == []
    assert put(api, "matters", "X-0002", MATTER | {"promised_days": 0})["code"] == "invalid", "as a roster"
    assert put(api, "matters", "X-0002", MATTER | {"unit": "X-NONE"})["code"] == "unit_not_registered"
    found = api.get("/v1/registry/matters", ADMIN, params={"q": "演示事项"}).json()
    assert [one["code"] for one in found["items"]] == ["X-0001"]


def test_a_proof_without_a_basis_is_a_candidate_for_cancellation(api: Api) -> None:
    """Obligation 2.1."""
    kept = put(api, "proofs", "X-P", PROOF)
    assert (kept["status"], kept["candidate_for_cancellation"], kept["remarks"]) == (200, False, [])
    without = put(api, "proofs", "X-P", PROOF | {"basis": ""})
    assert without["candidate_for_cancellation"] and "取消候选" in without["remarks"][0]
    listed = api.get("/v1/registry/proofs", ADMIN, params={"q": "X-P"}).json()["items"]
    assert [one["candidate_for_cancellation"] for one in listed] == [True]
    assert put(api, "proofs", "X-P", PROOF | {"basis": "", "cancelled": True})["remarks"] == []
    assert put(api, "proofs", "X-P2", PROOF | {"issuing_unit": "X-NONE"})["code"] == "unit_not_registered"


def test_a_cancelled_proof_that_is_still_listed_says_where(api: Api) -> None:
    before = api.get("/v1/registry/proofs", ADMIN, params={"q": "P-ARCHIVE"}).json()["items"][0]
    body = {"name": before["name"], "basis": before["basis"], "validity_days": before["validity_days"]}
    found = put(api, "proofs", "P-ARCHIVE", body | {"cancelled": True})
    assert found["listed"] == 1 and found["remarks"] == ["证明已取消,现行清单仍有 1 个条目:请报送减少。"]
    put(api, "proofs", "P-ARCHIVE", body)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"source": "nowhere", "connected_since": "2026-01-01"}, "source_not_configured"),
        ({"connected_since": "2026-01-01"}, "source_not_configured"),
        ({"source": "licence_library", "connected_since": "2099-01-01"}, "instant_in_future"),
        ({"owner": "X-NONE"}, "unit_not_registered"),
        ({"source": "../../settings"}, "invalid"),
        ({"source": "licence_library", "connected_since": "1980-01-01"}, "register_refused"),
    ],
)
def test_a_database_is_connected_through_a_source_that_there_is(api: Api, changes: dict[str, Any], code: str) -> None:
    """Obligation 6.4."""
    body = {"name": "演示库", "owner": "370402-CIVIL", "note": "正在对接"}
    assert put(api, "databases", "X-DB", body | changes)["code"] == code
    assert put(api, "databases", "X-DB", body)["remarks"] == ["尚未接入:应接尽接。"]
    connected = put(api, "databases", "X-DB", body | {"source": "licence_library", "connected_since": "2026-01-01"})
    assert (connected["status"], connected["remarks"]) == (200, [])


def test_the_example_code_is_a_right_one() -> None:
    assert uscc.is_valid(USCC)
