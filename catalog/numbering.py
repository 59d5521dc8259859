"""编号: the number in front of a heading or a name: 第一部分, 一、, (一), 1."""

from __future__ import annotations

import re

from catalog.cleaning import clean
from domain.spelling import fold

#: 第一类 alone or before what it holds; 第二类医疗器械 is how some are called that need a licence.
PART = r"第[一二三四五六七八九十\d]+(部分|章|节|类(?=[、.: ]|$|取消|保留|证明|事项|材料))"
_CHINESE = "[一二三四五六七八九十]+"
#: How deep a heading stands.
DEPTHS = tuple(map(re.compile, (PART, f"{_CHINESE}[、.]", f"[(]{_CHINESE}[)]", r"[(]?\d+[).、]")))
_NUMBER = re.compile(rf"({PART}|[(]?{_CHINESE}[)、.]|[(]?\d+[).、](?!\d))[.、:) ]*")


def is_numbered(text: str) -> bool:
    """True for a text that is numbered as headings are: 一、, (二), 第三部分."""
    return any(form.match(clean(fold(text))) for form in DEPTHS[:3])


def without_number(text: str) -> str:
    """The text without the number in front of it: 一、户籍证明, (2)户籍证明."""
    found = _NUMBER.match(plain := clean(fold(text)))
    return plain[found.end() :] or plain if found else clean(text)
