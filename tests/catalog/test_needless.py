"""Whole columns, titles and ticks that a sensible official takes at once, and what is like them and is not (obligations 2.1, 5.1)."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact
from domain.methods import Method
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, table
from tests.catalog.workbooks import workbook

MERGED = ["A1:A2", "B1:B2", "C1:C2", "D1:E1"]
LOW = (None, None, None)


def two_rows(over: str, *names: str, ticks: list[tuple[str, str]]) -> list[Any]:
    """A header of two rows, with two columns of ticks under one name."""
    rows = [(*row[:3], *tick) for row, tick in zip((FIRST, SECOND), ticks, strict=True)]
    (result,) = read_list(workbook([(*HEADER[:3], over, None), (*LOW, *names), *rows], MERGED), ListKind.PROOFS, sandbox())
    return [row.fact.cancelled if isinstance(row.fact, ProofFact) else {fault.code for fault in row.faults} for row in result.rows]


@pytest.mark.parametrize("over", ["清理结果", "清理意见", "情况"])
@pytest.mark.parametrize("names", [("取消情况", "保留情况"), ("取消", "保留"), ("停用", "保留")])
def test_ticks_under_what_is_said_of_the_rows(over: str, names: tuple[str, str]) -> None:
    expected: list[Any] = [False, True]
    if over == "情况" and names[0] == "停用":
        expected = [False, UNCLEAR]
    assert two_rows(over, *names, ticks=[("", "√"), ("√", "")]) == expected
    if names[0] == "取消情况":
        assert two_rows(over, *names, ticks=[("√", "√"), ("2027年取消", "")]) == [UNCLEAR, UNCLEAR]


@pytest.mark.parametrize("name", ["停用", "作废", "失效", "删除", "是否停用", "已作废"])
def test_a_tick_that_may_be_of_the_row_and_not_of_the_proof_is_asked(name: str) -> None:
    """Before, such a row gave its proof up."""
    assert table((*HEADER, name), (*FIRST, "√"), (*SECOND, "")) == [UNCLEAR, False]
    assert table((*HEADER, "是否取消"), (*FIRST, "√"), (*SECOND, "否")) == [True, False]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("已停用的证明清单", True),
        ("停用的证明事项", True),
        ("停止使用的证明事项清单", True),
        ("已作废证明目录", True),
        ("停止使用证明清单", UNCLEAR),
        ("停用证明事项清单", UNCLEAR),
        ("作废的清单", UNCLEAR),
        ("停止执行证明事项目录", UNCLEAR),
    ],
)
def test_a_title_says_it_of_the_proofs_or_of_the_list(title: str, expected: Any) -> None:
    """停止使用证明清单 may be the list that nobody is to use."""
    assert table((title,), HEADER, FIRST) == [expected]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [("三、取消部分", True), ("三、作废的证明", True), ("三、作废部分", UNCLEAR), ("三、停用类", UNCLEAR), ("三、失效部分", UNCLEAR)],
)
def test_a_part_that_is_void_may_be_rows_that_nobody_is_to_read(heading: str, expected: Any) -> None:
    assert table(HEADER, ("一、保留部分",), FIRST, (heading,), SECOND) == [False, expected]


def test_what_a_revision_did_to_a_row_is_said_in_its_column() -> None:
    assert table((*HEADER, "调整情况"), (*FIRST, "保留"), (*SECOND, "取消")) == [False, True]
    assert table((*HEADER, "调整情况"), (*FIRST, "新增"), (*SECOND, "拟取消")) == [False, UNCLEAR]
    assert table((*HEADER, "变动情况", "取消或保留"), (*FIRST, "取消", "保留"), (*SECOND, "", "取消")) == [{"standing_disagrees"}, True]


def test_what_a_matter_was_is_what_a_proof_was_asked_for_unless_another_column_says_what_it_is() -> None:
    header = ("原办理事项", "证明名称", "原索要单位", "取消依据")
    row = ("法律援助申请", "经济困难证明", "区司法局", "《决定》")
    (result,) = read_list(workbook([("取消的证明事项清单",), header[:3], row[:3]]), ListKind.CANCELLATIONS, sandbox())
    (fact,) = (one.fact for one in result.rows)
    assert isinstance(fact, ProofFact) and (fact.matter, fact.unit) == ("DEMO-0002", "370402-JUSTICE")
    (result,) = read_list(workbook([("取消的证明事项清单",), header, row]), ListKind.PROOFS, sandbox())
    assert result.sheet.questions == () and [one.fact.cancelled for one in result.rows if isinstance(one.fact, ProofFact)] == [True]
    header = ("原事项名称", "现事项名称", "证明名称", "索要单位")
    row = ("公证", "法律援助申请", "经济困难证明", "区司法局")
    (result,) = read_list(workbook([header, row]), ListKind.PROOFS, sandbox())
    assert {question.subject for question in result.sheet.questions} >= {"证明事项清单:现事项名称"}
    assert read_list(workbook([("原办理事项", *header[1:]), row]), ListKind.PROOFS, sandbox())[0].sheet.questions
    header, row = ("原事项名称", "证明名称", "索要单位"), ("公证", "经济困难证明", "区司法局")
    (result,) = read_list(workbook([header, row]), ListKind.PROOFS, sandbox())
    assert "原事项名称" not in result.sheet.header or result.sheet.questions, "what a matter was called is not what it is called"


WAYS = [("核验方式", "", ""), ("数据共享", "告知承诺", "部门核验")]


@pytest.mark.parametrize("lines", [WAYS, WAYS[1:]])
def test_ticks_under_the_ways_to_check_say_which_they_are(lines: list[tuple[str, ...]]) -> None:
    """Before, the first of the columns was taken for 核验方式: its ticks went back, and of other rows all ticks were lost."""
    heads = [(*(HEADER[:3] if at == 0 else ("", "", "")), *line) for at, line in enumerate(lines)]
    ticks = [("√", "", ""), ("", "√", ""), ("√", "", "√"), ("", "", ""), ("未实现", "不适用", "已实行"), ("", "", "现场勘查")]
    proofs = ["户籍证明", "婚姻状况证明", "居住情况证明", "经济困难证明", "不动产登记证明", "档案记载证明"]
    rows = [(at, "DEMO-0001", proof, *tick) for at, (proof, tick) in enumerate(zip(proofs, ticks, strict=True), start=1)]
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:F1"] if len(heads) == 2 else []
    (result,) = read_list(workbook([*heads, *rows], merged), ListKind.PROOFS, sandbox())
    shared, promised, asked = Method.DATA_SHARING, Method.COMMITMENT, Method.ISSUER
    said = [row.fact.methods if isinstance(row.fact, ProofFact) else {fault.code for fault in row.faults} for row in result.rows]
    assert said == [(shared,), (promised,), (shared, asked), None, (asked,), {"value_wrong"}]
    assert result.sheet.unused == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("3.取消的证明不再列入。", [False, False]),
        ("注:取消的证明事项均未列入本清单", [False, False]),
        ("第2项取消的不再列入", [False, {"note_beside"}]),
    ],
)
def test_what_a_list_does_not_hold_is_said_of_none_of_its_rows(line: str, expected: list[Any]) -> None:
    assert table((line,), HEADER, FIRST, SECOND) == expected


@pytest.mark.parametrize("title", ["证明清单(共2张表,此为第1张)", "市中区证明事项清单(此为第2批)"])
def test_which_of_several_a_list_is_says_nothing_of_its_rows(title: str) -> None:
    """Before, 此为第1张 was heard as 归并为第1项."""
    assert table((title,), HEADER, FIRST) == [False]
    assert table((*HEADER, "说明"), (*FIRST, "并入第2项"), (*SECOND, "")) == [UNCLEAR, False]
    assert table((*HEADER, "说明"), (*FIRST, "与第2个重复"), (*SECOND, "")) == [UNCLEAR, False]


@pytest.mark.parametrize("name", ["办理形式", "事后核查方式", "办理科室", "取消依据"])
def test_a_column_of_something_else_is_not_asked(name: str) -> None:
    header, row = ("证明名称", "事项编码", "设定依据", name), ("经济困难证明", "DEMO-0002", "《法律援助法》", "")
    (result,) = read_list(workbook([header, row]), ListKind.PROOFS, sandbox())
    assert result.sheet.questions == () and [one.fact is not None for one in result.rows] == [True]


def test_what_nobody_brings_is_kept_where_a_row_says_so_and_how_it_is_checked() -> None:
    """Before, ways in several lines were not read there, and 保留 beside 免提交的证明 was asked whatever stood beside it."""
    header = (*HEADER[:2], "免提交的证明材料", "核验方式", "取消或保留")
    ways = "告知承诺\n部门核验"
    assert table(header, (*FIRST[:3], ways, "保留"), (*SECOND[:3], "", "保留")) == [False, {"standing_disagrees"}]
    assert table(header[:4], (*FIRST[:3], ways), (*SECOND[:3], "")) == [False, UNCLEAR]


@pytest.mark.parametrize("beside", ["拟取消", "新增内容", "现行依据"])
def test_a_column_of_something_else_does_not_say_what_a_matter_is_now(beside: str) -> None:
    header, row = ("原办理事项", "证明名称", "原索要单位", beside), ("法律援助申请", "经济困难证明", "区司法局", "")
    (result,) = read_list(workbook([header, row]), ListKind.PROOFS, sandbox())
    assert [one.fact.matter for one in result.rows if isinstance(one.fact, ProofFact)] == ["DEMO-0002"]
