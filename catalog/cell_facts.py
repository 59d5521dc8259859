"""单元格的来历: what the value of a cell alone does not say. That a formula failed or was never calculated, that a number is
longer than a spreadsheet can hold, that the person saw zeros in front of it. Who reads it: `catalog.workbook_facts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.cell_text import text_of

#: What a failed formula shows, and leaves as a text in a CSV.
ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"))
_CONDITION = re.compile(r"\[[<>=]")
#: One place for the whole number and words around it, or words alone.
_WORDS = re.compile(r"\x00*(?:0|#|General)?\x00*")
_MARK = re.compile(r"\x00|0|#|General")
_PERCENT = re.compile(r"\x00*[#0,?]*0(?:\.[0#?]+)?%\x00*")
#: A format that only pads and places digits: 00000000, 000-0000, "GD"0000. Not one that rounds, groups or tells a date.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_PADS = re.compile(r"[-+:()~' \x00]*0[-+:()~' 0\x00]*")


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be used, and what its sender can do."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True)
class InFont:
    """Its text is set in this font, which shows pictures in place of letters."""

    name: str


@dataclass(frozen=True)
class Drawn:
    """Something lies over it that is no text of a cell, or a box of this text, which begins here and covers so many rows."""

    text: str = ""
    rows: int = 1


@dataclass(frozen=True)
class Noted:
    """Somebody's comment hangs on it, and says this."""

    text: str = ""


#: Why it cannot be used, the text that was seen, or how it is written.
Fact = Fault | str | InFont
Facts = dict[tuple[int, int], Fact]  #: (row, column), from 0
Beside = dict[tuple[int, int], Drawn | Noted]  #: what lies over the cells or hangs on them


def formula_error(shown: str) -> Fault:
    return Fault("formula_error", f"该格是公式错误({shown})。", "请改正公式,或直接填写内容。")


NOT_CALCULATED = Fault("not_calculated", "该格的公式没有计算结果。", "请用 Excel 或 WPS 打开,保存后再报送。")
DIGITS_LOST = Fault(
    "digits_lost", "该格是数字格式,而表格只能保存 15 位数字,末尾几位已不可靠。", "请把该列设为文本格式,按原件重新填写后再报送。"
)


def shown(number: float, pattern: str) -> str | None:
    """The number as its format shows it, where the format adds what the number alone does not say: zeros in front of it,
    words beside it (第12号, 6个月) or in its place, the sign of percent. None where it adds nothing, or rounds, groups,
    tells a date or decides by a condition."""
    literals: list[str] = []

    def keep(found: re.Match[str]) -> str:
        text = found[0]
        literals.append(text[1:-1] if text[0] == '"' else text[1] if text[0] == "\\" else "")
        return "\x00"

    if number < 0 or _CONDITION.search(pattern):
        return None
    sections = _LITERAL.sub(keep, pattern).split(";")
    at = 2 if number == 0 and len(sections) > 2 else 0
    plain, found = sections[at], iter(literals[sum(one.count("\x00") for one in sections[:at]) :])
    if _PERCENT.fullmatch(plain):
        return f"{number * 100:.15g}%"
    if _WORDS.fullmatch(plain) and (number == int(number) or "General" in plain):
        said = _MARK.sub(lambda mark: next(found) if mark[0] == "\x00" else text_of(number), plain).strip()
        return said if said != text_of(number) and said else None
    places = plain.count("0")
    if places < 2 or not _PADS.fullmatch(plain) or number != int(number):
        return None
    digits = str(int(number)).zfill(places)
    head, left = len(digits) - places, iter(digits)
    text = ""
    for char in plain:
        if char == "\x00":
            text += next(found)
        elif char == "0":
            text += "".join(next(left) for _ in range(head + 1))
            head = 0
        else:
            text += char
    return text.strip()


def may_say_more(pattern: str) -> bool:
    """True where `shown` has something to say of some number."""
    return any(shown(number, pattern) is not None for number in (0, 1))
