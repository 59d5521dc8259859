"""A page is read as a browser shows it: ticks that are controls, merged cells that end with their group of rows, captions, styles; what
cannot be read as text goes back, and what is not written out is refused at once (obligation 5.1)."""

from __future__ import annotations

import pytest

from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.reading import Sheet, read_sheets
from catalog.web_markup import Styles, pieces
from domain.list_rows import ProofFact
from tests.catalog.registries import sandbox

STYLE = (
    "<style><!-- .a, td.xl66 {color:red;text-decoration:line-through}"
    " @media screen{.c{display:none}} .w{font-family:'Wingdings 2'} --></style>"
)


def only(page: str) -> Sheet:
    (sheet,) = read_sheets(page.encode())
    return sheet


def seen(cell: str) -> tuple[str, str]:
    """Text and fault of the cell that is written so."""
    sheet = only(f"<html>{STYLE}<table><tr><td>甲{cell if cell.startswith('<td') else f'<td>{cell}</td>'}</table>")
    fault = sheet.faults.get((0, 1))
    text = sheet.rows[0][1]
    return ("" if fault is not None and text == fault.text else text), fault.code if fault else ""


@pytest.mark.parametrize(
    ("cell", "text", "fault"),
    [
        ("<input type=checkbox checked>", "☑", ""),
        ('<INPUT TYPE="CheckBox" CHECKED="checked"/>', "☑", ""),
        ("<input type='checkbox'>", "☐", ""),
        ("<input type=radio checked>", "☑", ""),
        ("<input type=hidden value=x>户籍证明", "户籍证明", ""),
        ('<input value="户籍证明">', "户籍证明", ""),
        ("<select><option>保留<option selected>取消</select>", "取消", ""),
        ("<img src=tick.png>", "", "picture"),
        ("<img src=space.gif width=1 height=1>户籍证明", "户籍证明", ""),
        ("户籍证明<svg><path/></svg>", "户籍证明", "picture"),
        ('<i class="fa fa-check"></i>', "", "picture"),
        ("<font face='Wingdings 2'>R</font>", "☑", ""),
        ("<span class=w>R</span>", "☑", ""),
        ('<font face="Wingdings">J</font>', "J", "symbol"),
        ("<s>户籍证明</s>", "户籍证明", "struck_out"),
        ("户籍<del>旧</del>证明", "户籍旧证明", "struck_out"),
        ("<strike>户籍证明</strike>", "户籍证明", "struck_out"),
        ("<span style='text-decoration: underline line-through'>户籍证明</span>", "户籍证明", "struck_out"),
        ("<td style='text-decoration-line:line-through'>户籍证明</td>", "户籍证明", "struck_out"),
        ("<td class='x xl66'>户籍证明</td>", "户籍证明", "struck_out"),
        ("<p><b class=a>户籍</b>证明</p>", "户籍证明", "struck_out"),
        ("<s></s>户籍证明", "户籍证明", ""),
        ("<span class=c>不再</span>保留", "保留", "hidden_text"),
        ("<span style='display:none'>不再</span>保留", "保留", "hidden_text"),
        ("<ruby>户<rt>hù</rt></ruby>", "户", ""),
        ("a<b &amp; 1 < 2", "a", ""),
        ("1 < 2 &amp; 3", "1 < 2 & 3", ""),
        ('<a title="x > y">户籍证明</a>', "户籍证明", ""),
        ("<td title=it's>户籍证明</td>", "户籍证明", ""),
    ],
)
def test_a_cell_says_what_a_browser_shows(cell: str, text: str, fault: str) -> None:
    assert seen(cell) == (text, fault)


def test_looks_end_with_what_they_are_of() -> None:
    rows = "<tr style='text-decoration:line-through'><td>甲<td>乙<tr><td><s>丙<td>丁"
    page = f"<table>{rows}<tr><td><table class=a><tr><td>戊</table><td>己</table>"
    outer, inner = read_sheets((STYLE + page).encode())
    assert {at: fault.code for at, fault in outer.faults.items()} == {
        (0, 0): "struck_out",
        (0, 1): "struck_out",
        (1, 0): "struck_out",
        (2, 0): "table_within",
    }
    assert {at: fault.code for at, fault in inner.faults.items()} == {(0, 0): "struck_out"}


def test_a_merged_cell_ends_with_its_group_of_rows() -> None:
    head = "<thead><tr><th rowspan=9>证明名称<th>事项编码</thead>"
    assert only(f"<table>{head}<tbody><tr><td>户籍证明<td>A</table>").rows == (("证明名称", "事项编码"), ("户籍证明", "A"))
    groups = "<tbody><tr><td rowspan=0>甲<td>1<tr><td>2</tbody><tbody><tr><td>乙<td>3</tbody>"
    assert only(f"<table>{groups}</table>").rows == (("甲", "1"), ("甲", "2"), ("乙", "3")), "0: to the end of the group"
    assert only("<table><tr><td colspan=0>甲<td colspan='2px'>乙<td rowspan=x>丙</table>").rows == (("甲", "乙", "乙", "丙"),)


def standing(page: str) -> list[list[bool]]:
    results = read_list(page.encode(), ListKind.PROOFS, sandbox())
    return [[row.fact.cancelled for row in result.rows if isinstance(row.fact, ProofFact)] for result in results]


def test_a_caption_and_what_stands_over_an_inner_table_are_titles() -> None:
    rows = "<tr><td>证明名称<td>事项编码<tr><td>户籍证明<td>DEMO-0001"
    for caption in ("<caption>取消的证明事项清单</caption>", "<caption><b>取消的</b>证明事项清单", "取消的证明事项清单"):
        assert standing(f"<table>{caption}{rows}</table>") == [[True]], caption
    assert standing(f"<table><tr><td>取消的证明事项清单<tr><td><table>{rows}</table></table>") == [[True]]
    assert standing(f"<html><head><meta charset=utf-8><table>{rows}</table>") == [[False]], "a head that nobody ended"


@pytest.mark.parametrize("end", ["<td title='x", "<!-- ", "<script>", "<style>x", "<td", "</td", "<!DOCTYPE"])
def test_what_is_not_written_out_is_refused(end: str) -> None:
    """Whatever follows would be swallowed."""
    with pytest.raises(FileRefused) as caught:
        read_sheets(f"<table><tr><td>户籍证明</table>\n{end}".encode())
    assert caught.value.fault == "broken" and "第 2 行" in caught.value.text and caught.value.remedy


@pytest.mark.parametrize("mark", ["<a b='c", "<!-- > ", "<td <td ", '<a b="', "</a ", "<a ==", "<!", "<style> "])
def test_no_end_is_looked_for_twice(mark: str) -> None:
    """A page of marks that nobody ended costs one look at it: at the first whose end is missing it is refused."""
    found = []
    with pytest.raises(FileRefused):
        for piece in pieces(mark * 1000, Styles()):
            found.append(piece)
    assert len(found) < 3


@pytest.mark.parametrize(
    "offer",
    [
        "<a>登录</a> <a>取消收藏</a>",
        "<li>取消关注<li>分享",
        "<button>确定</button><button>取消</button>",
        "<select><option>取消<option>保留</select>",
        "<p>确定 | 取消</p>",
        "<div>撤销操作</div>",
    ],
)
def test_what_a_page_offers_says_nothing_of_its_list(offer: str) -> None:
    """Before, 取消收藏 near a table made all its rows unclear, and 取消 on a button gave them up."""
    table = "<table><tr><td>证明名称<td>事项编码<tr><td>户籍证明<td>DEMO-0001</table>"
    assert standing(f"<html>{offer}{table}</html>") == [[False]]
    assert standing(f"<html><h2>取消的证明事项清单</h2>{offer}{table}</html>") == [[True]]
    assert standing(f"<html>{offer}<p>二、取消</p>{table}{offer}</html>") == [[True]]
