"""The workbook and the list's error file as an office prints them: across, as wide as a page, nothing cut, pages numbered."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from math import ceil
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from catalog.error_file import error_file
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from domain.calendar import LOCAL
from proofs.printed_sheet import width_of
from reports import xlsx
from reports.decisions import Ground
from reports.definitions import DEFINITIONS
from reports.model import from_json
from reports.sheets import add
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook
from tests.reports.samples import EMPTY, MANY, REPORT
from tests.reports.shapes import NEWEST

LONG = "根据《演示条例》第十二条第三款的规定,申请人应当提交证明;" * 36  #: 1,008 characters: a law's article as a sender copies it
LACKING = replace(REPORT, articles=tuple(replace(one, lacking=tuple(row.name for row in MANY.units)) for one in REPORT.articles))


def _returned(own: int = 0) -> bytes:
    """`own`: columns that the sender keeps for himself."""
    rows = [[1, "NOBODY-1", GOOD[2], basis, *GOOD[4:], *(f"经办人意见第{one}条" for one in range(own))] for basis in (LONG, GOOD[3])]
    header = [*HEADER, *(f"本单位自用列{one}" for one in range(own))]
    results = read_list(workbook([header, *rows]), ListKind.PROOFS, sandbox())
    return error_file("保留清单", results)


FILES: Mapping[str, Callable[[], bytes]] = {
    "full": partial(xlsx.render, REPORT),
    "empty": partial(xlsx.render, EMPTY),
    "many": partial(xlsx.render, MANY),
    "lacking": partial(xlsx.render, LACKING),
    "returned": _returned,
    "wide": partial(_returned, 30),
}


@cache
def made(name: str) -> bytes:
    return FILES[name]()


def pages(name: str) -> list[Worksheet]:
    return load_workbook(io.BytesIO(made(name))).worksheets


def seen(cell: object) -> str:
    value, shape = cell.value, cell.number_format  # type: ignore[attr-defined]
    if value is None:
        return ""
    if shape == "0.0%":
        return f"{value:.1%}"
    return f"{value:.1f}" if shape == "0.0" else f"{value:%Y-%m-%d}" if shape == "yyyy-mm-dd" else str(value)


@pytest.mark.parametrize("name", FILES)
def test_every_sheet_is_printed_across_as_wide_as_a_page_with_its_header_and_numbers_of_pages(name: str) -> None:
    for sheet in pages(name):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        several = name == "wide" and sheet.title != "说明"
        assert sheet.page_setup.fitToHeight == 0 and (sheet.page_setup.fitToWidth > 1) == several, sheet.title
        assert sheet.print_title_cols == ("$A:$A" if several else None), "which row it is stands on each page"
        assert sheet.print_title_rows == (None if sheet.title == "说明" else "$1:$1"), sheet.title
        assert "&P" in sheet.oddFooter.center.text and "&N" in sheet.oddFooter.center.text
        assert sheet.title == "说明" or sheet.oddHeader.center.text.endswith(sheet.title.replace("清单1", "保留清单"))


@pytest.mark.parametrize("name", FILES)
def test_every_cell_is_shown_whole_and_no_sheet_is_printed_too_small_to_read(name: str) -> None:
    """A Chinese character is at least two narrow ones wide; a number that does not fit would be printed as ###."""
    for sheet in pages(name):
        widths = {letter: one.width for letter, one in sheet.column_dimensions.items()}
        across = sheet.page_setup.fitToWidth
        wide = (sum(widths.values()) - widths["A"]) / across + widths["A"]
        assert wide <= (275 if across == 1 else 200), f"{sheet.title}: smaller than five and a half points, or than seven"
        for row in sheet.iter_rows():
            height = sheet.row_dimensions[row[0].row].height
            assert height <= 409, "what a spreadsheet can show of a row"
            for cell in row:
                lines = seen(cell).split("\n")
                long = [sum(2 if ord(letter) > 0x2000 else 1 for letter in line) for line in lines]
                wide = widths[cell.column_letter] - 1
                needed = sum(max(1, ceil(one / wide)) for one in long)
                assert needed * 15 <= height, f"{sheet.title} {cell.coordinate} does not show all that it says"
                assert isinstance(cell.value, str | None) or long[0] <= wide, f"{sheet.title} {cell.coordinate}"


def test_complaints_have_their_change_and_a_list_the_name_that_page_one_gives_it() -> None:
    grounds = (Ground("hard", (("甲局", 1),), (), (), 1, None, "hard"), Ground("failed", (("乙库", 9),), (), (), 0, None, "failed/x"))
    report = replace(from_json(NEWEST), grounds=grounds, asked=(), shared=None)
    book = load_workbook(io.BytesIO(xlsx.render(report)))
    overall = {row[0]: row[1:4] for row in book["总体情况"].iter_rows(min_row=2, values_only=True)}
    told, days = report.complaints.received, report.workdays
    assert days is not None and overall["工作日"] == (4, 5, -1)
    assert overall["投诉举报"] == (told.value, told.before, told.change) and told.change is not None
    keys = [row[3] for row in book["决定依据"].iter_rows(min_row=2, values_only=True) if row[2] == "个案清单"]
    assert keys == ["超最迟时限", "数据共享查询失败/乙库"]


def test_a_column_is_wider_only_where_a_row_could_not_be_high_enough() -> None:
    assert width_of(["短"]) == 6 and width_of(["长" * 30]) == 28 and width_of(["长" * 200]) == 28
    assert 70 < width_of([LONG]) < 110 and width_of([LONG], 10, 46) == width_of([LONG])


@pytest.mark.parametrize("text", ["本人收入证明材料\n" * 30, "长" * 32_000], ids=["lines", "long"])
def test_no_text_takes_the_page_from_the_other_columns(text: str) -> None:
    """A spreadsheet knows no column wider than 255, and the page is as wide as its columns."""
    assert width_of(["短", text]) <= 145


def test_what_stands_over_a_page_is_never_longer_than_a_spreadsheet_takes() -> None:
    book = Workbook(write_only=True)
    add(book, "一", ["名称"], [["值"]], about="演示单位" * 90)
    out = io.BytesIO()
    book.save(out)
    over = load_workbook(out).worksheets[0].oddHeader.center.text
    assert 100 < len(over) <= 200


def test_the_grounds_of_a_decision_stand_in_the_workbook_with_since_when_until_when_and_which_list() -> None:
    (sheet,) = [one for one in pages("full") if one.title == "决定依据"]
    kept = {(row[0], row[2]): row[3] for row in sheet.iter_rows(min_row=2, values_only=True) if not row[1]}
    first = REPORT.grounds[0]
    assert REPORT.answer_by is not None and first.since is not None
    of_first = {name: value for (_, name), value in list(kept.items())[:4]}
    assert of_first["至今未办"] == first.waiting and of_first["个案清单"] == "超最迟时限"
    assert of_first["最早到期"] == f"{first.since.astimezone(LOCAL):%Y-%m-%d %H:%M}"
    assert of_first["答复期限"].date() == REPORT.answer_by


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The text of each printed page, as LibreOffice lays the files out."""
    office = shutil.which("soffice")
    if not office or not shutil.which("pdftotext"):
        pytest.skip("LibreOffice Calc or poppler-utils is not installed: the pages are not printed, only their properties are read")
    folder = tmp_path_factory.mktemp("printed")
    for name in FILES:
        (folder / f"{name}.xlsx").write_bytes(made(name))
    own = f"-env:UserInstallation=file://{folder}/profile"
    files = [str(folder / f"{name}.xlsx") for name in FILES]
    subprocess.run([office, own, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files], check=True, capture_output=True)
    return {name: _text(folder / f"{name}.pdf").rstrip("\f").split("\f") for name in FILES}


def _text(file: Path) -> str:
    sizes = subprocess.run(["pdfinfo", "-l", "99", str(file)], check=True, capture_output=True, text=True).stdout
    assert set(re.findall(r"size:\s+(\d+)\.?\d* x", sizes)) == {"841"}, "across"
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True).stdout


def test_on_paper_no_number_is_hidden_and_each_page_says_what_it_is(printed: dict[str, list[str]]) -> None:
    for name, sheets in printed.items():
        assert "###" not in "".join(sheets), name
        for number, sheet in enumerate(sheets, start=1):
            assert re.search(rf"第\s*{number}\s*页\D*共\s*{len(sheets)}\s*页", sheet), (name, number)
    daily = [sheet for sheet in printed["many"] if "每日超时" in sheet]
    assert len(daily) > 5 and all("占比" in sheet and "日期" in sheet for sheet in daily), "the header stands on each"
    assert len(printed["many"]) < 45, "no column has a page of its own"


def test_on_paper_definitions_and_the_law_that_a_sender_copied_are_whole(printed: dict[str, list[str]]) -> None:
    said = ["".join(re.sub(r"\s", "", sheet) for sheet in printed[name]) for name in ("full", "returned", "lacking")]
    for one in DEFINITIONS:
        text = re.sub(r"\s", "", one.text)
        assert all(part in said[0] for part in (text[-12:], *re.findall(r".{6}", text))), one.name
    assert said[1].count("演示条例") >= 36 and all(row.name[-8:] in said[2] for row in MANY.units)


def test_on_paper_what_a_sender_keeps_beside_his_list_is_large_enough_to_read(tmp_path: Path, printed: dict[str, list[str]]) -> None:
    """Forty columns stood on one page in three points."""
    sheets = printed["wide"]
    assert 4 < len(sheets) < 20
    for one in range(30):
        assert any(f"本单位自用列{one}" in re.sub(r"\s", "", sheet) for sheet in sheets), one
    assert all("行号" in sheet for sheet in sheets[1:])
