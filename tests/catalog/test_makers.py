"""Files as other makers write them: what was seen in a cell is what is read, and what was lost before is named."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catalog.amounts import WORKING_DAYS, NotUnderstood, amount
from catalog.cell_facts import shown
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet, read_sheets
from catalog.workbook_facts import _of_moment
from tests.catalog.test_cells import ERRORS, formatted, only, rewritten
from tests.catalog.workbooks import workbook

LISTS = Path(__file__).parent / "lists"


def column(sheet: Sheet) -> list[str]:
    return [row[1] for row in sheet.rows[1:]]


def test_an_old_workbook_goes_by_its_own_formats_and_not_by_their_numbers() -> None:
    """Written by Gnumeric, which numbers its formats from 50 on, where Excel has dates of its own."""
    assert column(only((LISTS / "formats.xls").read_bytes())) == [
        "第12号",
        "20",
        "5",
        "GD7",
        "50%",
        "2026-11-25",
        "2026-11-25 09:10:59",
        "30:15",
        "3",
        "4",
        "00008",
        "6个月",
        "9",
    ]


def test_a_day_that_was_typed_as_one_number_stays_that_number() -> None:
    """In cells for dates, where no spreadsheet can show it: one such cell must not end the reading of a whole file."""
    assert only(formatted(20261125, "yyyy-mm-dd")).rows[1] == ("20261125",)
    for days, since_1904, text in (
        (20261125.0, 0, "20261125"),
        (2958465.0, 0, "9999-12-31"),
        (2958466.0, 0, "2958466"),
        (2957003.0, 1, "9999-12-31"),
        (2957004.0, 1, "2957004"),
        (-5.0, 0, "-5"),
        (0.5, 0, "12:00:00"),
        (1e300, 0, "1e+300"),
    ):
        assert _of_moment(days, "yyyy-mm-dd", since_1904) == text
    assert _of_moment(3e9, "[h]:mm", 0) == "3000000000"


@pytest.mark.parametrize(
    ("value", "pattern", "seen"),
    [
        (6, '0"个月"', "6个月"),
        (12, '"第"#"号"', "第12号"),
        (7, '"GD"General', "GD7"),
        (1.5, '"V"General', "V1.5"),
        (0.07, "0%", "7%"),
        (0.125, "0.00%", "12.5%"),
        (1, '"√";;"×"', "√"),
        (0, '"√";;"×"', "×"),
        (1.5, '0"万"', "1.5"),
        (5, ";;;", "5"),
        (1, '[=1]"男";[=2]"女"', "1"),
        (5, "0_ ", "5"),
        (-5, '0"号"', "-5"),
        (5, "[Red]0_);\\(0\\)", "5"),
    ],
)
def test_words_beside_a_number_are_part_of_what_was_seen(value: object, pattern: str, seen: str) -> None:
    assert only(formatted(value, pattern)).rows[1] == (seen,)


def test_six_months_that_are_a_number_with_a_format_are_no_six_days() -> None:
    (text,) = only(formatted(6, '0"个月"')).rows[1]
    with pytest.raises(NotUnderstood, match="6个月"):
        amount(text, 3650, WORKING_DAYS)
    assert amount(only(formatted(20, '0"个工作日"')).rows[1][0], 3650, WORKING_DAYS) == 20


def test_formats_that_no_workbook_writes_out_are_known() -> None:
    assert shown(0.5, "0%") == "50%"
    assert only(formatted(0.05, "0%")).rows[1] == ("5%",), "0% is number 9, whose code stands in no styles.xml"


def test_seconds_stay_and_what_binary_fractions_add_goes() -> None:
    moment, almost = datetime(2026, 11, 25, 9, 10, 59), datetime(2026, 11, 25, 9, 9, 59, 999000)  # noqa: DTZ001  # a spreadsheet knows no time zone
    rows = only(workbook([["时间"], [moment], [almost], [timedelta(hours=30, minutes=5)]])).rows
    assert [row[0] for row in rows[1:]] == ["2026-11-25 09:10:59", "2026-11-25 09:10", "30:05"]


def test_a_failed_formula_is_found_however_its_mark_is_spaced() -> None:
    assert only(rewritten(workbook([["甲"], ["#N/A"]]), ' t="e"', " t = 'e'")).faults[1, 0].code == "formula_error"


@pytest.mark.parametrize("text", ERRORS)
def test_a_failed_formula_that_was_saved_as_csv_is_one_still(text: str) -> None:
    assert only(f"编码,内容\nA-1,{text}\n".encode()).faults[1, 1].code == "formula_error"


@pytest.mark.parametrize(("text", "code"), [("########", "not_shown"), ("张\ufffd", "character_lost")])
def test_what_was_lost_before_the_file_came_is_named(text: str, code: str) -> None:
    assert only(f"编码,内容\nA-1,{text}\n".encode()).faults[1, 1].code == code


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ('="00012",甲', ("00012", "甲")),
        ('"=""00012""",甲', ("00012", "甲")),
        ('A-1, "甲,乙"', ("A-1", "甲,乙")),
        ('A-1,="他说""好"""', ("A-1", '他说"好"')),
        ("\t00012,甲", ("00012", "甲")),
        ('A-1,甲"乙', ("A-1", '甲"乙')),
    ],
)
def test_what_exports_write_around_a_text_is_no_part_of_it(line: str, seen: tuple[str, str]) -> None:
    assert only(f"编码,内容\n{line}\n".encode()).rows[1] == seen


@pytest.mark.parametrize("text", ['1,"张三\n2,李四\n3,王\n', '1,"张三\n2,"李四"\n3,王\n', '1,"张"三\n2,李四\n'])
def test_a_quotation_mark_that_never_closes_swallows_no_rows(text: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_sheets(f"编码,内容\n{text}".encode())
    assert caught.value.fault == "broken" and "行附近的引号不成对" in caught.value.text


def test_the_separator_that_a_file_declares_is_the_one_and_lines_keep_their_numbers() -> None:
    sheet = only("sep=;\r\n编码;内容\r\n1;a,b\r\n2;c,d\r\n".encode())
    assert sheet.rows == ((), ("编码", "内容"), ("1", "a,b"), ("2", "c,d"))
