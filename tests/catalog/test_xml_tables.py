"""Workbooks in the XML of Excel 2003, in every encoding in which they come, and what their cells show beside the text (obligation 5.1)."""

from __future__ import annotations

import pytest

from catalog.file_kinds import FileRefused, Form, form_of
from catalog.reading import read_sheets
from tests.catalog.markup import html

SPACE = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
STYLES = (
    '<Style ss:ID="Default"><Font ss:FontName="宋体"/></Style><Style ss:ID="s"><Font ss:StrikeThrough="1"/></Style>'
    '<Style ss:ID="t" ss:Parent="s"><NumberFormat ss:Format="000"/></Style>'
    '<Style ss:ID="u" ss:Parent="s"><Font ss:StrikeThrough="0"/></Style>'
    '<Style ss:ID="w"><Font ss:FontName="Wingdings 2"/></Style>'
)


def book(row: str, head: str = "") -> str:
    sheet = f"<Worksheet ss:Name='新'><Table><Row>{row}</Row></Table></Worksheet>"
    return f"{head}<Workbook {SPACE} xmlns:html='http://www.w3.org/TR/REC-html40'><Styles>{STYLES}</Styles>{sheet}</Workbook>"


ROW = "<Cell><Data ss:Type='String'>户籍证明</Data></Cell>"


@pytest.mark.parametrize("encoding", ["gb2312", "GBK", "gb18030", "utf-8"])
@pytest.mark.parametrize("before", ["", "\n", " \r\n"])
def test_it_is_read_in_the_encoding_that_it_names(encoding: str, before: str) -> None:
    (sheet,) = read_sheets(book(ROW, f'{before}<?xml version="1.0" encoding="{encoding}"?>').encode(encoding))
    assert sheet.rows == (("户籍证明",),)


@pytest.mark.parametrize("before", ["\ufeff", "\ufeff\ufeff", "\ufeff\n", "\n\ufeff", "\n"])
@pytest.mark.parametrize("declared", ['<?xml version="1.0"?>', ""])
def test_marks_and_lines_before_its_beginning_are_no_damage(before: str, declared: str) -> None:
    if declared or "\ufeff" not in before[1:]:
        (sheet,) = read_sheets(book(ROW, before + declared).encode())
        assert sheet.rows == (("户籍证明",),)


@pytest.mark.parametrize(
    ("cell", "text", "fault"),
    [
        ("<Cell ss:StyleID='s'><Data ss:Type='String'>户籍证明</Data></Cell>", "户籍证明", "struck_out"),
        ("<Cell ss:StyleID='t'><Data ss:Type='Number'>7</Data></Cell>", "007", "struck_out"),
        ("<Cell ss:StyleID='u'><Data ss:Type='String'>户籍证明</Data></Cell>", "户籍证明", ""),
        ("<Cell ss:StyleID='s'/>", "", ""),
        ("<Cell><ss:Data ss:Type='String'>户籍<html:S>旧</html:S>证明</ss:Data></Cell>", "户籍旧证明", "struck_out"),
        ("<Cell><ss:Data ss:Type='String'>户籍<html:B>证明</html:B></ss:Data></Cell>", "户籍证明", ""),
        ("<Cell ss:StyleID='w'><Data ss:Type='String'>R</Data></Cell>", "☑", ""),
        ("<Cell ss:StyleID='w'><Data ss:Type='String'>J</Data></Cell>", "J", "symbol"),
        ("<Cell><Data ss:Type='String'>户籍证明</Data><Comment><Data>已取消</Data></Comment></Cell>", "户籍证明", "tells_of_row"),
        ("<Cell ss:Formula='=A1'/>", "", "not_calculated"),
    ],
)
def test_a_cell_says_what_it_shows(cell: str, text: str, fault: str) -> None:
    (sheet,) = read_sheets(book(ROW + cell).encode())
    found = sheet.faults.get((0, 1))
    said = sheet.rows[0][1] if len(sheet.rows[0]) > 1 else ""
    assert ("" if found is not None and said == found.text else said, found.code if found else "") == (text, fault)


@pytest.mark.parametrize("mark", ["<p>户籍证明</p>", "<table><tr><td>x</table>", f"<Workbook {SPACE}>", "<div class='x'>"])
def test_marks_in_a_cell_make_no_page_of_a_text_with_separators(mark: str) -> None:
    quoted = mark.replace('"', '""')
    content = f'证明名称,说明\n户籍证明,"{quoted}"\n'.encode()
    assert form_of(content) is None
    (sheet,) = read_sheets(content)
    assert sheet.rows[1] == ("户籍证明", mark)


def test_a_page_begins_with_a_mark() -> None:
    for before in ("", "\ufeff", "\r\n  "):
        assert form_of(before.encode() + html([["甲"]])) is Form.HTML
    assert form_of(html([["甲"]], encoding="utf-16")) is Form.HTML
    with pytest.raises(FileRefused) as caught:
        read_sheets(b"<html><p>1,2\n3,4</html>")
    assert caught.value.fault == "wrong_kind"
