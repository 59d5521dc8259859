"""非文字的内容: what a person sees in a cell that is no plain text. Ticks of symbol fonts are the characters that they show; what nobody
can read as text is a fault of its cell, for whoever uses its column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from catalog.cell_facts import Fault

TICKED, UNTICKED = "☑", "☐"
STRUCK = Fault("struck_out", "该格有划掉的文字(删除线)。", "请删去划掉的文字,只留下有效的内容。")
PICTURE = Fault("picture", "该格有图片、图形或控件,无法按文字读取。", "请删去图片、图形或控件,改用文字填写(打勾请填“√”)。")
SYMBOL = Fault("symbol", "该格有特殊字体的符号,无法判断是什么字。", "请改用普通文字填写(打勾请填“√”)。")
FIELD = Fault("field", "该格有域或公式,没有可以读取的文字。", "请改用普通文字填写(打勾请填“√”)。")
FOOTNOTE = Fault("footnote", "该格有脚注或尾注,注里的话没有读取。", "请把注里的话写进表格,删去脚注后再报送。")
NOTE = Fault("comment", "该格有批注,批注里的话没有读取。", "请按批注改好该格,删去批注后再报送。")
HIDDEN = Fault("hidden_text", "该格有隐藏的文字。", "请删去隐藏的文字,或取消隐藏后再报送。")
TABLE_WITHIN = Fault("table_within", "该格里还有一张表格。", "请把里面的表格单独放在下面,该格只留文字。")
NOT_ALIGNED = Fault("not_aligned", "该格的左右边线与上面各行没有对齐,分不清属于哪一列。", "请把该行与表头的列对齐后再报送。")
NO_BEGINNING = Fault("merge_unclear", "该格是合并单元格的下半部分,却找不到它的开头。", "请拆分该处的合并单元格,逐行填写。")

#: Characters of the fonts that hold pictures in place of letters.
_SYMBOLS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "wingdings": {
            **dict.fromkeys((0x6F, 0x70, 0x71, 0x72, 0xA8), UNTICKED),
            0xFC: "√",
            0xFB: "×",
            0xFD: "☒",
            0xFE: TICKED,
            0x6E: "■",
            0x6C: "●",
            0xA1: "○",
        },
        "wingdings 2": {0x50: "√", 0x4F: "×", 0x52: TICKED, 0x51: "☒", 0x53: "☒", 0x54: "☒", 0xA3: UNTICKED},
        "wingdings 3": {},
        "webdings": {0x61: "√", 0x72: "×", 0x63: UNTICKED, 0x67: "■"},
        "symbol": {0xD6: "√", 0xB4: "×"},
    }
)
_PRIVATE = range(0xF000, 0xF100)


def is_symbols(font: str) -> bool:
    """True for a font that shows pictures in place of letters."""
    return font.strip("'\" ").casefold() in _SYMBOLS


def seen(text: str, font: str) -> tuple[str, Fault | None]:
    """The text as it shows in this font; with a fault where a character of it is one that nobody listed."""
    known = _SYMBOLS.get(font.strip("'\" ").casefold())
    if known is None:
        return text, None
    shown, fault = [], None
    for char in text:
        code = ord(char) - 0xF000 if ord(char) in _PRIVATE else ord(char)
        if char.isspace() or code > 0xFF:
            shown.append(char)  # an ideograph is set in another font
        else:
            fault = fault if code in known else SYMBOL
            shown.append(known.get(code, char if char.isascii() else ""))
    return "".join(shown), fault


_OVERLAY = re.compile(r"\\o\s*(?:\\a[clr]\s*)?\(\s*([^,;()\s]*)\s*[,;]\s*([^,;()\s]*)\s*\)", re.I)
_BOXES, _CIRCLES, _TICKS = frozenset("□☐口囗▢"), frozenset("○〇◯"), frozenset("√✓✔")


def overlaid(formula: str) -> str | None:
    r"""What an EQ field shows that lays one character over another, as 带圈字符 does: \o\ac(□,√) is ☑. None: nobody can say."""
    if (found := _OVERLAY.search(formula)) is None:
        return None
    under, over = found[1], found[2]
    if under not in _BOXES | _CIRCLES:
        under, over = over, under
    if under in _BOXES | _CIRCLES and over in _TICKS:
        return TICKED
    if under in _CIRCLES and over.isascii() and over.isdecimal() and 1 <= int(over) <= 20:
        return chr(0x2460 + int(over) - 1)
    return None
