"""A sheet's lines as Word, a web page and the XML of Excel 2003 write them. What is merged is (row, column, rows, columns), 0-based."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise


class Odd(str):
    """A cell that is not written as its text: a tick (☑, ☐), a text that is struck through, one beside a picture or a comment."""

    __slots__ = ("way",)

    def __new__(cls, text: str, way: str) -> Odd:
        made = super().__new__(cls, text)
        made.way = way
        return made

    way: str  #: of a tick: symbol, field or control; struck; picture


Merged = Iterable[tuple[int, int, int, int]]
_TICKS = ("symbol", "field", "control")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _shape(lines: Sequence[Sequence[object]], merged: Merged) -> Iterable[list[tuple[str, int, int, bool]]]:
    """Row by row its cells: text, columns, rows, and whether it goes on from the row above."""
    begins = {(top, left): (rows, columns) for top, left, rows, columns in merged}
    covers = {(row, left): (top, columns) for (top, left), (rows, columns) in begins.items() for row in range(top, top + rows)}
    for at, line in enumerate(lines):
        cells, column = [], 0
        while column < len(line):
            top, columns = covers.get((at, column), (at, 1))
            said = line[column]
            text = "" if said is None or top < at else said if isinstance(said, Odd) else str(said)
            cells.append((text, columns, begins.get((at, column), (1, 1))[0], top < at))
            column += columns
        yield cells


def _parts(lines: Sequence[Sequence[object]], merged: Merged, breaks: Sequence[int]) -> Iterable[tuple[Sequence[Sequence[object]], Merged]]:
    """The tables into which the lines are broken."""
    merged = list(merged)
    for first, end in pairwise((0, *breaks, len(lines))):
        yield lines[first:end], [(row - first, column, rows, columns) for row, column, rows, columns in merged if first <= row < end]


def docx(lines: Sequence[Sequence[object]], merged: Merged = (), over: Sequence[str] = (), breaks: Sequence[int] = ()) -> bytes:
    """A document of one table under some paragraphs, or of several where it is broken over pages."""
    return document(*(_paragraph(text) for text in over), *(word_table(*part) for part in _parts(lines, merged, breaks)))


def document(*blocks: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{_W}"><w:body>{"".join(blocks)}<w:sectPr/></w:body></w:document>')
    return out.getvalue()


def _odd(cell: Odd) -> str:
    ticked = cell == "☑"
    match cell.way:
        case "symbol":
            return f'<w:r><w:sym w:font="Wingdings" w:char="{"F0FE" if ticked else "F0A8"}"/></w:r>'
        case "field":
            box = f'<w:ffData><w:checkBox><w:default w:val="{int(ticked)}"/></w:checkBox></w:ffData>'
            code = "<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r>"
            return f'<w:r><w:fldChar w:fldCharType="begin">{box}</w:fldChar></w:r>{code}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        case "control":
            space = 'xmlns:c="http://schemas.microsoft.com/office/word/2010/wordml"'
            about = f'<w:sdtPr><c:checkbox {space}><c:checked c:val="{int(ticked)}"/></c:checkbox></w:sdtPr>'
            return f"<w:sdt>{about}<w:sdtContent><w:r><w:t>{'☒' if ticked else '☐'}</w:t></w:r></w:sdtContent></w:sdt>"
        case "struck":
            return f"<w:r><w:rPr><w:strike/></w:rPr><w:t>{escape(cell)}</w:t></w:r>"
    return f"<w:r><w:t>{escape(cell)}</w:t></w:r><w:r><w:drawing/></w:r>"


def _paragraph(text: str) -> str:
    if isinstance(text, Odd):
        return f"<w:p>{_odd(text)}</w:p>"
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:p><w:pPr/><w:r><w:rPr><w:b/></w:rPr>{runs}</w:r></w:p>"


def word_table(lines: Sequence[Sequence[object]], merged: Merged = ()) -> str:
    rows = []
    for cells in _shape(lines, merged):
        row = ""
        for text, columns, down, goes_on in cells:
            about = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
            about += "<w:vMerge/>" if goes_on else '<w:vMerge w:val="restart"/>' if down > 1 else ""
            row += f"<w:tc><w:tcPr>{about}</w:tcPr>{_paragraph(text)}</w:tc>"
        rows.append(f"<w:tr>{row}</w:tr>")
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def html(lines: Sequence[Sequence[object]], merged: Merged = (), encoding: str = "gb18030", breaks: Sequence[int] = ()) -> bytes:
    """As systems export it: ends of cells left out."""
    tables = "".join(f"<table border=1>{_html_rows(*part)}</table>" for part in _parts(lines, merged, breaks))
    return f"<html><head><style>td {{}}</style></head><body>{tables}</body></html>".encode(encoding)


def _html_rows(lines: Sequence[Sequence[object]], merged: Merged) -> str:
    rows = ""
    for cells in _shape(lines, merged):
        rows += "<tr>"
        for text, columns, down, goes_on in cells:
            if not goes_on:
                covers = (f' colspan="{columns}"' if columns > 1 else "") + (f" rowspan={down}" if down > 1 else "")
                said = escape(text).replace(chr(10), "<br>")
                if isinstance(text, Odd):
                    said = {"struck": f"<s>{said}</s>", "picture": f"{said}<img src=x>"}.get(
                        text.way, f"<input type=checkbox{' checked' if text == '☑' else ''}>"
                    )
                rows += f"<td{covers}>{said}"
    return rows


def xml_2003(lines: Sequence[Sequence[object]], merged: Merged = ()) -> bytes:
    """SpreadsheetML: cells that are covered are not written, the next says its place."""
    rows = ""
    for cells in _shape(lines, merged):
        rows, column = rows + "<Row>", 1
        for text, columns, down, goes_on in cells:
            if text or isinstance(text, Odd) or (not goes_on and (columns > 1 or down > 1)):
                covers = (f' ss:MergeAcross="{columns - 1}"' if columns > 1 else "") + (f' ss:MergeDown="{down - 1}"' if down > 1 else "")
                kind = "Number" if text.isdecimal() and text.isascii() and not text.startswith("0") else "String"
                said, note = escape(text).replace(chr(10), "&#10;"), ""
                if isinstance(text, Odd):
                    covers += {"struck": ' ss:StyleID="s"', "picture": ""}.get(text.way, ' ss:StyleID="w"')
                    note = "<Comment><Data>x</Data></Comment>" if text.way == "picture" else ""
                    said = {"☑": "R", "☐": "\u00a3"}.get(said, said) if text.way in _TICKS else said
                rows += f'<Cell ss:Index="{column}"{covers}><Data ss:Type="{kind}">{said}</Data>{note}</Cell>'
            column += columns
        rows += "</Row>"
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    sheet = f'<Worksheet ss:Name="清单"><Table>{rows}</Table></Worksheet>'
    styles = '<Style ss:ID="s"><Font ss:StrikeThrough="1"/></Style><Style ss:ID="w"><Font ss:FontName="Wingdings 2"/></Style>'
    return f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Styles>{styles}</Styles>{sheet}</Workbook>'.encode()
