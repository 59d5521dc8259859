"""清单编制与调整 over HTTP: from a draft to the published version and what follows from it; who may not is told why."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from ledger.catalog import versions
from ledger.registry.registry import put_matters
from settings import LOCAL, settings
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook
from tests.gateway.catalog.test_lists import put as register
from tests.gateway.catalog.test_lists import rebuilt
from tests.gateway.catalog.test_lists import send as hand_in
from tests.gateway.conftest import ADMIN, ISSUER, OTHER, PUBLISHER, REQUESTER, Api
from tests.ledger.acting import do
from tests.ledger.listing import standing

PERMIT, JUSTICE = "370402-PERMIT", "370402-JUSTICE"
DECISION = {"members": ["区司法局", "区大数据局"], "date": "2026-03-04", "result": "同意", "document": "专班纪要〔2026〕3号"}
HARDSHIP = {"matter": "DEMO-0002", "proof": "P-HARDSHIP", "methods": ["issuer"], "issuing_unit": "370402-GUANGMING", "fields": ["家庭人口"]}
DISABILITY = {"matter": "DEMO-0002", "proof": "P-DISABILITY", "methods": ["issuer"], "issuing_unit": "370402-CIVIL", "fields": ["残疾等级"]}
REMOVE = {"kind": "remove", "matter": "DEMO-0002", "proof": "P-HARDSHIP"}


def add(**changes: Any) -> dict[str, Any]:
    return {"kind": "add", "entry": DISABILITY | changes}


def alter(**changes: Any) -> dict[str, Any]:
    return {"kind": "alter", "entry": HARDSHIP | changes}


def promised(api: Api) -> dict[str, Any]:
    """An entry that must be offered as a commitment, once it has its text."""
    text = {"text": "本人已经知晓告知的全部内容,承诺符合办理条件,所填内容真实。", "check_days": 20, "basis": "第一批清单"}
    assert api.call("PUT", "/v1/commitment-texts/P-HARDSHIP", ADMIN, json=text).status_code == 200
    return alter(validity_days=93, methods=["commitment", "issuer"], commitment_basis="第一批清单")


def body(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    today = settings().now().astimezone(LOCAL).date().isoformat()
    found = {
        "kind": "adjustment",
        "unit": JUSTICE,
        "reason": "《办法》修订",
        "reason_date": today,
        "document": "《办法》2026年修订",
        "changes": list(changes),
    }
    return {name: value for name, value in (found | more).items() if value is not ...}


def draft(api: Api, *changes: dict[str, Any], person: str = OTHER, **more: Any) -> dict[str, Any]:
    answer = api.post("/v1/catalog/proposals", person, json=body(*changes, **more))
    return {"http": answer.status_code, **answer.json()}


def take(api: Api, proposal: str, step: str, person: str, **sent: Any) -> dict[str, Any]:
    answer = api.post(f"/v1/catalog/proposals/{proposal}/{step}", person, json=sent)
    return {"http": answer.status_code, **answer.json()}


def agreed(api: Api, *changes: dict[str, Any], **more: Any) -> str:
    proposal: str = draft(api, *changes, **more)["id"]
    assert take(api, proposal, "report", OTHER)["http"] == 200
    assert take(api, proposal, "decide", ADMIN, **DECISION)["standing"] == "agreed"
    return proposal


def publish(api: Api, *proposals: str, person: str = PUBLISHER) -> dict[str, Any]:
    sent = {"proposals": list(proposals), "document": "市中政办发〔2026〕1号"}
    answer = api.post("/v1/catalog/versions", person, json=sent)
    return {"http": answer.status_code, **answer.json()}


def test_an_adjustment_from_the_cause_to_the_published_version(api: Api) -> None:
    """Obligations 4.1, 5.6."""
    filed = draft(api, alter(validity_days=77))
    assert (filed["http"], filed["standing_name"], filed["late"], filed["unit"]) == (201, "已起草", None, JUSTICE)
    (change,) = filed["changes"]
    assert change["kind_name"] == "变更" and any(line.startswith("有效天数:") and line.endswith("77") for line in change["lines"])
    reported = take(api, filed["id"], "report", OTHER)
    assert (reported["standing_name"], reported["late"]) == ("已报送", False) and reported["due_at"]
    decided = take(api, filed["id"], "decide", ADMIN, **DECISION)
    assert (decided["standing_name"], decided["steps"][-1]["record"]) == ("已同意,待公布", DECISION)
    before = do(versions.current)
    published = publish(api, filed["id"])
    assert (published["http"], published["number"]) == (201, before + 1) and len(published["digest"]) == 64
    assert standing("DEMO-0002", "P-HARDSHIP").validity_days == 77
    whole = api.get(f"/v1/catalog/proposals/{filed['id']}", OTHER).json()
    assert [(one["step_name"], one["person"]) for one in whole["steps"]] == [
        ("起草", "demo-justice-1"),
        ("报送", "demo-justice-1"),
        ("工作专班研究通过", "demo-admin"),
        ("公布", "demo-publisher"),
    ]
    assert whole["version"] == before + 1
    listed = api.get("/v1/catalog/proposals?standing=published&limit=1", PUBLISHER).json()
    assert [one["id"] for one in listed["items"]] == [filed["id"]]


def of_a_new_matter(code: str) -> dict[str, Any]:
    """The first entry of a matter that nobody has listed."""
    do(put_matters, [{"code": code, "name": "演示新增事项", "unit": JUSTICE, "handling": "immediate"}])
    return add(matter=code)


def test_the_first_list_of_a_matter_is_agreed_by_the_office(api: Api) -> None:
    """Obligations 5.1, 5.2."""
    filed = draft(api, of_a_new_matter("X-LISTED"), kind="list", reason_date=...)
    assert (filed["http"], filed["kind_name"], filed["change_count"]) == (201, "清单编制", 1)
    take(api, filed["id"], "report", OTHER)
    assert take(api, filed["id"], "consent", ADMIN, document="专班办〔2026〕1号")["standing"] == "agreed"
    assert publish(api, filed["id"])["http"] == 201 and standing("X-LISTED", "P-DISABILITY").unit == JUSTICE
    again = draft(api, {"kind": "remove", "matter": "X-LISTED", "proof": "P-DISABILITY"}, kind="list", reason_date=...)
    assert (again["http"], again["code"]) == (409, "step_refused") and "清单调整" in str(again)


def test_what_a_rebuild_changes_of_the_published_list_is_an_adjustment(api: Api) -> None:
    """Obligations 5.4, 5.5, 5.6."""
    register(api, "A-justice", OTHER)
    hand_in(api, "A-justice", workbook([(*HEADER, "有效期"), (*GOOD, "66")]))
    made = rebuilt()
    assert draft(api, kind="list", reason_date=..., changes=..., draft=made)["code"] == "step_refused"
    filed = draft(api, changes=..., draft=made)
    assert (filed["http"], filed["kind_name"], filed["change_count"]) == (201, "清单调整", 1)
    take(api, filed["id"], "report", OTHER)
    assert take(api, filed["id"], "decide", ADMIN, **DECISION)["standing"] == "agreed"
    assert publish(api, filed["id"])["http"] == 201 and standing("DEMO-0002", "P-HARDSHIP").validity_days == 66
    assert api.get(f"/v1/catalog/drafts/{made}", OTHER).json()["stale"] is True
    again = draft(api, changes=..., draft=made)
    assert (again["http"], again["code"]) == (409, "change_conflict")
    assert draft(api, changes=..., draft=made, unit=PERMIT, person=REQUESTER)["code"] == "nothing_changes"
    assert draft(api, changes=..., draft=str(uuid4()))["code"] == "draft_unknown"
    register(api, "A-justice", OTHER, active=False)


@pytest.mark.parametrize(
    ("changes", "more", "code"),
    [
        ([REMOVE | {"proof": "P-ARCHIVE"}], {}, "entry_not_listed"),
        ([{"kind": "alter", "entry": DISABILITY}], {}, "entry_not_listed"),
        ([{"kind": "add", "entry": HARDSHIP}], {}, "entry_listed_already"),
        ([add(matter="X-NONE")], {}, "matter_unknown"),
        ([add(proof="X-NONE")], {}, "proof_kind_unknown"),
        ([add(issuing_unit="X-NONE")], {}, "unit_not_registered"),
        ([REMOVE, alter(validity_days=5)], {}, "change_twice"),
        ([add()], {"unit": "X-NONE"}, "unit_not_registered"),
        ([add()], {"unit": PERMIT}, "step_refused"),
        ([add(matter="DEMO-0001")], {}, "step_refused"),
        ([add()], {"reason_date": "2099-01-01"}, "step_refused"),
        ([add()], {"reason_date": "2022-06-27"}, "invalid"),
        ([add()], {"reason_date": ...}, "invalid"),
        ([], {}, "invalid"),
        ([add()], {"draft": str(uuid4())}, "invalid"),
        ([{"kind": "remove", "entry": HARDSHIP}], {}, "invalid"),
        ([{"kind": "add", "matter": "DEMO-0002", "proof": "P-ARCHIVE"}], {}, "invalid"),
        ([add(methods=["issuer", "issuer"])], {}, "invalid"),
        ([add()], {"reason": "涉及370402188102020017"}, "invalid"),
    ],
)
def test_what_cannot_be_filed_says_so(api: Api, changes: list[dict[str, Any]], more: dict[str, Any], code: str) -> None:
    found = draft(api, *changes, **more)
    assert found["code"] == code, found
    if code in ("entry_not_listed", "entry_listed_already", "matter_unknown", "proof_kind_unknown"):
        assert found["errors"][0]["field"].startswith("changes.0")
    assert api.refusals()[-1][0] == code


def test_the_same_as_published_is_no_change(api: Api) -> None:
    now = standing("DEMO-0002", "P-HARDSHIP")
    same = alter(fields=list(now.fields), validity_days=now.validity_days, basis=now.basis, methods=[str(one) for one in now.methods])
    assert draft(api, same)["code"] == "nothing_changes"


def test_a_cancelled_proof_is_not_listed_anew(api: Api) -> None:
    """Obligation 2.1."""
    proof = {"name": "演示取消的证明", "basis": "《办法》", "cancelled": True}
    assert api.call("PUT", "/v1/registry/proofs/X-GONE", ADMIN, json=proof).status_code == 200
    assert draft(api, add(proof="X-GONE"))["code"] == "proof_cancelled"


def test_what_the_rules_block_lists_each_reason_with_what_to_do(api: Api) -> None:
    found = draft(api, add(methods=[], basis="", fields=[]), alter(methods=["data_sharing"], source="nowhere"))
    assert (found["http"], found["code"]) == (422, "changes_blocked")
    lines = [(one["proof"], one["code"], one["obligation"]) for one in found["blocks"]]
    assert lines == [
        ("P-DISABILITY", "no_basis", "2.1"),
        ("P-DISABILITY", "no_method", "2.2"),
        ("P-DISABILITY", "increase_without_method", "5.7"),
        ("P-HARDSHIP", "no_source", "7.2"),
    ]
    assert all(one["remedy"] and one["text"] and one["matter"] == "DEMO-0002" for one in found["blocks"])
    excluded = {"exclusion": "public_safety", "exclusion_decided_by": "工作专班", "exclusion_evidence": "纪要"}
    nobody = draft(api, add(issuing_unit=None, **excluded))
    assert [one["code"] for one in nobody["blocks"]] == ["no_issuer"], "it could never be published"
    (block,) = draft(api, add(methods=["commitment", "issuer"], commitment_basis="第一批清单"))["blocks"]
    assert (block["code"], block["obligation"]) == ("no_commitment_text", "7.4") and "/v1/commitment-texts/" in block["remedy"]


@pytest.mark.parametrize(
    ("step", "person", "sent", "code"),
    [
        ("report", REQUESTER, {}, "proposal_unknown"),
        ("report", ADMIN, {}, "not_allowed"),
        ("consent", ADMIN, {}, "step_refused"),
        ("decide", ADMIN, DECISION | {"date": "2099-01-01"}, "instant_in_future"),
        ("decide", ADMIN, DECISION | {"members": []}, "invalid"),
        ("decide", OTHER, DECISION, "not_allowed"),
        ("decide", ADMIN, DECISION, "step_refused"),
        ("return", ADMIN, {}, "invalid"),
        ("reject", OTHER, {"why": "不同意"}, "not_allowed"),
        ("withdraw", ISSUER, {"why": "有误"}, "proposal_unknown"),
    ],
)
def test_who_may_not_take_a_step_is_told_so(api: Api, step: str, person: str, sent: dict[str, Any], code: str) -> None:
    proposal = draft(api, alter(validity_days=88))["id"]
    assert take(api, proposal, step, person, **sent)["code"] == code
    assert api.get(f"/v1/catalog/proposals/{proposal}", OTHER).json()["standing"] == "drafted"


def test_a_proposal_comes_back_goes_again_and_ends(api: Api) -> None:
    """Obligation 5.6: turned down it is a decision of the 工作专班 too, with its record."""
    proposal = draft(api, alter(validity_days=88))["id"]
    take(api, proposal, "report", OTHER)
    returned = take(api, proposal, "return", ADMIN, why="请补充依据")
    assert (returned["standing"], returned["steps"][-1]["record"]) == ("drafted", {"why": "请补充依据"})
    take(api, proposal, "report", OTHER)
    assert "研究记录须写明" in take(api, proposal, "reject", ADMIN, why="依据不足")["detail"]
    study = {name: value for name, value in DECISION.items() if name != "result"}
    assert take(api, proposal, "reject", ADMIN, why="依据不足", **study | {"date": "2099-01-01"})["code"] == "instant_in_future"
    rejected = take(api, proposal, "reject", ADMIN, why="依据不足", **study)
    assert rejected["standing_name"] == "未通过"
    assert rejected["steps"][-1]["record"] == {"why": "依据不足", "result": "不予通过", **study}
    other = draft(api, alter(validity_days=88))["id"]
    assert take(api, other, "withdraw", OTHER, why="报送有误")["standing_name"] == "已撤回"
    assert publish(api, other)["code"] == "step_refused"


def test_publishing_is_the_publishers_and_whole_or_not_at_all(api: Api) -> None:
    """Obligation 5.2."""
    first, stale = agreed(api, alter(validity_days=91)), agreed(api, alter(validity_days=92))
    before = do(versions.current)
    assert publish(api, first, person=ADMIN)["code"] == "not_allowed"
    assert publish(api, first, str(uuid4()))["code"] == "proposal_unknown"
    assert publish(api)["code"] == "invalid"
    both = publish(api, first, stale)
    assert (both["http"], both["code"]) == (409, "change_conflict") and "请按现行清单重新报送" in both["detail"]
    assert do(versions.current) == before
    assert publish(api, first)["http"] == 201
    assert publish(api, stale)["code"] == "change_conflict"
    assert take(api, stale, "return", ADMIN, why="已被其他调整改动")["standing"] == "drafted"


def test_after_a_publication_guides_and_processes_follow(api: Api) -> None:
    """Obligations 13.1, 13.2."""
    number = publish(api, agreed(api, add(), promised(api)))["number"]
    mine = [one for one in api.get("/v1/catalog/change-tasks", OTHER).json()["items"] if one["version"] == number]
    assert [(one["what"], one["what_name"], one["unit"]) for one in mine] == [
        ("guide", "更新网上办事要素和办事指南", JUSTICE),
        ("process", "调整办理流程", JUSTICE),
    ]
    assert number in [one["version"] for one in api.get("/v1/catalog/change-tasks", ADMIN).json()["items"]]
    assert number not in [one["version"] for one in api.get("/v1/catalog/change-tasks?open=false", REQUESTER).json()["items"]]
    task = mine[0]["id"]
    assert api.post(f"/v1/catalog/change-tasks/{task}/done", REQUESTER, json={}).json()["code"] == "task_unknown"
    done = api.post(f"/v1/catalog/change-tasks/{task}/done", OTHER, json={"note": "已更新"}).json()
    assert (done["done_by"], done["note"]) == ("person:demo-justice-1", "已更新")
    again = api.post(f"/v1/catalog/change-tasks/{task}/done", OTHER, json={"note": "又一次"}).json()
    assert again == done
    assert task not in [one["id"] for one in api.get("/v1/catalog/change-tasks", OTHER).json()["items"]]


def test_what_a_guide_must_say_comes_as_a_table(api: Api) -> None:
    """Obligation 13.2."""
    number = publish(api, agreed(api, REMOVE))["number"]
    answer = api.get(f"/v1/catalog/versions/{number}/guide-changes.csv", OTHER)
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer.headers["content-type"].startswith("text/csv")
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[-1] == "办事指南怎么改" and row[0] == "减少" and row[-1] == "从申请材料中删去“经济困难证明”。"
    theirs = api.get(f"/v1/catalog/versions/{number}/guide-changes.csv", REQUESTER).content.decode("utf-8-sig")
    assert len(theirs.splitlines()) == 1, "another unit's guides are not its own"
    first = api.get("/v1/catalog/versions/1/guide-changes.csv", ADMIN).content.decode("utf-8-sig")
    assert "无需提交,由办事单位以数据共享、部门核验方式核验" in first and "须提交,并注明原因:该证明事项属于“公共安全”类" in first
    assert api.get("/v1/catalog/versions/999/guide-changes.csv", ADMIN).json()["code"] == "version_unknown"


def test_coverage_says_what_it_is_out_of(api: Api) -> None:
    """Obligation 5.1."""
    api.put_case()
    api.file(proof="P-SAFETY")
    found = api.get("/v1/catalog/coverage", ADMIN).json()
    assert found["units"]["whole"] == found["units"]["part"] + len(found["units_without_list"]) == 4
    assert found["databases"] == {"part": 2, "whole": 2} and found["unconnected_databases"] == []
    assert ("DEMO-0001", "P-SAFETY") in [(one["matter"], one["proof"]) for one in found["missing_proofs"]]
    assert api.get("/v1/catalog/coverage", OTHER).json()["code"] == "not_allowed"
