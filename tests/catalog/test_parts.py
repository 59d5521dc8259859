"""分段读取: in parts of whatever size a file gives what it gives at once, and what one sheet holds is read as the obvious way reads it."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from catalog import sheet_cells
from catalog.cell_facts import Fault
from catalog.cell_text import text_of
from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import ListReading, read_list
from catalog.reading import Most, Opened, read_parts, read_sheets, whole
from catalog.workbook_facts import facts
from tests.catalog.registries import LISTS, guangan, sandbox
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import saved, workbook

SIZES = (1, 7, 500)
REAL = {
    "proof_list_changde_2022.csv": (ListKind.COMMITMENTS, sandbox),
    "proof_list_chibi_2023.csv": (ListKind.PROOFS, sandbox),
    "matters_guangan_part.csv": (ListKind.MATTERS, guangan),
    "not_issued_by_community_2020.csv": (ListKind.NEGATIVE_COMMUNITY, sandbox),
}


def made() -> dict[str, bytes]:
    wide = [["清单", *[None] * 8], HEADER, *[(number, *GOOD[1:]) for number in range(15)], [], HEADER, [], ["合计:15"], []]
    book = Workbook()
    for title in ("甲", "乙"):
        sheet = book.create_sheet(title)
        for row in wide:
            sheet.append(list(row))
        sheet["C5"], sheet["D6"], sheet["E7"] = "=1/0", 1234567890123456, "#REF!"
        for area in ("A1:I1", "C8:D10", "B9:B12"):
            sheet.merge_cells(area)
    return {"book": saved(book), "twice": workbook([HEADER, GOOD, GOOD, (*GOOD[:8], "x" * 31_834)]), "text": b"a,b\n1,2\n,\n3,#N/A\n"}


@pytest.mark.parametrize("at_once", SIZES)
def test_in_parts_a_file_holds_what_it_holds_at_once(at_once: int) -> None:
    for content in (*made().values(), *((LISTS / name).read_bytes() for name in REAL)):
        parts = list(read_parts(content, at_once=at_once))
        assert whole(parts) == whole(read_parts(content, at_once=10**9)) == read_sheets(content)
        sizes = [len(part.rows) for part in parts if not isinstance(part, Opened)]
        assert max(sizes) <= at_once and all(size == at_once for size in sizes[:-1] if at_once == 1)
        for part in parts:
            assert isinstance(part, Opened) or len({place[0] for place in part.faults}) <= len(part.rows)


@pytest.mark.parametrize("at_once", SIZES)
@pytest.mark.parametrize("name", REAL)
def test_in_parts_a_list_says_what_it_says_at_once(name: str, at_once: int) -> None:
    content, (kind, registry) = (LISTS / name).read_bytes(), REAL[name]
    reading = ListReading(content, kind, registry(), at_once=at_once)
    rows = [row for _, row in reading.rows()]
    (result,) = read_list(content, kind, registry())
    back = reading.sent_back()
    assert [row for row in rows if (1, row.line) not in back] == [row for row in result.rows if (1, row.line) not in back]
    assert len(rows) == len(result.rows) and tuple(reading.sheets) == (result.sheet,)


def test_in_parts_several_sheets_keep_their_numbers_and_their_faults() -> None:
    content = made()["book"]
    found = []
    for at_once in (*SIZES, 10**6):
        reading = ListReading(content, ListKind.PROOFS, sandbox(), at_once=at_once)
        found.append((list(reading.rows()), reading.sheets, reading.counts))
    assert all(one == found[0] for one in found) and {number for number, _ in found[0][0]} == {1, 2}


@given(
    st.lists(st.lists(st.sampled_from(["", "甲", "乙 ", 3, 1234567890123456789, "#N/A"]), min_size=1, max_size=6), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 5), st.integers(0, 4), st.integers(0, 3)), max_size=4),
    st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_a_sheet_is_read_as_the_obvious_way_reads_it(cells: list[list[Any]], areas: list[tuple[int, int, int, int]], at_once: int) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(cells, start=1):
        for column, value in enumerate(row, start=1):
            if value != "":
                sheet.cell(number, column).value = value
    for top, left, height, width in areas:
        sheet.merged_cells.add(_area(top, left, height, width))
    content = saved(book)
    expected = _obvious(content)
    if not any(any(row) for row in expected):
        with pytest.raises(FileRefused):
            read_sheets(content)
        return
    (found,) = whole(read_parts(content, at_once=at_once))
    assert [list(row) for row in found.rows] == expected


def _area(top: int, left: int, height: int, width: int) -> str:
    return f"{chr(65 + left)}{top + 1}:{chr(65 + left + width)}{top + height + 1}"


def _obvious(content: bytes) -> list[list[str]]:
    """The whole sheet in memory, merged cell after merged cell."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = book.get_sheet_by_index(0)
    rows = [[text_of(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), fact in facts(content)["Sheet"].cells.items():
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        assert isinstance(fact, str | Fault)
        rows[row][column] = fact if isinstance(fact, str) else rows[row][column] or fact.text
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * len(row[left : right + 1])
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


HEAD = '<?xml version="1.0"?><{p}worksheet xmlns{x}="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><{p}sheetData>'
CELLS = (
    '<{p}c r="B{n}"><{p}v>5</{p}v></{p}c>',
    '<{p}c r="C{n}" t="e"><{p}v>#N/A</{p}v></{p}c>',
    "<{p}c r='D{n}' s='2'><{p}v>7</{p}v></{p}c>",
    '<{p}c r="E{n}"><{p}f>A1</{p}f></{p}c>',
    '<{p}c r="F{n}"><{p}v>1234567890123456</{p}v></{p}c>',
    '<{p}c r="G{n}" t="inlineStr"><{p}is><{p}t>row></{p}t></{p}is></{p}c>',
    "<{p}c><{p}f>A1</{p}f></{p}c>",
    '<!-- <{p}row r="9"> </{p}row> --><{p}c r="H{n}"><{p}f>A1</{p}f></{p}c>',
)
ROWS = st.lists(st.tuples(st.lists(st.sampled_from(CELLS), max_size=3), st.sampled_from(["numbered"] * 9 + ["not"])), max_size=9)


@example([([CELLS[0]], "numbered")] * 3 + [([CELLS[6]], "not")], "", 2**20, ())
@example([([CELLS[0]], "numbered")] * 3 + [([CELLS[6]], "not")], "x:", 120, (2,))
@given(ROWS, st.sampled_from(["", "x:"]), st.sampled_from([1, 20, 2**20]), st.sampled_from([(), (2,), (0, 2)]))
@settings(max_examples=200, deadline=None)
def test_what_tells_is_found_in_whatever_parts_the_sheet_comes(rows: list[Any], prefix: str, at_once: int, styles: tuple[int, ...]) -> None:
    body = ""
    for number, (cells, numbered) in enumerate(rows, start=1):
        at = f' r="{number}"' if numbered == "numbered" else ""
        body += f"<{prefix}row{at}>" + "".join(cell.format(p=prefix, n=number) for cell in cells) + f"</{prefix}row>"
    head = HEAD.format(p=prefix, x=":x" if prefix else "")
    text = (head + body + f"</{prefix}sheetData></{prefix}worksheet>").encode()
    everything = {place: kind for place, kind in _told(io.BytesIO(text), range(99)) if kind}
    with pytest.MonkeyPatch.context() as small:
        small.setattr(sheet_cells, "_AT_ONCE", at_once)
        found = {place: kind for place, kind in _told(io.BytesIO(text), styles) if kind}
    wanted = {place: kind for place, kind in everything.items() if kind != "styled" or styles}
    assert {place: kind for place, kind in found.items() if kind != "styled" or styles} == wanted


def _told(part: io.BytesIO, styles: Any) -> list[tuple[tuple[int, int], str]]:
    return [((row, column), _kind(cell)) for row, column, cell in sheet_cells.cells_that_tell(part, styles)]


def _kind(cell: ElementTree.Element) -> str:
    value = "".join(child.text or "" for child in cell if child.tag.endswith("}v"))
    if cell.get("t") == "e" or any(child.tag.endswith("}f") for child in cell) or len(value) > 15:
        return "tells"
    return "styled" if cell.get("s") == "2" else ""


def test_what_is_too_large_for_a_list_is_refused_too() -> None:
    content = workbook([HEADER, *[GOOD] * 12])
    for most, fault in ((Most(2**20, 2**20, 12), "too_large"), (Most(2**20, 1000, 100), "bomb")):
        with pytest.raises(FileRefused) as caught:
            list(read_parts(content, most, 5))
        assert caught.value.fault == fault
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as member:
        for _ in range(3):
            member.write(bytes(2**20))
    with pytest.raises(FileRefused) as caught:
        list(read_parts(packed.getvalue(), Most(2**20, 2 * 2**20, 100)))
    assert caught.value.fault == "bomb" and "停止读取" in caught.value.text
