"""What a remark in a row says and what a note says of a row is heard by one rule, where it gives nothing up by name and leaves nobody sure
that the row stands (obligations 2.1, 5.1). Such rows were taken as kept."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.row_remarks import may_leave
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, table

THIRD = (3, "DEMO-0003", "居住情况证明", "")
FOURTH = (4, "DEMO-0003", "残疾状况证明", "")
NOTED, NONE, ALL = {"note_beside"}, [False] * 4, [{"note_beside"}] * 4
SECOND_ALONE = [False, NOTED, False, False]
#: What may be said of one row, in it or in a note.
GONE = (
    " 由市级实施 已下放街道 待司法局确认 与第1项重复 已划转市医保局 重复 我局不再办理 尚未确定 属于民政局职责 已移交区残联 正在与市局对接"
    " 多报 误报 系笔误 填报有误 不报送 不纳入本次清单 不列入 请勿公布 暂不公布 依据已废止 依据失效 无法律依据 无需提供,内部核查"
    " 不是证明,是材料 不属于证明事项 审核未通过 有争议 已停用 群众无需提供 免提交 可用身份证替代 由民政局填报 市级权限 已转民政局"
).split()
#: And what sends nothing back, wherever it stands.
STANDS = (
    " 由公安机关出具 需加盖公章 由市级审批,区级初审 每年更新一次 可通过爱山东查询 实行告知承诺制 为新增事项 由各街道受理 市级平台核验"
    " 市局核发 市级和区级共有事项 暂无法共享 审核通过 无异议 已确认 非本人办理时提供 遗失补办 原依据《甲办法》已废止"
).split()


@pytest.mark.parametrize("said", GONE)
def test_a_remark_and_a_note_that_leave_nobody_sure_are_heard_alike(said: str) -> None:
    assert table(HEADER, FIRST, (*SECOND[:3], said), THIRD, FOURTH) == [False, UNCLEAR, False, False]
    for note in (f"第2项{said}", f"注:户籍证明{said}。", f"说明:序号2{said}"):
        assert table(HEADER, FIRST, SECOND, THIRD, FOURTH, (note,)) == SECOND_ALONE, note
    for note in (f"带*的{said}", f"*{said}"):
        assert table(HEADER, FIRST, (*SECOND[:3], "*"), THIRD, FOURTH, (note,)) == SECOND_ALONE, note
    assert table((*HEADER, "清理意见"), (*FIRST, "保留"), (*SECOND, "取消"), (f"第2项{said}",)) == [False, True], "it is given up anyway"


@pytest.mark.parametrize("said", STANDS)
def test_what_says_nothing_of_that_sends_nothing_back(said: str) -> None:
    assert table(HEADER, FIRST, (*SECOND[:3], said), THIRD, FOURTH) == NONE
    assert table(HEADER, FIRST, SECOND, THIRD, FOURTH, (f"第2项{said}",), (f"注:户籍证明{said}。",)) == NONE


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("与去年相比,删去户籍证明", SECOND_ALONE),
        ("较上年减少:户籍证明、残疾状况证明", [False, NOTED, False, NOTED]),
        ("请将第2项去掉", SECOND_ALONE),
        ("取消:2、4", [False, NOTED, False, NOTED]),
        ("删:2、4", [False, NOTED, False, NOTED]),
        ("取消项目:2", ALL),  # how many, or which
        ("2、4号重复", [False, NOTED, False, NOTED]),
        ("注:2和3重复", [False, NOTED, NOTED, False]),
        ("注:第1项需盖章,第2项由市级实施;第3项每年更新", SECOND_ALONE),
        ("上述事项已全部划转行政审批局", ALL),
        ("以上证明均待区司法局审核确认", ALL),
        ("第2项与第1项重复,保留第1项", SECOND_ALONE),
        ("较上年新增:户籍证明", NONE),
        ("重复填报的以最后一次为准", NONE),
        ("注:1.一式两份。2.重复填报的以最后一次为准。3.待审核后公布。", NONE),
        ("已划转的事项不再列入本表", NONE),
        ("由市级实施的事项不在此列", NONE),
        ("已下放事项由街道另行报送", NONE),
        ("本清单待专班审定", NONE),
        ("不涉及的填“无”", NONE),
        ("本单位已核对,无重复事项", NONE),
    ],
)
def test_a_note_reaches_the_rows_it_speaks_of_and_no_others(note: str, expected: list[Any]) -> None:
    assert table(HEADER, FIRST, SECOND, THIRD, FOURTH, (note,)) == expected


def test_names_are_looked_for_only_where_something_may_be_said_of_them() -> None:
    """There may be as many headings as there are matters, and as many matters to look for in each."""
    assert all(map(may_leave, ("户籍证明重复", "户籍证明不列入", "户籍证明由市级实施", "删去户籍证明", "户籍证明系笔误。")))
    assert not any(
        map(may_leave, ("法人登记", "变更登记", "残疾人证核发", "不动产转移登记", "合并办理", "公共租赁住房申请", "责任保险备案"))
    )
