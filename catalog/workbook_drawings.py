"""工作簿里格子上面的东西 (XLSX): pictures, shapes, controls and comments, by the cells over which they lie. Only `catalog.workbook_facts`
calls it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from xml.etree import ElementTree

from catalog.cell_facts import Beside, Drawn, Noted
from catalog.file_kinds import FileRefused
from catalog.sheet_cells import place_of
from catalog.workbook_grid import Grid, grid_of
from catalog.xml_parts import related, tag

_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
_TOUCHES = 40_000  #: English metric units, a millimetre: what reaches so far into a cell does not lie over it
_MOST = 200_000  #: cells under drawings
#: A control of an older kind: what it is, and (column, offset, row, offset) of two corners.
_CONTROL = re.compile(r"ObjectType=[\"'](\w+)[\"']((?:(?!ClientData).)*?)<x:Anchor>([\d\s,-]+)</x:Anchor>", re.S)


def beside(archive: zipfile.ZipFile, sheet: str) -> Beside:
    """What lies over the cells of this sheet. Raises FileRefused where there is more than a table can have."""
    found: Beside = {}
    threads: dict[tuple[int, int], list[str]] = {}  #: of which the older comment of a cell is a copy, with advice to its reader

    @cache
    def grid() -> Grid:
        with archive.open(sheet) as part:
            return grid_of(part)

    for kind, part in related(archive, sheet).values():
        if part not in archive.namelist():
            continue
        if kind == "comments":
            for comment in ElementTree.fromstring(archive.read(part)).iter():
                if tag(comment) == "comment" and (at := place_of(comment.get("ref", "").partition(":")[0])) is not None:
                    found[at] = Noted("".join(one.text or "" for one in comment.iter() if tag(one) == "t"))
        elif kind == "threadedComment":
            for comment in ElementTree.fromstring(archive.read(part)).iter():
                if tag(comment) == "threadedComment" and (at := place_of(comment.get("ref", ""))) is not None:
                    threads.setdefault(at, []).extend(one.text or "" for one in comment if tag(one) == "text")
        elif kind in ("drawing", "vmlDrawing"):
            areas = _areas(ElementTree.fromstring(archive.read(part)), grid) if kind == "drawing" else _controls(archive.read(part))
            for top, left, bottom, right, text in areas:
                if len(found) + (bottom - top + 1) * (right - left + 1) > _MOST:
                    raise FileRefused("drawings", "工作表上的图片、图形过多或过大。", "请删去图片和图形,只留表格后再报送。")
                for row in range(top, bottom + 1):
                    found.update({(row, column): Drawn() for column in range(left, right + 1) if (row, column) not in found})
                if text:
                    lies_over(found, top, left, bottom, text)
    return found | {at: Noted("\n".join(lines)) for at, lines in threads.items()}


def lies_over(found: Beside, top: int, left: int, bottom: int, text: str) -> None:
    """A box of this text begins here; two that do are one."""
    before = found.get((top, left))
    others = [before.text] if isinstance(before, Drawn) and before.text else []
    found[top, left] = Drawn("\n".join((*others, text)), max(bottom - top + 1, before.rows if isinstance(before, Drawn) else 1))


def _areas(drawing: ElementTree.Element, grid: Callable[[], Grid]) -> Iterator[tuple[int, int, int, int, str]]:
    """Top, left, bottom, right of each drawing, and the text in it."""
    for anchor in drawing.iter():
        if tag(anchor) not in _ANCHORS or any(tag(one) == "cNvPr" and one.get("hidden") in ("1", "true") for one in anchor.iter()):
            continue
        begins = next((_corner(one) for one in anchor if tag(one) == "from"), None)
        ends = next((_corner(one) for one in anchor if tag(one) == "to"), None)
        if tag(anchor) != "twoCellAnchor":
            begins, ends = _of_size(anchor, begins, grid())
        if begins is None or ends is None or (tag(anchor) == "twoCellAnchor" and begins == ends):
            continue
        (row, below), (column, beyond) = ends
        bottom = row - 1 if row > begins[0][0] and below < _TOUCHES else row
        right = column - 1 if column > begins[1][0] and beyond < _TOUCHES else column
        lines = ("".join(one.text or "" for one in line.iter() if tag(one) == "t") for line in anchor.iter() if tag(line) == "p")
        yield begins[0][0], begins[1][0], max(bottom, begins[0][0]), max(right, begins[1][0]), "\n".join(filter(None, lines)).strip()


#: (row, how far into it), (column, how far into it).
_Corner = tuple[tuple[int, int], tuple[int, int]]


def _of_size(anchor: ElementTree.Element, begins: _Corner | None, grid: Grid) -> tuple[_Corner, _Corner]:
    """Both corners of what says its size, and hangs on a cell or on the sheet."""
    size, place = (next((one for one in anchor if tag(one) == name), None) for name in ("ext", "pos"))
    high, wide = (_length(size, name) for name in ("cy", "cx"))
    if begins is None:
        begins = grid.below(0, _length(place, "y")), grid.right(0, _length(place, "x"))
    (row, below), (column, beyond) = begins
    return begins, (grid.below(row, below + high), grid.right(column, beyond + wide))


def _length(element: ElementTree.Element | None, name: str) -> int:
    text = element.get(name, "") if element is not None else ""
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _corner(place: ElementTree.Element) -> _Corner:
    said = {tag(one): int(one.text) for one in place if (one.text or "").strip().lstrip("-").isdecimal() and one.text}
    row, column = (min(max(said.get(name, 0), 0), 2**20) for name in ("row", "col"))
    return (row, said.get("rowOff", 0)), (column, said.get("colOff", 0))


def _controls(drawing: bytes) -> Iterator[tuple[int, int, int, int, str]]:
    for kind, _, anchor in _CONTROL.findall(drawing.decode("utf-8", "replace")):
        numbers = [int(one) for one in anchor.split(",") if one.strip().isdecimal()]
        if kind != "Note" and len(numbers) == 8:
            left, _, top, _, right, beyond, bottom, below = numbers
            yield top, left, max(top, bottom - (below < 3)), max(left, right - (beyond < 3)), ""
