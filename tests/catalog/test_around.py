"""What stands around the rows (obligations 2.1, 5.4): headings, titles and sheets over them, columns beside them. Each was once taken,
in silence, for what its sender did not say."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook

from catalog.headers import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact, RowResult
from tests.catalog.markup import document, word_table
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes
from tests.catalog.workbooks import saved, workbook

HEADER = ("序号", "事项编码", "证明名称", "备注")
FIRST = (1, "DEMO-0002", "经济困难证明", "")
SECOND = (2, "DEMO-0001", "户籍证明", "")
UNCLEAR = {"standing_unclear"}


def said(row: RowResult) -> bool | set[str]:
    """Whether the row gives its proof up; its faults and questions where it is not taken."""
    return row.fact.cancelled if isinstance(row.fact, ProofFact) else codes(row)


def sheets(content: bytes, kind: ListKind = ListKind.PROOFS) -> list[list[bool | set[str]]]:
    return [[said(row) for row in result.rows] for result in read_list(content, kind, sandbox())]


def table(*lines: tuple[Any, ...], kind: ListKind = ListKind.PROOFS) -> list[bool | set[str]]:
    (found,) = sheets(workbook(lines), kind)
    return found


def page(*tables: tuple[str, list[tuple[Any, ...]]]) -> str:
    """A web page: before each table what stands over it."""
    body = ""
    for over, rows in tables:
        body += "".join(f"<p>{line}</p>" for line in over.split("|") if line)
        body += "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"
    return f"<html><body>{body}</body></html>"


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


def test_a_heading_that_only_holds_such_a_word_gives_nothing_up() -> None:
    """Before, the rows under 撤销公司登记 were given up, without a word."""
    assert table(HEADER, ("一、公司登记撤销",), FIRST, ("二、取消学籍",), SECOND) == [False, UNCLEAR]


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
        ("备注", "证明名称改为居民户籍证明", False),
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
    assert table(("取消的证明事项清单",), (*HEADER[:3], column), (*FIRST[:3], "" if "方式" in column else text)) == [True]


@pytest.mark.parametrize("column", ["清理意见", "取消或保留", "处理结果"])
def test_an_empty_cell_in_a_column_of_what_becomes_of_proofs_is_asked(column: str) -> None:
    """Before, it meant that the proof is kept."""
    rows = ((*HEADER, column), (*FIRST, "取消"), (*SECOND, ""))
    assert table(*rows) == [True, UNCLEAR]
    assert table(("二、取消的证明",), *rows) == [True, True], "a heading says"
    assert table((*HEADER, column, "取消"), (*FIRST, "", "√"), (*SECOND, "", "")) == [True, UNCLEAR]
    assert table((*HEADER, "取消"), (*FIRST, "√"), (*SECOND, "")) == [True, False], "one column that is ticked"


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


def test_a_second_table_that_is_better_known_does_not_take_the_place_of_the_first() -> None:
    """Before, the rows of the first were passed over: they stood over the header that was read."""
    other = [
        ("取消的证明事项",),
        ("序号", "证明名称", "设定依据", "事项名称", "事项编码"),
        (1, "户籍证明", "《乙法》", "供热开户", "DEMO-0004"),
    ]
    first, *below = table(("索要单位", "证明名称", "份数"), ("区司法局", "经济困难证明", "1"), *other)
    assert first is False and below == [{"other_header"}, {"other_header"}]


def test_the_name_of_a_ticked_column_is_no_title() -> None:
    rows = [("证明", "", "去留", "", "事项编码"), ("名称", "份数", "保留", "取消", "事项编码"), ("经济困难证明", "1", "√", "", "DEMO-0002")]
    assert sheets(workbook(rows, ("A1:B1", "C1:D1", "E1:E2"))) == [[False]]


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
