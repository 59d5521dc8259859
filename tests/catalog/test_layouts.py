"""Lists of the same kinds in other layouts and words: nothing is lost, and nothing that is none is taken for a row."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import Workbook, load_workbook

from catalog.error_file import error_file
from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import ListResult, read_list
from catalog.matching import Known, Names
from domain.list_rows import MatterFact, NegativeFact, ProofFact, Topic
from domain.methods import Method
from tests.catalog.registries import guangan, sandbox
from tests.catalog.test_lists import GOOD, HEADER, codes, counts
from tests.catalog.workbooks import saved, workbook

MATTERS = ("序号", "事项名称", "事项编码", "部门名称", "部门编码", "办件类型", "承诺时限")


def matters(*rows: tuple[object, ...]) -> ListResult:
    (result,) = read_list(workbook([MATTERS, *((number, *row) for number, row in enumerate(rows, start=1))]), ListKind.MATTERS, guangan())
    return result


def test_totals_and_notes_under_the_table_are_no_rows() -> None:
    under = [
        ("合计", "", 1, *[""] * 6),
        ("", "", "合 计:1项", *[""] * 6),
        ("注:1.本表一式两份。", *[""] * 8),
        ("填表人:演示甲", "", "", "审核人:演示乙", *[""] * 5),
        ("备注:", "见附件", *[""] * 7),
    ]
    (result,) = read_list(workbook([HEADER, GOOD, *under]), ListKind.PROOFS, sandbox())
    assert counts(result) == [1, 0, 0]
    (negative,) = read_list(
        workbook([("序号", "不应出具的证明"), (1, "亲属关系证明"), ("合计", "1项"), ("二", "合计证明")]),
        ListKind.NEGATIVE_COMMUNITY,
        sandbox(),
    )
    assert [row.fact for row in negative.rows] == [NegativeFact("亲属关系证明"), NegativeFact("合计证明")]


@pytest.mark.parametrize(
    "line",
    [
        ("(以下空白)",),
        ("", "", "——以下无正文——"),
        ("附件:无",),
        ("附:证明样式", "", "共2页"),
        ("", "", "", "", "", "", "", "", "第1页,共3页"),
        ("- 2 -",),
        ("1/3",),
        ("制表单位:市中区司法局", "", "", "日期:2026年3月1日"),
        ("打印日期:2026-03-01",),
        ("", "", "", "", "", "", "", "二〇二六年三月一日"),
        ("单位(盖章):",),
        ("", "", "", "", "", "", "", "(公章)"),
        ("共12项",),
        ("分管领导:", "", "经办人:"),
        ("数据来源:区司法局业务系统",),
        (7,),  # a number that was made for a row that never came
        ("二、区民政局",),
    ],
)
def test_what_closes_a_table_is_no_row(line: tuple[object, ...]) -> None:
    """Else it is sent back, and what a complete list names no more does not go (obligation 5.3)."""
    padded = (*line, *[""] * (len(HEADER) - len(line)))
    (result,) = read_list(workbook([HEADER, GOOD, padded]), ListKind.PROOFS, sandbox())
    assert counts(result) == [1, 0, 0]


@pytest.mark.parametrize(
    "row",
    [
        (2, "", "经济困难证明", *[""] * 6),
        ("", "", "一次性告知", *[""] * 6),
        ("", "DEMO-0003", *[""] * 7),
        ("", "", "完税证明", *[""] * 6),
        ("", "", "第1页证明", *[""] * 6),
    ],
)
def test_what_may_be_a_row_is_never_passed_over(row: tuple[object, ...]) -> None:
    (result,) = read_list(workbook([HEADER, GOOD, row]), ListKind.PROOFS, sandbox())
    assert len(result.rows) == 2


def test_rows_that_differ_in_a_column_that_nobody_knows_are_no_repetition() -> None:
    rows = [(*HEADER, "适用对象"), (*GOOD, "低保家庭"), (2, *GOOD[1:], "特困人员"), (3, *GOOD[1:], "特困人员")]
    (result,) = read_list(workbook(rows), ListKind.PROOFS, sandbox())
    assert counts(result) == [2, 0, 1] and "与第 3 行完全相同" in result.rows[2].faults[0].text


def test_numbers_that_begin_again_with_each_department_make_no_row_a_repetition() -> None:
    rows = [HEADER, GOOD, (1, "DEMO-0003", *GOOD[2:]), (2, "DEMO-0003", *GOOD[2:])]
    (result,) = read_list(workbook(rows), ListKind.PROOFS, sandbox())
    assert counts(result) == [2, 0, 1] and codes(result.rows[2]) == {"duplicate"}


def test_a_table_without_a_header_among_others_is_named_and_words_are_not() -> None:
    book = Workbook()
    words, good, bad = book.active, book.create_sheet("民政"), book.create_sheet("司法")
    assert words is not None
    words.append(["请于月底前报送"])
    for row in (HEADER, GOOD):
        good.append(row)
    for row in (("甲", "乙", "丙", "丁"), GOOD[:4]):
        bad.append(row)
    results = read_list(saved(book), ListKind.PROOFS, sandbox())
    assert [(one.sheet.name, len(one.rows), bool(one.sheet.refused)) for one in results] == [("民政", 1, False), ("司法", 0, True)]
    about = load_workbook(io.BytesIO(error_file("清单", results))).worksheets[0]
    assert any(row[0].value == "没有读取的工作表" and str(row[1].value).startswith("司法:没有找到") for row in about.iter_rows())


def test_an_error_file_that_comes_back_is_not_taken_for_the_list() -> None:
    """It holds the faulty rows alone: of a complete list, all others would seem to be gone."""
    results = read_list(workbook([HEADER, (1, "X-NONE", *GOOD[2:])]), ListKind.PROOFS, sandbox())
    with pytest.raises(FileRefused, match="问题清单"):
        read_list(error_file("清单", results), ListKind.PROOFS, sandbox())


def test_columns_in_the_words_of_other_districts() -> None:
    text = (
        "序号;证明材料;对应政务服务事项;索要部门;出具机关;法律法规依据;替代措施\n1;经济困难证明;法律援助申请;区司法局;"
        "光明路街道办事处;《法》;部门间核查\n"
    )
    for encoding in ("gbk", "gb18030", "utf-8-sig", "utf-16"):
        (result,) = read_list(text.encode(encoding), ListKind.PROOFS, sandbox())
        (row,) = result.rows
        assert row.fact == ProofFact(
            "P-HARDSHIP",
            unit="370402-JUSTICE",
            matter="DEMO-0002",
            basis="《法》",
            issuer_text="光明路街道办事处",
            issuing_unit="370402-GUANGMING",
            methods=(Method.ISSUER,),
        )
        assert result.sheet.unused == ()


@pytest.mark.parametrize(
    ("handling", "text", "days"),
    [
        ("承诺件", "20个工作日", 20),
        ("承诺件", 20, 20),
        ("承诺件", "1个月", None),
        ("承诺件", "24小时", None),
        ("承诺件", 0, None),
        ("承诺件", "30分钟", None),
        ("即办件", 0, 0),
        ("即办件", "当场办结", 0),
        ("即办件", "1", 1),
    ],
)
def test_a_promise_is_working_days_and_a_month_is_not_one_of_them(handling: str, text: object, days: int | None) -> None:
    (row,) = matters(("演示事项", "X-1", "区民政局", "", handling, text)).rows
    assert codes(row) == ({"value_wrong"} if days is None else set())
    assert row.fact is None or (isinstance(row.fact, MatterFact) and row.fact.promised_days == (days or None))


def test_one_code_of_two_matters_goes_back_wherever_it_stands() -> None:
    result = matters(
        ("甲事项", "X-1", "区民政局", "", "承诺件", 5),
        ("乙事项", "X-1", "区水务局", "", "承诺件", 5),
        ("丙事项", "X-2", "区民政局", "", "承诺件", 5),
    )
    assert counts(result) == [1, 0, 2] and [codes(row) for row in result.rows] == [{"code_twice"}, {"code_twice"}, set()]
    assert "第 2、3 行" in result.rows[1].faults[0].text


def test_a_code_of_another_department_does_not_make_a_name_its_own() -> None:
    """The code of 水务局 beside a department that is not registered: copied down, or renamed? A person says."""
    (row,) = matters(("演示事项", "X-1", "区园林局", "00877844X", "承诺件", 5)).rows
    (question,) = row.questions
    assert (question.topic, question.subject, question.candidates[0].code) == (Topic.UNIT, "区园林局", "GA-08") and row.fact is None
    (silent,) = matters(("演示事项", "X-1", "", "00877844X", "承诺件", 5)).rows
    assert isinstance(silent.fact, MatterFact) and silent.fact.unit == "GA-08"


def test_of_several_matters_of_one_name_the_asking_units_own_is_meant() -> None:
    registry = replace(
        sandbox(),
        matters=Names([Known("A", "变更登记"), Known("B", "变更登记"), Known("C", "变更登记")]),
        matter_units={"A": "370402-JUSTICE", "B": "370402-PERMIT", "C": "370402-PERMIT"},
    )
    header = ("证明名称", "证明用途", "索要单位")
    rows = [header, *(("经济困难证明", "变更登记", unit) for unit in ("区司法局", "区行政审批服务局", ""))]
    (result,) = read_list(workbook(rows), ListKind.PROOFS, registry)
    first, second, third = result.rows
    assert isinstance(first.fact, ProofFact) and first.fact.matter == "A"
    assert "ask matter" in codes(second) and "ask matter" in codes(third)


def test_a_header_of_high_cells_is_no_title_of_its_own_and_ends_where_they_end() -> None:
    """保留 stands in a cell that is three rows high: it names a column, and says nothing of the rows."""
    over: list[object] = ["证明名称", "事项编码", "清理意见", "保留"]
    rows: list[list[object]] = [over, over, ["证明名称", "事项编码", "拟取消", "保留"], ["户籍证明", "DEMO-0001", "√", ""]]
    (row,) = read_list(workbook(rows), ListKind.PROOFS, sandbox())[0].rows
    assert isinstance(row.fact, ProofFact) and row.fact.cancelled
    rows = [["事项编码", "设定依据", "证明材料", None], [None, None, "名称", "所需时间"], ["DEMO-0001", "x", "户籍证明", ""]]
    assert len(read_list(workbook(rows, ["C1:D1", "A1:A2", "B1:B2"]), ListKind.PROOFS, sandbox())[0].rows) == 1


@pytest.mark.parametrize(
    ("columns", "cells", "name"),
    [
        (("主项名称", "子项名称"), ("法律援助", "法律援助申请"), "法律援助申请"),
        (("主项名称", "子项名称"), ("公证", "无"), "公证"),
        (("事项名称", "子项名称"), ("法律援助", "1.法律援助申请"), "法律援助申请"),
        (("主项名称", "事项名称"), ("法律援助", "一、法律援助申请"), "法律援助申请"),
    ],
)
def test_the_sub_item_is_the_matter(columns: tuple[str, ...], cells: tuple[str, ...], name: str) -> None:
    """Before, a sub-item beside a main item alone was lost, and its code got the name of the main item."""
    rows = [(*columns, "事项编码", "部门"), (*cells, "DEMO-0002", "区司法局")]
    (result,) = read_list(workbook(rows), ListKind.MATTERS, sandbox())
    fact = result.rows[0].fact
    assert isinstance(fact, MatterFact) and (fact.code, fact.name) == ("DEMO-0002", name)
