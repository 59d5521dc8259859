"""A sheet's lines as Word, a web page and the XML of Excel 2003 write them. What is merged is (row, column, rows, columns), 0-based."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from html import escape

Merged = Iterable[tuple[int, int, int, int]]
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _shape(lines: Sequence[Sequence[object]], merged: Merged) -> Iterable[list[tuple[str, int, int, bool]]]:
    """Row by row its cells: text, columns, rows, and whether it goes on from the row above."""
    begins = {(top, left): (rows, columns) for top, left, rows, columns in merged}
    covers = {(row, left): (top, columns) for (top, left), (rows, columns) in begins.items() for row in range(top, top + rows)}
    for at, line in enumerate(lines):
        cells, column = [], 0
        while column < len(line):
            top, columns = covers.get((at, column), (at, 1))
            text = "" if line[column] is None or top < at else str(line[column])
            cells.append((text, columns, begins.get((at, column), (1, 1))[0], top < at))
            column += columns
        yield cells


def docx(lines: Sequence[Sequence[object]], merged: Merged = (), over: Sequence[str] = ()) -> bytes:
    """A document of one table under some paragraphs."""
    return document(*(_paragraph(text) for text in over), word_table(lines, merged))


def document(*blocks: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{_W}"><w:body>{"".join(blocks)}<w:sectPr/></w:body></w:document>')
    return out.getvalue()


def _paragraph(text: str) -> str:
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


def html(lines: Sequence[Sequence[object]], merged: Merged = (), encoding: str = "gb18030") -> bytes:
    """As systems export it: ends of cells left out."""
    rows = ""
    for cells in _shape(lines, merged):
        rows += "<tr>"
        for text, columns, down, goes_on in cells:
            if not goes_on:
                covers = (f' colspan="{columns}"' if columns > 1 else "") + (f" rowspan={down}" if down > 1 else "")
                rows += f"<td{covers}>{escape(text).replace(chr(10), '<br>')}"
    return f"<html><head><style>td {{}}</style></head><body><table border=1>{rows}</table></body></html>".encode(encoding)


def xml_2003(lines: Sequence[Sequence[object]], merged: Merged = ()) -> bytes:
    """SpreadsheetML: cells that are covered are not written, the next says its place."""
    rows = ""
    for cells in _shape(lines, merged):
        rows, column = rows + "<Row>", 1
        for text, columns, down, goes_on in cells:
            if text or (not goes_on and (columns > 1 or down > 1)):
                covers = (f' ss:MergeAcross="{columns - 1}"' if columns > 1 else "") + (f' ss:MergeDown="{down - 1}"' if down > 1 else "")
                kind = "Number" if text.isdecimal() and text.isascii() and not text.startswith("0") else "String"
                said = escape(text).replace(chr(10), "&#10;")
                rows += f'<Cell ss:Index="{column}"{covers}><Data ss:Type="{kind}">{said}</Data></Cell>'
            column += columns
        rows += "</Row>"
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    sheet = f'<Worksheet ss:Name="清单"><Table>{rows}</Table></Worksheet>'
    return f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">{sheet}</Workbook>'.encode()
