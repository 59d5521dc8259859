"""行的编号: what a row calls itself (2, (2), 1.2, A2), and the numbers by which a text speaks of rows: 第2、3项, 2.取消, 序号1.2."""

from __future__ import annotations

import re
from typing import NamedTuple

from catalog.cleaning import clean
from domain.spelling import fold

_BITS = 20
_MANY = 1 << 3 * _BITS  #: a number of several parts, of which at most three are told apart
_MASK = (1 << _BITS) - 1
_TOKEN = r"(?:[A-Z](?=\d))?\d{1,5}(?:\.\d{1,4}){0,2}"
_MORE = rf"(?:[项条行个号#]?\s*[-~至到—、,和及与]+\s*第?{_TOKEN})"
_LIST, _SEVERAL = rf"({_TOKEN}{_MORE}*)", rf"({_TOKEN}{_MORE}+)"  #: 以上3项 are how many, and 以上1-3项 which
_WORD = "(?:取消|废止|删|停止|停用|不再|不予|保留|作废|撤销|失效|无需|不需|可以?|仍|继续|恢复|除外|确需)"
#: 2.取消 speaks of a row, 2.取消的证明事项 is a heading.
_SAID = rf"(?=(?:均|都|已经?|予以|拟|应|现)*{_WORD}(?![^,;。]{{0,8}}的?(?:证明|事项|材料)))"
#: 2重复, 4、5号不报 speak of rows; 2.重复填报的以最后一次为准 is the second thing that a note says.
_SAID_BARE = "(?=(?:均|都|已|应|为|系)*(?:重复|划转|划归|下放|上收|移交|误|错|多报|不[报列]|不予|待|存疑|撤|[移调]出))"
#: 取消:2、4; how many follows 取消2项.
_TOLD = (
    r"(?:取消|删[除去]?|废止|停止执行|停用|作废|下放|划转|移交|重复|不报|误报|待定|待确认)"
    r"(?:的|了|有|为|是|项目?|证明|事项|序号|编号)*(?:[:为]\s*|(?=\d{1,5}[、和及~-]\d{1,5}[项条号]))"
)
_NUMBERED = re.compile(
    rf"(?:第\s*{_LIST}\s*[项条行个号]|第\s*{_LIST}(?={_SAID[3:-1]})|以上\s*{_SEVERAL}\s*[项条]|(?:序号|编号|[Nn][Oo]\.?)(?:为|是|:|第)?\s*{_LIST}"
    rf"|(?<![^:,;。\s])[(]?(?:{_SEVERAL}[两二三四五六七八九十]?[项条号#]?|({_TOKEN})[号#]?)[)]?[.、:]?{_SAID}"
    rf"|(?<![^:,;。\s]){_LIST}[号#项条]?{_SAID_BARE}|(?P<told>{_TOLD}){_SEVERAL}(?![\d.个件]))"
)
_RANGE = re.compile(rf"({_TOKEN})(?:[项条行个号#]?\s*[-~至到—]+\s*第?({_TOKEN}))?")
_PARTS = re.compile(r"[A-Z]|\d+")
_OWN = re.compile(r"[(]?[A-Z]?\d{1,9}(?:[.-]\d{1,5}){0,2}[)]?[.、]?")


class Numbers(NamedTuple):
    """Rows by their numbers: those of one part, and those of several."""

    plain: tuple[range, ...] = ()
    parts: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.plain or self.parts)

    def has(self, own: int) -> bool:
        """Whether a row of this number may be meant: 第2项 may be 2, 1.2 or 2.1."""
        if own < _MANY:
            return any(own in one for one in self.plain)
        return own in self.parts or any(own & _MASK in one or own >> 2 * _BITS & _MASK in one for one in self.plain)


def own_number(text: str, place: int) -> int:
    """What a row calls itself that is the `place`-th: that, where it has no number."""
    if text.isdecimal() and len(text) < 6:
        return int(text)
    plain = clean(fold(text)).upper()
    return (_one(plain) or place) if _OWN.fullmatch(plain) else place


def numbers_in(text: str) -> Numbers:
    """Of which rows a folded text speaks."""
    pairs = [pair for groups in _NUMBERED.findall(text) for pair in _RANGE.findall("".join(groups))]
    ends = [(_one(first), _one(last) if last else None) for first, last in pairs]
    plain = [sorted((first, first if last is None else last)) for first, last in ends if max(first, last or 0) < _MANY]
    joined = {_one(f"{first}.{last}") for first, last in pairs if last}  # 1-2 may be one number
    return Numbers(
        tuple(range(first, last + 1) for first, last in plain),
        frozenset(joined | {one for pair in ends for one in pair if one is not None and one >= _MANY}),
    )


def without_numbers(text: str) -> str:
    """The text without the numbers of rows."""
    return _NUMBERED.sub(r"\g<told>", text)


def _one(text: str) -> int:
    """One number, packed."""
    parts = [int(part) if part.isdecimal() else ord(part) for part in _PARTS.findall(text)][:3]
    if len(parts) < 2:
        return min(parts[0], _MANY - 1) if parts else 0
    first, middle, last = parts[0], parts[1] if len(parts) > 2 else 0, parts[-1]
    return _MANY | (first & _MASK) << 2 * _BITS | (middle & _MASK) << _BITS | last & _MASK
