"""单元格: what the person saw in it, or why it cannot be used; never another number, never a blank that was none."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from catalog.cell_facts import shown
from catalog.complaint_file import import_file
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.reading import Sheet, read_sheets
from runtime.commands.imports import import_file as import_register
from tests.catalog.registries import sandbox
from tests.catalog.workbooks import saved, workbook
from tests.ledger.filing import NOW

LISTS = Path(__file__).parent / "lists"
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")


def only(content: bytes) -> Sheet:
    (sheet,) = read_sheets(content)
    return sheet


def formatted(value: object, pattern: str) -> bytes:
    book = Workbook()
    book.active.append(["编码"])  # type: ignore[union-attr]
    book.active.append([value])  # type: ignore[union-attr]
    book.active["A2"].number_format = pattern  # type: ignore[index]
    return saved(book)


def rewritten(content: bytes, old: str, new: str) -> bytes:
    """The workbook with a piece of its sheet's XML replaced: what Excel writes and openpyxl does not."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert old.encode() in part, part
                part = part.replace(old.encode(), new.encode())
            target.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize("error", ERRORS)
def test_a_failed_formula_is_no_blank(error: str) -> None:
    sheet = only(workbook([["证明名称"], [error], ["户籍证明"]]))
    assert sheet.faults[1, 0].code == "formula_error" and error in sheet.faults[1, 0].text
    assert sheet.rows[1][0], "a row of which it is all there is, is no empty row"


def test_a_formulas_result_is_what_counts_and_one_that_was_never_calculated_is_named() -> None:
    content = workbook([["证明名称", "说明"], ["=A3", "=B3"], ["户籍证明", "x"]])
    assert {fault.code for fault in only(content).faults.values()} == {"not_calculated"}
    done = rewritten(content, "<f>A3</f><v></v>", "<f>A3</f><v>7</v>")
    done = rewritten(done, '<c r="B2"><f>B3</f><v></v>', '<c r="B2" t="str"><f>B3</f><v></v>')
    sheet = only(done)
    assert sheet.faults == {} and sheet.rows[1] == ("7", ""), "a formula that says nothing is a blank"
    failed = only(rewritten(content, '<c r="A2"><f>A3</f><v></v>', '<c r="A2" t="e"><f>A3</f><v>#REF!</v>'))
    assert failed.faults[1, 0].code == "formula_error"


@pytest.mark.parametrize("number", [1234567890123456, 370402188102020016, 1.5e17, -(10**15)])
def test_a_number_that_a_spreadsheet_cannot_hold_is_refused(number: object) -> None:
    assert only(workbook([["工单编号"], [number]])).faults[1, 0].code == "digits_lost"


@pytest.mark.parametrize("number", [123456789012345, 370402001, 0, -5])
def test_a_number_that_it_can_hold_is_taken(number: int) -> None:
    sheet = only(workbook([["编码"], [number]]))
    assert (sheet.rows[1][0], sheet.faults) == (str(number), {})


def test_an_eighteen_digit_text_is_what_it_says() -> None:
    sheet = only(workbook([["工单编号"], ["370402188102020016"]]))
    assert (sheet.rows[1][0], sheet.faults) == ("370402188102020016", {})


@pytest.mark.parametrize(
    ("value", "pattern", "seen"),
    [
        (12345, "00000000", "00012345"),
        (7, "000", "007"),
        (123456789, "000", "123456789"),
        (1234567, "000-0000", "123-4567"),
        (42, '"GD"0000', "GD0042"),
        (42, "00000000;[Red]-00000000", "00000042"),
        (42, "\\G00000", "G00042"),
        (5, "000_ ", "005"),
        (20, "0", "20"),
        (1234567, "#,##0", "1234567"),
        (20, "0.00", "20"),
        (20, "General", "20"),
        (20, "@", "20"),
        (0.5, "0%", "50%"),
        (12, "00.00", "12"),
        (0.1 + 0.2, "General", "0.3"),
    ],
)
def test_a_code_keeps_the_zeros_that_the_person_saw(value: object, pattern: str, seen: str) -> None:
    sheet = only(formatted(value, pattern))
    assert (sheet.rows[1][0], sheet.faults) == (seen, {})


@pytest.mark.parametrize("pattern", ["yyyy-mm-dd", "00:00", "0.00E+00", "# ??/??", "00/00/00", "[h]:mm"])
def test_formats_that_mean_something_else_pad_nothing(pattern: str) -> None:
    assert shown(12, pattern) in (None, "00:12")


def test_a_merged_cells_fault_is_in_all_its_parts() -> None:
    sheet = only(workbook([["单位", "证明"], ["#N/A", "甲"], [None, "乙"]], ["A2:A3"]))
    assert {(1, 0), (2, 0)} == set(sheet.faults)


def test_an_old_workbook_says_the_same() -> None:
    """Written by xlwt: padded codes, #N/A, a number of eighteen digits, thousands, a merged cell."""
    sheet = only((LISTS / "cells.xls").read_bytes())
    assert [row[0] for row in sheet.rows] == ["编码", "00012345", "00000007", "123456789"]
    assert {place: fault.code for place, fault in sheet.faults.items()} == {(1, 2): "formula_error", (1, 3): "digits_lost"}
    assert (sheet.rows[1][4], sheet.rows[2][4], sheet.rows[3][1]) == ("20", "1234567", "合并")


@pytest.mark.parametrize("text", ["1.15113E+17", "3.70402E+17", "1E+15"])
def test_scientific_notation_in_a_csv_has_lost_digits_already(text: str) -> None:
    assert only(f"工单编号,内容\n{text},甲\n".encode()).faults[1, 0].code == "digits_lost"


def test_characters_of_an_old_registers_own_font_are_named_where_they_stand() -> None:
    for content in ("姓名,住址\n张\ue123,演示路\n李四,演示路\n".encode("gb18030"), workbook([["姓名"], ["张\ue123"], ["李四"]])):
        sheet = only(content)
        assert [(place, fault.code) for place, fault in sheet.faults.items()] == [((1, 0), "private_character")]
        assert "U+E123" in sheet.faults[1, 0].text


def test_the_row_of_a_list_goes_back_with_its_column_and_what_to_do() -> None:
    head = ["事项编码", "证明名称", "设定依据", "开具单位", "核验方式", "核验内容", "不适用情形", "备注"]
    good = [
        "DEMO-0002",
        "经济困难证明",
        "《法律援助法》第四十一条",
        "光明路街道办事处",
        "部门核验",
        "家庭人口、人均月收入、认定结论",
        "",
        "#N/A",
    ]
    rows = [head, good, *([*good[:place], "#N/A", *good[place + 1 :]] for place in (3, 4, 6))]
    (result,) = read_list(workbook(rows), ListKind.PROOFS, sandbox())
    first, *others = result.rows
    assert not first.faults, "a remark says nothing of the row"
    assert [(row.faults[0].code, row.faults[0].column) for row in others] == [
        ("formula_error", "开具单位"),
        ("formula_error", "核验方式"),
        ("formula_error", "不适用情形"),
    ]
    assert all("公式错误" in row.faults[0].text and row.faults[0].remedy and row.fact is None for row in others)


def test_complaints_with_long_numbers_are_refused_and_not_taken_for_known_ones(ledger: str) -> None:
    head = ["来源", "工单编号", "受理时间", "诉求内容"]
    numbers = [370402202603040011, 370402202603040012, 370402202603040013]
    rows = [["12345热线", number, "2026-03-03 09:10", f"内容{number}"] for number in numbers]
    outcomes = import_file(workbook([head, *rows]), 15, person="demo-admin", unit="370402-OFFICE", now=NOW)
    assert [(one.number, one.repeated) for one in outcomes] == [(None, False)] * 3
    assert all("“工单编号”" in one.said and "文本格式" in one.said for one in outcomes)
    texts = [[row[0], str(row[1]), *row[2:]] for row in rows]
    taken = import_file(workbook([head, *texts]), 15, person="demo-admin", unit="370402-OFFICE", now=NOW)
    assert all(one.number for one in taken) and len({one.number for one in taken}) == 3


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"来源": "微博"}, "来源"),
        ({"受理时间": "昨天"}, "受理时间"),
        ({"被投诉单位": "没有的单位"}, "被投诉单位"),
        ({"事项编码": "X-1"}, "事项编码"),
    ],
)
def test_a_faulty_row_is_told_by_the_files_own_heading(ledger: str, changes: dict[str, str], column: str) -> None:
    row = {
        "来源": "12345热线",
        "工单编号": "GD-1",
        "受理时间": "2026-03-03 09:10",
        "被投诉单位": "",
        "事项编码": "",
        "诉求内容": "内容",
    } | changes
    (outcome,) = import_file(workbook([list(row), list(row.values())]), 15, person="demo-admin", unit="370402-OFFICE", now=NOW)
    assert outcome.number is None and outcome.said.startswith(f"“{column}”")


@pytest.mark.parametrize(
    ("number", "refused"),
    [
        ("370402202603040011", False),
        ("370402188102020017", True),
        ("３７０４０２１８８１０２０２００１７", True),
        ("370402-18810202-0017", True),
        ("370402 18810202 0017", True),
    ],
)
def test_a_work_order_number_is_no_citizens_number_unless_it_is_one(ledger: str, number: str, refused: bool) -> None:
    head = ["来源", "工单编号", "受理时间", "诉求内容"]
    row = ["12345热线", number, "2026-03-03 09:10", "内容"]
    (outcome,) = import_file(workbook([head, row]), 15, person="demo-admin", unit="370402-OFFICE", now=NOW)
    assert (outcome.number is None) == refused and ("公民身份号码" in outcome.said) == refused


def test_a_register_is_read_by_the_same_reader(ledger: str, tmp_path: Path) -> None:
    file = tmp_path / "matters.xlsx"
    file.write_bytes(workbook([["事项编码", "事项名称", "单位编码", "办件类型"], [370402202603040011, "演示", "370402-CIVIL", "即办件"]]))
    taken, _, refused = import_register("matters", file)
    assert taken == 0 and refused[2].startswith("“事项编码”:")
    book = load_workbook(io.BytesIO(workbook([["事项编码", "事项名称", "单位编码", "办件类型"], [42, "演示", "370402-CIVIL", "即办件"]])))
    book.active["A2"].number_format = "00000000"  # type: ignore[index]
    file.write_bytes(saved(book))
    assert import_register("matters", file) == (1, 0, {})
    from ledger.tables.registry import Matter
    from tests.ledger.acting import all_of

    assert [one.name for one in all_of(Matter, code="00000042")] == ["演示"]
    csv = tmp_path / "matters.csv"
    csv.write_bytes("事项编码,事项名称,单位编码,办件类型\nM-9,演示九,370402-CIVIL,即办件\n".encode("gbk"))
    assert import_register("matters", csv) == (1, 0, {})
