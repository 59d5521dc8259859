"""What stands around the rows (obligations 2.1, 5.4): headings, titles and sheets over them. Each was once taken, in silence, for what its
sender did not say."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook

from catalog.list_kinds import ListKind
from tests.catalog.markup import document, word_table
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, page, sheets, table
from tests.catalog.workbooks import saved


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (("二、取消的证明事项", ""), [True, True]),
        (("二、取消的证明事项", "(一)市中区行政审批服务局"), [True, True]),
        (("二、取消的证明事项", "三、保留的证明事项"), [True, False]),
        (("二、取消的证明事项", "三、其他事项"), [True, False]),
        (("二、取消的证明事项", "三、全区公共租赁住房保障对象资格年度复核以及租金收取标准核定的有关事项"), [True, False]),
        (("市中区取消的证明事项清单", ""), [True, True]),
        (("市中区取消的证明事项清单", "市中区行政审批服务局"), [True, True]),
        (("附件1 取消的证明事项清单", "附件2 保留的证明事项清单"), [True, False]),
        (("附件1 取消的证明事项清单", "附件2 区司法局证明事项清单"), [True, UNCLEAR]),
        (("二、取消的证明事项", "附件2 保留的证明清单"), [True, False]),
        (("取消的证明事项", "市中区行政审批服务局"), [True, True]),
    ],
)
def test_what_stands_over_a_table_holds_for_the_next_ones_of_its_page(over: tuple[str, str], expected: list[Any]) -> None:
    """Before, a heading ended at the first table, and what the second gives up was kept."""
    tables = [(line, [HEADER, row]) for line, row in zip(over, (FIRST, SECOND), strict=True)]
    assert [row for found in sheets(page(*tables).encode()) for row in found] == expected


def test_a_table_that_is_no_list_may_hold_the_heading() -> None:
    assert sheets(page(("", [("二、取消的证明事项",)]), ("", [HEADER, FIRST])).encode())[-1] == [True]


def test_sheets_of_a_workbook_speak_for_themselves_alone() -> None:
    book = Workbook()
    assert book.active is not None
    for sheet, rows in ((book.active, [("二、取消的证明",), HEADER, FIRST]), (book.create_sheet("其他"), [HEADER, SECOND])):
        for row in rows:
            sheet.append(row)
    assert sheets(saved(book)) == [[True], [False]]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("取消的证明事项", True),
        ("关于取消证明事项的通知", True),
        ("市司法局关于取消一批证明事项的公告", True),
        ("枣庄市市中区证明事项取消目录", True),
        ("不再索要的证明材料", True),
        ("以下证明予以取消:", True),
        ("保留的证明事项", False),
        ("证明事项清单(2026年动态调整)", False),
        ("保留和取消的证明事项清单", UNCLEAR),
        ("证明事项清理结果", UNCLEAR),
        ("合并的证明事项", UNCLEAR),
        ("减少的证明事项清单", UNCLEAR),
        ("取缔的证明事项清单", UNCLEAR),
        ("退出清单的证明事项", UNCLEAR),
        ("不再开具的证明事项清单", UNCLEAR),
        ("不应由社区出具的证明事项", UNCLEAR),
        ("不需要群众提交的证明", UNCLEAR),
        ("自2027年1月1日起取消的证明事项", UNCLEAR),
        ("暂缓取消的证明事项", UNCLEAR),
        ("取消的证明事项清单(2027年1月起)", UNCLEAR),
        ("不得要求群众提供的证明", UNCLEAR),
        ("由身份证替代的证明事项", UNCLEAR),
        ("为减证便民,凡没有法律法规依据的证明,一律取消。", UNCLEAR),
    ],
)
def test_a_title(title: str, expected: bool | set[str]) -> None:
    """Before, one that did not end in 清单 was not heard, and one that says both was kept."""
    under = [(f"说明第{number}条",) for number in range(1, 8)]
    assert table((title,), *under, HEADER, FIRST) == [expected]


def test_what_is_nearest_decides_and_the_contrary_is_asked() -> None:
    both = ("保留和取消的证明事项清单",)
    assert table(both, (*HEADER, "清理意见"), (*FIRST, "取消"), (*SECOND, "保留")) == [True, False], "a column says"
    assert table(both, HEADER, ("二、取消的证明",), FIRST) == [True], "a heading says"
    assert table(both, (*HEADER[:2], "取消的证明名称"), FIRST[:3]) == [True], "the column's name says"
    assert table(("取消的证明事项清单",), HEADER, ("一、保留的证明",), FIRST) == [False], "a heading before a title"
    assert table(("取消的证明事项清单",), (*HEADER[:2], "保留的证明名称"), FIRST[:3]) == [UNCLEAR]
    assert table(HEADER, ("一、保留的证明",), FIRST, kind=ListKind.CANCELLATIONS) == [UNCLEAR]
    assert table(HEADER, ("一、保留和取消的证明",), FIRST, ("二、取消的证明",), SECOND) == [UNCLEAR, True]


@pytest.mark.parametrize("heading", ["二、待研究", "二、待定的证明事项", "(二)待进一步核实", "待明确的"])
def test_what_is_not_decided_is_asked(heading: str) -> None:
    """Before, what stands under it was kept."""
    assert table(HEADER, ("一、保留",), FIRST, (heading,), SECOND) == [False, UNCLEAR]


def test_a_heading_that_only_holds_such_a_word_gives_nothing_up() -> None:
    """Before, the rows under 撤销公司登记 were given up, without a word."""
    assert table(HEADER, ("一、公司登记撤销",), FIRST, ("二、取消学籍",), SECOND) == [False, UNCLEAR]


@pytest.mark.parametrize(
    "line",
    [
        "依据:《国务院关于取消一批行政许可事项的决定》",
        "设定依据:国务院关于取消一批证明事项的决定",
        "根据《关于取消证明事项的通知》要求",
        "按照《关于取消一批证明的通知》和《甲办法》的规定",
    ],
)
def test_by_what_a_list_was_made_gives_nothing_up(line: str) -> None:
    """Before, all its rows were cancelled by the name of a decision."""
    assert table((line,), HEADER, FIRST) == [False]
    assert table(("《取消的证明事项清单》",), HEADER, FIRST) == [True]
    assert table(("根据《甲办法》取消的证明事项清单",), HEADER, FIRST) == [True]


def test_a_second_table_that_is_better_known_does_not_take_the_place_of_the_first() -> None:
    """Before, the rows of the first were passed over: they stood over the header that was read."""
    other = [
        ("取消的证明事项",),
        ("序号", "证明名称", "设定依据", "事项名称", "事项编码"),
        (1, "户籍证明", "《乙法》", "供热开户", "DEMO-0004"),
    ]
    first, *below = table(("索要单位", "证明名称", "份数"), ("区司法局", "经济困难证明", "1"), *other)
    assert first is False and below == [{"other_header"}, {"other_header"}]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("调整为告知承诺制的证明事项清单", False),
        ("实行告知承诺制的证明事项清单", False),
        ("取消的告知承诺证明事项清单", UNCLEAR),
        ("不实行告知承诺制的证明事项清单", UNCLEAR),
        ("不再适用告知承诺的证明事项", UNCLEAR),
        ("取消告知承诺制的证明事项清单", UNCLEAR),
        ("退出告知承诺的证明事项清单", UNCLEAR),
        ("暂缓实行告知承诺制的证明事项清单", UNCLEAR),
    ],
)
def test_a_list_of_commitments_says_what_it_is(title: str, expected: bool | set[str]) -> None:
    assert table((title,), HEADER, FIRST, kind=ListKind.COMMITMENTS) == [expected]


@pytest.mark.parametrize(
    "heading", ["二、不实行告知承诺制", "(二)取消告知承诺制的证明事项", "暂缓实行告知承诺的", "二、不适用告知承诺制的证明"]
)
def test_a_heading_takes_its_rows_out_of_a_list_of_commitments(heading: str) -> None:
    """Before, what stood under it was taken for a commitment."""
    rows = table(HEADER, ("一、实行告知承诺制的证明",), FIRST, (heading,), SECOND, kind=ListKind.COMMITMENTS)
    assert rows == [False, UNCLEAR]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (("一", "取消的证明事项", "", ""), True),
        (("(二)", "取消的证明", "", ""), True),
        (("第一部分", "市中区取消的证明事项", "", "共2项"), True),
        (("2", "不再索要的证明材料", "", ""), True),
        (("取消的证明事项", "", "", "(2项)"), True),
        (("一", "取消和调整的证明事项", "", ""), UNCLEAR),
    ],
)
def test_a_heading_in_two_cells_is_heard(heading: tuple[str, ...], expected: bool | set[str]) -> None:
    """Before, it went back as a row, and what stands under it was kept."""
    assert table(HEADER, heading, FIRST, SECOND) == [expected, expected]


@pytest.mark.parametrize("column", ["清理意见", "备注"])
def test_a_row_that_names_nothing_is_no_heading(column: str) -> None:
    """2, and 取消 in its own column: the row goes back, and those below are not given up by it."""
    header = ("序号", "事项编码", "证明名称", column)
    kept = "保留" if column == "清理意见" else ""
    lone, following = table(header, (1, *FIRST[1:3], kept), (2, "", "", "取消"), (3, *SECOND[1:3], kept))[1:]
    assert isinstance(lone, set) and lone & {"proof_empty", "matter_empty"} and following is False


@pytest.mark.parametrize("cover", [("附件2", "取消的证明事项清单"), ("取消的证明事项清单",), ("市中区取消的证明事项目录", "")])
def test_a_cover_is_the_title_of_what_follows(cover: tuple[str, ...]) -> None:
    """Before, a sheet or a table of the title alone was passed over, and what it gives up was kept."""
    book = Workbook()
    assert book.active is not None
    book.active.append(cover)
    for name, rows in (("清单", [HEADER, FIRST]), ("其他", [("保留的证明事项清单",), HEADER, SECOND])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    assert sheets(saved(book)) == [[True], [False]]
    assert sheets(document(word_table([cover]), word_table([HEADER, FIRST]))) == [[True]]


def test_a_sheet_that_explains_is_no_cover() -> None:
    book = Workbook()
    assert book.active is not None
    for line in ("填表说明", "一、保留的证明事项请写保留", "二、取消的证明事项:不再索要的", "三、保留的证明事项:继续索要的"):
        book.active.append((line,))
    sheet = book.create_sheet("清单")
    for row in (HEADER, FIRST):
        sheet.append(row)
    assert sheets(saved(book)) == [[False]]
