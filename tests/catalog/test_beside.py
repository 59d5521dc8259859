"""What stands beside a name in its row (obligations 2.1, 5.4): ticks, remarks, columns that tell. Each was once taken, in silence, for what
its sender did not say."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.list_kinds import ListKind
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, sheets, table
from tests.catalog.workbooks import workbook


@pytest.mark.parametrize(
    ("names", "marks", "expected"),
    [
        (("保留", "取消"), ("", ""), UNCLEAR),
        (("保留", "取消"), ("×", "×"), UNCLEAR),
        (("保留", "取消"), ("√", "√"), UNCLEAR),
        (("是否取消",), ("",), UNCLEAR),
        (("是否保留",), ("☐",), UNCLEAR),
        (("是否保留该证明",), ("否",), True),
        (("保留", "取消"), ("☑", "□"), False),
        (("保留", "取消"), ("", "✔"), True),
        (("保留(打√)",), ("",), UNCLEAR),
        (("取消(打√)",), ("",), False),
        (("保留", "取消", "调整"), ("", "", "√"), UNCLEAR),
        (("保留", "取消", "调整"), ("", "√", "√"), UNCLEAR),
        (("保留", "取消", "部分取消"), ("", "√", ""), True),
        (("不再保留", "继续保留"), ("√", ""), True),
        (("取消/保留",), ("取消",), True),
    ],
)
def test_columns_that_are_ticked(names: tuple[str, ...], marks: tuple[str, ...], expected: bool | set[str]) -> None:
    """Before, a row of which neither was ticked was kept."""
    assert table((*HEADER, *names), (*FIRST, *marks)) == [expected]


def test_a_section_says_what_a_row_without_a_tick_leaves_open() -> None:
    assert table((*HEADER, "保留", "取消"), ("二、取消的证明",), (*FIRST, "", "")) == [True]


def test_a_tick_that_cannot_be_read_is_told() -> None:
    """Before, a fault in such a column was not looked at: no tick."""
    assert table((*HEADER, "保留", "取消"), (*FIRST, "√", "#REF!")) == [{"formula_error"}]


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("备注", "自2027年1月1日起取消", UNCLEAR),
        ("备注", "按照市政府要求,该证明自明年起不再索要", UNCLEAR),
        ("备注", "合并至居住情况证明", UNCLEAR),
        ("备注", "调整为告知承诺", UNCLEAR),
        ("备注", "由居民身份证替代", UNCLEAR),
        ("备注", "暂停执行", UNCLEAR),
        ("备注", "暂不取消", False),
        ("备注", "依据《关于取消一批证明的通知》梳理", False),
        ("备注", "有效期满失效", False),
        ("备注", "有效期改为6个月", False),
        ("备注", "主管部门变更为区民政局", False),
        ("备注", "证明名称改为居民户籍证明", UNCLEAR),
        ("备注", "办结时限调整为3个工作日", False),
        ("备注", "调整为即办件", False),
        ("备注", "原依据已废止,现依据《甲法》", False),
        ("备注", "不动产登记变更为本人名下的除外", False),
        ("备注", "取消原件核对", False),
        ("备注", "不再要求提供复印件", False),
        ("备注", "停止执行旧版表格", False),
        ("备注", "有效期改为6个月,2027年取消", UNCLEAR),
        ("备注", "名称改为告知承诺书", UNCLEAR),
        ("备注", "该证明变更为部门核验", UNCLEAR),
        ("备注", "设定依据已废止", UNCLEAR),
        ("备注", "取消原件核对并不再索要该证明", UNCLEAR),
        ("备注", "无需提供", UNCLEAR),
        ("备注", "不需要提供", UNCLEAR),
        ("备注", "不予保留", UNCLEAR),
        ("备注", "不保留", UNCLEAR),
        ("备注", "已废除", UNCLEAR),
        ("备注", "已清理", UNCLEAR),
        ("备注", "取消后由部门核验", UNCLEAR),
        *(("备注", text, UNCLEAR) for text in ("删", "撤", "本条作废", "该证明无效", "请勿使用", "停止办理", "已并入户籍证明", "不用交了")),
        *(("备注", text, False) for text in ("复印件无效", "删改无效", "第2项", "停车证", "3个月后失效", "合并办理窗口")),
        *(("增减", text, UNCLEAR) for text in ("减", "减少", "调出", "退出")),
        ("增减", "增", False),
        ("停用日期", "2027-01-01", UNCLEAR),
        ("失效时间", "2027-01-01", UNCLEAR),
        ("设定依据", "已取消", UNCLEAR),
        ("事项类型", "取消", UNCLEAR),
        ("取消时间", "2027-01-01", UNCLEAR),
        ("是否继续索要", "否", UNCLEAR),
        ("是否继续索要", "是", False),
        ("是否有效", "否", UNCLEAR),
        ("是否需要提交", "×", UNCLEAR),
        ("保留期限", "2027年12月31日", UNCLEAR),
        ("停止时间", "2027-01-01", UNCLEAR),
        ("取消时间", "—", False),
        ("取消依据", "《甲办法》", UNCLEAR),
        ("替代材料", "居民身份证", UNCLEAR),
        ("取消后的办理方式", "", UNCLEAR),
        ("取消后的办理方式", "部门核验", False),
    ],
)
def test_a_column_beside_it_tells(column: str, text: str, expected: bool | set[str]) -> None:
    """Before, only a remark that says nothing else than 取消 was heard."""
    assert table((*HEADER[:3], column), (*FIRST[:3], text)) == [expected]
    given_up = {"standing_disagrees"} if text in ("调整为告知承诺", "暂不取消") else True
    assert table(("取消的证明事项清单",), (*HEADER[:3], column), (*FIRST[:3], "" if "方式" in column else text)) == [given_up]


@pytest.mark.parametrize("column", ["清理意见", "取消或保留", "处理结果"])
def test_an_empty_cell_in_a_column_of_what_becomes_of_proofs_is_asked(column: str) -> None:
    """Before, it meant that the proof is kept."""
    rows = ((*HEADER, column), (*FIRST, "取消"), (*SECOND, ""))
    assert table(*rows) == [True, UNCLEAR]
    assert table(("二、取消的证明",), *rows) == [True, True], "a heading says"
    assert table((*HEADER, column, "取消"), (*FIRST, "", "√"), (*SECOND, "", "")) == [True, UNCLEAR]
    assert table((*HEADER, "取消"), (*FIRST, "√"), (*SECOND, "")) == [True, False], "one column that is ticked"


EITHER = {"either_proof"}


@pytest.mark.parametrize(
    "lines",
    [
        (HEADER, (*FIRST[:3], "二选一"), (*SECOND[:3], "任意提供其一")),
        (HEADER, (*FIRST[:3], "与第2项二选一"), (*SECOND[:3], "提供一种即可")),
        ((*HEADER[:3], "提供方式"), (*FIRST[:3], "任选其一"), (*SECOND[:3], "三选一")),
        (HEADER, ("以下材料任选其一", "", "", ""), FIRST, SECOND),
        (("以下证明择一提供",), HEADER, FIRST, SECOND),
        ((*HEADER[:2], "证明名称(任选其一)", "备注"), FIRST, SECOND),
        (HEADER, ("或", *FIRST[1:]), ("或者", *SECOND[1:])),
    ],
)
def test_proofs_of_which_one_suffices_are_asked_back(lines: tuple[Any, ...]) -> None:
    """Before, only the cell itself was looked at, and all of them were asked for."""
    assert table(*lines) == [EITHER, EITHER]


@pytest.mark.parametrize("remark", ["原件、复印件均可", "提供一份即可", "符合下列情形之一的", "一式两份", "线上线下任选", "一次性提供"])
def test_one_of_something_else_is_no_choice_of_proofs(remark: str) -> None:
    assert table(HEADER, (*FIRST[:3], remark)) == [False]


@pytest.mark.parametrize(
    "text",
    [
        "暂缓取消",
        "不宜取消",
        "自2027年1月1日起取消",
        "取消(改为告知承诺)",
        "由身份证替代",
        "暂停",
        "不得要求提供",
        "部分取消",
        "条件成熟后取消",
        "原则上取消",
        "保留至2027年",
    ],
)
def test_a_cell_that_says_more_goes_back(text: str) -> None:
    """Before, 暂缓取消 and 不宜取消 gave the proof up."""
    assert table((*HEADER, "清理意见"), (*FIRST, text)) == [UNCLEAR]


def test_a_reason_beside_the_word_is_no_doubt() -> None:
    assert table((*HEADER, "清理意见"), (*FIRST, "保留(法律法规有规定)"), (*SECOND, "取消,无法律依据")) == [False, True]


def test_the_name_of_a_ticked_column_is_no_title() -> None:
    rows = [("证明", "", "去留", "", "事项编码"), ("名称", "份数", "保留", "取消", "事项编码"), ("经济困难证明", "1", "√", "", "DEMO-0002")]
    assert sheets(workbook(rows, ("A1:B1", "C1:D1", "E1:E2"))) == [[False]]


@pytest.mark.parametrize("remark", ["不适用告知承诺", "暂不实行", "该证明不再实行告知承诺制", "暂缓实行。", "已退出告知承诺"])
def test_a_remark_takes_its_row_out_of_a_list_of_commitments(remark: str) -> None:
    rows = table(HEADER, (*FIRST[:3], remark), (*SECOND[:3], "书面承诺"), kind=ListKind.COMMITMENTS)
    assert rows == [UNCLEAR, False]


@pytest.mark.parametrize("column", ["是否实行告知承诺制", "告知承诺制", "是否适用告知承诺", "是否采用告知承诺制"])
def test_whether_a_proof_is_committed_to_says_nothing_of_its_being_kept(column: str) -> None:
    """Before, each row that answered, 是 or 否, was sent back; in a list of commitments 否 does take the row out."""
    rows = ((*HEADER, column), (*FIRST, "是"), (*SECOND, "否"))
    assert table(*rows) == [False, False]
    assert table(*rows, kind=ListKind.COMMITMENTS) == [False, UNCLEAR]
    assert table((*HEADER, "保留", "取消", column), (*FIRST, "√", "", "否"), (*SECOND, "", "", "√")) == [False, UNCLEAR]
