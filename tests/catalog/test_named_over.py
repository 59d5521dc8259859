"""Rows whose list has no column of matters (obligation 5.1): what stands over them says of which matter they speak, or it is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.list_kinds import ListKind
from catalog.lists import ListReading, read_list
from catalog.registry import Registry
from domain.list_rows import ProofFact, Topic
from tests.catalog.registries import sandbox
from tests.catalog.small_lists import page
from tests.catalog.test_lists import codes
from tests.catalog.workbooks import workbook

PROOFS = ("序号", "证明名称", "设定依据")
A, B = (1, "经济困难证明", "《甲法》"), (2, "户籍证明", "《乙法》")


def own(known: Registry) -> Registry:
    unit = known.matter_units["DEMO-0002"]
    return replace(known, sender=unit, speaks_for=frozenset({unit}))


def of_matters(*lines: tuple[Any, ...], name: str = "清单", kind: ListKind = ListKind.PROOFS) -> list[str | None | set[str]]:
    """The matter of each row in a list of the 司法局, which names none in a column."""
    (result,) = read_list(workbook(lines, name=name), kind, own(sandbox()))
    return [row.fact.matter if isinstance(row.fact, ProofFact) else codes(row) for row in result.rows]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("一、法律援助申请", "DEMO-0002"),
        ("法律援助申请", "DEMO-0002"),
        ("(一)法律援助申请(共2项)", "DEMO-0002"),
        ("法律援助申请所需证明", "DEMO-0002"),
        ("区司法局法律援助申请所需证明", {"ask matter"}),
        ("二、公证申请", {"ask matter"}),
        ("一、公共租赁住房申请", {"matter_of_another"}),
        ("一、行政许可", None),
        ("一、户籍类", None),
    ],
)
def test_rows_under_a_heading_speak_of_its_matter(over: str, expected: Any) -> None:
    """Before, a row in a list without a column of matters spoke of every matter of its unit."""
    assert of_matters(PROOFS, (over,), A, B) == [expected, expected]


@pytest.mark.parametrize("title", ["法律援助申请", "法律援助申请证明材料清单"])
def test_rows_under_a_title_or_in_a_sheet_of_a_matter_speak_of_it(title: str) -> None:
    assert of_matters((title,), PROOFS, A) == ["DEMO-0002"]
    assert of_matters(PROOFS, A, name=title) == ["DEMO-0002"]
    assert of_matters(("市中区法律援助申请等证明清单",), PROOFS, A) == [{"ask matter"}]
    assert of_matters(("市司法局证明事项清单",), PROOFS, A) == [None]


def test_after_a_heading_that_names_a_matter_none_speaks_of_every_one() -> None:
    assert of_matters(PROOFS, ("一、法律援助申请",), A, ("二、其他",), B) == ["DEMO-0002", {"matter_empty"}]
    assert of_matters(PROOFS, ("一、法律援助申请",), ("(一)取消的证明",), A) == ["DEMO-0002"], "a heading under it ends nothing"


def test_another_rank_of_item_is_the_matter_where_no_other_column_is() -> None:
    assert of_matters((*PROOFS, "子项名称"), (*A, "法律援助申请")) == ["DEMO-0002"]
    assert of_matters((*PROOFS, "主项名称"), (*A, "法律援助申请"), (*B, "公证申请")) == ["DEMO-0002", {"ask matter"}]


def test_a_heading_that_names_another_unit_is_not_passed_over() -> None:
    """Before, what stands under 区民政局 was taken for the sender's own."""
    assert of_matters(PROOFS, ("一、区司法局",), A, ("二、区民政局",), B) == [None, {"unit_of_another"}]
    assert of_matters(PROOFS, ("一、区教育局",), A) == [{"ask unit"}]


def test_what_a_person_said_is_no_matter_goes_back() -> None:
    known = replace(sandbox(), answers={(Topic.MATTER, "公证申请"): ""})
    (result,) = read_list(workbook([("事项名称", "证明名称"), ("公证申请", "户籍证明")]), ListKind.PROOFS, known)
    assert codes(result.rows[0]) == {"matter_none"}


EMPTY = {"matter_empty"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("法律援助申请", A, "公证", B), ["DEMO-0002", {"ask matter"}]),
        (("法律援助申请证明材料清单", PROOFS, A, "公证证明材料清单", B), ["DEMO-0002", EMPTY]),
        (("法律援助申请证明材料清单", PROOFS, A, "二、公证", B), ["DEMO-0002", {"ask matter"}]),
        (("法律援助申请证明材料清单", PROOFS, "(一)身份类", A, "(二)其他证明", B), ["DEMO-0002"] * 2),
        (("法律援助申请证明材料清单", PROOFS, "一、申请材料", A), ["DEMO-0002"]),
        (("法律援助申请证明材料清单", PROOFS, "一、身份证明", A, "二、经济状况证明", B), ["DEMO-0002"] * 2),
        (("法律援助申请证明材料清单", PROOFS, "一、必备材料", A, "二、特殊情形需提供的材料", B), ["DEMO-0002"] * 2),
        (("法律援助申请证明材料清单", PROOFS, "二、公证所需证明", A), [EMPTY]),
        (("事项名称:法律援助申请", A, "事项名称:公证", B), ["DEMO-0002", {"ask matter"}]),
        (("办理事项:法律援助申请", A, "办理事项:公证", B), ["DEMO-0002", {"ask matter"}]),
        (("法律援助申请", "户籍类", A), ["DEMO-0002"]),
        (("法律援助申请", A, "其他", B), ["DEMO-0002", EMPTY]),
    ],
)
def test_a_text_that_may_be_another_matter_ends_the_one_before(lines: tuple[Any, ...], expected: list[Any]) -> None:
    """Before, what followed it was taken for the matter over it, or sent back for not saying 取消 or 保留."""
    rows = [line if isinstance(line, tuple) else (line,) for line in lines]
    assert of_matters(*(rows if PROOFS in rows else [PROOFS, *rows])) == expected


def test_a_text_before_the_next_table_of_a_document_ends_the_matter_before() -> None:
    tables = [("法律援助申请", [PROOFS, A]), ("公证", [PROOFS, B])]
    known = own(sandbox())
    found = [row for result in read_list(page(*tables).encode(), ListKind.PROOFS, known) for row in result.rows]
    assert isinstance(found[0].fact, ProofFact) and found[0].fact.matter == "DEMO-0002" and codes(found[1]) == {"ask matter"}


@pytest.mark.parametrize("heading", ["取消的证明事项", "不再索要的证明", "保留的证明材料"])
def test_a_heading_of_what_becomes_of_the_rows_keeps_the_matter_over_it(heading: str) -> None:
    """Before, neither with a number, the second ended the first: given up for every matter."""
    assert of_matters(PROOFS, ("法律援助申请",), (heading,), A) == ["DEMO-0002"]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (("一", "法律援助申请", ""), "DEMO-0002"),
        (("(一)", "法律援助申请", ""), "DEMO-0002"),
        (("第一部分", "法律援助申请", "共2项"), "DEMO-0002"),
        (("法律援助申请", "", "共2项"), "DEMO-0002"),
        (("二、", "公证申请", ""), {"ask matter"}),
        (("一", "区民政局", ""), {"unit_of_another"}),
    ],
)
def test_a_heading_in_two_cells_is_one(heading: tuple[str, ...], expected: Any) -> None:
    """Before, it was sent back as a row, and the rows below it spoke of every matter."""
    assert of_matters(PROOFS, heading, A, B) == [expected, expected]


def test_a_number_beside_the_name_of_a_proof_is_no_heading() -> None:
    assert of_matters(PROOFS, ("一", "户籍证明", ""), ("二", "经济困难证明", "")) == [None, None]
    assert of_matters(PROOFS, ("一", "房屋登记证明", ""), (2, "房屋产权登记", "")) == [{"ask proof"}, {"ask proof"}]


def test_one_proof_under_two_matters_is_no_duplicate() -> None:
    """Before, the second was sent back as the same row."""
    again = (PROOFS, ("一、法律援助申请",), A, ("二、取消的证明",), A, ("三、法律援助申请",), A)
    assert of_matters(*again) == ["DEMO-0002", {"matter_empty"}, {"duplicate"}]


OTHERS = {"unit_of_another"}


@pytest.mark.parametrize(
    "over", ["市中区民政局证明事项清单", "填报单位:市中区民政局", "报送部门:市中区民政局", "市中区民政局取消的证明事项目录"]
)
def test_a_title_of_another_unit_is_not_passed_over(over: str) -> None:
    """Before, another unit's list was taken for the sender's own."""
    assert of_matters((over,), PROOFS, A) == [OTHERS]
    assert of_matters((over,), (*PROOFS, "事项名称"), (*A, "法律援助申请")) == [OTHERS], "beside a matter, too"


def test_a_sheet_of_another_unit_is_not_passed_over() -> None:
    assert of_matters(PROOFS, A, name="区民政局") == [OTHERS]
    assert of_matters(PROOFS, A, name="区司法局") == [None]
    assert of_matters(("法律援助申请",), PROOFS, A, name="区民政局") == [OTHERS]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("一、市中区民政局证明事项", OTHERS),
        ("一、区民政局取消的证明事项", OTHERS),
        ("一、区司法局保留的证明事项", None),
        ("二、光明路街道", {"ask unit"}),
        ("二、乡镇街道", None),
        ("一、法律援助申请(DEMO-0001)", {"ask matter"}),
        ("一、法律援助申请(DEMO-0002)", "DEMO-0002"),
    ],
)
def test_a_heading_with_more_than_the_name_names_it(heading: str, expected: Any) -> None:
    assert of_matters(PROOFS, (heading,), A) == [expected]


def test_a_matter_under_the_heading_of_another_unit_goes_back() -> None:
    """Before, a column of matters made of the heading nothing; whoever makes a list of all names itself in the title."""
    header, row = (*PROOFS, "事项名称"), (*A, "法律援助申请")

    def of_all(*lines: tuple[Any, ...], name: str = "清单") -> list[str | None | set[str]]:
        (result,) = read_list(workbook([*lines], name=name), ListKind.PROOFS, sandbox())
        return [one.fact.matter if isinstance(one.fact, ProofFact) else codes(one) for one in result.rows]

    assert of_all(header, ("一、区民政局",), row) == [{"matter_of_another"}]
    assert of_all(header, ("一、区司法局",), row) == ["DEMO-0002"]
    assert of_all(("填报单位:市中区民政局",), header, row, name="区民政局") == ["DEMO-0002"]


@pytest.mark.parametrize("over", ["法律援助", "一、法律援助", "(一)公共租赁住房"])
def test_a_part_of_the_name_of_a_matter_is_asked(over: str) -> None:
    """Before, what stands under it spoke of every matter."""
    assert of_matters(PROOFS, (over,), A) == [{"ask matter"}]
    assert of_matters(PROOFS, A, name=over.lstrip("一、()")) == [{"ask matter"}]


@pytest.mark.parametrize("over", ["二、取消的证明", "(一)户籍类", ""])
def test_rows_before_the_first_matter_go_back(over: str) -> None:
    """Before, they spoke of every matter, and those below of one."""
    known = sandbox()
    own = replace(known, sender=known.matter_units["DEMO-0002"], speaks_for=frozenset({known.matter_units["DEMO-0002"]}))
    lines = [PROOFS, (over,), A, ("三、法律援助申请",), B]
    assert of_matters(*lines) == [{"matter_empty"}, "DEMO-0002"]
    reading = ListReading(workbook(lines), ListKind.PROOFS, own)
    taken = [row.line for _, row in reading.rows() if row.fact is not None]
    assert [line for _, line in reading.sent_back()] == taken[:1], "for whoever keeps the rows, too"


@pytest.mark.parametrize("over", ["公证", "一、公证", "(二)律师执业", "公证事项", ("事项名称", "公证", ""), ("办理事项:", "公证", "")])
def test_a_heading_of_which_nobody_knows_the_matter_is_asked(over: str | tuple[str, ...]) -> None:
    """Before, alone in its list it let the rows below speak of every matter; in two cells it went back as a row."""
    heading = (over,) if isinstance(over, str) else over
    assert of_matters(PROOFS, heading, A, B) == [{"ask matter"}, {"ask matter"}]
    assert of_matters(PROOFS, ("法律援助申请",), A, heading, B) == ["DEMO-0002", {"ask matter"}]
    assert of_matters(PROOFS, ("事项名称", "法律援助申请", ""), A) == ["DEMO-0002"]


@pytest.mark.parametrize("over", ["户籍类", "一、身份证明", "证明材料", "公共法律服务科", "区司法局", "行政许可", "一、基本材料"])
def test_a_heading_that_names_no_matter_leaves_the_rows_as_they_are(over: str) -> None:
    assert of_matters(PROOFS, (over,), A) == [None]


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        (("填报单位:区民政局",), OTHERS),
        (("填报单位", "区民政局"), OTHERS),
        (("填报单位:区民政局     填报日期:2026年3月1日",), OTHERS),
        (("填报单位:区司法局",), None),
        (("填报单位:演示单位",), None),
    ],
)
def test_whose_the_list_is_may_stand_under_it(under: tuple[str, ...], expected: Any) -> None:
    """Before, it was heard over the table alone, and another unit's list was taken for the sender's own."""
    assert of_matters(PROOFS, A, B, under) == [expected, expected]
    assert of_matters(under[:1] if len(under) == 1 else ("".join(under[:1]) + ":" + under[1],), PROOFS, A) == [expected], "as over it"


@pytest.mark.parametrize("column", ["业务类别", "服务项目", "", "备注"])
def test_the_name_of_a_matter_in_a_column_that_is_not_read_is_told(column: str) -> None:
    """Before, the row spoke of every matter."""
    assert of_matters((*PROOFS, column), (*A, "法律援助申请"), (*B, "公证类")) == [{"matter_beside"}, None]
    assert of_matters((*PROOFS, column), ("一、法律援助申请",), (*A, "法律援助申请")) == ["DEMO-0002"]
