"""与登记不一致: a list of matters renames nothing by itself, and takes nothing from another unit; what was renamed keeps its old name."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import loading
from catalog.complaint_file import enter
from catalog.complaint_table import read_table
from catalog.list_kinds import ListKind
from domain.list_rows import Topic
from domain.register_changes import Register
from ledger.catalog import questions
from ledger.registry import register_changes
from ledger.tables.catalog import CatalogQuestion
from ledger.tables.register_changes import RegisterChange
from ledger.tables.registry import Matter
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.test_rebuild import changes, of_file, rebuilt, send, source
from tests.catalog.workbooks import workbook
from tests.ledger.acting import all_of, do
from tests.ledger.filing import NOW, UNIT

pytestmark = pytest.mark.usefixtures("ledger")

OFFICE, JUSTICE, PERMIT = "person:demo-admin", "370402-JUSTICE", "市中区行政审批服务局"
HOUSING, SAFETY, AID = "公共租赁住房申请", "危险化学品经营许可", "法律援助申请"
RENAMED = "公租房保障资格确认"


def matters(*rows: tuple[str, ...], unit: str | None = UNIT, key: str = "matters") -> Any:
    source(key, ListKind.MATTERS, unit)
    send(key, workbook([("事项编码", "事项名称", "部门"), *((*row, PERMIT) for row in rows)]))
    return rebuilt()


def asked() -> dict[str, CatalogQuestion]:
    return {one.subject: one for one in do(questions.questions).rows if one.topic == Topic.MATTER}


def say(name: str, code: str | None, **more: Any) -> Any:
    do(questions.answer, asked()[name].id, code, now=NOW, actor=OFFICE, **more)
    return rebuilt()


def registered() -> dict[str, tuple[str, str]]:
    return {one.code: (one.name, one.unit) for one in all_of(Matter)}


def test_names_that_changed_places_rename_nothing() -> None:
    before = registered()
    matters(("DEMO-0001", SAFETY), ("DEMO-0005", HOUSING))
    assert registered() == before
    assert {name: [one.code for one in row.candidates] for name, row in asked().items()} == {
        SAFETY: ["DEMO-0001", "DEMO-0005"],
        HOUSING: ["DEMO-0005", "DEMO-0001"],
    }
    assert {line: state for line, (state, _) in of_file("matters").items()} == {"2": "待确认", "3": "待确认"}
    say(SAFETY, "DEMO-0005")
    assert registered() == before and of_file("matters")["2"][0] == "未采用"


def test_a_new_name_is_asked_once_and_then_stands_with_the_old_one_beside_it() -> None:
    matters(("DEMO-0001", RENAMED))
    assert registered()["DEMO-0001"][0] == HOUSING and asked()[RENAMED].sender == UNIT
    say(RENAMED, "DEMO-0001")
    assert registered()["DEMO-0001"] == (RENAMED, UNIT) and asked() == {} and of_file("matters") == {}
    (change,) = [one for one in all_of(RegisterChange) if one.register is Register.MATTERS]
    assert (change.before, change.after, change.decided_by) == ({"name": HOUSING}, {"name": RENAMED}, OFFICE)
    source("proofs", ListKind.PROOFS, UNIT)
    send("proofs", workbook([("事项名称", *HEADER[2:]), (HOUSING, "居住情况证明", *GOOD[3:])]))
    assert ("变更", "DEMO-0001", "P-RESIDENCE") in changes(rebuilt()) and asked() == {}
    table = read_table(f"渠道,收到时间,内容,事项\n12345,2026-03-02,要求提供证明,{HOUSING}\n".encode())
    (outcome,) = enter(table, 15, person="demo-admin", unit="370402-OFFICE", now=NOW)
    assert outcome.number is not None, outcome.said


def test_a_list_of_before_does_not_take_the_name_of_today_away() -> None:
    matters(("DEMO-0001", HOUSING))
    row = {"code": "DEMO-0001", "name": RENAMED, "unit": UNIT, "handling": "promised", "promised_days": None}
    (change,) = do(register_changes.put, Register.MATTERS, [row], actor=OFFICE, now=NOW)
    do(register_changes.confirm, change.id, actor="person:demo-office-1", now=NOW)
    send("matters", workbook([("事项编码", "事项名称", "部门"), ("DEMO-0001", HOUSING, PERMIT), ("M-9", "演示新增事项", PERMIT)]))
    rebuilt()
    assert registered()["DEMO-0001"][0] == RENAMED and "M-9" in registered() and asked() == {} and of_file("matters") == {}
    assert do(loading.code_of, Matter, HOUSING) == "DEMO-0001"


def test_another_units_matter_is_not_taken_by_its_code() -> None:
    matters(("DEMO-0002", AID), ("M-9", "演示新增事项"))
    assert registered()["DEMO-0002"] == (AID, JUSTICE) and registered()["M-9"][1] == UNIT
    assert of_file("matters") == {"2": ("拦截", f"事项编码 DEMO-0002 登记为另一单位的事项“{AID}”。")}
    matters(("DEMO-0002", AID), unit=None, key="all")
    assert registered()["DEMO-0002"] == (AID, UNIT), "a list that speaks for all may say so"


def test_one_name_asked_in_lists_of_matters_and_of_proofs_is_one_question() -> None:
    source("proofs", ListKind.PROOFS, UNIT)
    send("proofs", workbook([("事项名称", *HEADER[2:]), (RENAMED, "居住情况证明", *GOOD[3:])]))
    matters(("DEMO-0001", RENAMED))
    (row,) = asked().values()
    assert row.count == 2 and "DEMO-0001" in [one.code for one in row.candidates]
    assert ("变更", "DEMO-0001", "P-RESIDENCE") in changes(say(RENAMED, "DEMO-0001"))


def test_what_lists_were_told_for_all_complaints_know() -> None:
    table = read_table("渠道,收到时间,内容,事项\n12345,2026-03-02,要求提供证明,廉租房\n".encode())

    def entered() -> str | None:
        return enter(table, 15, person="demo-admin", unit="370402-OFFICE", now=NOW)[0].number

    source("proofs", ListKind.PROOFS, UNIT)
    send("proofs", workbook([("事项名称", *HEADER[2:]), ("廉租房", "居住情况证明", *GOOD[3:])]))
    rebuilt()
    assert entered() is None
    say("廉租房", "DEMO-0001")
    assert entered() is None, "what one sender means by it is not said for others"
    (row,) = [one for one in do(questions.questions, answered=True).rows if one.subject == "廉租房"]
    do(questions.answer, row.id, "DEMO-0001", for_all=True, now=NOW, actor=OFFICE)
    assert entered() is not None
