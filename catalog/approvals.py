"""审核意见: a column in which somebody approves of each row as the list has it. 同意 says nothing of what becomes of a proof; 不同意 leaves
that open, and so does an empty cell among rows that are approved (obligation 5.1).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from enum import Enum

from catalog.cleaning import clean, without_brackets
from catalog.headers import Header
from catalog.remembering import remembered
from catalog.standing import PARTS, Standing, in_cell, in_heading
from domain.list_rows import Fault
from domain.spelling import fold

_NAMES = re.compile(
    ".*(审核|审查|审定|审批|复核|核定|会审|初审|复审|终审|核准|领导|局长|主任|负责人|专班|法制|合法性).*(意见|结果|结论|批示)|是否(同意|通过|认可)|审核情况|(单位|部门)?意见"
)
_WHO = "(经|已|专班|司法局|区?领导|局里?|法制(科|机构)?|审核|审查|审定|复核|初审|情况|内容)*"
_YES = re.compile(
    f"{_WHO}(同意|通过|属实|无异议|无意见|没有意见|合格|合规|合法|准确|无误|已?阅|已核|认可|可行|符合(要求|规定|条件)?|是|可以?|[√✓✔])"
    "(报送|上报|公布|公示|申报|列入(清单)?|纳入(清单)?|该项|此项|意见|所报)*"
)
_NO = re.compile("[不未有]|否|[×✗✘☒]|[xX]|退回|驳回|再议|缓|待|补充|核实|修改|重报|另行")


class Approval(Enum):
    """What such a cell says."""

    YES, NO, NOTHING, MORE = range(4)


@remembered
def approval(text: str) -> Approval:
    """Of one cell. MORE: something else, and perhaps what becomes of the proof."""
    parts = [part for part in PARTS.split(clean(fold(text))) if part]
    if not parts:
        return Approval.NOTHING
    if all(map(_YES.fullmatch, parts)):
        return Approval.YES
    if in_cell(text) is None and _NO.search("".join(part for part in parts if not _YES.fullmatch(part))):
        return Approval.NO
    return Approval.MORE


class Approvals:
    """Such columns of one table, and what its rows say in them."""

    def __init__(self, header: Header) -> None:
        self._fields = header.columns
        self.columns = tuple(
            (column, name)
            for column, name in enumerate(header.names)
            if header.columns.get(column, "standing") == "standing" and column not in header.marks and _approves(name)
        )
        self._approves = self._gives_up = False
        self._approved, self._silent, self._open = array("L"), array("L"), array("L")
        self._this = (False, False)  #: of the row that is read: approved somewhere, silent somewhere

    def read(self, row: tuple[str, ...], cells: dict[str, str]) -> str:
        """The name of the column in which the row is not approved of; else empty. What is no more than an approval says nothing of its
        own of what becomes of the row."""
        approved = silent = False
        refused = ""
        for column, name in self.columns:
            said = approval(text) if (text := row[column] if column < len(row) else "") else Approval.NOTHING
            decides = self._fields.get(column) == "standing"
            approved |= said is Approval.YES
            silent |= said is Approval.NOTHING
            if said is Approval.NO and not decides:
                refused = refused or name
            elif said is Approval.MORE:
                self._gives_up |= in_cell(text) is Standing.CANCELLED
            elif decides and said is not Approval.NO:
                cells.pop("standing", None)
        self._approves |= approved
        self._this = (approved, silent)
        return refused

    def taken(self, at: int, *, decided: bool) -> None:
        """The row that was read is taken as this one. `decided`: something else says what becomes of it, and that is approved of."""
        approved, silent = self._this
        for rows, is_one in (
            (self._approved, approved and not decided),
            (self._silent, silent),
            (self._open, silent and not approved and not decided),
        ):
            if is_one:
                rows.append(at)

    def asked(self) -> Iterator[tuple[Fault, array[int]]]:
        """The rows of which this column says too little beside what it says of others."""
        name = self.columns[0][1] if self.columns else ""
        if self._gives_up:
            text = f"“{name}”列有的行写明取消,本行只写了同意,没有写同意的是取消还是保留。"
            yield Fault("standing_unclear", name, text, "请在每一行写明“同意保留”或“同意取消”。"), self._approved
            text = f"“{name}”列有的行写明取消,本行没有写是取消还是保留。"
            yield Fault("standing_unclear", name, text, "请在每一行写明“保留”或“取消”。"), self._open
        if self._approves:
            yield Fault("not_approved", name, f"“{name}”列别的行写了同意,本行没有写。", "请补上意见;不同意的,请删去这一行。"), self._silent


def _approves(name: str) -> bool:
    plain = without_brackets(clean(fold(name)))
    return _NAMES.fullmatch(plain) is not None and in_heading(plain) is None
