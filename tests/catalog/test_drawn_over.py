"""What lies over a sheet or hangs on its cells: text boxes, letters drawn across the rows, comments in a thread, comments beside the table
(obligations 2.1, 5.1). Before, each of them left rows that were kept; a picture cannot be read."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from catalog.reading import Opened, read_parts
from tests.catalog.registries import LISTS
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, sheets
from tests.catalog.workbooks import saved, workbook

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
THREADS = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
KEPT, NOTED, TELLS = [[False, False]], [[{"note_beside"}, {"note_beside"}]], {"tells_of_row"}
ROWS = (HEADER, FIRST, SECOND)


def with_part(content: bytes, kind: str, part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as sound, zipfile.ZipFile(out, "w") as archive:
        for name in sound.namelist():
            archive.writestr(name, sound.read(name))
        lead = f'<Relationship Id="r9" Type="{kind}" Target="../x.xml"/>'
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", f"<Relationships>{lead}</Relationships>")
        archive.writestr("xl/x.xml", part)
    return out.getvalue()


def box(lines: str, first: tuple[int, int], last: tuple[int, int], *more: tuple[object, ...]) -> bytes:
    """A text box from cell to cell (row, column), with its lines apart by |."""

    def corner(name: str, place: tuple[int, int], off: int) -> str:
        row, column = place
        return f"<{name}><col>{column}</col><colOff>{off}</colOff><row>{row}</row><rowOff>{off}</rowOff></{name}>"

    text = "".join(f"<p><r><t>{line}</t></r></p>" for line in lines.split("|"))
    anchor = f"<twoCellAnchor>{corner('from', first, 0)}{corner('to', last, 99999)}<sp><txBody>{text}</txBody></sp></twoCellAnchor>"
    return with_part(workbook((*ROWS, *more)), f"{RELATIONS}/drawing", f"<wsDr>{anchor}</wsDr>")


@pytest.mark.parametrize("text", ["作废", "取消清单", "以上均已取消", "此件作废"])
def test_letters_across_the_rows_speak_of_all_of_them(text: str) -> None:
    assert sheets(box(text, (1, 6), (2, 9), (3, "DEMO-0003", "亲属关系证明", "")))[0][1] == UNCLEAR
    assert all(row not in (False, True) for row in sheets(box(text, (0, 1), (2, 3)))[0])


@pytest.mark.parametrize(
    "text", ["填写说明", "证明事项清单", "枣庄市市中区司法局", "返回目录", "填写说明:|状态栏请填“保留”或“取消”|不再保留的请写明理由"]
)
def test_a_box_that_explains_sends_nothing_back(text: str) -> None:
    assert sheets(box(text, (1, 6), (2, 9))) == KEPT
    assert sheets(box(text, (0, 6), (0, 9))) == KEPT


def test_a_note_in_a_box_is_a_note() -> None:
    assert sheets(box("说明:|1.第2项已取消", (1, 6), (2, 9))) == [[False, {"note_beside"}]]


def test_a_box_on_one_row_is_its_remark() -> None:
    assert sheets(box("已取消", (2, 6), (2, 7))) == [[False, TELLS]]
    assert sheets(box("已核对", (2, 6), (2, 7))) == KEPT
    assert sheets(box("以上均已取消", (0, 6), (0, 7))) == NOTED  # on the header
    assert sheets(box("以上均已取消", (8, 1), (9, 2))) == NOTED  # below the rows


def test_boxes_of_an_xls_are_read() -> None:
    """Made by LibreOffice, which has boxes of XLSX in a drawing of Office 97. Before, xlrd passed over all of them."""
    content = (LISTS / "drawn.xls").read_bytes()
    found = {part.name: (part.margins, part.under) for part in read_parts(content) if isinstance(part, Opened)}
    assert found == {"清单": (("作废",), ())}
    assert all(row not in (False, True) for row in sheets(content)[0])


def thread(text: str, at: str, *replies: str) -> bytes:
    said = "".join(f'<threadedComment ref="{at}" id="{one}"><text>{one}</text></threadedComment>' for one in (text, *replies))
    return with_part(workbook(ROWS), THREADS, f"<ThreadedComments>{said}</ThreadedComments>")


def test_comments_in_a_thread_are_heard_with_their_replies() -> None:
    assert sheets(thread("此项已取消", "C2")) == [[TELLS, False]]
    assert sheets(thread("这项还要吗", "A3", "已取消")) == [[False, TELLS]]
    assert sheets(thread("以上均已取消", "C1")) == NOTED
    assert sheets(thread("已核对", "A2")) == KEPT


def commented(text: str, at: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    sheet[at].comment = Comment(text, "甲")
    return saved(book)


def test_a_comment_beside_the_table_is_a_note() -> None:
    assert sheets(commented("以上均已取消", "H9")) == NOTED
    assert sheets(commented("请核对", "H9")) == KEPT
    assert sheets(commented("已取消", "A3")) == [[False, TELLS]]


def test_a_comment_on_a_number_of_an_xls_is_not_lost() -> None:
    """Made by LibreOffice: 已取消 on 序号 2. Before, how the number shows took its place."""
    assert sheets((LISTS / "commented.xls").read_bytes()) == [[False, TELLS]]
