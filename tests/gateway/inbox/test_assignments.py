"""交办 through the API: who holds what, many at once, and a reason for each that does not move (obligation 10.2)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from gateway.edge.problems import PROBLEMS
from ledger.database import transaction
from ledger.registry import registry
from tests.gateway.casework import ask
from tests.gateway.conftest import ISSUER, OTHER, REQUESTER, Api

CHIEF, SECOND = "demo-guangming-2", "assigned-second"
PATH = "/v1/inbox/assignments"


@pytest.fixture(scope="module", autouse=True)
def second(served: Api) -> None:
    with transaction() as session:
        registry.put_people(session, [{"code": SECOND, "unit": "370402-GUANGMING", "name": "演示次席", "roles": ["agent"]}])


def give(api: Api, requests: list[str], person: str, by: str = CHIEF) -> dict[str, Any]:
    answer = api.post(PATH, by, json={"requests": requests, "person": person})
    found: dict[str, Any] = answer.json()
    return found | {"http": answer.status_code}


def test_many_at_once_with_a_reason_for_each_that_does_not_move(api: Api) -> None:
    numbers = [api.filed(proof="P-HARDSHIP", force_new="other") for _ in range(4)]
    first, second, third, fourth = map(ask, numbers)
    elsewhere = str(uuid4())
    assert api.post(f"/v1/inbox/{second}/reply", ISSUER, json={"answer": "no_record"}).status_code == 200
    assert api.post(f"/v1/inbox/{third}/claim", SECOND).status_code == 200
    assert api.post(f"/v1/inbox/{fourth}/claim", ISSUER).status_code == 200
    done = give(api, [first, second, third, fourth, elsewhere, first], SECOND)
    assert (
        done
        == {
            "http": 200,
            "person": SECOND,
            "given": [first, fourth],
            "unchanged": [third],
            "refused": [
                {
                    "id": second,
                    "verification_number": numbers[1],
                    "code": "already_answered",
                    "reason": PROBLEMS["already_answered"].detail,
                },
                {"id": elsewhere, "verification_number": None, "code": "request_unknown", "reason": PROBLEMS["request_unknown"].detail},
            ],
        }
        and done["refused"][1]["reason"]
    )
    hands = api.get(f"/v1/inbox/{fourth}", SECOND).json()["hands"]
    assert [(one["by"], one["given_to"], one["taken_from"]) for one in hands][-1] == ("演示督办员戊", "演示次席", "演示代办员丁")


def test_who_holds_what_is_read_by_the_unit_alone_and_names_no_party(api: Api) -> None:
    request = ask(api.filed(proof="P-HARDSHIP"))
    give(api, [request], SECOND)
    answer = api.get(f"{PATH}?holder={SECOND}&limit=1000", ISSUER)
    found = answer.json()
    assert found["supervisor_now"] == CHIEF and found["stands_in_for"] is None
    assert request in [one["id"] for one in found["items"]] and {one["claimed_by"] for one in found["items"]} == {SECOND}
    (mine,) = [one for one in found["people"] if one["person"] == SECOND]
    assert mine["open"] == len(found["items"]) and found["people"][0]["name"] == "无人认领"
    assert "演示甲子" not in answer.text and "370402188102020017" not in answer.text
    assert api.get(f"{PATH}?holder=", ISSUER).json()["items"] != found["items"]
    assert request not in api.get(f"{PATH}?limit=1000", REQUESTER).text
    pages = [one["id"] for page in api.pages(PATH, ISSUER, limit=1) for one in page]
    assert pages == [one["id"] for one in api.get(f"{PATH}?limit=1000", ISSUER).json()["items"]] and len(pages) > 1


def test_only_the_supervisor_on_duty_of_that_unit_gives(api: Api) -> None:
    request = ask(api.filed(proof="P-HARDSHIP"))
    for by in (ISSUER, SECOND, "demo-permit-1"):
        refused = give(api, [request], SECOND, by)
        assert (refused["http"], refused["code"]) == (403, "not_on_duty") and "交办由本单位此刻值守的督办员" in refused["detail"]
    for to in (OTHER, "nobody"):
        refused = give(api, [request], to)
        assert (refused["http"], refused["code"]) == (409, "cannot_hold")
    assert api.post(PATH, CHIEF, json={"requests": [], "person": SECOND}).json()["code"] == "invalid"
    assert api.get(f"/v1/inbox/{request}", CHIEF).json()["hands"] == []
