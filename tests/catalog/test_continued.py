"""A list that is broken over several tables, or stands twice beside itself, is read whole or asked; never half of it (obligation 5.1)."""

from __future__ import annotations

import pytest

from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.reading import read_sheets
from domain.list_rows import ProofFact
from tests.catalog.markup import document, html, word_table
from tests.catalog.registries import sandbox
from tests.catalog.workbooks import workbook

HEADER = ["序号", "证明名称", "事项编码"]
FIRST, SECOND, THIRD = [1, "户籍证明", "DEMO-0001"], [2, "经济困难证明", "DEMO-0002"], [3, "居住情况证明", "DEMO-0003"]


def line(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" if text else "<w:p/>"


def taken(content: bytes) -> list[tuple[str, bool]]:
    results = read_list(content, ListKind.PROOFS, sandbox())
    assert not any(row.faults or row.questions for result in results for row in result.rows)
    return [(row.fact.proof, row.fact.cancelled) for result in results for row in result.rows if isinstance(row.fact, ProofFact)]


KEPT = [("P-HOUSEHOLD", False), ("P-HARDSHIP", False), ("P-RESIDENCE", False)]


@pytest.mark.parametrize("between", ["", "续表", "第2页,共3页"])
def test_a_table_without_a_header_goes_on_with_the_one_before(between: str) -> None:
    further = (line(between), word_table([SECOND]), line(between), word_table([THIRD]))
    assert taken(document(word_table([HEADER, FIRST]), *further)) == KEPT
    pages = (html([row])[:-14].partition(b"<body>")[2] for row in (SECOND, THIRD))
    page = html([HEADER, FIRST])[:-14] + f"<p>{between}</p>".encode("gb18030").join((b"", *pages))
    assert taken(page) == KEPT


def test_a_header_that_stands_again_is_no_row() -> None:
    content = document(word_table([HEADER, FIRST]), line("续表"), word_table([HEADER, SECOND]), word_table([HEADER, THIRD]))
    assert taken(content) == KEPT
    (sheet,) = read_sheets(content)
    assert len(sheet.rows) == 4, "for whoever reads one table alone"


def test_what_stands_between_says_what_becomes_of_the_rows_below() -> None:
    heading = line("二、取消的证明事项")
    content = document(word_table([HEADER, FIRST]), heading, word_table([SECOND]), word_table([THIRD]))
    assert taken(content) == [("P-HOUSEHOLD", False), ("P-HARDSHIP", True), ("P-RESIDENCE", True)]
    content = document(word_table([HEADER, FIRST]), heading, word_table([HEADER, SECOND]), line("续表"), word_table([THIRD]))
    assert taken(content) == [("P-HOUSEHOLD", False), ("P-HARDSHIP", True), ("P-RESIDENCE", True)]


def test_a_table_with_another_header_or_other_columns_is_one_by_itself() -> None:
    other = word_table([["事项编码", "证明名称", "备注"], ["DEMO-0002", "经济困难证明", ""]])
    assert taken(document(word_table([HEADER, FIRST]), other)) == KEPT[:2]
    wider = word_table([[*SECOND, "x"]])
    read, refused = read_list(document(word_table([HEADER, FIRST]), wider), ListKind.PROOFS, sandbox())
    assert len(read.rows) == 1 and refused.sheet.refused, "nobody knows which columns these are"


@pytest.mark.parametrize("gap", [[], [None]])
def test_two_lists_beside_each_other_are_asked(gap: list[object]) -> None:
    rows = [[*left, *gap, *right] for left, right in ((HEADER, HEADER), (FIRST, SECOND), (THIRD, ["", "", ""]))]
    for content in (workbook(rows), document(word_table(rows)), html(rows)):
        with pytest.raises(FileRefused) as caught:
            read_list(content, ListKind.PROOFS, sandbox())
        assert caught.value.fault == "side_by_side" and caught.value.remedy


def test_one_list_with_merged_headers_is_no_two() -> None:
    rows = [["证明名称", None, "事项编码", None], ["户籍证明", None, "DEMO-0001", None], ["经济困难证明", None, "DEMO-0002", None]]
    merged = [f"{first}{row}:{last}{row}" for row in (1, 2, 3) for first, last in ("AB", "CD")]
    assert taken(workbook(rows, merged)) == KEPT[:2]


@pytest.mark.parametrize("further", ["取消", "已废止"])
def test_what_stands_beside_the_table_under_no_name_is_not_passed_over(further: str) -> None:
    """A row whose last cell is the name of a column is no part of the header, and is asked."""
    rows = [["证明名称", "事项编码"], ["户籍证明", "DEMO-0001", further], ["经济困难证明", "DEMO-0002", ""]]
    for content in (workbook(rows), "\n".join(",".join(row) for row in rows).encode(), html([[*row, ""][:3] for row in rows])):
        asked, kept = read_list(content, ListKind.PROOFS, sandbox())[0].rows
        assert asked.fact is None and asked.faults and isinstance(kept.fact, ProofFact)


@pytest.mark.parametrize(
    ("over", "gone"),
    [
        ("附件2:取消的证明事项清单", True),
        ("附表2:市中区取消的证明事项目录", True),
        ("附件2、拟取消的证明事项清单", True),
        ("注:以下为取消的证明事项", None),
        ("说明:下表各项证明自2027年起取消", None),
    ],
)
def test_an_annex_or_a_note_that_gives_rows_up_is_heard(over: str, gone: bool | None) -> None:
    """Before, it was passed over as what stands around a table, and what it gives up was kept."""
    kept, cancelled = [HEADER, FIRST], [HEADER, SECOND]
    page = html(kept)[:-14] + f"<p>{over}</p>".encode("gb18030") + html(cancelled)[:-14].partition(b"<body>")[2]
    lines = [["附件1:保留的证明事项清单"], *kept, [over], SECOND]
    for content in (
        document(word_table(kept), line(over), word_table(cancelled)),
        page,
        workbook(lines),
        workbook([row[1:] or row for row in lines]),
    ):
        first, second = (row for result in read_list(content, ListKind.PROOFS, sandbox()) for row in result.rows)
        assert isinstance(first.fact, ProofFact) and not first.fact.cancelled
        if gone or second.fact is not None:
            assert isinstance(second.fact, ProofFact) and second.fact.cancelled
        else:
            assert {fault.code for fault in second.faults} == {"standing_unclear"}


@pytest.mark.parametrize("note", ["注:本表一式两份", "附件:1.申请表", "填表说明:请在取消一栏打勾", "备注:依据《关于取消一批证明的通知》"])
def test_a_note_that_says_nothing_of_the_rows_ends_nothing(note: str) -> None:
    assert taken(document(word_table([HEADER, FIRST]), line(note), word_table([HEADER, SECOND]))) == KEPT[:2]
    assert taken(workbook([HEADER, FIRST, [note], SECOND])) == KEPT[:2]


def test_a_row_that_stands_again_after_a_page_is_one_of_another_heading() -> None:
    """Before, it was taken for a header that stands again, and a proof given up was lost."""
    for content in (
        document(word_table([HEADER, ["一、保留的证明"], FIRST, ["二、取消的证明"]]), word_table([FIRST, SECOND])),
        document(word_table([HEADER, FIRST]), line("二、取消的证明"), word_table([FIRST, SECOND])),
    ):
        (result,) = read_list(content, ListKind.PROOFS, sandbox())
        assert [row.cells[1] for row in result.rows] == ["户籍证明", "户籍证明", "经济困难证明"]
        assert [row.fact.cancelled for row in result.rows if isinstance(row.fact, ProofFact)][-1]


@pytest.mark.parametrize(
    "under",
    [
        [["填表人", "张三", ""], ["联系电话", "0632-1234567", ""]],
        [["填表人", "", "审核人"]],
        [["单位负责人(签字)", "", "李四"]],
        [["单位(盖章)", "市中区司法局", ""]],
        [["类别", "数量", "备注"], ["保留", "12", ""], ["取消", "5", ""]],
        [["科室", "证明项数", "取消数量"], ["公证科", "12", "3"]],
    ],
)
def test_what_is_signed_or_counted_under_a_list_is_no_row_of_it(under: list[list[str]]) -> None:
    """Before, it was joined to the list where it was as wide, and 张三 was asked as a proof."""
    content = document(word_table([HEADER, FIRST]), line(""), word_table(under))
    first, *others = read_list(content, ListKind.PROOFS, sandbox())
    assert len(first.rows) == 1 and not any(result.rows for result in others)
