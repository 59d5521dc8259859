"""服务时间、日历、收件箱分页 over HTTP: what a unit sets for itself, what the office sets for others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from settings import settings
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api

CHIEF, UNIT = "demo-guangming-2", "370402-GUANGMING"
ALWAYS = [{kind: [["00:00", "24:00"]] for kind in ("workday", "saturday", "sunday", "holiday")}]
OFFICE = [{"workday": [["08:30", "12:00"], ["13:30", "17:30"]]}]


def put(api: Api, person: str = CHIEF, **changes: Any) -> Any:
    return api.call("PUT", "/v1/hours", person, json={"seasons": ALWAYS, "reason": "试行"} | changes)


def test_a_unit_reads_and_sets_its_hours_from_now_on(api: Api) -> None:
    before = api.get("/v1/hours", ISSUER).json()
    assert before["unit"] == UNIT and before["in_words"].startswith("全天 24 小时")
    monday = (settings().now() + timedelta(days=30)).replace(microsecond=0).isoformat()
    answer = put(api, seasons=OFFICE, effective_from=monday, reason="春季作息")
    assert answer.status_code == 200, answer.text
    shown = api.get("/v1/hours", ISSUER).json()
    assert len(shown["timetables"]) == len(before["timetables"]) + 1
    newest = shown["timetables"][0]
    assert newest["seasons"][0]["workday"] == OFFICE[0]["workday"] and newest["calendar"] == "district"
    assert "起:工作日 08:30–12:00" in shown["in_words"]
    change = shown["changes"][0]
    assert (change["reason"], change["changed_by"]) == ("春季作息", f"person:{CHIEF}") and change["before"]["seasons"]
    assert put(api, seasons=ALWAYS).status_code == 200  # at once, where no instant is given


def test_only_the_office_reaches_back_or_to_other_units(api: Api) -> None:
    past = (settings().now() - timedelta(days=1)).isoformat()
    refused = put(api, effective_from=past)
    assert refused.json()["code"] == "timetable_refused" and "工作专班办公室" in refused.json()["detail"]
    assert put(api, ADMIN, effective_from=past, unit="370402-HEAT", reason="更正").json()["unit"] == "370402-HEAT"
    assert api.get("/v1/hours?unit=370402-HEAT", ADMIN).json()["changes"][0]["reason"] == "更正"
    assert api.get("/v1/hours?unit=370402-HEAT", ISSUER).json()["code"] == "not_allowed"
    assert api.get("/v1/hours?unit=NONE", ADMIN).json()["code"] == "unit_unknown"


def test_a_unit_goes_by_a_calendar_that_the_office_entered_for_it(api: Api) -> None:
    body = {"rest": ["2027-01-01"], "source": "本院排班", "reason": "首次录入"}
    assert put(api, calendar="hospital").json()["code"] == "timetable_refused"
    assert api.call("PUT", "/v1/calendar/2027?calendar=hospital", ADMIN, json=body).json()["calendar"] == "hospital"
    assert api.get("/v1/calendar/2027?calendar=hospital").json()["rest"] == ["2027-01-01"]
    assert api.get("/v1/calendar/2027").json()["calendar"] == "district"
    assert "hospital" in [row["calendar"] for row in put(api, calendar="hospital").json()["timetables"]]
    assert put(api).status_code == 200


def test_one_person_alone_enters_the_districts_days_provisionally_at_most(api: Api) -> None:
    """Decision 0043: what binds everybody takes the notice and a second person."""

    def put_year(year: int, **more: Any) -> tuple[int, str]:
        body = {"rest": [f"{year}-01-01"], "source": "往年安排", "reason": "通知公布以前"} | more
        answer = api.call("PUT", f"/v1/calendar/{year}", ADMIN, json=body)
        return answer.status_code, answer.json().get("detail", "")

    before = api.get("/v1/calendar/2026").json()
    assert not before["provisional"]
    for more in ({}, {"provisional": True}):
        status, said = put_year(2026, **more)
        assert status == 422 and "由另一人确认" in said
    assert api.get("/v1/calendar/2026").json() == before
    assert put_year(2034)[0] == 422 and api.get("/v1/calendar/2034").status_code == 404
    assert put_year(2034, provisional=True)[0] == 200 and api.get("/v1/calendar/2034").json()["provisional"]
    assert put_year(2034, provisional=True, work=["2034-01-07"])[0] == 200  # a guess may be bettered by one
    assert put_year(2034)[0] == 422


def test_the_inbox_comes_in_pages(api: Api) -> None:
    wanted = {ask(api.filed(proof="P-HARDSHIP", person=REQUESTER)) for _ in range(3) if not api.begin()}
    pages = list(api.pages("/v1/inbox", ISSUER, limit=2))
    assert max(map(len, pages)) == 2
    seen = [item["id"] for items in pages for item in items]
    assert wanted <= set(seen) and len(seen) == len(set(seen))
    assert api.get("/v1/inbox?limit=0", ISSUER).json()["code"] == "invalid"


def test_the_promise_of_a_returned_case_is_told_where_the_limits_are(api: Api) -> None:
    number = api.filed(proof="P-HARDSHIP")
    path = f"/v1/verifications/{number}/deadline"
    request = ask(number)
    assert api.get(path).json()["promise"] == []
    wish = {"reason": "不属本单位职责", "suggested_unit": "370402-CIVIL"}
    assert api.post(f"/v1/inbox/{request}/return", ISSUER, json=wish).status_code == 200
    (promise,) = api.get(path).json()["promise"]
    assert (promise["kind"], promise["status"]) == ("hard", "running") and "解读 9" in promise["explanation"]
    assert api.get(path).json()["requests"][0]["by_current_rules"] == []
