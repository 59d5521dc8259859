"""Names alone in their row, words for the row above, names that may stand for one another (obligation 5.1): each is a row as its sender
meant it, or is asked."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook

from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.list_rows import MatterFact, NegativeFact, ProofFact
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.workbooks import saved, workbook

HEADER = ("序号", "事项编码", "证明名称", "设定依据", "开具单位")
FIRST = (1, "DEMO-0002", "经济困难证明", "《甲法》", "市中区民政局")


def table(*lines: tuple[Any, ...], merged: tuple[str, ...] = (), kind: ListKind = ListKind.PROOFS) -> list[str | set[str]]:
    """The name or code of each row; its faults and questions where it is not taken."""
    (result,) = read_list(workbook(lines, merged), kind, sandbox())
    found: list[str | set[str]] = []
    for row in result.rows:
        match row.fact:
            case ProofFact():
                found.append(row.fact.proof)
            case MatterFact() | NegativeFact():
                found.append(row.fact.name)
            case None:
                found.append(codes(row))
    return found


def test_a_numbered_name_is_a_row() -> None:
    """Before, it was a heading, and nobody was told."""
    assert table(("证明名称", "索要单位"), ("一、户籍证明", ""), ("户籍证明", "区司法局")) == [{"unit_empty"}, "P-HOUSEHOLD"]
    assert table(HEADER, FIRST, ("", "", "二、户籍证明")) == ["P-HARDSHIP", {"matter_empty"}]
    assert table(HEADER, FIRST, ("二、户籍证明",)) == ["P-HARDSHIP", {"proof_empty", "matter_empty"}]
    row, *others = table(HEADER, ("一、户籍证明",), FIRST, merged=("A2:E2",))
    assert isinstance(row, set) and others == ["P-HARDSHIP"], "over all columns it says nothing of a matter: asked"
    assert table(HEADER, (1, "DEMO-0002", "一、经济困难证明")) == ["P-HARDSHIP"], "numbered beside others, too"


def test_what_looks_like_a_proof_among_names_is_asked_and_a_group_is_a_heading() -> None:
    assert table(HEADER, ("", "", "一、未婚证明"), FIRST) == [{"ask proof", "matter_empty"}, "P-HARDSHIP"]
    assert table(HEADER, ("", "", "一、身份类证明"), FIRST) == ["P-HARDSHIP"]
    assert table(HEADER, ("", "", "一、区司法局"), FIRST) == ["P-HARDSHIP"]


def test_in_a_table_of_names_alone_each_numbered_one_is_a_row() -> None:
    names = [("不应出具的证明",), ("一、亲属关系证明",), ("二、居住证明",), ("(三)养犬证明",)]
    assert table(*names, kind=ListKind.NEGATIVE_COMMUNITY) == ["亲属关系证明", "居住证明", "养犬证明"]


def test_in_a_negative_list_what_may_be_issued_is_not_forbidden() -> None:
    """Before, every section of it was."""
    lines = [("证明名称", "备注"), ("一、不应出具的证明", ""), ("亲属关系证明", "甲"), ("二、可以出具的证明", ""), ("居住证明", "乙")]
    assert table(("社区不应出具的证明清单",), *lines, kind=ListKind.NEGATIVE_COMMUNITY) == ["亲属关系证明", {"not_forbidden"}]


def test_a_matter_numbered_alone_is_a_row() -> None:
    header = ("事项名称", "事项编码", "部门名称")
    assert table(header, ("一、法律援助申请",), ("供热开户", "X-1", "区司法局"), kind=ListKind.MATTERS)[0] == {"code_empty", "unit_empty"}


def test_a_heading_with_something_beside_it_is_heard() -> None:
    (result,) = read_list(workbook([HEADER, ("二、取消的证明事项", "", "甲法"), FIRST]), ListKind.PROOFS, sandbox())
    assert [isinstance(row.fact, ProofFact) and row.fact.cancelled for row in result.rows] == [False, True]
    assert result.rows[0].fact is None
    (result,) = read_list(workbook([HEADER, ("二、取消的证明事项", "", "共1项"), FIRST]), ListKind.PROOFS, sandbox())
    assert [isinstance(row.fact, ProofFact) and row.fact.cancelled for row in result.rows] == [True], "beside how many rows it has"


def test_a_heading_in_the_column_of_names_is_heard() -> None:
    """Before, the title of a second table was an unknown proof, and what stands under it was kept."""
    assert table(HEADER, ("", "", "市中区保留和取消的证明清单"), FIRST)[-1] == {"standing_unclear"}
    (result,) = read_list(workbook([HEADER, ("", "", "市中区取消的证明清单"), FIRST]), ListKind.PROOFS, sandbox())
    assert [isinstance(row.fact, ProofFact) and row.fact.cancelled for row in result.rows] == [True]


@pytest.mark.parametrize("same", ["同上一行", "同上条", "与上行相同", "〃〃", "″", "々", "同前项", "(同上)"])
def test_other_words_for_the_row_above(same: str) -> None:
    (result,) = read_list(workbook([HEADER, FIRST, (2, "DEMO-0001", "户籍证明", same, same)]), ListKind.PROOFS, sandbox())
    first, second = [row.fact for row in result.rows]
    assert isinstance(first, ProofFact) and isinstance(second, ProofFact)
    assert (first.basis, first.issuing_unit) == (second.basis, second.issuing_unit)


@pytest.mark.parametrize("text", ["同第1行", "同第3行", "同序号1", "见第1条", "同上(第二款)", "上款相同", "↓", "……", "如前所述"])
def test_a_text_that_stands_elsewhere_is_asked(text: str) -> None:
    """Before, it was the law itself."""
    assert table(HEADER, FIRST, (2, "DEMO-0001", "户籍证明", text, "市中区民政局"))[1] == {"value_wrong"}
    assert table(HEADER, (2, "DEMO-0001", "户籍证明", "第三条", "市中区民政局")) == ["P-HOUSEHOLD"]


@pytest.mark.parametrize("stroke", ["-", "—", "——", "--", "…"])
def test_a_stroke_under_the_name_of_a_unit_may_be_as_above(stroke: str) -> None:
    """Before, nobody issued it."""
    assert table(HEADER, FIRST, (2, "DEMO-0001", "户籍证明", "《乙法》", stroke))[1] == {"above_or_none"}
    assert table(HEADER, (*FIRST[:4], "—"), (2, "DEMO-0001", "户籍证明", "《乙法》", "—")) == ["P-HARDSHIP", "P-HOUSEHOLD"]


@pytest.mark.parametrize(
    "cell",
    [
        "经济困难证明或户籍证明",
        "经济困难证明或者户籍证明",
        "经济困难证明/户籍证明",
        "经济困难证明(或户籍证明)",
        "经济困难证明、户籍证明之一",
        "经济困难证明、户籍证明(任选其一)",
        "经济困难证明、户籍证明、居住情况证明均可",
    ],
)
def test_one_of_several_proofs_is_not_all_of_them(cell: str) -> None:
    """Before, 或 was read as 和: the applicant had to bring both."""
    assert table(HEADER, (1, "DEMO-0002", cell, "《甲法》", "市中区民政局")) == [{"either_proof"}]


@pytest.mark.parametrize("name", ["(二)户口簿", "(三)收入流水", "2、户口簿", "第二章户口簿"])
def test_a_numbered_name_in_the_column_of_names_is_a_row(name: str) -> None:
    """Before, it was taken for a heading where it did not end as a certificate's name does, and lost."""
    assert table(HEADER, FIRST, ("", "", name))[-1] == {"ask proof", "matter_empty"}
    assert table(HEADER, ("", "", "二、行政许可事项"), FIRST) == ["P-HARDSHIP"], "a kind of them is a heading"


def test_a_name_in_merged_cells_under_a_merged_column_is_a_row() -> None:
    rows = [("证明名称", "", "设定依据", "事项编码"), ("户籍证明", "", "甲法", "DEMO-0001"), ("户口簿", "", "", "")]
    assert table(*rows, merged=("A1:B1", "A2:B2", "A3:B3"))[-1] == {"ask proof", "matter_empty"}


@pytest.mark.parametrize("first", ["说明:需原件", "填报单位:区司法局", "负责单位:区司法局", "备注:复印件"])
def test_a_row_that_begins_as_a_note_does_is_a_row(first: str) -> None:
    """Before, whatever stood beside it was lost."""
    assert len(table(("材料要求", "证明名称", "事项编码"), (first, "户籍证明", "DEMO-0001"))) == 1
    header = ("填报情况", "证明名称", "事项编码")
    notes = [(first, "", ""), (first, "填报时间:2026年", "电话:1234"), ("填表人:张三", "审核人:李四", "")]
    assert len(table(header, ("", "户籍证明", "DEMO-0001"), *notes)) == 1, "and one that holds no name is none"


def test_a_sheet_of_one_row_after_a_list_is_told() -> None:
    """Before, 续表 without a header was passed over where it had one row."""
    book = Workbook()
    assert book.active is not None
    for line in (HEADER, FIRST):
        book.active.append(line)
    book.create_sheet("续表").append((2, "DEMO-0001", "户籍证明", "乙法", ""))
    first, second = read_list(saved(book), ListKind.PROOFS, sandbox())
    assert len(first.rows) == 1 and second.sheet.refused


@pytest.mark.parametrize(
    "names", [("保留的证明名称", "取消的证明名称"), ("证明名称", "拟取消证明事项"), ("取消的证明事项", "保留的证明事项")]
)
def test_two_columns_of_names_are_asked(names: tuple[str, str]) -> None:
    """Before, the second was passed over, with what it gives up."""
    with pytest.raises(FileRefused) as caught:
        table(("序号", *names, "事项编码"), (1, "户籍证明", "经济困难证明", "DEMO-0002"))
    assert caught.value.fault == "two_names" and caught.value.remedy


@pytest.mark.parametrize("name", ["第二类医疗器械经营备案凭证", "第三类医疗器械经营许可证"])
@pytest.mark.parametrize("beside", ["", "区行政审批服务局"])
def test_a_name_that_begins_with_its_class_is_a_row(name: str, beside: str) -> None:
    """第二类医疗器械 is what it is called; 第二类 alone, or before 取消 or 证明, is a heading. Once its row was gone without a word."""
    lines = [("序号", "索要单位", "证明名称", "开具单位"), (1, "市中区司法局", "户籍证明", "市中区民政局"), ("", "", name, beside)]
    found = read_list(workbook(lines), ListKind.PROOFS, sandbox())
    assert [row.line for result in found for row in result.rows] == [2, 3]


@pytest.mark.parametrize("kind", [ListKind.MATTERS, ListKind.NEGATIVE_COMMUNITY])
def test_so_it_is_in_lists_of_other_kinds(kind: ListKind) -> None:
    header = ("序号", "部门编码", "事项名称", "事项编码") if kind is ListKind.MATTERS else ("序号", "不应出具的证明", "备注")
    found = read_list(
        workbook(
            [
                header,
                (1, *["370402-JUSTICE"] * (len(header) - 3), "法律援助申请", "DEMO-0002"),
                (*[""] * (len(header) - 2), "第二类医疗器械经营备案", ""),
            ]
        ),
        kind,
        sandbox(),
    )
    assert [row.line for result in found for row in result.rows] == [2, 3]
