"""部门编码: the formats in which departments write the code of a unit, told apart.

Public lists hold nine of them side by side: 统一社会信用代码 and organisation codes with right and wrong check
characters, with and without hyphen, numbers of some database, numbers that a spreadsheet has rounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from catalog.cleaning import clean
from domain.identity import is_uscc

_ORGANISATION = re.compile(r"([0-9A-Z]{8})-?([0-9X])")
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class CodeKind(StrEnum):
    """What a code turned out to be."""

    NONE = "none"  #: nothing was written
    USCC = "uscc"  #: 统一社会信用代码, GB 32100, its check character right
    USCC_WRONG = "uscc_wrong"  #: 18 characters, the check character wrong
    ORGANISATION = "organisation"  #: 组织机构代码, GB 11714, check character right
    ORGANISATION_WRONG = "organisation_wrong"
    ROUNDED = "rounded"  #: a number cell that lost its last digits
    SURROGATE = "surrogate"  #: a number of some database, 15 digits and more
    SHORT = "short"  #: a short number of some system
    OTHER = "other"


@dataclass(frozen=True)
class DepartmentCode:
    """A code as it is used from here on. `fault`: what its sender should mend, empty where nothing is wrong."""

    kind: CodeKind
    value: str
    fault: str = ""

    @property
    def organisation(self) -> str:
        """The organisation code inside, which says who it is: positions 9 to 17 of a 统一社会信用代码; else empty."""
        if self.kind is CodeKind.USCC:
            return self.value[8:17]
        return self.value if self.kind is CodeKind.ORGANISATION else ""


def read_code(text: str) -> DepartmentCode:
    """Tell what a written code is."""
    code = re.sub(r"\s", "", clean(text)).upper()
    if not code:
        return DepartmentCode(CodeKind.NONE, "")
    if re.fullmatch(r"\d(\.\d+)?E\+\d+", code):
        return DepartmentCode(CodeKind.ROUNDED, code, "编码存成了数字,末几位已丢失;请把该列设为文本后重新填写。")
    if is_uscc(code):
        return DepartmentCode(CodeKind.USCC, code)
    if found := _ORGANISATION.fullmatch(code):
        body, check = found.groups()
        if check == _check_character(body):
            return DepartmentCode(CodeKind.ORGANISATION, body + check)
        return DepartmentCode(CodeKind.ORGANISATION_WRONG, body + check, "组织机构代码的校验位不对,请核对。")
    if len(code) == 18 and re.fullmatch(r"[0-9A-Z]{18}", code):
        return DepartmentCode(CodeKind.USCC_WRONG, code, "统一社会信用代码的校验位不对,请核对。")
    if re.fullmatch(r"\d{15,}", code):
        return DepartmentCode(CodeKind.SURROGATE, code, "不是统一社会信用代码,而是某个系统的内部编号;请改填统一社会信用代码。")
    if re.fullmatch(r"\d{1,14}", code):
        return DepartmentCode(CodeKind.SHORT, code, "不是统一社会信用代码;请改填统一社会信用代码。")
    return DepartmentCode(CodeKind.OTHER, code, "无法识别的部门编码;请填写统一社会信用代码。")


def _check_character(body: str) -> str:
    """GB 11714: digits count as themselves, letters from A = 10 on; weighted, modulo 11."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, _WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11] if total % 11 else "0"
