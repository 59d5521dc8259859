"""What a workbook shows beside the values of its cells: struck through, pictures, comments, white text (obligation 5.1)."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.reading import Sheet, read_sheets
from domain.list_rows import ProofFact
from tests.catalog.markup import document
from tests.catalog.registries import sandbox
from tests.catalog.test_cells import LISTS, only
from tests.catalog.workbooks import saved, workbook

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"


def shared(content: bytes) -> bytes:
    """The same workbook with its texts in a part of their own, as Excel writes them."""
    out, texts = io.BytesIO(), list[str]()

    def number(found: re.Match[str]) -> str:
        texts.append(f"<si>{found[2]}</si>")
        return f'<c{found[1]} t="s"><v>{len(texts) - 1}</v></c>'

    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name).decode()
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(r'<c([^>]*) t="inlineStr"><is>(.*?)</is></c>', number, part)
            elif name == "xl/_rels/workbook.xml.rels":
                part = part.replace("</Rel", f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Rel')
            target.writestr(name, part)
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        target.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{"".join(texts)}</sst>')
    return out.getvalue()


def seen(value: object, font: Font | None = None, fill: PatternFill | None = None, pattern: str = "General") -> tuple[str, str]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["甲"])
    sheet.append([value])
    cell = sheet["A2"]
    cell.number_format = pattern
    if font is not None:
        cell.font = font
    if fill is not None:
        cell.fill = fill
    found = only(saved(book))
    assert only(shared(saved(book))) == found, "wherever its texts stand"
    fault = found.faults.get((1, 0))
    return (found.rows[1][0] if len(found.rows) > 1 else ""), fault.code if fault else ""


STRIKE = Font(strike=True)


def rich(font: InlineFont, text: str = "旧") -> CellRichText:
    return CellRichText("户籍", TextBlock(font, text), "证明")


@pytest.mark.parametrize(
    ("value", "font", "text", "fault"),
    [
        ("户籍证明", STRIKE, "户籍证明", "struck_out"),
        (7, STRIKE, "7", "struck_out"),
        (None, STRIKE, "", ""),
        ("户籍证明", Font(strike=False), "户籍证明", ""),
        (rich(InlineFont(strike=True)), None, "户籍旧证明", "struck_out"),
        (rich(InlineFont(strike=True), "\n"), None, "户籍证明", ""),
        (rich(InlineFont(b=True)), None, "户籍旧证明", ""),
        (rich(InlineFont(rFont="Wingdings")), None, "户籍旧证明", "symbol"),
        ("R", Font(name="Wingdings 2"), "☑", ""),
        ("ü", Font(name="Wingdings"), "√", ""),
        ("J", Font(name="Wingdings"), "J", "symbol"),
        ("户籍证明", Font(name="Wingdings"), "户籍证明", ""),
        ("户籍证明", Font(color="FFFFFFFF"), "户籍证明", "hidden_text"),
        ("户籍证明", Font(color="FF000000"), "户籍证明", ""),
    ],
)
def test_a_cell_says_what_it_shows(value: object, font: Font | None, text: str, fault: str) -> None:
    assert seen(value, font) == (text, fault)


def test_white_on_a_ground_is_read_and_a_struck_number_keeps_its_zeros() -> None:
    assert seen("户籍证明", Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF203864")) == ("户籍证明", "")
    assert seen(7, STRIKE, pattern="000")[1] == "struck_out"


def test_many_struck_texts_are_found_among_others() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    struck = set(range(0, 600, 3))
    for number in range(600):
        sheet.append([CellRichText(TextBlock(InlineFont(strike=number in struck), f"证明{number}")), number])
    for content in (saved(book), shared(saved(book))):
        assert {row for row, _ in only(content).faults} == struck


def test_a_comment_hangs_on_its_cell() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["证明名称", "说明"], ["户籍证明", ""], ["居住证明", ""]):
        sheet.append(row)
    sheet["A2"].comment, sheet["B9"].comment = Comment("请填写全称", "甲"), Comment("表外", "甲")
    found = only(saved(book))
    assert {at: fault.code for at, fault in found.faults.items()} == {(1, 0): "comment"} and len(found.rows) == 3


def drawn(content: bytes, *anchors: str, name: str = "drawing", drawing: str = "") -> bytes:
    """With a drawing on its first sheet."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        kind = f"{OFFICE}/{name}"
        target = "../drawings/one.vml" if name == "vmlDrawing" else "../drawings/drawing1.xml"
        archive.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{kind}" Target="{target}"/></Relationships>',
        )
        spaces = f'xmlns:x="{DRAWING}" xmlns:a="{MAIN}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        archive.writestr(f"xl{target[2:]}", drawing or f"<x:wsDr {spaces}>{''.join(anchors)}</x:wsDr>")
    return out.getvalue()


def anchor(what: str, top: int, left: int, bottom: int, right: int, beyond: int = 500_000) -> str:
    def corner(name: str, row: int, column: int, off: int) -> str:
        return f"<x:{name}><x:col>{column}</x:col><x:colOff>{off}</x:colOff><x:row>{row}</x:row><x:rowOff>{off}</x:rowOff></x:{name}>"

    return f"<x:twoCellAnchor>{corner('from', top, left, 90_000)}{corner('to', bottom, right, beyond)}{what}</x:twoCellAnchor>"


PICTURE = "<x:pic/>"
BOX = "<x:sp><x:txBody><a:p><a:r><a:t>取消的</a:t></a:r><a:r><a:t>证明事项清单</a:t></a:r></a:p></x:txBody></x:sp>"
TABLE = [["证明名称", "事项编码", "保留", "取消"], ["户籍证明", "DEMO-0001", "", ""], ["经济困难证明", "DEMO-0002", "√", ""]]


def faults(sheet: Sheet) -> dict[tuple[int, int], str]:
    return {place: fault.code for place, fault in sheet.faults.items()}


def test_a_picture_of_a_tick_is_not_taken_as_none() -> None:
    content = drawn(workbook(TABLE), anchor(PICTURE, 1, 3, 1, 3), anchor(PICTURE, 6, 0, 9, 3))
    assert faults(only(content)) == {(1, 3): "picture"} and len(only(content).rows) == 3, "a seal below the table is no row of it"
    first, second = read_list(content, ListKind.PROOFS, sandbox())[0].rows
    assert first.fact is None and first.faults and isinstance(second.fact, ProofFact) and not second.fact.cancelled


def test_a_picture_lies_over_each_cell_that_it_covers() -> None:
    assert faults(only(drawn(workbook(TABLE), anchor(PICTURE, 1, 2, 2, 3)))) == dict.fromkeys(((1, 2), (1, 3), (2, 2), (2, 3)), "picture")
    assert faults(only(drawn(workbook(TABLE), anchor(PICTURE, 1, 2, 2, 3, 10_000)))) == {(1, 2): "picture"}, "it reaches to their edge"
    hidden = '<x:pic><x:nvPicPr><x:cNvPr id="1" hidden="1"/></x:nvPicPr></x:pic>'
    assert not faults(only(drawn(workbook(TABLE), anchor(hidden, 1, 2, 1, 2))))
    choice = f'<mc:AlternateContent><mc:Choice Requires="a14">{anchor(PICTURE, 1, 2, 1, 2)}</mc:Choice></mc:AlternateContent>'
    assert faults(only(drawn(workbook(TABLE), choice))) == {(1, 2): "picture"}


def sized(row: int, column: int, rows: float, columns: float, *, on_sheet: bool = False) -> str:
    """A picture as high and as wide as so many rows and columns of the usual size."""
    high, wide = round(rows * 190_500), round(columns * 609_600)
    if on_sheet:
        place = f'<x:pos x="{column * 609_600}" y="{row * 190_500}"/>'
        return f'<x:absoluteAnchor>{place}<x:ext cx="{wide}" cy="{high}"/>{PICTURE}</x:absoluteAnchor>'
    begins = f"<x:from><x:col>{column}</x:col><x:colOff>0</x:colOff><x:row>{row}</x:row><x:rowOff>0</x:rowOff></x:from>"
    return f'<x:oneCellAnchor>{begins}<x:ext cx="{wide}" cy="{high}"/>{PICTURE}</x:oneCellAnchor>'


@pytest.mark.parametrize("on_sheet", [False, True])
def test_a_picture_that_says_its_size_lies_over_each_cell_that_it_covers(on_sheet: bool) -> None:
    """Before, it lay over the cell on which it hangs, or over none."""
    each = dict.fromkeys(((1, 2), (1, 3), (2, 2), (2, 3)), "picture")
    assert faults(only(drawn(workbook(TABLE), sized(1, 2, 1.9, 1.9, on_sheet=on_sheet)))) == each
    assert faults(only(drawn(workbook(TABLE), sized(1, 2, 0.9, 0.9, on_sheet=on_sheet)))) == {(1, 2): "picture"}


def test_rows_and_columns_are_as_large_as_the_sheet_says() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in TABLE:
        sheet.append(row)
    sheet.row_dimensions[2].height, sheet.column_dimensions["C"].width = 40, 30
    assert faults(only(drawn(saved(book), sized(1, 2, 2.5, 2.5)))) == {(1, 2): "picture"}
    sheet.row_dimensions[2].hidden = True
    assert faults(only(drawn(saved(book), sized(1, 2, 0.5, 2.5)))) == {(1, 2): "picture", (2, 2): "picture"}


def test_a_list_that_is_only_a_picture_is_told_how_to_be_sent() -> None:
    """Before, its sender was told that there is nothing in it."""
    for content, name in ((saved(Workbook()), "xl/media/image1.png"), (document("<w:p><w:r/></w:p>"), "word/media/image1.jpeg")):
        out = io.BytesIO(content)
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr(name, b"\x89PNG")
        with pytest.raises(FileRefused) as caught:
            read_sheets(out.getvalue())
        assert caught.value.fault == "scanned" and "扫描件" in caught.value.text and "录入" in caught.value.remedy
    with pytest.raises(FileRefused) as caught:
        read_sheets(saved(Workbook()))
    assert caught.value.fault == "empty"


def test_a_title_in_a_box_over_the_table_is_its_title() -> None:
    rows = [[None], [None], TABLE[0][:2], TABLE[1][:2]]
    content = drawn(workbook(rows), anchor(BOX, 0, 0, 1, 1))
    assert only(content).rows[0] == ("取消的证明事项清单", "")
    (row,) = read_list(content, ListKind.PROOFS, sandbox())[0].rows
    assert isinstance(row.fact, ProofFact) and row.fact.cancelled


def test_a_control_of_the_older_kind_lies_over_its_cell() -> None:
    place = "<x:Anchor>\n 3, 5, 1, 2, 3, 60, 1, 20</x:Anchor>"
    control = '<x:ClientData ObjectType="{}"><x:SizeWithCells/>' + place + "<x:Checked>1</x:Checked></x:ClientData>"
    for kind, found in (("Checkbox", {(1, 3): "picture"}), ("Note", {})):
        content = drawn(workbook(TABLE), name="vmlDrawing", drawing=f"<xml><br>{control.format(kind)}</xml>")
        assert faults(only(content)) == found


def test_drawings_without_end_are_refused() -> None:
    with pytest.raises(FileRefused) as caught:
        read_sheets(drawn(workbook(TABLE), anchor(PICTURE, 0, 0, 1_000_000, 250)))
    assert caught.value.fault == "drawings"


def test_an_old_workbook_says_the_same() -> None:
    """Written by xlwt: struck through whole and in part, a tick of Wingdings 2, white on nothing and on dark blue."""
    sheet = only((LISTS / "marks.xls").read_bytes())
    assert [row[0] for row in sheet.rows[1:]] == ["户籍证明", "☑", "户籍旧证明", "7", "户籍证明", "户籍证明", "居住证明"]
    assert faults(sheet) == {(1, 0): "struck_out", (3, 0): "struck_out", (4, 0): "struck_out", (5, 0): "hidden_text"}
