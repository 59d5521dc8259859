"""办事指南材料清单: what editors upload, only what changed since they did, and that it was handed over."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from python_calamine import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.catalog.guide_file import COLUMNS, guides
from ledger.catalog import versions
from ledger.database import transaction
from ledger.registry import unit_changes
from settings import settings
from tests.gateway.catalog.test_list_adjustment import DISABILITY, JUSTICE, REMOVE, add, agreed, alter, promised, publish
from tests.gateway.conftest import ADMIN, OTHER, REQUESTER, Api
from tests.ledger.acting import do


def file(api: Api, person: str = OTHER, **query: Any) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The rows to upload by column, and the notes; read by two readers alike."""
    answer = api.get("/v1/catalog/guides.xlsx", person, params=query)
    assert answer.status_code == 200, answer.text
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["材料清单", "说明"]
    header, *rows = ([cell or "" for cell in row] for row in book["材料清单"].iter_rows(values_only=True))
    assert [header, *rows] == load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert header == list(COLUMNS)
    notes = dict(book["说明"].iter_rows(values_only=True))
    assert f"第 {answer.headers['Proofless-List-Version']} 版" in notes["清单版本"]
    return [dict(zip(header, row, strict=True)) for row in rows], notes


def hand_over(api: Api, version: int, person: str = OTHER, **more: Any) -> Any:
    return api.post("/v1/catalog/guide-handovers", person, json={"version": version, **more})


def reference(unit: str, version: int) -> set[tuple[str, str, bool]]:
    """The slow way: every entry of that version, in Python."""
    found = [one for one in do(versions.entries_of, version).values() if one.unit == unit]
    kept = [one for one in found if one.exclusion or one.reviewed_above or (one.outside_region and not one.checkable_online)]
    return {(one.matter, one.proof, one not in kept) for one in found}


def test_each_matters_materials_in_the_columns_of_the_matter_library(api: Api) -> None:
    """Obligation 13.2."""
    number = publish(api, agreed(api, add(), promised(api)))["number"]
    rows, notes = file(api)
    assert {(one["实施编码"], one["证明编码"], one["是否免提交"] == "是") for one in rows} == reference(JUSTICE, number) and rows
    (disability,) = [one for one in rows if one["证明编码"] == "P-DISABILITY"]
    assert disability == {
        "实施编码": "DEMO-0002",
        "事项名称": "法律援助申请",
        "实施主体": "区司法局",
        "实施主体编码": disability["实施主体编码"],
        "材料名称": "残疾状况证明",
        "材料必要性": "非必要",
        "材料类型": "证件证书证明",
        "来源渠道": "政府部门核发",
        "来源渠道说明": "由市中区民政局出具",
        "要求提供材料的依据": disability["要求提供材料的依据"],
        "填报须知": "无需提交,由办事单位以部门核验方式核验。",
        "是否免提交": "是",
        "获取方式": "部门核验",
        "证明编码": "P-DISABILITY",
        "变动": "",
    }
    (hardship,) = [one for one in rows if one["证明编码"] == "P-HARDSHIP"]
    assert hardship["获取方式"] == "告知承诺、部门核验" and "(申请人书面承诺)" in hardship["填报须知"]
    assert notes["内容"] == "全部" and "其他申请材料不在清单中" in notes["说明"]
    theirs, _ = file(api, ADMIN, unit="370402-PERMIT")
    kept = [one for one in theirs if one["是否免提交"] == "否"]
    assert kept and all((one["材料必要性"], one["获取方式"]) == ("必要", "申请人提交") for one in kept)
    assert all(one["填报须知"].startswith("须提交。") and len(one["填报须知"]) > 8 for one in kept), "with the reason"
    assert {(one["实施编码"], one["证明编码"], one["是否免提交"] == "是") for one in theirs} == reference("370402-PERMIT", number)


def test_only_what_changed_since_the_last_handover(api: Api) -> None:
    """Obligation 13.2."""
    number = publish(api, agreed(api, alter(validity_days=31)))["number"]
    done = hand_over(api, number).json()
    assert done["unit"] == JUSTICE and done["version"] == number and done["tasks_done"] >= 1
    assert file(api, changed=True)[0] == [], "all of it was handed over"
    waiting = api.get("/v1/catalog/change-tasks", OTHER).json()["items"]
    assert {one["what"] for one in waiting} == {"process"}, "obligation 13.1 is another"
    publish(api, agreed(api, alter(validity_days=32)))
    assert file(api, changed=True)[0] == [], "what a guide does not say changes no guide"
    publish(api, agreed(api, alter(validity_days=32, basis="《法律援助法》第四十一条")))
    newest = publish(api, agreed(api, {"kind": "remove", "matter": DISABILITY["matter"], "proof": DISABILITY["proof"]}))["number"]
    rows, notes = file(api, changed=True)
    assert [(one["证明编码"], one["变动"]) for one in rows] == [("P-DISABILITY", "减少"), ("P-HARDSHIP", "变更")]
    assert rows[0]["材料名称"] == "残疾状况证明" and "请从材料清单中删去" in rows[0]["填报须知"] and rows[0]["是否免提交"] == ""
    assert rows[1]["要求提供材料的依据"] == "《法律援助法》第四十一条" and notes["内容"] == f"与上次交付的第 {number} 版相比有变动的"
    assert hand_over(api, newest).status_code == 201
    publish(api, agreed(api, REMOVE))
    back = publish(api, agreed(api, {"kind": "add", "entry": {**alter(validity_days=32, basis="《法律援助法》第四十一条")["entry"]}}))
    assert back["http"] == 201 and file(api, changed=True)[0] == [], "taken away and back again is no change"
    publish(api, agreed(api, add()))
    assert [(one["证明编码"], one["变动"]) for one in file(api, changed=True)[0]] == [("P-DISABILITY", "增加")]
    assert file(api, changed=True, version=newest)[0] == [], "up to a version that is asked for"


def test_a_handover_is_once_and_never_goes_back(api: Api) -> None:
    """Obligation 13.2."""
    number = publish(api, agreed(api, alter(validity_days=51)))["number"]
    first, again = hand_over(api, number), hand_over(api, number)
    assert (first.status_code, again.status_code) == (201, 201) and again.json() == first.json() | {"tasks_done": 0}
    older = hand_over(api, number - 1)
    assert (older.status_code, older.json()["code"]) == (409, "guide_handover_refused") and f"第 {number} 版" in older.json()["detail"]
    assert hand_over(api, number + 1).json()["code"] == "version_unknown"
    assert hand_over(api, number, REQUESTER, unit=JUSTICE).json()["code"] == "not_allowed"
    assert hand_over(api, number, ADMIN, unit="370402-NOBODY").json()["code"] == "unit_unknown"
    assert hand_over(api, number, ADMIN, unit="370402-PERMIT").status_code == 201, "the office may, for everybody"
    mine = api.get("/v1/catalog/guide-handovers", OTHER).json()["items"]
    assert mine[0] == {name: value for name, value in first.json().items() if name != "tasks_done"}
    assert {one["unit"] for one in mine} == {JUSTICE}
    assert "370402-PERMIT" in [one["unit"] for one in api.get("/v1/catalog/guide-handovers", ADMIN).json()["items"]]
    assert api.get("/v1/catalog/guides.xlsx?unit=370402-PERMIT", OTHER).json()["code"] == "not_allowed"
    assert api.get("/v1/catalog/guides.xlsx?unit=370402-NOBODY", ADMIN).json()["code"] == "unit_unknown"
    assert api.get("/v1/catalog/guides.xlsx?version=9999", OTHER).json()["code"] == "version_unknown"
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text("UPDATE guide_handovers SET version = 1"))


def test_what_was_merged_into_a_unit_is_its_own_to_hand_over(api: Api) -> None:
    """Obligation 13.2: after a merger the successor's file has the merged unit's matters, each against what was handed over of it."""
    number = publish(api, agreed(api, alter(validity_days=61)))["number"]
    assert hand_over(api, number).status_code == 201
    now = settings().now()
    with transaction() as session:
        unit_changes.merge(session, JUSTICE, "370402-CIVIL", at=now, document="编办〔2026〕1号", now=now, actor="person:demo-admin")
        found, changed = guides(session, "370402-CIVIL"), guides(session, "370402-CIVIL", changed=True)
        assert "DEMO-0002" in {row[0] for row in found.rows} and "DEMO-0002" not in {row[0] for row in changed.rows}
        session.rollback()
