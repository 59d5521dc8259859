"""取消 and 废止 that say nothing of the rows (obligations 2.1, 5.1): each sent good rows back, under a table, over it, or
among the remarks; and what is too like them to be passed over."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.list_kinds import ListKind
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, table

THIRD = (3, "DEMO-0003", "居住情况证明", "")
NOTED, KEPT = {"note_beside"}, [False, False, False]


@pytest.mark.parametrize(
    "note",
    [
        "注:未列入本清单的证明事项一律取消。",
        "凡未列入本表的证明事项,一律停止执行。",
        "除上述证明外,其他证明一律不得索要。",
        "各单位不得索要清单之外的证明,已取消的证明一律不得再要求提供。",
        "注:如有法律法规修改或废止,以上事项动态调整。",
        "注:第2项有效期改为6个月",
        "第3项办理时限由5日调整为3日",
        "注:第2项名称由“户口证明”调整为“户籍证明”",
        "注:本清单自公布之日起施行,《市中区证明事项保留清单(2023)》废止。",
        "注:以上证明依据《甲办法》第三条、《乙办法》第3条予以保留。",
        "以上为保留的证明事项,取消的另附。",
        "小计:保留3项",
        "注:本次清理共取消证明事项5项,保留3项(即上表)。",
        "以上3项予以保留",
    ],
)
def test_what_a_note_says_of_something_else_sends_nothing_back(note: str) -> None:
    assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == KEPT


def test_nor_does_what_a_list_of_another_kind_is_made_for() -> None:
    for note in ("以上证明实行告知承诺后,不再要求申请人提供", "以上证明由申请人书面承诺代替"):
        assert table(HEADER, FIRST, SECOND, THIRD, (note,), kind=ListKind.COMMITMENTS) == KEPT
        assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == [NOTED] * 3
    assert table(HEADER, FIRST, ("以上证明承诺后不再索要,现已取消",), kind=ListKind.COMMITMENTS) == [NOTED]
    left = ("注:未列入本清单的证明事项继续保留",)
    assert table(HEADER, FIRST, SECOND, left, kind=ListKind.CANCELLATIONS) == [True, True]


@pytest.mark.parametrize(
    "over",
    [
        "说明:已取消的证明事项不再列入本表",
        "注:本清单不含已取消的证明事项",
        "各单位不得索要已取消的证明。",
        "为贯彻落实国务院关于取消证明事项的决策部署,现公布市中区证明事项清单。",
        "市中区证明事项清单(保留部分)",
        "本清单自公布之日起施行,原《市中区证明事项清单(2023)》同时废止。",
    ],
)
def test_nor_does_what_stands_over_the_table(over: str) -> None:
    assert table((over,), HEADER, FIRST, SECOND, THIRD) == KEPT


@pytest.mark.parametrize(
    "remark",
    [
        "原《甲办法》已废止,依据《乙办法》保留",
        "《甲办法》已废止",
        "《甲办法》(已废止)第3条",
        "原依据《甲办法》已于2020年废止",
        "法律有规定,不能取消",
        "尚无共享条件,暂无法取消",
        "取消后无法核验",
        "停止使用旧格式,换用新格式",
    ],
)
def test_nor_does_a_remark_beside_a_row_that_is_kept(remark: str) -> None:
    noted = (*FIRST[:3], remark)
    assert table(HEADER, noted, SECOND) == [False, False]
    assert table((*HEADER, "清理意见"), (*noted, "保留"), (*SECOND, "取消")) == [False, True]


@pytest.mark.parametrize(
    ("note", "expected"),
    [("《甲办法》已废止,以上证明停止索要", [NOTED] * 3), ("共取消5项,保留2项", [NOTED] * 3), ("以上证明依据《甲决定》废止", [NOTED] * 3)],
)
def test_what_it_says_of_the_rows_besides_is_heard(note: str, expected: list[Any]) -> None:
    assert table(HEADER, FIRST, SECOND, THIRD, (note,)) == expected


@pytest.mark.parametrize(
    "remark", ["依据《甲决定》废止", "《甲办法》已废止,该证明取消", "如数据共享后取消", "根据区政府决定取消", "不再需要提供"]
)
def test_what_a_remark_says_of_the_proof_besides_is_heard(remark: str) -> None:
    assert table(HEADER, (*FIRST[:3], remark), SECOND) == [UNCLEAR, False]


@pytest.mark.parametrize(("over", "gone"), [("市中区证明事项清单(取消部分)", True), ("取消的证明事项清单(不含已取消的市级证明)", True)])
def test_a_title_is_heard_with_what_stands_behind_it(over: str, gone: bool) -> None:
    assert table((over,), HEADER, FIRST) == [gone]
