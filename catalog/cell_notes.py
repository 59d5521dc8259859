"""批注和脚注里的话: what a comment or a footnote that hangs on a cell says of its row, where nothing else is taken from the cell: 已取消
on the number of a row, 第2项已下放 on the header (obligations 2.1, 5.1)."""

from __future__ import annotations

import re

from catalog.cell_facts import Fault
from catalog.cell_marks import FOOTNOTE, NOTE, PICTURE
from catalog.row_remarks import leaves, withdraws
from catalog.standing import cancels
from domain.clear_text import named_by_number

_TELLS = "tells_of_row"  #: the code of such a fault
_LONGEST = 200  #: characters; what is longer is cut
_QUOTED = re.compile("写着“(.*)”", re.S)


def of_comment(text: str) -> Fault:
    """Why a cell with this comment cannot be used; whether it tells of its row is known from it."""
    return _fault("批注", text) or NOTE


def of_drawing(text: str) -> Fault:
    """The same of what is drawn over it, and is this text."""
    return (_fault("图形", text) if text else None) or PICTURE


def of_footnote(text: str) -> Fault:
    """The same of a footnote."""
    return _fault("脚注", text) or FOOTNOTE


def tells_of_row(fault: Fault) -> bool:
    """True for a comment or a footnote that leaves nobody sure what becomes of the row, in whatever column it hangs."""
    return fault.code == _TELLS


def said_in(fault: Fault) -> str:
    """What it says; empty for another fault."""
    found = _QUOTED.search(fault.text) if fault.code == _TELLS else None
    return found[1] if found else ""


def _fault(what: str, text: str) -> Fault | None:
    lines = [line.strip() for line in text.splitlines()]
    said = [line for line in lines if line and (cancels(line) or leaves(line) or withdraws(line) or _speaks_of_rows(line))]
    if not said:
        return None
    words = f"写着“{'。'.join(said)[:_LONGEST]}”" if not named_by_number(text) else "说到了本行(含有个人号码,不照录)"
    remedy = f"请按{what}在本行写明取消还是保留,删去{what}后再报送。"
    return Fault(_TELLS, f"该格的{what}{words},没有读作清单的内容。", remedy)


def _speaks_of_rows(line: str) -> bool:
    """第2项由市级实施: of other rows."""
    return re.search("第?\\d+[、,\\d-]*[项条]", line) is not None
