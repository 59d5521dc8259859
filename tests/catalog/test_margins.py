"""Headers and footers of a workbook's printed pages, and what a web page is called (obligations 2.1, 5.1): one that gives up leaves its
rows asked, where the sheet does not say so itself."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from catalog.list_kinds import ListKind
from catalog.reading import Opened, read_parts
from tests.catalog.markup import xml_2003
from tests.catalog.registries import LISTS
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, page, sheets
from tests.catalog.workbooks import saved


def printed(text: str, *rows: tuple[Any, ...], place: str = "oddHeader.center", own: tuple[str, ...] = ()) -> bytes:
    """A sheet of which a page's header or footer says this; `own`: which pages have their own."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    where, part = place.split(".")
    getattr(getattr(sheet, where), part).text = text
    for flag in own:
        setattr(sheet.HeaderFooter, flag, True)
    return saved(book)


GIVES_UP = [
    "取消清单",
    "取消的证明事项",
    "不再索要的证明材料",
    "以上证明均取消",
    "本表所列证明均已取消",
    "保留和取消的证明",
    '&"黑体,加粗"&16 取消的证明&B',
]


@pytest.mark.parametrize("text", GIVES_UP)
@pytest.mark.parametrize("place", ["oddHeader.left", "oddFooter.center"])
def test_what_a_page_says_of_its_rows_is_not_passed_over(text: str, place: str) -> None:
    """Before, the rows were kept, and whoever holds the paper reads 取消 on it."""
    assert sheets(printed(text, HEADER, FIRST, SECOND, place=place)) == [[UNCLEAR, UNCLEAR]]


@pytest.mark.parametrize(
    "text",
    (
        "第&P页,共&N页|&D|区司法局|枣庄市市中区司法局制表|附件2|证明事项清单|&A|&F|2026年3月1日|内部资料,注意保存|填报单位:区民政局|保留的证明事项"
        "|第&[P]页|&&|依据:《国务院关于取消一批行政许可事项的决定》|未列入本清单的一律取消|审核:|打印日期:&D"
    ).split("|"),
)
def test_what_else_stands_on_a_page_sends_nothing_back(text: str) -> None:
    assert sheets(printed(text, HEADER, FIRST)) == [[False]]


def test_where_the_sheet_says_it_itself_the_page_agrees_or_is_asked() -> None:
    assert sheets(printed("取消清单", ("取消的证明事项清单",), HEADER, FIRST)) == [[True]]
    assert sheets(printed("取消清单", ("保留的证明事项清单",), HEADER, FIRST)) == [[UNCLEAR]]
    assert sheets(printed("取消清单", HEADER, ("一、保留的证明",), FIRST, ("二、取消的证明",), SECOND)) == [[False, True]]
    assert sheets(printed("取消清单", (*HEADER, "清理意见"), (*FIRST, "保留"), (*SECOND, "取消"))) == [[False, True]]
    assert sheets(printed("取消清单", HEADER, FIRST), ListKind.CANCELLATIONS) == [[True]]


def test_only_what_is_printed_counts() -> None:
    for place, flag in (("evenHeader.center", "differentOddEven"), ("firstFooter.right", "differentFirst")):
        assert sheets(printed("取消清单", HEADER, FIRST, place=place)) == [[False]]
        assert sheets(printed("取消清单", HEADER, FIRST, place=place, own=(flag,))) == [[UNCLEAR]]


def parted(content: bytes, before: bytes, more: bytes) -> bytes:
    """The workbook with more in the part of its sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as sound, zipfile.ZipFile(out, "w") as archive:
        for name in sound.namelist():
            part = sound.read(name)
            archive.writestr(name, part.replace(before, more + before) if name.endswith("sheet1.xml") else part)
    return out.getvalue()


@pytest.mark.parametrize("merged", [1, 40_000])
def test_of_a_shared_workbook_the_sheet_s_own_count(merged: int) -> None:
    """Before, those of the first of its users were taken, and 取消清单 over each page was not seen."""
    own = "<headerFooter><oddHeader>&amp;C{}</oddHeader></headerFooter>"
    merges = "".join(f'<mergeCell ref="H{row}:I{row}"/>' for row in range(9, 9 + merged))
    for theirs, its, found in (("清单", "取消清单", [[UNCLEAR]]), ("取消清单", "清单", [[False]])):
        views = f"<customSheetViews><customSheetView guid='x'>{own.format(theirs)}</customSheetView></customSheetViews>"
        more = f"{views}<mergeCells>{merges}</mergeCells>".encode()
        assert sheets(parted(printed(its, HEADER, FIRST), b"<pageMargins", more)) == found


def test_codes_of_a_page_are_no_text() -> None:
    content = printed('&"宋体,常规"&12取消&&保留&K01+034甲\n第 &P 页', HEADER, FIRST)
    (opened,) = (part for part in read_parts(content) if isinstance(part, Opened))
    assert opened.margins == ("取消&保留甲", "第  页")
    word = printed("x", ("headerFooter >", "<headerFooter>"), FIRST)
    assert [part.margins for part in read_parts(word) if isinstance(part, Opened)] == [("x",)]


def test_an_xls_prints_the_same() -> None:
    """Written by xlwt, in both ways in which such a text is kept. Before, xlrd passed it over, and the rows were kept."""
    content = (LISTS / "margins.xls").read_bytes()
    found = [part.margins for part in read_parts(content) if isinstance(part, Opened)]
    assert found == [("取消的证明", "第页"), ("证明事项清单", "for &"), ("以上证明均已取消",)]
    assert sheets(content) == [[UNCLEAR], [False], [UNCLEAR]]


def test_even_and_first_pages_of_an_xls_count_where_they_have_their_own() -> None:
    """They stand in a record of Excel 2007. Before, nothing of it was read, and the rows were kept."""
    content = (LISTS / "pages.xls").read_bytes()
    found = {part.name: part.margins for part in read_parts(content) if isinstance(part, Opened)}
    assert found == {"偶数页": ("取消的证明",), "首页": ("第页", "以上证明均已取消"), "不另设": (), "只首页": ("证明事项清单",)}
    assert sheets(content) == [[UNCLEAR, UNCLEAR], [UNCLEAR, UNCLEAR], [False, False], [False, False]]


def web(head: str, over: str = "") -> bytes:
    return page((over, [HEADER, FIRST])).replace("<html>", f"<html><head>{head}</head>").encode()


@pytest.mark.parametrize("text", ["取消清单", "作废", "以上证明均已取消"])
def test_a_page_is_called_so_and_printed_so(text: str) -> None:
    """Before, the title of a page was passed over with its scripts, and what Excel would print with its styles."""
    assert sheets(web(f"<title>\n {text}</title>")) == [[UNCLEAR]]
    assert sheets(web(f'<style>@page {{margin:1in; mso-header-data:"&C{text}";}}</style>')) == [[UNCLEAR]]
    assert sheets(web(f"<title>{text}</title>", "保留的证明事项清单")) == [[UNCLEAR]]
    assert sheets(web(f"<title>{text}</title>".replace("title", "noscript"))) == [[False]]


def test_the_title_of_a_drawing_or_what_else_a_page_is_called_is_none() -> None:
    assert sheets(web("<title>证明事项清单-枣庄市市中区人民政府</title>")) == [[False]]
    cell = "<td><svg><title>作废</title></svg>"
    (row,) = sheets(web("<title>清单</title>").replace(b"<td>1</td>", f"{cell}1</td>".encode()))[0]
    assert row is False
    assert sheets(web("<title>取消清单</title>", "取消的证明事项清单")) == [[True]]


@pytest.mark.parametrize("place", ["Header", "Footer"])
def test_the_xml_of_2003_prints_the_same(place: str) -> None:
    def printed_in_xml(text: str) -> bytes:
        said = f'<WorksheetOptions><PageSetup><{place} ss:Margin="1" ss:Data="&amp;C{text}"/></PageSetup></WorksheetOptions>'
        return xml_2003((HEADER, FIRST, SECOND)).replace(b"</Table>", f"</Table>{said}".encode())

    assert sheets(printed_in_xml("作废")) == sheets(printed_in_xml("取消清单")) == [[UNCLEAR, UNCLEAR]]
    assert sheets(printed_in_xml("第&amp;P页")) == [[False, False]]


def test_a_comment_on_an_empty_cell_of_the_xml_of_2003_is_a_note() -> None:
    def with_comment(text: str) -> bytes:
        row = f'<Row ss:Index="9"><Cell ss:Index="9"><Comment><Data>{text}</Data></Comment></Cell></Row>'
        return xml_2003((HEADER, FIRST, SECOND)).replace(b"</Table>", f"{row}</Table>".encode())

    assert sheets(with_comment("作废")) == sheets(with_comment("以上均已取消")) == [[{"note_beside"}, {"note_beside"}]]
