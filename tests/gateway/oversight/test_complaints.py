"""投诉 over HTTP: who may take in, read, pass on and answer; the unit named never sees the reporter; files row by row."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import Workbook

from ledger.database import transaction
from ledger.registry import registry
from settings import settings
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api

CHIEF, OTHER_CHIEF, INSIDE = "demo-permit-2", "demo-guangming-2", "office-inside-permit"
SECRET = ("演示乙丑", "13800000000", "窗口仍要求提交户籍证明,态度不好")


def body(**changes: Any) -> dict[str, Any]:
    values = {
        "channel": "hotline",
        "channel_number": f"GD-{uuid4().hex[:8]}",
        "about": "still_asked",
        "received_at": (settings().now() - timedelta(hours=1)).isoformat(),
        "unit": "370402-PERMIT",
        "matter": "DEMO-0001",
        "proof": "P-HOUSEHOLD",
        "text": f"{SECRET[2]} {uuid4().hex}",
        "name": SECRET[0],
        "contact": SECRET[1],
    } | changes
    return {name: value for name, value in values.items() if value is not ...}


def taken(api: Api, **changes: Any) -> str:
    answer = api.post("/v1/complaints", ADMIN, json=body(**changes))
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


def passed(api: Api) -> str:
    number = taken(api)
    sent = {"unit": "370402-PERMIT", "asked": "请说明为何仍要求提交"}
    assert api.post(f"/v1/complaints/{number}/pass", ADMIN, json=sent).status_code == 200
    return number


def test_the_same_number_of_a_channel_is_the_same_complaint(api: Api) -> None:
    sent = body()
    first, again = (api.post("/v1/complaints", ADMIN, json=sent) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200) and again.json()["repeated"]
    assert first.json()["number"] == again.json()["number"]
    alike = api.post("/v1/complaints", ADMIN, json=sent | {"channel_number": f"X-{uuid4().hex[:6]}"}).json()
    assert alike["duplicate_of"] and not alike["repeated"]


def test_only_the_office_takes_in_and_reads(api: Api) -> None:
    number = passed(api)
    for person in (REQUESTER, CHIEF, ISSUER):
        assert api.post("/v1/complaints", person, json=body()).json()["code"] == "not_allowed"
        assert api.get(f"/v1/complaints/{number}/text", person).json()["code"] == "not_allowed"
    assert api.get("/v1/complaints", REQUESTER).json()["code"] == "not_allowed"
    shown = api.get(f"/v1/complaints/{number}/text", ADMIN).json()
    assert (shown["name"], shown["contact"]) == SECRET[:2]
    steps = api.get(f"/v1/complaints/{number}", ADMIN).json()["steps"]
    assert [one["step"] for one in steps] == ["receive", "pass", "read"] and steps[-1]["person"] == ADMIN


def test_the_unit_named_sees_what_is_asked_and_never_who_reported(api: Api) -> None:
    """Obligation 18.2."""
    unseen = taken(api)
    number = passed(api)
    assert api.get(f"/v1/complaints/{unseen}", CHIEF).status_code == 404  # not passed yet
    assert api.get(f"/v1/complaints/{number}", OTHER_CHIEF).status_code == 404
    listed, one = api.get("/v1/complaints", CHIEF), api.get(f"/v1/complaints/{number}", CHIEF)
    assert number in listed.text and unseen not in listed.text
    assert one.json()["proof"] == "P-HOUSEHOLD" and one.json()["steps"][0]["record"]["asked"] == "请说明为何仍要求提交"
    for answer in (listed, one):
        assert not any(secret in answer.text for secret in SECRET) and "GD-" not in answer.text
    assert one.json()["channel"] is None and one.json()["anonymous"] is None


def test_an_officer_of_the_unit_named_reads_nothing_either(api: Api) -> None:
    with transaction() as session:
        registry.put_people(session, [{"code": INSIDE, "unit": "370402-PERMIT", "name": "演示", "roles": ["office"]}])
    number = taken(api)
    assert api.get(f"/v1/complaints/{number}/text", INSIDE).json()["code"] == "complaint_hidden"
    assert "GD-" not in api.get(f"/v1/complaints/{number}", INSIDE).text
    elsewhere = taken(api, unit="370402-GUANGMING")
    assert api.get(f"/v1/complaints/{elsewhere}/text", INSIDE).status_code == 200


def test_answered_and_closed(api: Api) -> None:
    """Obligation 15.6."""
    number = passed(api)
    wrong = api.post(f"/v1/complaints/{number}/answer", OTHER_CHIEF, json={"text": "说明"})
    assert wrong.json()["code"] == "complaint_unknown"
    assert api.post(f"/v1/complaints/{number}/answer", REQUESTER, json={"text": "说明"}).json()["code"] == "not_allowed"
    answered = api.post(f"/v1/complaints/{number}/answer", CHIEF, json={"text": "已更正窗口告知单"}).json()
    assert (answered["standing_name"], answered["term"]) == ("已答复", "按时")
    closed = api.post(f"/v1/complaints/{number}/close", ADMIN, json={"outcome": "founded", "text": "已回访"}).json()
    assert closed["standing_name"] == "已办结"
    again = api.post(f"/v1/complaints/{number}/close", ADMIN, json={"outcome": "founded", "text": "已回访"})
    assert (again.status_code, again.json()["detail"]) == (422, "这件投诉已办结,不能“办结”。")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"unit": "no-unit"}, "complaint_refused"),
        ({"channel": "telegram"}, "invalid"),
        ({"text": ...}, "complaint_refused"),
        ({"rating": 1}, "complaint_refused"),
        ({"rating": 9, "rating_source": "好差评"}, "invalid"),
        ({"received_at": "2099-01-01T00:00:00+08:00"}, "complaint_refused"),
        ({"channel_number": "370402188102020017"}, "invalid"),
        ({"text": "a\u0000b"}, "text_unclean"),
        ({"weather": "fine"}, "invalid"),
    ],
)
def test_bad_input_is_refused_in_words(api: Api, change: dict[str, Any], code: str) -> None:
    answer = api.post("/v1/complaints", ADMIN, json=body(**change))
    assert answer.status_code == 422 or answer.json()["code"] == code
    assert answer.json()["code"] == code and SECRET[0] not in answer.text


def workbook(rows: list[tuple[object, ...]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["12345 工单导出"])
    sheet.append(["渠道", "工单编号", "反映类型", "受理时间", "被投诉单位", "事项名称", "证明名称", "诉求内容", "来电人", "来电号码"])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_file_row_by_row_and_again_after_it_was_corrected(api: Api) -> None:
    tag = uuid4().hex[:6]
    good = (
        "12345",
        f"A-{tag}",
        "仍索要证明",
        "2026-03-04 09:00",
        "370402-PERMIT",
        "DEMO-0001",
        "P-HOUSEHOLD",
        f"仍要求户籍证明原件 {tag}",
        *SECRET[:2],
    )
    bad = ("短信", f"B-{tag}", "", "2026-03-04", "", "", "", "内容", "", "")
    no_unit = ("信函", f"C-{tag}", "", "2026/3/4", "某某局", "", "", "内容", "", "")
    no_day = ("信函", f"D-{tag}", "", "昨天", "", "", "", "内容", "", "")

    def send(*rows: tuple[object, ...]) -> dict[str, Any]:
        answer = api.post("/v1/complaints/file", ADMIN, files={"file": ("工单.xlsx", workbook(list(rows)))})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    first = send(bad, good, no_unit, no_day)
    assert (first["taken"], first["repeated"], first["refused"]) == (1, 0, 3)
    assert [(row["line"], row["number"] is not None) for row in first["rows"]] == [(3, False), (4, True), (5, False), (6, False)]
    assert "渠道" in first["rows"][0]["said"] and "被投诉单位" in first["rows"][2]["said"] and "受理时间" in first["rows"][3]["said"]
    second = send(("信函", *bad[1:]), good)
    assert (second["taken"], second["repeated"], second["refused"]) == (1, 1, 0)
    csv = "渠道,收到时间,内容,评价星级,评价来源\n好差评,2026-03-04,,1,好差评 P-1\n".encode("gbk")
    rated = api.post("/v1/complaints/file", ADMIN, content=csv, headers={"Content-Type": "text/csv"}).json()
    assert rated["taken"] == 1


def test_a_file_that_is_none_is_refused(api: Api) -> None:
    for content in (b"\x00\x01\x02", "姓名,年龄\n甲,3\n".encode()):
        answer = api.post("/v1/complaints/file", ADMIN, content=content, headers={"Content-Type": "text/csv"})
        assert (answer.status_code, answer.json()["code"]) == (422, "complaint_file")
    assert api.post("/v1/complaints/file", REQUESTER, content=b"x", headers={"Content-Type": "text/csv"}).json()["code"] == "not_allowed"


def test_what_it_is_about_is_found_at_the_transfer_and_at_the_end_by_api(api: Api) -> None:
    """Obligations 18.1, 16.5: by the office alone; left out stays, null is none; the unit that handles it is not the one complained of."""
    number = taken(api, about="other", proof=..., unit="370402-GUANGMING")
    path = f"/v1/complaints/{number}"
    before = api.get(path, ADMIN).json()
    assert (before["about"], before["assessed_at"], before["handler"], before["outcome"]) == ("other", None, None, None)
    assert api.post(f"{path}/assess", CHIEF, json={"about": "no_help"}).json()["code"] == "not_allowed"
    asked = {"unit": "370402-PERMIT", "asked": "请说明", "assessment": {"about": "no_help", "proof": "P-HOUSEHOLD"}}
    handed = api.post(f"{path}/pass", ADMIN, json=asked).json()
    assert [handed[name] for name in ("about_name", "unit", "handler", "matter", "proof")] == [
        "不核验或超时",
        "370402-GUANGMING",
        "370402-PERMIT",
        "DEMO-0001",
        "P-HOUSEHOLD",
    ]
    assert [one["step"] for one in handed["steps"]] == ["receive", "assess", "pass"] and handed["steps"][1]["person"] == ADMIN
    seen = api.get(path, CHIEF).json()
    assert (seen["about"], seen["assessed_at"], [one["step"] for one in seen["steps"]]) == ("no_help", None, ["pass"])
    assert api.get(path, OTHER_CHIEF).status_code == 404, "complained of, and not asked"
    ended = {"outcome": "partly", "text": "已更正", "assessment": {"about": "wrong_content", "matter": None}}
    closed = api.post(f"{path}/close", ADMIN, json=ended).json()
    assert [closed[name] for name in ("about", "matter", "proof", "outcome_name", "standing")] == [
        "wrong_content",
        None,
        "P-HOUSEHOLD",
        "部分属实",
        "closed",
    ]
    refused = api.post(f"{path}/assess", ADMIN, json={"about": "misused", "proof": "P-NONE"})
    assert (refused.status_code, refused.json()["code"]) == (422, "complaint_refused")
    again = api.post(f"{path}/assess", ADMIN, json={"about": "misused"}).json()
    assert (again["about"], again["standing"], again["outcome"]) == ("misused", "closed", "partly"), "of what is closed, too"
