"""由“X”更名, 原名X: a row says that what it names was called otherwise. It is asked once, with the old name as candidate; then lists with
either name are served (obligation 5.1). Each was once asked with nothing to choose from, or taken as another proof."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.renamings import former_names, holds_old_names
from domain.list_rows import RowResult, Topic
from ledger.catalog import questions
from ledger.tables.catalog import CatalogRow
from ledger.tables.registry import Matter
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import FIRST, HEADER
from tests.catalog.test_changed_codes import NEW, OFFICE, OLD, asked, say
from tests.catalog.test_rebuild import rebuilt, send, source
from tests.catalog.workbooks import workbook
from tests.ledger.acting import all_of, do
from tests.ledger.filing import NOW, UNIT

_FRESH = "居民户口情况说明"


def rows(*lines: tuple[Any, ...]) -> list[RowResult]:
    (result,) = read_list(workbook([HEADER, *lines]), ListKind.PROOFS, sandbox())
    return list(result.rows)


def proposed(row: RowResult) -> list[tuple[Topic, list[str]]]:
    return [(one.topic, [candidate.code for candidate in one.candidates]) for one in row.questions]


@pytest.mark.parametrize(
    "remark",
    [
        "由“户籍证明”更名",
        "原名户籍证明",
        "原名称:户籍证明",
        "原“户籍证明”",
        "原户籍证明,现统一规范",
        "更名自户籍证明",
        "由户籍证明调整而来",
        "证明名称由“户籍证明”变更为“居民户口情况说明”",
        "更名前为户籍证明",
        "曾用名:户籍证明",
        "由原户籍证明名称规范",
        "即原来的户籍证明",
        "原编码P-HOUSEHOLD",
    ],
)
def test_what_was_called_otherwise_is_asked_with_that_name(remark: str) -> None:
    first, second = rows(FIRST, (2, "DEMO-0001", _FRESH, remark))
    assert first.fact is not None
    assert proposed(second) == [(Topic.PROOF, ["P-HOUSEHOLD"])] and "“户籍证明”" in second.questions[0].why


@pytest.mark.parametrize("remark", ["由“户籍证明”更名", "由户籍证明、婚姻状况证明合并而来"])
def test_a_registered_one_that_was_another_until_now_is_asked_too(remark: str) -> None:
    (row,) = rows((2, "DEMO-0001", "居住情况证明", remark))
    (topic, codes) = proposed(row)[0]
    assert topic is Topic.PROOF and codes[0] == "P-HOUSEHOLD" and codes[-1] == "P-RESIDENCE"


@pytest.mark.parametrize(
    "remark",
    [
        "原名称不变",
        "更名前后内容一致",
        "由户籍科出具",
        "原件一份",
        "原“户口证明”",
        "原依据为户口登记条例",
        "由“户口证明”更名",
        "原名户籍证明",
        "名称由户籍信息证明规范",
    ],
)
def test_what_is_no_name_of_another_asks_nothing(remark: str) -> None:
    assert [row.fact is not None for row in rows((2, "DEMO-0001", "户籍证明", remark))] == [True]


def test_a_column_and_brackets_say_it_too() -> None:
    (result,) = read_list(
        workbook([("事项编码", "证明名称", "原证明名称"), ("DEMO-0001", _FRESH, "户籍证明"), ("DEMO-0001", "户籍证明", "户籍证明")]),
        ListKind.PROOFS,
        sandbox(),
    )
    assert proposed(result.rows[0]) == [(Topic.PROOF, ["P-HOUSEHOLD"])] and result.rows[1].fact is not None
    assert proposed(rows((1, "DEMO-0001", f"{_FRESH}(原户籍证明)", ""))[0]) == [(Topic.PROOF, ["P-HOUSEHOLD"])]
    assert holds_old_names("更名前的证明名称") and holds_old_names("曾用名") and not holds_old_names("原件份数")


def test_a_matter_that_was_called_otherwise() -> None:
    (result,) = read_list(
        workbook([("事项名称", "证明名称", "备注"), ("公租房保障资格确认", "户籍证明", "事项由“公共租赁住房申请”更名")]),
        ListKind.PROOFS,
        sandbox(),
    )
    assert proposed(result.rows[0]) == [(Topic.MATTER, ["DEMO-0001"])]


def test_two_of_which_one_was_made() -> None:
    assert {"户籍证明", "婚姻状况证明"} <= set(former_names("由户籍证明和婚姻状况证明合并而来"))


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("name", [_FRESH, "居住情况证明"])
def test_it_is_asked_once_and_both_names_are_that_proof_then(name: str) -> None:
    source("proofs", ListKind.PROOFS)
    send("proofs", workbook([("事项编码", "证明名称", "备注"), ("DEMO-0002", name, "由户籍证明更名")]))
    rebuilt()
    (question,) = do(questions.questions).rows
    assert (question.topic, question.subject, question.candidates[0].code) == (Topic.PROOF, name, "P-HOUSEHOLD")
    do(questions.answer, question.id, "P-HOUSEHOLD", now=NOW, actor=OFFICE)
    send("proofs", workbook([("事项编码", "证明名称"), ("DEMO-0002", name), ("DEMO-0003", "户籍证明")]))
    rebuilt()
    assert do(questions.questions).rows == []
    assert {row.fact.proof for row in all_of(CatalogRow) if row.fact is not None} == {"P-HOUSEHOLD"}


@pytest.mark.usefixtures("ledger")
def test_a_registered_one_that_a_person_calls_another_is_asked_no_more() -> None:
    source("proofs", ListKind.PROOFS)
    send("proofs", workbook([("事项编码", "证明名称", "备注"), ("DEMO-0002", "居住情况证明", "由户籍证明更名")]))
    rebuilt()
    (question,) = do(questions.questions).rows
    do(questions.answer, question.id, "P-RESIDENCE", now=NOW, actor=OFFICE)
    rebuilt()
    assert do(questions.questions).rows == []


def matters(*rows: tuple[str, ...], unit: str | None = UNIT) -> Any:
    source("matters", ListKind.MATTERS, unit)
    send("matters", workbook([("事项编码", "事项名称", "部门", "备注"), *rows]))
    return rebuilt()


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("remark", ["由“公共租赁住房申请”更名", "原编码DEMO-0001", "由DEMO-0001变更"])
def test_a_new_code_of_another_name_that_says_what_it_was_is_a_succession(remark: str) -> None:
    matters((NEW, "公租房保障资格确认", "", remark))
    (question,) = asked()
    assert [one.code for one in question.candidates] == [OLD] and "原事项" in question.why
    assert [one.code for one in all_of(Matter) if one.code == NEW] == []
    say(OLD)
    (old,) = [one for one in all_of(Matter) if one.code == OLD]
    assert (old.active, old.succeeded_by) == (False, NEW)
    source("proofs", ListKind.PROOFS)
    send("proofs", workbook([("事项名称", "证明名称"), ("公共租赁住房申请", "户籍证明"), ("公租房保障资格确认", "婚姻状况证明")]))
    rebuilt()
    assert do(questions.questions).rows == [], "under its old name lists find it, too"


@pytest.mark.usefixtures("ledger")
def test_what_another_units_matter_was_called_is_no_succession() -> None:
    matters((NEW, "公租房保障资格确认", "", "由“法律援助申请”更名"))
    assert asked() == []
