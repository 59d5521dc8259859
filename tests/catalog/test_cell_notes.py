"""Comments and footnotes on cells from which nothing else is taken: what they say of their row, or of others, reached nobody (obligations
2.1, 5.1)."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from catalog.cell_marks import FOOTNOTE, NOTE
from catalog.cell_notes import of_comment, of_footnote, said_in, tells_of_row
from tests.catalog.markup import _W, word_table
from tests.catalog.small_lists import FIRST, HEADER, SECOND, sheets
from tests.catalog.workbooks import saved

THIRD = (3, "DEMO-0003", "居住情况证明", "")
TELLS, NOTED, NONE = {"tells_of_row"}, {"note_beside"}, [False, False, False]


def commented(place: str, text: str) -> list[Any]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ((*HEADER, "经办科室"), *((*row, "甲科") for row in (FIRST, SECOND, THIRD))):
        sheet.append(row)
    sheet[place].comment = Comment(text, "某人")
    return sheets(saved(book))[0]


@pytest.mark.parametrize("place", ["A3", "D3", "E3", "F3"])
def test_a_comment_that_tells_of_its_row_sends_it_back_wherever_it_hangs(place: str) -> None:
    """On a number, a remark, in a column that nobody reads, beside the table."""
    for text in ("此项取消", "已下放街道", "某人:\n待司法局确认", "继续保留"):
        assert commented(place, text)[1] - {"standing_unclear"} == TELLS, text
    for text in ("请填写全称", "某人:\n需加盖公章", "已核对"):
        assert commented(place, text) == NONE, text


def test_one_on_the_header_is_a_note_under_the_table() -> None:
    assert commented("C1", "第2项已取消") == commented("A1", "第2项由市级实施") == [False, NOTED, False]
    assert commented("C1", "请填写规范名称") == NONE


def test_one_on_a_name_sends_its_row_back_as_before_and_is_quoted() -> None:
    assert commented("C3", "请填写全称")[1] == {"comment"} and commented("C3", "此项取消")[1] == TELLS
    assert said_in(of_comment("某人:\n此项取消")) == "此项取消" and of_comment("已核对") is NOTE and of_footnote("需原件") is FOOTNOTE
    assert tells_of_row(found := of_comment("电话13800001111\n已取消")) and "1380" not in found.text, "nobody's number is quoted"


@pytest.mark.parametrize("reference", ["footnoteReference", "endnoteReference", "commentReference"])
def test_what_hangs_on_a_word_cell_is_heard(reference: str) -> None:
    kind = reference.removesuffix("Reference")

    def hung(at: str, text: str) -> list[Any]:
        table = word_table([HEADER, FIRST, (2, "DEMO-0001", "户籍证明", "无"), THIRD])
        table = table.replace(f">{at}</w:t></w:r>", f'>{at}</w:t></w:r><w:r><w:{reference} w:id="2"/></w:r>', 1)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", f'<w:document xmlns:w="{_W}"><w:body>{table}</w:body></w:document>')
            said = f'<w:{kind} w:id="2"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'
            archive.writestr(f"word/{kind}s.xml", f'<w:{kind}s xmlns:w="{_W}">{said}</w:{kind}s>')
        return sheets(out.getvalue())[0]

    assert hung("2", "已取消") == hung("无", "已下放街道") == [False, TELLS, False]
    assert hung("2", "需原件") == hung("无", "见办事指南") == NONE
    assert hung("证明名称", "第2项已取消") == [False, NOTED, False]


def test_a_number_that_is_struck_through_sends_its_row_back() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, FIRST, SECOND, THIRD):
        sheet.append(row)
    sheet["A3"].font = Font(strike=True)
    assert sheets(saved(book))[0] == [False, {"struck_out"}, False]
