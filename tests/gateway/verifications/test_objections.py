"""不符与异议 over HTTP: settled by the issuing unit first; whoever objects is told of his right, once."""

from __future__ import annotations

from tests.gateway.casework import ask, deliver
from tests.gateway.conftest import ISSUER, REQUESTER, Api


def answered(api: Api, number: str) -> None:
    """The issuing unit has no record, and the requesting unit has that answer."""
    assert api.post(f"/v1/inbox/{ask(number)}/reply", ISSUER, json={"answer": "no_record"}).status_code == 200
    deliver(number)


def test_an_objection_comes_after_the_check_and_brings_the_right_that_is_to_be_told(api: Api) -> None:
    """Obligations 11.3, 11.4."""
    number = api.filed(proof="P-HARDSHIP")
    path, stated = f"/v1/verifications/{number}", {"fields": ["核验结论"], "stated": "申请人称已经登记"}
    assert api.post(f"{path}/mismatch", REQUESTER, json=stated).json()["code"] == "not_delivered"
    answered(api, number)
    assert api.post(f"{path}/mismatch", ISSUER, json=stated).json()["code"] == "number_unknown"
    found = api.post(f"{path}/mismatch", REQUESTER, json=stated).json()
    assert (found["status"], found["settled_at"]) == ("checking", None)
    early = api.post(f"{path}/objection", REQUESTER, json={"text": "不服"})
    assert (early.status_code, early.json()["code"]) == (409, "mismatch_unsettled")
    answered(api, found["check"])
    assert api.get(f"{path}/mismatch", REQUESTER).json()["status"] == "upheld"
    told = api.post(f"{path}/objection", REQUESTER, json={"text": "仍然不服"}).json()
    assert told["objected_at"] and "行政复议" in told["right"] and "仍然不服" not in str(told)
    assert "objected" in [one["event"] for one in api.get(f"{path}/events", REQUESTER).json()["events"]]
    assert api.post(f"{path}/objection", REQUESTER, json={"text": "再次"}).json()["code"] == "objected_already"
