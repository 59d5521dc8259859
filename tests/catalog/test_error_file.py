"""退回清单, opened again by openpyxl: every fault beside its row, and nothing in it that a spreadsheet would compute."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from openpyxl import load_workbook

from catalog.error_file import BLOCKED, Laid, error_file
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.cells import safe
from tests.catalog.registries import LISTS, sandbox
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook

EVIL = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\uff1d1+1", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x.invalid")')


def test_each_row_stands_with_its_faults_and_what_to_do() -> None:
    content = (LISTS / "proof_list_changde_2022.csv").read_bytes()
    results = read_list(content, ListKind.COMMITMENTS, sandbox())
    book = load_workbook(io.BytesIO(error_file("常德目录", results)))
    about, sheet = book.worksheets
    said = {row[0].value: row[1].value for row in about.iter_rows()}
    assert (said["共读取"], said["其中采用"], said["其中待确认"], said["其中退回修改"]) == ("5 行", "0 行", "3 行", "2 行")
    header, first, *_ = sheet.iter_rows(values_only=True)
    assert header[:6] == ("原表行号", "处理结果", "问题", "怎么办", "序号", "证明名称")
    assert first[0] == "2" and first[1] == "待确认" and "市司法局" in str(first[2]) and "是否指:区司法局" in str(first[3])
    assert first[5] == "经济困难证明" and sheet.freeze_panes == "E2" and sheet.max_row == 6


def test_a_row_that_the_rules_block_stands_there_too_and_good_rows_do_not() -> None:
    results = read_list(workbook([HEADER, GOOD, (2, "DEMO-0003", *GOOD[2:])]), ListKind.PROOFS, sandbox())
    book = load_workbook(io.BytesIO(error_file("清单", results, laid=[Laid(1, 3, BLOCKED, "没有设定依据。", "请补充。")])))
    _, row = book.worksheets[1].iter_rows(values_only=True)
    assert row[:4] == ("3", "拦截", "没有设定依据。", "请补充。")


def test_it_is_printed_across_on_pages_that_say_what_their_columns_are_and_hold_every_row_whole() -> None:
    results = read_list((LISTS / "proof_list_changde_2022.csv").read_bytes(), ListKind.COMMITMENTS, sandbox())
    sheet = load_workbook(io.BytesIO(error_file("常德目录", results))).worksheets[1]
    assert sheet.page_setup.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0) and sheet.print_title_rows == "$1:$1"
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            letters = sum(2 if ord(letter) > 0x2E80 else 1 for letter in str(cell.value or ""))
            room = sheet.column_dimensions[cell.column_letter].width * sheet.row_dimensions[cell.row].height / 15
            assert letters <= room, f"{cell.coordinate} does not show all that it says"


def test_without_anything_to_say_there_is_only_the_page_that_explains() -> None:
    results = read_list(workbook([HEADER, GOOD]), ListKind.PROOFS, sandbox())
    assert len(load_workbook(io.BytesIO(error_file("清单", results))).worksheets) == 1


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_is_computed_when_a_person_opens_it(evil: str) -> None:
    results = read_list(workbook([HEADER, (1, "", evil, *GOOD[3:])]), ListKind.PROOFS, sandbox())
    content = error_file(evil, results)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name]
    assert all("<f>" not in text and "<f " not in text for text in sheets)
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            assert cell.data_type == "s" and not re.match(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", str(cell.value))


def test_plain_text_stays_as_it_is() -> None:
    assert safe("户籍证明") == "户籍证明" and safe("") == "" and safe("a=b") == "a=b" and safe("\x00甲") == "甲"
