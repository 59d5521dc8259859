"""What a remark in a row says and what a note says of a row is heard by one rule, where it gives nothing up by name and leaves nobody sure
that the row stands (obligations 2.1, 5.1). Such rows were taken as kept."""

from __future__ import annotations

import time
from typing import Any

import pytest

from catalog.list_kinds import ListKind
from catalog.row_remarks import doubts, leaves, may_leave, withdraws
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, table

DISAGREES = {"standing_disagrees"}
THIRD = (3, "DEMO-0003", "居住情况证明", "")
FOURTH = (4, "DEMO-0003", "残疾状况证明", "")
NOTED, NONE, ALL = {"note_beside"}, [False] * 4, [{"note_beside"}] * 4
SECOND_ALONE = [False, NOTED, False, False]
#: What may be said of one row, in it or in a note.
GONE = (
    " 由市级实施 已下放街道 待司法局确认 与第1项重复 已划转市医保局 重复 我局不再办理 尚未确定 属于民政局职责 已移交区残联 正在与市局对接"
    " 多报 误报 系笔误 填报有误 不报送 不纳入本次清单 不列入 请勿公布 暂不公布 依据已废止 依据失效 无法律依据 无需提供,内部核查"
    " 不是证明,是材料 不属于证明事项 审核未通过 有争议 已停用 群众无需提供 免提交 可用身份证替代 由民政局填报 市级权限 已转民政局"
    " 正在征求意见 提请区政府研究后确定 不再作为申请要件 属于负面清单 为旧版内容"
    " 机构改革后由区医保局负责 仅适用于2025年12月31日前受理的申请"
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
    given_up = NOTED if doubts(said) else True
    assert table((*HEADER, "清理意见"), (*FIRST, "保留"), (*SECOND, "取消"), (f"第2项{said}",)) == [False, given_up]


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
        ("取消2、4项", [False, NOTED, False, NOTED]),
        ("2号、4号移出本清单", [False, NOTED, False, NOTED]),
        ("第1项,第2项均已下放", [NOTED, NOTED, False, False]),
        ("第1,3项已下放", [NOTED, False, NOTED, False]),
        ("第1项因机构改革,第2项因无人办理,均已下放", [NOTED, NOTED, False, False]),
        ("更正:第2项应为居民户口簿", SECOND_ALONE),
        ("较2025年增加2项、减少1项(户籍证明)", SECOND_ALONE),
        ("公示期间收到对第2项的异议1条", SECOND_ALONE),
        ("以上证明事项已公示,公示期间无异议", NONE),
        ("第1-3项由救助科负责,第4项由住保科负责", NONE),
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


#: What leaves nobody sure that a proof is given up.
TAKEN_BACK = (
    " 继续保留 暂缓取消 待定 误列 有争议 填报有误 待司法局确认 不列入 尚未取消 仍需提供 法律法规有要求,保留 恢复 保留至2026年底 暂不公布"
    " 市级未取消 改为告知承诺 撤回"
).split()


@pytest.mark.parametrize("said", TAKEN_BACK)
def test_what_takes_back_that_a_proof_is_given_up_sends_its_row_back(said: str) -> None:
    """Before, a remark was heard only beside what is kept: 继续保留 beside a row of 取消的证明事项清单 gave its proof up."""
    rows = FIRST, (*SECOND[:3], said), THIRD
    assert table(HEADER, *rows, kind=ListKind.CANCELLATIONS) == [True, DISAGREES, True]
    assert table(HEADER, ("二、取消的证明事项",), *rows) == [True, DISAGREES, True]
    assert table((*HEADER, "清理意见"), *((*row, "取消") for row in rows)) == [True, DISAGREES, True]
    assert table(HEADER, FIRST, SECOND, THIRD, (f"第2项{said}",), kind=ListKind.CANCELLATIONS) == [True, NOTED, True]


@pytest.mark.parametrize(
    "said", "已取消 无法律依据 依据已废止 无需提供 通过部门核验 取消后通过数据共享核验 不再保留 由区司法局核验 2025年取消".split()
)
def test_what_agrees_with_it_sends_nothing_back(said: str) -> None:
    rows = FIRST, (*SECOND[:3], said), THIRD
    assert table(HEADER, *rows, kind=ListKind.CANCELLATIONS) == [True, True, True]


def test_what_is_to_be_brought_on_is_no_note_on_the_others() -> None:
    for note in ("第2项仍需提供原件", "第2项恢复", "户籍证明确需提供"):
        assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == NONE[:3]
        assert table(HEADER, FIRST, SECOND, THIRD, (note,), kind=ListKind.CANCELLATIONS) == [True, NOTED, True]


@pytest.mark.parametrize("text", ["已" * 3000, "现已" * 1500, "统一" * 1000, "请予以建议" * 600])
def test_a_cell_that_repeats_itself_is_not_looked_at_for_seconds(text: str) -> None:
    """The time that its search takes grew with the third power of its length: three thousand characters took 20 s."""
    began = time.process_time()
    assert not leaves(text) and not doubts(text) and not withdraws(text)
    assert not may_leave(text[:400])
    assert time.process_time() - began < 2
