"""本单位: who am I, whom may I ask, my unit's lists and counts, and who may not."""

from __future__ import annotations

from uuid import uuid4

import pytest

from gateway.edge.permissions import RULES
from ledger.database import transaction
from ledger.registry import registry
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, ISSUER, OTHER, PUBLISHER, REQUESTER, Api

CHIEF = "demo-guangming-2"


def pages(api: Api, path: str, person: str = REQUESTER, **asked: object) -> list[list[str]]:
    """All pages of a list, as the keys of their lines."""
    found = api.pages(path, person, limit=2, **asked)
    return [[line.get("number") or line["case_number"] for line in items] for items in found]


def test_who_am_i(api: Api) -> None:
    me = api.get("/v1/me").json()
    assert (me["person"], me["unit"]["code"], me["system"]) == (REQUESTER, "370402-PERMIT", None)
    assert {"role": "agent", "name": "代办员"} in me["roles"]
    assert "put_case" in me["may"] and "publish_version" not in me["may"] and set(me["may"]) <= RULES.keys()
    assert "publish_version" in api.get("/v1/me", PUBLISHER).json()["may"]
    assert api.get("/v1/me", None).json()["code"] == "key_invalid"


def test_the_units_that_may_be_asked(api: Api) -> None:
    with transaction() as session:
        registry.put_units(session, [{"code": "370402-SHUT", "name": "演示停用单位", "kind": "government", "active": False}])
    listed = api.get("/v1/units").json()["items"]
    codes = [one["code"] for one in listed]
    assert codes == sorted(codes) and "370402-GUANGMING" in codes
    assert "370402-PERMIT" not in codes and "370402-SHUT" not in codes  # oneself, and who is no more
    found = api.get("/v1/units", params={"q": "光明路"}).json()
    assert [one["code"] for one in found["items"]] == ["370402-GUANGMING"] and found["next_cursor"] is None


def test_a_units_own_verifications_in_pages_that_stay(api: Api) -> None:
    """What is filed while somebody turns pages neither repeats a line nor hides one; other units see nothing of it."""
    proofs = ("P-HOUSEHOLD", "P-HARDSHIP", "P-PROPERTY", "P-RESIDENCE")
    api.put_case()
    numbers = [api.file(proof=proof).json()["number"] for proof in proofs[:3]]
    first = api.get("/v1/verifications", params={"limit": 2}).json()
    assert [line["number"] for line in first["items"]] == [numbers[2], numbers[1]]
    later = api.file(proof=proofs[3]).json()["number"]
    following = api.get("/v1/verifications", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [line["number"] for line in following["items"]] == [numbers[0]]
    every = sum(pages(api, "/v1/verifications"), [])
    assert every[:4] == [later, *reversed(numbers)] and len(set(every)) == len(every)
    assert sum(pages(api, "/v1/verifications", case_number=api.case), []) == every[:4]
    assert not set(every) & set(sum(pages(api, "/v1/verifications", OTHER), []))
    assert "演示甲子" not in api.get("/v1/verifications").text


def test_verifications_by_state(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    ask(number)
    assert sum(pages(api, "/v1/verifications", case_number=api.case, state="awaiting_reply"), []) == [number]
    assert sum(pages(api, "/v1/verifications", case_number=api.case, state="received"), []) == []


def test_a_units_own_cases(api: Api) -> None:
    names = [f"{api.case}-{letter}" for letter in "abc"]
    for name in names:
        api.put_case(name)
    api.post(f"/v1/cases/{names[1]}/close")
    assert sum(pages(api, "/v1/cases"), [])[:3] == list(reversed(names))
    assert names[1] not in sum(pages(api, "/v1/cases", open=True), [])
    assert sum(pages(api, "/v1/cases", open=False), [])[0] == names[1]
    assert not set(names) & set(sum(pages(api, "/v1/cases", OTHER), []))


def test_counts_of_the_inbox_follow_what_is_done(api: Api) -> None:
    before = api.get("/v1/inbox/counts", ISSUER).json()
    requests = [ask(api.filed(proof="P-HARDSHIP"))]
    api.begin()
    requests.append(ask(api.filed(proof="P-HARDSHIP")))
    api.post(f"/v1/inbox/{requests[0]}/claim", ISSUER)
    api.post(f"/v1/inbox/{requests[1]}/supplement", ISSUER, json={"what": "演示补正"})

    def since() -> dict[str, int]:
        now = api.get("/v1/inbox/counts", ISSUER).json()
        return {name: now[name] - before[name] for name in now}

    assert since() == {"open": 2, "unclaimed": 1, "mine": 1, "overdue": 0, "overdue_hard": 0, "resting": 1}
    chief = api.get("/v1/inbox/counts", CHIEF).json()
    assert chief["open"] == before["open"] + 2 and chief["mine"] == 0
    assert api.post(f"/v1/inbox/{requests[0]}/reply", ISSUER, json={"answer": "no_record"}).status_code == 200
    assert since()["open"] == 1 and since()["mine"] == 0


def test_an_answered_request_says_what_was_answered_when_and_by_whom(api: Api) -> None:
    """Obligation 10.4."""
    request = ask(api.filed(proof="P-HARDSHIP"))
    waiting = api.get(f"/v1/inbox/{request}", ISSUER).json()["request"]
    assert (waiting["answer"], waiting["answered_at"], waiting["answered_by"]) == (None, None, None)
    api.post(f"/v1/inbox/{request}/reply", ISSUER, json={"answer": "no_record"})
    line = next(one for one in api.get("/v1/inbox", ISSUER, params={"status": "answered"}).json()["items"] if one["id"] == request)
    assert (line["answer"], line["answer_name"], line["answered_by"]) == ("no_record", "无记录", ISSUER)
    assert line["answered_at"] and "演示甲子" not in str(line)


@pytest.mark.parametrize(
    ("path", "person"),
    [
        ("/v1/cases", ADMIN),
        ("/v1/verifications", ADMIN),
        ("/v1/inbox/counts", ADMIN),
        ("/v1/verifications", PUBLISHER),
        ("/v1/units", PUBLISHER),
    ],
)
def test_who_may_not(api: Api, path: str, person: str) -> None:
    api.put_case(f"C-{uuid4().hex[:8]}")
    assert api.get(path, person).json()["code"] == "not_allowed"
