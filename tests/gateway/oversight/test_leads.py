"""线索、登记册、评分、公开数据 over HTTP: who may, what a unit sees of its own, what everybody sees."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.edge.pages import typeset
from gateway.registers import entered
from ledger.database import transaction
from ledger.outbox.reports import Wanted
from ledger.paging import every
from reports import issuing, periods
from reports.model import from_json
from reports.public import DEFINITIONS
from settings import settings
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, ISSUER, REQUESTER, Api

CHIEF, OTHER_CHIEF = "demo-permit-2", "demo-guangming-2"


def entered_lead(api: Api, **changes: Any) -> str:
    body = {"clause": "16.6", "unit": "370402-PERMIT", "subject": f"现场检查 {uuid4().hex[:6]}", "text": "窗口索要演示乙丑的户籍证明"}
    answer = api.post("/v1/leads", ADMIN, json=body | changes)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


def step(api: Api, number: str, name: str, person: str = ADMIN, **body: Any) -> Any:
    return api.post(f"/v1/leads/{number}/{name}", person, json={"text": "说明"} | body)


def test_the_whole_path_over_the_api(api: Api) -> None:
    """Obligations 16.0, 16.11."""
    number = entered_lead(api)
    assert api.get(f"/v1/leads/{number}", CHIEF).status_code == 404  # a sign alone is the office's business
    notified = step(api, number, "notify", document="整改通知〔2026〕1号").json()
    assert notified["standing_name"] == "已发整改通知" and notified["term"] == "办理中"
    assert number in api.get("/v1/leads", CHIEF).text and number not in api.get("/v1/leads", OTHER_CHIEF).text
    assert "演示乙丑" in api.get(f"/v1/leads/{number}", ADMIN).text  # what the office noted when it found it
    assert "演示乙丑" not in api.get(f"/v1/leads/{number}", CHIEF).text
    early = step(api, number, "transfer", document="移送 1 号")
    assert (early.status_code, early.json()["code"]) == (409, "lead_refused") and "期限未到" in early.json()["detail"]
    assert step(api, number, "answer", OTHER_CHIEF).json()["code"] == "lead_unknown"
    assert step(api, number, "answer", REQUESTER).json()["code"] == "not_allowed"
    assert step(api, number, "answer", CHIEF).json()["term"] == "按时"
    assert step(api, number, "exempt", document="纪要 1 号", exemption="17.9").json()["code"] == "invalid"
    assert "文书" in step(api, number, "transfer").json()["detail"]
    assert step(api, number, "transfer", document="移送 1 号").json()["standing_name"] == "已移送有关机关"
    assert step(api, number, "outcome", document="通报 3 号").status_code == 200
    paid = step(api, number, "compensation", document="赔偿决定 2 号", amount="120.5").json()
    assert paid["steps"][-1]["record"] == {"document": "赔偿决定 2 号", "amount": "120.50"}
    assert [one["step"] for one in paid["steps"]] == ["find", "notify", "answer", "transfer", "outcome", "compensate"]
    assert "违规" not in str(paid)


def test_only_the_office_takes_the_offices_steps(api: Api) -> None:
    number = entered_lead(api)
    for person in (CHIEF, REQUESTER, ISSUER):
        for name in ("dismiss", "notify", "accept", "transfer", "exempt", "outcome", "compensation"):
            assert step(api, number, name, person).json()["code"] == "not_allowed"
        assert api.post("/v1/leads", person, json={}).json()["code"] == "not_allowed"
    assert api.get("/v1/leads", REQUESTER).json()["code"] == "not_allowed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"unit": "no-unit"}, "unit_not_registered"),
        ({"clause": "17.1"}, "invalid"),
        ({"subject": "370402188102020017"}, "invalid"),
        ({"numbers": ["张三"]}, "invalid"),
        ({"text": ""}, "invalid"),
    ],
)
def test_a_lead_by_hand_that_cannot_be(api: Api, change: dict[str, Any], code: str) -> None:
    body = {"clause": "16.10", "unit": "370402-PERMIT", "subject": "检查", "text": "依据"} | change
    assert api.post("/v1/leads", ADMIN, json=body).json()["code"] == code


def test_the_same_lead_twice_in_a_week_is_one(api: Api) -> None:
    subject = f"检查 {uuid4().hex[:6]}"
    entered_lead(api, subject=subject)
    again = api.post("/v1/leads", ADMIN, json={"clause": "16.6", "unit": "370402-PERMIT", "subject": subject, "text": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "lead_known")


ENTRY = {"日期": "2026-03-04", "媒体": "区政府网站", "标题": "=一图读懂"}


def test_registers_are_entered_corrected_and_exported(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Obligation 14.1."""
    kinds = {one["kind"]: one for one in api.get("/v1/entered-registers", REQUESTER).json()["items"]}
    assert {one["obligation"] for one in kinds.values()} == {"4.1", "4.2", "5.8", "6.1", "8.1", "14.1", "15.1", "15.3", "16.4", "19.1"}
    path = "/v1/entered-registers/publicity"
    first = api.post(path, CHIEF, json={"values": ENTRY}).json()
    better = api.post(path, CHIEF, json={"values": ENTRY | {"媒体": "枣庄日报"}, "replaces": first["serial"]}).json()
    twice = api.post(path, CHIEF, json={"values": ENTRY, "replaces": first["serial"]})
    assert (twice.status_code, twice.json()["code"]) == (422, "entry_refused")
    serials = [one["serial"] for one in api.get(path, CHIEF).json()["items"]]
    assert better["serial"] in serials and first["serial"] not in serials
    assert first["serial"] in [one["serial"] for one in api.get(f"{path}?corrected=true", CHIEF).json()["items"]]
    monkeypatch.setattr(entered, "every", partial(every, at_once=1))
    api.post(path, CHIEF, json={"values": ENTRY})
    rows = list(csv.DictReader(io.StringIO(api.get(f"{path}/export.csv", ADMIN).text.removeprefix("\ufeff"))))
    assert len(rows) >= 2 and {row["标题"] for row in rows} == {"'=一图读懂"}


def test_a_register_takes_what_it_declares_from_whom_it_may(api: Api) -> None:
    """Obligations 15.3, 19.1."""
    path = "/v1/entered-registers"
    wrong = api.post(
        f"{path}/training", CHIEF, json={"values": {"日期": "3月4日", "学时": "两", "天气": "晴", "参训人员": "nobody"}}
    ).json()
    assert {one["field"] for one in wrong["errors"]} == {"values.日期", "values.学时", "values.天气", "values.内容"}
    people = {"日期": "2026-03-04", "内容": "系统应用", "学时": "2", "参训人员": "demo-permit-1、demo-guangming-1"}
    assert api.post(f"{path}/training", CHIEF, json={"values": people}).json()["errors"][0]["field"] == "values.参训人员"
    assert api.post(f"{path}/training", CHIEF, json={"values": people | {"参训人员": "demo-permit-1"}}).status_code == 201
    assert api.post(f"{path}/weather", CHIEF, json={"values": {}}).json()["code"] == "register_unknown"
    assert api.post(f"{path}/publicity", CHIEF, json={"values": ENTRY, "unit": "370402-GUANGMING"}).json()["code"] == "register_not_yours"
    inspection = {"检查日期": "2026-03-04", "内容": "窗口", "发现问题": "无"}
    assert api.post(f"{path}/inspections", CHIEF, json={"values": inspection}).json()["code"] == "register_not_yours"
    assert api.post(f"{path}/inspections", ADMIN, json={"values": inspection, "unit": "370402-PERMIT"}).status_code == 201
    found = {"values": inspection | {"发现问题": "仍索要证明"}, "unit": "370402-PERMIT"}
    assert [one["field"] for one in api.post(f"{path}/inspections", ADMIN, json=found).json()["errors"]] == ["values.整改期限"]
    assert api.post(f"{path}/publicity", REQUESTER, json={"values": ENTRY}).json()["code"] == "not_allowed"
    named = api.post(f"{path}/publicity", CHIEF, json={"values": ENTRY | {"标题": "关于370402188102020017"}})
    assert named.json()["code"] == "entry_refused"
    assert api.get(f"{path}/training", OTHER_CHIEF).json()["items"] == []


WEEK = "2026-W10"


def limits(unit: str, kept: int, missed: int) -> None:
    """Hard limits of a unit that fell due on the Wednesday of that week, laid beside a real request."""
    with transaction() as session:
        for count, column in ((kept, "met_at"), (missed, "missed_at")):
            session.execute(
                text(
                    "WITH q AS (INSERT INTO requests (id, verification, unit, received_at, answered_at, ended_at, answer) "
                    "SELECT gen_random_uuid(), v.number, :unit, '2026-03-04T01:00Z', '2026-03-04T02:00Z', '2026-03-04T02:00Z', 'true' "
                    "FROM (SELECT number FROM verifications LIMIT 1) v, generate_series(1, :count) RETURNING id, verification) "
                    "INSERT INTO deadlines (id, verification, request_id, kind, due_at, pausable, provisional, rule_version, "
                    "obligations, note, "
                    f"explanation, {column}) SELECT gen_random_uuid(), verification, id, 'hard', '2026-03-04T03:00Z', false, false, 'x', "
                    "'{}', '', '', '2026-03-04T02:00Z' FROM q"
                ),
                {"unit": unit, "count": count},
            )


@pytest.fixture(scope="module")
def week(served: Api) -> None:
    served.begin()
    ask(served.filed(proof="P-HARDSHIP"))
    limits("370402-GUANGMING", 45, 5)
    limits("370402-CIVIL", 20, 10)
    limits("370402-JUSTICE", 2, 1)
    issue(WEEK)


def issue(week: str) -> None:
    """The week's report, as its Monday makes it."""
    period = periods.parse(week)
    wanted, now = Wanted(period.start, period.end, ""), settings().now()
    snapshot = issuing.snapshot(wanted, now)
    issuing.keep(wanted, snapshot, issuing.Layouts(b"", b"", b""), now=now, actor="x")


def test_public_figures_hide_what_is_small_and_print_what_they_mean(api: Api, week: None) -> None:
    found = api.get(f"/figures/{WEEK}.json", None).json()
    rows = {row["单位"]: row for row in found["units"]}
    counts = [tuple(row[name] for name in DEFINITIONS) for row in rows.values()]
    assert len(counts) == 3 and ("<5",) * 6 in counts and ("50", "50", "0", "0", "50", "45") in counts
    assert ("*",) * 6 in counts  # the next smallest is hidden with it
    issued = from_json(api.get(f"/v1/reports/{api.get('/v1/reports', ADMIN).json()['items'][0]['id']}", ADMIN).text)
    guangming = next(row for row in issued.units if row.code == "370402-GUANGMING")
    assert rows[guangming.name]["最迟时限按时"] == str(guangming.limits.hard.part)  # the same as the leadership reads
    table = api.get(f"/figures/{WEEK}.csv", None)
    assert table.text.startswith("\ufeff周次,单位") and all(said in table.text for said in DEFINITIONS.values())
    page = api.get(f"/figures?week={WEEK}", None)
    assert page.status_code == 200 and "&lt;5" in page.text and all(typeset(said) in page.text for said in DEFINITIONS.values())


def test_public_figures_come_a_week_later_and_only_of_what_was_issued(api: Api, week: None) -> None:
    now = settings().now()
    for ago, code in ((0, "week_too_early"), (7, "week_too_early"), (15, "week_not_issued")):
        named = periods.text(periods.week_of(now - timedelta(days=ago)))
        assert api.get(f"/figures/{named}.json", None).json()["code"] == code
    issue(named)
    assert api.get(f"/figures/{named}.json", None).json()["units"] == []
    assert api.get("/figures", None).status_code == 200
    assert api.get("/figures/2026-W60.json", None).json()["code"] == "week_unknown"
    assert api.get("/figures/2026-W１0.csv", None).json()["code"] == "invalid"
    assert api.get("/figures/x.json", None).json()["code"] == "invalid"
    shown = api.get("/figures?week=2026-W60", None, headers={"Accept": "text/html"})
    assert shown.status_code == 404 and "周次" in shown.text


@pytest.mark.parametrize(
    ("kind", "values", "lacks"),
    [
        ("devices", {"窗口": "一楼 3 号", "设备": "人脸识别终端", "数量": "2", "启用日期": "2026-03-04"}, "设备"),  # obligation 6.1
        (
            "responsibility",  # obligation 15.1
            {"主要领导职务": "局长", "分管领导职务": "副局长", "岗位责任制文件": "演示发〔2026〕2号", "印发日期": "2026-03-04"},
            "分管领导职务",
        ),
    ],
)
def test_what_nobody_can_compute_is_entered_by_the_unit_itself(api: Api, kind: str, values: dict[str, str], lacks: str) -> None:
    """Obligations 6.1, 15.1."""
    path = f"/v1/entered-registers/{kind}"
    kept = api.post(path, CHIEF, json={"values": values}).json()
    assert kept["serial"] in [one["serial"] for one in api.get(path, CHIEF).json()["items"]]
    assert kept["serial"] in [one["serial"] for one in api.get(path, ADMIN).json()["items"]]
    assert kept["serial"] not in [one["serial"] for one in api.get(path, OTHER_CHIEF).json()["items"]]
    without = {name: text for name, text in values.items() if name != lacks}
    assert [one["field"] for one in api.post(path, CHIEF, json={"values": without}).json()["errors"]] == [f"values.{lacks}"]
    assert api.post(path, CHIEF, json={"values": values | {"数量" if kind == "devices" else "印发日期": "许多"}}).status_code == 422
