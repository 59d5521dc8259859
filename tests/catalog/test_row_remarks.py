"""What stands beside a row and gives nothing up by name, and yet leaves nobody sure that it stands: remarks, crosses and ticks in the
column of numbers, an opinion that is no decision (obligations 2.1, 5.1). Such rows were taken as kept."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.list_kinds import ListKind
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, table

THIRD = (3, "DEMO-0003", "居住情况证明", "")
NONE, ALL = [False] * 3, [UNCLEAR] * 3
NOT_APPROVED = {"not_approved"}


@pytest.mark.parametrize(
    "remark",
    (
        " 划转至市级 已下放 下放至街道 划归行政审批局 移交区审批局 上收至市级 转至区医保局办理 职权已划转"
        " 由区民政局划转至市民政局 机构改革划出 与第2项重复 重复 同第1项 见第3项 并入第3项 整合到第3项 非本局职责"
        " 不属于我局职责 本单位无此业务 无此事项 不涉及 不适用 不再办理 已整合 去掉 不要 撤回 暂缓 待定 已改由系统核验"
        " 由市级实施 市级统一实施 由市局统一办理 省级实施 改由省厅审批 由镇街实施 市级事项,由市级办理 (市级实施)"
        " 职能划给医保局了 省厅统一收上去办 归哪个单位管还没定下来 只收到2025年底 打算明年3月开始收 系统联网以前用的"
        " 拟清理 无法律依据,建议清理 无设定依据 于法无据 2025年底前清零 执行至2025年12月31日"
    ).split(),
)
def test_a_remark_that_leaves_nobody_sure_sends_its_row_back(remark: str) -> None:
    assert table(HEADER, FIRST, (*SECOND[:3], remark), THIRD) == [False, UNCLEAR, False]
    given_up = {"standing_disagrees"} if remark in ("撤回", "暂缓", "待定", "归哪个单位管还没定下来") else True
    assert table((*HEADER, "清理意见"), (*FIRST, "保留"), (*SECOND[:3], remark, "取消")) == [False, given_up]
    assert table((*HEADER[:3], ""), FIRST, (*SECOND[:3], remark)) == [False, UNCLEAR], "in a column without a name"
    assert table((*HEADER[:3], "是否收费"), FIRST, (*SECOND[:3], remark))[0] is False


@pytest.mark.parametrize(
    "remark",
    (
        " 承接市级下放 由区民政局划转至我局 省级下放事项 避免重复提交 不得重复收取 有效期内重复使用 收回执单 领取后收回"
        " 移交档案时使用 划拨土地使用 非本市户籍人员提供 非本人办理的需提供 本局无法核验,需部门协查 用于注销登记"
        " 市局划给我局的 领证以前使用 只收复印件 还没有领证的需提供 转学时使用 合并办理 详见附件2 与原件一致 改由区民政局出具 继续保留"
        " 由市级实施,区级承接 承接市级实施事项 市级委托区级实施 由市局出具 市级审批,区级初审 由街道受理 省级统一样式 区级实施 由区级办理"
    ).split(),
)
def test_what_a_remark_says_of_something_else_sends_nothing_back(remark: str) -> None:
    assert table(HEADER, FIRST, (*SECOND[:3], remark), THIRD) == NONE


@pytest.mark.parametrize("mark", "× X x ✗ ☒ 1× ×1 1(取消) 1(拟取消)".split())
def test_a_cross_in_the_column_of_numbers_sends_its_row_back(mark: str) -> None:
    """Before, it was passed over; and 1(拟取消) was the heading of all rows below."""
    assert table(HEADER, FIRST, (mark, *SECOND[1:]), THIRD) == [False, UNCLEAR, False]
    assert table(("取消的证明清单",), HEADER, (mark, *SECOND[1:])) == [True]


def test_ticks_at_some_numbers_and_not_at_others_ask_all() -> None:
    def marked(*marks: object) -> list[Any]:
        return table(HEADER, *((mark, *row[1:]) for mark, row in zip(marks, (FIRST, SECOND, THIRD), strict=True)))

    assert marked("√", "", "√") == marked("1√", 2, 3) == ALL
    assert marked("√", "√", "√") == marked("★1", 2, 3) == NONE
    several = ("√", "DEMO-0001", "户籍证明、经济困难证明", "")
    assert table(HEADER, several, ("√", *THIRD[1:])) == [False, False]
    assert marked("√", "×", "√") == [False, UNCLEAR, False]


@pytest.mark.parametrize("name", ["审核意见", "审查意见", "专班审核意见", "局长意见", "审核结果", "是否同意"])
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("同意", "同意", "同意"), NONE),
        (("", "", ""), NONE),
        (("属实", "审核通过", "同意报送"), NONE),
        (("同意", "不同意", "同意"), [False, UNCLEAR, False]),
        (("通过", "不通过", "通过"), [False, UNCLEAR, False]),
        (("无异议", "", "无异议"), [False, NOT_APPROVED, False]),
    ],
)
def test_who_approves_of_a_row_says_nothing_else_of_it(name: str, said: tuple[str, ...], expected: list[Any]) -> None:
    """Before, 同意 under 审核意见 sent every row back, and 不同意 under any other name none."""
    rows = [(*row, opinion) for row, opinion in zip((FIRST, SECOND, THIRD), said, strict=True)]
    assert table((*HEADER, name), *rows) == expected
    given_up = [True if one is False else one for one in expected]
    if "不" not in said[1]:
        assert table(("取消的证明事项清单",), (*HEADER, name), *rows) == given_up


@pytest.mark.parametrize("name", ["审核意见", "审查意见"])
def test_where_others_say_what_they_approve_of_an_approval_says_too_little(name: str) -> None:
    rows = [(*row, said) for row, said in zip((FIRST, SECOND, THIRD), ("同意保留", "同意取消", "同意"), strict=True)]
    assert table((*HEADER, name), *rows) == [False, True if name == "审核意见" else UNCLEAR, UNCLEAR]
    assert table((*HEADER, "清理意见"), *((*row[:4], "同意") for row in rows)) == ALL, "who cleans up must say which"


def test_a_matter_that_is_somebody_elses_goes_back() -> None:
    header = ("事项编码", "事项名称", "实施主体", "备注")
    row = ("DEMO-0009", "某事项", "枣庄市市中区民政局")
    assert table(header, (*row, "已划转至市级"), kind=ListKind.MATTERS) == [UNCLEAR]
