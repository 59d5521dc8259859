"""索要证明 over HTTP: a unit that is about to ask is stopped; anybody tells of others; each unit reads what is said of it."""

from __future__ import annotations

from typing import Any

from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api

PERMIT = "370402-PERMIT"


def tell(api: Api, key: str, told_by: str, **changes: Any) -> tuple[int, dict[str, Any]]:
    body = {"unit": PERMIT, "matter": "DEMO-0001", "proof": "P-HOUSEHOLD", "told_by": told_by} | changes
    answer = api.post("/v1/demands", key, json=body)
    return answer.status_code, answer.json()


def test_a_listed_proof_is_not_asked_for_and_the_attempt_is_on_the_record(api: Api) -> None:
    """Obligation 7.5."""
    status, answer = tell(api, REQUESTER, "unit")
    assert (status, answer["code"]) == (409, "demand_blocked") and "发起核验" in answer["remedy"]
    status, answer = tell(api, REQUESTER, "unit", proof="P-ARCHIVE")
    assert (status, answer["listed"], answer["blocked"]) == (201, False, False)
    assert (tell(api, ISSUER, "unit")[0], tell(api, ISSUER, "unit")[1]["code"]) == (403, "demand_not_yours")
    own = [item for items in api.pages("/v1/demands", limit=100) for item in items]
    assert [(item["proof"], item["blocked"], item["told_by_name"]) for item in own][-2:] == [
        ("P-HOUSEHOLD", True, "办事单位索要以前"),
        ("P-ARCHIVE", False, "办事单位索要以前"),
    ]


def test_a_colleague_tells_of_another_unit_and_who_is_concerned_and_the_office_read_it(api: Api) -> None:
    """Obligation 7.5."""
    status, kept = tell(api, ISSUER, "applicant", evidence_sha256="b" * 64)
    assert (status, kept["listed"], kept["blocked"], kept["unit"]) == (201, True, False, PERMIT)
    for key, sees in ((REQUESTER, True), (ADMIN, True), (ISSUER, False)):
        items = api.get("/v1/demands?limit=500", key).json()["items"]
        assert (kept["id"] in [item["id"] for item in items]) is sees, key
    assert tell(api, ISSUER, "colleague", proof="P-NONE")[1]["code"] == "demand_refused"
    assert tell(api, ISSUER, "applicant", demanded_at="2099-01-01T00:00:00+08:00")[1]["code"] == "instant_in_future"
