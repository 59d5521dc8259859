"""本人查询码 over HTTP: for 代办员 alone, with their own key, for natural persons alone; nothing tells whether he was asked about."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.gateway.conftest import ADMIN, PUBLISHER, REQUESTER, Api, party

PATH = "/v1/subject-codes"


def body(person: str = "演示甲子", **changes: object) -> dict[str, object]:
    holder = party(person)
    return {"id_type": holder["id_type"], "id_number": holder["id_number"], "identified": "id_card"} | changes


def test_a_clerk_is_given_a_code_and_not_told_whether_he_was_asked_about(api: Api) -> None:
    api.filed()
    known, unknown = api.post(PATH, REQUESTER, json=body()), api.post(PATH, REQUESTER, json=body("演示乙丑"))
    assert known.status_code == unknown.status_code == 201 and known.json().keys() == unknown.json().keys()
    found = known.json()
    assert found["address"].endswith(f"/who-asked?number={found['number']}") and found["code"] not in found["address"]
    assert len(found["code"]) == 8 and found["code"] != unknown.json()["code"]
    lasts = datetime.fromisoformat(found["expires_at"]) - datetime.now().astimezone()
    assert timedelta(minutes=9) < lasts <= timedelta(minutes=10)


def test_who_may_not_and_for_whom_not(api: Api) -> None:
    for person in (ADMIN, PUBLISHER):
        assert api.post(PATH, person, json=body()).json()["code"] == "not_allowed"
    office = body(id_type="uscc", id_number="11370402MB2857733K")
    refused = api.post(PATH, REQUESTER, json=office)
    assert refused.status_code == 422 and refused.json()["code"] == "id_number_invalid"
    wrong = api.post(PATH, REQUESTER, json=body(id_number="370402188102020018"))
    assert wrong.json()["code"] == "id_number_invalid" and "370402188102020018" not in wrong.text
    assert api.post(PATH, REQUESTER, json=body(identified="knows_him")).json()["code"] == "invalid"
