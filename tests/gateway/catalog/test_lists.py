"""清单报送 over HTTP: who hands in whose list, what became of it, what is asked, and the rebuild."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from catalog import rebuild
from catalog.reading import OF_LISTS
from ledger.catalog import intake
from ledger.tables.catalog import CatalogFile
from settings import settings
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook
from tests.gateway.conftest import ADMIN, ISSUER, OTHER, PUBLISHER, REQUESTER, Api
from tests.ledger.acting import all_of, do

JUSTICE, HOUSING = "370402-JUSTICE", "demo-housing-1"
SOURCE = {"name": "司法局证明事项清单", "kind": "proofs"}
BAD = (3, "DEMO-0002", "", *GOOD[3:])
VAGUE = (2, *GOOD[1:4], "乡镇人民政府", *GOOD[5:])


def put(api: Api, key: str, person: str = OTHER, **changes: Any) -> dict[str, Any]:
    answer = api.call("PUT", f"/v1/catalog/sources/{key}", person, json=SOURCE | changes)
    return {"http": answer.status_code, **answer.json()}


def send(api: Api, key: str, content: bytes, person: str = OTHER, name: str = "清单.xlsx") -> dict[str, Any]:
    answer = api.post(f"/v1/catalog/sources/{key}/files", person, files={"file": (name, content)})
    return {"http": answer.status_code, **answer.json()}


def source(api: Api, key: str, person: str = OTHER) -> dict[str, Any]:
    return next(one for one in api.get("/v1/catalog/sources", person).json()["items"] if one["key"] == key)


def rebuilt() -> str:
    for key in rebuild.source_keys():
        rebuild.read_source(key, settings().now())
    return rebuild.draft_id(settings().now())


@pytest.fixture
def key(api: Api) -> Any:
    """A list of the justice bureau; whatever a test sent of it counts no more afterwards."""
    code = f"L-{uuid4().hex[:8]}"
    yield code
    put(api, code, active=False)


def test_a_list_goes_from_its_sender_to_a_draft(api: Api, key: str) -> None:
    registered = put(api, key, complete=True)
    assert (registered["unit"], registered["status_name"], registered["complete"]) == (JUSTICE, "尚未报送", True)
    sent = send(api, key, workbook([HEADER, GOOD, VAGUE, BAD]))
    assert (sent["http"], sent["file"]["name"], sent["file"]["received_by"]) == (201, "清单.xlsx", "person:demo-justice-1")
    assert source(api, key)["status_name"] == "等待读取"
    draft = rebuilt()
    found = source(api, key)
    assert found["status_name"] == "已读取"
    assert {name: found["reading"][name] for name in ("accepted", "asked", "refused")} == {"accepted": 1, "asked": 1, "refused": 1}
    latest = api.get("/v1/catalog/drafts/latest", OTHER).json()
    assert latest["id"] == draft and latest["stale"] is False and latest["counts"] == {"add": 0, "alter": 1, "remove": 0}
    (unit,) = latest["units"]
    assert (unit["unit"], unit["unit_name"]) == (JUSTICE, "区司法局")
    (change,) = unit["changes"]
    assert (change["kind_name"], change["proof"]["name"]) == ("变更", "经济困难证明") and any(
        "设定依据" in line for line in change["lines"]
    )
    assert [one["key"] for one in latest["sources"]] == [key]


def test_each_row_says_what_became_of_it(api: Api, key: str) -> None:
    put(api, key)
    send(api, key, workbook([HEADER, GOOD, VAGUE, BAD]))
    rebuilt()
    rows = api.get(f"/v1/catalog/sources/{key}/rows", OTHER).json()["items"]
    assert [(one["line"], one["verdict_name"]) for one in rows] == [(2, "采用"), (3, "待确认"), (4, "退回修改")]
    assert rows[0]["matched"]["proof"] and rows[0]["fact"]["proof"] == "P-HARDSHIP"
    assert rows[1]["questions"][0]["topic_name"] == "出具单位" and rows[1]["questions"][0]["subject"] == "乡镇人民政府"
    assert rows[2]["faults"][0]["remedy"]
    refused = api.get(f"/v1/catalog/sources/{key}/rows?verdict=refused&limit=1", OTHER).json()
    assert [one["line"] for one in refused["items"]] == [4] and refused["next_cursor"] is None
    pages = list(api.pages(f"/v1/catalog/sources/{key}/rows", OTHER, limit=2))
    assert [len(items) for items in pages] == [2, 1] and sum(pages, []) == rows
    answer = api.get(f"/v1/catalog/sources/{key}/errors.xlsx", OTHER)
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet") and "attachment" in answer.headers["content-disposition"]
    lines = list(load_workbook(io.BytesIO(answer.content)).worksheets[1].iter_rows(values_only=True))
    assert [row[:2] for row in lines[1:]] == [("3", "待确认"), ("4", "退回修改")]


@pytest.mark.parametrize(
    ("person", "changes", "code"),
    [
        (OTHER, {"unit": "370402-CIVIL"}, "list_not_yours"),
        (OTHER, {"kind": "matters"}, "list_not_yours"),
        (OTHER, {"kind": "negative_police"}, "list_not_yours"),
        (OTHER, {"kind": "commitments"}, "list_not_yours"),
        (ADMIN, {"unit": "X-NONE"}, "unit_not_registered"),
        (PUBLISHER, {}, "not_allowed"),
        (OTHER, {"kind": "other"}, "invalid"),
    ],
)
def test_whose_list_it_is_not_is_told_so(api: Api, person: str, changes: dict[str, Any], code: str) -> None:
    assert put(api, "L-refused", person, **changes)["code"] == code
    assert api.get("/v1/catalog/sources/L-refused/rows", ADMIN).json()["code"] == "list_unknown"


def test_a_department_hands_in_the_list_of_its_public_service_unit(api: Api) -> None:
    assert put(api, "L-heat", HOUSING, unit="370402-HEAT")["unit"] == "370402-HEAT"
    assert send(api, "L-heat", b"x", HOUSING)["http"] == 201
    assert source(api, "L-heat", HOUSING)["file"] is not None
    assert put(api, "L-heat", OTHER)["code"] == "list_key_taken"
    put(api, "L-heat", HOUSING, unit="370402-HEAT", active=False)
    assert send(api, "L-heat", b"y", HOUSING)["code"] == "list_inactive"


def test_another_units_list_looks_like_none(api: Api, key: str) -> None:
    put(api, key)
    send(api, key, workbook([HEADER, GOOD]))
    for path in ("rows", "errors.xlsx"):
        assert api.get(f"/v1/catalog/sources/{key}/{path}", REQUESTER).json()["code"] == "list_unknown"
    assert send(api, key, b"x", REQUESTER)["code"] == "list_unknown"
    assert key not in [one["key"] for one in api.get("/v1/catalog/sources", REQUESTER).json()["items"]]
    assert source(api, key, ADMIN)["unit"] == JUSTICE, "the office sees all"
    draft = rebuilt()
    other = api.get(f"/v1/catalog/drafts/{draft}", REQUESTER).json()
    assert (other["units"], other["sources"], other["counts"]["alter"]) == ([], [], 0)
    assert api.get(f"/v1/catalog/drafts/{draft}?unit={JUSTICE}", ADMIN).json()["counts"]["alter"] == 1
    assert api.get(f"/v1/catalog/drafts/{draft}", PUBLISHER).status_code == 200


def test_lists_that_act_at_once_are_the_offices(api: Api) -> None:
    assert put(api, "L-matters", ADMIN, kind="matters", unit=JUSTICE)["kind_name"] == "事项清单"
    assert put(api, "L-matters", OTHER)["code"] == "list_not_yours", "nor does it become another kind"
    assert send(api, "L-matters", b"x", OTHER)["code"] == "list_not_yours"
    assert send(api, "L-matters", b"x", ADMIN)["http"] == 201
    assert put(api, "L-matters", ADMIN, kind="proofs", unit=JUSTICE)["code"] == "list_kind_fixed"
    put(api, "L-matters", ADMIN, kind="matters", active=False)


def test_whatever_is_sent_is_taken_and_judged_when_it_is_read(api: Api, key: str) -> None:
    put(api, key)
    assert api.get(f"/v1/catalog/sources/{key}/rows", OTHER).json()["code"] == "list_not_read"
    assert api.get(f"/v1/catalog/sources/{key}/errors.xlsx", OTHER).json()["code"] == "list_not_read"
    assert api.post(f"/v1/catalog/sources/{key}/files", OTHER).json()["code"] == "no_list_file"
    assert send(api, key, b"", name="空.csv")["http"] == 201
    rebuilt()
    found = source(api, key)
    assert (found["status"], found["status_name"]) == ("refused", "无法读取") and "空的" in found["reading"]["refused_file"]["text"]
    raw = api.post(
        f"/v1/catalog/sources/{key}/files?name=a.xlsx",
        OTHER,
        content=b"PK\x03\x04broken",
        headers={"Content-Type": "application/octet-stream"},
    )
    assert raw.status_code == 201 and raw.json()["file"]["name"] == "a.xlsx"
    assert source(api, key)["status"] == "waiting"
    again = api.post(f"/v1/catalog/sources/{key}/files?name=b.xlsx", OTHER, content=b"PK\x03\x04broken")
    assert again.json() == raw.json(), "the same file again is the same file"
    assert len(all_of(CatalogFile, source=key)) == 2


def test_a_files_name_that_could_be_a_person_is_not_kept(api: Api, key: str) -> None:
    put(api, key)
    for number, name in enumerate(("370402188102020017.xlsx", "a\u202eb.xlsx", "长" * 200)):
        assert send(api, key, str(number).encode(), name=name)["file"]["name"] == key


def test_a_list_may_be_as_large_as_a_province_and_no_more(api: Api, key: str) -> None:
    put(api, key)
    whole = b"0\n\x00\\" * (OF_LISTS.bytes // 4 - 1000)
    assert send(api, key, whole)["http"] == 201
    assert do(lambda session: intake.content_of(session, intake.newest_file(session, key).id)) == whole
    assert send(api, key, whole + b"0" * 20_000)["code"] == "too_large"
    other = api.call("PUT", f"/v1/catalog/sources/{key}", OTHER, content=b"0" * 70_000, headers={"Content-Type": "application/json"})
    assert other.json()["code"] == "too_large"


def test_a_rebuild_is_started_and_says_so_where_prefect_is_away(api: Api) -> None:
    answer = api.post("/v1/catalog/rebuild", ADMIN)
    assert answer.status_code == 202 and answer.json()["flow_run"] and api.runs.created == [("catalog-rebuild", "")]
    api.runs.away = True
    refused = api.post("/v1/catalog/rebuild", ADMIN)
    assert (refused.status_code, refused.json()["code"]) == (503, "rebuild_unavailable") and refused.headers["retry-after"]
    assert api.post("/v1/catalog/rebuild", OTHER).json()["code"] == "not_allowed"


def test_a_draft_that_there_is_not(api: Api) -> None:
    assert api.get(f"/v1/catalog/drafts/{uuid4()}", ADMIN).json()["code"] == "draft_unknown"
    assert api.get("/v1/catalog/drafts/nonsense", ADMIN).json()["code"] == "invalid"


def asked(api: Api, subject: str, answered: bool = False) -> dict[str, Any]:
    found = api.get(f"/v1/catalog/questions?answered={str(answered).lower()}", ADMIN).json()["items"]
    return next((one for one in found if one["subject"] == subject), {})


def answer(api: Api, question: str, code: str | None, person: str = ADMIN) -> dict[str, Any]:
    found = api.post(f"/v1/catalog/questions/{question}/answer", person, json={"code": code})
    return {"http": found.status_code, **found.json()}


def test_a_question_is_answered_with_what_there_is(api: Api, key: str) -> None:
    put(api, key)
    send(api, key, workbook([HEADER, VAGUE]))
    rebuilt()
    question = asked(api, "乡镇人民政府")
    assert (question["topic_name"], question["count"], question["open"]) == ("出具单位", 1, True)
    assert answer(api, question["id"], "X-NONE")["code"] == "answer_refused"
    assert answer(api, question["id"], "P-HARDSHIP")["code"] == "answer_refused", "a proof is no unit"
    assert answer(api, question["id"], None, OTHER)["code"] == "not_allowed"
    assert answer(api, str(uuid4()), None)["code"] == "question_unknown"
    settled = answer(api, question["id"], "370402-CIVIL")
    assert (settled["http"], settled["answer"], settled["answered_by"], settled["open"]) == (
        200,
        "370402-CIVIL",
        "person:demo-admin",
        False,
    )
    assert asked(api, "乡镇人民政府") == {} and asked(api, "乡镇人民政府", answered=True)["id"] == question["id"]
    rebuilt()
    assert source(api, key)["reading"]["accepted"] == 1
    assert answer(api, question["id"], None)["answer"] == "", "not any of them"


def test_questions_are_counted_and_what_was_answered_for_all_waits_for_nobody(api: Api, key: str) -> None:
    civil = f"{key}-c"
    put(api, key)
    put(api, civil, ADMIN, unit="370402-CIVIL")
    send(api, key, workbook([HEADER, (2, *GOOD[1:4], "区福利中心", *GOOD[5:])]))
    send(api, civil, workbook([HEADER, (2, "DEMO-0003", *GOOD[2:4], "区福利中心", *GOOD[5:])]), ADMIN)
    rebuilt()

    def page(conditions: str) -> tuple[list[str | None], dict[tuple[str, str | None], int]]:
        found = api.get(f"/v1/catalog/questions?{conditions}", ADMIN).json()
        waiting = {(one["topic"], one["unit"]): one["count"] for one in found["waiting"]}
        return [one["unit"] for one in found["items"] if one["subject"] == "区福利中心"], waiting

    found, waiting = page("topic=issuer")
    assert sorted(map(str, found)) == ["370402-CIVIL", JUSTICE] and waiting["issuer", JUSTICE] == waiting["issuer", "370402-CIVIL"] == 1
    assert page(f"unit={JUSTICE}")[0] == [JUSTICE] and page("topic=proof")[0] == []
    question = next(
        one for one in api.get(f"/v1/catalog/questions?unit={JUSTICE}", ADMIN).json()["items"] if one["subject"] == "区福利中心"
    )
    done = api.post(f"/v1/catalog/questions/{question['id']}/answer", ADMIN, json={"code": "370402-CIVIL", "for_all": True}).json()
    assert done["answer_name"] == "市中区民政局"
    found, waiting = page("topic=issuer")
    assert found == [] and ("issuer", "370402-CIVIL") not in waiting
    put(api, civil, ADMIN, unit="370402-CIVIL", active=False)


def test_two_lists_that_contradict_each_other_are_settled_by_one_of_them(api: Api, key: str) -> None:
    other = f"{key}-b"
    for code, days in ((key, "60"), (other, "70")):
        put(api, code)
        send(api, code, workbook([(*HEADER, "有效期"), (*GOOD, days)]))
    rebuilt()
    question = asked(api, "DEMO-0002|P-HARDSHIP")
    assert question["topic_name"] == "来源矛盾" and [one["code"] for one in question["candidates"]] == [key, other]
    assert question["named"] == "法律援助申请的经济困难证明" and {one["about"] for one in question["candidates"]} == {"区司法局的清单"}
    for wrong in (None, "L-elsewhere", JUSTICE):
        assert answer(api, question["id"], wrong)["code"] == "answer_refused"
    assert answer(api, question["id"], other)["http"] == 200
    draft = api.get(f"/v1/catalog/drafts/{rebuilt()}", OTHER).json()
    assert any("70" in line for line in draft["units"][0]["changes"][0]["lines"])
    put(api, other, active=False)


def test_what_the_rules_block_says_why_and_where(api: Api, key: str) -> None:
    put(api, key)
    send(api, key, workbook([HEADER, (1, "DEMO-0002", "户籍证明", "《办法》", "光明路街道办事处", "", "", "", "")]))
    draft = api.get(f"/v1/catalog/drafts/{rebuilt()}", ISSUER).json()
    assert draft["blocked_count"] == 0, "it is not its own"
    (unit,) = api.get("/v1/catalog/drafts/latest", OTHER).json()["units"]
    (blocked,) = unit["blocked"]
    assert blocked["blocks"][0]["code"] == "no_method" and blocked["blocks"][0]["remedy"]
    assert blocked["rows"] == [{"source": key, "sheet": 1, "line": 2}] and blocked["standing"] is False
