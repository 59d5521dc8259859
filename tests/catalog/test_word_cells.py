"""What a cell of a Word table shows that is no plain text, and tables whose grid is not plain: each is read as it shows, or its cell goes
back (obligation 5.1)."""

from __future__ import annotations

import io
import zipfile

import pytest

from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import read_list
from catalog.reading import Sheet, read_sheets
from domain.list_rows import ProofFact
from tests.catalog.markup import document, word_table
from tests.catalog.registries import sandbox

HEADER = ["证明名称", "事项编码"]
ROW = ["经济困难证明", "DEMO-0002"]
SPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def run(text: str, about: str = "") -> str:
    return f"<w:r><w:rPr>{about}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(runs: str) -> str:
    return f"<w:p {SPACES}>{runs}</w:p>"


def table(*rows: str, grid: str = "") -> str:
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(content: str, about: str = "") -> str:
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{content if content.startswith('<w:p') else paragraph(run(content))}</w:tc>"


def seen(runs: str) -> tuple[str, str]:
    """Text and fault of a cell that holds these runs."""
    (sheet,) = read_sheets(document(table(cell("甲") + cell(paragraph(runs)))))
    fault = sheet.faults.get((0, 1))
    return ("" if fault is not None and sheet.rows[0][1] == fault.text else sheet.rows[0][1]), fault.code if fault else ""


def field(instruction: str, result: str = "", form: str = "") -> str:
    data = f"<w:ffData>{form}</w:ffData>" if form else ""
    middle = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}' if result else ""
    pieces = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in instruction.split("|"))
    return f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>{pieces}{middle}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def control(about: str, text: str) -> str:
    return f"<w:sdt><w:sdtPr>{about}</w:sdtPr><w:sdtContent>{run(text)}</w:sdtContent></w:sdt>"


BOX = f"<w:txbxContent><w:p>{run('取消')}</w:p></w:txbxContent>"
SHAPE = (
    f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{BOX}</wps:txbx></wps:wsp></w:drawing></mc:Choice>'
)
BOTH = f"{SHAPE}<mc:Fallback><w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
TICK = '<w:r><w:sym w:font="{}" w:char="{}"/></w:r>'


@pytest.mark.parametrize(
    ("runs", "text", "fault"),
    [
        (TICK.format("Wingdings", "F0FE"), "☑", ""),
        (TICK.format("Wingdings", "F0A8"), "☐", ""),
        (TICK.format("Wingdings", "F0FC"), "√", ""),
        (TICK.format("Wingdings 2", "F052"), "☑", ""),
        (TICK.format("Segoe UI Symbol", "2714"), "✔", ""),
        (TICK.format("Wingdings", "F04A"), "", "symbol"),
        (run("\uf052", '<w:rFonts w:ascii="Wingdings 2" w:hAnsi="Wingdings 2"/>'), "☑", ""),
        (run("R", '<w:rFonts w:ascii="Wingdings 2" w:hint="eastAsia"/>'), "☑", ""),
        (run("保留", '<w:rFonts w:ascii="Wingdings"/>'), "保留", ""),
        (field(" FORMCHECKBOX ", form="<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>"), "☑", ""),
        (field(" FORMCHECKBOX ", form="<w:checkBox><w:default w:val='1'/></w:checkBox>"), "☑", ""),
        (field(" FORMCHECKBOX ", form="<w:checkBox><w:default w:val='1'/><w:checked w:val='0'/></w:checkBox>"), "☐", ""),
        (
            field(
                " FORMDROPDOWN ", form='<w:ddList><w:result w:val="1"/><w:listEntry w:val="保留"/><w:listEntry w:val="取消"/></w:ddList>'
            ),
            "取消",
            "",
        ),
        (control('<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', "☒"), "☑", ""),
        (control('<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>', "☐"), "☐", ""),
        (control("<w:showingPlcHdr/>", "单击此处输入文字。"), "", ""),
        (control("<w:text/>", "户籍证明"), "户籍证明", ""),
        (field(r" eq \o\ac(|□|,√)"), "☑", ""),
        (field(r" EQ \o\ac(○,3) "), "③", ""),
        (field(r" EQ \f(1,2) "), "", "field"),
        (field(' SYMBOL 254 \\f "Wingdings" '), "☑", ""),
        (field(" REF x ", run("户籍证明")), "户籍证明", ""),
        (field(' XE "户籍" '), "", ""),
        ('<w:fldSimple w:instr="EQ \\o\\ac(□,√)"/>', "☑", ""),
        ("<w:r><w:drawing><a:blip xmlns:a='x'/></w:drawing></w:r>", "", "picture"),
        (run("户籍证明") + "<w:r><w:pict><v:line/></w:pict></w:r>", "户籍证明", "picture"),
        ("<w:r><w:object/></w:r>", "", "picture"),
        (BOTH, "取消", ""),
        (f"{run('户籍证明')}<w:r><w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict></w:r>", "户籍证明\n取消", ""),
        (f"<mc:AlternateContent><mc:Fallback>{run('取消')}</mc:Fallback></mc:AlternateContent>", "取消", ""),
        ("<m:oMath><m:r><m:t>√</m:t></m:r></m:oMath>", "√", ""),
        ("<m:oMath><m:rad><m:e/></m:rad></m:oMath>", "", "field"),
        (run("户籍证明") + '<w:r><w:footnoteReference w:id="2"/></w:r>', "户籍证明", "footnote"),
        (run("户籍证明") + '<w:r><w:commentReference w:id="2"/></w:r>', "户籍证明", "comment"),
        (run("不再", "<w:vanish/>") + run("保留"), "保留", "hidden_text"),
        (run("不再", "<w:strike/>") + run("保留"), "不再保留", "struck_out"),
        (run("保留", '<w:dstrike w:val="false"/>'), "保留", ""),
        (f"<w:del>{run('不再').replace('w:t>', 'w:delText>')}</w:del><w:ins>{run('保留')}</w:ins>", "保留", ""),
        (f"<w:moveFrom>{run('不再')}</w:moveFrom><w:moveTo>{run('保留')}</w:moveTo>", "保留", ""),
        ("<w:r><w:ruby><w:rt><w:r><w:t>hù</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>户</w:t></w:r></w:rubyBase></w:ruby></w:r>", "户", ""),
    ],
)
def test_what_is_no_plain_text_is_what_it_shows_or_a_fault_of_its_cell(runs: str, text: str, fault: str) -> None:
    assert seen(runs) == (text, fault)


def with_styles(content: bytes, styles: str) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        archive.writestr("word/styles.xml", f'<w:styles xmlns:w="{space}">{styles}</w:styles>')
    return out.getvalue()


def test_a_style_that_hides_does_so_in_every_paragraph_and_run_of_it() -> None:
    """Before, 不再 that a style hides was read: the row said the contrary of what its page shows."""
    styles = (
        '<w:style w:styleId="a"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>'
        '<w:style w:styleId="c"><w:basedOn w:val="b"/><w:rPr><w:vanish w:val="0"/></w:rPr></w:style>'
    )
    hides, shows = '<w:rStyle w:val="b"/>', '<w:rStyle w:val="b"/><w:vanish w:val="0"/>'
    first = [run("不再", hides) + run("保留"), run("不再", shows) + run("保留"), run("不再", '<w:rStyle w:val="c"/>') + run("保留")]
    whole = "<w:p><w:pPr><w:pStyle w:val='b'/></w:pPr>" + run("不再") + "</w:p>" + paragraph(run("保留"))
    content = document(table(*(cell(paragraph(runs)) for runs in first), cell(whole), cell(paragraph(run(" ", hides) + run("保留")))))
    (sheet,) = read_sheets(with_styles(content, styles))
    assert [row[0] for row in sheet.rows] == ["保留", "不再保留", "不再保留", "保留", "保留"]
    assert {at: fault.code for at, fault in sheet.faults.items()} == dict.fromkeys([(0, 0), (3, 0)], "hidden_text")


def test_a_style_that_strikes_through_does_so_in_every_run_of_it() -> None:
    styles = (
        '<w:style w:styleId="a"><w:rPr><w:strike/></w:rPr></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>'
        '<w:style w:styleId="c"><w:basedOn w:val="c"/></w:style>'
    )
    struck, plain, undone = (
        run("户籍证明", f'<w:rStyle w:val="{name}"/>{more}') for name, more in (("b", ""), ("c", ""), ("b", '<w:strike w:val="0"/>'))
    )
    (sheet,) = read_sheets(with_styles(document(table(*(cell(paragraph(runs)) for runs in (struck, plain, undone)))), styles))
    assert {at: fault.code for at, fault in sheet.faults.items()} == {(0, 0): "struck_out"}


def test_an_unreadable_tick_is_not_taken_as_none() -> None:
    """保留 with a picture of a tick in it, and one that a control ticks."""
    picture, ticked = cell(paragraph("<w:r><w:drawing/></w:r>")), cell(paragraph(TICK.format("Wingdings", "F0FE")))
    head = "".join(map(cell, [*HEADER, "保留", "取消"]))
    rows = [cell("经济困难证明") + cell("DEMO-0002") + cell("") + picture, cell("户籍证明") + cell("DEMO-0001") + cell("") + ticked]
    asked, gone = read_list(document(table(head, *rows)), ListKind.PROOFS, sandbox())[0].rows
    assert asked.fact is None and asked.faults, "nobody knows what the picture shows"
    assert isinstance(gone.fact, ProofFact) and gone.fact.cancelled


def test_a_table_in_a_text_box_is_read_once() -> None:
    inner = f"<w:txbxContent>{paragraph(run('取消的证明事项清单'))}{word_table([HEADER, ROW])}<w:p/></w:txbxContent>"
    shape = f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{inner}</wps:txbx></w:drawing></mc:Choice>'
    old = f"<mc:Fallback><w:pict><v:textbox>{inner}</v:textbox></w:pict></mc:Fallback>"
    for box in (f"<mc:AlternateContent>{shape}{old}</mc:AlternateContent>", f"<w:pict><v:textbox>{inner}</v:textbox></w:pict>"):
        (sheet,) = read_sheets(document(paragraph(f"<w:r>{box}</w:r>")))
        assert sheet.rows == (("取消的证明事项清单",), tuple(HEADER), tuple(ROW))


def test_a_table_inside_a_cell_is_a_table_of_its_own() -> None:
    inner = word_table([HEADER, ROW])
    outer = table(cell("取消的证明事项清单"), cell(f"<w:p/>{inner}<w:p/>"))
    (_, result) = read_sheets(document(outer))
    assert result.rows == (("取消的证明事项清单",), tuple(HEADER), tuple(ROW)), "what stands over it in the table that only lays out"
    listed = table("".join(map(cell, HEADER)), cell("户籍证明") + cell(f"{paragraph(run('DEMO-0001'))}{inner}"))
    (first, second) = read_sheets(document(listed))
    assert first.rows == (tuple(HEADER), ("户籍证明", "DEMO-0001")) and first.faults[1, 1].code == "table_within"
    assert second.rows == (("DEMO-0001",), tuple(HEADER), tuple(ROW))


def faults(sheet: Sheet) -> dict[tuple[int, int], str]:
    return {place: fault.code for place, fault in sheet.faults.items()}


def test_a_merged_cell_goes_on_only_under_its_own_beginning() -> None:
    begins, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [
        cell("甲") + cell("一", begins),
        cell("", goes_on) + cell("", goes_on),  # over the first stands no beginning
        cell("乙") + cell("二"),
        cell("丙", goes_on) + cell("", goes_on),  # what has a text of its own says that
    ]
    (sheet,) = read_sheets(document(table(*rows)))
    assert [row[1] for row in sheet.rows][:3] == ["一", "一", "二"] and sheet.rows[3][0] == "丙"
    assert faults(sheet) == {(1, 0): "merge_unclear", (3, 1): "merge_unclear"}


def test_a_merged_cell_whose_beginning_was_deleted_is_asked() -> None:
    rows = [cell("甲", '<w:vMerge w:val="restart"/>'), cell("乙", '<w:vMerge w:val="restart"/>'), cell("", "<w:vMerge/>")]
    content = document(table(*rows).replace("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>", 2).replace("<w:trPr><w:del/></w:trPr>", "", 1))
    (sheet,) = read_sheets(content)
    assert len(sheet.rows) == 2 and faults(sheet) == {(1, 0): "merge_unclear"}


def test_rows_that_begin_later_end_sooner_or_have_lost_a_cell_keep_their_columns() -> None:
    later = "<w:trPr><w:gridBefore w:val='1'/></w:trPr>" + cell("户籍证明") + cell("DEMO-0001")
    sooner = "<w:trPr><w:gridAfter w:val='1'/></w:trPr>" + cell("2") + cell("居住证明")
    deleted = cell("旧", "<w:cellDel/>") + cell("3") + cell("未婚证明") + cell("DEMO-0003")
    (sheet,) = read_sheets(document(table("".join(map(cell, ["序号", *HEADER])), later, sooner, deleted)))
    assert sheet.rows[1:] == (("", "户籍证明", "DEMO-0001"), ("2", "居住证明"), ("3", "未婚证明", "DEMO-0003"))


def test_a_line_that_somebody_moved_shifts_no_cell_into_the_next_column() -> None:
    """保留 | 取消: the cells of the row below begin a hair before or after those of the header."""
    wide = '<w:gridSpan w:val="2"/>'
    head = cell("证明名称") + cell("保留") + cell("取消", wide)
    row = cell("户籍证明") + cell("√", wide) + cell("")
    widths = [f'<w:gridCol w:w="{width}"/>' for width in (3000, 1500, 60, 1500)]
    (sheet,) = read_sheets(document(table(head, row, grid="".join(widths))))
    assert sheet.rows == (("证明名称", "保留", "取消"), ("户籍证明", "√", "")) and not sheet.faults
    (sheet,) = read_sheets(document(table(head, row, grid="".join(widths).replace('"60"', '"900"'))))
    assert faults(sheet) == {(1, 1): "not_aligned", (1, 2): "not_aligned"}, "nobody knows to which column it belongs"


def test_what_is_inserted_from_another_file_is_not_left_out_in_silence() -> None:
    with pytest.raises(FileRefused) as caught:
        read_sheets(document(word_table([HEADER, ROW]), "<w:altChunk/>"))
    assert caught.value.fault == "inserted_file"
