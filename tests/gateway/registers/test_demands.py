"""索要证明 over HTTP: a unit that is about to ask is stopped; anybody tells of others; each unit reads what is said of it."""

from __future__ import annotations

from typing import Any

from ledger.database import transaction
from ledger.registry import registry
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api

PERMIT = "370402-PERMIT"


def tell(api: Api, key: str, told_by: str, **changes: Any) -> tuple[int, dict[str, Any]]:
    body = {"unit": PERMIT, "matter": "DEMO-0001", "proof": "P-HOUSEHOLD", "told_by": told_by} | changes
    answer = api.post("/v1/demands", key, json=body)
    return answer.status_code, answer.json()


def test_what_the_list_has_or_has_not_is_not_asked_for_and_the_attempt_is_on_the_record(api: Api) -> None:
    """Obligations 7.5, 16.2: of what the matter does not list, the asking is told what the filing is told."""
    status, answer = tell(api, REQUESTER, "unit")
    assert (status, answer["code"]) == (409, "demand_blocked") and "发起核验" in answer["remedy"]
    status, answer = tell(api, REQUESTER, "unit", proof="P-ARCHIVE")
    assert (status, answer["code"]) == (409, "demand_unlisted")
    api.put_case()
    filed = api.file(proof="P-ARCHIVE").json()
    assert filed["code"] == "proof_not_listed" and "不得向申请人索要" in filed["detail"]
    assert (answer["detail"], answer["remedy"]) == (filed["detail"], filed["remedy"])
    status, answer = tell(api, REQUESTER, "unit", matter="DEMO-0005", proof="P-SAFETY")  # article 2: its paper is all there is
    assert (status, answer["listed"], answer["unlisted"], answer["blocked"]) == (201, False, False, False)
    assert (tell(api, ISSUER, "unit")[0], tell(api, ISSUER, "unit")[1]["code"]) == (403, "demand_not_yours")
    own = [item for items in api.pages("/v1/demands", limit=100) for item in items]
    assert [(item["proof"], item["listed"], item["unlisted"], item["blocked"], item["told_by_name"]) for item in own][-3:] == [
        ("P-HOUSEHOLD", True, False, True, "办事单位索要以前"),
        ("P-ARCHIVE", False, True, True, "办事单位索要以前"),
        ("P-SAFETY", False, False, False, "办事单位索要以前"),
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


def test_a_paper_is_told_by_its_name_and_matched_where_the_register_knows_it(api: Api) -> None:
    """Obligations 7.5, 16.2: by name, alias or former name; what nobody registered is on the record all the same."""
    status, kept = tell(api, ISSUER, "applicant", proof=None, proof_name="户籍 证明")
    assert (status, kept["proof"], kept["proof_name"], kept["listed"]) == (201, "P-HOUSEHOLD", "户籍 证明", True)
    status, kept = tell(api, ISSUER, "applicant", proof=None, proof_name="演示奇异证明")
    assert (status, kept["proof"], kept["proof_name"], kept["unlisted"], kept["blocked"]) == (201, None, "演示奇异证明", True, False)
    assert tell(api, REQUESTER, "unit", proof=None, proof_name="演示奇异证明")[1]["code"] == "demand_unlisted"
    for both in ({"proof": None}, {"proof_name": "户籍证明"}):
        status, refused = tell(api, ISSUER, "applicant", **both)
        assert (status, refused["code"]) == (422, "invalid") and "只填一项" in str(refused["errors"])
    assert tell(api, ISSUER, "applicant", proof=None, proof_name="13800000000的证明")[1]["code"] == "invalid"


def test_a_name_of_today_goes_before_anothers_alias_and_of_several_none_is_chosen(api: Api) -> None:
    """Obligations 7.5, 16.2: what the register knows, by whatever name, is never told to be unlisted for its name alone."""
    rows = [
        {"code": "P-ALIAS-1", "name": "演示甲证明", "aliases": ["户籍证明", "演示共用证明"]},
        {"code": "P-ALIAS-2", "name": "演示乙证明", "aliases": ["演示共用证明"]},
    ]
    with transaction() as session:
        registry.put_proofs(session, [{"basis": "", **row} for row in rows])
    status, kept = tell(api, ISSUER, "applicant", proof=None, proof_name="户籍证明")
    assert (status, kept["proof"], kept["unlisted"]) == (201, "P-HOUSEHOLD", False)
    status, refused = tell(api, ISSUER, "applicant", proof=None, proof_name="演示共用证明")
    assert (status, refused["code"]) == (422, "demand_refused"), refused
    assert "这个名称对应多种证明(P-ALIAS-1、P-ALIAS-2),请填写证明编码。" in str(refused)
