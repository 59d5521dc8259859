"""Files as departments send them: whatever their encoding, and refused with words where nothing can be read."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from catalog import reading
from catalog.file_kinds import FileRefused
from catalog.reading import read_sheets
from domain.cells import meant, safe
from tests.catalog.workbooks import saved, workbook

ROWS = [["证明名称", "索要单位"], ["婚姻状况证明", "市中区民政局"], ["𠅤𬭎䶮证明", "㼆"]]
CSV = "\n".join(",".join(row) for row in ROWS)


def refused(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        read_sheets(content)
    assert caught.value.text.endswith("。") and caught.value.remedy.endswith("。")
    return caught.value.fault


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_just_works(encoding: str) -> None:
    (sheet,) = read_sheets(CSV.encode(encoding))
    assert [list(row) for row in sheet.rows] == ROWS


def test_gbk_is_read_as_the_part_of_gb18030_that_it_is() -> None:
    (sheet,) = read_sheets("\n".join(",".join(row) for row in ROWS[:2]).encode("gbk"))
    assert [list(row) for row in sheet.rows] == ROWS[:2]


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_other_separators_are_seen(separator: str) -> None:
    (sheet,) = read_sheets(CSV.replace(",", separator).encode())
    assert [list(row) for row in sheet.rows] == ROWS


def test_line_breaks_and_commas_inside_quotes_stay_in_their_cell() -> None:
    (sheet,) = read_sheets('证明名称,依据\n"a\nb","x,y"\n'.encode())
    assert sheet.rows[1] == ("a\nb", "x,y")


def test_a_merged_cells_text_stands_in_all_its_parts() -> None:
    rows = [["部门", "事项", None], ["民政局", "甲", "子"], [None, "乙", "丑"], ["司法局", "丙", "寅"]]
    (sheet,) = read_sheets(workbook(rows, ["B1:C1", "A2:A3"]))
    assert [row[0] for row in sheet.rows] == ["部门", "民政局", "民政局", "司法局"]
    assert sheet.rows[0] == ("部门", "事项", "事项") and sheet.spans[0, 1] == 2


def test_numbers_dates_and_yes_are_written_as_people_read_them() -> None:
    (sheet,) = read_sheets(workbook([["代码", "日期", "可", "率"], [370402001, date(2026, 3, 4), True, 0.5]]))
    assert sheet.rows[1] == ("370402001", "2026-03-04", "是", "0.5")


def test_a_long_number_that_lost_digits_is_not_made_look_exact() -> None:
    (sheet,) = read_sheets(workbook([["编码"], [1.15113010087e17]]))
    assert "e+17" in sheet.rows[1][0]


def test_hidden_and_empty_sheets_are_passed_over() -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.append(["看得见"])
    book.create_sheet("空的")
    hidden = book.create_sheet("隐藏")
    hidden.append(["看不见"])
    hidden.sheet_state = "hidden"
    assert [sheet.rows for sheet in read_sheets(saved(book))] == [(("看得见",),)]


def test_an_old_workbook_is_told_by_its_head_and_never_by_its_name() -> None:
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600) == "broken"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\xef\xbb\xbf\n,,,\n", "empty"),
        (b"PK\x03\x04" + b"broken" * 50, "broken"),
        (workbook([["甲", "乙"], [1, 2]])[:-400], "broken"),
        (bytes(range(256)) * 20, "not_a_table"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02\x03" * 200, "wrong_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (("x," * 400 + "\n").encode(), "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_words(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_a_bomb_is_not_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w") as part:
        for _ in range(reading.MOST_UNPACKED // 2**20 + 1):
            part.write(b"\x00" * 2**20)
    assert len(bomb.getvalue()) < 2**20
    assert refused(bomb.getvalue()) == "bomb"


def test_an_archive_that_lies_about_its_size_is_counted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_UNPACKED", 1000)
    honest = io.BytesIO()
    with zipfile.ZipFile(honest, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"x" * 5000)
    lying = honest.getvalue().replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert refused(lying) in ("bomb", "broken")


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 10)
    rows = [["证明名称"]] + [[f"证明{number}"] for number in range(11)]
    assert refused(workbook(rows)) == "too_large"
    assert refused("\n".join(row[0] for row in rows).encode()) == "too_large"


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in names:
            target.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "remedy"),
    [
        (b"<html><head><title>x</title></head><body>login</body></html>", "网页", "另存为"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "网页归档", "另存为"),
        (b"%PDF-1.7\n", "PDF", "表格本身"),
        (b"\xff\xd8\xff\xe0" + b"x" * 90, "图片", "原来的电子表格"),
        (b"{\\rtf1}", "RTF", "另存为"),
        (b"Rar!\x1a\x07", "压缩包", "解压"),
        (archive("a.xlsx", "b.xlsx"), "压缩包", "解压"),
        (archive("[Content_Types].xml", "xl/workbook.bin"), "XLSB", "另存为"),
        (archive("mimetype", "content.xml"), "OpenDocument", "另存为"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + "WordDocument".encode("utf-16-le"),
            "(.doc)或 WPS 文字(.wps)",
            "另存为”DOCX",
        ),
    ],
)
def test_a_wrong_kind_of_file_is_named_with_the_way_to_save_it(content: bytes, what: str, remedy: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_sheets(content)
    assert caught.value.fault == "wrong_kind" and what in caught.value.text and remedy in caught.value.remedy
    assert "<" not in str(caught.value), "its markup is not repeated"


COMMAS = [["序号", "证明名称", "核验内容"], *([str(n), f"证明{n}", "甲;乙;丙;丁"] for n in range(1, 9))]


@pytest.mark.parametrize("separator", list(",\t;|"))
@pytest.mark.parametrize("inside", list(",;|、"))
def test_the_separator_is_the_one_that_parses_and_not_the_one_that_is_written_most(separator: str, inside: str) -> None:
    rows = [[cell.replace(";", inside) for cell in row] for row in COMMAS]
    quoted = [[f'"{cell}"' if separator in cell else cell for cell in row] for row in rows]
    (sheet,) = read_sheets("\n".join(separator.join(row) for row in quoted).encode())
    assert [list(row) for row in sheet.rows] == rows


def test_titles_and_notes_around_a_table_do_not_change_its_separator() -> None:
    text = "市中区民政局证明清单;共2项;2026年\n\n序号,证明名称,依据\n1,户籍证明,甲;乙\n2,婚姻证明,丙;丁\n注:以上;以下;无\n"
    (sheet,) = read_sheets(text.encode())
    assert sheet.rows[2] == ("序号", "证明名称", "依据") and sheet.rows[3][2] == "甲;乙"


def test_what_windows_has_beside_gbk() -> None:
    (sheet,) = read_sheets("项目,金额\n".encode("gbk") + b"\xb2\xe2\xca\xd4,\x80100\n")
    assert sheet.rows[1] == ("测试", "€100")


def csv_of(*cells: str) -> bytes:
    return ("事项编码,证明名称,出具单位\n" + ",".join(cells) + "\n").encode()


@pytest.mark.parametrize("word", ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"])
def test_the_word_of_a_failed_formula_is_a_fault_in_text_too(word: str) -> None:
    """A CSV, and values that were pasted, hold of the formula its word alone."""
    for content in (csv_of("001", word, "民政局"), workbook([["事项编码", "证明名称"], ["001", word]])):
        (sheet,) = read_sheets(content)
        assert sheet.faults[1, 1].code == "formula_error" and word in sheet.faults[1, 1].text
    assert read_sheets(csv_of("001", f"关于{word}的说明", "#1"))[0].faults == {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('="00123"', "00123"),
        ("'00123", "00123"),
        ("'370402188102020017", "370402188102020017"),
        ("\t00123", "00123"),
        ("'-", "-"),
        ("'=一图读懂", "=一图读懂"),
        ("'引号", "'引号"),
        ("=A1", "=A1"),
        ("00123", "00123"),
    ],
)
def test_what_guards_a_text_from_a_spreadsheet_is_no_part_of_it(written: str, meant: str) -> None:
    quoted = '"' + written.replace('"', '""') + '"'
    assert read_sheets(csv_of(quoted, "户籍证明", "民政局"))[0].rows[1][0] == meant
    assert read_sheets(workbook([["事项编码", "证明名称"], [written, "x"]]))[0].rows[1][0] == meant or written.startswith("=")


@pytest.mark.parametrize("text", ["-", "+86", "@甲", "=1+1", "平常"])
def test_what_we_guard_when_it_goes_out_comes_back_as_it_was(text: str) -> None:
    assert meant(safe(text)) == text


@pytest.mark.parametrize(("hint", "separator"), [("sep=;", ";"), ("SEP=,", ","), ('"sep=\t"', "\t"), ("sep=;;;", ";")])
def test_excels_own_hint_is_no_row_in_whatever_form(hint: str, separator: str) -> None:
    text = f"{hint}\r\n事项编码{separator}证明名称\r\n001{separator}户籍证明\r\n"
    assert read_sheets(text.encode("utf-8-sig"))[0].rows == ((), ("事项编码", "证明名称"), ("001", "户籍证明"))


@pytest.mark.parametrize("markup", ["\ufeff\n <head><title>x</title></head>", "<div><table>"])
def test_a_piece_of_a_page_is_named_for_what_it_is(markup: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_sheets(markup.encode())
    assert refused.value.fault == "wrong_kind" and "网页" in refused.value.text
