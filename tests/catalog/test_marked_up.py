"""Tables of Word, of web pages and of the XML of Excel 2003 are read as what they show (obligation 5.1)."""

from __future__ import annotations

import io
import zipfile

import pytest

from catalog import reading
from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.reading import Sheet, read_sheets
from domain.list_rows import ProofFact
from tests.catalog.markup import document, docx, html, word_table, xml_2003
from tests.catalog.registries import sandbox
from tests.catalog.test_lists import codes

LINES = [
    ["序号", "证明信息", None, "事项编码"],
    [None, "证明名称", "开具单位", None],
    [1, "户籍证明", "甲", "0012"],
    [2, "居住\n证明", None, "3"],
]
MERGED = [(0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 2, 1), (2, 2, 2, 1)]
SEEN = (
    ("序号", "证明信息", "证明信息", "事项编码"),
    ("序号", "证明名称", "开具单位", "事项编码"),
    ("1", "户籍证明", "甲", "0012"),
    ("2", "居住\n证明", "甲", "3"),
)
HEADER = ["证明名称", "事项编码"]
ROW = ["经济困难证明", "DEMO-0002"]


@pytest.mark.parametrize(
    "content",
    [docx(LINES, MERGED), html(LINES, MERGED), html(LINES, MERGED, "utf-8"), html(LINES, MERGED, "utf-16"), xml_2003(LINES, MERGED)],
    ids=["docx", "html gb18030", "html utf-8", "html utf-16", "xml"],
)
def test_merged_cells_stand_in_all_their_parts(content: bytes) -> None:
    (sheet,) = read_sheets(content)
    assert sheet.rows == SEEN and sheet.spans == {(0, 1): 2}


def standing(content: bytes) -> list[list[bool]]:
    results = read_list(content, ListKind.PROOFS, sandbox())
    return [[row.fact.cancelled for row in result.rows if isinstance(row.fact, ProofFact)] for result in results]


def test_what_stands_over_a_table_is_its_title() -> None:
    """Several tables of one document are read each by itself: what is given up is not taken as kept."""
    kept, gone = word_table([HEADER, ROW]), word_table([HEADER, ["户籍证明", "DEMO-0001"]])
    title = "<w:p><w:r><w:t>市中区取消的</w:t></w:r><w:r><w:t>证明事项清单</w:t></w:r></w:p>"
    assert standing(document(kept, title, gone)) == [[False], [True]]
    section = "<w:p><w:r><w:t>二、取消的证明事项</w:t></w:r></w:p>"
    assert standing(document(kept, section, gone)) == [[False], [True]]
    table = "<table><tr><td>证明名称<td>事项编码<tr><td>户籍证明<td>DEMO-0001</table>"
    other = table.replace("户籍证明", "经济困难证明")
    assert standing(f"<html><h2>市中区<b>取消的</b>证明事项清单</h2>{table}<p>二、保留的证明事项</p>{other}".encode()) == [[True], [False]]
    assert standing(f"<table><tr><td>取消的证明事项清单{table}</table>".encode()) == [[True]], "a table that only lays out"


def test_what_was_deleted_is_not_there_and_what_is_struck_through_goes_back() -> None:
    deleted = "<w:ins><w:r><w:t>经济困难</w:t></w:r></w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:r><w:t>证明</w:t></w:r>"
    table = word_table([HEADER, ROW, ["户籍证明", "DEMO-0001"]])
    changed = table.replace('<w:t xml:space="preserve">经济困难证明</w:t></w:r>', f"</w:r>{deleted}")
    changed = changed.replace(
        '<w:rPr><w:b/></w:rPr><w:t xml:space="preserve">户籍证明', '<w:rPr><w:strike/></w:rPr><w:t xml:space="preserve">户籍证明'
    )
    first, second = read_list(document(changed), ListKind.PROOFS, sandbox())[0].rows
    assert isinstance(first.fact, ProofFact) and first.fact.proof == "P-HARDSHIP" and codes(second) == {"struck_out"}
    gone = table.replace("<w:tr>", '<w:tr><w:trPr><w:del w:id="1"/></w:trPr>').replace(
        '<w:tr><w:trPr><w:del w:id="1"/></w:trPr>', "<w:tr>", 2
    )
    assert len(read_list(document(gone), ListKind.PROOFS, sandbox())[0].rows) == 1


def test_numbers_of_the_xml_are_what_the_person_saw() -> None:
    space = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    cells = [
        ("Number", "12", "s1"),
        ("Number", "0.5", "s2"),
        ("Number", "1234567890123456789", ""),
        ("Boolean", "1", ""),
        ("Error", "#N/A", ""),
    ]
    cells += [("DateTime", "2026-03-01T00:00:00.000", ""), ("String", "'007", "")]
    row = "".join(f'<Cell ss:StyleID="{style}"><Data ss:Type="{kind}">{text}</Data></Cell>' for kind, text, style in cells)
    styles = "".join(
        f'<Style ss:ID="{name}"><NumberFormat ss:Format="{form}"/></Style>' for name, form in (("s1", "00000"), ("s2", "Percent"))
    )
    sheets = (
        f"<Worksheet ss:Name='新'><Table><Row ss:Index='2'>{row}</Row></Table></Worksheet><Worksheet ss:Name='旧'><Table><Row>{row}</Row>"
    )
    hidden = "</Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>"
    book = f"<Workbook {space}><Styles>{styles}</Styles>{sheets}{hidden}</Workbook>"
    (sheet,) = read_sheets(book.encode())
    assert sheet.name == "新" and sheet.rows[0] == ()
    assert sheet.rows[1][:2] == ("00012", "50%") and sheet.rows[1][3:] == ("是", "#N/A", "2026-03-01", "007")
    assert {at: fault.code for at, fault in sheet.faults.items()} == {(1, 2): "digits_lost", (1, 4): "formula_error"}


@pytest.mark.parametrize(
    ("kind", "text"), [("Number", ""), ("Number", "1,5"), ("Number", "NaN"), ("Number", "INF"), ("DateTime", ""), ("DateTime", "x")]
)
def test_what_is_no_such_value_is_the_text_that_it_is(kind: str, text: str) -> None:
    """One odd cell is not the end of its file."""
    space = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    row = f"<Row><Cell><Data ss:Type='{kind}'>{text}</Data></Cell><Cell><Data ss:Type='String'>户籍证明</Data></Cell></Row>"
    (sheet,) = read_sheets(f"<Workbook {space}><Worksheet ss:Name='新'><Table>{row}</Table></Worksheet></Workbook>".encode())
    assert sheet.rows == ((text, "户籍证明"),)


def declared(encoding: str) -> bytes:
    """A document that would be read, but for an entity that it declares."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx([HEADER, ROW]))) as sound, zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", sound.read("[Content_Types].xml"))
        text = '<!DOCTYPE x [<!ENTITY a "b">]>' + sound.read("word/document.xml").decode()
        archive.writestr("word/document.xml", text.encode(encoding))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (document("<w:p><w:r><w:t>无表</w:t></w:r></w:p>"), "wrong_kind"),
        (document("<w:tbl>"), "broken"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet>', "broken"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">&a;</Workbook>', "broken"),
        (declared("utf-8"), "broken"),
        (declared("utf-16"), "broken"),
        (f"<table><tr>{'<td colspan=300>x' * 2}</table>".encode(), "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_words(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_sheets(content)
    assert caught.value.fault == code and caught.value.remedy


def test_a_table_that_covers_without_end_is_no_larger_than_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 5)
    assert read_sheets(b"<table><tr><td rowspan=99999999>a<td>b<tr><td>c</table>") == [Sheet("第1个表格", (("a", "b"), ("a", "c")))]
    with pytest.raises(FileRefused) as caught:
        read_sheets(b"<table>" + b"<tr><td>a" * 6 + b"</table>")
    assert caught.value.fault == "too_large"
