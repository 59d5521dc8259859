"""Ways of offices that once changed, in silence, what a list says (obligation 5.1): each with what it must be taken for."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact, RowResult
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.workbooks import workbook

HEADER = ("序号", "事项编码", "证明名称", "设定依据", "开具单位", "核验方式", "备注")
FIRST = (1, "DEMO-0002", "经济困难证明", "《甲法》", "市中区民政局", "部门核验", "")
SECOND = (2, "DEMO-0001", "户籍证明", "《乙法》", "市中区档案馆", "部门核验", "")


def rows(*lines: tuple[Any, ...], merged: tuple[str, ...] = ()) -> list[RowResult]:
    (result,) = read_list(workbook(lines, merged), ListKind.PROOFS, sandbox())
    return list(result.rows)


def facts(*lines: tuple[Any, ...], merged: tuple[str, ...] = ()) -> list[ProofFact | set[str]]:
    return [row.fact if isinstance(row.fact, ProofFact) else codes(row) for row in rows(*lines, merged=merged)]


def cancelled(*lines: tuple[Any, ...], merged: tuple[str, ...] = ()) -> list[bool | set[str]]:
    """Without a way to check it: what is given up has none."""
    silent = [tuple("" if cell == "部门核验" else cell for cell in line) for line in lines]
    return [one.cancelled if isinstance(one, ProofFact) else one for one in facts(*silent, merged=merged)]


@pytest.mark.parametrize("same", ["同上", "〃", "同前", " 同 上 ", '"'])
def test_as_above_means_what_stands_above(same: str) -> None:
    """Before, 同上 became the law itself, and a question whose answer would have held for every list of the sender."""
    first, second, third = facts(
        HEADER, FIRST, (2, "DEMO-0001", "户籍证明", same, same, "部门核验", ""), (3, "DEMO-0004", *FIRST[2:4], same, same)
    )
    for found in (second, third):
        assert isinstance(found, ProofFact) and isinstance(first, ProofFact)
        assert (found.basis, found.issuing_unit, found.methods) == (first.basis, first.issuing_unit, first.methods)


def test_as_above_under_nothing_or_under_what_cannot_be_used_goes_back() -> None:
    found = facts(HEADER, (1, "DEMO-0002", "经济困难证明", "同上", *FIRST[4:]), (2, "DEMO-0001", "户籍证明", "同上", *SECOND[4:]))
    assert found == [{"nothing_above"}, {"nothing_above"}]
    failed, below = facts(HEADER, (1, "DEMO-0002", "经济困难证明", "#REF!", *FIRST[4:]), (2, "DEMO-0001", "户籍证明", "同上", *SECOND[4:]))
    assert failed == {"formula_error"} and below == {"nothing_above"}


def test_a_row_keeps_what_its_sender_wrote() -> None:
    assert rows(HEADER, FIRST, (2, "DEMO-0001", "户籍证明", "同上", *SECOND[4:]))[1].cells[3] == "同上"


@pytest.mark.parametrize("again", [("市中区证明事项清单",), ("续表",), ("(接上页)",), ("注:本页无误",)])
def test_what_stands_again_on_each_page_ends_no_section(again: tuple[str, ...]) -> None:
    """Before, the rows of the next page were taken as kept."""
    lines = [("市中区证明事项清单",), HEADER, ("二、取消的证明事项",), FIRST, again, HEADER, SECOND]
    assert cancelled(*lines, merged=("A1:G1", "A5:G5")) == [True, True]


def test_a_heading_stands_in_whatever_column_comes_first() -> None:
    """Before, one in a column that nobody reads was passed over: what is given up was taken as kept."""
    header = ("填报时间", *HEADER)
    assert cancelled(header, ("二、取消的证明事项",), ("", *FIRST)) == [True]
    assert cancelled(("二、取消的证明事项",), HEADER, FIRST) == [True], "over the header, too"
    assert cancelled(HEADER[1:], ("取消的证明事项",), FIRST[1:]) == [True], "without a number, under the name of another column"


def test_headings_without_numbers() -> None:
    """区行政审批服务局 within 二、取消的证明 ends nothing; beside an unnumbered heading nobody knows whether it does."""
    across = ("A2:G2", "A4:G4", "A6:G6")
    assert cancelled(HEADER, ("二、取消的证明",), FIRST, ("区行政审批服务局",), SECOND, merged=across) == [True, True]
    assert cancelled(HEADER, ("取消的证明",), FIRST, ("区行政审批服务局",), SECOND, merged=across) == [True, {"standing_unclear"}]
    assert cancelled(HEADER, ("取消的证明",), FIRST, ("保留的证明",), SECOND, merged=across) == [True, False]


@pytest.mark.parametrize(
    ("names", "marks", "expected"),
    [
        (("是否取消",), ("是",), True),
        (("是否取消",), ("否",), False),
        (("是否保留(是/否)",), ("否",), True),
        (("是否保留",), ("√",), False),
        (("保留", "取消"), ("", "√"), True),
        (("保留", "拟取消"), ("√", ""), False),
        (("保留", "取消"), ("√", "√"), {"standing_unclear"}),
        (("保留", "取消"), ("", "再议"), {"standing_unclear"}),
    ],
)
def test_columns_that_are_ticked(names: tuple[str, ...], marks: tuple[str, ...], expected: bool | set[str]) -> None:
    """Before, 是否取消 was a column that nobody knew, and what it gives up was kept."""
    assert cancelled((*HEADER[:6], *names), (*FIRST[:6], *marks)) == [expected]


@pytest.mark.parametrize("remark", ["取消", "已废止", "建议取消该证明。"])
def test_a_remark_that_gives_a_proof_up_is_asked_back(remark: str) -> None:
    assert cancelled(HEADER, (*FIRST[:6], remark)) == [{"standing_unclear"}]
    assert cancelled(("取消的证明事项清单",), HEADER, (*FIRST[:6], remark)) == [True]
    assert cancelled((*HEADER, "清理意见"), (*FIRST[:6], remark, "保留")) == [{"standing_disagrees"}]
    assert cancelled(HEADER, (*FIRST[:6], "取消后改由部门核验")) == [{"standing_unclear"}], (
        "given up, or kept and checked so: the sender knows"
    )


def test_undecided_is_neither_kept_nor_given_up() -> None:
    assert cancelled((*HEADER, "清理意见"), (*FIRST, "待定"), (*SECOND, "保留")) == [{"standing_unclear"}, False]


def test_a_row_without_its_matter_does_not_speak_of_every_matter() -> None:
    """Of merged cells a CSV keeps the first alone; the rows below had no code, and spoke of every matter that needs the proof."""
    assert facts(HEADER, FIRST, (2, "", "户籍证明", *SECOND[3:]))[1] == {"matter_empty"}


def test_a_second_table_below_in_other_columns_is_not_read_in_the_first_ones() -> None:
    other = [("序号", "证明名称", "取消后的办理方式", "事项编码"), (1, "户籍证明", "部门核验", "DEMO-0001")]
    assert facts(HEADER, FIRST, *other)[1:] == [{"other_header"}, {"other_header"}]
    again = tuple(name.replace("证明名称", "证明事项名称") for name in HEADER)
    assert len(facts(HEADER, FIRST, again, SECOND)) == 2, "the same columns, typed once more"


def test_a_header_of_two_rows_in_a_csv_and_on_each_page() -> None:
    """Before, what stood over several columns was taken for the first of them."""
    head = ["序号,证明事项,,,事项编码,清理意见,", ",设定依据,受理条件,名称,,保留,取消"]
    data = ["1,《甲法》,无,经济困难证明,DEMO-0002,√,", "2,《乙法》,无,户籍证明,DEMO-0001,,√"]
    text = "\n".join(["市中区清单,,,,,,", *head, data[0], *head, data[1]])
    (result,) = read_list(text.encode("gb18030"), ListKind.PROOFS, sandbox())
    found = [row.fact for row in result.rows]
    assert [(one.basis, one.matter, one.cancelled) for one in found if isinstance(one, ProofFact)] == [
        ("《甲法》", "DEMO-0002", False),
        (None, "DEMO-0001", True),
    ]
    assert "证明事项 名称" in result.sheet.header


@pytest.mark.parametrize(
    ("column", "text", "name", "value"),
    [
        (1, "ＤＥＭＯ－０００２", "matter", "DEMO-0002"),
        (5, "通过数据共享方式、部门核验方式", "methods", ("data_sharing", "issuer")),
        (5, "采用告知承诺制办理", "methods", ("commitment",)),
        (6, "三十个自然日内", "validity_days", 30),
        (6, "90日(自然日)", "validity_days", 90),
        (6, "6个月(180天)", "validity_days", {"value_wrong"}),
    ],
)
def test_words_for_the_same(column: int, text: str, name: str, value: Any) -> None:
    row = [*FIRST[:6], "", text] if column == 6 else [text if at == column else cell for at, cell in enumerate(FIRST)]
    (found,) = facts((*HEADER, "有效期"), tuple(row))
    assert (getattr(found, name) if isinstance(found, ProofFact) else found) == value
